//! Filters as data, drawn at random and printed as a client writes them.

use std::fmt;

use proptest::prelude::{BoxedStrategy, Just, Strategy, any as anything, prop, prop_oneof};
use proptest::sample::select;
use serde_json::Value;

/// What an attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Texts that are compared without case.
    Text,
    /// Texts that are compared exactly.
    Exact,
    /// True or false.
    Bool,
    /// Moments.
    Time,
}

/// An attribute by the name that a filter gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute {
    /// The name, which `sortBy` takes too.
    pub(super) path: &'static str,
    /// What it holds.
    pub(super) holds: Holds,
}

const fn attribute(path: &'static str, holds: Holds) -> Attribute {
    Attribute { path, holds }
}

pub(super) const OF_USERS: [Attribute; 26] = [
    attribute("userName", Holds::Text),
    attribute("externalId", Holds::Exact),
    attribute("id", Holds::Exact),
    attribute("displayName", Holds::Text),
    attribute("title", Holds::Text),
    attribute("nickName", Holds::Text),
    attribute("name.familyName", Holds::Text),
    attribute("name.givenName", Holds::Text),
    attribute("locale", Holds::Text),
    attribute("active", Holds::Bool),
    attribute("emails.value", Holds::Text),
    attribute("emails", Holds::Text),
    attribute("emails.type", Holds::Text),
    attribute("emails.primary", Holds::Bool),
    attribute("phoneNumbers.value", Holds::Text),
    attribute("groups.value", Holds::Exact),
    attribute("groups.display", Holds::Text),
    attribute("meta.created", Holds::Time),
    attribute("meta.lastModified", Holds::Time),
    attribute("meta.resourceType", Holds::Exact),
    attribute("schemas", Holds::Exact),
    attribute(
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
        Holds::Text,
    ),
    attribute(
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        Holds::Text,
    ),
    attribute(
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter",
        Holds::Text,
    ),
    attribute(
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
        Holds::Exact,
    ),
    attribute(
        "urn:ietf:params:scim:schemas:core:2.0:User:userName",
        Holds::Text,
    ),
];

pub(super) const OF_GROUPS: [Attribute; 7] = [
    attribute("displayName", Holds::Text),
    attribute("externalId", Holds::Exact),
    attribute("id", Holds::Exact),
    attribute("meta.created", Holds::Time),
    attribute("meta.lastModified", Holds::Time),
    attribute("meta.resourceType", Holds::Exact),
    attribute("schemas", Holds::Exact),
];

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Bool(bool),
    Null,
}

#[derive(Debug, Clone)]
pub(super) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Compare(Attribute, &'static str, Literal),
    Present(Attribute),
    /// One element of a list; the attributes are its own.
    Element(&'static str, Box<Filter>),
    /// What Entra ID makes of that.
    ElementValue(&'static str, Box<Filter>, &'static str, String),
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |parts: &[Self], word: &str| {
            let parts: Vec<String> = parts.iter().map(|part| format!("({part})")).collect();
            parts.join(word)
        };
        match self {
            Self::And(parts) => f.write_str(&joined(parts, " and ")),
            Self::Or(parts) => f.write_str(&joined(parts, " OR ")),
            Self::Not(part) => write!(f, "not ({part})"),
            Self::Compare(attribute, operator, literal) => {
                write!(f, "{} {operator} ", attribute.path)?;
                match literal {
                    Literal::Text(text) => write!(f, "{}", Value::from(text.as_str())),
                    Literal::Bool(flag) => write!(f, "{flag}"),
                    Literal::Null => f.write_str("null"),
                }
            }
            Self::Present(attribute) => write!(f, "{} pr", attribute.path),
            Self::Element(list, filter) => write!(f, "{list}[{filter}]"),
            Self::ElementValue(list, filter, operator, text) => {
                let text = Value::from(text.as_str());
                write!(f, "{list}[{filter}].value {operator} {text}")
            }
        }
    }
}

/// Texts that values have, parts of them, and some that none has.
pub(super) fn words(resources: &[Value]) -> Vec<String> {
    let mut words = vec![
        String::new(),
        " ".to_owned(),
        "nobody".to_owned(),
        "%".to_owned(),
        "_".to_owned(),
        "ß".to_owned(),
    ];
    let mut left: Vec<&Value> = resources.iter().collect();
    while let Some(value) = left.pop() {
        match value {
            Value::String(text) => words.push(text.clone()),
            Value::Array(elements) => left.extend(elements),
            Value::Object(fields) => left.extend(fields.values()),
            _ => {}
        }
    }
    words.sort();
    words.dedup();
    words
}

