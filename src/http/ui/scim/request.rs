//! `/organization/scim/requests/{id}`: one request with its bodies, and doing it again: first to see what it would do.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::{Line, moment, outcome};
use crate::app::request_log::{self as log, replay};
use crate::domain::LoggedRequestId;
use crate::domain::error::Error;
use crate::domain::request_log::{Entry, Kept, Note};
use crate::domain::role::Role;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Segments;
use crate::http::request_log;
use crate::http::request_log::replay::{send, writes_one};
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::{page, sentence};
use crate::state::State;

/// What a replay did, or would have done.
struct Done {
    dry: bool,
    outcome: (&'static str, String),
    body: String,
    changes: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "scim/request.html")]
struct Page {
    frame: Frame,
    line: Line,
    profile: &'static str,
    agent: String,
    request: String,
    query: String,
    leniencies: Vec<String>,
    sent: (String, Option<&'static str>),
    answered: (String, Option<&'static str>),
    erased: bool,
    masked: bool,
    replayed: Option<String>,
    done: Option<Done>,
    refused: Option<String>,
}

async fn find(state: &State, person: &Person, id: &str) -> Result<Entry, Error> {
    request_log::flush(state).await;
    let id = LoggedRequestId::parse(id).ok_or(Error::NotFound("logged request"))?;
    log::find(&person.caller, id).await
}

/// GET.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    person: Person,
    Segments(id): Segments<String>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let entry = find(&state, &person, &id).await?;
    Ok(shown(person, &entry, None, None))
}

fn shown(person: Person, entry: &Entry, done: Option<Done>, refused: Option<String>) -> Response {
    let status = if refused.is_some() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    let shown = Page {
        frame: person.frame,
        line: Line::of(entry),
        profile: entry.profile.name(),
        agent: entry.user_agent.clone().unwrap_or_default(),
        request: entry.request.clone(),
        query: entry.query.clone().unwrap_or_default(),
        leniencies: entry.leniencies.clone(),
        sent: kept(&entry.sent),
        answered: kept(&entry.answered),
        erased: entry.erased,
        masked: entry.masked,
        replayed: entry.replayed.map(|replayed| moment(replayed.at)),
        done,
        refused,
    };
    page(status, &shown)
}

/// A body, laid out where it is whole JSON, and why it is not here or not whole.
fn kept(body: &Kept) -> (String, Option<&'static str>) {
    let text = body.text.clone().unwrap_or_default();
    let read: Result<Value, _> = serde_json::from_str(&text);
    let text = match read {
        Ok(value) => format!("{value:#}"),
        Err(_) => text,
    };
    let note = body.note.map(|note| match note {
        Note::Cut => "Only its beginning is kept.",
        Note::NotJson => "It is no JSON, so it is not kept.",
        Note::TooLarge => "It was too large to be kept.",
        Note::Unread => "It was answered without being read.",
        Note::ManyPeople => "It names too many people to be kept.",
    });
    (text, note)
}

/// What is to be done: `replay`; anything else only shows what that would do.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    what: String,
}

/// POST.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    person: Person,
    Segments(id): Segments<String>,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(wanted) = wanted?;
    let dry = wanted.what != "replay";
    let entry = find(&state, &person, &id).await?;
    let begun = match replay::start(&person.caller, entry.id, dry, writes_one).await? {
        Ok(begun) => begun,
        Err(refused) => {
            let said = sentence(&refused.to_string());
            return Ok(shown(person, &entry, None, Some(said)));
        }
    };
    let answered = send(&state, begun.caller, &begun.entry).await;
    if !dry {
        let status = answered.as_ref().map_or(500, |(status, _)| status.as_u16());
        replay::end(&person.caller, &begun.entry, status).await?;
    }
    let (status, body) = answered?;
    let told = begun.replay.told();
    let changes = told.iter().filter(|_| status.is_success());
    let done = Done {
        dry,
        outcome: outcome(Some(status.as_u16())),
        body: if body.is_null() {
            String::new()
        } else {
            format!("{body:#}")
        },
        changes: changes.map(|event| event.kind.name()).collect(),
    };
    let entry = find(&state, &person, &id).await?;
    Ok(shown(person, &entry, Some(done), None))
}
