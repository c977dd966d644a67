//! `/sign-in-traces/{number}`: how one sign-in went, for administrators. Where a test of a connection ends.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::error::PageError;
use super::frame::{Frame, Person};
use super::page;
use crate::app::sign_on::traces;
use crate::domain::role::Role;
use crate::domain::trace::{Carried, Check, Outcome};
use crate::http::extract::Segments;

#[derive(Template)]
#[template(path = "trace.html")]
struct Page {
    frame: Frame,
    title: &'static str,
    number: String,
    at: String,
    role: Option<String>,
    checks: Vec<Check>,
    attributes: Vec<Carried>,
    read: Vec<Carried>,
    groups: Option<Vec<String>>,
}

/// GET: the trace. What is not theirs is not there.
pub(crate) async fn trace(
    person: Person,
    Segments(number): Segments<String>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let kept = traces::find(&person.caller, &number).await?;
    let title = match (kept.outcome, &kept.reason) {
        (Outcome::SignedIn, _) => "Somebody signed in",
        (Outcome::Refused, _) => "A sign-in was refused",
        (Outcome::Tested, None) => "The test went well; nobody was signed in",
        (Outcome::Tested, Some(_)) => "The test would have been refused",
    };
    let trace = kept.trace;
    Ok(page(
        StatusCode::OK,
        &Page {
            frame: person.frame,
            title,
            number: kept.number,
            at: kept.at.to_string(),
            role: trace.role,
            checks: trace.checks,
            attributes: trace.attributes,
            read: trace.read,
            groups: trace.groups,
        },
    ))
}
