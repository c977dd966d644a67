//! What SCIM refuses, one variant for each `scimType` of RFC 7644 section 3.12, and the error message.
//!
//! A sentence here is for the person who set up the provisioning client: what was wrong, and where. It must never hold
//! a secret or an internal cause.

use serde_json::{Value, json};

/// The schema of the error message.
pub(crate) const URN: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// A refusal, with the sentence that explains it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// The filter cannot be understood, or compares what cannot be compared.
    #[error("{0}")]
    InvalidFilter(String),
    /// The filter selects more than one request may cost.
    #[error("{0}")]
    TooMany(String),
    /// A value that must be unique is taken.
    #[error("{0}")]
    Uniqueness(String),
    /// The attribute cannot be changed so.
    #[error("{0}")]
    Mutability(String),
    /// The message has the wrong structure.
    #[error("{0}")]
    InvalidSyntax(String),
    /// The path of a PATCH operation is none.
    #[error("{0}")]
    InvalidPath(String),
    /// The path of a PATCH operation leads to nothing that could be changed.
    #[error("{0}")]
    NoTarget(String),
    /// A value is missing, has the wrong type or is out of its limits.
    #[error("{0}")]
    InvalidValue(String),
    /// This version of the protocol is not spoken here.
    #[error("{0}")]
    InvalidVers(String),
    /// Personal data stood where it would be logged, in the URL.
    #[error("{0}")]
    Sensitive(String),
}

impl Error {
    /// The word of RFC 7644 table 9.
    pub(crate) fn scim_type(&self) -> &'static str {
        match self {
            Self::InvalidFilter(_) => "invalidFilter",
            Self::TooMany(_) => "tooMany",
            Self::Uniqueness(_) => "uniqueness",
            Self::Mutability(_) => "mutability",
            Self::InvalidSyntax(_) => "invalidSyntax",
            Self::InvalidPath(_) => "invalidPath",
            Self::NoTarget(_) => "noTarget",
            Self::InvalidValue(_) => "invalidValue",
            Self::InvalidVers(_) => "invalidVers",
            Self::Sensitive(_) => "sensitive",
        }
    }

    /// The HTTP status that goes with it: 409 for uniqueness, 403 for personal data in a URL (RFC 7644 section 7.5.2),
    /// else 400.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Uniqueness(_) => 409,
            Self::Sensitive(_) => 403,
            Self::InvalidFilter(_)
            | Self::TooMany(_)
            | Self::Mutability(_)
            | Self::InvalidSyntax(_)
            | Self::InvalidPath(_)
            | Self::NoTarget(_)
            | Self::InvalidValue(_)
            | Self::InvalidVers(_) => 400,
        }
    }

    /// The same refusal, with its place in front of the sentence.
    pub(super) fn at(mut self, place: &str) -> Self {
        let (Self::InvalidFilter(sentence)
        | Self::TooMany(sentence)
        | Self::Uniqueness(sentence)
        | Self::Mutability(sentence)
        | Self::InvalidSyntax(sentence)
        | Self::InvalidPath(sentence)
        | Self::NoTarget(sentence)
        | Self::InvalidValue(sentence)
        | Self::InvalidVers(sentence)
        | Self::Sensitive(sentence)) = &mut self;
        *sentence = format!("{place}: {sentence}");
        self
    }
}

/// The error message of RFC 7644 section 3.12. Its `status` is a string.
pub(crate) fn body(status: u16, scim_type: Option<&str>, detail: &str) -> Value {
    let mut body = json!({
        "schemas": [URN],
        "status": status.to_string(),
        "detail": detail,
    });
    if let Some(scim_type) = scim_type {
        body["scimType"] = scim_type.into();
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_message_has_a_status_that_is_a_string() {
        let error = Error::Uniqueness("another User has this userName".to_owned());
        assert_eq!(
            body(
                error.status(),
                Some(error.scim_type()),
                &error.clone().at("operation 2").to_string()
            ),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                "status": "409",
                "scimType": "uniqueness",
                "detail": "operation 2: another User has this userName",
            })
        );
        assert_eq!(body(404, None, "no").get("scimType"), None);
    }
}
