//! Who is told of what happens to members and groups, event by event, until they say that they have it.

use serde::{Deserialize, Serialize};

use super::{ReceiverId, ScimTokenId, Timestamp};

/// Somebody who is told.
#[derive(Debug, Clone)]
pub(crate) struct Receiver {
    /// The id.
    pub(crate) id: ReceiverId,
    /// Who presents this token is the receiver.
    pub(crate) token: ScimTokenId,
    /// What the receiver calls itself.
    pub(crate) audience: String,
    /// What is asked for, in the protocol's words.
    pub(crate) events: Vec<String>,
    /// Up to this number of the audit trail nothing is outstanding.
    pub(crate) acknowledged: i64,
    /// What the receiver last could not take.
    pub(crate) problem: Option<Problem>,
    /// When it was set up.
    pub(crate) created: Timestamp,
}

/// What a receiver said of something that it could not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Problem {
    /// The number of the event.
    pub(crate) seq: i64,
    /// The protocol's word for what is wrong.
    pub(crate) error: String,
    /// What the receiver says, for a person.
    pub(crate) description: String,
}
