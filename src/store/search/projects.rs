//! The lists of projects: filters, an order and a part. Values are always bound.

use sqlx::AssertSqlSafe;

use super::statement::Statement;
use crate::domain::error::Error;
use crate::domain::listing::{ProjectFilter, Slice};
use crate::domain::organization::Project;
use crate::domain::{OrganizationId, ProjectId};
use crate::store::db::Tx;
use crate::store::projects::ProjectRow;

/// How many projects a filter leaves, whatever their titles.
pub(crate) async fn count(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &ProjectFilter,
) -> Result<u64, Error> {
    let begin = "SELECT COUNT(*) FROM projects p WHERE p.organization_id = $1";
    let mut statement = Statement::begin(begin, organization);
    narrow(&mut statement, filter);
    let (total,): (i64,) = tx
        .fetch_one(AssertSqlSafe(statement.sql.clone()), &statement.values())
        .await?;
    Ok(total.unsigned_abs())
}

/// A part of the projects that a filter leaves, whatever their titles.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &ProjectFilter,
    slice: Slice,
) -> Result<Vec<Project>, Error> {
    let mut statement = Statement::begin(
        "SELECT p.id, p.title, p.description, p.workspace_id, p.created_by, p.created_at, p.color, p.is_published, p.is_archived
         FROM projects p WHERE p.organization_id = $1",
        organization,
    );
    narrow(&mut statement, filter);
    statement.push(if filter.backwards {
        " ORDER BY p.id DESC LIMIT "
    } else {
        " ORDER BY p.id LIMIT "
    });
    statement.bind(slice.count);
    statement.push(" OFFSET ");
    statement.bind(slice.offset);
    let rows: Vec<ProjectRow> = tx
        .fetch_all(AssertSqlSafe(statement.sql.clone()), &statement.values())
        .await?;
    Ok(rows.into_iter().map(Project::from).collect())
}

/// The numbers and titles of the projects that a filter leaves, the next after `after`.
pub(crate) async fn titles(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &ProjectFilter,
    after: ProjectId,
    count: i64,
) -> Result<Vec<(ProjectId, String)>, Error> {
    let begin = "SELECT p.id, p.title FROM projects p WHERE p.organization_id = $1 AND p.id > ";
    let mut statement = Statement::begin(begin, organization);
    statement.bind(after);
    narrow(&mut statement, filter);
    statement.push(" ORDER BY p.id LIMIT ");
    statement.bind(count);
    tx.fetch_all(AssertSqlSafe(statement.sql.clone()), &statement.values())
        .await
}

fn narrow(statement: &mut Statement, filter: &ProjectFilter) {
    if let Some(only) = &filter.only {
        statement.push(" AND p.id");
        statement.among(only.iter().copied());
    }
    if !filter.workspaces.is_empty() {
        statement.push(" AND p.workspace_id");
        statement.among(filter.workspaces.iter().copied());
    }
    if let Some(archived) = filter.archived {
        statement.push(" AND p.is_archived = ");
        statement.bind(archived);
    }
}
