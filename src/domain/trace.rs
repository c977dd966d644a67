//! What came in a sign-in, how each check went and what followed: for administrators, who must find out why somebody
//! is not let in.
//!
//! Personal values are masked before a trace is kept, except where an administrator only tries a connection.

use serde::{Deserialize, Serialize};

use super::identity::{AssertedGroups, Identity, Subject};
use super::{ConnectionId, MemberId, Timestamp};

/// The most checks of a trace, and the most values of a list in it; more tell nothing more.
const MOST: usize = 1000;
/// The longest text that is kept, in characters.
const LONGEST: usize = 1024;

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Check {
    /// What is checked, in a word: `signature`.
    pub(crate) name: String,
    /// Whether it went well.
    pub(crate) passed: bool,
    /// What was seen, or why it failed, in a sentence.
    pub(crate) says: String,
}

/// One attribute or claim that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Carried {
    /// Its name as it came.
    pub(crate) name: String,
    /// Its values.
    pub(crate) values: Vec<String>,
    /// Whether its values are the groups, and were left away for that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    folded: bool,
}

/// What is noted of one sign-in, step by step. Nothing in it is to be trusted beyond the last check that passed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Trace {
    /// The checks in their order. The first that fails is the last.
    pub(crate) checks: Vec<Check>,
    /// Every attribute or claim that came.
    pub(crate) attributes: Vec<Carried>,
    /// What was read from them, as rollright understood it.
    pub(crate) read: Vec<Carried>,
    /// The groups; none where they were not told.
    pub(crate) groups: Option<Vec<String>>,
    /// The code of the role that followed.
    pub(crate) role: Option<String>,
}

/// How a sign-in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With a session.
    SignedIn,
    /// With a refusal.
    Refused,
    /// It was only tried.
    Tested,
}

impl Outcome {
    /// The word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::Refused => "refused",
            Self::Tested => "tested",
        }
    }

    /// What the word stands for.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::SignedIn, Self::Refused, Self::Tested]
            .into_iter()
            .find(|outcome| outcome.name() == name)
    }
}

/// A trace that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The number that the person was shown.
    pub(crate) number: String,
    /// Through which connection.
    pub(crate) connection: ConnectionId,
    /// When.
    pub(crate) at: Timestamp,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// Why somebody was refused, in a word.
    pub(crate) reason: Option<String>,
    /// Who it was, where that became clear.
    pub(crate) member: Option<MemberId>,
    /// What was noted.
    pub(crate) trace: Trace,
}

impl Trace {
    /// Notes a check that went well.
    pub(crate) fn passed(&mut self, name: &str, says: impl Into<String>) {
        self.note(name, true, &says.into());
    }

    /// Notes a check that failed.
    pub(crate) fn failed(&mut self, name: &str, says: impl Into<String>) {
        self.note(name, false, &says.into());
    }

    fn note(&mut self, name: &str, passed: bool, says: &str) {
        if self.checks.len() < MOST {
            self.checks.push(Check {
                name: name.to_owned(),
                passed,
                says: cut(says),
            });
        }
    }

    /// Notes an attribute or claim.
    pub(crate) fn carried(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        if self.attributes.len() < MOST {
            self.attributes.push(carried(name, values));
        }
    }

