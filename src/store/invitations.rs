//! Invitations: the link of an organization, and those to one address. Only hashes, and the link sealed.

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::Tx;
use super::role;
use crate::domain::error::Error;
use crate::domain::invitation::Invitation;
use crate::domain::{InvitationId, MemberId, OrganizationId, ProjectId, Timestamp, WorkspaceId};

#[derive(FromRow)]
struct InvitationRow {
    organization_id: OrganizationId,
    id: InvitationId,
    email: String,
    role: i16,
    projects: Json<Vec<ProjectId>>,
    workspaces: Json<Vec<WorkspaceId>>,
    invited_by: MemberId,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl TryFrom<InvitationRow> for Invitation {
    type Error = Error;

    fn try_from(row: InvitationRow) -> Result<Self, Error> {
        Ok(Self {
            organization: row.organization_id,
            id: row.id,
            email: row.email,
            role: role(row.role)?,
            projects: row.projects.0,
            workspaces: row.workspaces.0,
            invited_by: row.invited_by,
            created: row.created_at,
            expires: row.expires_at,
        })
    }
}

/// The sealed token of the organization's link, where there is one.
pub(crate) async fn find_link(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Option<String>, Error> {
    let row: Option<(Option<String>,)> = tx
        .fetch_optional(
            "SELECT link_sealed FROM organizations WHERE id = $1",
            &[&organization],
        )
        .await?;
    Ok(row.and_then(|(sealed,)| sealed))
}

/// Gives the organization another link.
pub(crate) async fn replace_link(
    tx: &mut Tx,
    organization: OrganizationId,
    hash: &str,
    sealed: &str,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE organizations SET link_hash = $2, link_sealed = $3 WHERE id = $1",
        &[&organization, &hash, &sealed],
    )
    .await
}

/// Whose link this is.
pub(crate) async fn find_by_link(tx: &mut Tx, hash: &str) -> Result<Option<OrganizationId>, Error> {
    let row: Option<(OrganizationId,)> = tx
        .fetch_optional(
            "SELECT id FROM organizations WHERE link_hash = $1",
            &[&hash],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Keeps an invitation in the place of any that the address had in the organization.
pub(crate) async fn replace(
    tx: &mut Tx,
    invitation: &Invitation,
    email_key: &str,
    hash: &str,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM invitations WHERE organization_id = $1 AND email_key = $2",
        &[&invitation.organization, &email_key],
    )
    .await?;
    tx.execute(
        "INSERT INTO invitations (organization_id, id, email, email_key, hash, role, projects, workspaces, invited_by,
            created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            &invitation.organization,
            &invitation.id,
            &invitation.email,
            &email_key,
            &hash,
            &invitation.role.number(),
            &Json(invitation.projects.clone()),
            &Json(invitation.workspaces.clone()),
            &invitation.invited_by,
            &invitation.created,
            &invitation.expires,
        ],
    )
    .await?;
    Ok(())
}

macro_rules! invitations {
    ($rest:literal) => {
        concat!(
            "SELECT organization_id, id, email, role, projects, workspaces, invited_by, created_at, expires_at
             FROM invitations WHERE ",
            $rest
        )
    };
}

/// The invitation with this hash, if it has not expired.
pub(crate) async fn find_by_hash(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Invitation>, Error> {
    let row: Option<InvitationRow> = tx
        .fetch_optional(
            invitations!("hash = $1 AND expires_at > $2"),
            &[&hash, &now],
        )
        .await?;
    row.map(Invitation::try_from).transpose()
}

/// The invitation of an address, also where it has expired.
pub(crate) async fn find_by_email(
    tx: &mut Tx,
    organization: OrganizationId,
    email_key: &str,
) -> Result<Option<Invitation>, Error> {
    let row: Option<InvitationRow> = tx
        .fetch_optional(
            invitations!("organization_id = $1 AND email_key = $2"),
            &[&organization, &email_key],
        )
        .await?;
    row.map(Invitation::try_from).transpose()
}

/// Invitations, newest first, from an offset, and how many there are.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    offset: i64,
    count: i64,
) -> Result<(u64, Vec<Invitation>), Error> {
    let (total,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM invitations WHERE organization_id = $1",
            &[&organization],
        )
        .await?;
    let rows: Vec<InvitationRow> = tx
        .fetch_all(
            invitations!("organization_id = $1 ORDER BY id DESC LIMIT $3 OFFSET $2"),
            &[&organization, &offset, &count],
        )
        .await?;
    let all = rows.into_iter().map(Invitation::try_from);
    Ok((total.unsigned_abs(), all.collect::<Result<_, _>>()?))
}

/// Uses an invitation up: of many who try at once, one gets it.
pub(crate) async fn take(
    tx: &mut Tx,
    organization: OrganizationId,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Invitation>, Error> {
    let row: Option<InvitationRow> = tx
        .fetch_optional(
            "DELETE FROM invitations WHERE organization_id = $1 AND hash = $2 AND expires_at > $3
             RETURNING organization_id, id, email, role, projects, workspaces, invited_by, created_at, expires_at",
            &[&organization, &hash, &now],
        )
        .await?;
    row.map(Invitation::try_from).transpose()
}

/// Takes an invitation back; its id.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    email_key: &str,
) -> Result<Option<InvitationId>, Error> {
    let row: Option<(InvitationId,)> = tx
        .fetch_optional(
            "DELETE FROM invitations WHERE organization_id = $1 AND email_key = $2 RETURNING id",
            &[&organization, &email_key],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}
