//! What SCIM's own rules refuse, one variant for each `scimType` of RFC 7644 section 3.12 and RFC 9865 section 2.1 that
//! they need, and the error message. What other rules refuse (uniqueness, tooMany) is the domain's.
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
    /// The message holds more than one request may.
    #[error("{0}")]
    TooLarge(String),
    /// The cursor is none of this list.
    #[error("{0}")]
    InvalidCursor(String),
    /// The cursor is too old.
    #[error("{0}")]
    ExpiredCursor(String),
    /// A page by cursor cannot have so many resources.
    #[error("{0}")]
    InvalidCount(String),
}

impl Error {
    /// The status of RFC 7644 table 8.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::TooLarge(_) => 413,
            Self::InvalidFilter(_)
            | Self::Mutability(_)
            | Self::InvalidSyntax(_)
            | Self::InvalidPath(_)
            | Self::NoTarget(_)
            | Self::InvalidValue(_)
            | Self::InvalidCursor(_)
            | Self::ExpiredCursor(_)
            | Self::InvalidCount(_) => 400,
        }
    }

    /// The word of RFC 7644 table 9 or of RFC 9865, which have words for 400 alone.
    pub(crate) fn scim_type(&self) -> Option<&'static str> {
        match self {
            Self::InvalidFilter(_) => Some("invalidFilter"),
            Self::Mutability(_) => Some("mutability"),
            Self::InvalidSyntax(_) => Some("invalidSyntax"),
            Self::InvalidPath(_) => Some("invalidPath"),
            Self::NoTarget(_) => Some("noTarget"),
            Self::InvalidValue(_) => Some("invalidValue"),
            Self::TooLarge(_) => None,
            Self::InvalidCursor(_) => Some("invalidCursor"),
            Self::ExpiredCursor(_) => Some("expiredCursor"),
            Self::InvalidCount(_) => Some("invalidCount"),
        }
    }

    /// The same refusal, with its place in front of the sentence.
    pub(super) fn at(mut self, place: &str) -> Self {
        let (Self::InvalidFilter(sentence)
        | Self::Mutability(sentence)
        | Self::InvalidSyntax(sentence)
        | Self::InvalidPath(sentence)
        | Self::NoTarget(sentence)
        | Self::InvalidValue(sentence)
        | Self::TooLarge(sentence)
        | Self::InvalidCursor(sentence)
        | Self::ExpiredCursor(sentence)
        | Self::InvalidCount(sentence)) = &mut self;
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
        let error = Error::InvalidValue("`active` must be true or false".to_owned());
        assert_eq!(
            body(
                400,
                error.scim_type(),
                &error.clone().at("operation 2").to_string()
            ),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                "status": "400",
                "scimType": "invalidValue",
                "detail": "operation 2: `active` must be true or false",
            })
        );
        assert_eq!(body(404, None, "no").get("scimType"), None);
    }
}
