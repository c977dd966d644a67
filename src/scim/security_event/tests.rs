//! What each kind of entry tells, claim by claim.

use uuid::Uuid;

use super::*;
use crate::domain::event::Event;
use crate::domain::event::recorded::Entry;
use crate::domain::group::{Group, Moved};
use crate::domain::member::Profile;
use crate::domain::role::{Role, RoleSource};
use crate::domain::{
    EventId, GroupId, MemberId, OrganizationId, ReceiverId, ScimTokenId, Timestamp,
};

const MEMBER: MemberId = MemberId(Uuid::from_u128(2));
const GROUP_ID: GroupId = GroupId(Uuid::from_u128(3));
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn receiver(events: &[&str]) -> Receiver {
    Receiver {
        id: ReceiverId(Uuid::from_u128(9)),
        token: ScimTokenId(Uuid::from_u128(8)),
        audience: "https://app.example".to_owned(),
        events: events.iter().map(|uri| (*uri).to_owned()).collect(),
        acknowledged: 0,
        problem: None,
        created: Timestamp(0),
    }
}

/// The event as it is read back from the trail.
fn recorded(event: Event) -> Numbered {
    Numbered {
        seq: 7,
        hash: String::new(),
        entry: Entry {
            id: EventId(Uuid::from_u128(1)),
            organization: OrganizationId(1),
            at: Timestamp(1_700_000_000_999),
            kind: event.kind.name().to_owned(),
            actor_kind: "operator".to_owned(),
            actor: None,
            subject: event.subject,
            request: "r".to_owned(),
            facts: event.facts,
        },
        details: event.personal.map(|(_, details)| details),
    }
}

fn erased(event: Event) -> Numbered {
    Numbered {
        details: None,
        ..recorded(event)
    }
}

/// The claims of the token, read as a receiver reads it.
fn read(event: &Numbered, events: &[&str], external_id: Option<&str>) -> Option<Value> {
    let token = token(
        "https://roll.example",
        &receiver(events),
        event,
        external_id,
    )?;
    let parts: Vec<&str> = token.text.split('.').collect();
    let part = |text: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    };
    assert_eq!(parts.len(), 3);
    assert_eq!(
        part(parts[0]),
        json!({ "alg": "none", "typ": "secevent+jwt" })
    );
    assert_eq!(parts[2], "", "no signature");
    let claims = part(parts[1]);
    assert_eq!(claims["jti"], token.jti);
    Some(claims)
}

fn told(event: &Numbered, events: &[&str]) -> Value {
    read(event, events, None).map_or(Value::Null, |claims| claims["events"].clone())
}

fn profile(user_name: &str, attributes: Value) -> Profile {
    let Value::Object(attributes) = attributes else {
        panic!("attributes are an object");
    };
    Profile {
        user_name: user_name.to_owned(),
        external_id: None,
        active: true,
        attributes,
    }
}

fn group(display_name: &str, external_id: Option<&str>) -> Group {
    Group {
        id: GROUP_ID,
        display_name: display_name.to_owned(),
        external_id: external_id.map(str::to_owned),
        version: 1,
        created: Timestamp(0),
        modified: Timestamp(0),
    }
}

/// As `Event::member_created` writes it.
fn made(role: Role) -> Event {
    let after = json!({ "userName": "ada", "active": true, "title": "Dr",
        (ENTERPRISE): { "department": "Math" } });
    let names: Vec<&String> = after.as_object().unwrap().keys().collect();
    Event {
        kind: Kind::MemberCreated,
        subject: Some(MEMBER.to_string()),
        facts: json!({ "role": role.code(), "active": true, "attributes": names }),
        personal: Some((MEMBER, json!({ "after": after }))),
    }
}

/// Members who came and who went.
fn moved(added: &[MemberId], removed: &[MemberId]) -> Moved {
    Moved {
        added: added.to_vec(),
        removed: removed.to_vec(),
        ..Moved::default()
    }
}

#[test]
fn a_token_has_the_claims_of_the_rfc() {
    let event = recorded(Event::group_deleted(&group("Team", Some("t-1")), &[]));
    let claims = read(&event, &[DELETE], None).unwrap();
    let expected = json!({
        "iss": "https://roll.example",
        "aud": ["https://app.example"],
        "iat": 1_700_000_000,
        "jti": format!("{}.7", Uuid::from_u128(9)),
        "txn": Uuid::from_u128(1),
        "sub_id": { "format": "scim", "uri": format!("/Groups/{GROUP_ID}"), "externalId": "t-1" },
        "events": { (DELETE): {} },
    });
    assert_eq!(claims, expected);
}

