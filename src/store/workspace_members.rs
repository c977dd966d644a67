//! Who is in which workspace by hand.

use super::db::Tx;
use super::list_of;
use crate::domain::error::Error;
use crate::domain::{MemberId, OrganizationId, Timestamp, WorkspaceId};

/// Puts members into a workspace; those who were not in it by hand. Nothing happens where there is no such workspace.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    workspace: WorkspaceId,
    members: &[MemberId],
    at: Timestamp,
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "INSERT INTO workspace_members (organization_id, workspace_id, member_id, created_at)
             SELECT m.organization_id, w.id, m.id, $4 FROM members m CROSS JOIN workspaces w
             WHERE m.organization_id = $1 AND m.id IN (SELECT value FROM json_each($3))
                AND w.organization_id = $1 AND w.id = $2
             ON CONFLICT (organization_id, workspace_id, member_id) DO NOTHING RETURNING member_id",
            &[&organization, &workspace, &list_of(members), &at],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Takes members out of a workspace; those who were in it by hand.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    workspace: WorkspaceId,
    members: &[MemberId],
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "DELETE FROM workspace_members WHERE organization_id = $1 AND workspace_id = $2
                AND member_id IN (SELECT value FROM json_each($3)) RETURNING member_id",
            &[&organization, &workspace, &list_of(members)],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The workspaces in which a member is by hand, by number.
pub(crate) async fn of_member(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Vec<WorkspaceId>, Error> {
    let rows: Vec<(WorkspaceId,)> = tx
        .fetch_all(
            "SELECT workspace_id FROM workspace_members WHERE organization_id = $1 AND member_id = $2 ORDER BY workspace_id",
            &[&organization, &member],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Those of these members whom somebody has put into a workspace.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    workspace: WorkspaceId,
    members: &[MemberId],
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "SELECT member_id FROM workspace_members WHERE organization_id = $1 AND workspace_id = $2
                AND member_id IN (SELECT value FROM json_each($3)) ORDER BY member_id",
            &[&organization, &workspace, &list_of(members)],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
