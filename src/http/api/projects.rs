//! `/api/projects` and `/api/workspaces`.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::body::Body;
use super::error::ApiError;
use super::{PageOf, shapes};
use crate::app::projects::{self, Draft};
use crate::domain::WorkspaceId;
use crate::http::extract::{ApiCaller, Parameters};
use crate::state::State;

/// What a new project is made of.
#[derive(Debug, Deserialize)]
pub(crate) struct NewProject {
    title: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    workspace: Option<WorkspaceId>,
}

/// POST: makes a project.
pub(crate) async fn create(
    ApiCaller(caller): ApiCaller,
    Body(new): Body<NewProject>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let draft = Draft {
        title: new.title,
        description: new.description.unwrap_or_default(),
    };
    let project = projects::create(&caller, draft, new.workspace).await?;
    Ok((
        StatusCode::CREATED,
        Json(shapes::project(&project, caller.organization.0)),
    ))
}

/// GET: a page of projects.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read(&parameters, 30)?;
    let found = projects::list(&caller, page.offset(), page.size).await?;
    let own = caller.organization.0;
    let results: Vec<Value> = found
        .resources
        .iter()
        .map(|project| shapes::project(project, own))
        .collect();
    Ok(Json(page.envelope(
        &state.config.base_url(),
        "/api/projects/",
        found.total,
        &results,
    )))
}

/// What a new workspace is made of.
#[derive(Debug, Deserialize)]
pub(crate) struct NewWorkspace {
    title: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    color: Option<String>,
}

/// POST: makes a workspace.
pub(crate) async fn create_workspace(
    ApiCaller(caller): ApiCaller,
    Body(new): Body<NewWorkspace>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let draft = Draft {
        title: new.title,
        description: new.description.unwrap_or_default(),
    };
    let color = new.color.unwrap_or_else(|| "#FFFFFF".to_owned());
    let workspace = projects::create_workspace(&caller, draft, &color).await?;
    Ok((StatusCode::CREATED, Json(shapes::workspace(&workspace))))
}

/// GET: all workspaces.
pub(crate) async fn list_workspaces(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    let all = projects::list_workspaces(&caller).await?;
    Ok(Json(all.iter().map(shapes::workspace).collect()))
}