    /// Notes what was read of a verified person.
    pub(crate) fn identified(&mut self, identity: &Identity) {
        let subject = match &identity.subject {
            Subject::Lasting(subject) => Some(subject),
            Subject::Transient => None,
        };
        self.read = [
            ("subject", subject),
            ("email", identity.email.as_ref()),
            ("first_name", identity.given_name.as_ref()),
            ("last_name", identity.family_name.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some(carried(name, [value?.clone()])))
        .collect();
        self.groups = match &identity.groups {
            AssertedGroups::Unknown => None,
            AssertedGroups::Known(names) => Some(names.iter().take(MOST).map(|n| cut(n)).collect()),
        };
    }

    /// The same without the words of a person: of each value only its first character and its length are left. Groups
    /// are no personal words, and nobody could find a wrong rule without them; `groups_attribute` is the attribute
    /// that they are in.
    pub(crate) fn masked(mut self, groups_attribute: &str) -> Self {
        let carried = self
            .attributes
            .iter_mut()
            .filter(|one| one.name != groups_attribute)
            .chain(&mut self.read);
        for value in carried.flat_map(|one| &mut one.values) {
            *value = masked(value);
        }
        self
    }

    /// The same as it is kept: a thousand groups stand in it once, not as an attribute and as groups.
    pub(crate) fn folded(mut self) -> Self {
        for one in &mut self.attributes {
            if self.groups.as_ref() == Some(&one.values) {
                one.values.clear();
                one.folded = true;
            }
        }
        self
    }

    /// What was kept, as it was.
    pub(crate) fn unfolded(mut self) -> Self {
        let groups = self.groups.as_deref().unwrap_or_default();
        for one in self.attributes.iter_mut().filter(|one| one.folded) {
            one.values = groups.to_vec();
            one.folded = false;
        }
        self
    }
}

fn carried(name: &str, values: impl IntoIterator<Item = String>) -> Carried {
    Carried {
        name: cut(name),
        values: values.into_iter().take(MOST).map(|v| cut(&v)).collect(),
        folded: false,
    }
}

/// U+0000 is cut away too: PostgreSQL keeps none.
fn cut(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(LONGEST).collect()
}

fn masked(value: &str) -> String {
    let length = value.chars().count();
    match value.chars().next() {
        Some(first) if length > 3 => format!("{first}… ({length} characters)"),
        _ => format!("({length} characters)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_folded_is_smaller_and_unfolds_to_what_it_was() {
        let mut trace = Trace::default();
        trace.carried("mail", ["ada@corp.example".to_owned()]);
        trace.carried(
            "memberOf",
            ["annotators".to_owned(), "reviewers".to_owned()],
        );
        trace.carried("nothing", []);
        for groups in [
            None,
            Some(vec![]),
            Some(vec!["annotators".to_owned(), "reviewers".to_owned()]),
        ] {
            trace.groups = groups;
            let kept = serde_json::to_string(&trace.clone().folded()).unwrap();
            let length = serde_json::to_string(&trace).unwrap().len();
            assert_eq!(
                kept.len() < length,
                trace.groups.as_ref().is_some_and(|all| !all.is_empty()),
                "{kept}"
            );
            let read: Trace = serde_json::from_str(&kept).unwrap();
            assert_eq!(read.unfolded(), trace);
        }
    }

    #[test]
    fn a_masked_trace_keeps_the_groups_and_no_word_of_the_person() {
        let mut trace = Trace::default();
        trace.carried("mail", ["canary@corp.example".to_owned()]);
        trace.carried("memberOf", ["annotators".to_owned()]);
        trace.read = vec![carried("email", ["canary@corp.example".to_owned()])];
        trace.groups = Some(vec!["annotators".to_owned()]);
        trace.passed("signature", "the assertion is signed");
        let kept = trace.masked("memberOf");
        let text = format!("{kept:?}");
        assert!(!text.contains("canary"), "{text}");
        assert_eq!(kept.attributes[1].values, ["annotators"]);
        assert_eq!(kept.attributes[0].values, ["c… (19 characters)"]);
        assert_eq!(masked("ab"), "(2 characters)");
    }

    #[test]
    fn a_trace_is_bounded() {
        let mut trace = Trace::default();
        for _ in 0..2 * MOST {
            trace.carried("a", vec!["\0x".repeat(2 * LONGEST); 2]);
            trace.failed("b", "c");
        }
        assert_eq!((trace.attributes.len(), trace.checks.len()), (MOST, MOST));
        assert_eq!(trace.attributes[0].values[0], "x".repeat(LONGEST));
    }
}
