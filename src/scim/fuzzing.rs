//! The readers of what a client sends, for fuzzing: bytes in, and a panic where a law does not hold.
//!
//! Not part of the server. What is accepted must read back the same from its own print or rendering; what is refused,
//! with one sentence for a person.

use serde_json::{Value, json};
use uuid::Uuid;

use super::attribute::AttributePath;
use super::bulk;
use super::cursor::{self, Cursor};
use super::error::Error;
use super::filter;
use super::group;
use super::patch::PatchOp;
use super::path::{self, ElementFilter, Path};
use super::projection::Projection;
use super::reading::Reading;
use super::schema::{Definitions, Kind};
use super::sort::Sort;
use super::user;
use crate::domain::group::{Group, GroupMember, MemberKind};
use crate::domain::leniency::{Leniency, Notes};
use crate::domain::member::{GroupRef, Member, Profile};
use crate::domain::query::{Key, Position};
use crate::domain::role::{Role, RoleSource};
use crate::domain::{AccountId, GroupId, MemberId, MemberNumber, Timestamp};

const BASE: &str = "http://127.0.0.1:1/scim/v2";

const KINDS: [Kind; 2] = [Kind::User, Kind::Group];

/// The value, or nothing where it was refused as it should be.
fn accepted<T>(read: Result<T, Error>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(error) => {
            let sentence = error.to_string();
            assert!(sentence.trim().contains(' '), "{error:?} says {sentence:?}");
            None
        }
    }
}

