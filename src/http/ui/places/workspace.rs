//! `/organization/workspaces/{id}`: one workspace, who is in it, and its projects.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::Open;
use super::people::{self, People};
use crate::app::Caller;
use crate::app::places::{self, Place};
use crate::domain::WorkspaceId;
use crate::domain::error::Error;
use crate::domain::organization::Workspace;
use crate::domain::role::Role;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::{Parameters, Segments};
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::members::day;
use crate::http::ui::page;
use crate::http::ui::paging::slice;
use crate::http::ui::problems::Problems;

#[derive(Template)]
#[template(path = "places/workspace.html")]
struct Page {
    frame: Frame,
    number: i64,
    name: String,
    made: String,
    people: People,
    projects: Vec<(i64, String)>,
    /// How many projects there are in all.
    total: u64,
    title: String,
    description: String,
    archived: bool,
    notice: Option<&'static str>,
    problems: Problems,
}

fn path(id: WorkspaceId) -> String {
    format!("/organization/workspaces/{}", id.0)
}

/// GET.
pub(crate) async fn show(
    person: Person,
    Segments(id): Segments<i64>,
    parameters: Parameters,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Manager).await?;
    let notice = match parameters.get("done") {
        Some("made") => Some("The workspace is made."),
        Some("saved") => Some("The workspace is saved."),
        Some("added") => Some("The member is added."),
        Some("removed") => {
            Some("What was given by hand is taken back. Who is here by a rule stays.")
        }
        _ => None,
    };
    let open = Open::read(&parameters);
    shown(
        person,
        WorkspaceId(id),
        open,
        None,
        notice,
        Problems::default(),
    )
    .await
}

async fn shown(
    person: Person,
    id: WorkspaceId,
    open: Open,
    typed: Option<&BTreeMap<String, String>>,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let caller = &person.caller;
    let workspace = places::find_workspace(caller, id).await?;
    let projects = places::list_projects(caller, id, slice(1)).await?;
    let people = People::of(caller, Place::Workspace(id), path(id), &open).await?;
    let text = |name: &str, kept: &str| match typed {
        Some(fields) => fields.get(name).cloned().unwrap_or_default(),
        None => kept.to_owned(),
    };
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = Page {
        number: id.0,
        made: day(workspace.created),
        title: text("title", &workspace.title),
        description: text("description", &workspace.description),
        archived: typed.map_or(workspace.is_archived, |fields| {
            fields.contains_key("archived")
        }),
        name: workspace.title,
        frame: person.frame,
        people,
        total: projects.total,
        projects: projects
            .resources
            .into_iter()
            .map(|one| (one.id.0, one.title))
            .collect(),
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

/// POST: `what` is `save`, `add`, `remove` or `delete`.
pub(crate) async fn post(
    person: Person,
    Segments(id): Segments<i64>,
    fields: Result<Body<BTreeMap<String, String>>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Manager).await?;
    let Body(fields) = fields?;
    let id = WorkspaceId(id);
    let what = fields.get("what").map_or("", String::as_str);
    let open = Open::of(fields.get("view").map_or("", String::as_str));
    let caller = &person.caller;
    let (done, named) = match what {
        "add" | "remove" => {
            let done = people::act(caller, Place::Workspace(id), what, &fields).await;
            (done, "member")
        }
        "delete" => match places::delete_workspace(caller, id).await {
            Ok(()) => {
                let path = "/organization/workspaces?done=deleted";
                return Ok(Redirect::to(path).into_response());
            }
            Err(error) => (Err(error), "delete"),
        },
        _ => (save(caller, id, &fields).await, "title"),
    };
    match done {
        Ok(done) => {
            let path = format!("{}page={}&done={done}", open.path(&path(id)), open.page);
            Ok(Redirect::to(&path).into_response())
        }
        Err(error) => {
            let problems = Problems::of(error, &[named])?;
            let typed = (named == "title").then_some(&fields);
            shown(person, id, open, typed, None, problems).await
        }
    }
}

async fn save(
    caller: &Caller,
    id: WorkspaceId,
    fields: &BTreeMap<String, String>,
) -> Result<&'static str, Error> {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let change = |workspace: &mut Workspace| {
        workspace.title = field("title");
        workspace.description = field("description");
        workspace.is_archived = fields.contains_key("archived");
    };
    places::change_workspace(caller, id, change).await?;
    Ok("saved")
}
