//! The tokens of provisioning clients. A token is shown once; what is kept cannot be turned back into it.

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::leniency::Leniency;
use crate::domain::query::Found;
use crate::domain::{ScimTokenId, Timestamp};
use crate::secret;
use crate::store::credentials;
use crate::store::organizations;

pub(crate) use crate::store::credentials::ScimToken;

/// What a SCIM token begins with, so that a leaked one is found by scanners.
pub(crate) const PREFIX: &str = "rr_scim_";

/// A token, this once, and what is kept of it.
pub(crate) struct Made {
    /// What the client presents.
    pub(crate) token: String,
    /// Its record.
    pub(crate) record: ScimToken,
}

/// Makes a token; this is the only time that it is seen. Owner and Administrators, and the command line.
pub(crate) async fn create(
    caller: &Caller,
    leniency: Leniency,
    expires: Option<Timestamp>,
) -> Result<Made, Error> {
    caller.must_administer()?;
    if expires.is_some_and(|at| at <= caller.now) {
        return Err(Error::Invalid(
            "a token must expire in the future".to_owned(),
        ));
    }
    let mut tx = caller.write().await?;
    if organizations::find(&mut tx, caller.organization)
        .await?
        .is_none()
    {
        return Err(Error::NotFound("organization"));
    }
    let token = secret::random_token(PREFIX);
    let record = ScimToken {
        id: ScimTokenId(secret::id_at(caller.now)),
        organization_id: caller.organization,
        profile: leniency.name().to_owned(),
        created_at: caller.now,
        expires_at: expires,
        revoked_at: None,
        last_used_at: None,
    };
    credentials::insert_scim_token(&mut tx, &record, &secret::hash(&token).0).await?;
    caller
        .record(
            &mut tx,
            vec![Event::scim_token_created(record.id, leniency)],
        )
        .await?;
    tx.commit().await?;
    Ok(Made { token, record })
}

/// What is known of the tokens, oldest first; not what they are.
pub(crate) async fn list(
    caller: &Caller,
    offset: u64,
    count: u64,
) -> Result<Found<ScimToken>, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let (offset, count) = (
        i64::try_from(offset).unwrap_or(i64::MAX),
        i64::try_from(count).unwrap_or(i64::MAX),
    );
    let (total, resources) =
        credentials::list_scim_tokens(&mut tx, caller.organization, offset, count).await?;
    Ok(Found { total, resources })
}

/// Refuses a token from now on.
pub(crate) async fn revoke(caller: &Caller, id: ScimTokenId) -> Result<(), Error> {
    caller.must_administer()?;
    let mut tx = caller.write().await?;
    if credentials::revoke_scim_token(&mut tx, caller.organization, id, caller.now).await? == 0 {
        return Err(Error::NotFound("SCIM token"));
    }
    caller
        .record(&mut tx, vec![Event::scim_token_revoked(id)])
        .await?;
    tx.commit().await
}
