//! Extensions as they are made, replaced and changed.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::Timestamp;
use crate::domain::schema::CustomSchemas;
use crate::scim::definition;
use crate::scim::schema::{Definitions, Kind};

const URN: &str = "urn:example:badge";

/// An extension with one attribute of each kind.
fn definitions() -> Definitions {
    let schema = json!({"id": URN, "attributes": [
        {"name": "number", "required": true},
        {"name": "since", "mutability": "immutable"},
        {"name": "pin", "mutability": "writeOnly"},
        {"name": "note", "returned": "request"},
        {"name": "free"},
        {"name": "doors", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "value", "required": true},
            {"name": "code", "returned": "never"},
            {"name": "floor", "mutability": "immutable"},
        ]},
    ]});
    let schema = definition::read(&schema, Timestamp(0)).unwrap();
    Definitions::with(&CustomSchemas::of(vec![schema]))
}

fn with(value: &Value) -> Map<String, Value> {
    match value {
        Value::Null => Map::new(),
        value => Map::from_iter([(URN.to_owned(), value.clone())]),
    }
}

fn enforced(
    before: &Value,
    after: &Value,
    write: fn(&Map<String, Value>) -> Write<'_>,
) -> Result<Value, Error> {
    let definitions = definitions();
    let before = with(before);
    let mut after = with(after);
    enforce(&mut after, write(&before), definitions.of(Kind::User))?;
    Ok(after.remove(URN).unwrap_or_default())
}

fn new(_: &Map<String, Value>) -> Write<'_> {
    Write::New
}

fn whole(before: &Map<String, Value>) -> Write<'_> {
    Write::Whole(before)
}

fn part(before: &Map<String, Value>) -> Write<'_> {
    Write::Part(before)
}

fn full() -> Value {
    json!({"number": "1", "since": "2020", "pin": "1234", "note": "n", "free": "f",
        "doors": [{"value": "a", "code": "x", "floor": "1"}, {"value": "b"}]})
}

#[test]
fn what_is_required_must_be_there() {
    for (value, holds) in [
        (json!(null), true),
        (json!({"number": "1"}), true),
        (json!({"free": "f"}), false),
        (
            json!({"number": "1", "doors": [{"value": "a"}, {"code": "x"}]}),
            false,
        ),
    ] {
        for write in [new, whole, part] {
            let done = enforced(&json!(null), &value, write);
            match done {
                Ok(_) => assert!(holds, "{value}"),
                Err(Error::InvalidValue(_)) => assert!(!holds, "{value}"),
                Err(other) => panic!("{value}: {other}"),
            }
        }
    }
    let removed = enforced(&full(), &json!({"since": "2020"}), part);
    assert!(matches!(removed, Err(Error::Mutability(_))), "{removed:?}");
}

#[test]
fn what_is_immutable_is_written_once() {
    let before = json!({"number": "1"});
    let mut after = json!({"number": "1", "since": "2020"});
    for write in [whole, part] {
        assert_eq!(enforced(&before, &after, write).as_ref(), Ok(&after));
    }
    let before = after.clone();
    after["since"] = "2021".into();
    for write in [whole, part] {
        let again = enforced(&before, &after, write);
        assert!(matches!(again, Err(Error::Mutability(_))), "{again:?}");
    }
    let removed = enforced(&before, &json!({"number": "1"}), part);
    assert!(matches!(removed, Err(Error::Mutability(_))));
    // A PUT that does not speak of it leaves it.
    assert_eq!(
        enforced(&before, &json!({"number": "2"}), whole),
        Ok(json!({"number": "2", "since": "2020"}))
    );
}

#[test]
fn an_element_keeps_what_is_immutable_in_it_and_may_go() {
    let doors = |doors: Value| json!({"number": "1", "doors": doors});
    let before = doors(json!([{"value": "a", "floor": "1"}, {"value": "b"}]));
    for (after, holds) in [
        (json!([{"value": "a", "floor": "2"}]), false),
        (json!([{"value": "a"}, {"value": "b"}]), false),
        (
            json!([{"value": "b", "floor": "1"}, {"value": "a", "floor": "1"}]),
            true,
        ),
        (json!([{"value": "c", "floor": "2"}]), true),
        (json!([]), true),
    ] {
        let done = enforced(&before, &doors(after.clone()), part);
        assert_eq!(done.is_ok(), holds, "{after}");
    }
}

#[test]
fn what_a_patch_does_not_touch_is_not_checked() {
    let older = json!({"free": 5});
    assert_eq!(enforced(&older, &older, part), Ok(older.clone()));
    assert!(enforced(&older, &older, whole).is_err());
}

#[test]
fn nobody_reads_what_is_hidden() {
    let definitions = definitions();
    let mut shown = with(&full());
    hide(&mut shown, definitions.of(Kind::User));
    assert_eq!(
        shown[URN],
        json!({"number": "1", "since": "2020", "note": "n", "free": "f",
            "doors": [{"value": "a", "floor": "1"}, {"value": "b"}]})
    );
    let mut nothing = with(&json!({"pin": "1", "doors": [{"code": "x"}]}));
    hide(&mut nothing, definitions.of(Kind::User));
    assert!(nothing.is_empty());
}

#[test]
fn what_was_kept_before_the_definition_is_spelled_as_it_says() {
    let definitions = definitions();
    let mut document = Map::from_iter([(
        "URN:Example:Badge".to_owned(),
        json!({"NUMBER": "1", "Other": 2}),
    )]);
    adopt(&mut document, definitions.of(Kind::User));
    assert_eq!(
        Value::Object(document),
        json!({URN: {"number": "1", "Other": 2}})
    );
}

/// What could be stored under the definition.
fn stored() -> impl Strategy<Value = Value> {
    let text = || prop::option::of("[ab]{1,2}".prop_map(Value::from));
    let door = ("[ab]", text(), text()).prop_map(|(value, code, floor)| {
        let door = json!({"value": value, "code": code, "floor": floor});
        assigned(door)
    });
    let doors = prop::collection::vec(door, 0..4);
    (text(), text(), text(), text(), doors).prop_map(|(since, pin, note, free, doors)| {
        let doors = Some(doors).filter(|doors| !doors.is_empty());
        assigned(json!({"number": "1", "since": since, "pin": pin, "note": note, "free": free, "doors": doors}))
    })
}

fn assigned(value: Value) -> Value {
    let Value::Object(mut fields) = value else {
        panic!("an object")
    };
    fields.retain(|_, value| !value.is_null());
    Value::Object(fields)
}

proptest! {
    #[test]
    fn replacing_with_what_was_read_changes_nothing(value in stored()) {
        let definitions = definitions();
        let mut shown = with(&value);
        hide(&mut shown, definitions.of(Kind::User));
        let shown = shown.remove(URN).unwrap_or_default();
        let put = enforced(&value, &shown, whole);
        prop_assert_eq!(put, Ok(value));
    }
}
