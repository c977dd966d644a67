//! How what a provisioning client sends is read: the switches of its token, the schemas of its organization, and where
//! to say what was off.
//!
//! Every reader of a client's message is handed one. Each place that is lenient notes in one sentence what it found and
//! what it took it for, whatever the profile.

use super::schema::Definitions;
use crate::domain::leniency::{Leniency, Notes};

/// How a message is read.
#[derive(Debug, Clone)]
pub(crate) struct Reading<'r> {
    /// The switches of the client's token.
    pub(crate) leniency: Leniency,
    /// Where what was off is kept.
    pub(crate) notes: &'r Notes,
    /// The schemas that hold for the client.
    pub(crate) definitions: Definitions,
}

impl Reading<'_> {
    /// Says what was off and how it was read. Never a secret.
    pub(super) fn note(&self, sentence: impl Into<String>) {
        self.notes.note(sentence);
    }
}

#[cfg(test)]
impl Reading<'static> {
    /// A reading for a test, with notes of its own.
    pub(super) fn of(leniency: Leniency) -> Self {
        Self {
            leniency,
            notes: Box::leak(Box::default()),
            definitions: Definitions::standard().clone(),
        }
    }
}
