//! The one error of the domain, named by what a caller may do about it.
//!
//! Each protocol renders it in its own words, in `http/*/error.rs`, with a `match` that has no `_` arm.

/// Why something that was asked for did not happen. A message is one sentence for the person who reads it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no such thing in this organization. A foreign id answers exactly like an unknown one (R3).
    #[error("there is no {0} with this id")]
    NotFound(&'static str),
    /// The value of an attribute that must be unique is taken. Holds the attribute's name.
    #[error("another {kind} has this {attribute}")]
    Duplicate {
        /// The kind of resource: `User`, `Group`, `project`.
        kind: &'static str,
        /// The attribute as the protocols spell it.
        attribute: &'static str,
    },
    /// The value of an attribute that may occur once is another's. Holds the attribute's whole name.
    #[error("another resource has this value of `{0}`")]
    Taken(String),
    /// The resource has changed since the caller read it.
    #[error("the {0} has changed since it was read; read it again")]
    VersionMismatch(&'static str),
    /// The request contradicts a rule; the sentence says which and what to do.
    #[error("{0}")]
    Invalid(String),
    /// The caller may not do this; the sentence says why.
    #[error("{0}")]
    Forbidden(String),
    /// A filter needs more work than one request may cost.
    #[error("the filter selects from too many resources; narrow it by userName, externalId or id")]
    TooMany,
    /// It was tried too often lately.
    #[error("that was tried too often; try again in {seconds} seconds")]
    Throttled {
        /// After how many seconds it can be tried again.
        seconds: i64,
    },
    /// The database cannot be reached or is busy. Trying again later can help.
    #[error("the database is not available; try again")]
    Unavailable(#[source] anyhow::Error),
    /// A fault of ours.
    #[error("something went wrong here; the log has the details under the request's id")]
    Internal(#[source] anyhow::Error),
}
