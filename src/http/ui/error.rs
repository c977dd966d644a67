//! Why there is no page, as a page.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::frame::Frame;
use super::{page, refusal};
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::http::api::error::ApiError;
use crate::http::report;

/// Why there is no page.
pub(crate) enum PageError {
    /// A rule of ours refuses it, or it failed.
    Domain(Error),
    /// The person's role is too low.
    NotAllowed {
        /// Of the person.
        frame: Box<Frame>,
        /// The lowest role that may.
        least: Role,
        /// Whom to ask.
        keeper: String,
    },
    /// The form cannot be read.
    Form(ApiError),
}

impl From<Error> for PageError {
    fn from(error: Error) -> Self {
        Self::Domain(error)
    }
}

impl From<ApiError> for PageError {
    fn from(error: ApiError) -> Self {
        Self::Form(error)
    }
}

#[derive(Template)]
#[template(path = "not_allowed.html")]
struct NotAllowed {
    frame: Frame,
    least: &'static str,
    keeper: String,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::Domain(error) => failure(&error),
            Self::NotAllowed {
                frame,
                least,
                keeper,
            } => {
                let shown = NotAllowed {
                    frame: *frame,
                    least: least.name(),
                    keeper,
                };
                page(StatusCode::FORBIDDEN, &shown)
            }
            Self::Form(error) => refusal(
                error.into_response().status(),
                "That did not work",
                "The form cannot be read. Go back, and send it again.",
            ),
        }
    }
}

fn failure(error: &Error) -> Response {
    let (status, title) = match error {
        Error::NotFound(_) => return super::not_found(),
        Error::Forbidden(_) => (StatusCode::FORBIDDEN, "This is not allowed"),
        Error::Throttled { .. } => (StatusCode::TOO_MANY_REQUESTS, "Too many tries"),
        Error::Unavailable(source) => {
            report(source);
            (StatusCode::SERVICE_UNAVAILABLE, "The server is busy")
        }
        Error::Internal(source) => {
            report(source);
            (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong")
        }
        Error::Duplicate { .. }
        | Error::Taken(_)
        | Error::VersionMismatch(_)
        | Error::Invalid(_)
        | Error::TooMany => (StatusCode::BAD_REQUEST, "That did not work"),
    };
    refusal(status, title, &super::sentence(&error.to_string()))
}