/// Reads as the client of a profile is read.
fn as_client<T>(leniency: Leniency, read: impl FnOnce(&Reading<'_>) -> T) -> T {
    let notes = Notes::default();
    read(&Reading {
        leniency,
        notes: &notes,
        definitions: Definitions::standard().clone(),
    })
}

/// Reads with each profile.
fn with_each(mut read: impl FnMut(&Reading<'_>)) {
    for leniency in [
        Leniency::Rfc,
        Leniency::Entra,
        Leniency::Okta,
        Leniency::Lenient,
    ] {
        as_client(leniency, &mut read);
    }
}

/// A filter prints as itself, strictly, and neither lowering it nor evaluating it fails.
pub(crate) fn filter(text: &str) {
    with_each(|reading| {
        for kind in KINDS {
            let of = reading.definitions.of(kind);
            if let Some(read) = accepted(filter::parse(text, of, reading)) {
                let printed = read.to_string();
                let again = as_client(Leniency::Rfc, |strictly| {
                    filter::parse(&printed, of, strictly)
                });
                assert_eq!(again.as_ref(), Ok(&read), "{text:?} prints as {printed:?}");
                let _ = read.matches(&user::resource(
                    &member(profile()),
                    BASE,
                    Definitions::standard(),
                ));
            }
        }
        accepted(user::query(Some(text), Sort::none(), BASE, reading));
        accepted(group::query(Some(text), Sort::none(), BASE, reading));
    });
    for kind in KINDS {
        let of = Definitions::standard().of(kind);
        if let Some(sort) = accepted(Sort::parse(Some(text), Some("descending"), of)) {
            let reading = |reading: &Reading<'_>| match kind {
                Kind::User => accepted(user::query(None, sort, BASE, reading)).is_some(),
                Kind::Group => accepted(group::query(None, sort, BASE, reading)).is_some(),
            };
            as_client(Leniency::Rfc, reading);
        }
        if let Some(kept) = accepted(Projection::parse(Some(text), None, of)) {
            let mut resource = user::resource(&member(profile()), BASE, Definitions::standard());
            kept.apply(&mut resource);
            assert!(resource["id"].is_string() && resource["schemas"].is_array());
        }
    }
}

/// A path prints as itself, strictly.
pub(crate) fn path(text: &str) {
    with_each(|reading| {
        for kind in KINDS {
            let of = reading.definitions.of(kind);
            let read = accepted(path::parse(text, of, reading).map_err(Error::from));
            if let Some(Path::Attribute(attribute, elements)) = &read {
                let printed = printed(attribute, elements.as_ref());
                let again = as_client(Leniency::Rfc, |strictly| {
                    path::parse(&printed, of, strictly).map_err(Error::from)
                });
                assert_eq!(again.ok(), read, "{text:?} prints as {printed:?}");
            }
        }
    });
}

fn printed(attribute: &AttributePath, elements: Option<&ElementFilter>) -> String {
    let Some(elements) = elements else {
        return attribute.to_string();
    };
    let whole = AttributePath {
        sub: None,
        ..attribute.clone()
    };
    let sub = attribute.sub.as_ref().map(|sub| format!(".{}", sub.name));
    format!("{whole}[{}]{}", elements.0, sub.unwrap_or_default())
}

/// What a PATCH makes of a user reads back the same; of a group, it makes changes.
pub(crate) fn patch_body(body: &Value) {
    with_each(|reading| {
        let Some(message) = accepted(PatchOp::parse(body, reading)) else {
            return;
        };
        if let Some(changed) = accepted(user::patch(&profile(), &message, reading)) {
            same_again(&changed);
        }
        accepted(group::changes(&message, reading));
    });
}

/// A user that is accepted reads back the same from the way it is shown.
pub(crate) fn user_body(body: &Value) {
    with_each(|reading| {
        if let Some(read) = accepted(user::parse(body, reading)) {
            same_again(&read);
        }
    });
}

/// A group that is accepted reads back the same from the way it is shown.
pub(crate) fn group_body(body: &Value) {
    with_each(|reading| {
        let Some(mut read) = accepted(group::content(body, reading)) else {
            return;
        };
        let shown = Group {
            id: GroupId(Uuid::from_u128(3)),
            display_name: read.display_name.clone(),
            external_id: read.external_id.clone(),
            version: 1,
            created: Timestamp(0),
            modified: Timestamp(0),
        };
        let members: Vec<GroupMember> = read
            .members
            .iter()
            .map(|named| GroupMember {
                kind: named.kind.unwrap_or(MemberKind::User),
                id: named.id,
                display_name: None,
            })
            .collect();
        let shown = group::resource(&shown, Some(&members), BASE);
        let again = as_client(Leniency::Rfc, |strictly| group::content(&shown, strictly));
        for member in &mut read.members {
            member.kind.get_or_insert(MemberKind::User);
        }
        assert_eq!(again, Ok(read), "{shown}");
    });
}

/// The order of a bulk request has each of its operations once.
pub(crate) fn bulk(body: &Value) {
    with_each(|reading| {
        let mut last = 0;
        let new_id = || {
            last += 1;
            Uuid::from_u128(last)
        };
        match bulk::plan(body.clone(), reading, new_id) {
            Ok(plan) => {
                let mut places: Vec<usize> = plan.order.into_iter().flatten().collect();
                places.sort_unstable();
                let all: Vec<usize> = (0..plan.operations.len()).collect();
                assert_eq!(places, all);
            }
            Err(bulk::Refusal::Malformed(error)) => {
                accepted::<()>(Err(error));
            }
            Err(bulk::Refusal::Conflict(sentence)) => assert!(sentence.contains(' ')),
            Err(bulk::Refusal::TooMany(count)) => assert!(count > bulk::MAX_OPERATIONS),
        }
    });
}

/// What nobody signed is refused; what was signed and can be read is what was written, and no other query's.
pub(crate) fn cursor(text: &str) {
    let now = Timestamp(1_800_000_000_000);
    let sign = |text: &str| {
        let mut sum = 0xcbf2_9ce4_8422_2325_u64;
        for byte in text.bytes() {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        format!("{sum:016x}{:016x}", sum.rotate_left(32))
    };
    assert!(accepted(Cursor::read(text, "query", now, &sign)).is_none());
    let signed = cursor::signed(text, "query", &sign);
    if let Some(read) = accepted(Cursor::read(&signed, "query", now, &sign)) {
        let written = read.write("query", now, &sign);
        assert_eq!(Cursor::read(&written, "query", now, &sign), Ok(read));
    }
    let cursor = Cursor {
        kind: Kind::Group,
        position: Position {
            key: Some(Key::Text(text.to_owned())),
            id: Uuid::from_u128(1),
        },
        backwards: text.len().is_multiple_of(2),
        total: 7,
    };
    let written = cursor.write("query", now, &sign);
    if text.len() < 1024 {
        assert_eq!(Cursor::read(&written, "query", now, &sign), Ok(cursor));
    }
    assert!(accepted(Cursor::read(&written, "another", now, &sign)).is_none());
}

fn same_again(profile: &Profile) {
    let shown = user::resource(&member(profile.clone()), BASE, Definitions::standard());
    let again = as_client(Leniency::Rfc, |strictly| user::parse(&shown, strictly));
    assert_eq!(again.as_ref(), Ok(profile), "{shown}");
}

/// The user whom a PATCH changes.
fn profile() -> Profile {
    let attributes = json!({
        "name": { "givenName": "One", "familyName": "User" },
        "emails": [
            { "type": "work", "value": "work@people.example", "primary": true },
            { "type": "home", "value": "home@people.example" },
        ],
        "roles": [{ "value": "reader", "primary": true }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "Archive",
            "manager": { "value": "1" },
        },
        "urn:example:custom:2.0:User": { "badge": ["blue"] },
    });
    let Value::Object(attributes) = attributes else {
        unreachable!("it is an object");
    };
    Profile {
        user_name: "user@people.example".to_owned(),
        external_id: Some("key".to_owned()),
        active: true,
        attributes,
    }
}

fn member(profile: Profile) -> Member {
    Member {
        id: MemberId(Uuid::from_u128(1)),
        number: MemberNumber(1),
        account: AccountId(Uuid::from_u128(2)),
        profile,
        role: Role::Annotator,
        role_source: RoleSource::Scim,
        version: 1,
        created: Timestamp(0),
        modified: Timestamp(0),
        groups: vec![GroupRef {
            id: GroupId(Uuid::from_u128(3)),
            display_name: "Group".to_owned(),
            direct: true,
        }],
    }
}
