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

    /// What a text means where a boolean is expected: `True` of Entra ID, for a client that may write so.
    pub(super) fn boolean(&self, text: &str, at: &str) -> Option<bool> {
        let meant = if text.eq_ignore_ascii_case("true") {
            true
        } else if text.eq_ignore_ascii_case("false") {
            false
        } else {
            return None;
        };
        if !self.leniency.reads_texts_as_booleans() {
            return None;
        }
        self.note(format!("`{at}` was the text \"{text}\"; read as {meant}"));
        Some(meant)
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

    /// One that reads whatever any client sends, for tests that do not look at the notes.
    pub(super) fn lenient() -> &'static Self {
        static LENIENT: std::sync::LazyLock<Reading<'static>> =
            std::sync::LazyLock::new(|| Reading::of(Leniency::Lenient));
        &LENIENT
    }
}
