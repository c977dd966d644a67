//! `/api/projects/{id}` and `/api/workspaces/{id}`: one of them, changed and deleted, and the projects of a workspace.

use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::body::Body;
use super::error::ApiError;
use super::member_filter::numbers;
use super::shapes;
use crate::app::places;
use crate::domain::error::Error;
use crate::domain::listing::Slice;
use crate::domain::{ProjectId, WorkspaceId};
use crate::http::extract::{ApiCaller, Parameters, Segments};

/// How many there are in a list without pages at most.
pub(super) const ALL: Slice = Slice {
    offset: 0,
    count: 10_000,
};

/// What of a project can be changed. What is absent or `null` stays.
#[derive(Debug, Deserialize)]
pub(crate) struct ProjectChange {
    title: Option<String>,
    description: Option<String>,
    workspace: Option<WorkspaceId>,
    color: Option<String>,
    is_published: Option<bool>,
    is_archived: Option<bool>,
}

/// GET of a project.
pub(crate) async fn get_project(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    let project = places::find_project(&caller, ProjectId(id)).await?;
    Ok(Json(shapes::project(&project, caller.organization.0)))
}

/// PATCH of a project.
pub(crate) async fn change_project(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    Body(wanted): Body<ProjectChange>,
) -> Result<Json<Value>, ApiError> {
    let project = places::change_project(&caller, ProjectId(id), |project| {
        let now = project.clone();
        project.title = wanted.title.unwrap_or(now.title);
        project.description = wanted.description.unwrap_or(now.description);
        project.workspace = wanted.workspace.or(now.workspace);
        project.color = wanted.color.unwrap_or(now.color);
        project.is_published = wanted.is_published.unwrap_or(now.is_published);
        project.is_archived = wanted.is_archived.unwrap_or(now.is_archived);
    });
    Ok(Json(shapes::project(
        &project.await?,
        caller.organization.0,
    )))
}

/// DELETE of a project.
pub(crate) async fn delete_project(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
) -> Result<StatusCode, ApiError> {
    places::delete_project(&caller, ProjectId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What of a workspace can be changed. What is absent or `null` stays.
#[derive(Debug, Deserialize)]
pub(crate) struct WorkspaceChange {
    title: Option<String>,
    description: Option<String>,
    color: Option<String>,
    is_archived: Option<bool>,
    is_personal: Option<bool>,
}

/// GET of a workspace.
pub(crate) async fn get_workspace(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    let workspace = places::find_workspace(&caller, WorkspaceId(id)).await?;
    Ok(Json(shapes::workspace(&workspace)))
}

/// PATCH of a workspace.
pub(crate) async fn change_workspace(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    Body(wanted): Body<WorkspaceChange>,
) -> Result<Json<Value>, ApiError> {
    let workspace = places::change_workspace(&caller, WorkspaceId(id), |workspace| {
        let now = workspace.clone();
        workspace.title = wanted.title.unwrap_or(now.title);
        workspace.description = wanted.description.unwrap_or(now.description);
        workspace.color = wanted.color.unwrap_or(now.color);
        workspace.is_archived = wanted.is_archived.unwrap_or(now.is_archived);
        workspace.is_personal = wanted.is_personal.unwrap_or(now.is_personal);
    });
    Ok(Json(shapes::workspace(&workspace.await?)))
}

/// DELETE of a workspace.
pub(crate) async fn delete_workspace(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
) -> Result<StatusCode, ApiError> {
    places::delete_workspace(&caller, WorkspaceId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// GET: the projects of a workspace.
pub(crate) async fn list_projects(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    let found = places::list_projects(&caller, WorkspaceId(id), ALL).await?;
    let own = caller.organization.0;
    let all = found.resources.iter();
    Ok(Json(all.map(|one| shapes::project(one, own)).collect()))
}

/// A project that is put into a workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct NamedProject {
    project: ProjectId,
}

/// POST: puts a project into a workspace.
pub(crate) async fn add_project(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    Body(named): Body<NamedProject>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    places::find_workspace(&caller, WorkspaceId(id)).await?;
    let into = |project: &mut crate::domain::organization::Project| {
        project.workspace = Some(WorkspaceId(id));
    };
    let project = places::change_project(&caller, named.project, into).await?;
    Ok((
        StatusCode::CREATED,
        Json(shapes::project(&project, caller.organization.0)),
    ))
}

/// DELETE: takes a project out of a workspace.
pub(crate) async fn remove_project(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    parameters: Parameters,
) -> Result<StatusCode, ApiError> {
    let named = numbers(&parameters, "project")?;
    let [project] = named[..] else {
        return Err(Error::Invalid("`project` must be one number".to_owned()).into());
    };
    let project = ProjectId(project);
    if places::find_project(&caller, project).await?.workspace != Some(WorkspaceId(id)) {
        return Err(Error::NotFound("project").into());
    }
    places::change_project(&caller, project, |project| project.workspace = None).await?;
    Ok(StatusCode::NO_CONTENT)
}
