//! Domains of e-mail addresses, whose they are, and who must sign in through a connection.

use sqlx::FromRow;

use super::db::{Attempt, Tx};
use crate::domain::error::Error;
use crate::domain::mail_domain::Domain;
use crate::domain::{ConnectionId, MemberId, OrganizationId, Timestamp};

#[derive(FromRow)]
struct Row {
    name: String,
    challenge: String,
    connection_id: Option<ConnectionId>,
    sso_required: bool,
    created_at: Timestamp,
    verified_at: Option<Timestamp>,
}

impl From<Row> for Domain {
    fn from(row: Row) -> Self {
        Self {
            name: row.name,
            challenge: row.challenge,
            connection: row.connection_id,
            sso_required: row.sso_required,
            created: row.created_at,
            verified: row.verified_at,
        }
    }
}

/// The domains of an organization, by name.
pub(crate) async fn list(tx: &mut Tx, organization: OrganizationId) -> Result<Vec<Domain>, Error> {
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT name, challenge, connection_id, sso_required, created_at, verified_at FROM domains
             WHERE organization_id = $1 ORDER BY name",
            &[&organization],
        )
        .await?;
    Ok(rows.into_iter().map(Domain::from).collect())
}

/// One domain of an organization.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    name: &str,
) -> Result<Option<Domain>, Error> {
    let row: Option<Row> = tx
        .fetch_optional(
            "SELECT name, challenge, connection_id, sso_required, created_at, verified_at FROM domains
             WHERE organization_id = $1 AND name = $2",
            &[&organization, &name],
        )
        .await?;
    Ok(row.map(Domain::from))
}

/// Whose a verified domain is. The one look-up here over all organizations.
pub(crate) async fn find_verified(
    tx: &mut Tx,
    name: &str,
) -> Result<Option<(OrganizationId, Option<ConnectionId>)>, Error> {
    tx.fetch_optional(
        "SELECT organization_id, connection_id FROM domains WHERE name = $1 AND verified_at IS NOT NULL",
        &[&name],
    )
    .await
}

/// Writes a domain, new or changed. `Taken` where it is verified by another organization, `Missing` where the connection
/// is none.
pub(crate) async fn save(
    tx: &mut Tx,
    organization: OrganizationId,
    domain: &Domain,
) -> Result<Attempt<u64>, Error> {
    tx.attempt(
        "INSERT INTO domains (organization_id, name, challenge, connection_id, sso_required, created_at, verified_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (organization_id, name) DO UPDATE SET connection_id = $4, sso_required = $5, verified_at = $7",
        &[
            &organization,
            &domain.name,
            &domain.challenge,
            &domain.connection,
            &domain.sso_required,
            &domain.created,
            &domain.verified,
        ],
    )
    .await
}

/// Deletes a domain.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    name: &str,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM domains WHERE organization_id = $1 AND name = $2",
        &[&organization, &name],
    )
    .await
}

/// Whether everybody but the Owner must sign in through a connection.
pub(crate) async fn is_sso_required(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<bool, Error> {
    let (required,) = tx
        .fetch_one(
            "SELECT sso_required FROM organizations WHERE id = $1",
            &[&organization],
        )
        .await?;
    Ok(required)
}

/// Says whether they must.
pub(crate) async fn set_sso_required(
    tx: &mut Tx,
    organization: OrganizationId,
    required: bool,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE organizations SET sso_required = $2 WHERE id = $1",
        &[&organization, &required],
    )
    .await
}

/// Whether a member is the Owner of an organization other than this one, through the same account.
pub(crate) async fn owns_another(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<bool, Error> {
    let row: Option<(i32,)> = tx
        .fetch_optional(
            "SELECT 1 FROM members m JOIN members p ON p.account_id = m.account_id
             JOIN organizations o ON o.id = p.organization_id AND o.owner_member_id = p.id
             WHERE m.organization_id = $1 AND m.id = $2 AND o.id <> $1 LIMIT 1",
            &[&organization, &member],
        )
        .await?;
    Ok(row.is_some())
}

/// The sign-in name of a member's account, as it is compared.
pub(crate) async fn sign_in_name(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Option<String>, Error> {
    let row: Option<(Option<String>,)> = tx
        .fetch_optional(
            "SELECT a.email_key FROM members m JOIN accounts a ON a.id = m.account_id
             WHERE m.organization_id = $1 AND m.id = $2",
            &[&organization, &member],
        )
        .await?;
    Ok(row.and_then(|(name,)| name))
}

/// The members who have a session that was not begun through a connection.
pub(crate) async fn list_signed_in_otherwise(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "SELECT DISTINCT member_id FROM sessions WHERE organization_id = $1 AND connection_id IS NULL",
            &[&organization],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Ends the sessions of a member that were not begun through a connection.
pub(crate) async fn end_sessions_otherwise(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM sessions WHERE organization_id = $1 AND member_id = $2 AND connection_id IS NULL",
        &[&organization, &member],
    )
    .await
}
