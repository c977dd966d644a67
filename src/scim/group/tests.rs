//! Groups as clients send them, and as we answer them.

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::domain::group::GroupChange;
use crate::domain::leniency::Leniency;
use crate::domain::{GroupId, Timestamp};
use crate::scim::patch::{PatchOp, URN};
use crate::scim::reading::Reading;

pub(super) const BASE: &str = "https://roll.example/scim/v2";
pub(super) const A: &str = "00000000-0000-4000-8000-00000000000a";
pub(super) const B: &str = "00000000-0000-4000-8000-00000000000b";

fn id(text: &str) -> MemberRef {
    reference(text, None).unwrap()
}

fn kind_of(kind: MemberKind, text: &str) -> MemberRef {
    reference(text, Some(kind)).unwrap()
}

fn read(mut body: Value) -> Result<GroupContent, Error> {
    body["schemas"] = json!([GROUP]);
    content(&body, &Reading::of(Leniency::Rfc))
}

fn patched(operations: Value) -> Result<Vec<GroupChange>, Error> {
    let mut message = json!({"schemas": [URN]});
    message["Operations"] = operations;
    let reading = Reading::of(Leniency::Rfc);
    changes(&PatchOp::parse(&message, &reading)?, &reading)
}

pub(super) fn group() -> Group {
    Group {
        id: GroupId::parse("e9e30dba-f08f-4109-8486-d5c6a331660a").unwrap(),
        display_name: "Tour Guides".to_owned(),
        external_id: Some("k".to_owned()),
        version: 3,
        created: Timestamp(1_772_357_400_000),
        modified: Timestamp(1_772_409_600_000),
    }
}

