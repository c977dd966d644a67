//! Refusals in SCIM's form: RFC 7644 section 3.12, for everything, 401 and unknown paths too.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::message::CONTENT_TYPE;
use crate::domain::error::Error as Domain;
use crate::http::report;
use crate::scim::bulk::{self, Refusal};
use crate::scim::error::{Error as Scim, body};

/// Why a SCIM request was refused.
#[derive(Debug)]
pub(crate) enum ScimError {
    /// SCIM itself refuses it.
    Scim(Scim),
    /// A rule of ours refuses it, or it failed.
    Domain(Domain),
    /// No good SCIM token was presented.
    Unauthorized,
    /// No good user token was presented where a member is asked for.
    NoMember,
    /// The RFC has it, and this server has not; the sentence says what to do instead.
    NotImplemented(&'static str),
    /// No such endpoint.
    NoEndpoint,
    /// Another version of the protocol is asked for, RFC 7644 section 3.13.
    NoVersion,
    /// The endpoint does not know the method.
    NoMethod,
    /// The body is larger than so many bytes, which is what we read.
    TooLarge(usize),
    /// A bulk request has so many operations, which is too many.
    TooManyOperations(usize),
    /// An operation refers to what is not there.
    Conflict(String),
    /// An operation was not begun, because those before it took too long.
    OutOfTime,
    /// The body is not JSON by its own word.
    NotJson,
    /// Discovery is not filtered, RFC 7644 section 4.
    NoFilterHere,
}

impl From<Scim> for ScimError {
    fn from(error: Scim) -> Self {
        Self::Scim(error)
    }
}

impl From<Domain> for ScimError {
    fn from(error: Domain) -> Self {
        Self::Domain(error)
    }
}

impl From<Refusal> for ScimError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Malformed(error) => Self::Scim(error),
            Refusal::Conflict(sentence) => Self::Conflict(sentence),
            Refusal::TooMany(count) => Self::TooManyOperations(count),
        }
    }
}

impl ScimError {
    /// Status, `scimType` and sentence. What the log must tell is logged here, once.
    pub(super) fn told(self) -> (StatusCode, Option<&'static str>, String) {
        match self {
            Self::Scim(error) => (
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST),
                error.scim_type(),
                error.to_string(),
            ),
            Self::Domain(error) => domain(&error),
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                None,
                "present a SCIM token: `Authorization: Bearer rr_scim_…`".to_owned(),
            ),
            Self::NoMember => (
                StatusCode::UNAUTHORIZED,
                None,
                "present the user token of a member: `Authorization: Bearer rr_pat_…`".to_owned(),
            ),
            Self::NotImplemented(sentence) => {
                (StatusCode::NOT_IMPLEMENTED, None, sentence.to_owned())
            }
            Self::NoEndpoint => (
                StatusCode::NOT_FOUND,
                None,
                "there is no such SCIM endpoint".to_owned(),
            ),
            Self::NoVersion => (
                StatusCode::BAD_REQUEST,
                Some("invalidVers"),
                "this server speaks version 2 of SCIM: use /scim/v2".to_owned(),
            ),
            Self::NoMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                None,
                "this endpoint does not support this method".to_owned(),
            ),
            Self::TooLarge(limit) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                None,
                format!("the request is larger than the {limit} bytes that this server reads"),
            ),
            Self::TooManyOperations(count) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                None,
                format!(
                    "the request has {count} operations, and maxOperations is {}; send the rest in another request",
                    bulk::MAX_OPERATIONS
                ),
            ),
            Self::Conflict(sentence) => (StatusCode::CONFLICT, None, sentence),
            Self::OutOfTime => (
                StatusCode::SERVICE_UNAVAILABLE,
                None,
                "the operations before this one took too long, and it was not begun; send it again"
                    .to_owned(),
            ),
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                None,
                "send application/scim+json or application/json, without compression".to_owned(),
            ),
            Self::NoFilterHere => (
                StatusCode::FORBIDDEN,
                None,
                "discovery cannot be filtered".to_owned(),
            ),
        }
    }
}

impl IntoResponse for ScimError {
    fn into_response(self) -> Response {
        let (status, scim_type, detail) = self.told();
        let message = inert(&body(status.as_u16(), scim_type, &detail).to_string());
        let mut answer = (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], message).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let realm = HeaderValue::from_static("Bearer realm=\"SCIM\"");
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        answer
    }
}

/// The same JSON, without the characters that would mean something in a page: a sentence may quote what a client sent.
fn inert(json: &str) -> String {
    json.replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
}

fn domain(error: &Domain) -> (StatusCode, Option<&'static str>, String) {
    let (status, scim_type) = match error {
        Domain::NotFound(_) => (StatusCode::NOT_FOUND, None),
        Domain::Duplicate { .. } | Domain::Taken(_) => (StatusCode::CONFLICT, Some("uniqueness")),
        Domain::VersionMismatch(_) => (StatusCode::PRECONDITION_FAILED, None),
        Domain::Invalid(_) => (StatusCode::BAD_REQUEST, Some("invalidValue")),
        Domain::Forbidden(_) => (StatusCode::FORBIDDEN, None),
        Domain::Throttled { .. } => (StatusCode::TOO_MANY_REQUESTS, None),
        Domain::TooMany => (StatusCode::BAD_REQUEST, Some("tooMany")),
        Domain::Unavailable(source) => {
            report(source);
            (StatusCode::SERVICE_UNAVAILABLE, None)
        }
        Domain::Internal(source) => {
            report(source);
            (StatusCode::INTERNAL_SERVER_ERROR, None)
        }
    };
    (status, scim_type, error.to_string())
}
