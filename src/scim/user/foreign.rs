//! Extensions that no schema here defines: kept as they are sent, so that nothing that a directory says is lost.
//!
//! Only their texts are checked. The name of such an extension is a URN, and where a path ends it and an attribute begins
//! cannot be known; what the profile already holds decides, else the last colon.

use serde_json::{Map, Value};

use crate::scim::error::Error;
use crate::scim::patch::Op;
use crate::scim::value;

/// The most bytes of a URN.
const MAX_URN: usize = 1024;

/// Reads an extension's object; nothing where it holds nothing.
pub(super) fn read(urn: &str, value: &Value) -> Result<Option<Value>, Error> {
    if urn.len() > MAX_URN {
        return Err(Error::InvalidValue(format!(
            "a schema's URN is longer than {MAX_URN} bytes"
        )));
    }
    value::check_text(urn, "the URN of a schema")?;
    value::check_foreign(value, urn)?;
    match value {
        Value::Object(fields) => {
            value::no_name_twice(fields, urn)?;
            let mut fields = fields.clone();
            fields.retain(|_, value| is_assigned(value));
            Ok((!fields.is_empty()).then_some(Value::Object(fields)))
        }
        Value::Null => Ok(None),
        other => Err(no_object(urn, other)),
    }
}

/// Null, an empty list and absence are one state, RFC 7643 section 2.5.
fn is_assigned(value: &Value) -> bool {
    !value.is_null() && value.as_array().is_none_or(|elements| !elements.is_empty())
}

fn no_object(urn: &str, value: &Value) -> Error {
    let found = value::type_name(value);
    Error::InvalidValue(format!("`{urn}` must be an object, not {found}"))
}

/// Applies a PATCH operation whose path lies in such an extension. Entra ID addresses its custom attributes so:
/// `urn:ietf:params:scim:schemas:extension:Name:2.0:User:badge`.
pub(super) fn apply(
    op: Op,
    path: &str,
    value: Option<&Value>,
    document: &mut Map<String, Value>,
) -> Result<(), Error> {
    let value = value.filter(|value| !value.is_null() && op != Op::Remove);
    let (urn, attribute) = split(path, value, document);
    if let Some(value) = value {
        value::check_foreign(value, path)?;
    }
    match attribute {
        Some(attribute) => field(op, &urn, &attribute, value, document),
        None => whole(op, &urn, value, document),
    }
}

/// Sets, adds to or removes one attribute of an extension.
fn field(
    op: Op,
    urn: &str,
    attribute: &str,
    value: Option<&Value>,
    document: &mut Map<String, Value>,
) -> Result<(), Error> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        if op != Op::Add
            && let Some(Value::Object(fields)) = document.get_mut(urn)
        {
            let name = spelled(fields, attribute);
            fields.remove(&name);
        }
        return Ok(());
    };
    let fields = document.entry(urn).or_insert_with(|| Map::new().into());
    if let Value::Object(fields) = fields {
        let name = spelled(fields, attribute);
        match (op, fields.get_mut(&name), value) {
            (Op::Add, Some(Value::Array(there)), Value::Array(added)) => {
                value::at_most(there.len() + added.len(), attribute)?;
                for element in added {
                    if !there.contains(element) {
                        there.push(element.clone());
                    }
                }
            }
            _ => {
                fields.insert(name, value.clone());
            }
        }
    }
    Ok(())
}

/// Merges the fields of the whole extension, or removes it.
fn whole(
    op: Op,
    urn: &str,
    value: Option<&Value>,
    document: &mut Map<String, Value>,
) -> Result<(), Error> {
    match value {
        None if op == Op::Add => {}
        None => {
            document.remove(urn);
        }
        Some(Value::Object(fields)) => {
            value::no_name_twice(fields, urn)?;
            for (name, value) in fields {
                field(op, urn, name, Some(value), document)?;
            }
        }
        Some(other) => return Err(no_object(urn, other)),
    }
    Ok(())
}

/// Where the URN ends, and the attribute that follows.
fn split(
    path: &str,
    value: Option<&Value>,
    document: &Map<String, Value>,
) -> (String, Option<String>) {
    let known = document.keys().filter(|urn| {
        let Some((head, rest)) = path.split_at_checked(urn.len()) else {
            return false;
        };
        let ends = rest.is_empty() || (rest.len() > 1 && rest.starts_with([':', '.']));
        urn.contains(':') && head.eq_ignore_ascii_case(urn) && ends
    });
    if let Some(urn) = known.max_by_key(|urn| urn.len()) {
        let attribute = path.get(urn.len() + 1..).map(str::to_owned);
        return (urn.clone(), attribute);
    }
    match path.rsplit_once(':') {
        Some((urn, attribute)) if !attribute.is_empty() && !value.is_some_and(Value::is_object) => {
            (urn.to_owned(), Some(attribute.to_owned()))
        }
        _ => (path.to_owned(), None),
    }
}

/// The name as the extension spells it already, else as the client does.
fn spelled(fields: &Map<String, Value>, name: &str) -> String {
    let known = fields.keys().find(|known| known.eq_ignore_ascii_case(name));
    known.map_or_else(|| name.to_owned(), Clone::clone)
}
