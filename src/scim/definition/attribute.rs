//! The definition of an attribute, with every characteristic of RFC 7643 section 7.

use serde_json::{Value, json};

use super::{Error, Fields, MAX_DESCRIPTION, missing};
use crate::scim::value;

/// The most attributes of a schema, sub-attributes among them.
const MOST: usize = 100;
/// The longest name of an attribute.
const MAX_NAME: usize = 64;
/// The most suggestions for a value.
const MAX_SUGGESTIONS: usize = 100;

const TYPES: [&str; 8] = [
    "string",
    "boolean",
    "decimal",
    "integer",
    "dateTime",
    "reference",
    "binary",
    "complex",
];
const MUTABILITIES: [&str; 4] = ["readOnly", "readWrite", "immutable", "writeOnly"];
const RETURNED: [&str; 4] = ["always", "never", "default", "request"];
const UNIQUENESS: [&str; 3] = ["none", "server", "global"];

/// Reads the attributes of a schema.
pub(super) fn read_all(schema: &Fields<'_>) -> Result<Vec<Value>, Error> {
    let attributes = list(schema, "attributes", false)?;
    let all: usize = attributes
        .iter()
        .map(|attribute| 1 + attribute["subAttributes"].as_array().map_or(0, Vec::len))
        .sum();
    if all > MOST {
        return Err(Error::InvalidValue(format!(
            "the schema has more than {MOST} attributes and sub-attributes"
        )));
    }
    Ok(attributes)
}

fn list(of: &Fields<'_>, name: &str, within: bool) -> Result<Vec<Value>, Error> {
    let sent = of.list(name)?.unwrap_or_default();
    if sent.is_empty() {
        return Err(Error::InvalidValue(format!(
            "`{}{name}` must define an attribute",
            of.at
        )));
    }
    if sent.len() > MOST {
        return Err(Error::InvalidValue(format!(
            "`{}{name}` has more than {MOST} attributes",
            of.at
        )));
    }
    let mut read: Vec<Value> = Vec::with_capacity(sent.len());
    for (index, attribute) in sent.iter().enumerate() {
        let place = format!("{}{name}[{index}]", of.at);
        let Value::Object(fields) = attribute else {
            let found = value::type_name(attribute);
            return Err(Error::InvalidValue(format!(
                "`{place}` must be an object, not {found}"
            )));
        };
        value::no_name_twice(fields, &place)?;
        let at = format!("{place}.");
        let attribute = one(&Fields { fields, at: &at }, within)?;
        let same = |other: &Value| {
            let names = (other["name"].as_str(), attribute["name"].as_str());
            matches!(names, (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
        };
        if read.iter().any(same) {
            return Err(Error::InvalidValue(format!(
                "`{at}name`: there is another attribute {}; names are compared without case",
                attribute["name"]
            )));
        }
        read.push(attribute);
    }
    Ok(read)
}

fn one(fields: &Fields<'_>, within: bool) -> Result<Value, Error> {
    let at = fields.at;
    let refuse = |sentence: &str| Err(Error::InvalidValue(format!("`{at}{sentence}")));
    let name = fields
        .text("name")?
        .ok_or_else(|| missing(&format!("{at}name")))?;
    if !is_name(name, within) {
        return refuse(
            "name` must be a letter, then letters, digits, `$`, `-` and `_`, up to 64 in all",
        );
    }
    let of = word(fields, "type", &TYPES, "string")?;
    let mutability = word(fields, "mutability", &MUTABILITIES, "readWrite")?;
    let write_only = mutability == "writeOnly";
    let returned = if write_only { "never" } else { "default" };
    let returned = word(fields, "returned", &RETURNED, returned)?;
    let uniqueness = word(fields, "uniqueness", &UNIQUENESS, "none")?;
    let required = fields.flag("required")?.unwrap_or(false);
    if write_only && returned != "never" {
        return refuse("returned` must be \"never\" where `mutability` is \"writeOnly\"");
    }
    if required && mutability == "readOnly" {
        return refuse(
            "required` cannot be true where `mutability` is \"readOnly\": nobody could write it",
        );
    }
    if uniqueness != "none" && matches!(of, "boolean" | "complex") {
        return refuse("uniqueness` must be \"none\" for this type");
    }
    let multi_valued = fields.flag("multiValued")?.unwrap_or(false);
    if within && multi_valued {
        return refuse("multiValued` must be false: a sub-attribute has one value");
    }
    let mut read = json!({
        "name": name,
        "type": of,
        "multiValued": multi_valued,
        "description": fields.short("description", MAX_DESCRIPTION)?.unwrap_or_default(),
        "required": required,
        "mutability": mutability,
        "returned": returned,
        "uniqueness": uniqueness,
    });
    match of {
        // RFC 7643 sections 2.3.6 and 2.3.7: these are exact where nothing else is said.
        "reference" | "binary" => {
            read["caseExact"] = fields.flag("caseExact")?.unwrap_or(true).into();
        }
        "string" | "dateTime" => {
            read["caseExact"] = fields.flag("caseExact")?.unwrap_or(false).into();
        }
        _ => {}
    }
    for (name, suits) in [
        ("canonicalValues", !matches!(of, "complex" | "boolean")),
        ("referenceTypes", of == "reference"),
    ] {
        let suggestions = texts(fields, name)?;
        if !suggestions.is_empty() && suits {
            read[name] = suggestions.into();
        }
    }
    if of == "complex" {
        if within {
            return refuse("type` cannot be \"complex\": sub-attributes have none of their own");
        }
        read["subAttributes"] = list(fields, "subAttributes", true)?.into();
    } else if fields
        .list("subAttributes")?
        .is_some_and(|subs| !subs.is_empty())
    {
        return refuse("subAttributes` can stand only where `type` is \"complex\"");
    }
    Ok(read)
}

/// RFC 7643 section 2.1. `$ref` is the name that section 2.4 gives a sub-attribute.
fn is_name(name: &str, within: bool) -> bool {
    let rest_fits = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"$-_".contains(&byte));
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic());
    name.len() <= MAX_NAME && rest_fits && (begins || (within && name == "$ref"))
}

fn word(
    fields: &Fields<'_>,
    name: &str,
    words: &[&'static str],
    otherwise: &'static str,
) -> Result<&'static str, Error> {
    let Some(said) = fields.text(name)? else {
        return Ok(otherwise);
    };
    let known = words.iter().find(|known| **known == said).copied();
    known.ok_or_else(|| {
        Error::InvalidValue(format!(
            "`{}{name}` must be one of {}",
            fields.at,
            words.join(", ")
        ))
    })
}

fn texts(fields: &Fields<'_>, name: &str) -> Result<Vec<Value>, Error> {
    let sent = fields.list(name)?.unwrap_or_default();
    let at = fields.at;
    if sent.len() > MAX_SUGGESTIONS {
        return Err(Error::InvalidValue(format!(
            "`{at}{name}` has more than {MAX_SUGGESTIONS} values"
        )));
    }
    for text in sent {
        match text {
            Value::String(text) if text.len() <= MAX_DESCRIPTION => {
                value::check_text(text, &format!("{at}{name}"))?;
            }
            _ => {
                return Err(Error::InvalidValue(format!(
                    "`{at}{name}` must be a list of strings of up to {MAX_DESCRIPTION} bytes"
                )));
            }
        }
    }
    Ok(sent.to_vec())
}
