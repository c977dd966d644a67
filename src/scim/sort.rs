//! `sortBy` and `sortOrder`, RFC 7644 section 3.4.2.3: by what a list is sorted, and the key of a resource.
//!
//! Texts are sorted as they are compared: without case where the attribute is not caseExact, and by the beginning that
//! the index of values keeps. Of several values the primary one counts, else the first; without one, a resource comes
//! last, or first where the order is descending.

use serde_json::Value;

use crate::domain::Timestamp;
use crate::domain::lookup;
use crate::domain::query::Key;

use super::attribute::{self, AttributePath, Name};
use super::error::Error;
use super::lexical;
use super::schema::{ResourceType, Type};

/// What a list is to be sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sort {
    /// By which attribute; by the id alone where there is none.
    pub(super) path: Option<AttributePath>,
    /// From the greatest to the least.
    pub(super) descending: bool,
}

impl Sort {
    /// By id.
    pub(crate) fn none() -> Self {
        Self {
            path: None,
            descending: false,
        }
    }

    /// The same direction, where a kind of resource has no such attribute: all of them come last, or first.
    pub(crate) fn without_attribute(sort_order: Option<&str>) -> Result<Self, Error> {
        Ok(Self {
            path: None,
            descending: is_descending(sort_order)?,
        })
    }

    /// Reads the two parameters.
    pub(crate) fn parse(
        sort_by: Option<&str>,
        sort_order: Option<&str>,
        of: &ResourceType,
    ) -> Result<Self, Error> {
        let Some(text) = sort_by.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(Self::none());
        };
        let shown: String = text.chars().take(60).collect();
        let path = match attribute::resolve(text, of) {
            Ok(Name::Attribute(path)) => {
                let path = sortable(path)?;
                if path.is_hidden() {
                    return Err(Error::InvalidValue(format!(
                        "`{path}` is never returned, and cannot be sorted by"
                    )));
                }
                path
            }
            Ok(_) => {
                return Err(Error::InvalidValue(format!(
                    "`sortBy` must name an attribute, which `{shown}` does not"
                )));
            }
            Err(unknown) => {
                return Err(Error::InvalidValue(format!(
                    "`sortBy` names `{shown}`, and there is no such attribute; the nearest known one is `{}`",
                    unknown.nearest
                )));
            }
        };
        Ok(Self {
            path: Some(path),
            descending: is_descending(sort_order)?,
        })
    }
}

fn is_descending(sort_order: Option<&str>) -> Result<bool, Error> {
    match sort_order.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("ascending") => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("descending") => Ok(true),
        Some(_) => Err(Error::InvalidValue(
            "`sortOrder` must be `ascending` or `descending`".to_owned(),
        )),
    }
}

/// A complex attribute stands for its sub-attribute `value`, as in a filter.
fn sortable(mut path: AttributePath) -> Result<AttributePath, Error> {
    if path.leaf().value_type != Type::Complex {
        return Ok(path);
    }
    let value = path.leaf().sub_attribute("value").cloned();
    if value.is_none() {
        return Err(Error::InvalidValue(format!(
            "`{path}` cannot be sorted by as a whole; name one of its sub-attributes, such as `{path}.{}`",
            path.leaf().sub_attributes[0].name
        )));
    }
    path.sub = value;
    Ok(path)
}

/// What a rendered resource is sorted by.
pub(super) fn key(path: &AttributePath, resource: &Value) -> Option<Key> {
    let container = match &path.extension {
        Some(extension) => resource.get(&extension.urn)?,
        None => resource,
    };
    let value = match container.get(&path.attribute.name)? {
        Value::Array(elements) => elements.get(lookup::leading(elements)?)?,
        one => one,
    };
    let value = match &path.sub {
        Some(sub) => value.get(&sub.name)?,
        None => value,
    };
    let leaf = path.leaf();
    match (leaf.value_type, value) {
        (Type::Boolean, Value::Bool(flag)) => Some(Key::Bool(*flag)),
        (Type::DateTime, Value::String(text)) => Timestamp::parse(text).map(Key::Time),
        (Type::Decimal | Type::Integer, Value::Number(number)) => {
            Some(Key::Text(lexical::in_order(number)))
        }
        (Type::String | Type::Reference | Type::Binary, Value::String(text))
            if !text.is_empty() =>
        {
            Some(Key::Text(lookup::key(text, leaf.case_exact)))
        }
        _ => None,
    }
}
