//! The characteristics of RFC 7643 section 7 for extensions that an organization has made: which must have a value, which
//! are written once, which nobody reads.
//!
//! The types of values are checked before, by `value`. What the standard schemas say of these things is the business of
//! `user` and `group`. What a PATCH does not touch is not checked: it may be older than the definition.

mod carry;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::attribute::is_urn;
use super::error::Error;
use super::schema::{Extension, Mutability, ResourceType, Schema, find};
use crate::domain::schema;

/// What a client does with a resource, and what was there before.
#[derive(Debug, Clone, Copy)]
pub(super) enum Write<'b> {
    /// Makes it.
    New,
    /// Puts something in the place of all of this.
    Whole(&'b Map<String, Value>),
    /// Changes some of this.
    Part(&'b Map<String, Value>),
}

impl<'b> Write<'b> {
    fn before(self, urn: &str) -> Option<&'b Map<String, Value>> {
        let before = match self {
            Self::New => return None,
            Self::Whole(before) | Self::Part(before) => before,
        };
        before.get(urn).and_then(Value::as_object)
    }
}

fn custom(of: &ResourceType) -> impl Iterator<Item = &Extension> {
    of.extensions.iter().filter(|extension| extension.custom)
}

/// Spells the names in these extensions as their definitions do: what is stored may be older, and nobody's then.
pub(super) fn adopt(document: &mut Map<String, Value>, of: &ResourceType) {
    for extension in custom(of) {
        let schema = &extension.schema;
        if !document.contains_key(&schema.urn) {
            let known = document.keys().filter(|name| is_urn(name));
            let mut spelled = known.filter(|name| name.eq_ignore_ascii_case(&schema.urn));
            let Some(spelled) = spelled.next().cloned() else {
                continue;
            };
            if let Some(fields) = document.remove(&spelled) {
                document.insert(schema.urn.clone(), fields);
            }
        }
        if let Some(Value::Object(fields)) = document.get_mut(&schema.urn) {
            respell(fields, schema);
        }
    }
}

fn respell(fields: &mut Map<String, Value>, schema: &Schema) {
    let other = |name: &&String| {
        find(&schema.attributes, name).is_some_and(|attribute| attribute.name != **name)
    };
    let names: Vec<String> = fields.keys().filter(other).cloned().collect();
    for name in names {
        let Some(attribute) = find(&schema.attributes, &name) else {
            continue;
        };
        if let Some(value) = fields.remove(&name) {
            fields.entry(attribute.name.clone()).or_insert(value);
        }
    }
}

/// Takes out these extensions as far as they are as before: they are neither read nor checked again.
pub(super) fn set_aside(
    document: &mut Map<String, Value>,
    before: &Map<String, Value>,
    of: &ResourceType,
) -> Map<String, Value> {
    let urns = custom(of).map(|extension| extension.schema.urn.as_str());
    let untouched = urns.filter(|urn| document.get(*urn) == before.get(*urn));
    let untouched: Vec<&str> = untouched.collect();
    untouched
        .into_iter()
        .filter_map(|urn| document.remove_entry(urn))
        .collect()
}

/// Takes away what nobody ever reads.
pub(super) fn hide(document: &mut Map<String, Value>, of: &ResourceType) {
    for extension in custom(of) {
        schema::hide(document, &extension.schema);
    }
}

/// Checks what is to be stored, and carries over what a client that puts back what it has read cannot say.
pub(super) fn enforce(
    after: &mut Map<String, Value>,
    write: Write<'_>,
    of: &ResourceType,
) -> Result<(), Error> {
    for extension in custom(of) {
        let schema = &extension.schema;
        let before = write.before(&schema.urn);
        let untouched = after.get(&schema.urn).and_then(Value::as_object) == before;
        match write {
            Write::Part(_) if untouched => continue,
            Write::New => {}
            Write::Part(_) => {
                if let Some(before) = before {
                    carry::read_only(before, after, schema);
                }
            }
            Write::Whole(_) => {
                if let Some(before) = before {
                    carry::over(before, after, schema);
                }
            }
        }
        let said = after.get(&schema.urn).and_then(Value::as_object);
        if let Some(before) = before {
            unchanged(before, said, schema)?;
        }
        match said {
            Some(said) => complete(said, before, schema, write)?,
            None if extension.required => {
                return Err(missing(
                    &format!("`{}`", schema.urn),
                    before.is_some(),
                    write,
                ));
            }
            None => {}
        }
    }
    Ok(())
}