#[test]
fn a_user_that_was_made_is_told_by_names_or_whole() {
    let event = recorded(made(Role::NotActivated));
    assert_eq!(
        told(&event, &[CREATE_NOTICE]),
        json!({ (CREATE_NOTICE): { "attributes": ["id", "active", "title", ENTERPRISE, "userName"] } })
    );
    let data = json!({
        "schemas": [USER_URN, ENTERPRISE],
        "id": MEMBER,
        "userName": "ada",
        "active": true,
        "title": "Dr",
        (ENTERPRISE): { "department": "Math" },
    });
    assert_eq!(
        told(&event, &[CREATE_FULL]),
        json!({ (CREATE_FULL): { "data": data } })
    );
    let claims = read(&event, &[CREATE_NOTICE], Some("ext-1")).unwrap();
    let subject =
        json!({ "format": "scim", "uri": format!("/Users/{MEMBER}"), "externalId": "ext-1" });
    assert_eq!(claims["sub_id"], subject);
}

const USER_URN: &str = crate::scim::schema::USER;

#[test]
fn a_user_whose_deletion_was_taken_back_is_told_as_made_with_its_groups() {
    let mut event = made(Role::Annotator);
    event.kind = Kind::MemberRestored;
    event.facts["groups"] = json!([GROUP_ID]);
    let event = recorded(event);
    let data = &told(&event, &[CREATE_FULL])[CREATE_FULL]["data"];
    assert_eq!(data["userName"], "ada");
    assert_eq!(data["groups"], json!([{ "value": GROUP_ID }]));
    let names = &told(&event, &[CREATE_NOTICE])[CREATE_NOTICE]["attributes"];
    assert_eq!(names.as_array().unwrap().last(), Some(&json!("groups")));
}

#[test]
fn one_token_tells_all_that_one_change_means() {
    let events = told(&recorded(made(Role::Annotator)), &ALL[1..]);
    let uris: Vec<&String> = events.as_object().unwrap().keys().collect();
    assert_eq!(uris, [ACTIVATE, CREATE_FULL]);
}

#[test]
fn a_user_that_was_changed_is_told_by_paths_or_as_a_patch() {
    let before = profile(
        "ada",
        json!({ "title": "Dr", "locale": "de",
        (ENTERPRISE): { "department": "Math", "division": "North" } }),
    );
    let after = profile(
        "ada",
        json!({ "title": "Prof", (ENTERPRISE): { "department": "Physics", "division": "North",
        "costCenter": "7" } }),
    );
    let event = recorded(Event::member_changed(MEMBER, &before, &after));
    let cost = format!("{ENTERPRISE}:costCenter");
    let department = format!("{ENTERPRISE}:department");
    assert_eq!(
        told(&event, &[PATCH_NOTICE]),
        json!({ (PATCH_NOTICE): { "attributes": ["locale", "title", cost, department] } })
    );
    assert_eq!(
        told(&event, &[PATCH_FULL])[PATCH_FULL]["data"],
        json!({ "schemas": [crate::scim::patch::URN], "Operations": [
            { "op": "remove", "path": "locale" },
            { "op": "replace", "path": "title", "value": "Prof" },
            { "op": "replace", "path": cost, "value": "7" },
            { "op": "replace", "path": department, "value": "Physics" },
        ] })
    );
}

#[test]
fn an_extension_that_came_or_went_is_told_by_its_attributes() {
    let without = profile("ada", json!({}));
    let with = profile("ada", json!({ (ENTERPRISE): { "department": "Math" } }));
    let path = format!("{ENTERPRISE}:department");
    let came = recorded(Event::member_changed(MEMBER, &without, &with));
    let went = recorded(Event::member_changed(MEMBER, &with, &without));
    assert_eq!(
        told(&came, &[PATCH_FULL])[PATCH_FULL]["data"]["Operations"],
        json!([{ "op": "replace", "path": path, "value": "Math" }])
    );
    assert_eq!(
        told(&went, &[PATCH_FULL])[PATCH_FULL]["data"]["Operations"],
        json!([{ "op": "remove", "path": path }])
    );
}

#[test]
fn of_somebody_erased_names_are_told_and_no_values() {
    let (before, after) = (profile("ada", json!({})), profile("eve", json!({})));
    for (event, notice, full, names) in [
        (
            made(Role::NotActivated),
            CREATE_NOTICE,
            CREATE_FULL,
            json!(["id", "active", "title", ENTERPRISE, "userName"]),
        ),
        (
            Event::member_changed(MEMBER, &before, &after),
            PATCH_NOTICE,
            PATCH_FULL,
            json!(["userName"]),
        ),
    ] {
        let event = erased(event);
        assert_eq!(told(&event, &[full]), Value::Null);
        assert_eq!(
            told(&event, &[notice]),
            json!({ (notice): { "attributes": names } })
        );
    }
}

#[test]
fn who_gets_or_loses_access_is_activated_or_deactivated() {
    use Role::{Annotator, Deactivated, Manager, NotActivated};
    for (before, after, uri) in [
        (NotActivated, Annotator, Some(ACTIVATE)),
        (Deactivated, Manager, Some(ACTIVATE)),
        (Annotator, Deactivated, Some(DEACTIVATE)),
        (Annotator, NotActivated, Some(DEACTIVATE)),
        (NotActivated, Deactivated, Some(DEACTIVATE)),
        (Deactivated, NotActivated, None),
        (Annotator, Manager, None),
    ] {
        let event = recorded(Event::role_changed(MEMBER, before, after, RoleSource::Scim));
        let expected = uri.map_or(Value::Null, |uri| json!({ (uri): {} }));
        assert_eq!(told(&event, &ALL), expected, "{before:?} {after:?}");
    }
}

