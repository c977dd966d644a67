//! PATCH of a User, RFC 7644 section 3.5.2: operations in order, all or none.
//!
//! The result is checked like the body of a PUT. Lists are the business of `elements`, unknown extensions of `foreign`.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::domain::member::Profile;

use super::{elements, foreign};
use crate::scim::attribute::AttributePath;
use crate::scim::characteristics::{self, Write};
use crate::scim::error::Error;
use crate::scim::patch::{Op, Operation, PatchOp};
use crate::scim::path::{self, Path};
use crate::scim::reading::Reading;
use crate::scim::schema::{Attribute, Kind, Mutability, Schema, Type};
use crate::scim::value;

/// The profile that the operations make of a profile. A PATCH that changes nothing gives an equal profile.
pub(crate) fn patch(
    profile: &Profile,
    message: &PatchOp,
    reading: &Reading<'_>,
) -> Result<Profile, Error> {
    let of = reading.definitions.of(Kind::User);
    let mut document = super::described(profile);
    if !of.has_custom() {
        message.try_for_each(|operation| apply(operation, &mut document, reading))?;
        let after = super::profile(super::document(&document, reading)?)?;
        super::must_be_visible(&after, Some(profile))?;
        return Ok(after);
    }
    characteristics::adopt(&mut document, of);
    let before = document.clone();
    message.try_for_each(|operation| apply(operation, &mut document, reading))?;
    let untouched = characteristics::set_aside(&mut document, &before, of);
    let mut document = super::document(&document, reading)?;
    document.extend(untouched);
    if document == before {
        return Ok(profile.clone());
    }
    characteristics::enforce(&mut document, Write::Part(&before), of)?;
    let after = super::profile(document)?;
    super::must_be_visible(&after, Some(profile))?;
    Ok(after)
}

fn apply(
    operation: &Operation,
    document: &mut Map<String, Value>,
    reading: &Reading<'_>,
) -> Result<(), Error> {
    let value = operation.value.as_ref();
    match &operation.path {
        Some(text) => {
            let path = path::parse(text, reading.definitions.of(Kind::User), reading)?;
            at_path(operation.op, &path, value, document, reading)
        }
        None => whole(operation.op, value, document, reading),
    }
}

/// An add or replace without a path: each key of the value is a path of its own. Entra ID writes dotted paths and whole
/// URN paths there.
fn whole(
    op: Op,
    value: Option<&Value>,
    document: &mut Map<String, Value>,
    reading: &Reading<'_>,
) -> Result<(), Error> {
    let Some(Value::Object(fields)) = value else {
        return Err(Error::InvalidValue(
            "without a `path`, `value` must be an object of attributes".to_owned(),
        ));
    };
    value::no_name_twice(fields, "`value`")?;
    for (name, value) in fields {
        // Okta and authentik repeat these, and they cannot be changed: harmless.
        if name.eq_ignore_ascii_case("id") || name.eq_ignore_ascii_case("schemas") {
            continue;
        }
        if let Some(path) = path::key(name, Kind::User, reading)? {
            at_path(op, &path, Some(value), document, reading).map_err(|error| error.at(name))?;
        }
    }
    Ok(())
}

fn at_path(
    op: Op,
    path: &Path,
    value: Option<&Value>,
    document: &mut Map<String, Value>,
    reading: &Reading<'_>,
) -> Result<(), Error> {
    match path {
        Path::Password => Ok(()),
        Path::Foreign(text) => foreign::apply(op, text, value, document),
        Path::Resource if op == Op::Remove => Err(Error::Mutability(
            "a resource cannot be removed by PATCH".to_owned(),
        )),
        Path::Resource => whole(op, value, document, reading),
        Path::Extension(schema) => extension(op, schema, value, document, reading),
        Path::Attribute(path, filter) => {
            writable(op, path, value)?;
            let attribute = &path.attribute;
            let holder = match &path.extension {
                None => document,
                Some(schema) => fields(document, &schema.urn),
            };
            if attribute.multi_valued {
                let filter = filter.as_ref().map(|filter| &filter.0);
                return elements::apply(op, path, filter, value, holder, reading);
            }
            match &path.sub {
                None => single(op, attribute, value, holder, reading),
                Some(sub) => single(op, sub, value, fields(holder, &attribute.name), reading),
            }
        }
    }
}

