//! Whatever a client sends, nothing panics, and what is accepted can be read back.

use proptest::prelude::*;
use serde_json::json;

use super::tests::{BASE, member};
use super::*;
use crate::domain::leniency::Leniency;
use crate::scim::group;
use crate::scim::patch::{PatchOp, URN};
use crate::scim::projection::Projection;
use crate::scim::reading::Reading;
use crate::scim::schema::ENTERPRISE_USER;
use crate::scim::schema::standard;

const NAMES: [&str; 24] = [
    "userName",
    "USERNAME",
    "active",
    "emails",
    "emails.value",
    "emails[type eq \"a\"]",
    "emails[type eq \"a\"].value",
    "emails[primary eq \"True\"].display",
    "value",
    "type",
    "primary",
    "display",
    "name",
    "name.givenName",
    "givenName",
    "manager",
    "externalId",
    "id",
    "schemas",
    ENTERPRISE_USER,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:example:custom:2.0:User",
    "urn:example:custom:2.0:User:x",
];

fn names() -> impl Strategy<Value = String> {
    prop_oneof![9 => prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,8}"]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop::sample::select(vec!["", "a", "b", "True", "false"]).prop_map(Value::from),
        "\\PC{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn messages() -> impl Strategy<Value = Value> {
    let op = prop::sample::select(vec!["add", "Replace", "remove"]);
    let operation = (op, prop::option::of(names()), values())
        .prop_map(|(op, path, value)| json!({"op": op, "path": path, "value": value}));
    prop::collection::vec(operation, 1..5).prop_map(|operations| {
        let mut message = json!({"schemas": [URN]});
        message["Operations"] = operations.into();
        message
    })
}

fn read_back(profile: &Profile) -> Result<Profile, Error> {
    parse(
        &resource(&member(profile.clone()), BASE, Definitions::standard()),
        &Reading::of(Leniency::Lenient),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_body_that_is_accepted_reads_back_the_same(fields in prop::collection::btree_map(names(), values(), 0..6)) {
        let mut body = Value::Object(fields.into_iter().collect());
        body["schemas"] = json!([USER]);
        let _ = group::content(&body, &Reading::of(Leniency::Lenient));
        if let Ok(profile) = parse(&body, &Reading::of(Leniency::Lenient)) {
            prop_assert_eq!(read_back(&profile), Ok(profile));
        }
    }

    #[test]
    fn a_patch_that_is_accepted_gives_what_reads_back_the_same(message in messages()) {
        let start = super::patch_tests::start();
        let message = PatchOp::parse(&message, &Reading::of(Leniency::Lenient));
        if let Ok(message) = message {
            let _ = group::changes(&message, &Reading::of(Leniency::Lenient));
            if let Ok(profile) = patch(&start, &message, &Reading::of(Leniency::Lenient)) {
                prop_assert_eq!(read_back(&profile), Ok(profile));
            }
        }
    }

    #[test]
    fn a_projection_keeps_the_id_and_the_schemas(names in prop::collection::vec(names(), 0..4), exclude in any::<bool>()) {
        let names = names.join(",");
        let (attributes, excluded) = if exclude { (None, Some(names.as_str())) } else { (Some(names.as_str()), None) };
        let mut resource = resource(&member(super::patch_tests::start()), BASE, Definitions::standard());
        Projection::parse(attributes, excluded, standard(Kind::User)).unwrap().apply(&mut resource);
        prop_assert!(resource["id"].is_string() && resource["schemas"].is_array());
    }
}
