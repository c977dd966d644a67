//! `/api/projects` and `/api/workspaces`.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::body::Body;
use super::error::ApiError;
use super::member_filter::{flag, numbers, repeated};
use super::{PageOf, shapes};
use crate::app::projects::{self, Draft};
use crate::domain::error::Error;
use crate::domain::listing::ProjectFilter;
use crate::domain::{ProjectId, WorkspaceId, name};
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

/// The parameters that narrow or sort: those that a link to the next page must repeat.
const KNOWN: [&str; 6] = [
    "ids",
    "title",
    "search",
    "workspaces",
    "archived",
    "ordering",
];

fn filter(parameters: &Parameters) -> Result<ProjectFilter, ApiError> {
    let words = ["title", "search"].map(|name| parameters.get(name).unwrap_or_default().trim());
    let backwards = match parameters.get("ordering").unwrap_or_default() {
        "" | "id" | "created_at" => false,
        "-id" | "-created_at" => true,
        _ => {
            return Err(Error::Invalid(
                "`ordering` is id or created_at, with a minus before it for the reverse".to_owned(),
            )
            .into());
        }
    };
    let ids = numbers(parameters, "ids")?;
    let asked = parameters.every("ids").any(|ids| !ids.is_empty());
    Ok(ProjectFilter {
        only: asked.then(|| ids.into_iter().map(ProjectId).collect()),
        workspaces: numbers(parameters, "workspaces")?
            .into_iter()
            .map(WorkspaceId)
            .collect(),
        archived: flag(parameters, "archived")?,
        words: words
            .into_iter()
            .filter(|word| !word.is_empty())
            .map(name::key)
            .collect(),
        backwards,
    })
}

/// GET: a page of projects.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read(&parameters, 30)?;
    let found = projects::list(&caller, filter(&parameters)?, page.slice()).await?;
    let own = caller.organization.0;
    let results: Vec<Value> = found
        .resources
        .iter()
        .map(|project| shapes::project(project, own))
        .collect();
    let path = repeated("/api/projects/", &KNOWN, &parameters);
    Ok(Json(page.envelope(
        &state.config.base_url(),
        &path,
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
