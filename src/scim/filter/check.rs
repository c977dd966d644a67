//! What may be compared with what: RFC 7644 table 3 and section 3.4.2.2.

use serde_json::Number;

use crate::domain::{Timestamp, name};

use super::evaluate::fold;
use super::{Literal, Node, Operator};
use crate::scim::attribute::AttributePath;
use crate::scim::reading::Reading;
use crate::scim::schema::Type;

/// A value as the filter wrote it.
pub(super) enum Wire {
    Text(String),
    Bool(bool),
    Number(Number),
    Null,
}

/// A comparison that makes sense, or the sentence that says why it does not.
pub(super) fn comparison(
    path: AttributePath,
    operator: Operator,
    value: Wire,
    reading: &Reading<'_>,
) -> Result<Node, String> {
    if let Wire::Null = value {
        return match operator {
            Operator::Equal => Ok(Node::Not(Box::new(Node::Present(path)))),
            Operator::NotEqual => Ok(Node::Present(path)),
            _ => Err(format!("`{}` cannot compare with null", operator.name())),
        };
    }
    let path = valued(path)?;
    if path.is_hidden() {
        return Err(format!(
            "`{path}` is never returned, and cannot be searched for"
        ));
    }
    let leaf = path.leaf();
    let literal = match (leaf.value_type, value) {
        (Type::Boolean, value) => Literal::Bool(boolean(&path, operator, &value, reading)?),
        (Type::DateTime, Wire::Text(text)) => Literal::Time(moment(&path, operator, &text)?),
        (Type::Decimal | Type::Integer, Wire::Number(number)) => {
            Literal::Number(comparable(&path, operator, number)?)
        }
        (Type::Decimal | Type::Integer, _) => {
            return Err(format!("`{path}` is a number; compare it with one"));
        }
        (Type::Binary, Wire::Text(_)) if is_ordering(operator) => {
            return Err(format!(
                "`{path}` is binary, and `{}` cannot compare it",
                operator.name()
            ));
        }
        (Type::String | Type::Reference | Type::Binary, Wire::Text(written)) => Literal::Text {
            key: key(&written, operator, leaf.case_exact),
            written,
        },
        (Type::String | Type::Reference | Type::Binary | Type::DateTime, _) => {
            return Err(format!(
                "`{path}` is a text; compare it with a value in double quotes"
            ));
        }
        (Type::Complex, _) => {
            return Err(format!("`{path}` cannot be compared as a whole"));
        }
    };
    Ok(Node::Compare(path, operator, literal))
}

/// A complex attribute stands for its sub-attribute `value`: `emails co "x"` means `emails.value co "x"`. Entra ID asks
/// for `manager eq "…"` in the same way.
fn valued(mut path: AttributePath) -> Result<AttributePath, String> {
    let leaf = path.leaf();
    if leaf.value_type != Type::Complex {
        return Ok(path);
    }
    let sub = leaf.sub_attribute("value").cloned();
    match sub {
        Some(_) => {
            path.sub = sub;
            Ok(path)
        }
        None => Err(format!(
            "`{path}` cannot be compared as a whole; name one of its sub-attributes, such as `{path}.{}`",
            leaf.sub_attributes[0].name
        )),
    }
}

/// Entra ID writes booleans as texts: `roles[primary eq "True"].value`.
fn boolean(
    path: &AttributePath,
    operator: Operator,
    value: &Wire,
    reading: &Reading<'_>,
) -> Result<bool, String> {
    if !matches!(operator, Operator::Equal | Operator::NotEqual) {
        return Err(format!(
            "`{path}` is true or false, and `{}` cannot compare it; use eq or ne",
            operator.name()
        ));
    }
    let meant = match value {
        Wire::Bool(flag) => Some(*flag),
        Wire::Text(text) => reading.boolean(text, &path.to_string()),
        Wire::Number(_) | Wire::Null => None,
    };
    meant.ok_or_else(|| format!("`{path}` is true or false; compare it with true or false"))
}

/// Parts of a number nobody can look for.
fn comparable(path: &AttributePath, operator: Operator, number: Number) -> Result<Number, String> {
    match operator {
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => Err(format!(
            "`{path}` is a number, and `{}` cannot compare it",
            operator.name()
        )),
        Operator::Equal
        | Operator::NotEqual
        | Operator::Greater
        | Operator::GreaterOrEqual
        | Operator::Less
        | Operator::LessOrEqual => Ok(number),
    }
}

fn moment(path: &AttributePath, operator: Operator, text: &str) -> Result<Timestamp, String> {
    if matches!(
        operator,
        Operator::Contains | Operator::StartsWith | Operator::EndsWith
    ) {
        return Err(format!(
            "`{path}` is a date and time, and `{}` cannot compare it",
            operator.name()
        ));
    }
    Timestamp::parse(text).ok_or_else(|| {
        format!("`{path}` is a date and time; write it like \"2026-03-01T09:30:00Z\"")
    })
}

fn is_ordering(operator: Operator) -> bool {
    match operator {
        Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual => {
            true
        }
        Operator::Equal
        | Operator::NotEqual
        | Operator::Contains
        | Operator::StartsWith
        | Operator::EndsWith => false,
    }
}

/// What to look for. Parts of a text are not trimmed: `co " b"` looks for the blank too.
fn key(written: &str, operator: Operator, case_exact: bool) -> String {
    match operator {
        _ if case_exact => written.to_owned(),
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => fold(written),
        Operator::Equal
        | Operator::NotEqual
        | Operator::Greater
        | Operator::GreaterOrEqual
        | Operator::Less
        | Operator::LessOrEqual => name::key(written),
    }
}
