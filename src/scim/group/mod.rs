//! The Group resource, RFC 7643 section 4.2: from JSON to what the domain keeps or changes, and back.
//!
//! A group can have 100,000 members, so nothing here looks at a member more than once, and a PATCH becomes changes that
//! name only the members it is about. Whether a member exists is not decided here.

mod changes;
mod query;

#[cfg(test)]
mod query_tests;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::domain::MemberId;
use crate::domain::group::{Group, GroupContent, GroupMember};

use super::error::Error;
use super::field;
use super::filter::{Literal, Node, Operator};
use super::reading::Reading;
use super::schema::{self, GROUP, Kind};
use super::value;

pub(crate) use changes::changes;
pub(crate) use query::query;

/// The URNs that clients give the Group schema: the RFC's, and those of drafts.
const GROUP_URNS: [&str; 3] = [
    GROUP,
    "urn:scim:schemas:core:2.0",
    "urn:scim:schemas:core:1.0",
];

/// Reads the body of a POST or PUT. Schemas that are not known, as Entra ID lists one, are passed over with what belongs
/// to them.
pub(crate) fn content(body: &Value, reading: &Reading<'_>) -> Result<GroupContent, Error> {
    let Value::Object(body) = body else {
        return Err(Error::InvalidSyntax(
            "the body must be a JSON object".to_owned(),
        ));
    };
    value::no_name_twice(body, "")?;
    super::require_schema(body, &GROUP_URNS, reading)?;
    note_unknown(body, reading);
    Ok(GroupContent {
        display_name: value::required_text(field(body, "displayName"), "displayName")?,
        external_id: value::external_id(field(body, "externalId"))?,
        members: match field(body, "members") {
            Some(members) => member_ids(members, reading)?,
            None => Vec::new(),
        },
    })
}

/// Says which names belong to no attribute of a group.
fn note_unknown(body: &Map<String, Value>, reading: &Reading<'_>) {
    let core = &reading.definitions.of(Kind::Group).core.attributes;
    for name in body.keys() {
        if schema::find(core, name).is_none() && schema::find(schema::common(), name).is_none() {
            reading.note(format!("there is no attribute `{name}`; passed over"));
        }
    }
}

/// The ids in a `members` value, each once and in order. What clients say of a member besides its id (`display`, `$ref`,
/// `type`) is ours to say, and passed over.
fn member_ids(members: &Value, reading: &Reading<'_>) -> Result<Vec<MemberId>, Error> {
    let members = match members {
        Value::Null => return Ok(Vec::new()),
        Value::Array(members) => members.as_slice(),
        one => {
            reading.note("`members` was no list; read as a list of one");
            std::slice::from_ref(one)
        }
    };
    let mut seen = HashSet::with_capacity(members.len());
    let mut ids = Vec::with_capacity(members.len());
    for (index, member) in members.iter().enumerate() {
        let id = member_id(member).ok_or_else(|| {
            Error::InvalidValue(format!(
                "`members[{index}]` must be an object whose `value` is the id of a member"
            ))
        })?;
        match MemberId::parse(id) {
            Some(id) if seen.insert(id) => ids.push(id),
            Some(_) => {}
            None if reading.leniency.passes_over_unknown_members() => {
                let shown = shown(id);
                reading.note(format!(
                    "`members` holds a value that names no one, `{shown}`; passed over"
                ));
            }
            None => {
                let shown = shown(id);
                return Err(Error::InvalidValue(format!(
                    "no member has the id `{shown}`"
                )));
            }
        }
    }
    Ok(ids)
}

fn shown(id: &str) -> String {
    id.chars().take(100).collect()
}

/// The id that an element of `members` carries. Some clients send the bare id.
fn member_id(member: &Value) -> Option<&str> {
    match member {
        Value::String(id) => Some(id),
        Value::Object(fields) => field(fields, "value")?.as_str(),
        _ => None,
    }
}

/// The ids that a filter over `members` selects, where it only compares `value` with `eq`, perhaps with `or`.
fn ids_selected(filter: &Node) -> Option<Vec<&str>> {
    match filter {
        Node::Compare(path, Operator::Equal, Literal::Text { written, .. })
            if path.is("value", None) =>
        {
            Some(vec![written])
        }
        Node::Or(parts) => {
            let ids: Option<Vec<_>> = parts.iter().map(ids_selected).collect();
            ids.map(|ids| ids.concat())
        }
        _ => None,
    }
}

/// The resource as it is answered; without `members` where they have not been read. `base` is the URL under which
/// `/Groups` lies.
///
/// `display` is there for those who ask for it by name (`attributes=members.display`): RFC 7643 section 8.7.1 has it not,
/// and a client that compares what it sent with what it reads finds no more than it sent.
pub(crate) fn resource(group: &Group, members: Option<&[GroupMember]>, base: &str) -> Value {
    let mut resource = Map::new();
    resource.insert("schemas".to_owned(), json!([GROUP]));
    resource.insert("id".to_owned(), json!(group.id));
    if let Some(external_id) = &group.external_id {
        resource.insert("externalId".to_owned(), json!(external_id));
    }
    resource.insert("displayName".to_owned(), json!(group.display_name));
    if let Some(members) = members {
        let members = members.iter().map(|member| member_resource(member, base));
        resource.insert("members".to_owned(), members.collect());
    }
    resource.insert(
        "meta".to_owned(),
        json!({
            "resourceType": Kind::Group.name(),
            "created": group.created.to_string(),
            "lastModified": group.modified.to_string(),
            "location": format!("{base}/Groups/{}", group.id),
            "version": etag(group),
        }),
    );
    Value::Object(resource)
}

/// Nothing but members, for a list that is written as it is read. A projection can be applied to it as to the whole.
pub(crate) fn members_alone(members: &[GroupMember], base: &str) -> Value {
    let members = members.iter().map(|member| member_resource(member, base));
    json!({ "members": members.collect::<Vec<Value>>() })
}

fn member_resource(member: &GroupMember, base: &str) -> Value {
    let mut resource = json!({
        "value": member.id,
        "$ref": format!("{base}/Users/{}", member.id),
        "type": "User",
    });
    if let Some(display_name) = &member.display_name {
        resource["display"] = json!(display_name);
    }
    resource
}

/// The weak entity tag, which is also `meta.version`. Changes of members raise the version too.
pub(crate) fn etag(group: &Group) -> String {
    format!("W/\"{}\"", group.version)
}
