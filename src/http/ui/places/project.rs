//! `/organization/projects/{id}`: one project, and who is in it.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::people::{self, People};
use super::{Open, choices, chosen};
use crate::app::places::{self, Place};
use crate::app::{Caller, projects};
use crate::domain::ProjectId;
use crate::domain::error::Error;
use crate::domain::organization::Project;
use crate::domain::role::Role;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::{Parameters, Segments};
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::members::day;
use crate::http::ui::page;
use crate::http::ui::problems::Problems;

/// What stands in the form; a box that is ticked has a word.
struct Typed {
    title: String,
    description: String,
    workspace: String,
    published: String,
    archived: String,
}

impl Typed {
    fn of(project: &Project) -> Self {
        let ticked = |yes: bool| if yes { "on" } else { "" }.to_owned();
        let workspace = project.workspace.map(|id| id.0.to_string());
        Self {
            title: project.title.clone(),
            description: project.description.clone(),
            workspace: workspace.unwrap_or_default(),
            published: ticked(project.is_published),
            archived: ticked(project.is_archived),
        }
    }

    fn read(fields: &BTreeMap<String, String>) -> Self {
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        Self {
            title: field("title"),
            description: field("description"),
            workspace: field("workspace"),
            published: field("published"),
            archived: field("archived"),
        }
    }
}

#[derive(Template)]
#[template(path = "places/project.html")]
struct Page {
    frame: Frame,
    number: i64,
    name: String,
    made: String,
    people: People,
    workspaces: Vec<(String, String)>,
    typed: Typed,
    notice: Option<&'static str>,
    problems: Problems,
}

fn path(id: ProjectId) -> String {
    format!("/organization/projects/{}", id.0)
}

/// GET.
pub(crate) async fn show(
    person: Person,
    Segments(id): Segments<i64>,
    parameters: Parameters,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Manager).await?;
    let notice = match parameters.get("done") {
        Some("made") => Some("The project is made."),
        Some("saved") => Some("The project is saved."),
        Some("added") => Some("The member is added."),
        Some("role") => Some("The role is saved."),
        Some("removed") => {
            Some("What was given by hand is taken back. Who is here by a rule stays.")
        }
        _ => None,
    };
    let open = Open::read(&parameters);
    shown(
        person,
        ProjectId(id),
        open,
        None,
        notice,
        Problems::default(),
    )
    .await
}

async fn shown(
    person: Person,
    id: ProjectId,
    open: Open,
    typed: Option<Typed>,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let caller = &person.caller;
    let project = places::find_project(caller, id).await?;
    let workspaces = projects::list_workspaces(caller).await?;
    let people = People::of(caller, Place::Project(id), path(id), &open).await?;
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = Page {
        number: id.0,
        made: day(project.created),
        typed: typed.unwrap_or_else(|| Typed::of(&project)),
        name: project.title,
        frame: person.frame,
        workspaces: choices(&workspaces),
        people,
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

/// POST: `what` is `save`, `add`, `role`, `remove` or `delete`.
pub(crate) async fn post(
    person: Person,
    Segments(id): Segments<i64>,
    fields: Result<Body<BTreeMap<String, String>>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Manager).await?;
    let Body(fields) = fields?;
    let id = ProjectId(id);
    let what = fields.get("what").map_or("", String::as_str);
    let open = Open::of(fields.get("view").map_or("", String::as_str));
    let caller = &person.caller;
    let (done, named): (_, &[&str]) = match what {
        "add" | "role" | "remove" => {
            let done = people::act(caller, Place::Project(id), what, &fields).await;
            (done, &["member"])
        }
        "delete" => {
            places::delete_project(caller, id).await?;
            return Ok(Redirect::to("/organization/projects?done=deleted").into_response());
        }
        _ => (save(caller, id, &fields).await, &["title", "workspace"]),
    };
    match done {
        Ok(done) => {
            let path = format!("{}page={}&done={done}", open.path(&path(id)), open.page);
            Ok(Redirect::to(&path).into_response())
        }
        Err(error) => {
            let problems = Problems::of(error, named)?;
            let typed = (named.len() > 1).then(|| Typed::read(&fields));
            shown(person, id, open, typed, None, problems).await
        }
    }
}

async fn save(
    caller: &Caller,
    id: ProjectId,
    fields: &BTreeMap<String, String>,
) -> Result<&'static str, Error> {
    let typed = Typed::read(fields);
    let change = |project: &mut Project| {
        project.workspace = chosen(&typed.workspace);
        project.is_published = !typed.published.is_empty();
        project.is_archived = !typed.archived.is_empty();
        project.title = typed.title;
        project.description = typed.description;
    };
    places::change_project(caller, id, change).await?;
    Ok("saved")
}
