//! Filters, RFC 7644 section 3.4.2.2: read, print, evaluate over a resource, and lower to a condition.
//!
//! A filter that has been read is known to make sense: every name is in the schemas and every value has a type that can
//! be compared so. Beyond the grammar it reads `emails[type eq "work"].value eq "x"`, which Entra ID sends, and means by
//! it one element that satisfies both.
//!
//! Where the RFC is silent: `ne` is the exact negation of `eq`, so it is true of an attribute that is absent, and of a
//! list it says that no value is equal. `eq null` asks for absence, `ne null` for presence.

mod check;
mod evaluate;
mod lower;
mod parse;
mod words;

#[cfg(test)]
mod oracle;
#[cfg(test)]
pub(super) mod tests;

use std::fmt;
use std::sync::Arc;

use serde_json::{Number, Value};

use crate::domain::Timestamp;

use super::attribute::AttributePath;
use super::error::Error;
use super::reading::Reading;
use super::schema::{Attribute, ResourceType, Schema};

pub(super) use lower::{
    Lowered, id_condition, lookup_condition, lower, text_condition, time_condition,
};
pub(super) use parse::value_filter;

/// A filter that has been read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(super) root: Node,
}

/// Reads a filter over resources of a type.
pub(crate) fn parse(text: &str, of: &ResourceType, reading: &Reading<'_>) -> Result<Filter, Error> {
    parse::filter(text, of, reading).map(|root| Filter { root })
}

impl Filter {
    /// Whether a resource, rendered as JSON with the schemas' spelling of names, satisfies the filter.
    pub(crate) fn matches(&self, resource: &Value) -> bool {
        self.root.matches(resource)
    }
}

/// A part of a filter. `And` and `Or` hold two parts or more, none of them of their own kind. Within [`Node::Element`]
/// the paths start at the element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// All hold.
    And(Vec<Node>),
    /// At least one holds.
    Or(Vec<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// A value compares so.
    Compare(AttributePath, Operator, Literal),
    /// There is a value.
    Present(AttributePath),
    /// There is something of this extension.
    ExtensionPresent(Arc<Schema>),
    /// One element, or the one value, of this attribute satisfies a filter: `emails[type eq "work"]`.
    Element(AttributePath, Box<Node>),
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `co`
    Contains,
    /// `sw`
    StartsWith,
    /// `ew`
    EndsWith,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

impl Operator {
    const ALL: [Self; 9] = [
        Self::Equal,
        Self::NotEqual,
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Contains => "co",
            Self::StartsWith => "sw",
            Self::EndsWith => "ew",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
        }
    }

    /// Operators are written in any case.
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operator| operator.name().eq_ignore_ascii_case(name))
    }
}

/// What a value is compared with; of the attribute's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    /// A text.
    Text {
        /// As the client wrote it.
        written: String,
        /// What to look for: without case where the attribute is not caseExact.
        key: String,
    },
    /// True or false.
    Bool(bool),
    /// A moment, compared as such and not as text.
    Time(Timestamp),
    /// A number, compared as such and not as text.
    Number(Number),
}

impl Node {
    /// All of some parts, in one list.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        Self::join(parts, Self::And, |part| match part {
            Self::And(parts) => Ok(parts),
            other => Err(other),
        })
    }

    fn any(parts: Vec<Self>) -> Self {
        Self::join(parts, Self::Or, |part| match part {
            Self::Or(parts) => Ok(parts),
            other => Err(other),
        })
    }

    fn join(
        parts: Vec<Self>,
        joined: fn(Vec<Self>) -> Self,
        open: fn(Self) -> Result<Vec<Self>, Self>,
    ) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match open(part) {
                Ok(parts) => flat.extend(parts),
                Err(part) => flat.push(part),
            }
        }
        if flat.len() == 1 {
            return flat.swap_remove(0);
        }
        joined(flat)
    }

    /// Whether any part speaks of this attribute of the core schema.
    pub(super) fn mentions(&self, attribute: &Attribute) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.mentions(attribute)),
            Self::Not(part) => part.mentions(attribute),
            Self::Compare(path, ..) | Self::Present(path) | Self::Element(path, _) => {
                *path.attribute == *attribute
            }
            Self::ExtensionPresent(_) => false,
        }
    }

    fn write_parts(parts: &[Self], word: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                write!(f, " {word} ")?;
            }
            match part {
                // `and` binds more tightly than `or`, so only an `or` within an `and` needs parentheses.
                Self::Or(_) => write!(f, "({part})")?,
                part => write!(f, "{part}")?,
            }
        }
        Ok(())
    }
}

/// Text that reads as the same filter again.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => Self::write_parts(parts, "and", f),
            Self::Or(parts) => Self::write_parts(parts, "or", f),
            Self::Not(part) => write!(f, "not ({part})"),
            Self::Compare(path, operator, literal) => {
                write!(f, "{path} {} {literal}", operator.name())
            }
            Self::Present(path) => write!(f, "{path} pr"),
            Self::ExtensionPresent(schema) => write!(f, "{} pr", schema.urn),
            Self::Element(path, filter) => write!(f, "{path}[{filter}]"),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { written, .. } => write!(f, "{}", Value::from(written.as_str())),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Time(at) => write!(f, "\"{at}\""),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}
