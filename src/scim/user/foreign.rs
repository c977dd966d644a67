//! Extensions that no schema here defines: kept as they are sent, so that nothing that a directory says is lost.
//!
//! Only their texts are checked. The name of such an extension is a URN, and where a path ends it and an attribute begins
//! cannot be known; what the profile already holds decides, else the last colon.

use serde_json::{Map, Value};

use super::super::error::Error;
use super::super::patch::Op;
use super::super::value;

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
        Value::Object(fields) => Ok((!fields.is_empty()).then(|| value.clone())),
        Value::Null => Ok(None),
        other => {
            let found = value::type_name(other);
            Err(Error::InvalidValue(format!(
                "`{urn}` must be an object, not {found}"
            )))
        }
    }
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
    let Some(attribute) = attribute else {
        return whole(op, &urn, value, document);
    };
    let Some(value) = value else {
        if op != Op::Add
            && let Some(Value::Object(fields)) = document.get_mut(&urn)
        {
            let name = spelled(fields, &attribute);
            fields.remove(&name);
        }
        return Ok(());
    };
    let fields = document.entry(urn).or_insert_with(|| Map::new().into());
    if let Value::Object(fields) = fields {
        let name = spelled(fields, &attribute);
        match (op, fields.get_mut(&name), value) {
            (Op::Add, Some(Value::Array(there)), Value::Array(added)) => {
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
        None if op == Op::Add => Ok(()),
        None => {
            document.remove(urn);
            Ok(())
        }
        Some(Value::Object(fields)) => {
            for (name, value) in fields {
                apply(op, &format!("{urn}:{name}"), Some(value), document)?;
            }
            Ok(())
        }
        Some(other) => {
            let found = value::type_name(other);
            Err(Error::InvalidValue(format!(
                "`{urn}` must be an object, not {found}"
            )))
        }
    }
}

/// Where the URN ends, and the attribute that follows.
fn split(
    path: &str,
    value: Option<&Value>,
    document: &Map<String, Value>,
) -> (String, Option<String>) {
    for urn in document.keys() {
        let Some((head, rest)) = path.split_at_checked(urn.len()) else {
            continue;
        };
        if urn.contains(':') && head.eq_ignore_ascii_case(urn) {
            if rest.is_empty() {
                return (urn.clone(), None);
            }
            if let Some(attribute) = rest
                .strip_prefix([':', '.'])
                .filter(|rest| !rest.is_empty())
            {
                return (urn.clone(), Some(attribute.to_owned()));
            }
        }
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
