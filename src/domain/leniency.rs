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

    /// Whether the client may define schemas for its organization (`POST /Schemas`); else that is for administrators, and
    /// a test suite wants 405.
    pub(crate) fn defines_schemas(self) -> bool {
        matches!(self, Self::Lenient)
    }

    /// Whether a value of a group's `members` that names no User is passed over; else it is refused. Microsoft's client
    /// and a test suite add such values and want success.
    pub(crate) fn passes_over_unknown_members(self) -> bool {
        matches!(self, Self::Entra | Self::Lenient)
    }

    /// Whether a PATCH of a group is answered with 204 whatever its size, which is what Entra ID expects.
    pub(crate) fn answers_group_changes_with_nothing(self) -> bool {
        matches!(self, Self::Entra)
    }

    /// Whether a replace whose value filter selects nothing makes the value that the filter describes; else it has no
    /// target (RFC 7644 section 3.5.2.3). Entra ID sends it for every address that is new.
    pub(crate) fn makes_what_a_replace_describes(self) -> bool {
        matches!(self, Self::Entra | Self::Lenient)
    }

    /// Whether the texts "True" and "False" stand for booleans, in resources, PATCH and filters; else they are refused.
    /// Entra ID writes them everywhere, and Okta where an attribute of its own is mapped to a boolean.
    pub(crate) fn reads_texts_as_booleans(self) -> bool {
        matches!(self, Self::Entra | Self::Okta | Self::Lenient)
    }

    /// Whether a value of `roles` that holds JSON is read as what that says. Entra ID packs id, value and displayName of
    /// an app role so.
    pub(crate) fn reads_roles_from_json(self) -> bool {
        matches!(self, Self::Entra | Self::Lenient)
    }

    /// Whether a filter may have a text without quotes: `userName eq ada`. Microsoft's client asks so.
    pub(crate) fn reads_unquoted_texts(self) -> bool {
        matches!(self, Self::Entra | Self::Lenient)
    }

    /// Whether a message whose `schemas` is absent or names something else is read as what it was sent for; else it is
    /// refused. Home-made clients leave it out.
    pub(crate) fn passes_over_wrong_schemas(self) -> bool {
        matches!(self, Self::Lenient)
    }

    /// Whether a key of a PATCH value that is a path to nowhere is passed over like a plain name; else it is refused.
    pub(crate) fn passes_over_unknown_paths(self) -> bool {
        matches!(self, Self::Lenient)
    }

    /// Whether an `id` in a body that is not the resource's own is passed over; else it is refused. Clients that keep an
    /// `id` of theirs send it along.
    pub(crate) fn passes_over_foreign_ids(self) -> bool {
        matches!(self, Self::Lenient)
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

    type Switch = fn(Leniency) -> bool;

    /// The rows of the table in `docs/scim.md`, by what they begin with.
    const SWITCHES: [(&str, Switch); 9] = [
        (
            "a value of a group's `members` that is no User's and no Group's id",
            Leniency::passes_over_unknown_members,
        ),
        (
            "PATCH of a group answers 204",
            Leniency::answers_group_changes_with_nothing,
        ),
        (
            "replace with a value filter that selects nothing",
            Leniency::makes_what_a_replace_describes,
        ),
        (
            "`\"True\"` and `\"False\"`",
            Leniency::reads_texts_as_booleans,
        ),
        (
            "a value of `roles` that holds JSON",
            Leniency::reads_roles_from_json,
        ),
        (
            "a text without quotes in a filter",
            Leniency::reads_unquoted_texts,
        ),
        (
            "a message whose `schemas`",
            Leniency::passes_over_wrong_schemas,
        ),
        (
            "a key of a PATCH value that is a path to nowhere",
            Leniency::passes_over_unknown_paths,
        ),
        ("an `id` in a body", Leniency::passes_over_foreign_ids),
    ];

    #[test]
    fn the_table_of_profiles_says_what_each_switch_does() {
        let page = include_str!("../../docs/scim.md");
        let head = "| what is read leniently | `rfc` | `okta` | `entra` | `lenient` | otherwise |";
        let table: Vec<&str> = page.lines().skip_while(|line| *line != head).collect();
        let rows: Vec<&str> = table
            .into_iter()
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .collect();
        for (begin, switch) in SWITCHES {
            let row = rows
                .iter()
                .find(|row| row.starts_with(&format!("| {begin}")));
            let row = row.unwrap_or_else(|| panic!("no row begins with {begin}"));
            let cells: Vec<&str> = row.split(" | ").skip(1).take(4).collect();
            let known = [
                Leniency::Rfc,
                Leniency::Okta,
                Leniency::Entra,
                Leniency::Lenient,
            ];
            let expected = known.map(|one| if switch(one) { "yes" } else { "no" });
            assert_eq!(cells, expected, "{row}");
        }
        assert_eq!(rows.len(), SWITCHES.len(), "a row is of no switch");
    }

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
