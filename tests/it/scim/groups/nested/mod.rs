//! Groups in groups: RFC 7643 section 4.2.

mod circles;
mod lives;
mod members;
mod roles;

use serde_json::{Value, json};

use crate::app::{App, Organization, patch};

/// A group as a member.
pub(super) fn of_group(id: &str) -> Value {
    json!({ "value": id, "type": "Group" })
}

/// The answer to putting one into a group.
pub(super) async fn put_into(
    organization: &Organization,
    group: &str,
    member: Value,
) -> crate::client::Answer {
    let add = patch(json!([{ "op": "add", "path": "members", "value": [member] }]));
    organization
        .scim
        .patch(&format!("/Groups/{group}"), &add)
        .await
}

/// The groups of a user as displayName and type: `all indirect`.
pub(super) async fn groups_of(app: &App, user: &str) -> Vec<String> {
    let read = app.own.scim.get(&format!("/Users/{user}")).await.is(200);
    let groups = read["groups"].as_array().cloned().unwrap_or_default();
    groups
        .iter()
        .map(|group| {
            let text = |name: &str| group[name].as_str().unwrap().to_owned();
            format!("{} {}", text("display"), text("type"))
        })
        .collect()
}
