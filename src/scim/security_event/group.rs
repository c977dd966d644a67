//! What entries about groups tell. They hold no personal data, so nothing of them is ever erased.

use serde_json::{Value, json};

use super::{
    CREATE_FULL, CREATE_NOTICE, DELETE, Data, MOST_MEMBERS, PATCH_FULL, PATCH_NOTICE, Payload, Told,
};
use crate::domain::event::recorded::Entry;
use crate::scim::patch;
use crate::scim::schema::GROUP;

fn about(id: &str, facts: &Value) -> Told {
    Told::of("Groups", id, facts["externalId"].as_str())
}

/// A Group, with its members where they are not too many.
pub(super) fn created(id: &str, entry: &Entry, wanted: &[String]) -> Told {
    let facts = &entry.facts;
    let mut told = about(id, facts);
    let members = both(&facts["members"], &facts["member_groups"]);
    let mut resource = json!({
        "schemas": [GROUP],
        "id": id,
        "displayName": facts["displayName"],
    });
    let mut attributes = vec!["id".to_owned(), "displayName".to_owned()];
    if facts["externalId"].is_string() {
        resource["externalId"] = facts["externalId"].clone();
        attributes.push("externalId".to_owned());
    }
    if !members.is_empty() {
        attributes.push("members".to_owned());
    }
    let data = if members.len() > MOST_MEMBERS {
        Data::TooMany
    } else {
        if !members.is_empty() {
            resource["members"] = members.into();
        }
        Data::Values(resource)
    };
    let payload = Payload { attributes, data };
    payload.tell(&mut told, wanted, CREATE_NOTICE, CREATE_FULL);
    told
}

/// What of a Group changed: its names, and who came and went.
pub(super) fn changed(id: &str, entry: &Entry, wanted: &[String]) -> Told {
    let facts = &entry.facts;
    let (before, after) = (&facts["before"], &facts["after"]);
    let mut told = about(id, after);
    let (mut attributes, mut operations) = (Vec::new(), Vec::new());
    for name in ["displayName", "externalId"] {
        if before[name] == after[name] {
            continue;
        }
        attributes.push(name.to_owned());
        operations.push(match &after[name] {
            Value::Null => json!({ "op": "remove", "path": name }),
            value => json!({ "op": "replace", "path": name, "value": value }),
        });
    }
    let added = both(&facts["added"], &facts["added_groups"]);
    let removed = both(&facts["removed"], &facts["removed_groups"]);
    let moved = added.len() + removed.len();
    if moved > 0 {
        attributes.push("members".to_owned());
    }
    let data = if moved > MOST_MEMBERS {
        Data::TooMany
    } else {
        for member in removed {
            let path = format!("members[value eq {}]", member["value"]);
            operations.push(json!({ "op": "remove", "path": path }));
        }
        if !added.is_empty() {
            operations.push(json!({ "op": "add", "path": "members", "value": added }));
        }
        Data::Values(patch(&operations))
    };
    let payload = Payload { attributes, data };
    payload.tell(&mut told, wanted, PATCH_NOTICE, PATCH_FULL);
    told
}

/// That a Group is gone. No event says more.
pub(super) fn deleted(id: &str, entry: &Entry, wanted: &[String]) -> Told {
    let mut told = about(id, &entry.facts);
    told.add(wanted, DELETE, json!({}));
    told
}

/// A PATCH message.
pub(super) fn patch(operations: &[Value]) -> Value {
    json!({ "schemas": [patch::URN], "Operations": operations })
}

/// Ids of members and of groups as values of `members`.
fn both(members: &Value, groups: &Value) -> Vec<Value> {
    let mut all = values(members);
    all.extend(values(groups).into_iter().map(|mut value| {
        value["type"] = "Group".into();
        value
    }));
    all
}

/// Ids as values of `members` or `groups`.
pub(super) fn values(ids: &Value) -> Vec<Value> {
    let ids = ids.as_array();
    ids.into_iter()
        .flatten()
        .map(|id| json!({ "value": id }))
        .collect()
}
