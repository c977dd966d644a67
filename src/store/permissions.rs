//! What organizations have said of who may do what.

use super::db::Tx;
use crate::domain::OrganizationId;
use crate::domain::error::Error;
use crate::domain::permission::{self, Permission};
use crate::domain::role::Role;

/// What an organization has said of a permission.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    permission: Permission,
) -> Result<Option<Vec<Role>>, Error> {
    let row: Option<(i16,)> = tx
        .fetch_optional(
            "SELECT roles FROM permissions WHERE organization_id = $1 AND permission = $2",
            &[&organization, &permission.key()],
        )
        .await?;
    Ok(row.map(|(bits,)| permission::roles(bits)))
}

/// Says who may.
pub(crate) async fn replace(
    tx: &mut Tx,
    organization: OrganizationId,
    permission: Permission,
    roles: &[Role],
) -> Result<u64, Error> {
    tx.execute(
        "INSERT INTO permissions (organization_id, permission, roles) VALUES ($1, $2, $3)
         ON CONFLICT (organization_id, permission) DO UPDATE SET roles = $3",
        &[&organization, &permission.key(), &permission::bits(roles)],
    )
    .await
}

/// Lets the default hold again.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    permission: Permission,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM permissions WHERE organization_id = $1 AND permission = $2",
        &[&organization, &permission.key()],
    )
    .await
}
