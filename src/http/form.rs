//! In which protocol's form a request is refused before its handler is reached, or after the handler has failed: told
//! by the path alone.

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::api::error::ApiError;
use super::scim::error::ScimError;
use super::sso::error::SsoError;
use super::ui;
use crate::domain::error::Error;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// SCIM error messages.
    Scim,
    /// Problem details.
    Api,
    /// A page.
    Page,
}

impl Form {
    /// The form that suits a path.
    pub(super) fn of(path: &str) -> Self {
        if path.starts_with("/scim") {
            Self::Scim
        } else if path.starts_with("/api") {
            Self::Api
        } else {
            Self::Page
        }
    }

    /// There is nothing at this path.
    pub(super) fn nothing(self) -> Response {
        match self {
            Self::Scim => ScimError::NoEndpoint.into_response(),
            Self::Api => ApiError::NoEndpoint.into_response(),
            Self::Page => ui::not_found(),
        }
    }

    /// What is at this path does not know the method. To ask a SCIM endpoint which it knows is no mistake.
    pub(super) fn no_method(self, method: &Method) -> Response {
        match self {
            Self::Scim if method == Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
            Self::Scim => ScimError::NoMethod.into_response(),
            Self::Api | Self::Page => ApiError::NoMethod.into_response(),
        }
    }

    /// The handler has failed.
    pub(super) fn failure(self, error: Error) -> Response {
        match self {
            Self::Scim => ScimError::Domain(error).into_response(),
            Self::Api => ApiError::Domain(error).into_response(),
            Self::Page => SsoError::Domain(error).into_response(),
        }
    }
}
