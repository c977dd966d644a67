//! From a PATCH message to the changes of a group, RFC 7644 section 3.5.2.
//!
//! The operations are never applied to a list of members here: they are named one by one, for SQL to add and remove.

use serde_json::{Value, json};

use crate::domain::group::{GroupChange, MemberKind, MemberRef};

use super::Selected;
use crate::scim::attribute::AttributePath;
use crate::scim::error::Error;
use crate::scim::filter::Node;
use crate::scim::patch::{Op, Operation, PatchOp};
use crate::scim::path::{self, Path};
use crate::scim::reading::Reading;
use crate::scim::schema::{Kind, Mutability, ResourceType};
use crate::scim::value;

/// The changes that a PATCH asks for, in its order.
pub(crate) fn changes(message: &PatchOp, reading: &Reading<'_>) -> Result<Vec<GroupChange>, Error> {
    let mut changes = Changes {
        list: Vec::new(),
        reading,
    };
    message.try_for_each(|operation| read(operation, &mut changes))?;
    Ok(changes.list)
}

/// What was read so far, and how strictly.
struct Changes<'r> {
    list: Vec<GroupChange>,
    reading: &'r Reading<'r>,
}

impl Changes<'_> {
    fn of(&self) -> &ResourceType {
        self.reading.definitions.of(Kind::Group)
    }
}

fn read(operation: &Operation, changes: &mut Changes<'_>) -> Result<(), Error> {
    let value = operation.value.as_ref();
    match &operation.path {
        Some(text) => at_path(
            operation.op,
            &path::parse(text, changes.of(), changes.reading)?,
            value,
            changes,
        ),
        None => whole(operation.op, value, changes),
    }
}

/// An add or replace without a path. Okta and authentik replace `displayName` so, and repeat `id` and `schemas`.
fn whole(op: Op, value: Option<&Value>, changes: &mut Changes<'_>) -> Result<(), Error> {
    let Some(Value::Object(fields)) = value else {
        return Err(Error::InvalidValue(
            "without a `path`, `value` must be an object of attributes".to_owned(),
        ));
    };
    value::no_name_twice(fields, "`value`")?;
    for (name, value) in fields {
        if name.eq_ignore_ascii_case("id") || name.eq_ignore_ascii_case("schemas") {
            continue;
        }
        if let Some(path) = path::key(name, Kind::Group, changes.reading)? {
            at_path(op, &path, Some(value), changes)?;
        }
    }
    Ok(())
}

fn at_path(
    op: Op,
    path: &Path,
    value: Option<&Value>,
    changes: &mut Changes<'_>,
) -> Result<(), Error> {
    let (path, filter) = match path {
        // Nothing is kept of schemas that are not known; Entra ID lists one.
        Path::Foreign(_) | Path::Password | Path::Extension(_) => return Ok(()),
        Path::Resource if op == Op::Remove => {
            return Err(Error::Mutability(
                "a resource cannot be removed by PATCH".to_owned(),
            ));
        }
        Path::Resource => return whole(op, value, changes),
        Path::Attribute(path, filter) => (path, filter.as_ref().map(|filter| &filter.0)),
    };
    let value = value.unwrap_or(&Value::Null);
    match (path.attribute.name.as_str(), &path.sub) {
        ("displayName", None) if op == Op::Remove => Err(Error::Mutability(format!(
            "`{path}` is required and cannot be removed"
        ))),
        ("displayName", None) => {
            let name = super::name(Some(value))?;
            changes.list.push(GroupChange::Rename(name));
            Ok(())
        }
        ("externalId", None) => {
            let sent = super::external_id(Some(value).filter(|_| op != Op::Remove))?;
            if op != Op::Add || sent.is_some() {
                changes.list.push(GroupChange::SetExternalId(sent));
            }
            Ok(())
        }
        ("members", None) => members(op, path, filter, value, changes),
        _ => Err(unchangeable(path)),
    }
}

fn unchangeable(path: &AttributePath) -> Error {
    match path.attribute.mutability {
        Mutability::ReadOnly => {
            Error::Mutability(format!("`{path}` cannot be changed by a client"))
        }
        Mutability::ReadWrite | Mutability::Immutable | Mutability::WriteOnly => Error::Mutability(
            format!("`{path}` cannot be changed by itself; add and remove whole members"),
        ),
    }
}

fn members(
    op: Op,
    path: &AttributePath,
    filter: Option<&Node>,
    value: &Value,
    changes: &mut Changes<'_>,
) -> Result<(), Error> {
    let change = match (op, filter) {
        (Op::Add, None) => GroupChange::Add(super::members_named(value, changes.reading)?),
        (Op::Replace, None) => {
            GroupChange::ReplaceMembers(super::members_named(value, changes.reading)?)
        }
        // Without a value this empties the group; with one, which is how Entra ID removes, only those go.
        (Op::Remove, None) if value.is_null() => GroupChange::ReplaceMembers(Vec::new()),
        (Op::Remove, None) => GroupChange::Remove(listed(value)?),
        (op, Some(filter)) => match (op, super::selected(filter)) {
            (Op::Remove, Some(Selected::Ids(ids))) => GroupChange::Remove(there(ids)),
            (Op::Remove, Some(Selected::All(kind))) => GroupChange::RemoveAll(kind),
            // As with the lists of a user, what the filter describes comes to be.
            (Op::Add, Some(Selected::Ids(ids))) => {
                let described = |(id, kind): (&str, Option<MemberKind>)| json!({ "value": id, "type": kind.map(super::type_name) });
                let described = ids.into_iter().map(described).collect();
                GroupChange::Add(super::members_named(&described, changes.reading)?)
            }
            (Op::Replace, Some(_)) => return Err(unchangeable(path)),
            (Op::Add, Some(Selected::All(_))) | (_, None) => {
                return Err(Error::InvalidFilter(
                    "members can only be selected by `value eq \"...\"`, joined by `or`, or to be removed by \
                     `type eq \"...\"`"
                        .to_owned(),
                ));
            }
        },
    };
    // To add or remove nobody is to change nothing.
    if !matches!(&change, GroupChange::Add(members) | GroupChange::Remove(members) if members.is_empty())
    {
        changes.list.push(change);
    }
    Ok(())
}

/// The members that a remove lists.
fn listed(value: &Value) -> Result<Vec<MemberRef>, Error> {
    let elements = match value {
        Value::Array(elements) => elements.as_slice(),
        one => std::slice::from_ref(one),
    };
    let named: Option<Vec<_>> = elements.iter().map(super::member_named).collect();
    let named = named.ok_or_else(|| {
        Error::InvalidValue(
            "each member to remove must be an object with its id as `value`".to_owned(),
        )
    })?;
    Ok(there(named))
}

/// Members to remove: what is no id is in no group, and passed over.
fn there(named: Vec<(&str, Option<MemberKind>)>) -> Vec<MemberRef> {
    let mut seen = std::collections::HashSet::new();
    named
        .into_iter()
        .filter_map(|(id, kind)| super::reference(id, kind))
        .filter(|member| seen.insert(*member))
        .collect()
}
