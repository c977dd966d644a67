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

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::domain::MemberId;
use crate::domain::group::{Group, GroupContent, GroupMember, MemberKind, MemberRef};

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
        display_name: name(field(body, "displayName"))?,
        external_id: external_id(field(body, "externalId"))?,
        members: match field(body, "members") {
            Some(members) => members_named(members, reading)?,
            None => Vec::new(),
        },
    })
}

/// The displayName, which must be there.
fn name(sent: Option<&Value>) -> Result<String, Error> {
    let name = value::required_text(sent, "displayName")?;
    value::must_be_visible(&name, "displayName")?;
    Ok(name)
}

fn external_id(sent: Option<&Value>) -> Result<Option<String>, Error> {
    let id = value::external_id(sent)?;
    if let Some(id) = &id {
        value::must_be_visible(id, "externalId")?;
    }
    Ok(id)
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

/// Who a `members` value names, each once and in order. Of what clients say of a member besides its id, `type` counts
/// where it is one of the two that there are; `display` and `$ref` are ours to say, and passed over.
fn members_named(members: &Value, reading: &Reading<'_>) -> Result<Vec<MemberRef>, Error> {
    let members = match members {
        Value::Null => return Ok(Vec::new()),
        Value::Array(members) => members.as_slice(),
        one => {
            reading.note("`members` was no list; read as a list of one");
            std::slice::from_ref(one)
        }
    };
    let mut seen = HashMap::with_capacity(members.len());
    let mut named: Vec<MemberRef> = Vec::with_capacity(members.len());
    for (index, member) in members.iter().enumerate() {
        let (id, kind) = member_named(member).ok_or_else(|| {
            Error::InvalidValue(format!(
                "`members[{index}]` must be an object whose `value` is the id of a member"
            ))
        })?;
        match reference(id, kind) {
            Some(member) => {
                let first = *seen.entry(member.id).or_insert(named.len());
                match named.get_mut(first) {
                    // Named before; of two kinds, one is refused where it is known which is right.
                    Some(before) if member.kind.is_none() || before.kind == member.kind => {}
                    Some(before) if before.kind.is_none() => before.kind = member.kind,
                    Some(_) | None => named.push(member),
                }
            }
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
    Ok(named)
}

fn shown(id: &str) -> String {
    id.chars().take(100).collect()
}

/// The id that an element of `members` carries, and what it says that it is. Some clients send the bare id.
fn member_named(member: &Value) -> Option<(&str, Option<MemberKind>)> {
    match member {
        Value::String(id) => Some((id, None)),
        Value::Object(fields) => {
            let kind = field(fields, "type").and_then(Value::as_str).and_then(kind);
            Some((field(fields, "value")?.as_str()?, kind))
        }
        _ => None,
    }
}

fn reference(id: &str, kind: Option<MemberKind>) -> Option<MemberRef> {
    // Members and groups have the same form of id.
    MemberId::parse(id).map(|MemberId(id)| MemberRef { id, kind })
}

/// The `type` of a member, which is compared without case.
fn kind(text: &str) -> Option<MemberKind> {
    [MemberKind::User, MemberKind::Group]
        .into_iter()
        .find(|kind| type_name(*kind).eq_ignore_ascii_case(text))
}

fn type_name(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::User => Kind::User.name(),
        MemberKind::Group => Kind::Group.name(),
    }
}

/// Who a filter over `members` selects.
enum Selected<'f> {
    /// These ids, and perhaps only where they are of this kind.
    Ids(Vec<(&'f str, Option<MemberKind>)>),
    /// All of a kind.
    All(MemberKind),
}

/// Who a filter over `members` selects, where it only compares `value` with `eq`, perhaps with `or`, or `type` with `eq`,
/// or both with `and`.
fn selected(filter: &Node) -> Option<Selected<'_>> {
    if let Some(kind) = kind_selected(filter) {
        return Some(Selected::All(kind));
    }
    if let Node::And(parts) = filter
        && let [one, other] = parts.as_slice()
    {
        let kind = kind_selected(one).or_else(|| kind_selected(other))?;
        let ids = ids_selected(one).or_else(|| ids_selected(other))?;
        return Some(Selected::Ids(
            ids.into_iter().map(|id| (id, Some(kind))).collect(),
        ));
    }
    let ids = ids_selected(filter)?;
    Some(Selected::Ids(
        ids.into_iter().map(|id| (id, None)).collect(),
    ))
}

fn kind_selected(filter: &Node) -> Option<MemberKind> {
    match filter {
        Node::Compare(path, Operator::Equal, Literal::Text { written, .. })
            if path.is("type", None) =>
        {
            kind(written)
        }
        _ => None,
    }
}

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
    let collection = match member.kind {
        MemberKind::User => "Users",
        MemberKind::Group => "Groups",
    };
    let mut resource = json!({
        "value": member.id,
        "$ref": format!("{base}/{collection}/{}", member.id),
        "type": type_name(member.kind),
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
