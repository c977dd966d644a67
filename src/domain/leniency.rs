//! How strictly a provisioning client keeps to the RFCs: a named set of switches, chosen when its token is made; and what
//! was off in a request that was read nevertheless.

use std::sync::{Arc, Mutex, PoisonError};

/// The set of switches of a provisioning client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leniency {
    /// As RFC 7643 and RFC 7644 say.
    Rfc,
    /// As Microsoft Entra ID does it.
    Entra,
    /// As Okta does it.
    Okta,
    /// All leniency there is.
    Lenient,
}

impl Leniency {
    const ALL: [Self; 4] = [Self::Rfc, Self::Entra, Self::Okta, Self::Lenient];

    /// The word under which it is chosen and stored.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rfc => "rfc",
            Self::Entra => "entra",
            Self::Okta => "okta",
            Self::Lenient => "lenient",
        }
    }

    /// The set of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether a value of a group's `members` that names no User is passed over; else it is refused. Microsoft's client
    /// and a test suite add such values and want success.
    pub(crate) fn passes_over_unknown_members(self) -> bool {
        matches!(self, Self::Entra | Self::Lenient)
    }
}

/// What was off in one request, and how it was read: sentences for the person who looks after the provisioning client.
/// Clones share them.
///
/// They stand in the request log, so a sentence never holds a secret: never the value of a password.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    /// How many are kept of a request: who repeats a fault a thousand times need not read it as often.
    const MOST: usize = 20;
    /// The longest sentence, in characters.
    const LONGEST: usize = 300;

    /// Keeps a sentence, once; beyond twenty, none.
    pub(crate) fn note(&self, sentence: impl Into<String>) {
        let mut sentence = sentence.into();
        if let Some((at, _)) = sentence.char_indices().nth(Self::LONGEST) {
            sentence.truncate(at);
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < Self::MOST && !kept.contains(&sentence) {
            kept.push(sentence);
        }
    }

    /// What was kept, in the order in which it was found.
    pub(crate) fn list(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_kept_once_and_not_without_end() {
        let notes = Notes::default();
        let shared = notes.clone();
        shared.note("é".repeat(1000));
        shared.note("é".repeat(1000));
        assert_eq!(notes.list(), ["é".repeat(300)]);
        for number in 0..100 {
            shared.note(format!("note {number}"));
        }
        assert_eq!(notes.list().len(), 20);
    }
}
