//! Changing projects and workspaces, and finding one.

use super::db::{Attempt, Tx};
use super::projects::{ProjectRow, WorkspaceRow};
use crate::domain::error::Error;
use crate::domain::listing::Slice;
use crate::domain::name;
use crate::domain::organization::{Project, Workspace};
use crate::domain::{MemberId, OrganizationId, ProjectId, WorkspaceId};

/// The project with this number.
pub(crate) async fn find_project(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<Option<Project>, Error> {
    let row: Option<ProjectRow> = tx
        .fetch_optional(
            "SELECT id, title, description, workspace_id, created_by, created_at, color, is_published, is_archived
             FROM projects WHERE organization_id = $1 AND id = $2",
            &[&organization, &project],
        )
        .await?;
    Ok(row.map(Project::from))
}

/// A part of the projects of a workspace, or of all, and how many there are.
pub(crate) async fn list_projects(
    tx: &mut Tx,
    organization: OrganizationId,
    workspace: Option<WorkspaceId>,
    slice: Slice,
) -> Result<(u64, Vec<Project>), Error> {
    let (total,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM projects WHERE organization_id = $1 AND ($2 IS NULL OR workspace_id = $2)",
            &[&organization, &workspace],
        )
        .await?;
    let rows: Vec<ProjectRow> = tx
        .fetch_all(
            "SELECT id, title, description, workspace_id, created_by, created_at, color, is_published, is_archived
             FROM projects WHERE organization_id = $1 AND ($2 IS NULL OR workspace_id = $2)
             ORDER BY id LIMIT $4 OFFSET $3",
            &[&organization, &workspace, &slice.offset, &slice.count],
        )
        .await?;
    Ok((
        total.unsigned_abs(),
        rows.into_iter().map(Project::from).collect(),
    ))
}

/// Writes a project in the place of what it was.
pub(crate) async fn update_project(
    tx: &mut Tx,
    organization: OrganizationId,
    project: &Project,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE projects SET title = $3, description = $4, workspace_id = $5, color = $6, is_published = $7, is_archived = $8
         WHERE organization_id = $1 AND id = $2",
        &[
            &organization,
            &project.id,
            &project.title,
            &project.description,
            &project.workspace,
            &project.color,
            &project.is_published,
            &project.is_archived,
        ],
    )
    .await
}

/// Deletes a project, with its rules and whoever was in it.
pub(crate) async fn delete_project(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM projects WHERE organization_id = $1 AND id = $2",
        &[&organization, &project],
    )
    .await
}

/// The workspace with this number.
pub(crate) async fn find_workspace(
    tx: &mut Tx,
    organization: OrganizationId,
    workspace: WorkspaceId,
) -> Result<Option<Workspace>, Error> {
    let row: Option<WorkspaceRow> = tx
        .fetch_optional(
            "SELECT id, title, description, color, created_by, created_at, is_archived, is_personal,
                (SELECT COUNT(*) FROM projects p WHERE p.organization_id = w.organization_id AND p.workspace_id = w.id) AS projects,
                COALESCE((SELECT m.number FROM members m WHERE m.organization_id = w.organization_id AND m.id = w.created_by),
                    (SELECT f.number FROM former_members f WHERE f.organization_id = w.organization_id AND f.id = w.created_by), 0) AS author
             FROM workspaces w WHERE organization_id = $1 AND id = $2",
            &[&organization, &workspace],
        )
        .await?;
    Ok(row.map(Workspace::from))
}

/// Writes a workspace in the place of what it was.
pub(crate) async fn update_workspace(
    tx: &mut Tx,
    organization: OrganizationId,
    workspace: &Workspace,
) -> Result<Attempt<u64>, Error> {
    tx.attempt(
        "UPDATE workspaces SET title = $3, title_key = $4, description = $5, color = $6, is_archived = $7, is_personal = $8
         WHERE organization_id = $1 AND id = $2",
        &[
            &organization,
            &workspace.id,
            &workspace.title,
            &name::key(&workspace.title),
            &workspace.description,
            &workspace.color,
            &workspace.is_archived,
            &workspace.is_personal,
        ],
    )
    .await
}

/// Deletes a workspace, with its rules and whoever was in it; `Missing` where a project is in it.
pub(crate) async fn delete_workspace(
    tx: &mut Tx,
    organization: OrganizationId,
    workspace: WorkspaceId,
) -> Result<Attempt<u64>, Error> {
    tx.attempt(
        "DELETE FROM workspaces WHERE organization_id = $1 AND id = $2",
        &[&organization, &workspace],
    )
    .await
}

/// The projects that are in the workspaces of a member, by hand or by rule.
pub(crate) async fn projects_through_workspaces(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Vec<ProjectId>, Error> {
    let rows: Vec<(ProjectId,)> = tx
        .fetch_all(
            "SELECT p.id FROM projects p WHERE p.organization_id = $1 AND p.workspace_id IN (
                SELECT w.workspace_id FROM workspace_members w WHERE w.organization_id = $1 AND w.member_id = $2
                UNION
                SELECT r.workspace_id FROM member_groups mg
                JOIN workspace_rules r ON r.organization_id = mg.organization_id AND r.group_name = mg.name
                WHERE mg.organization_id = $1 AND mg.member_id = $2)
             ORDER BY p.id",
            &[&organization, &member],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
