//! PATCH of users: the RFC's rules.

use proptest::prelude::*;
use serde_json::json;

use super::tests::{BASE, member, read};
use super::*;
use crate::domain::leniency::Leniency;
use crate::scim::patch::{PatchOp, URN};
use crate::scim::schema::ENTERPRISE_USER;

pub(super) fn start() -> Profile {
    read(json!({
        "userName": "ada", "externalId": "k", "title": "t",
        "name": {"givenName": "Ada", "familyName": "L"},
        "emails": [{"value": "w@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}],
        ENTERPRISE_USER: {"department": "d", "manager": {"value": "m"}},
        "urn:example:custom:2.0:User": {"Badge": 5, "tags": ["a"]},
    }))
    .unwrap()
}

pub(super) fn patched_by(leniency: Leniency, operations: Value) -> Result<Profile, Error> {
    let reading = Reading::of(leniency);
    let mut message = json!({"schemas": [URN]});
    message["Operations"] = operations;
    patch(&start(), &PatchOp::parse(&message, &reading)?, &reading)
}

pub(super) fn patched(operations: Value) -> Result<Profile, Error> {
    patched_by(Leniency::Rfc, operations)
}

/// What one attribute is after the operations.
pub(super) fn after_by(leniency: Leniency, operations: Value, name: &str) -> Value {
    let profile = patched_by(leniency, operations).unwrap_or_else(|error| panic!("{error}"));
    described(&profile).get(name).cloned().unwrap_or_default()
}

pub(super) fn after(operations: Value, name: &str) -> Value {
    after_by(Leniency::Rfc, operations, name)
}

#[test]
fn each_operation_does_what_the_rfc_says_to_a_single_value() {
    let manager = format!("{ENTERPRISE_USER}:manager.value");
    for (operation, name, expected) in [
        (
            json!({"op": "add", "path": "nickName", "value": "n"}),
            "nickName",
            json!("n"),
        ),
        (
            json!({"op": "replace", "path": "title", "value": null}),
            "title",
            json!(null),
        ),
        (
            json!({"op": "remove", "path": "title"}),
            "title",
            json!(null),
        ),
        (
            json!({"op": "add", "path": "name", "value": {"middleName": "M"}}),
            "name",
            json!({"givenName": "Ada", "familyName": "L", "middleName": "M"}),
        ),
        (
            json!({"op": "replace", "path": "name", "value": {"givenName": "B"}}),
            "name",
            json!({"givenName": "B", "familyName": "L"}),
        ),
        (
            json!({"op": "remove", "path": "name.familyName"}),
            "name",
            json!({"givenName": "Ada"}),
        ),
        (json!({"op": "remove", "path": "name"}), "name", json!(null)),
        (
            json!({"op": "replace", "path": manager, "value": "n"}),
            ENTERPRISE_USER,
            json!({"department": "d", "manager": {"value": "n"}}),
        ),
        (
            json!({"op": "add", "path": ENTERPRISE_USER, "value": {"division": "v"}}),
            ENTERPRISE_USER,
            json!({"department": "d", "division": "v", "manager": {"value": "m"}}),
        ),
        (
            json!({"op": "remove", "path": ENTERPRISE_USER}),
            ENTERPRISE_USER,
            json!(null),
        ),
        (
            json!({"op": "replace", "path": "active", "value": false}),
            "active",
            json!(false),
        ),
        (
            json!({"op": "remove", "path": "externalId"}),
            "externalId",
            json!(null),
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
fn each_operation_does_what_the_rfc_says_to_a_list() {
    for (operation, name, expected) in [
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "o@x"}]}),
            "emails",
            json!([{"value": "w@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}, {"value": "o@x"}]),
        ),
        (
            json!({"op": "replace", "path": "emails", "value": [{"value": "o@x"}]}),
            "emails",
            json!([{"value": "o@x"}]),
        ),
        (
            json!({"op": "replace", "path": "emails", "value": []}),
            "emails",
            json!(null),
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"home\"]"}),
            "emails",
            json!([{"value": "w@x", "type": "work", "primary": true}]),
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"other\"]"}),
            "emails",
            described(&start())["emails"].clone(),
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "w@x"}]}),
            "emails",
            json!([{"value": "h@x", "type": "home"}]),
        ),
        (
            json!({"op": "remove", "path": "emails.type"}),
            "emails",
            json!([{"value": "w@x", "primary": true}, {"value": "h@x"}]),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "n@x"}),
            "emails",
            json!([{"value": "w@x", "type": "work", "primary": true}, {"value": "n@x", "type": "home"}]),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "n@x"}}),
            "emails",
            json!([{"value": "n@x", "type": "work"}, {"value": "h@x", "type": "home"}]),
        ),
        (
            json!({"op": "add", "path": "emails[type eq \"work\"]", "value": {"display": "d"}}),
            "emails",
            json!([{"value": "w@x", "type": "work", "primary": true, "display": "d"}, {"value": "h@x", "type": "home"}]),
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
fn a_value_that_becomes_primary_takes_it_from_the_others() {
    let primaries = |operation: Value| -> Vec<bool> {
        let emails = after(json!([operation]), "emails");
        emails
            .as_array()
            .unwrap()
            .iter()
            .map(value::is_primary)
            .collect()
    };
    let add = json!({"op": "add", "path": "emails", "value": [{"value": "o@x", "primary": true}]});
    assert_eq!(primaries(add), [false, false, true]);
    let known = json!({"op": "add", "path": "emails", "value": [{"value": "h@x", "type": "home", "primary": true}]});
    assert_eq!(primaries(known), [false, true]);
    let sub = json!({"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true});
    assert_eq!(primaries(sub), [false, true]);
    let made = json!({"op": "add", "path": "emails[type eq \"other\" and primary eq true].value", "value": "o@x"});
    assert_eq!(primaries(made), [false, false, true]);
    let both = json!([{"op": "replace", "path": "emails.primary", "value": true}]);
    assert_eq!(primaries(both[0].clone()).len(), 2);
    let two = json!([{"op": "add", "path": "emails", "value": [{"value": "1", "primary": true}, {"value": "2", "primary": true}]}]);
    assert!(matches!(patched(two), Err(Error::InvalidValue(_))));
}

#[test]
fn what_cannot_be_done_is_refused_by_the_rfcs_word() {
    for (operation, scim_type) in [
        (json!({"op": "remove", "path": "userName"}), "mutability"),
        (
            json!({"op": "replace", "path": "userName", "value": null}),
            "invalidValue",
        ),
        (
            json!({"op": "replace", "path": "id", "value": "x"}),
            "mutability",
        ),
        (
            json!({"op": "add", "path": "meta.version", "value": "x"}),
            "mutability",
        ),
        (
            json!({"op": "add", "path": "groups", "value": [{"value": "x"}]}),
            "mutability",
        ),
        (
            json!({"op": "replace", "value": {"groups": []}}),
            "mutability",
        ),
        (json!({"op": "remove", "path": "schemas"}), "mutability"),
        (
            json!({"op": "add", "path": format!("{ENTERPRISE_USER}:manager.displayName"), "value": "x"}),
            "mutability",
        ),
        (json!({"op": "remove"}), "noTarget"),
        (
            json!({"op": "replace", "path": "emails[value co \"none\"].type", "value": "x"}),
            "noTarget",
        ),
        (
            json!({"op": "add", "path": "emails[type eq \"a\" or type eq \"b\"].value", "value": "x"}),
            "noTarget",
        ),
        (json!({"op": "remove", "path": "active"}), "mutability"),
        (
            json!({"op": "replace", "value": {"active": null}}),
            "invalidValue",
        ),
        (
            json!({"op": "add", "path": "nonsense", "value": 1}),
            "invalidPath",
        ),
        (
            json!({"op": "add", "path": "name.nonsense", "value": 1}),
            "invalidPath",
        ),
        (
            json!({"op": "add", "path": "name[givenName eq \"x\"]", "value": 1}),
            "invalidPath",
        ),
        (
            json!({"op": "remove", "path": "emails[kind eq \"x\"]"}),
            "invalidFilter",
        ),
        (
            json!({"op": "add", "path": "title", "value": 5}),
            "invalidValue",
        ),
        (
            json!({"op": "add", "path": "emails", "value": ["x"]}),
            "invalidValue",
        ),
        (json!({"op": "add", "value": "x"}), "invalidValue"),
        (json!({"op": "add", "path": "title"}), "invalidValue"),
        (
            json!({"op": "add", "value": {"title": "a", "TITLE": "b"}}),
            "invalidSyntax",
        ),
        (
            json!({"op": "add", "path": "urn:example:x:y[a eq 1]", "value": 1}),
            "invalidPath",
        ),
        (
            json!({"op": "add", "path": "urn:example:custom:2.0:User:a", "value": "\0"}),
            "invalidValue",
        ),
    ] {
        let error = patched(json!([operation.clone()])).unwrap_err();
        assert_eq!(error.scim_type(), Some(scim_type), "{operation}: {error}");
    }
}

#[test]
fn operations_are_applied_in_order_and_an_error_names_the_operation() {
    let operations = json!([
        {"op": "add", "path": "title", "value": "a"},
        {"op": "remove", "path": "title"},
        {"op": "add", "path": "emails[type eq \"other\"].value", "value": "1"},
        {"op": "replace", "path": "emails[type eq \"other\"].value", "value": "2"},
    ]);
    assert_eq!(after(operations.clone(), "title"), json!(null));
    assert_eq!(
        after(operations, "emails")[2],
        json!({"type": "other", "value": "2"})
    );
    let error = patched(
        json!([{"op": "remove", "path": "title"}, {"op": "add", "path": "title", "value": 5}]),
    );
    assert_eq!(
        error,
        Err(Error::InvalidValue(
            "operation 2: `title` must be a string, not a number".to_owned()
        ))
    );
}

#[test]
fn patching_with_what_is_there_changes_nothing() {
    for operation in [
        json!({"op": "add", "path": "emails", "value": [{"value": "w@x", "type": "work"}]}),
        json!({"op": "replace", "path": "active", "value": true}),
        json!({"op": "add", "path": "title", "value": null}),
        json!({"op": "remove", "path": "nickName"}),
        json!({"op": "remove", "path": "urn:example:none:x"}),
        json!({"op": "replace", "path": "phoneNumbers.type", "value": null}),
    ] {
        assert_eq!(
            patched(json!([operation.clone()])),
            Ok(start()),
            "{operation}"
        );
    }
}

#[test]
fn who_has_a_name_with_a_hidden_mark_can_still_be_deactivated() {
    let before = Profile {
        user_name: "a\u{202e}b".to_owned(),
        ..start()
    };
    let reading = Reading::of(Leniency::Rfc);
    let apply = |operation: Value| {
        let message = json!({"schemas": [URN], "Operations": [operation]});
        patch(
            &before,
            &PatchOp::parse(&message, &reading).unwrap(),
            &reading,
        )
    };
    let deactivated = apply(json!({"op": "replace", "path": "active", "value": false})).unwrap();
    assert!(!deactivated.active);
    let renamed = apply(json!({"op": "replace", "path": "userName", "value": "c\u{202e}d"}));
    assert!(matches!(renamed, Err(Error::InvalidValue(_))));
}

fn profiles() -> impl Strategy<Value = Profile> {
    let text = "[a-zA-Z@. ]{1,6}";
    let email =
        (text, prop::option::of("[a-z]{1,3}"), any::<bool>()).prop_map(|(value, kind, flag)| {
            match kind {
                Some(kind) => json!({"value": value, "type": kind, "primary": false}),
                None => json!({"value": value, "display": flag.to_string()}),
            }
        });
    (
        "[a-z]{1,5}", prop::option::of("[a-z]{1,5}"), any::<bool>(), prop::collection::vec(email, 0..4),
        prop::option::of(text), prop::option::of(text), prop::option::of(text),
    )
        .prop_map(|(user_name, external_id, active, emails, given, department, custom)| {
            read(json!({
                "userName": user_name, "externalId": external_id, "active": active, "emails": emails,
                "name": {"givenName": given}, ENTERPRISE_USER: {"department": department, "manager": department},
                "urn:example:custom:2.0:User": {"x": custom},
            }))
            .unwrap()
        })
}

proptest! {
    #[test]
    fn replacing_with_what_was_read_changes_nothing(profile in profiles()) {
        let resource = resource(&member(profile.clone()), BASE, Definitions::standard());
        prop_assert_eq!(&parse(&resource, &Reading::of(Leniency::Rfc)).unwrap(), &profile);
        let Value::Object(mut fields) = resource else { unreachable!() };
        fields.remove("meta");
        fields.remove("groups");
        let whole = json!({"schemas": [URN], "Operations": [{"op": "replace", "value": fields}]});
        prop_assert_eq!(&patch(&profile, &PatchOp::parse(&whole, &Reading::of(Leniency::Rfc)).unwrap(), &Reading::of(Leniency::Rfc)).unwrap(), &profile);
        let each: Vec<Value> = fields
            .iter()
            .filter(|(name, _)| *name != "id" && *name != "schemas")
            .map(|(name, value)| json!({"op": "replace", "path": name, "value": value}))
            .collect();
        let each = json!({"schemas": [URN], "Operations": each});
        prop_assert_eq!(&patch(&profile, &PatchOp::parse(&each, &Reading::of(Leniency::Rfc)).unwrap(), &Reading::of(Leniency::Rfc)).unwrap(), &profile);
    }
}
