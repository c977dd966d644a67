//! Definitions that are taken, completed and refused.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::scim::schema::{Mutability, Returned, Type};

const BADGE: &str = "urn:example:badge";

fn of(attributes: &Value) -> Result<CustomSchema, Error> {
    read(
        &json!({"id": BADGE, "attributes": attributes}),
        Timestamp(0),
    )
}

fn refused(attributes: &Value) -> String {
    match of(attributes) {
        Err(Error::InvalidValue(sentence) | Error::InvalidSyntax(sentence)) => sentence,
        other => panic!("{attributes}: {other:?}"),
    }
}

#[test]
fn what_is_left_out_has_its_default() {
    let read = of(&json!([{"name": "number"}])).unwrap();
    assert_eq!((read.kind, read.required), (Kind::User, false));
    assert_eq!(
        read.schema.served,
        json!({
            "schemas": [URN], "id": BADGE, "name": "badge", "description": "",
            "attributes": [{
                "name": "number", "type": "string", "multiValued": false, "description": "", "required": false,
                "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none",
            }],
        })
    );
    let attribute = &read.schema.attributes[0];
    assert_eq!(attribute.value_type, Type::String);
}

#[test]
fn what_is_shown_reads_as_the_same_definition() {
    let sent = json!({
        "Schemas": [URN], "ID": BADGE, "name": "Badge", "description": "d", "resourceType": "user", "required": true,
        "attributes": [
            {"name": "photo", "type": "binary", "multiValued": true, "returned": "request"},
            {"name": "pin", "type": "integer", "mutability": "writeOnly", "required": true},
            {"name": "level", "type": "decimal", "mutability": "immutable", "uniqueness": "server", "canonicalValues": []},
            {"name": "door", "type": "complex", "multiValued": true, "subAttributes": [
                {"name": "$ref", "type": "reference", "referenceTypes": ["external"]},
                {"name": "kind", "canonicalValues": ["in", "out"], "caseExact": true},
            ]},
        ],
    });
    let read = super::read(&sent, Timestamp(5)).unwrap();
    assert_eq!((read.kind, read.required), (Kind::User, true));
    let pin = &read.schema.attributes[1];
    assert_eq!(
        (pin.mutability, pin.returned),
        (Mutability::WriteOnly, Returned::Never)
    );
    assert_eq!(super::read(&shown(&read), Timestamp(5)).unwrap(), read);
}

#[test]
fn what_makes_no_sense_is_refused_with_its_place() {
    for (attributes, expected) in [
        (json!(null), "`attributes` must define an attribute"),
        (json!({}), "`attributes` must be a list, not an object"),
        (
            json!(["x"]),
            "`attributes[0]` must be an object, not a string",
        ),
        (json!([{}]), "`attributes[0].name` is required"),
        (
            json!([{"name": "1st"}]),
            "`attributes[0].name` must be a letter, then",
        ),
        (
            json!([{"name": "$ref"}]),
            "`attributes[0].name` must be a letter, then",
        ),
        (
            json!([{"name": "a.b"}]),
            "`attributes[0].name` must be a letter, then",
        ),
        (
            json!([{"name": "a".repeat(65)}]),
            "`attributes[0].name` must be a letter, then",
        ),
        (
            json!([{"name": "a"}, {"name": "A"}]),
            "`attributes[1].name`: there is another attribute \"A\"",
        ),
        (
            json!([{"name": "a", "type": "text"}]),
            "`attributes[0].type` must be one of string, boolean,",
        ),
        (
            json!([{"name": "a", "mutability": "never"}]),
            "`attributes[0].mutability` must be one of",
        ),
        (
            json!([{"name": "a", "multiValued": "yes"}]),
            "`attributes[0].multiValued` must be true or false, not a string",
        ),
        (
            json!([{"name": "a", "mutability": "writeOnly", "returned": "default"}]),
            "`attributes[0].returned` must be \"never\"",
        ),
        (
            json!([{"name": "a", "mutability": "readOnly", "required": true}]),
            "`attributes[0].required` cannot be true",
        ),
        (
            json!([{"name": "a", "type": "boolean", "uniqueness": "server"}]),
            "`attributes[0].uniqueness` must be \"none\"",
        ),
        (
            json!([{"name": "a", "type": "complex"}]),
            "`attributes[0].subAttributes` must define an attribute",
        ),
        (
            json!([{"name": "a", "subAttributes": [{"name": "b"}]}]),
            "`attributes[0].subAttributes` can stand only",
        ),
        (
            json!([{"name": "a", "canonicalValues": [1]}]),
            "`attributes[0].canonicalValues` must be a list of strings",
        ),
        (
            json!([{"name": "a", "type": "complex", "subAttributes": [{"name": "b", "type": "complex", "subAttributes": []}]}]),
            "`attributes[0].subAttributes[0].type` cannot be \"complex\"",
        ),
        (
            json!([{"name": "a", "NAME": "b"}]),
            "`name` stands twice in attributes[0]",
        ),
        (
            json!([{"name": "a", "description": "x\u{0}"}]),
            "`attributes[0].description` holds U+0000",
        ),
    ] {
        let sentence = refused(&attributes);
        assert!(sentence.starts_with(expected), "{sentence}");
    }
    let many: Vec<Value> = (0..101).map(|n| json!({"name": format!("a{n}")})).collect();
    assert!(refused(&many.clone().into()).contains("more than 100"));
    let nested = json!([{"name": "c", "type": "complex", "subAttributes": many[..100]}]);
    assert!(refused(&nested).contains("more than 100"));
    for body in [
        json!([]),
        json!({"attributes": [{"name": "a"}]}),
        json!({"id": 5, "attributes": [{"name": "a"}]}),
        json!({"id": BADGE, "resourceType": "Device", "attributes": [{"name": "a"}]}),
        json!({"id": BADGE, "name": "n".repeat(65), "attributes": [{"name": "a"}]}),
    ] {
        assert!(read(&body, Timestamp(0)).is_err(), "{body}");
    }
}

/// JSON that is made of the words of a definition.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec![
            "a",
            "A",
            "string",
            "complex",
            "never",
            "writeOnly",
            "server",
            BADGE,
            "",
            "User"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let names = prop::sample::select(vec![
            "id",
            "name",
            "type",
            "attributes",
            "subAttributes",
            "required",
            "mutability",
            "returned",
            "uniqueness",
            "multiValued",
            "caseExact",
            "canonicalValues",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names.prop_map(str::to_owned), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_taken_is_complete_and_reads_as_the_same_again(attributes in values(), more in values()) {
        let mut body = json!({"id": BADGE, "attributes": [{"name": "n"}, attributes]});
        if let Value::Object(more) = more {
            body.as_object_mut().unwrap().extend(more);
        }
        if let Ok(custom) = read(&body, Timestamp(0)) {
            prop_assert_eq!(read(&shown(&custom), Timestamp(0)), Ok(custom));
        }
    }
}
