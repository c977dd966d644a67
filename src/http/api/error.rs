//! Refusals of the REST API: problem details, RFC 9457.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::domain::error::Error;
use crate::http::report;

/// Why a request to the REST API was refused.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// A rule of ours refuses it, or it failed.
    Domain(Error),
    /// No good credential was presented.
    Unauthorized,
    /// The e-mail address or the password is wrong.
    WrongPassword,
    /// A page of another site made the browser ask.
    CrossSite,
    /// No such endpoint.
    NoEndpoint,
    /// The endpoint does not know the method.
    NoMethod,
    /// This field cannot be changed here.
    ReadOnly(&'static str),
    /// Nobody deletes themselves here.
    Oneself,
    /// What is there does not allow it; the sentence says why.
    Conflict(String),
    /// The body is larger than we read.
    TooLarge,
    /// The body is in no form that we read.
    MediaType,
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self::Domain(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let wait = match &self {
            Self::Domain(Error::Throttled { seconds }) => Some(*seconds),
            Self::Domain(Error::Unavailable(_)) => Some(1),
            _ => None,
        };
        let (status, detail) = match self {
            Self::Domain(error) => (status(&error), error.to_string()),
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                "present a token that is good here, `Authorization: Token …` or `Bearer …`, or sign in".to_owned(),
            ),
            Self::WrongPassword => (
                StatusCode::UNAUTHORIZED,
                "the e-mail address or the password is wrong".to_owned(),
            ),
            Self::CrossSite => (
                StatusCode::FORBIDDEN,
                "this can only be asked from a page of this server".to_owned(),
            ),
            Self::NoEndpoint => (
                StatusCode::NOT_FOUND,
                "there is no such endpoint".to_owned(),
            ),
            Self::NoMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                "this endpoint does not support this method".to_owned(),
            ),
            Self::ReadOnly(field) => (
                StatusCode::METHOD_NOT_ALLOWED,
                format!("`{field}` cannot be changed here"),
            ),
            Self::Oneself => (
                StatusCode::METHOD_NOT_ALLOWED,
                "you cannot delete yourself; ask another administrator".to_owned(),
            ),
            Self::Conflict(sentence) => (StatusCode::CONFLICT, sentence),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "the request is larger than this server reads".to_owned(),
            ),
            Self::MediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "send application/json or a URL-encoded form".to_owned(),
            ),
        };
        let problem = json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": detail,
        });
        let mut answer = (status, Json(problem)).into_response();
        let headers = answer.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Token realm=\"API\""),
            );
        }
        if let Some(seconds) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        // Not 409: the clients of this API repeat a request that gets one.
        Error::Duplicate { .. } | Error::Taken(_) | Error::Invalid(_) | Error::TooMany => {
            StatusCode::BAD_REQUEST
        }
        Error::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::VersionMismatch(_) => StatusCode::PRECONDITION_FAILED,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::Unavailable(source) => {
            report(source);
            StatusCode::SERVICE_UNAVAILABLE
        }
        Error::Internal(source) => {
            report(source);
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
