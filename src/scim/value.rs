//! Checks a value that a client sent against the definition of its attribute, and spells it as the schemas do.
//!
//! Values themselves come back as they were sent; only names of attributes and texts that mean booleans are changed.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::Error;
use super::lexical;
use super::reading::Reading;
use super::schema::{self, Attribute, Mutability, Type};
use crate::domain::Timestamp;

/// The most bytes of a text.
const MAX_TEXT: usize = 64 * 1024;

/// The most elements of a list of a user: PATCH compares them with each other.
const MAX_ELEMENTS: usize = 1000;

/// Reads the value of an attribute; nothing where it is unassigned: null, an empty list and absence are one state,
/// RFC 7643 section 2.5. `at` is the path for errors.
pub(super) fn read(
    attribute: &Attribute,
    value: &Value,
    at: &str,
    reading: &Reading<'_>,
) -> Result<Option<Value>, Error> {
    if !attribute.multi_valued {
        return one(attribute, value, at, reading);
    }
    let elements = elements(attribute, value, at, reading)?;
    at_most_one_primary(&elements, at)?;
    Ok((!elements.is_empty()).then_some(Value::Array(elements)))
}

/// Reads the elements of a list. `OneLogin` sends a single object where a list is expected.
pub(super) fn elements(
    attribute: &Attribute,
    value: &Value,
    at: &str,
    reading: &Reading<'_>,
) -> Result<Vec<Value>, Error> {
    let Value::Array(elements) = value else {
        if !value.is_null() {
            reading.note(format!("`{at}` was no list; read as a list of one"));
        }
        return Ok(one(attribute, value, at, reading)?.into_iter().collect());
    };
    at_most(elements.len(), at)?;
    let mut read = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        if let Some(element) = one(attribute, element, &format!("{at}[{index}]"), reading)? {
            read.push(element);
        }
    }
    Ok(read)
}

/// Refuses a list that is too long.
pub(super) fn at_most(length: usize, at: &str) -> Result<(), Error> {
    if length > MAX_ELEMENTS {
        return Err(Error::InvalidValue(format!(
            "`{at}` has more than {MAX_ELEMENTS} values"
        )));
    }
    Ok(())
}

/// Reads one value of an attribute, whether or not it is a list.
pub(super) fn one(
    attribute: &Attribute,
    value: &Value,
    at: &str,
    reading: &Reading<'_>,
) -> Result<Option<Value>, Error> {
    let wrong = |expected: &str| {
        let found = type_name(value);
        Err(Error::InvalidValue(format!(
            "`{at}` must be {expected}, not {found}"
        )))
    };
    match (attribute.value_type, value) {
        (_, Value::Null) => Ok(None),
        (Type::Complex, Value::Object(object)) => complex(attribute, object, at, reading),
        // Entra ID writes the manager as a plain string, and "" to remove it.
        (Type::Complex, Value::String(text)) if takes_plain_text(attribute) => {
            check_text(text, at)?;
            reading.note(format!("`{at}` was a text; read as its `value`"));
            let whole = || Value::Object(Map::from_iter([("value".to_owned(), value.clone())]));
            Ok((!text.is_empty()).then(whole))
        }
        (Type::Complex, _) => wrong("an object"),
        (Type::Boolean, Value::Bool(_)) | (Type::Decimal, Value::Number(_)) => {
            Ok(Some(value.clone()))
        }
        (Type::Boolean, Value::String(text)) => match reading.boolean(text, at) {
            Some(meant) => Ok(Some(Value::Bool(meant))),
            None => wrong("true or false"),
        },
        (Type::Boolean, _) => wrong("true or false"),
        (Type::Decimal, _) => wrong("a number"),
        (Type::Integer, Value::Number(number)) => match lexical::whole(number) {
            Some(_) => Ok(Some(value.clone())),
            None => wrong("a whole number"),
        },
        (Type::Integer, _) => wrong("a whole number"),
        (Type::String | Type::Reference | Type::Binary | Type::DateTime, Value::String(text)) => {
            check_text(text, at)?;
            has_form(attribute.value_type, text, at)?;
            Ok(Some(value.clone()))
        }
        (Type::String | Type::Reference | Type::Binary | Type::DateTime, _) => wrong("a string"),
    }
}

/// Checks how a text is written, RFC 7643 section 2.3. An empty one says nothing, as many clients mean it.
fn has_form(of: Type, text: &str, at: &str) -> Result<(), Error> {
    let (fits, expected) = match of {
        Type::Binary => (lexical::is_base64(text), "base64 (RFC 4648 section 4)"),
        Type::Reference => (lexical::is_reference(text), "a URI"),
        Type::DateTime => (
            Timestamp::parse(text).is_some(),
            "a date and time like \"2026-03-01T09:30:00Z\"",
        ),
        Type::String | Type::Boolean | Type::Decimal | Type::Integer | Type::Complex => (true, ""),
    };
    if fits || text.is_empty() {
        return Ok(());
    }
    Err(Error::InvalidValue(format!("`{at}` must be {expected}")))
}

/// Whether a plain text stands for the sub-attribute `value` of a single complex value.
fn takes_plain_text(attribute: &Attribute) -> bool {
    !attribute.multi_valued && attribute.sub_attribute("value").is_some()
}

fn complex(
    attribute: &Attribute,
    object: &Map<String, Value>,
    at: &str,
    reading: &Reading<'_>,
) -> Result<Option<Value>, Error> {
    let mut read = Map::new();
    for (sub, value) in known_fields(&attribute.sub_attributes, object, at, reading)? {
        if sub.mutability == Mutability::ReadOnly {
            continue;
        }
        if let Some(value) = one(sub, value, &format!("{at}.{}", sub.name), reading)? {
            read.insert(sub.name.clone(), value);
        }
    }
    if attribute.name == "roles" {
        unpack_role(&mut read, reading);
    }
    // A manager whose id is "" is none.
    let nobody = takes_plain_text(attribute) && read.get("value").is_some_and(|id| id == "");
    Ok((!read.is_empty() && !nobody).then_some(Value::Object(read)))
}

