//! The types of section 2.3, in POST, PUT and PATCH.

use serde_json::{Value, json};

use super::{BADGE, at, made, with};
use crate::app::patch;
use crate::scim::schemas::badged;

fn every_type() -> Value {
    json!([
        { "name": "text" },
        { "name": "flag", "type": "boolean" },
        { "name": "level", "type": "decimal" },
        { "name": "count", "type": "integer" },
        { "name": "since", "type": "dateTime" },
        { "name": "photo", "type": "binary" },
        { "name": "page", "type": "reference", "referenceTypes": ["external"] },
        { "name": "tags", "multiValued": true },
        { "name": "sizes", "type": "integer", "multiValued": true },
        { "name": "door", "type": "complex", "subAttributes": [{ "name": "value" }, { "name": "floor", "type": "integer" }] },
        { "name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
            { "name": "value" }, { "name": "type", "canonicalValues": ["steel", "card"] }, { "name": "primary", "type": "boolean" },
        ] },
    ])
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_refused_with_the_name_of_its_attribute() {
    let app = with(&every_type()).await;
    let ada = made(&app, "ada", &json!({ "text": "t" })).await;
    let before = app.own.scim.get(&ada).await.is(200);
    for (attribute, value) in [
        ("text", json!(5)),
        ("text", json!(["x"])),
        ("flag", json!("maybe")),
        ("level", json!("5")),
        ("count", json!(1.5)),
        ("count", json!("1")),
        ("since", json!("yesterday")),
        ("since", json!("2026-03-01")),
        ("photo", json!("not base64!")),
        ("page", json!("a b")),
        ("tags", json!([1])),
        ("sizes", json!([1, "2"])),
        ("door", json!("x".repeat(70_000))),
        ("door", json!({ "floor": "first" })),
        ("keys", json!(["k"])),
        (
            "keys",
            json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }]),
        ),
    ] {
        let body = badged("bob", &json!({ attribute: value }));
        for answer in [
            app.own.scim.post("/Users", &body).await,
            app.own.scim.put(&ada, &body).await,
            app.own
                .scim
                .patch(&ada, &at("add", attribute, &value))
                .await,
        ] {
            let sentence = answer.is_scim_error(400, Some("invalidValue"));
            assert!(sentence.contains(attribute), "{attribute}: {sentence}");
        }
    }
    assert_eq!(app.own.scim.get(&ada).await.is(200), before);
    app.finish();
}

#[tokio::test]
async fn what_was_read_can_be_put_back_and_nothing_changes() {
    let app = with(&every_type()).await;
    let sent = json!({
        "text": "t", "flag": false, "level": -0.0, "count": 5, "since": "2026-03-01T09:30:00+01:00", "photo": "QUI",
        "page": "../x", "tags": ["a", "B", "a"], "sizes": [3, 1], "door": { "value": "d", "floor": -1 },
        "keys": [{ "value": "k", "type": "wood", "primary": true }],
    });
    let ada = made(&app, "ada", &sent).await;
    let read = app.own.scim.get(&ada).await.is(200);
    assert_eq!(read[BADGE], sent);
    // Numbers as JSON can write them; each means the same on either engine.
    for number in [
        "1e16",
        "-1E16",
        "1e20",
        "0.1",
        "1e-7",
        "1.5e300",
        "18446744073709551615",
        "-3.141592653589793238",
        "6.02214076e23",
        "1e-300",
        "2.5e15",
        "1.0",
        "-0.0",
    ] {
        let level: Value = serde_json::from_str(number).unwrap();
        let foreign = json!({ "list": [level, { "deep": level }] });
        let mut body = badged("ada", &json!({ "level": level }));
        body["urn:example:nobody:knows"] = foreign;
        app.own.scim.put(&ada, &body).await.is(200);
        let read = app.own.scim.get(&ada).await.is(200);
        let again = app.own.scim.put(&ada, &read).await.is(200);
        assert_eq!(again["meta"], read["meta"], "{number}");
        assert_eq!(again, read, "{number}");
        let (kept, sent) = (read[BADGE]["level"].as_f64(), level.as_f64());
        let (kept, sent) = (kept.unwrap(), sent.unwrap());
        assert!(
            (kept - sent).abs() <= sent.abs() * 1e-15,
            "{number}: {kept}"
        );
    }
    app.finish();
}

#[tokio::test]
async fn lists_of_plain_values_are_added_to_and_taken_from() {
    let app = with(&every_type()).await;
    let ada = made(&app, "ada", &json!({ "tags": ["a", "b"] })).await;
    let tags = async |change: Value| {
        let after = app.own.scim.patch(&ada, &change).await.is(200);
        after[BADGE]["tags"].clone()
    };
    assert_eq!(
        tags(at("add", "tags", &json!(["b", "c"]))).await,
        json!(["a", "b", "c"])
    );
    assert_eq!(
        tags(at("add", "tags", &json!("d"))).await,
        json!(["a", "b", "c", "d"])
    );
    assert_eq!(
        tags(at("remove", "tags", &json!(["a", "x"]))).await,
        json!(["b", "c", "d"])
    );
    assert_eq!(
        tags(at("remove", "tags[value sw \"D\"]", &json!(null))).await,
        json!(["b", "c"])
    );
    assert_eq!(
        tags(at("replace", "tags[value eq \"b\"]", &json!("z"))).await,
        json!(["z", "c"])
    );
    let missing = at("replace", "tags[value eq \"b\"]", &json!("y"));
    app.own
        .scim
        .patch(&ada, &missing)
        .await
        .is_scim_error(400, Some("noTarget"));
    let whole = patch(
        json!([{ "op": "replace", "path": BADGE, "value": { "tags": ["q"], "sizes": [1] } }]),
    );
    assert_eq!(tags(whole).await, json!(["q"]));
    let pathless = patch(json!([{ "op": "add", "value": { BADGE: { "tags": ["r"] } } }]));
    assert_eq!(tags(pathless).await, json!(["q", "r"]));
    assert_eq!(tags(at("remove", "tags", &json!(null))).await, json!(null));
    app.finish();
}

#[tokio::test]
async fn one_value_of_a_list_is_primary_and_makes_the_others_not() {
    let app = with(&every_type()).await;
    let ada = made(
        &app,
        "ada",
        &json!({ "keys": [{ "value": "a", "primary": true }, { "value": "b" }] }),
    )
    .await;
    let second = at("replace", "keys[value eq \"b\"].primary", &json!(true));
    let after = app.own.scim.patch(&ada, &second).await.is(200);
    assert_eq!(
        after[BADGE]["keys"],
        json!([{ "value": "a", "primary": false }, { "value": "b", "primary": true }])
    );
    app.finish();
}
