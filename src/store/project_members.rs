//! Who is in which project by hand, and as what.

use super::db::Tx;
use super::{list_of, project_role};
use crate::domain::error::Error;
use crate::domain::role::ProjectRole;
use crate::domain::{MemberId, MemberNumber, OrganizationId, ProjectId, Timestamp};

/// Puts members into a project, with the role that they have in the organization; those who were not in it by hand.
/// Nothing happens where there is no such project.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    members: &[MemberId],
    at: Timestamp,
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "INSERT INTO project_members (organization_id, project_id, member_id, role, created_at)
             SELECT m.organization_id, p.id, m.id, 0, $4 FROM members m CROSS JOIN projects p
             WHERE m.organization_id = $1 AND m.id IN (SELECT value FROM json_each($3))
                AND p.organization_id = $1 AND p.id = $2
             ON CONFLICT (organization_id, project_id, member_id) DO NOTHING RETURNING member_id",
            &[&organization, &project, &list_of(members), &at],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Takes members out of a project; those who were in it by hand.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    members: &[MemberId],
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "DELETE FROM project_members WHERE organization_id = $1 AND project_id = $2
                AND member_id IN (SELECT value FROM json_each($3)) RETURNING member_id",
            &[&organization, &project, &list_of(members)],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// A role in a project that somebody has given by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Given {
    /// Its number.
    pub(crate) id: i64,
    /// In which project.
    pub(crate) project: ProjectId,
    /// To whom.
    pub(crate) member: MemberId,
    /// The same member's number.
    pub(crate) number: MemberNumber,
    /// The role; `Inherit` where they only are in the project.
    pub(crate) role: ProjectRole,
}

fn given(row: (i64, ProjectId, MemberId, MemberNumber, i16)) -> Result<Given, Error> {
    Ok(Given {
        id: row.0,
        project: row.1,
        member: row.2,
        number: row.3,
        role: project_role(row.4)?,
    })
}

/// Puts a member into a project with this role, or gives them this one there.
pub(crate) async fn set_role(
    tx: &mut Tx,
    organization: OrganizationId,
    (project, member): (ProjectId, MemberId),
    role: ProjectRole,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO project_members (organization_id, project_id, member_id, role, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organization_id, project_id, member_id) DO UPDATE SET role = $4",
        &[&organization, &project, &member, &(role as i16), &at],
    )
    .await?;
    Ok(())
}

/// Takes back the role with this number; the member stays in the project. What it was.
pub(crate) async fn clear_role(
    tx: &mut Tx,
    organization: OrganizationId,
    id: i64,
) -> Result<Option<(ProjectId, MemberId)>, Error> {
    tx.fetch_optional(
        "UPDATE project_members SET role = 0 WHERE organization_id = $1 AND id = $2 AND role > 0
         RETURNING project_id, member_id",
        &[&organization, &id],
    )
    .await
}

/// Everything that was given by hand in a project, to one member or to all, by number; at most 10,000.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
    members: &[MemberId],
) -> Result<Vec<Given>, Error> {
    let rows = tx
        .fetch_all(
            "SELECT p.id, p.project_id, p.member_id, m.number, p.role FROM project_members p
             JOIN members m ON m.organization_id = p.organization_id AND m.id = p.member_id
             WHERE p.organization_id = $1 AND p.project_id = $2 AND p.member_id IN (SELECT value FROM json_each($3))
             ORDER BY p.id",
            &[&organization, &project, &list_of(members)],
        )
        .await?;
    rows.into_iter().map(given).collect()
}

/// The roles that were given by hand in a project, by number; at most 10,000.
pub(crate) async fn list_roles(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<Vec<Given>, Error> {
    let rows = tx
        .fetch_all(
            "SELECT p.id, p.project_id, p.member_id, m.number, p.role FROM project_members p
             JOIN members m ON m.organization_id = p.organization_id AND m.id = p.member_id
             WHERE p.organization_id = $1 AND p.project_id = $2 AND p.role > 0 ORDER BY p.id LIMIT 10000",
            &[&organization, &project],
        )
        .await?;
    rows.into_iter().map(given).collect()
}

/// What was given by hand to one member, by project.
pub(crate) async fn of_member(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Vec<Given>, Error> {
    let rows = tx
        .fetch_all(
            "SELECT p.id, p.project_id, p.member_id, m.number, p.role FROM project_members p
             JOIN members m ON m.organization_id = p.organization_id AND m.id = p.member_id
             WHERE p.organization_id = $1 AND p.member_id = $2 ORDER BY p.project_id",
            &[&organization, &member],
        )
        .await?;
    rows.into_iter().map(given).collect()
}
