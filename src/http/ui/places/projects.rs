//! `/organization/projects`: the projects, a page of them at a time, and one more.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{Open, choices, chosen};
use crate::app::projects::{self, Draft};
use crate::domain::listing::ProjectFilter;
use crate::domain::organization::Workspace;
use crate::domain::role::Role;
use crate::domain::{WorkspaceId, name};
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::members::day;
use crate::http::ui::page;
use crate::http::ui::paging::{Pager, slice};
use crate::http::ui::problems::Problems;

struct Row {
    number: i64,
    title: String,
    description: String,
    /// Its number and its name.
    workspace: Option<(i64, String)>,
    published: bool,
    archived: bool,
    made: String,
}

#[derive(Template)]
#[template(path = "places/projects.html")]
struct Page {
    frame: Frame,
    open: Open,
    rows: Vec<Row>,
    workspaces: Vec<(String, String)>,
    pager: Pager,
    typed: Wanted,
    notice: Option<&'static str>,
    problems: Problems,
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Manager).await?;
    let deleted = parameters.get("done") == Some("deleted");
    let notice = deleted.then_some("The project is deleted.");
    let open = Open::read(&parameters);
    let typed = Wanted {
        workspace: parameters.get("workspace").unwrap_or_default().to_owned(),
        ..Wanted::default()
    };
    shown(person, open, typed, notice, Problems::default()).await
}

async fn shown(
    person: Person,
    open: Open,
    typed: Wanted,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let caller = &person.caller;
    let workspaces = projects::list_workspaces(caller).await?;
    let filter = ProjectFilter {
        workspaces: open.workspace.map(WorkspaceId).into_iter().collect(),
        archived: open.archived,
        words: open.search.split_whitespace().map(name::key).collect(),
        ..ProjectFilter::default()
    };
    let found = projects::list(caller, filter, slice(open.page)).await?;
    let path = open.path("/organization/projects");
    let rows = found.resources.into_iter().map(|one| Row {
        number: one.id.0,
        title: one.title,
        description: one.description,
        workspace: one.workspace.map(|id| (id.0, title(&workspaces, id))),
        published: one.is_published,
        archived: one.is_archived,
        made: day(one.created),
    });
    let rows: Vec<Row> = rows.collect();
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = Page {
        frame: person.frame,
        pager: Pager::of(&path, open.page, found.total, rows.len()),
        workspaces: choices(&workspaces),
        open,
        rows,
        typed,
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

/// What a workspace is called.
fn title(workspaces: &[Workspace], id: WorkspaceId) -> String {
    let found = workspaces.iter().find(|one| one.id == id);
    found.map_or_else(|| id.0.to_string(), |one| one.title.clone())
}

/// What a new project is made of.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    workspace: String,
}

/// POST: makes a project.
pub(crate) async fn post(
    person: Person,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Manager).await?;
    let Body(wanted) = wanted?;
    let draft = Draft {
        title: wanted.title.clone(),
        description: wanted.description.clone(),
    };
    match projects::create(&person.caller, draft, chosen(&wanted.workspace)).await {
        Ok(project) => {
            let path = format!("/organization/projects/{}?done=made", project.id.0);
            Ok(Redirect::to(&path).into_response())
        }
        Err(error) => {
            let problems = Problems::of(error, &["title", "workspace"])?;
            shown(person, Open::of(""), wanted, None, problems).await
        }
    }
}
