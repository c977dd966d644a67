//! A secret is taken out, whatever form it comes in, and nothing else is.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::mask::{MASK, Mask};

fn masked(message: &Value) -> (Value, bool) {
    let mut mask = Mask::new(&[]);
    let mut message = message.clone();
    mask.message(&mut message);
    (message, mask.has_masked())
}

#[test]
fn the_value_of_a_password_is_taken_out_whole_and_its_neighbours_stay() {
    for (sent, kept) in [
        (
            json!({ "password": "hunter2", "a": 1 }),
            json!({ "password": MASK, "a": 1 }),
        ),
        (
            json!({ "PassWord": ["x", { "y": 2 }] }),
            json!({ "PassWord": MASK }),
        ),
        (
            json!({ "urn:x:2.0:User:password": 12345 }),
            json!({ "urn:x:2.0:User:password": MASK }),
        ),
        (
            json!({ "newPassword": true }),
            json!({ "newPassword": MASK }),
        ),
        (
            json!({ "Operations": [{ "op": "add", "value": "hunter2", "path": "password" }, { "op": "add", "path": "title", "value": "x" }] }),
            json!({ "Operations": [{ "op": "add", "value": MASK, "path": "password" }, { "op": "add", "path": "title", "value": "x" }] }),
        ),
        (
            json!({ "path": ["password"], "VALUE": { "a": "hunter2" } }),
            json!({ "path": ["password"], "VALUE": MASK }),
        ),
        (
            json!({ "filter": "a eq 1 or password eq \"hunter2\"" }),
            json!({ "filter": format!("a eq 1 or password {MASK}") }),
        ),
        (
            json!({ "title": "{\"password\":\"hunter2\"}" }),
            json!({ "title": "{\"password\":\"***\"}" }),
        ),
        (
            json!({ "password": "hunter2", "userName": "x-hunter2" }),
            json!({ "password": MASK, "userName": "x-***" }),
        ),
        (
            json!({ "access_token": "t" }),
            json!({ "access_token": MASK }),
        ),
    ] {
        assert_eq!(masked(&sent), (kept, true));
    }
}

#[test]
fn a_message_without_a_secret_stays_as_it_is() {
    for message in [
        json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "title": "The password of the day" }),
        json!({ "Operations": [{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "a@b" }] }),
        json!({ "password": null }),
        json!([
            "rr_",
            "arr_ay_of_things_that_are_long",
            "{broken",
            "[1, 2]",
            7
        ]),
    ] {
        assert_eq!(masked(&message), (message, false));
    }
}

#[test]
fn a_credential_is_taken_out_of_the_text_around_it() {
    let mut mask = Mask::new(&[]);
    let token = format!("rr_scim_{}", "A".repeat(43));
    assert_eq!(mask.text(&format!("(Bearer {token})")), "(Bearer ***)");
    assert!(mask.has_masked());
}

#[test]
fn a_name_that_a_schema_keeps_secret_is_one() {
    let names = ["pin".to_owned()];
    let mut mask = Mask::new(&names);
    let mut message = json!({ "urn:acme": { "PIN": "1234567" } });
    mask.message(&mut message);
    assert_eq!(message, json!({ "urn:acme": { "PIN": MASK } }));
    assert_eq!(
        mask.query("a=b&pin=7&c=%40", |text| text.replace("%40", "@")),
        "a=b&pin=***&c=%40"
    );
}

/// A password that is not in any of the names around it.
const SECRET: &str = "Tr0ub4dor";

/// Whether a message holds the secret where a server would take it for one.
fn any_shape() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("password".to_owned()),
        Just("Password".to_owned()),
        Just("PASSWORD".to_owned()),
        Just("urn:ietf:params:scim:schemas:core:2.0:User:password".to_owned()),
        Just("name.password".to_owned()),
        Just("password.value".to_owned()),
        Just("password[type eq \"x\"]".to_owned()),
        Just(" password ".to_owned()),
    ];
    let secret = prop_oneof![
        Just(json!(SECRET)),
        Just(json!([SECRET])),
        Just(json!({ "value": SECRET })),
        Just(json!({ "x": [{ "y": SECRET }] })),
        Just(json!(format!("{{\"x\":\"{SECRET}\"}}"))),
    ];
    let told = (name, secret, any::<bool>()).prop_map(|(name, secret, as_path)| {
        if as_path {
            json!({ "op": "replace", "Path": name, "Value": secret })
        } else {
            json!({ name: secret, "title": SECRET })
        }
    });
    told.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|inner| json!({ "Operations": [{ "op": "add" }, inner] })),
            inner
                .clone()
                .prop_map(|inner| json!({ "method": "POST", "path": "/Users", "data": inner })),
            inner
                .clone()
                .prop_map(|inner| json!([{ "value": inner, "type": "work" }])),
            inner
                .clone()
                .prop_map(|inner| json!({ "value": inner.to_string() })),
            inner.prop_map(|inner| json!({ "urn:acme:2.0:User": inner })),
        ]
    })
}

proptest! {
    #[test]
    fn a_password_never_occurs_in_what_is_kept(message in any_shape()) {
        let (kept, masked) = masked(&message);
        prop_assert!(masked);
        prop_assert!(!kept.to_string().contains(SECRET), "{message} became {kept}");
    }
}
