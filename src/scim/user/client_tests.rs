//! PATCH of users in the shapes that clients send.

use serde_json::json;

use super::patch_tests::{after, patched, start};
use super::*;
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
        assert_eq!(
            after(json!([operation.clone()]), name),
            expected,
            "{operation}"
        );
    }
}

#[test]
fn shapes_that_okta_sends_are_understood() {
    let operations = json!([{"op": "replace", "value": {"id": "5", "schemas": [USER], "active": false, "password": "x", "unknown": 1}}]);
    let expected = Profile {
        active: false,
        ..start()
    };
    assert_eq!(patched(operations), Ok(expected));
    assert_eq!(
        patched(json!([{"op": "replace", "path": "password", "value": "x"}])),
        Ok(start())
    );
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
