//! Events as they stand in the audit trail: read back, numbered, chained (R18).

use std::fmt::Write as _;

use serde_json::Value;
use uuid::Uuid;

use crate::domain::{EventId, OrganizationId, Timestamp};

/// What goes before the first event of an organization in the chain, in the place of a hash.
pub(crate) const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The part of an event that is kept for ever.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The id.
    pub(crate) id: EventId,
    /// The organization.
    pub(crate) organization: OrganizationId,
    /// The moment of the request.
    pub(crate) at: Timestamp,
    /// What happened, as `subject.verb`.
    pub(crate) kind: String,
    /// The word for who did it.
    pub(crate) actor_kind: String,
    /// The id of who did it.
    pub(crate) actor: Option<Uuid>,
    /// The id of what it happened to.
    pub(crate) subject: Option<String>,
    /// The request's id.
    pub(crate) request: String,
    /// Before and after, without personal data.
    pub(crate) facts: Value,
}

/// An event with its place in the trail.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numbered {
    /// The place, from 1 on, without a gap in an organization.
    pub(crate) seq: i64,
    /// The hash of this event and, through the one before, of all before it.
    pub(crate) hash: String,
    /// The event.
    pub(crate) entry: Entry,
    /// The personal part, where there is one and it has not been erased.
    pub(crate) details: Option<Value>,
}

/// Where a trail ends: the number and the hash of its last event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// The number; 0 where there is no event yet.
    pub(crate) seq: i64,
    /// The hash.
    pub(crate) hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            seq: 0,
            hash: NO_HASH.to_owned(),
        }
    }
}

impl Entry {
    /// The text whose SHA-256 is the event's hash: the hash before it, a line feed, and the event with its number as
    /// JSON without blanks, the names of every object in the order of their bytes. `docs/api.md` promises this form.
    pub(crate) fn chained(&self, before: &str, seq: i64) -> String {
        let event = serde_json::json!({
            "actor": { "kind": self.actor_kind, "id": self.actor },
            "at": self.at.to_string(),
            "facts": self.facts,
            "id": self.id,
            "kind": self.kind,
            "organization": self.organization,
            "request_id": self.request,
            "seq": seq,
            "subject": self.subject,
        });
        let mut text = format!("{before}\n");
        canonical(&event, &mut text);
        text
    }
}

/// Sorted by hand, so that the chain does not hang on how a library keeps its objects. As deep as facts are, which we
/// write.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| name.as_bytes());
            text.push('{');
            for (at, (name, value)) in members.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                let _ = write!(text, "{}:", Value::from(name.as_str()));
                canonical(value, text);
            }
            text.push('}');
        }
        Value::Array(values) => {
            text.push('[');
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                canonical(value, text);
            }
            text.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let _ = write!(text, "{value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry() -> Entry {
        Entry {
            id: EventId(Uuid::from_u128(7)),
            organization: OrganizationId(3),
            at: Timestamp(1_700_000_000_001),
            kind: "group.changed".to_owned(),
            actor_kind: "operator".to_owned(),
            actor: None,
            subject: Some("x".to_owned()),
            request: "r-1".to_owned(),
            facts: json!({ "b": [1, { "d": "\u{e9}\"\n", "c": null }], "a": true }),
        }
    }

    #[test]
    fn the_text_of_an_event_is_one_whatever_the_order_of_its_members() {
        let expected = concat!(
            "00\n",
            r#"{"actor":{"id":null,"kind":"operator"},"at":"2023-11-14T22:13:20.001Z","#,
            r#""facts":{"a":true,"b":[1,{"c":null,"d":"é\"\n"}]},"#,
            r#""id":"00000000-0000-0000-0000-000000000007","kind":"group.changed","organization":3,"#,
            r#""request_id":"r-1","seq":5,"subject":"x"}"#
        );
        assert_eq!(entry().chained("00", 5), expected);
    }

    #[test]
    fn whatever_is_another_in_an_event_makes_another_text() {
        let text = |change: fn(&mut Entry)| {
            let mut entry = entry();
            change(&mut entry);
            entry.chained(NO_HASH, 1)
        };
        let same = text(|_| {});
        for change in [
            (|entry| entry.id = EventId(Uuid::from_u128(8))) as fn(&mut Entry),
            |entry| entry.organization = OrganizationId(4),
            |entry| entry.at = Timestamp(0),
            |entry| entry.kind.push('x'),
            |entry| entry.actor_kind.push('x'),
            |entry| entry.actor = Some(Uuid::from_u128(1)),
            |entry| entry.subject = None,
            |entry| entry.request.push('x'),
            |entry| entry.facts = json!({}),
        ] {
            assert_ne!(text(change), same);
        }
        assert_ne!(entry().chained(NO_HASH, 2), same);
    }
}
