//! The numbers and the hashes, worked out here again, and what the doctor says of a trail that was tampered with.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::trail;
use crate::app::{App, printed};

/// The hash of an event as `docs/api.md` says that it is made.
fn hash(before: &str, event: &Value) -> String {
    let mut told: Map<String, Value> = event.as_object().unwrap().clone();
    told.remove("hash");
    told.remove("details");
    let text = format!("{before}\n{}", sorted(&Value::Object(told)));
    let mut hex = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn sorted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let members = names
                .into_iter()
                .map(|name| format!("{}:{}", Value::from(name.as_str()), sorted(&members[name])));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(values) => {
            let values = values.iter().map(sorted).collect::<Vec<_>>();
            format!("[{}]", values.join(","))
        }
        other => other.to_string(),
    }
}

/// Everything is there: from 1 on, without a gap, each chained to the one before.
#[track_caller]
pub(super) fn is_whole(events: &[Value]) {
    let mut before = "0".repeat(64);
    for (at, event) in events.iter().enumerate() {
        assert_eq!(event["seq"], at + 1);
        let expected = hash(&before, event);
        assert_eq!(event["hash"], expected, "{event}");
        before = expected;
    }
}

#[tokio::test]
async fn a_reader_can_work_the_chain_out_from_what_it_reads() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    app.own.rules(&[("Manager", "Größe \"1\"")]).await;
    app.own.group("Größe \"1\"", &[&ada]).await;
    app.own.scim.delete(&format!("/Users/{ada}")).await.is(204);
    let events = trail(&app, &app.own).await;
    assert!(events.len() > 6, "{events:?}");
    is_whole(&events);
    app.finish();
}

#[tokio::test]
async fn an_event_that_is_committed_late_with_an_older_id_gets_the_next_number() {
    let app = App::start().await;
    let before = trail(&app, &app.own).await;
    // As a slow transaction leaves it: written and named before what is numbered already.
    for sql in [
        "INSERT INTO events (id, organization_id, at, kind, actor_kind, request_id, facts)
         SELECT '01000000-0000-7000-8000-000000000000', organization_id, at, 'late', 'operator', 'r', facts
         FROM events WHERE kind = 'organization.created'",
        "INSERT INTO events_unordered (number, event_id) VALUES (-7, '01000000-0000-7000-8000-000000000000')",
    ] {
        assert_eq!(app.place.database.execute(sql).await, 1);
    }
    let after = trail(&app, &app.own).await;
    assert_eq!(after[..before.len()], before);
    assert_eq!(after.last().unwrap()["kind"], "late");
    is_whole(&after);
    app.finish();
}

#[tokio::test]
async fn the_doctor_names_the_first_place_where_the_trail_is_broken() {
    let app = App::start().await;
    for n in 0..4 {
        app.own.user(&format!("u{n}@a.example")).await;
    }
    let whole = trail(&app, &app.own).await.len();
    for (what, plant, mend, says) in [
        (
            "an event is changed",
            "UPDATE events SET request_id = request_id || 'x' WHERE id = (SELECT event_id FROM event_order WHERE seq = 3)",
            "UPDATE events SET request_id = REPLACE(request_id, 'x', '')
             WHERE id = (SELECT event_id FROM event_order WHERE seq = 3)",
            "broken at number 3, whose hash does not fit",
        ),
        (
            "a hash is changed",
            "UPDATE event_order SET hash = 'x' || hash WHERE seq = 2",
            "UPDATE event_order SET hash = REPLACE(hash, 'x', '') WHERE seq = 2",
            "broken at number 2, whose hash does not fit",
        ),
        (
            "two events change places",
            "UPDATE event_order SET seq = seq - 100 WHERE seq = 4",
            "UPDATE event_order SET seq = seq + 100 WHERE seq < 0",
            "broken at number 4, which is missing",
        ),
        (
            "an event is in another organization's trail",
            "UPDATE event_order SET organization_id = 7 WHERE seq = 5",
            "UPDATE event_order SET organization_id = 1 WHERE seq = 5",
            "broken at number 5, which is missing",
        ),
    ] {
        assert_eq!(app.place.database.execute(plant).await, 1, "{what}");
        let output = app.place.run(&["doctor", "--verify"]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert!(said.contains(says), "{what}: {said}");
        assert_eq!(app.place.database.execute(mend).await, 1, "{what}");
        let again = printed(&app.place.run(&["doctor", "--verify"]));
        assert!(again.contains("agrees"), "{what}: {again}");
    }
    assert_eq!(trail(&app, &app.own).await.len(), whole);
    app.finish();
}

#[tokio::test]
async fn the_doctor_finds_events_that_were_cut_off_from_the_order() {
    let app = App::start().await;
    let all = trail(&app, &app.own).await.len();
    let cut = "DELETE FROM event_order WHERE seq = (SELECT MAX(seq) FROM event_order)";
    assert_eq!(app.place.database.execute(cut).await, 1);
    let output = app.place.run(&["doctor", "--verify"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("1 events have no number"), "{said}");
    // Waiting for a number again, it gets the one that it had.
    let again = "INSERT INTO events_unordered (event_id)
         SELECT id FROM events e WHERE NOT EXISTS (SELECT 1 FROM event_order o WHERE o.event_id = e.id)";
    assert_eq!(app.place.database.execute(again).await, 1);
    let events = trail(&app, &app.own).await;
    assert_eq!(events.len(), all);
    is_whole(&events);
    app.finish();
}
