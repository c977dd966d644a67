//! Tokens of people: personal access tokens, as records without the token; and user tokens, by hash, and sealed for their
//! owner.

use sqlx::FromRow;

use super::credentials::{Holder, holder};
use super::db::Tx;
use crate::domain::error::Error;
use crate::domain::{MemberId, OrganizationId, PersonalTokenId, Timestamp};

/// The record of a personal access token.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct PersonalToken {
    /// Its id, which it says.
    pub(crate) id: PersonalTokenId,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// Until when it is good.
    pub(crate) expires_at: Timestamp,
}

/// Keeps a token.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    token: &PersonalToken,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO personal_tokens (id, organization_id, member_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        &[
            &token.id,
            &organization,
            &member,
            &token.created_at,
            &token.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// The tokens of a member that are good.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    now: Timestamp,
) -> Result<Vec<PersonalToken>, Error> {
    tx.fetch_all(
        "SELECT id, created_at, expires_at FROM personal_tokens
         WHERE organization_id = $1 AND member_id = $2 AND revoked_at IS NULL AND expires_at > $3 ORDER BY id",
        &[&organization, &member, &now],
    )
    .await
}

/// Whom a token stands for, if it is good and its organization has such tokens.
pub(crate) async fn find_holder(
    tx: &mut Tx,
    id: PersonalTokenId,
    now: Timestamp,
) -> Result<Option<Holder>, Error> {
    holder(
        tx.fetch_optional(
            "SELECT m.organization_id, m.id, m.role FROM personal_tokens t
             JOIN members m ON m.organization_id = t.organization_id AND m.id = t.member_id
             JOIN organizations o ON o.id = t.organization_id
             WHERE t.id = $1 AND t.revoked_at IS NULL AND t.expires_at > $2 AND o.api_tokens_enabled",
            &[&id, &now],
        )
        .await?,
    )
}

/// Refuses a token of a member from now on; how many there were to refuse.
pub(crate) async fn revoke(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    id: PersonalTokenId,
    at: Timestamp,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE personal_tokens SET revoked_at = $4
         WHERE organization_id = $1 AND member_id = $2 AND id = $3 AND revoked_at IS NULL AND expires_at > $4",
        &[&organization, &member, &id, &at],
    )
    .await
}

/// The user token of a member, if there is one: sealed, if it can be read again.
pub(crate) async fn find_sealed(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Option<Option<String>>, Error> {
    let found: Option<(Option<String>,)> = tx
        .fetch_optional(
            "SELECT sealed FROM user_tokens WHERE organization_id = $1 AND member_id = $2",
            &[&organization, &member],
        )
        .await?;
    Ok(found.map(|(sealed,)| sealed))
}

/// Keeps a user token, by hash and perhaps sealed, in the place of any that the member had.
pub(crate) async fn replace_user_token(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    (hash, sealed): (&str, Option<String>),
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM user_tokens WHERE organization_id = $1 AND member_id = $2",
        &[&organization, &member],
    )
    .await?;
    tx.execute(
        "INSERT INTO user_tokens (hash, organization_id, member_id, created_at, sealed) VALUES ($1, $2, $3, $4, $5)",
        &[&hash, &organization, &member, &at, &sealed],
    )
    .await?;
    Ok(())
}

/// Whom a user token stands for.
pub(crate) async fn find_holder_of_user_token(
    tx: &mut Tx,
    hash: &str,
) -> Result<Option<Holder>, Error> {
    holder(
        tx.fetch_optional(
            "SELECT m.organization_id, m.id, m.role FROM user_tokens t
             JOIN members m ON m.organization_id = t.organization_id AND m.id = t.member_id WHERE t.hash = $1",
            &[&hash],
        )
        .await?,
    )
}

/// Whom a user token stands for, if its organization lets such tokens in.
pub(crate) async fn find_open_user_token(tx: &mut Tx, hash: &str) -> Result<Option<Holder>, Error> {
    holder(
        tx.fetch_optional(
            "SELECT m.organization_id, m.id, m.role FROM user_tokens t
             JOIN members m ON m.organization_id = t.organization_id AND m.id = t.member_id
             JOIN organizations o ON o.id = t.organization_id
             WHERE t.hash = $1 AND o.legacy_api_tokens_enabled",
            &[&hash],
        )
        .await?,
    )
}
