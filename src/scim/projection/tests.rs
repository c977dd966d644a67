//! What is kept of resources.

use serde_json::json;

use super::*;
use crate::scim::schema::{ENTERPRISE_USER, Kind, standard};

fn user() -> Value {
    json!({
        "schemas": ["s"], "id": "1", "userName": "u", "active": true,
        "name": {"givenName": "g", "familyName": "f"},
        "emails": [{"value": "a@x", "type": "work"}, {"value": "b@x"}],
        ENTERPRISE_USER: {"department": "d", "manager": {"value": "m", "$ref": "r"}},
        "meta": {"resourceType": "User", "version": "W/\"1\""},
    })
}

fn projected(attributes: Option<&str>, excluded: Option<&str>) -> Value {
    let mut resource = user();
    Projection::parse(attributes, excluded, standard(Kind::User))
        .unwrap()
        .apply(&mut resource);
    resource
}

#[test]
fn only_what_is_named_is_returned_besides_what_always_is() {
    assert_eq!(
        projected(Some("USERNAME, name.givenName,emails.value,unknown"), None),
        json!({"schemas": ["s"], "id": "1", "userName": "u", "name": {"givenName": "g"},
            "emails": [{"value": "a@x"}, {"value": "b@x"}]})
    );
    assert_eq!(
        projected(
            Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"),
            None
        ),
        json!({"schemas": ["s"], "id": "1", ENTERPRISE_USER: {"manager": {"value": "m"}}})
    );
    assert_eq!(
        projected(Some(ENTERPRISE_USER), None)[ENTERPRISE_USER],
        user()[ENTERPRISE_USER]
    );
    assert_eq!(
        projected(Some("unknown"), None),
        json!({"schemas": ["s"], "id": "1"})
    );
    assert_eq!(projected(Some(" "), None), user());
}

#[test]
fn a_filter_in_a_name_is_passed_over() {
    assert_eq!(
        projected(Some("emails[type eq \"work, or not\"].value,active"), None),
        json!({"schemas": ["s"], "id": "1", "active": true, "emails": [{"value": "a@x"}, {"value": "b@x"}]})
    );
}

#[test]
fn what_is_excluded_is_gone_but_id_and_schemas_stay() {
    let excluded = format!("id,schemas,meta,name.givenName,emails,{ENTERPRISE_USER}:manager");
    assert_eq!(
        projected(None, Some(&excluded)),
        json!({"schemas": ["s"], "id": "1", "userName": "u", "active": true,
            "name": {"familyName": "f"}, ENTERPRISE_USER: {"department": "d"}})
    );
}

#[test]
fn members_that_are_not_in_the_answer_need_not_be_read() {
    let wants = |attributes, excluded| {
        Projection::parse(attributes, excluded, standard(Kind::Group))
            .unwrap()
            .wants("members")
    };
    assert!(wants(None, None));
    assert!(!wants(None, Some("Members")));
    assert!(wants(None, Some("members.display")));
    assert!(!wants(Some("displayName"), None));
    assert!(wants(Some("members.value"), None));
}

#[test]
fn the_two_parameters_exclude_each_other() {
    let both = Projection::parse(Some("id"), Some("meta"), standard(Kind::User));
    assert!(matches!(both, Err(Error::InvalidValue(_))));
}
