//! Sends a kept request through the SCIM handlers once more, past the network and past every token: the caller is put
//! into it, which nothing can do that comes from outside.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::app::Caller;
use crate::domain::error::Error;
use crate::domain::request_log::Entry;
use crate::http::extract::Standing;
use crate::http::router;
use crate::state::State;

/// The largest answer that is passed on.
const LARGEST: usize = 4 * 1024 * 1024;

/// Whether a request makes, changes or deletes one User or Group, or puts one in its place.
pub(crate) fn writes_one(entry: &Entry) -> bool {
    let below = entry.route.trim_start_matches("/scim");
    let below = below.strip_prefix("/v2").unwrap_or(below);
    match below.trim_end_matches('/') {
        "/Users" | "/Groups" => entry.method == "POST",
        "/Users/{id}" | "/Groups/{id}" => {
            matches!(entry.method.as_str(), "PUT" | "PATCH" | "DELETE")
        }
        _ => false,
    }
}

/// What the handlers answer to the request, were it sent by this caller.
pub(crate) async fn send(
    state: &State,
    caller: Caller,
    entry: &Entry,
) -> Result<(StatusCode, Value), Error> {
    let fault = |error: axum::Error| Error::Internal(error.into());
    let address = match &entry.query {
        Some(query) => format!("{}?{query}", entry.path),
        None => entry.path.clone(),
    };
    let mut request = Request::builder()
        .method(entry.method.as_str())
        .uri(address);
    for (name, value) in [
        (CONTENT_TYPE, &entry.content_type),
        (IF_MATCH, &entry.if_match),
    ] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    let body = Body::from(entry.sent.text.clone().unwrap_or_default());
    let mut request = request
        .body(body)
        .map_err(|error| Error::Internal(error.into()))?;
    request.extensions_mut().insert(Standing::new(caller));
    let answer = match router::scim_alone(state.clone()).oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    let (head, body) = answer.into_parts();
    let body = to_bytes(body, LARGEST).await.map_err(fault)?;
    // An answer without a body is none.
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Ok((head.status, body))
}