#[test]
fn a_group_that_was_made_is_told_with_its_members() {
    let event = recorded(Event::group_created(
        &group("Team", None),
        &moved(&[MEMBER], &[]),
    ));
    assert_eq!(
        told(&event, &[CREATE_NOTICE]),
        json!({ (CREATE_NOTICE): { "attributes": ["id", "displayName", "members"] } })
    );
    let data = json!({
        "schemas": [crate::scim::schema::GROUP],
        "id": GROUP_ID,
        "displayName": "Team",
        "members": [{ "value": MEMBER }],
    });
    assert_eq!(told(&event, &[CREATE_FULL])[CREATE_FULL]["data"], data);
    let named = recorded(Event::group_created(
        &group("Team", Some("t")),
        &moved(&[], &[]),
    ));
    assert_eq!(
        told(&named, &[CREATE_NOTICE])[CREATE_NOTICE]["attributes"],
        json!(["id", "displayName", "externalId"])
    );
}

#[test]
fn a_group_in_a_group_is_told_as_one() {
    let inner = GroupId(Uuid::from_u128(5));
    let moved = Moved {
        added_groups: vec![inner],
        ..Moved::default()
    };
    let team = group("Team", None);
    let event = recorded(Event::group_changed(&team, &team, &moved));
    assert_eq!(
        told(&event, &[PATCH_FULL])[PATCH_FULL]["data"]["Operations"],
        json!([{ "op": "add", "path": "members", "value": [{ "value": inner, "type": "Group" }] }])
    );
}

#[test]
fn a_group_that_was_changed_is_told_by_names_or_as_a_patch() {
    let (before, after) = (group("Team", Some("t")), group("Crew", None));
    let other = MemberId(Uuid::from_u128(4));
    let event = recorded(Event::group_changed(
        &before,
        &after,
        &moved(&[MEMBER], &[other]),
    ));
    assert_eq!(
        told(&event, &[PATCH_NOTICE])[PATCH_NOTICE]["attributes"],
        json!(["displayName", "externalId", "members"])
    );
    assert_eq!(
        told(&event, &[PATCH_FULL])[PATCH_FULL]["data"]["Operations"],
        json!([
            { "op": "replace", "path": "displayName", "value": "Crew" },
            { "op": "remove", "path": "externalId" },
            { "op": "remove", "path": format!("members[value eq \"{other}\"]") },
            { "op": "add", "path": "members", "value": [{ "value": MEMBER }] },
        ])
    );
}

#[test]
fn of_very_many_members_only_that_they_changed_is_told() {
    let many: Vec<MemberId> = (0..1001).map(|n| MemberId(Uuid::from_u128(n))).collect();
    let team = group("Team", None);
    let made = recorded(Event::group_created(&team, &moved(&many, &[])));
    assert_eq!(
        told(&made, &[CREATE_FULL]),
        json!({ (CREATE_NOTICE): { "attributes": ["id", "displayName", "members"] } })
    );
    let changed = recorded(Event::group_changed(
        &team,
        &team,
        &moved(&many[1..], &many[..1]),
    ));
    assert_eq!(
        told(&changed, &[PATCH_FULL]),
        json!({ (PATCH_NOTICE): { "attributes": ["members"] } })
    );
    let fewer = recorded(Event::group_changed(&team, &team, &moved(&many[1..], &[])));
    assert!(told(&fewer, &[PATCH_FULL])[PATCH_FULL]["data"].is_object());
}

#[test]
fn what_nobody_asked_for_and_what_is_no_resource_is_not_told() {
    let team = recorded(Event::group_deleted(&group("Team", None), &[]));
    assert_eq!(told(&team, &[CREATE_NOTICE, ACTIVATE]), Value::Null);
    for event in [
        Event::signed_out(MEMBER),
        Event::password_set(MEMBER),
        Event::user_token_created(MEMBER),
        Event::manual_management_changed(OrganizationId(1), true),
    ] {
        assert_eq!(told(&recorded(event), &ALL), Value::Null);
    }
}

#[test]
fn a_receiver_asks_for_what_there_is_and_for_one_form_of_it() {
    let refused = |uris: &[&str]| {
        let uris: Vec<String> = uris.iter().map(|uri| (*uri).to_owned()).collect();
        refusal(&uris).unwrap_or_default()
    };
    assert_eq!(
        refused(&[CREATE_NOTICE, PATCH_FULL, DELETE, ACTIVATE, DEACTIVATE]),
        ""
    );
    assert!(refused(&[]).contains("at least one"));
    assert!(refused(&["urn:ietf:params:scim:event:feed:add"]).contains("feed:add"));
    assert!(refused(&[PATCH_NOTICE, PATCH_FULL]).contains("choose one"));
}
