//! Whether a rendered resource satisfies a filter.
//!
//! The SQL of a lowered filter must select the same resources, so texts are compared by the same key: `domain::name::key`
//! where case does not count, the exact text where it does.

use std::cmp::Ordering;

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::domain::{Timestamp, name};

use super::{Literal, Node, Operator};
use crate::scim::attribute::AttributePath;
use crate::scim::lexical;
use crate::scim::schema::Attribute;

/// Case and composition taken away as `name::key` does, and nothing trimmed.
pub(super) fn fold(text: &str) -> String {
    let folded = text.nfc().collect::<String>().to_lowercase();
    folded.nfc().collect()
}

impl Node {
    /// Whether a resource, or an element where the filter is one of a value path, satisfies this part.
    pub(in crate::scim) fn matches(&self, resource: &Value) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.matches(resource)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(resource)),
            Self::Not(part) => !part.matches(resource),
            // Absent, or in no value of a list: `ne` is the negation of `eq`.
            Self::Compare(path, Operator::NotEqual, literal) => {
                !compares(path, Operator::Equal, literal, resource)
            }
            Self::Compare(path, operator, literal) => compares(path, *operator, literal, resource),
            Self::Present(path) => match &path.sub {
                None => attribute_value(path, resource).is_some_and(is_present),
                Some(sub) => elements(path, resource)
                    .iter()
                    .any(|element| element.get(&sub.name).is_some_and(is_present)),
            },
            Self::ExtensionPresent(schema) => resource.get(&schema.urn).is_some_and(is_present),
            Self::Element(path, filter) => elements(path, resource)
                .iter()
                .any(|element| filter.matches_element(element)),
        }
    }
}

impl Node {
    /// Whether an element of a list satisfies the filter of a value path. A plain one is its own `value`.
    pub(in crate::scim) fn matches_element(&self, element: &Value) -> bool {
        if element.is_object() {
            return self.matches(element);
        }
        self.matches(&json!({ "value": element }))
    }
}

fn attribute_value<'r>(path: &AttributePath, resource: &'r Value) -> Option<&'r Value> {
    let container = match &path.extension {
        Some(extension) => resource.get(&extension.urn)?,
        None => resource,
    };
    container.get(&path.attribute.name)
}

/// The values of an attribute: the elements of a list, or the one value.
fn elements<'r>(path: &AttributePath, resource: &'r Value) -> &'r [Value] {
    match attribute_value(path, resource) {
        Some(Value::Array(elements)) => elements,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}

fn compares(path: &AttributePath, operator: Operator, literal: &Literal, resource: &Value) -> bool {
    elements(path, resource).iter().any(|element| {
        let value = match &path.sub {
            Some(sub) => element.get(&sub.name),
            None => Some(element),
        };
        value.is_some_and(|value| holds(path.leaf(), operator, literal, value))
    })
}

fn holds(attribute: &Attribute, operator: Operator, literal: &Literal, value: &Value) -> bool {
    match (literal, value) {
        (Literal::Bool(flag), Value::Bool(value)) => operator == Operator::Equal && value == flag,
        (Literal::Time(at), Value::String(value)) => {
            Timestamp::parse(value).is_some_and(|value| in_order(operator, value.cmp(at)))
        }
        (Literal::Number(number), Value::Number(value)) => {
            in_order(operator, lexical::compare(value, number))
        }
        (Literal::Text { key, .. }, Value::String(value)) => {
            if attribute.case_exact {
                text_holds(operator, value, key)
            } else {
                text_holds(operator, &name::key(value), key)
            }
        }
        _ => false,
    }
}

fn text_holds(operator: Operator, value: &str, key: &str) -> bool {
    match operator {
        Operator::Contains => value.contains(key),
        Operator::StartsWith => value.starts_with(key),
        Operator::EndsWith => value.ends_with(key),
        operator => in_order(operator, value.cmp(key)),
    }
}

fn in_order(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    }
}

/// RFC 7644 table 3: a value that is not empty, or a complex one with something in it.
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => elements.iter().any(is_present),
        Value::Object(fields) => fields.values().any(is_present),
    }
}
