//! In which protocol's form a request is refused before its handler is reached, or after the handler has failed: told
//! by the path alone.

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::api::error::ApiError;
use super::scim::error::ScimError;
use super::sso::error::SsoError;
use super::ui;
use crate::domain::error::Error;

/// Whether a SCIM path asks for a version of the protocol that is not ours: `/scim/v1/Users`, RFC 7644 section 3.13.
fn names_other_version(path: &str) -> bool {
    let first = path
        .strip_prefix("/scim/")
        .and_then(|rest| rest.split('/').next());
    first.is_some_and(|first| {
        let number = first.strip_prefix(['v', 'V']).unwrap_or_default();
        first != "v2"
            && number.starts_with(|c: char| c.is_ascii_digit())
            && number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}

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
    pub(super) fn nothing(path: &str) -> Response {
        match Self::of(path) {
            Self::Scim if names_other_version(path) => ScimError::NoVersion.into_response(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_after_a_v_is_another_version() {
        for path in [
            "/scim/v1/Users",
            "/scim/v1",
            "/scim/v1.1/",
            "/scim/V2/Users",
            "/scim/v20",
        ] {
            assert!(names_other_version(path), "{path}");
        }
        for path in [
            "/scim/v2/v1",
            "/scim/v2",
            "/scim/",
            "/scim/v",
            "/scim/Users/v1",
            "/scim/vx",
            "/scim/v1x",
        ] {
            assert!(!names_other_version(path), "{path}");
        }
    }
}