/// What has no value and must have one: RFC 7644 section 3.5.2.2 calls it mutability where a PATCH takes it away.
fn missing(what: &str, was_there: bool, write: Write<'_>) -> Error {
    match write {
        Write::Part(_) if was_there => {
            Error::Mutability(format!("{what} is required and cannot be removed"))
        }
        Write::New | Write::Whole(_) | Write::Part(_) => {
            Error::InvalidValue(format!("{what} is required"))
        }
    }
}

/// Every attribute that an extension must have.
fn complete(
    said: &Map<String, Value>,
    before: Option<&Map<String, Value>>,
    schema: &Schema,
    write: Write<'_>,
) -> Result<(), Error> {
    for attribute in &schema.attributes {
        let whole = format!("{}:{}", schema.urn, attribute.name);
        let Some(value) = said.get(&attribute.name) else {
            if attribute.required {
                let was_there = before.is_some_and(|before| before.contains_key(&attribute.name));
                return Err(missing(&format!("`{whole}`"), was_there, write));
            }
            continue;
        };
        for sub in attribute.sub_attributes.iter().filter(|sub| sub.required) {
            if each(value).iter().any(|one| one.get(&sub.name).is_none()) {
                let place = format!("`{whole}.{}`", sub.name);
                return Err(missing(&place, false, write));
            }
        }
    }
    Ok(())
}

fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        one => std::slice::from_ref(one),
    }
}

/// Whether what is written once is as it was.
fn unchanged(
    before: &Map<String, Value>,
    said: Option<&Map<String, Value>>,
    schema: &Schema,
) -> Result<(), Error> {
    for attribute in &schema.attributes {
        let Some(old) = before.get(&attribute.name) else {
            continue;
        };
        let new = said.and_then(|said| said.get(&attribute.name));
        let whole = format!("{}:{}", schema.urn, attribute.name);
        if attribute.mutability == Mutability::Immutable && new != Some(old) {
            return Err(written_once(&whole));
        }
        let mut once = attribute.sub_attributes.iter();
        if let Some(sub) = once
            .find(|sub| sub.mutability == Mutability::Immutable && rewritten(old, new, &sub.name))
        {
            return Err(written_once(&format!("{whole}.{}", sub.name)));
        }
    }
    Ok(())
}

/// Whether a sub-attribute that had a value has another now. Of a list, an element may go and another may come; one that
/// is the same in all else is the same one.
fn rewritten(old: &Value, new: Option<&Value>, sub: &str) -> bool {
    let (Some(Value::Array(old)), Some(Value::Array(new))) = (Some(old), new) else {
        let set = old.get(sub);
        return set.is_some() && new.is_some_and(|new| !new.is_array() && new.get(sub) != set);
    };
    let apart = |element: &Value| {
        let mut element = element.clone();
        let set = element
            .as_object_mut()
            .and_then(|fields| fields.remove(sub));
        (set, element)
    };
    let new: Vec<_> = new.iter().map(apart).collect();
    old.iter().map(apart).any(|(set, rest)| {
        let kept = |(other, as_rest): &(Option<Value>, Value)| *other == set && *as_rest == rest;
        set.is_some() && !new.iter().any(kept) && new.iter().any(|(_, other)| *other == rest)
    })
}

fn written_once(whole: &str) -> Error {
    Error::Mutability(format!(
        "`{whole}` is immutable: it has a value, which cannot be changed or removed"
    ))
}
