//! `/api/scim/requests`: what the provisioning clients of the organization sent, and what they were answered.

use axum::Json;
use axum::extract::State as Shared;
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::body::Body;
use super::error::ApiError;
use crate::app::request_log::{self as use_cases, replay};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::request_log::{Entry, Kept, Note, Replayed, Selection};
use crate::domain::{LoggedRequestId, ScimTokenId, Timestamp, name};
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::http::request_log;
use crate::http::request_log::replay::{send, writes_one};
use crate::state::State;

/// The parameters that select, which the address of the next page repeats.
const SELECTING: [&str; 9] = [
    "status", "method", "token", "subject", "search", "from", "to", "failed", "lenient",
];

/// GET: the newest first, without bodies.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let wanted = selection(&parameters)?;
    let size = super::PageOf::read(&parameters, 30)?.size;
    request_log::flush(&state).await;
    let mut found = use_cases::list(&caller, &wanted, size + 1).await?;
    let more = found.resources.len() as u64 > size;
    if more {
        found.resources.pop();
    }
    let last = found.resources.last().filter(|_| more);
    let results: Vec<Value> = found.resources.iter().map(shown).collect();
    Ok(Json(json!({
        "count": found.total,
        "next": last.map(|last| next(&state, &parameters, size, last.id)),
        "previous": null,
        "results": results,
    })))
}

/// The address of the page after this entry.
fn next(state: &State, parameters: &Parameters, size: u64, last: LoggedRequestId) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in SELECTING {
        if let Some(value) = given(parameters, name) {
            query.append_pair(name, value);
        }
    }
    query.append_pair("page_size", &size.to_string());
    query.append_pair("before", &last.to_string());
    let base = state.config.base_url();
    format!("{base}/api/scim/requests?{}", query.finish())
}

/// GET of one, with bodies.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(id): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    request_log::flush(&state).await;
    let entry = use_cases::find(&caller, read_id(&id)?).await?;
    Ok(Json(whole(&entry)))
}

/// How a request is done again.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default = "yes")]
    dry_run: bool,
}

fn yes() -> bool {
    true
}

/// POST: does a request again, as the admin who asks; without `"dry_run": false` only to see what it would do.
pub(crate) async fn replay(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(id): Segments<String>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Value>, ApiError> {
    request_log::flush(&state).await;
    let begun = replay::start(&caller, read_id(&id)?, wanted.dry_run, writes_one).await?;
    let begun = begun.map_err(|refused| ApiError::Conflict(refused.to_string()))?;
    let answered = send(&state, begun.caller, &begun.entry).await;
    if !wanted.dry_run {
        let status = answered.as_ref().map_or(500, |(status, _)| status.as_u16());
        replay::end(&caller, &begun.entry, status).await?;
    }
    let (status, body) = answered?;
    let done = status.is_success();
    let told = begun.replay.told();
    let changes: Vec<Value> = told.iter().filter(|_| done).map(change).collect();
    let changes_are = if wanted.dry_run {
        "would_change"
    } else {
        "changed"
    };
    Ok(Json(json!({
        "dry_run": wanted.dry_run,
        "status": status.as_u16(),
        "body": body,
        changes_are: changes,
    })))
}

/// An event of the audit trail that is not numbered yet, or never was.
fn change(event: &Event) -> Value {
    json!({
        "kind": event.kind.name(),
        "subject": event.subject,
        "facts": event.facts,
        "details": event.personal.as_ref().map(|(_, details)| details),
    })
}

/// Reads the id of an entry; what is none names nothing.
fn read_id(text: &str) -> Result<LoggedRequestId, ApiError> {
    LoggedRequestId::parse(text).ok_or(ApiError::Domain(Error::NotFound("logged request")))
}

/// A parameter that says something.
fn given<'p>(parameters: &'p Parameters, name: &str) -> Option<&'p str> {
    parameters.get(name).filter(|value| !value.is_empty())
}

fn selection(parameters: &Parameters) -> Result<Selection, ApiError> {
    let nul = |text: &str| text.contains('\0');
    if SELECTING
        .iter()
        .filter_map(|name| parameters.get(name))
        .any(nul)
    {
        return Err(Error::Invalid("a text cannot hold the character U+0000".to_owned()).into());
    }
    let moment = |name: &str| match given(parameters, name) {
        None => Ok(None),
        Some(text) => Timestamp::parse(text).map(Some).ok_or_else(|| {
            Error::Invalid(format!(
                "{name} must be a moment such as 2026-03-01T09:30:00Z"
            ))
        }),
    };
    let flag = |name: &str| match given(parameters, name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Error::Invalid(format!("{name} must be true or false"))),
    };
    let token = |text: &str| {
        ScimTokenId::parse(text)
            .ok_or_else(|| Error::Invalid("token must be the id of a SCIM token".to_owned()))
    };
    let before = |text: &str| {
        LoggedRequestId::parse(text)
            .ok_or_else(|| Error::Invalid("before must be the id of a logged request".to_owned()))
    };
    Ok(Selection {
        before: given(parameters, "before").map(before).transpose()?,
        status: given(parameters, "status").map(status).transpose()?,
        method: given(parameters, "method").map(str::to_ascii_uppercase),
        token: given(parameters, "token").map(token).transpose()?,
        subject: given(parameters, "subject").map(str::to_owned),
        words: given(parameters, "search").map(name::key),
        from: moment("from")?,
        to: moment("to")?,
        failed: flag("failed")?,
        lenient: flag("lenient")?,
    })
}

/// `409` or `4xx`.
fn status(text: &str) -> Result<(u16, u16), Error> {
    let class = |text: &str| -> Option<u16> {
        let class: u16 = text.strip_suffix("xx")?.parse().ok()?;
        (1..=5).contains(&class).then_some(class * 100)
    };
    if let Some(from) = class(&text.to_ascii_lowercase()) {
        return Ok((from, from + 99));
    }
    text.parse()
        .ok()
        .filter(|status| (100..=599).contains(status))
        .map(|status| (status, status))
        .ok_or_else(|| Error::Invalid("status must be one such as 409, or 4xx".to_owned()))
}

/// An entry as a list shows it.
fn shown(entry: &Entry) -> Value {
    let subject = &entry.subject;
    let about = subject.kind.is_some() || subject.id.is_some() || subject.name.is_some();
    json!({
        "id": entry.id,
        "at": entry.at.to_string(),
        "token": { "id": entry.token, "profile": entry.profile.name() },
        "user_agent": entry.user_agent,
        "request_id": entry.request,
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "status": entry.status,
        "scim_type": entry.scim_type,
        "detail": entry.detail,
        "duration_us": entry.microseconds,
        "subject": about.then(|| json!({ "type": subject.kind, "id": subject.id, "name": subject.name })),
        "leniencies": entry.leniencies,
        "masked": entry.masked,
        "erased": entry.erased,
        "replayed": entry.replayed.map(replayed),
    })
}

fn replayed(replayed: Replayed) -> Value {
    json!({ "at": replayed.at.to_string(), "by": replayed.by, "status": replayed.status })
}

/// An entry with everything that is kept of it.
fn whole(entry: &Entry) -> Value {
    let mut all = shown(entry);
    all["content_type"] = json!(entry.content_type);
    all["if_match"] = json!(entry.if_match);
    all["request"] = body(&entry.sent);
    all["response"] = body(&entry.answered);
    all
}

fn body(kept: &Kept) -> Value {
    json!({ "body": kept.text, "note": kept.note.map(Note::name) })
}