/// The fields of an object that are attributes of the schema; others are passed over, RFC 7644 section 3.3.
///
/// Names are compared without case, so two that differ only by case are one attribute said twice.
pub(super) fn known_fields<'o>(
    attributes: &'o [Arc<Attribute>],
    object: &'o Map<String, Value>,
    at: &str,
    reading: &Reading<'_>,
) -> Result<Vec<(&'o Arc<Attribute>, &'o Value)>, Error> {
    no_name_twice(object, at)?;
    let known = object.iter().filter_map(|(name, value)| {
        let Some(attribute) = schema::find(attributes, name) else {
            reading.note(format!("`{at}` has no `{name}`; passed over"));
            return None;
        };
        Some((attribute, value))
    });
    Ok(known.collect())
}

/// Entra ID packs an app role into the text of its `value`, as JSON with `id`, `value` and `displayName`. What cannot be
/// unpacked is kept as it is.
pub(super) fn unpack_role(role: &mut Map<String, Value>, reading: &Reading<'_>) {
    let Some(Value::String(text)) = role.get("value") else {
        return;
    };
    if !reading.leniency.reads_roles_from_json() || !text.starts_with('{') {
        return;
    }
    let Ok(Value::Object(mut packed)) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let mut text_of = |name: &str| match packed.remove(name) {
        Some(Value::String(text)) if check_text(&text, name).is_ok() => Some(text),
        _ => None,
    };
    if let Some(value) = text_of("value") {
        reading.note("a `value` of `roles` was JSON in a text; read as the role that it describes");
        role.insert("value".to_owned(), value.into());
        if let Some(display) = text_of("displayName") {
            role.entry("display").or_insert_with(|| display.into());
        }
    }
}

/// Refuses an object two names of which differ only by case.
pub(super) fn no_name_twice(object: &Map<String, Value>, at: &str) -> Result<(), Error> {
    let mut seen = HashSet::with_capacity(object.len());
    for name in object.keys() {
        if !seen.insert(name.to_ascii_lowercase()) {
            let place = if at.is_empty() { "the resource" } else { at };
            return Err(Error::InvalidSyntax(format!(
                "`{name}` stands twice in {place}: names are compared without case"
            )));
        }
    }
    Ok(())
}

/// RFC 7643 section 2.4: `primary` is true of one value at most.
pub(super) fn at_most_one_primary(elements: &[Value], at: &str) -> Result<(), Error> {
    if elements
        .iter()
        .filter(|element| is_primary(element))
        .count()
        > 1
    {
        return Err(Error::InvalidValue(format!(
            "`{at}` has more than one value with `primary` true"
        )));
    }
    Ok(())
}

/// Whether an element is the preferred one of its list.
pub(super) fn is_primary(element: &Value) -> bool {
    element.get("primary") == Some(&Value::Bool(true))
}

/// Checks the texts of a value that no schema here defines, and that is kept as it was sent.
pub(super) fn check_foreign(value: &Value, at: &str) -> Result<(), Error> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::String(text) => check_text(text, at),
        Value::Array(elements) => elements.iter().try_for_each(|part| check_foreign(part, at)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, part)| {
            check_text(name, at)?;
            check_foreign(part, at)
        }),
    }
}

/// `PostgreSQL` cannot keep U+0000 in a text, and nobody needs it there.
pub(super) fn check_text(text: &str, at: &str) -> Result<(), Error> {
    if text.contains('\0') {
        return Err(Error::InvalidValue(format!(
            "`{at}` holds U+0000, which no text may hold"
        )));
    }
    if text.len() > MAX_TEXT {
        return Err(Error::InvalidValue(format!(
            "`{at}` is longer than {MAX_TEXT} bytes"
        )));
    }
    Ok(())
}

/// A name that a resource must have: not blank, not too long.
pub(super) fn required_text(value: Option<&Value>, at: &str) -> Result<String, Error> {
    let text = match value {
        Some(Value::String(text)) => text,
        None | Some(Value::Null) => {
            return Err(Error::InvalidValue(format!("`{at}` is required")));
        }
        Some(other) => {
            let found = type_name(other);
            return Err(Error::InvalidValue(format!(
                "`{at}` must be a string, not {found}"
            )));
        }
    };
    check_text(text, at)?;
    if text.trim().is_empty() {
        return Err(Error::InvalidValue(format!("`{at}` must not be blank")));
    }
    if text.len() > 1024 {
        return Err(Error::InvalidValue(format!(
            "`{at}` is longer than 1024 bytes"
        )));
    }
    Ok(text.clone())
}

/// Refuses a name or key in which something would not be seen.
pub(super) fn must_be_visible(text: &str, at: &str) -> Result<(), Error> {
    match text.chars().find(|c| is_hidden(*c)) {
        None => Ok(()),
        Some(hidden) => Err(Error::InvalidValue(format!(
            "`{at}` holds U+{:04X}, which nobody would see",
            u32::from(hidden)
        ))),
    }
}

/// Controls, and marks that turn the direction of a text: what people know somebody or a group by does not hold them.
/// Elsewhere they come back as they were sent, since numbers are often copied with such marks.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A key of the client's own. An empty one is none: two resources may both have it.
pub(super) fn external_id(value: Option<&Value>) -> Result<Option<String>, Error> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(value) => required_text(Some(value), "externalId").map(Some),
    }
}

/// What to call the type of a JSON value.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
