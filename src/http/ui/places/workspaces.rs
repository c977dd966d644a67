//! `/organization/workspaces`: the workspaces, a page of them at a time, and one more.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::Open;
use crate::app::projects::{self, Draft};
use crate::domain::name;
use crate::domain::organization::Workspace;
use crate::domain::role::Role;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::paging::{Pager, ROWS};
use crate::http::ui::problems::Problems;

/// The colour of a new one, as the REST API has it.
const COLOR: &str = "#FFFFFF";

#[derive(Template)]
#[template(path = "places/workspaces.html")]
struct Page {
    frame: Frame,
    open: Open,
    rows: Vec<Workspace>,
    pager: Pager,
    typed: Wanted,
    notice: Option<&'static str>,
    problems: Problems,
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Manager).await?;
    let deleted = parameters.get("done") == Some("deleted");
    let notice = deleted.then_some("The workspace is deleted.");
    let open = Open::read(&parameters);
    shown(person, open, Wanted::default(), notice, Problems::default()).await
}

async fn shown(
    person: Person,
    open: Open,
    typed: Wanted,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let mut all = projects::list_workspaces(&person.caller).await?;
    let words: Vec<String> = open.search.split_whitespace().map(name::key).collect();
    all.retain(|one| {
        let title = name::key(&one.title);
        let archived = open.archived.is_none_or(|wanted| one.is_archived == wanted);
        archived && words.iter().all(|word| title.contains(word))
    });
    let total = all.len() as u64;
    let bounded = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let skipped = bounded((open.page - 1) * ROWS);
    let part = all.into_iter().skip(skipped).take(bounded(ROWS));
    let rows: Vec<Workspace> = part.collect();
    let path = open.path("/organization/workspaces");
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = Page {
        frame: person.frame,
        pager: Pager::of(&path, open.page, total, rows.len()),
        open,
        rows,
        typed,
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

/// What a new workspace is made of.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

/// POST: makes a workspace.
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
    match projects::create_workspace(&person.caller, draft, COLOR).await {
        Ok(workspace) => {
            let path = format!("/organization/workspaces/{}?done=made", workspace.id.0);
            Ok(Redirect::to(&path).into_response())
        }
        Err(error) => {
            let problems = Problems::of(error, &["title"])?;
            shown(person, Open::of(""), wanted, None, problems).await
        }
    }
}
