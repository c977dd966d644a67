//! PATCH of users in the shapes that clients send.

use serde_json::json;

use super::patch_tests::{after, after_by, patched, patched_by, start};
use super::*;
use crate::domain::leniency::Leniency;
use crate::scim::patch::PatchOp;
use crate::scim::schema::ENTERPRISE_USER;

#[test]
fn shapes_that_entra_sends_are_understood() {
    let urn_manager = format!("{ENTERPRISE_USER}:manager");
    let dotted_manager = format!("{ENTERPRISE_USER}.manager");
    for (operation, name, expected) in [
        (
            json!({"op": "Replace", "path": "active", "value": "False"}),
            "active",
            json!(false),
        ),
        (
            json!({"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+47 1"}),
            "phoneNumbers",
            json!([{"type": "mobile", "value": "+47 1"}]),
        ),
        (
            json!({"op": "Replace", "path": "addresses[type eq \"work\"].locality", "value": "Oslo"}),
            "addresses",
            json!([{"type": "work", "locality": "Oslo"}]),
        ),
        (
            json!({"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "{\"id\":\"1\"}"}),
            "roles",
            json!([{"primary": true, "value": "{\"id\":\"1\"}"}]),
        ),
        (
            json!({"op": "Add", "path": urn_manager, "value": "n"}),
            ENTERPRISE_USER,
            json!({"department": "d", "manager": {"value": "n"}}),
        ),
        (
            json!({"op": "Add", "path": dotted_manager, "value": "n"}),
            ENTERPRISE_USER,
            json!({"department": "d", "manager": {"value": "n"}}),
        ),
        (
            json!({"op": "Replace", "path": urn_manager, "value": ""}),
            ENTERPRISE_USER,
            json!({"department": "d"}),
        ),
        (
            json!({"op": "Replace", "path": format!("{urn_manager}.value"), "value": ""}),
            ENTERPRISE_USER,
            json!({"department": "d"}),
        ),
        (
            json!({"op": "Replace", "path": urn_manager, "value": null}),
            ENTERPRISE_USER,
            json!({"department": "d"}),
        ),
        (
            json!({"op": "Replace", "value": {"name": {"familyName": null}}}),
            "name",
            json!({"givenName": "Ada"}),
        ),
        (
            json!({"op": "replace", "value": {"name.givenName": "B", "name.formatted": "B L"}}),
            "name",
            json!({"givenName": "B", "familyName": "L", "formatted": "B L"}),
        ),
        (
            json!({"op": "replace", "value": {(urn_manager.clone()): "n", (format!("{ENTERPRISE_USER}:department")): "e"}}),
            ENTERPRISE_USER,
            json!({"department": "e", "manager": {"value": "n"}}),
        ),
        (
            json!({"op": "add", "value": {"emails[type eq \"other\"].value": "o@x"}}),
            "emails",
            json!([{"value": "w@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}, {"value": "o@x", "type": "other"}]),
        ),
        (
            json!({"op": "Add", "path": "urn:example:custom:2.0:User:badge", "value": 6}),
            "urn:example:custom:2.0:User",
            json!({"Badge": 6, "tags": ["a"]}),
        ),
        (
            json!({"op": "Add", "path": "urn:example:new:2.0:User:color", "value": "red"}),
            "urn:example:new:2.0:User",
            json!({"color": "red"}),
        ),
    ] {
        for leniency in [Leniency::Entra, Leniency::Lenient] {
            let after = after_by(leniency, json!([operation]), name);
            assert_eq!(after, expected, "{operation}");
        }
    }
}

#[test]
fn shapes_that_okta_sends_are_understood() {
    let operations = json!([{"op": "replace", "value": {"id": "5", "schemas": [USER], "active": false, "password": "x", "unknown": 1}}]);
    let expected = Profile {
        active: false,
        ..start()
    };
    let password = json!([{"op": "replace", "path": "password", "value": "x"}]);
    for leniency in [Leniency::Okta, Leniency::Rfc, Leniency::Lenient] {
        assert_eq!(
            patched_by(leniency, operations.clone()),
            Ok(expected.clone())
        );
        assert_eq!(patched_by(leniency, password.clone()), Ok(start()));
    }
}

#[test]
fn an_extension_that_is_not_known_can_be_changed() {
    let urn = "urn:example:custom:2.0:User";
    for (operation, expected) in [
        (
            json!({"op": "add", "value": {urn: {"tags": ["b", "a"], "new": {"x": 1}}}}),
            json!({"Badge": 5, "tags": ["a", "b"], "new": {"x": 1}}),
        ),
        (
            json!({"op": "replace", "path": "URN:example:custom:2.0:User", "value": {"BADGE": null}}),
            json!({"tags": ["a"]}),
        ),
        (
            json!({"op": "remove", "path": "urn:example:custom:2.0:User:tags"}),
            json!({"Badge": 5}),
        ),
        (json!({"op": "remove", "path": urn}), json!(null)),
    ] {
        assert_eq!(
            after(json!([operation.clone()]), urn),
            expected,
            "{operation}"
        );
    }
}

#[test]
fn a_replace_that_selects_nothing_makes_a_value_only_for_who_relies_on_it() {
    let path = "emails[type eq \"other\"]";
    for value in [json!({"value": "o@x"}), json!(null)] {
        let replace = json!([{"op": "replace", "path": path, "value": value}]);
        let sub =
            json!([{"op": "replace", "path": format!("{path}.value"), "value": value["value"]}]);
        for operations in [replace, sub] {
            for (leniency, makes) in [
                (Leniency::Rfc, false),
                (Leniency::Okta, false),
                (Leniency::Entra, true),
                (Leniency::Lenient, true),
            ] {
                let patched = patched_by(leniency, operations.clone());
                let refused = matches!(patched, Err(Error::NoTarget(_)));
                assert_eq!(refused, !makes, "{leniency:?} {operations}: {patched:?}");
            }
        }
    }
    // An add makes it for everybody, and nobody has to be there to be removed.
    let add = json!([{"op": "add", "path": format!("{path}.value"), "value": "o@x"}]);
    assert_eq!(
        after(add, "emails")[2],
        json!({"type": "other", "value": "o@x"})
    );
    for path in [path, "emails[type eq \"other\"].value"] {
        let remove = json!([{"op": "remove", "path": path}]);
        assert_eq!(patched(remove), Ok(start()));
    }
}

#[test]
fn an_app_role_in_a_text_is_unpacked_and_other_texts_are_kept() {
    let packed = r#"{"id":"1","value":"Admin","displayName":"Administrator"}"#;
    let unpacked = json!([{"value": "Admin", "display": "Administrator"}]);
    let roles = |leniency, value: &str| {
        let add = json!([{"op": "Add", "path": "roles", "value": [{"value": value}]}]);
        after_by(leniency, add, "roles")
    };
    assert_eq!(roles(Leniency::Entra, packed), unpacked);
    assert_eq!(roles(Leniency::Rfc, packed), json!([{"value": packed}]));
    let body = json!({"schemas": [USER], "userName": "u", "roles": [{"value": packed}]});
    let made = parse(&body, &Reading::of(Leniency::Entra)).unwrap();
    assert_eq!(made.attributes["roles"], unpacked);
    let one = json!([{"op": "Add", "path": "roles[primary eq \"True\"].value", "value": packed}]);
    let expected = json!([{"primary": true, "value": "Admin", "display": "Administrator"}]);
    assert_eq!(after_by(Leniency::Entra, one, "roles"), expected);
    for raw in [
        r#"{"id":"1"}"#,
        "{",
        r#"{"value":5}"#,
        r#"{"value":"\u0000"}"#,
        "Admin",
    ] {
        assert_eq!(roles(Leniency::Lenient, raw), json!([{"value": raw}]));
    }
}

#[test]
fn what_is_read_leniently_is_noted_and_no_secret_with_it() {
    let notes = |leniency, operation: Value| {
        let reading = Reading::of(leniency);
        let mut message = json!({"schemas": [crate::scim::patch::URN]});
        message["Operations"] = json!([operation]);
        let message = PatchOp::parse(&message, &reading).unwrap();
        patch(&start(), &message, &reading).unwrap();
        reading.notes.list()
    };
    for (operation, expected) in [
        (
            json!({"op": "Add", "path": "active", "value": "False"}),
            &[
                "`op` was \"Add\"; read as add",
                "`active` was the text \"False\"; read as false",
            ][..],
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"other\"].value", "value": "o@x"}),
            &["a replace at `emails[type eq \"other\"]` selected nothing; made what it describes"],
        ),
        (
            json!({"op": "add", "path": format!("{ENTERPRISE_USER}.manager"), "value": "m"}),
            &[
                "a dot stood between a schema's URN and the attribute; read as a colon",
                "`manager` was a text; read as its `value`",
            ],
        ),
        (
            json!({"op": "add", "value": {"name.givenName": "A", "secret": "canary"}}),
            &[
                "the key `name.givenName` of a value is a path; read as one",
                "there is no attribute `secret`; passed over",
            ],
        ),
        (
            json!({"op": "add", "path": "emails", "value": {"value": "o@x", "kind": 1}}),
            &[
                "`emails` was no list; read as a list of one",
                "`emails` has no `kind`; passed over",
            ],
        ),
        (
            json!({"op": "replace", "path": "password", "value": "canary"}),
            &[],
        ),
    ] {
        assert_eq!(
            notes(Leniency::Entra, operation.clone()),
            expected,
            "{operation}"
        );
    }
    assert_eq!(
        notes(
            Leniency::Rfc,
            json!({"op": "add", "path": "title", "value": "x"})
        ),
        Vec::<String>::new()
    );
}
