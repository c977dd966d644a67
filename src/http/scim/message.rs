//! SCIM messages: JSON in, `application/scim+json` out.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::error::ScimError;
use crate::http::bytes::{self, Unread};
use crate::http::extract::{ScimCaller, Subject};
use crate::http::json;
use crate::http::request_log::{MOST_RESOURCES, ManyPeople};
use crate::scim::error::Error;
use crate::scim::open::written;
use crate::state::State;

/// The media type of RFC 7644 section 8.1.
pub(crate) const CONTENT_TYPE: &str = "application/scim+json";

/// The JSON of a request.
#[derive(Debug)]
pub(crate) struct Message(pub(crate) Value);

impl FromRequest<State> for Message {
    type Rejection = ScimError;

    async fn from_request(request: Request, state: &State) -> Result<Self, ScimError> {
        let (mut head, bytes) = body(request, state).await?;
        // A body may come slowly, and the token may have been revoked meanwhile.
        ScimCaller::from_request_parts(&mut head, state).await?;
        parsed(&bytes).map(Self)
    }
}

/// The same, of a member who speaks of themselves.
#[derive(Debug)]
pub(crate) struct OwnMessage(pub(crate) Value);

impl FromRequest<State> for OwnMessage {
    type Rejection = ScimError;

    async fn from_request(request: Request, state: &State) -> Result<Self, ScimError> {
        let (mut head, bytes) = body(request, state).await?;
        Subject::from_request_parts(&mut head, state).await?;
        parsed(&bytes).map(Self)
    }
}

async fn body(request: Request, state: &State) -> Result<(Parts, Vec<u8>), ScimError> {
    if !is_json(request.headers()) {
        return Err(ScimError::NotJson);
    }
    let (head, body) = request.into_parts();
    let limit = state.config.max_body_bytes;
    match bytes::read(&head.headers, body, limit).await {
        Ok(bytes) => Ok((head, bytes)),
        Err(Unread::TooLarge) => Err(ScimError::TooLarge(limit)),
        Err(Unread::Broken) => {
            Err(Error::InvalidSyntax("the body broke off before its end".to_owned()).into())
        }
    }
}

fn parsed(bytes: &[u8]) -> Result<Value, ScimError> {
    json::read(bytes).map_err(|error| {
        Error::InvalidSyntax(format!("the body is not JSON that can be read: {error}")).into()
    })
}

/// Whether the body says that it is JSON; one that says nothing is taken at its word too.
fn is_json(headers: &HeaderMap) -> bool {
    if headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        return false;
    }
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let kind = kind
        .to_str()
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    matches!(
        kind.as_str(),
        CONTENT_TYPE | "application/json" | "text/json"
    )
}

/// A message to the client.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Body,
    etag: Option<String>,
    location: Option<String>,
    /// Whether the request log need not look at it.
    many: bool,
}

impl Answer {
    /// A message of its own, such as a list.
    pub(crate) fn message(value: &Value) -> Self {
        let resources = value.get("Resources").and_then(Value::as_array);
        Self {
            status: StatusCode::OK,
            body: written(value).into(),
            etag: None,
            location: None,
            many: resources.is_some_and(|all| all.len() > MOST_RESOURCES),
        }
    }

    /// A resource; its address is in `meta.location`, which a projection may have taken away.
    pub(crate) fn resource(value: &Value, location: String, etag: String) -> Self {
        Self {
            status: StatusCode::OK,
            body: written(value).into(),
            etag: Some(etag),
            location: Some(location),
            many: false,
        }
    }

    /// A body that is written while it is sent; of a resource, with its entity tag and address.
    pub(crate) fn streamed(body: Body, resource: Option<(String, String)>) -> Self {
        let (etag, location) = resource.unzip();
        Self {
            status: StatusCode::OK,
            body,
            etag,
            location,
            many: false,
        }
    }

    /// The same, as the answer to its creation.
    pub(crate) fn created(mut self) -> Self {
        self.status = StatusCode::CREATED;
        self
    }

    /// Nothing but that the client has this state already.
    pub(crate) fn unchanged(etag: String) -> Self {
        Self {
            status: StatusCode::NOT_MODIFIED,
            body: Body::empty(),
            etag: Some(etag),
            location: None,
            many: false,
        }
    }

    /// Nothing but that it was done.
    pub(crate) fn nothing(etag: String) -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: Body::empty(),
            etag: Some(etag),
            location: None,
            many: false,
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut answer = (self.status, self.body).into_response();
        if self.many {
            answer.extensions_mut().insert(ManyPeople);
        }
        let headers = answer.headers_mut();
        if !matches!(
            self.status,
            StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
        ) {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        }
        for (name, value) in [(header::ETAG, self.etag), (header::LOCATION, self.location)] {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        }
        answer
    }
}
