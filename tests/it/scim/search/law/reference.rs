//! A plain reading of RFC 7644 section 3.4.2 over resources as a client reads them, written apart from the server.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use super::filters::{Attribute, Filter, Holds, Literal};

/// Whether a filter selects a resource, or an element.
pub(super) fn matches(filter: &Filter, resource: &Value) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| matches(part, resource)),
        Filter::Or(parts) => parts.iter().any(|part| matches(part, resource)),
        Filter::Not(part) => !matches(part, resource),
        Filter::Present(attribute) => {
            let all = values(attribute, resource);
            // Of `emails`, anything in one of them.
            let whole = resource.get(attribute.path);
            all.into_iter().chain(whole).any(is_something)
        }
        Filter::Compare(attribute, "eq", Literal::Null) => {
            !matches(&Filter::Present(*attribute), resource)
        }
        Filter::Compare(attribute, _, Literal::Null) => {
            matches(&Filter::Present(*attribute), resource)
        }
        Filter::Compare(attribute, "ne", literal) => !matches(
            &Filter::Compare(*attribute, "eq", literal.clone()),
            resource,
        ),
        Filter::Compare(attribute, operator, literal) => values(attribute, resource)
            .into_iter()
            .any(|value| compares(attribute.holds, operator, literal, value)),
        Filter::Element(list, inner) => {
            elements(resource, list).any(|element| matches(inner, element))
        }
        Filter::ElementValue(list, inner, operator, text) => {
            let literal = Literal::Text(text.clone());
            elements(resource, list).any(|element| {
                let value = element.get("value");
                matches(inner, element)
                    && value.is_some_and(|value| compares(Holds::Text, operator, &literal, value))
            })
        }
    }
}

fn elements<'r>(resource: &'r Value, list: &str) -> impl Iterator<Item = &'r Value> {
    resource[list].as_array().into_iter().flatten()
}

/// Every value that an attribute has.
fn values<'r>(attribute: &Attribute, resource: &'r Value) -> Vec<&'r Value> {
    let (mut at, mut path) = (resource, attribute.path);
    if let Some(inside) = path.strip_prefix("urn:ietf:params:scim:schemas:core:2.0:User:") {
        path = inside;
    } else if let Some((urn, inside)) = path.rsplit_once(':') {
        let Some(extension) = resource.get(urn) else {
            return Vec::new();
        };
        (at, path) = (extension, inside);
    }
    let (name, sub) = match path.split_once('.') {
        Some((name, sub)) => (name, Some(sub)),
        None if path == "emails" => (path, Some("value")),
        None => (path, None),
    };
    let whole = match at.get(name) {
        Some(Value::Array(elements)) => elements.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    match sub {
        Some(sub) => whole.into_iter().filter_map(|one| one.get(sub)).collect(),
        None => whole,
    }
}

fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(all) => all.iter().any(is_something),
        Value::Object(fields) => fields.values().any(is_something),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn lower(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.to_lowercase().nfc().collect()
}

fn compares(holds: Holds, operator: &str, literal: &Literal, value: &Value) -> bool {
    let (text, literal) = match (value, literal) {
        (Value::Bool(value), Literal::Bool(flag)) => return operator == "eq" && value == flag,
        (Value::String(text), Literal::Text(literal)) => (text, literal),
        _ => return false,
    };
    let is_part = matches!(operator, "co" | "sw" | "ew");
    let (text, literal) = match holds {
        // All moments are written alike, so that their order is that of their texts.
        Holds::Exact | Holds::Time => (text.clone(), literal.clone()),
        Holds::Text if is_part => (lower(text.trim()), lower(literal)),
        Holds::Text => (lower(text.trim()), lower(literal.trim())),
        Holds::Bool => return false,
    };
    match operator {
        "eq" => text == literal,
        "co" => text.contains(&literal),
        "sw" => text.starts_with(&literal),
        "ew" => text.ends_with(&literal),
        "gt" => text > literal,
        "ge" => text >= literal,
        "lt" => text < literal,
        "le" => text <= literal,
        other => panic!("no operator {other}"),
    }
}

/// The place of a resource in ascending order: what has no value is last, and what is the same goes by id.
pub(super) fn place(by: &Attribute, resource: &Value) -> (bool, String, String) {
    let id = resource["id"].as_str().unwrap().to_owned();
    let first = by.path.split('.').next().unwrap();
    let one = match resource.get(first) {
        Some(Value::Array(elements)) => {
            let primary = elements.iter().find(|one| one["primary"] == true);
            let element = primary.or(elements.first());
            let mut alone = resource.clone();
            alone[first] = element.cloned().into_iter().collect();
            alone
        }
        _ => resource.clone(),
    };
    let key = values(by, &one).first().map(|value| match value {
        Value::String(text) if by.holds == Holds::Text => lower(text.trim()),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let empty = values(by, &one).first().is_none_or(|value| *value == "");
    let key = key.unwrap_or_default();
    // What has a column is sorted by the whole of it.
    let whole = by.path.ends_with("userName") || by.path == "externalId";
    let mut end = if whole { key.len() } else { key.len().min(256) };
    while !key.is_char_boundary(end) {
        end -= 1;
    }
    (empty, key[..end].to_owned(), id)
}
