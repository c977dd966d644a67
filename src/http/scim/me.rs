//! `/Me`: the authenticated subject's own User, under another name (RFC 7644 section 3.11). A member reaches it with a user
//! token; a SCIM token stands for an organization, and there is nobody whom it could mean.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::ScimError;
use super::message::OwnMessage;
use super::{base, message, users};
use crate::domain::MemberId;
use crate::http::extract::{Parameters, ScimCaller, Segments, Subject};
use crate::state::State;

/// The answer of `/Users/{id}`. Whatever it is, it says where the User always is.
fn aliased(answer: impl IntoResponse, id: MemberId, state: &State) -> Response {
    let mut answer = answer.into_response();
    let Ok(location) = HeaderValue::try_from(format!("{}/Users/{id}", base(state))) else {
        return answer;
    };
    if answer.status() == StatusCode::OK {
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_LOCATION, location.clone());
    }
    answer.headers_mut().insert(header::LOCATION, location);
    answer
}

/// GET: who am I here?
pub(crate) async fn get(
    Subject(caller, id): Subject,
    Shared(state): Shared<State>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Response {
    let (caller, path) = (ScimCaller(caller), Segments(id.to_string()));
    let answer = users::get(caller, Shared(state.clone()), path, headers, parameters).await;
    aliased(answer, id, &state)
}

/// PUT.
pub(crate) async fn replace(
    Subject(caller, id): Subject,
    Shared(state): Shared<State>,
    headers: HeaderMap,
    parameters: Parameters,
    OwnMessage(body): OwnMessage,
) -> Response {
    let (caller, path) = (ScimCaller(caller), Segments(id.to_string()));
    let body = message::Message(body);
    let shared = Shared(state.clone());
    let answer = users::replace(caller, shared, path, headers, parameters, body).await;
    aliased(answer, id, &state)
}

/// PATCH.
pub(crate) async fn patch(
    Subject(caller, id): Subject,
    Shared(state): Shared<State>,
    headers: HeaderMap,
    parameters: Parameters,
    OwnMessage(body): OwnMessage,
) -> Response {
    let (caller, path) = (ScimCaller(caller), Segments(id.to_string()));
    let body = message::Message(body);
    let shared = Shared(state.clone());
    let answer = users::patch(caller, shared, path, headers, parameters, body).await;
    aliased(answer, id, &state)
}

/// DELETE: what nobody may do to themselves is refused here as everywhere.
pub(crate) async fn delete(
    Subject(caller, id): Subject,
    Shared(state): Shared<State>,
    headers: HeaderMap,
) -> Response {
    let answer = users::delete(ScimCaller(caller), Segments(id.to_string()), headers).await;
    aliased(answer, id, &state)
}

/// POST: nobody makes themselves.
pub(crate) async fn create(_: Subject) -> ScimError {
    ScimError::NotImplemented(
        "nobody is made at /Me; a provisioning client makes Users with a POST to /Users",
    )
}
