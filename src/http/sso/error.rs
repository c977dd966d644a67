//! A refused sign-on: a page with one sentence and the number of the request, for the person who wanted in.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::sign_on::Refused;
use crate::domain::error::Error;
use crate::http::{report, ui};

/// Why a sign-on did not end in a session.
#[derive(Debug)]
pub(crate) enum SsoError {
    /// No connection has this URL, or it is not set up yet.
    NoConnection,
    /// The answer of the IdP was refused; the log says why under the number of the request.
    Unverified(String),
    /// A logout message of the IdP was refused; the log says why under the number of the request.
    NotLoggedOut(String),
    /// The person's identity was verified, and they are not let in; and the number of the request.
    Refused(Refused, String),
    /// The form is not what an IdP sends.
    Malformed,
    /// It failed.
    Domain(Error),
}

impl From<Error> for SsoError {
    fn from(error: Error) -> Self {
        Self::Domain(error)
    }
}

impl IntoResponse for SsoError {
    fn into_response(self) -> Response {
        const TITLE: &str = "You are not signed in";
        match self {
            Self::NoConnection => ui::refusal(
                StatusCode::NOT_FOUND,
                TITLE,
                "Nobody can sign in here: there is no single sign-on at this address, or it is not set up yet.",
            ),
            Self::Unverified(number) => ui::numbered_refusal(
                StatusCode::FORBIDDEN,
                TITLE,
                "What your identity provider sent could not be verified. Start again; if it happens again, tell your administrator the number below.",
                &number,
            ),
            Self::NotLoggedOut(number) => ui::numbered_refusal(
                StatusCode::FORBIDDEN,
                "Nothing has changed",
                "What your identity provider sent about your signing out could not be verified. Sign out here too; if it happens again, tell your administrator the number below.",
                &number,
            ),
            Self::Refused(refused, number) => {
                ui::numbered_refusal(StatusCode::FORBIDDEN, TITLE, &refused.to_string(), &number)
            }
            Self::Malformed => ui::refusal(
                StatusCode::BAD_REQUEST,
                TITLE,
                "This is not what an identity provider sends. Start again.",
            ),
            Self::Domain(error) => {
                let (status, sentence) = failure(&error);
                ui::refusal(status, TITLE, &sentence)
            }
        }
    }
}

fn failure(error: &Error) -> (StatusCode, String) {
    match error {
        Error::Unavailable(source) => {
            report(source);
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is busy. Try again in a moment.".to_owned(),
            )
        }
        Error::Internal(source) => {
            report(source);
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong here. Try again later.".to_owned(),
            )
        }
        Error::Throttled { .. } => (StatusCode::TOO_MANY_REQUESTS, error.to_string()),
        Error::Forbidden(_) => (StatusCode::FORBIDDEN, error.to_string()),
        Error::NotFound(_)
        | Error::Duplicate { .. }
        | Error::Taken(_)
        | Error::VersionMismatch(_)
        | Error::Invalid(_)
        | Error::TooMany => (StatusCode::BAD_REQUEST, error.to_string()),
    }
}
