//! `/sign-in-traces/{number}`: how one sign-in went, for administrators. Where a test of a connection ends.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{page, refusal};
use crate::app::sign_on::traces;
use crate::domain::error::Error;
use crate::domain::trace::{Carried, Check, Outcome};
use crate::http::api::error::ApiError;
use crate::http::extract::{Segments, Visitor};

#[derive(Template)]
#[template(path = "trace.html")]
struct Page {
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
    Visitor(visitor): Visitor,
    Segments(number): Segments<String>,
) -> Result<Response, ApiError> {
    let Some(caller) = visitor else {
        return Ok(refusal(
            StatusCode::UNAUTHORIZED,
            "You are not signed in",
            "How a sign-in went is shown to administrators of the organization.",
        ));
    };
    let kept = match traces::find(&caller, &number).await {
        Ok(kept) => kept,
        Err(Error::NotFound(_)) => return Ok(super::not_found()),
        Err(Error::Forbidden(sentence)) => {
            return Ok(refusal(StatusCode::FORBIDDEN, "Not for you", &sentence));
        }
        Err(other) => return Err(other.into()),
    };
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
