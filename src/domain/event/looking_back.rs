//! Looking back at the trail: between which ids the events of a time lie.

use serde_json::Value;
use uuid::{Builder, Uuid};

use super::recorded::Entry;
use crate::domain::{EventId, MemberId, Timestamp};

/// An event, with its number where it has one yet, and with the personal part where it has not been erased.
#[derive(Debug)]
pub(crate) struct Found {
    /// The number.
    pub(crate) seq: Option<i64>,
    /// The event.
    pub(crate) entry: Entry,
    /// The personal part.
    pub(crate) details: Option<serde_json::Value>,
}

/// Before the first event that there may be at this moment. An event's id begins with the moment of its request.
pub(crate) fn first_at(at: Timestamp) -> EventId {
    let milliseconds = u64::try_from(at.0).unwrap_or(0);
    EventId(Builder::from_unix_timestamp_millis(milliseconds, &[0; 10]).into_uuid())
}

/// Behind the last event that there may be at this moment.
pub(crate) fn end_of(at: Timestamp) -> EventId {
    first_at(Timestamp(at.0.saturating_add(1)))
}

/// Before the first event of all, and behind the last.
pub(crate) const ALL: (EventId, EventId) = (EventId(Uuid::nil()), EventId(Uuid::max()));

/// Of how many members whom one list of an event names the names are looked up.
const NAMED: usize = 5;

/// The members whom an event names: who did it, to whom, and the first of those who came or went.
pub(crate) fn named(entry: &Entry) -> Vec<MemberId> {
    let by = entry.actor.filter(|_| entry.actor_kind == "member");
    let to = entry.subject.as_deref().and_then(MemberId::parse);
    let mut all: Vec<MemberId> = by.map(MemberId).into_iter().chain(to).collect();
    for fact in ["added", "removed", "members", "before", "after", "owner"] {
        let listed: Vec<&Value> = match entry.facts.get(fact) {
            Some(Value::Array(listed)) => listed.iter().take(NAMED).collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        };
        let ids = listed.into_iter().filter_map(Value::as_str);
        all.extend(ids.filter_map(MemberId::parse));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_events_of_a_moment_lie_between_its_bounds() {
        let at = Timestamp(1_700_000_000_001);
        let ids = [[0; 10], [0xff; 10]].map(|random| {
            Builder::from_unix_timestamp_millis(1_700_000_000_001, &random).into_uuid()
        });
        for id in ids {
            assert!(first_at(at).0 <= id && id < end_of(at).0);
            assert!(end_of(Timestamp(at.0 - 1)).0 <= id);
        }
        assert!(ALL.0 < first_at(Timestamp(0)) && end_of(at) < ALL.1);
    }
}
