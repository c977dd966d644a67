//! Projects and workspaces.

use sqlx::FromRow;

use super::db::Tx;
use crate::domain::error::Error;
use crate::domain::name;
use crate::domain::organization::{Project, Workspace};
use crate::domain::{MemberId, MemberNumber, OrganizationId, ProjectId, Timestamp, WorkspaceId};

#[derive(FromRow)]
pub(in crate::store) struct ProjectRow {
    id: ProjectId,
    title: String,
    description: String,
    workspace_id: Option<WorkspaceId>,
    created_by: MemberId,
    created_at: Timestamp,
    color: String,
    is_published: bool,
    is_archived: bool,
}

impl From<ProjectRow> for Project {
    fn from(row: ProjectRow) -> Self {
        Self {
            id: row.id,
            title: row.title,
            description: row.description,
            workspace: row.workspace_id,
            color: row.color,
            is_published: row.is_published,
            is_archived: row.is_archived,
            created_by: row.created_by,
            created: row.created_at,
        }
    }
}

/// Makes a project; the caller has found the workspace in the organization.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    title: &str,
    description: &str,
    workspace: Option<WorkspaceId>,
    by: MemberId,
    at: Timestamp,
) -> Result<Project, Error> {
    let row: ProjectRow = tx
        .fetch_one(
            "INSERT INTO projects (organization_id, title, description, workspace_id, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, title, description, workspace_id, created_by, created_at,
                color, is_published, is_archived",
            &[&organization, &title, &description, &workspace, &by, &at],
        )
        .await?;
    Ok(row.into())
}

/// Whether the organization has this project.
pub(crate) async fn exists(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<bool, Error> {
    let row: Option<(ProjectId,)> = tx
        .fetch_optional(
            "SELECT id FROM projects WHERE organization_id = $1 AND id = $2",
            &[&organization, &project],
        )
        .await?;
    Ok(row.is_some())
}

#[derive(FromRow)]
pub(super) struct WorkspaceRow {
    id: WorkspaceId,
    title: String,
    description: String,
    color: String,
    created_by: MemberId,
    created_at: Timestamp,
    is_archived: bool,
    is_personal: bool,
    projects: i64,
    author: MemberNumber,
}

impl From<WorkspaceRow> for Workspace {
    fn from(row: WorkspaceRow) -> Self {
        Self {
            id: row.id,
            title: row.title,
            description: row.description,
            color: row.color,
            is_archived: row.is_archived,
            is_personal: row.is_personal,
            projects: row.projects,
            author: row.author,
            created_by: row.created_by,
            created: row.created_at,
        }
    }
}

/// Makes a workspace; `None` where another has this title.
pub(crate) async fn insert_workspace(
    tx: &mut Tx,
    organization: OrganizationId,
    title: &str,
    description: &str,
    color: &str,
    by: MemberId,
    at: Timestamp,
) -> Result<Option<Workspace>, Error> {
    let row: Option<WorkspaceRow> = tx
        .fetch_optional(
            "INSERT INTO workspaces (organization_id, title, title_key, description, color, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organization_id, title_key) DO NOTHING
             RETURNING id, title, description, color, created_by, created_at, is_archived, is_personal,
                CAST(0 AS BIGINT) AS projects, CAST(0 AS BIGINT) AS author",
            &[&organization, &title, &name::key(title), &description, &color, &by, &at],
        )
        .await?;
    Ok(row.map(Workspace::from))
}

/// All workspaces of the organization, by number.
pub(crate) async fn list_workspaces(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Vec<Workspace>, Error> {
    let rows: Vec<WorkspaceRow> = tx
        .fetch_all(
            "SELECT id, title, description, color, created_by, created_at, is_archived, is_personal,
                (SELECT COUNT(*) FROM projects p WHERE p.organization_id = w.organization_id AND p.workspace_id = w.id) AS projects, COALESCE((SELECT m.number FROM members m WHERE m.organization_id = w.organization_id AND m.id = w.created_by),
                    (SELECT f.number FROM former_members f WHERE f.organization_id = w.organization_id AND f.id = w.created_by), 0) AS author
             FROM workspaces w WHERE organization_id = $1 ORDER BY id",
            &[&organization],
        )
        .await?;
    Ok(rows.into_iter().map(Workspace::from).collect())
}

/// The workspace with this number.
pub(crate) async fn workspace_exists(
    tx: &mut Tx,
    organization: OrganizationId,
    workspace: WorkspaceId,
) -> Result<bool, Error> {
    let row: Option<(WorkspaceId,)> = tx
        .fetch_optional(
            "SELECT id FROM workspaces WHERE organization_id = $1 AND id = $2",
            &[&organization, &workspace],
        )
        .await?;
    Ok(row.is_some())
}