#[test]
fn a_group_is_read_with_each_member_once() {
    let content = content(
        &json!({
            "schemas": [GROUP.to_uppercase(), "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
            "DisplayName": "G", "externalId": "k", "id": "5", "meta": {"resourceType": "Group"},
            "members": [{"value": A, "$ref": null, "display": "x", "type": "User"}, {"Value": B}, {"value": A}, B],
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group": {"x": 1},
        }),
        &Reading::of(Leniency::Rfc),
    );
    let expected = GroupContent {
        display_name: "G".to_owned(),
        external_id: Some("k".to_owned()),
        members: vec![kind_of(MemberKind::User, A), id(B)],
    };
    assert_eq!(content, Ok(expected));
    for members in [json!(null), json!([])] {
        let content = read(json!({"displayName": "G", "members": members}));
        assert_eq!(content.unwrap().members, []);
    }
}

#[test]
fn a_group_that_makes_no_sense_is_refused() {
    for (body, sentence) in [
        (json!({}), "`displayName` is required"),
        (
            json!({"displayName": " "}),
            "`displayName` must not be blank",
        ),
        (
            json!({"displayName": "a\0"}),
            "`displayName` holds U+0000, which no text may hold",
        ),
        (
            json!({"displayName": "x".repeat(1025)}),
            "`displayName` is longer than 1024 bytes",
        ),
        (
            json!({"displayName": "G", "members": [{"value": "string id 1"}]}),
            "no member has the id `string id 1`",
        ),
        (
            json!({"displayName": "G", "members": [{"value": A.to_uppercase()}]}),
            "no member has the id `00000000-0000-4000-8000-00000000000A`",
        ),
        (
            json!({"displayName": "G", "members": [{"value": A}, {"display": "x"}]}),
            "`members[1]` must be an object whose `value` is the id of a member",
        ),
        (
            json!({"displayName": "G", "members": 5}),
            "`members[0]` must be an object whose `value` is the id of a member",
        ),
    ] {
        assert_eq!(read(body), Err(Error::InvalidValue(sentence.to_owned())));
    }
    for body in [
        json!({"displayName": "G"}),
        json!([]),
        json!({"schemas": [GROUP], "displayName": "G", "DISPLAYNAME": "H"}),
    ] {
        assert!(
            matches!(
                content(&body, &Reading::of(Leniency::Rfc)),
                Err(Error::InvalidSyntax(_))
            ),
            "{body}"
        );
    }
}

#[test]
fn users_and_groups_are_told_apart_where_the_client_does_so() {
    for (operation, expected) in [
        (
            json!({"op": "remove", "path": "members[type eq \"group\"]"}),
            vec![GroupChange::RemoveAll(MemberKind::Group)],
        ),
        (
            json!({"op": "remove", "path": format!("members[type eq \"User\" and value eq \"{A}\"]")}),
            vec![GroupChange::Remove(vec![kind_of(MemberKind::User, A)])],
        ),
        (
            json!({"op": "add", "path": "members", "value": [{"value": A}, {"value": A, "type": "GROUP"}, {"value": B, "type": "direct"}]}),
            vec![GroupChange::Add(vec![kind_of(MemberKind::Group, A), id(B)])],
        ),
    ] {
        assert_eq!(patched(json!([operation])).unwrap(), expected);
    }
}

#[test]
fn each_operation_becomes_the_change_that_it_asks_for() {
    let one = |path: &str| format!("members[value eq \"{path}\"]");
    for (operation, expected) in [
        (
            json!({"op": "add", "path": "members", "value": [{"value": A, "display": "Ada", "$ref": null}, {"value": A}]}),
            vec![GroupChange::Add(vec![id(A)])],
        ),
        (
            json!({"op": "add", "path": "members", "value": {"value": A}}),
            vec![GroupChange::Add(vec![id(A)])],
        ),
        (json!({"op": "add", "path": "members", "value": []}), vec![]),
        (
            json!({"op": "add", "path": one(A), "value": {"display": "x"}}),
            vec![GroupChange::Add(vec![id(A)])],
        ),
        (
            json!({"op": "replace", "path": "members", "value": [{"value": B}]}),
            vec![GroupChange::ReplaceMembers(vec![id(B)])],
        ),
        (
            json!({"op": "replace", "path": "members", "value": null}),
            vec![GroupChange::ReplaceMembers(vec![])],
        ),
        // Entra ID: only those in the value; without a value, all.
        (
            json!({"op": "Remove", "path": "members", "value": [{"value": A}, {"value": "gone"}]}),
            vec![GroupChange::Remove(vec![id(A)])],
        ),
        (
            json!({"op": "Remove", "path": "members", "value": []}),
            vec![],
        ),
        (
            json!({"op": "Remove", "path": "members"}),
            vec![GroupChange::ReplaceMembers(vec![])],
        ),
        (
            json!({"op": "remove", "path": one(A)}),
            vec![GroupChange::Remove(vec![id(A)])],
        ),
        (json!({"op": "remove", "path": one("gone")}), vec![]),
        (
            json!({"op": "remove", "path": format!("members[value eq \"{A}\" or (value eq \"{B}\")]")}),
            vec![GroupChange::Remove(vec![id(A), id(B)])],
        ),
        (
            json!({"op": "replace", "path": "displayName", "value": "H"}),
            vec![GroupChange::Rename("H".to_owned())],
        ),
        (
            json!({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:Group:displayName", "value": "H"}),
            vec![GroupChange::Rename("H".to_owned())],
        ),
        (
            json!({"op": "add", "path": "externalId", "value": "k"}),
            vec![GroupChange::SetExternalId(Some("k".to_owned()))],
        ),
        (
            json!({"op": "remove", "path": "externalId"}),
            vec![GroupChange::SetExternalId(None)],
        ),
        (
            json!({"op": "replace", "path": "externalId", "value": null}),
            vec![GroupChange::SetExternalId(None)],
        ),
        (
            json!({"op": "add", "path": "externalId", "value": null}),
            vec![],
        ),
        // Okta, before each change of members.
        (
            json!({"op": "replace", "value": {"id": "5", "displayName": "H"}}),
            vec![GroupChange::Rename("H".to_owned())],
        ),
        // authentik: the whole group.
        (
            json!({"op": "replace", "value": {"schemas": [GROUP], "id": "5", "externalId": "k", "displayName": "H", "members": [{"value": A}], "unknown": 1}}),
            vec![
                GroupChange::Rename("H".to_owned()),
                GroupChange::SetExternalId(Some("k".to_owned())),
                GroupChange::ReplaceMembers(vec![id(A)]),
            ],
        ),
        (
            json!({"op": "add", "value": {"members": [{"value": A}]}}),
            vec![GroupChange::Add(vec![id(A)])],
        ),
        (
            json!({"op": "add", "value": {"http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group:x": 1}}),
            vec![],
        ),
    ] {
        assert_eq!(
            patched(json!([operation.clone()])),
            Ok(expected),
            "{operation}"
        );
    }
}

#[test]
fn changes_come_in_the_order_of_the_operations() {
    let changes = patched(json!([
        {"op": "remove", "path": format!("members[value eq \"{A}\"]")},
        {"op": "add", "path": "members", "value": [{"value": B}]},
    ]));
    assert_eq!(
        changes,
        Ok(vec![
            GroupChange::Remove(vec![id(A)]),
            GroupChange::Add(vec![id(B)])
        ])
    );
}

#[test]
fn what_cannot_be_done_is_refused_by_the_rfcs_word() {
    for (operation, scim_type) in [
        (json!({"op": "remove", "path": "displayName"}), "mutability"),
        (
            json!({"op": "replace", "path": "displayName", "value": ""}),
            "invalidValue",
        ),
        (
            json!({"op": "replace", "path": "displayName", "value": null}),
            "invalidValue",
        ),
        (
            json!({"op": "replace", "path": "id", "value": A}),
            "mutability",
        ),
        (json!({"op": "add", "value": {"meta": {}}}), "mutability"),
        (
            json!({"op": "add", "path": "members", "value": [{"value": "x"}]}),
            "invalidValue",
        ),
        (
            json!({"op": "remove", "path": "members", "value": [5]}),
            "invalidValue",
        ),
        (
            json!({"op": "remove", "path": "members.value"}),
            "mutability",
        ),
        (
            json!({"op": "replace", "path": format!("members[value eq \"{A}\"]"), "value": {"value": B}}),
            "mutability",
        ),
        (
            json!({"op": "replace", "path": format!("members[value eq \"{A}\"].value"), "value": B}),
            "mutability",
        ),
        (
            json!({"op": "remove", "path": "members[display eq \"x\"]"}),
            "invalidFilter",
        ),
        (
            json!({"op": "remove", "path": format!("members[value eq \"{A}\" and display eq \"x\"]")}),
            "invalidFilter",
        ),
        (
            json!({"op": "remove", "path": "members[value ne \"x\"]"}),
            "invalidFilter",
        ),
        (
            json!({"op": "add", "path": "nonsense", "value": 1}),
            "invalidPath",
        ),
        (json!({"op": "remove"}), "noTarget"),
    ] {
        let error = patched(json!([operation.clone()])).unwrap_err();
        assert_eq!(error.scim_type(), Some(scim_type), "{operation}: {error}");
    }
}

#[test]
fn a_resource_shows_its_members_where_they_were_read() {
    let members = [
        GroupMember {
            kind: MemberKind::User,
            id: id(A).id,
            display_name: Some("Ada".to_owned()),
        },
        GroupMember {
            kind: MemberKind::Group,
            id: id(B).id,
            display_name: None,
        },
    ];
    let whole = resource(&group(), Some(&members), BASE);
    assert_eq!(
        whole,
        json!({
            "schemas": [GROUP], "id": "e9e30dba-f08f-4109-8486-d5c6a331660a", "externalId": "k", "displayName": "Tour Guides",
            "members": [
                {"value": A, "$ref": format!("{BASE}/Users/{A}"), "display": "Ada", "type": "User"},
                {"value": B, "$ref": format!("{BASE}/Groups/{B}"), "type": "Group"},
            ],
            "meta": {
                "resourceType": "Group", "created": "2026-03-01T09:30:00.000Z", "lastModified": "2026-03-02T00:00:00.000Z",
                "location": format!("{BASE}/Groups/e9e30dba-f08f-4109-8486-d5c6a331660a"), "version": "W/\"3\"",
            },
        })
    );
    assert_eq!(resource(&group(), None, BASE).get("members"), None);
    assert_eq!(crate::scim::etag::seen(&etag(&group())), Some(vec![3]));
    let expected = GroupContent {
        display_name: "Tour Guides".to_owned(),
        external_id: Some("k".to_owned()),
        members: vec![kind_of(MemberKind::User, A), kind_of(MemberKind::Group, B)],
    };
    assert_eq!(content(&whole, &Reading::of(Leniency::Rfc)), Ok(expected));
}

#[test]
fn a_hundred_thousand_members_are_read_and_shown_without_quadratic_work() {
    let members: Vec<GroupMember> = (0..100_000_u128)
        .map(|number| GroupMember {
            kind: MemberKind::User,
            id: id(&format!("00000000-0000-4000-8000-{number:012x}")).id,
            display_name: None,
        })
        .collect();
    let begun = Instant::now();
    let whole = resource(&group(), Some(&members), BASE);
    assert_eq!(
        content(&whole, &Reading::of(Leniency::Rfc))
            .unwrap()
            .members
            .len(),
        100_000
    );
    let add = json!([{"op": "add", "path": "members", "value": whole["members"]}]);
    assert_eq!(patched(add).unwrap().len(), 1);
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn a_member_that_is_passed_over_is_noted() {
    let reading = Reading::of(Leniency::Entra);
    let body =
        json!({"schemas": [GROUP], "displayName": "g", "members": ["nobody", {"value": "nobody"}]});
    assert_eq!(content(&body, &reading).unwrap().members, []);
    assert_eq!(
        reading.notes.list(),
        ["`members` holds a value that names no one, `nobody`; passed over"]
    );
}