/// What this service alone writes, and what a user must have, stays.
///
/// So does `active`: absence means true, and nobody is to regain access because a client took the attribute away.
fn writable(op: Op, path: &AttributePath, value: Option<&Value>) -> Result<(), Error> {
    if path.attribute.mutability == Mutability::ReadOnly
        || path.leaf().mutability == Mutability::ReadOnly
        || path.is("schemas", None)
    {
        return Err(Error::Mutability(format!(
            "`{path}` cannot be changed by a client"
        )));
    }
    let kept = path.is("userName", None) || path.is("active", None);
    if op == Op::Remove && kept {
        return Err(Error::Mutability(format!("`{path}` cannot be removed")));
    }
    if op != Op::Remove && kept && value.is_none_or(Value::is_null) {
        return Err(Error::InvalidValue(format!("`{path}` must have a value")));
    }
    Ok(())
}

fn extension(
    op: Op,
    schema: &Arc<Schema>,
    value: Option<&Value>,
    document: &mut Map<String, Value>,
    reading: &Reading<'_>,
) -> Result<(), Error> {
    match (op, value) {
        (Op::Add, None | Some(Value::Null)) => Ok(()),
        (Op::Remove, _) | (Op::Replace, None | Some(Value::Null)) => {
            document.remove(&schema.urn);
            Ok(())
        }
        (Op::Add | Op::Replace, Some(Value::Object(sent))) => {
            let known = value::known_fields(&schema.attributes, sent, &schema.urn, reading)?;
            for (attribute, value) in known {
                let path = AttributePath {
                    extension: Some(schema.clone()),
                    attribute: attribute.clone(),
                    sub: None,
                };
                let path = Path::Attribute(path, None);
                at_path(op, &path, Some(value), document, reading)?;
            }
            Ok(())
        }
        (Op::Add | Op::Replace, Some(other)) => {
            let found = value::type_name(other);
            Err(Error::InvalidValue(format!(
                "`{}` must be an object, not {found}",
                schema.urn
            )))
        }
    }
}

/// An attribute with one value.
fn single(
    op: Op,
    attribute: &Attribute,
    value: Option<&Value>,
    holder: &mut Map<String, Value>,
    reading: &Reading<'_>,
) -> Result<(), Error> {
    let value = value.filter(|_| op != Op::Remove).unwrap_or(&Value::Null);
    if let (Type::Complex, Value::Object(sent)) = (attribute.value_type, value) {
        // Sub-attributes that are not sent stay, RFC 7644 sections 3.5.2.1 and 3.5.2.3. Entra ID sends null for those
        // that are to go.
        let known = value::known_fields(&attribute.sub_attributes, sent, &attribute.name, reading)?;
        let holder = fields(holder, &attribute.name);
        for (sub, value) in known {
            if sub.mutability != Mutability::ReadOnly {
                single(op, sub, Some(value), holder, reading)
                    .map_err(|error| error.at(&attribute.name))?;
            }
        }
        return Ok(());
    }
    match value::one(attribute, value, &attribute.name, reading)? {
        Some(value) => {
            holder.insert(attribute.name.clone(), value);
        }
        // To add nothing is to change nothing.
        None if op == Op::Add && value.is_null() => {}
        None => {
            holder.remove(&attribute.name);
        }
    }
    Ok(())
}

/// The object under a name, made where there is none. What stays empty is dropped when the result is checked.
fn fields<'d>(holder: &'d mut Map<String, Value>, name: &str) -> &'d mut Map<String, Value> {
    let value = holder.entry(name).or_insert(Value::Null);
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    value
        .as_object_mut()
        .expect("the line above made it an object")
}