const ORDERED: [&str; 4] = ["gt", "ge", "lt", "le"];
const PARTS: [&str; 3] = ["co", "sw", "ew"];

/// A text to look for: a value, a beginning, an end or the middle of one, in another case.
fn word(words: &[String]) -> impl Strategy<Value = String> + use<> {
    let words = words.to_vec();
    (
        select(words),
        0..6_u8,
        anything::<prop::sample::Index>(),
        anything::<bool>(),
    )
        .prop_map(|(word, part, at, upper)| {
            let characters: Vec<char> = word.chars().collect();
            let at = at.index(characters.len() + 1);
            let word: String = match part {
                0 | 1 => characters[..at].iter().collect(),
                2 => characters[at..].iter().collect(),
                _ => word,
            };
            if upper { word.to_uppercase() } else { word }
        })
}

fn term(attribute: Attribute, words: &[String]) -> BoxedStrategy<Filter> {
    let compare = move |(operator, literal)| Filter::Compare(attribute, operator, literal);
    let text = word(words).prop_map(Literal::Text);
    let equal = select(&["eq", "ne"][..]);
    let null = select(&["eq", "ne"][..]).prop_map(|operator| (operator, Literal::Null));
    let present = Just(Filter::Present(attribute));
    match attribute.holds {
        Holds::Bool => {
            let flag = anything::<bool>().prop_map(Literal::Bool);
            prop_oneof![4 => (equal, flag).prop_map(compare), 1 => null.prop_map(compare), 1 => present].boxed()
        }
        Holds::Time => {
            let times: Vec<String> = words.iter().filter(|word| is_time(word)).cloned().collect();
            let times = select(times).prop_map(Literal::Text);
            let operators = select([&ORDERED[..], &["eq", "ne"]].concat());
            prop_oneof![4 => (operators, times).prop_map(compare), 1 => null.prop_map(compare)]
                .boxed()
        }
        Holds::Text | Holds::Exact => {
            let operators = select([&ORDERED[..], &PARTS[..], &["eq", "eq", "eq", "ne"]].concat());
            prop_oneof![8 => (operators, text).prop_map(compare), 1 => null.prop_map(compare), 1 => present].boxed()
        }
    }
}

fn is_time(word: &str) -> bool {
    word.starts_with("20") && word.ends_with('Z') && word.contains('T')
}

/// A filter over one element of a list.
fn element(list: &'static str, words: &[String]) -> BoxedStrategy<Filter> {
    let mut of = vec![
        attribute("value", Holds::Text),
        attribute("type", Holds::Text),
    ];
    if list == "groups" {
        of[0].holds = Holds::Exact;
    } else {
        of.push(attribute("primary", Holds::Bool));
    }
    joined(of, words.to_vec(), None)
}

fn joined(
    of: Vec<Attribute>,
    words: Vec<String>,
    elements: Option<&'static [&'static str]>,
) -> BoxedStrategy<Filter> {
    let leaf = {
        let words = words.clone();
        select(of).prop_flat_map(move |attribute| term(attribute, &words))
    };
    let leaf = match elements {
        None => leaf.boxed(),
        Some(lists) => {
            let within = {
                let words = words.clone();
                select(lists).prop_flat_map(move |list| {
                    element(list, &words)
                        .prop_map(move |inner| Filter::Element(list, Box::new(inner)))
                })
            };
            let outer = select(&["emails", "phoneNumbers"][..]).prop_flat_map(move |list| {
                let operators = select(&["eq", "sw", "co"][..]);
                (element(list, &words), operators, word(&words)).prop_map(
                    move |(inner, operator, text)| {
                        Filter::ElementValue(list, Box::new(inner), operator, text)
                    },
                )
            });
            prop_oneof![6 => leaf, 2 => within, 1 => outer].boxed()
        }
    };
    leaf.prop_recursive(3, 12, 3, |inner| {
        let several = proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several.clone().prop_map(Filter::And),
            several.prop_map(Filter::Or),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
    .boxed()
}

/// Any filter over resources that have these attributes.
pub(super) fn any(attributes: &'static [Attribute], words: &[String]) -> BoxedStrategy<Filter> {
    let lists: Option<&'static [&'static str]> =
        (attributes.len() > 10).then_some(&["emails", "phoneNumbers", "groups"]);
    joined(attributes.to_vec(), words.to_vec(), lists)
}
