//! Users as clients send them, and as we answer them.

use serde_json::json;

use super::*;
use crate::domain::leniency::Leniency;
use crate::domain::role::{Role, RoleSource};
use crate::domain::{AccountId, GroupId, MemberId, MemberNumber, Timestamp};
use crate::scim::schema::ENTERPRISE_USER;

pub(super) const BASE: &str = "https://roll.example/scim/v2";

/// A profile read from a body, to which the schema is added.
pub(super) fn read(body: Value) -> Result<Profile, Error> {
    let mut body = body;
    body["schemas"] = json!([USER]);
    parse(&body, &Reading::of(Leniency::Rfc))
}

pub(super) fn member(profile: Profile) -> Member {
    let uuid = |text: &str| text.parse().unwrap();
    Member {
        id: MemberId(uuid("2819c223-7f76-453a-919d-413861904646")),
        number: MemberNumber(7),
        account: AccountId(uuid("00000000-0000-4000-8000-000000000001")),
        profile,
        role: Role::Annotator,
        role_source: RoleSource::Scim,
        version: 7,
        created: Timestamp(1_772_357_400_000),
        modified: Timestamp(1_772_409_600_000),
        groups: vec![GroupRef {
            id: GroupId(uuid("e9e30dba-f08f-4109-8486-d5c6a331660a")),
            display_name: "Tour Guides".to_owned(),
            direct: true,
        }],
    }
}

