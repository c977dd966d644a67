//! The ID token, Core section 3.1.3.7.

use serde_json::Value;

use super::claims::{Claims, Expected, said};
use super::exchange::Tokens;
use super::jws;
use super::provider::Keys;
use super::refusal::{Refusal, shown};
use crate::domain::Timestamp;

const OF: &str = "ID token";

/// An ID token that was checked.
#[derive(Debug)]
pub(crate) struct IdToken {
    pub(crate) claims: Claims,
    /// Until when it would be accepted.
    pub(super) usable_until: Timestamp,
}

impl IdToken {
    /// Verifies and checks it. What remains to be compared is the userinfo.
    pub(crate) fn verify(
        tokens: &Tokens,
        keys: &Keys,
        nonce: &str,
        expected: &Expected<'_>,
    ) -> Result<Self, Refusal> {
        let verified = jws::verify(&tokens.id_token, OF, &["jwt"], keys)?;
        let claims = &verified.claims;
        let usable_until = claims.check(expected)?;
        if let Some(party) = claims.get("azp")
            && party != expected.client_id
        {
            return Err(Refusal::WrongParty {
                expected: shown(expected.client_id),
                received: shown(&said(Some(party))),
            });
        }
        if claims.text("nonce") != Some(nonce) {
            return Err(Refusal::WrongNonce);
        }
        claims.subject()?;
        claims.session()?;
        if let Some(hash) = claims.get("at_hash") {
            let fits = |hash: &str| verified.fits(hash, &tokens.access_token);
            if !hash.as_str().is_some_and(fits) {
                return Err(Refusal::WrongAccessToken);
            }
        }
        if claims.get("events").is_some_and(Value::is_object) {
            return Err(Refusal::WrongType {
                of: OF,
                received: "of a security event".to_owned(),
            });
        }
        Ok(Self {
            claims: verified.claims,
            usable_until,
        })
    }
}
