//! Addresses and groups in every form that providers send.

use serde_json::{Value, json};

use super::{Key, set, verify, with};
use crate::domain::connection::AttributeNames;
use crate::domain::identity::{AssertedGroups, Identity};
use crate::oidc::claims::Claims;
use crate::oidc::exchange::read_userinfo;
use crate::oidc::person::{self, Reading};
use crate::oidc::refusal::Refusal;

fn read(
    claims: &Value,
    userinfo: Option<Value>,
    names: &AttributeNames,
) -> Result<Identity, Refusal> {
    let key = Key::ed("k");
    let id_token = verify(&key.token(claims), &set(&[&key])).unwrap();
    let more: Option<Claims> =
        userinfo.map(|all| read_userinfo(200, all.to_string().as_bytes(), &id_token).unwrap());
    let reading = Reading {
        names,
        trusts_address: false,
        request: "r",
        hint: "",
    };
    person::read(&id_token, more.as_ref(), reading)
}

fn groups(claims: &Value, names: &AttributeNames) -> AssertedGroups {
    read(claims, None, names).unwrap().groups
}

fn known(names: &[&str]) -> AssertedGroups {
    AssertedGroups::Known(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn groups_are_read_in_whatever_form_they_come() {
    let names = AttributeNames::of_oidc();
    for (value, expected) in [
        (json!(["a", "b", "a", "", 7]), known(&["a", "b"])),
        (json!("a"), known(&["a"])),
        (json!("a, b"), known(&["a, b"])),
        (json!([]), known(&[])),
        (json!(""), known(&[])),
        (
            json!({ "a": { "org": "x" }, "b": true, "c": false, "d": null }),
            known(&["a", "b"]),
        ),
        (
            json!([{ "name": "a" }, { "value": "b" }, { "x": "c" }]),
            known(&["a", "b"]),
        ),
        (json!(["x\u{7}y", "z".repeat(1025)]), known(&[])),
        (json!(null), AssertedGroups::Unknown),
    ] {
        let shown = value.to_string();
        assert_eq!(groups(&with("groups", value), &names), expected, "{shown}");
    }
    let split = AttributeNames {
        split_groups: true,
        ..AttributeNames::of_oidc()
    };
    assert_eq!(
        groups(&with("groups", json!("a, b,,c")), &split),
        known(&["a", "b", "c"])
    );
    let nested = AttributeNames {
        groups: "realm_access.roles".to_owned(),
        ..AttributeNames::of_oidc()
    };
    let claims = with("realm_access", json!({ "roles": ["a"] }));
    assert_eq!(groups(&claims, &nested), known(&["a"]));
    // A claim that has the whole name goes first: many are named by a URL.
    let claims = with("realm_access.roles", json!(["b"]));
    assert_eq!(groups(&claims, &nested), known(&["b"]));
}

#[test]
fn groups_that_are_too_many_to_list_are_unknown_and_never_none() {
    let names = AttributeNames::of_oidc();
    for (claim, value) in [
        ("hasgroups", json!(true)),
        ("hasgroups", json!("true")),
        ("_claim_names", json!({ "groups": "src1" })),
    ] {
        let mut claims = with(claim, value);
        assert_eq!(groups(&claims, &names), AssertedGroups::Unknown, "{claim}");
        claims["groups"] = json!([]);
        assert_eq!(groups(&claims, &names), AssertedGroups::Unknown, "{claim}");
    }
    let claims = with("_claim_names", json!({ "other": "src1" }));
    assert_eq!(groups(&claims, &names), known(&["admins"]));
}

#[test]
fn an_address_counts_by_the_word_of_the_document_that_it_is_in() {
    let names = AttributeNames::of_oidc();
    let of = |verified: Value, userinfo: Option<Value>| {
        let read = read(&with("email_verified", verified), userinfo, &names).unwrap();
        (read.email.is_some(), read.email_proved)
    };
    assert_eq!(of(json!(true), None), (true, true));
    assert_eq!(of(json!("true"), None), (true, true));
    assert_eq!(of(json!(null), None), (true, false));
    for no in [
        json!(false),
        json!("false"),
        json!("yes"),
        json!(1),
        json!([]),
    ] {
        assert_eq!(of(no, None), (false, false));
    }
    let info = |more: Value| {
        let mut all = json!({ "sub": "alice-1" });
        for (name, value) in more.as_object().unwrap() {
            all[name] = value.clone();
        }
        Some(all)
    };
    // Of another address the userinfo may speak; that it is not hers is heard nevertheless.
    assert_eq!(
        of(json!(null), info(json!({ "email_verified": true }))),
        (true, false)
    );
    assert_eq!(
        of(json!(true), info(json!({ "email_verified": false }))),
        (false, false)
    );
    let bad = read(&with("email", json!("no address")), None, &names).unwrap_err();
    assert_eq!(bad.reason(), "bad_email");
}

#[test]
fn the_userinfo_of_somebody_else_is_refused() {
    let key = Key::ed("k");
    let id_token = verify(&key.token(&super::genuine()), &set(&[&key])).unwrap();
    for (status, body, reason) in [
        (200, json!({ "sub": "mallory" }), "other_person"),
        (200, json!({ "sub": "ALICE-1" }), "other_person"),
        (200, json!({}), "bad_subject"),
        (200, json!([]), "unreadable"),
        (200, json!({ "sub": "alice-1", "name": "\0" }), "unreadable"),
        (401, json!({ "sub": "alice-1" }), "unreachable"),
    ] {
        let shown = body.to_string();
        let got = read_userinfo(status, body.to_string().as_bytes(), &id_token).unwrap_err();
        assert_eq!(got.reason(), reason, "{shown}");
    }
    let good = json!({ "sub": "alice-1" }).to_string();
    assert!(read_userinfo(200, good.as_bytes(), &id_token).is_ok());
}
