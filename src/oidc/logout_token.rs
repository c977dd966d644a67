//! The logout token, Back-Channel Logout section 2.6.

use serde_json::Value;

use super::claims::Expected;
use super::jws;
use super::provider::Keys;
use super::refusal::Refusal;
use crate::domain::Timestamp;

const OF: &str = "logout token";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Whose sessions end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogoutToken {
    /// Of whom, where it says so.
    pub(crate) subject: Option<String>,
    /// Which, where it says so; one of the two there is.
    pub(crate) session: Option<String>,
    /// Its own name, which is used once.
    pub(crate) id: String,
    /// Until when it could be used, with the allowed skew.
    pub(crate) usable_until: Timestamp,
}

/// Verifies and checks a logout token. Whether it was used before, only the store knows.
pub(crate) fn verify(
    token: &str,
    keys: &Keys,
    expected: &Expected<'_>,
) -> Result<LogoutToken, Refusal> {
    // Some providers call it a JWT like any other; by its event it is known nevertheless.
    let verified = jws::verify(token, OF, &["logout+jwt", "jwt"], keys)?;
    let claims = &verified.claims;
    let bad = |claim| Refusal::BadClaim { of: OF, claim };
    let usable_until = claims.check(expected)?;
    if claims.all.contains_key("nonce") {
        return Err(Refusal::NonceInLogout);
    }
    let event = claims
        .all
        .get("events")
        .and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err(bad("events"));
    }
    let id = claims.text("jti").filter(|id| id.len() <= 1024);
    let id = id.ok_or(bad("jti"))?.to_owned();
    let subject = match claims.all.get("sub") {
        None => None,
        Some(_) => Some(claims.subject()?.to_owned()),
    };
    let session = claims.session()?.map(str::to_owned);
    if subject.is_none() && session.is_none() {
        return Err(bad("sub"));
    }
    Ok(LogoutToken {
        subject,
        session,
        id,
        usable_until,
    })
}