fn invalid_value(body: Value) -> String {
    match read(body) {
        Err(Error::InvalidValue(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

#[test]
fn names_are_read_in_any_case_and_kept_in_the_spelling_of_the_schemas() {
    let profile = read(json!({
        "USERNAME": "Ada@x", "ExternalID": "k", "Active": false, "name": {"GIVENNAME": "Ada"},
        "Emails": [{"Value": "ada@x", "TYPE": "work", "nonsense": 1}],
        "URN:ietf:params:scim:schemas:extension:enterprise:2.0:USER": {"Department": "d"},
        "unknown": {"deep": true},
    }))
    .unwrap();
    assert_eq!(profile.user_name, "Ada@x");
    assert_eq!(profile.external_id.as_deref(), Some("k"));
    assert!(!profile.active);
    assert_eq!(
        Value::Object(profile.attributes),
        json!({
            "name": {"givenName": "Ada"}, "emails": [{"value": "ada@x", "type": "work"}],
            ENTERPRISE_USER: {"department": "d"},
        })
    );
}

#[test]
fn what_a_client_may_not_write_and_passwords_are_dropped() {
    let profile = read(json!({
        "userName": "u", "id": "5", "meta": {"resourceType": "User"}, "groups": [], "password": "x", "title": null,
        "roles": [], "name": {"givenName": null}, "externalId": "",
    }))
    .unwrap();
    assert_eq!(
        profile,
        Profile {
            user_name: "u".to_owned(),
            external_id: None,
            active: true,
            attributes: Map::new()
        }
    );
}

#[test]
fn shapes_that_clients_send_are_understood() {
    // Entra ID: booleans as texts, the manager as a plain string.
    let body = json!({
        "schemas": [USER], "userName": "u", "active": "False", "emails": [{"value": "a@x", "primary": "True"}],
        ENTERPRISE_USER: {"manager": "m-1"},
    });
    let profile = parse(&body, &Reading::of(Leniency::Entra)).unwrap();
    assert!(!profile.active);
    assert_eq!(profile.attributes["emails"][0]["primary"], true);
    assert_eq!(
        profile.attributes[ENTERPRISE_USER],
        json!({"manager": {"value": "m-1"}})
    );
    // OneLogin: one object where a list is expected, and the URNs of drafts.
    let body = json!({
        "schemas": ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"],
        "userName": "u", "emails": {"value": "a@x"}, "urn:scim:schemas:extension:enterprise:2.0": {"division": "d"},
    });
    let profile = parse(&body, &Reading::of(Leniency::Rfc)).unwrap();
    assert_eq!(profile.attributes["emails"], json!([{"value": "a@x"}]));
    assert_eq!(profile.attributes[ENTERPRISE_USER]["division"], "d");
    // Entra ID: a manager that is to be none.
    for manager in [
        json!(""),
        json!(null),
        json!({"value": ""}),
        json!({"value": null}),
    ] {
        let profile = read(json!({"userName": "u", ENTERPRISE_USER: {"manager": manager}}));
        assert_eq!(profile.unwrap().attributes, Map::new());
    }
}

#[test]
fn an_extension_that_is_not_known_is_kept_as_it_was_sent() {
    let custom = json!({"Badge": 5, "nested": {"list": [1, {"a": null}]}});
    let profile =
        read(json!({"userName": "u", "urn:Example:custom": custom, "urn:example:empty": {}}))
            .unwrap();
    assert_eq!(
        Value::Object(profile.attributes),
        json!({"urn:Example:custom": custom})
    );
}

#[test]
fn a_wrong_type_is_refused_with_its_path() {
    for (body, sentence) in [
        (
            json!({"userName": 5}),
            "`userName` must be a string, not a number",
        ),
        (
            json!({"userName": "u", "active": "maybe"}),
            "`active` must be true or false, not a string",
        ),
        (
            json!({"userName": "u", "active": 1}),
            "`active` must be true or false, not a number",
        ),
        (
            json!({"userName": "u", "name": "x"}),
            "`name` must be an object, not a string",
        ),
        (
            json!({"userName": "u", "emails": ["x"]}),
            "`emails[0]` must be an object, not a string",
        ),
        (
            json!({"userName": "u", "emails": [{"value": "x"}, {"value": {}}]}),
            "`emails[1].value` must be a string, not an object",
        ),
        (
            json!({"userName": "u", ENTERPRISE_USER: []}),
            "`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User` must be an object, not a list",
        ),
        (
            json!({"userName": "u", "externalId": 5}),
            "`externalId` must be a string, not a number",
        ),
        (
            json!({"userName": "u", "emails": [{"primary": true}, {"primary": true}]}),
            "`emails` has more than one value with `primary` true",
        ),
        (json!({"active": true}), "`userName` is required"),
        (json!({"userName": " "}), "`userName` must not be blank"),
        (
            json!({"userName": "x".repeat(1025)}),
            "`userName` is longer than 1024 bytes",
        ),
        (
            json!({"userName": "a\0"}),
            "`userName` holds U+0000, which no text may hold",
        ),
        (
            json!({"userName": "u", "urn:x:y": {"a": ["\0"]}}),
            "`urn:x:y` holds U+0000, which no text may hold",
        ),
        (
            json!({"userName": "u", "title": "x".repeat(65_537)}),
            "`title` is longer than 65536 bytes",
        ),
    ] {
        assert_eq!(invalid_value(body), sentence);
    }
}

#[test]
fn a_name_that_stands_twice_or_a_missing_schema_is_invalid_syntax() {
    for body in [
        json!({"schemas": [USER], "userName": "u", "USERNAME": "v"}),
        json!({"schemas": [USER], "userName": "u", "name": {"givenName": "a", "givenname": "b"}}),
        json!({"schemas": [USER], "userName": "u", ENTERPRISE_USER: {"division": "a"}, "urn:scim:schemas:extension:enterprise:1.0": {"division": "b"}}),
        json!({"userName": "u"}),
        json!({"schemas": USER, "userName": "u"}),
        json!({"schemas": [], "userName": "u"}),
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "userName": "u"}),
        json!("u"),
    ] {
        assert!(
            matches!(
                parse(&body, &Reading::of(Leniency::Rfc)),
                Err(Error::InvalidSyntax(_))
            ),
            "{body}"
        );
    }
}

#[test]
fn a_resource_shows_what_is_there_and_lists_its_schemas() {
    let profile = read(json!({
        "userName": "u", "title": "t", ENTERPRISE_USER: {"division": "d"}, "urn:example:custom": {"a": 1},
    }))
    .unwrap();
    let member = member(profile);
    let etag = etag(&member);
    assert_eq!(
        resource(&member, BASE, Definitions::standard()),
        json!({
            "schemas": [USER, "urn:example:custom", ENTERPRISE_USER],
            "id": "2819c223-7f76-453a-919d-413861904646",
            "userName": "u", "active": true, "title": "t",
            ENTERPRISE_USER: {"division": "d"}, "urn:example:custom": {"a": 1},
            "groups": [{
                "value": "e9e30dba-f08f-4109-8486-d5c6a331660a",
                "$ref": "https://roll.example/scim/v2/Groups/e9e30dba-f08f-4109-8486-d5c6a331660a",
                "display": "Tour Guides", "type": "direct",
            }],
            "meta": {
                "resourceType": "User", "created": "2026-03-01T09:30:00.000Z", "lastModified": "2026-03-02T00:00:00.000Z",
                "location": "https://roll.example/scim/v2/Users/2819c223-7f76-453a-919d-413861904646", "version": etag,
            },
        })
    );
}

#[test]
fn the_entity_tag_changes_with_the_version_and_with_the_groups() {
    let first = member(read(json!({"userName": "u"})).unwrap());
    assert_eq!(crate::scim::etag::seen(&etag(&first)), Some(vec![7]));
    assert!(etag(&first).starts_with("W/\"7-") && etag(&first).len() == 14);
    let mut renamed = first.clone();
    renamed.groups[0].display_name = "Guides".to_owned();
    assert_ne!(etag(&renamed), etag(&first));
    let mut indirect = first.clone();
    indirect.groups[0].direct = false;
    assert_ne!(etag(&indirect), etag(&first));
    assert_eq!(crate::scim::etag::seen(&etag(&renamed)), Some(vec![7]));
    assert_eq!(etag(&first.clone()), etag(&first));
}

#[test]
fn replacing_a_user_with_what_was_read_changes_nothing() {
    let profile = read(json!({
        "userName": "U", "externalId": "k", "active": false, "name": {"givenName": "g"}, "emails": [{"value": "a@x"}],
        ENTERPRISE_USER: {"manager": {"value": "m"}}, "urn:example:custom": {"a": [1]},
    }))
    .unwrap();
    let resource = resource(&member(profile.clone()), BASE, Definitions::standard());
    assert_eq!(parse(&resource, &Reading::of(Leniency::Rfc)), Ok(profile));
}
