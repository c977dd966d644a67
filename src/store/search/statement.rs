//! A condition to SQL. Values are always bound, never written into the text.

use super::place::{Field, Place};
use crate::domain::lookup;
use crate::domain::query::{Comparison, Condition, Operand};
use crate::domain::{MemberId, OrganizationId};
use crate::store::db::Bind;

/// A statement that grows, and its values.
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) values: Vec<Box<dyn Bind>>,
}

impl Statement {
    pub(super) fn begin(sql: &str, organization: OrganizationId) -> Self {
        Self {
            sql: sql.to_owned(),
            values: vec![Box::new(organization)],
        }
    }

    pub(super) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    pub(super) fn bind(&mut self, value: impl Bind + 'static) {
        self.values.push(Box::new(value));
        self.sql.push('$');
        self.sql.push_str(&self.values.len().to_string());
    }

    /// ` IN (…)` these; of none, nothing is.
    pub(super) fn among(&mut self, values: impl IntoIterator<Item = impl Bind + 'static>) {
        let mut joint = " IN (";
        for value in values {
            self.push(joint);
            self.bind(value);
            joint = ", ";
        }
        self.push(if joint == ", " { ")" } else { " IN (NULL)" });
    }

    pub(super) fn values(&self) -> Vec<&dyn Bind> {
        self.values.iter().map(AsRef::as_ref).collect()
    }

    /// Writes a condition in parentheses. Its depth was bounded where it was parsed.
    pub(super) fn condition<F: Field>(&mut self, condition: &Condition<F>) {
        match condition {
            Condition::Everything => self.push("(1 = 1)"),
            Condition::Nothing => self.push("(1 = 0)"),
            Condition::And(parts) => self.joined(parts, " AND ", "(1 = 1)"),
            Condition::Or(parts) => self.joined(parts, " OR ", "(1 = 0)"),
            Condition::Not(inner) => {
                // An absent value makes the inner part unknown, which counts as false.
                self.push("(NOT COALESCE(");
                self.condition(inner);
                self.push(", (1 = 0)))");
            }
            Condition::Present(field) => match field.place() {
                Place::Text(column)
                | Place::Optional(column)
                | Place::Time(column)
                | Place::Bool(column) => {
                    self.push("(r.");
                    self.push(column);
                    self.push(" IS NOT NULL)");
                }
                Place::Value(attribute) => {
                    self.push("(");
                    self.values_of(attribute);
                    self.push("))");
                }
                Place::Id => self.push("(1 = 1)"),
                Place::Related(_) => self.push("(1 = 0)"),
            },
            Condition::Compare(field, comparison, operand) => {
                self.comparison(field.place(), *comparison, operand);
            }
        }
    }

    /// Joins parts; many of them in bundles, since SQLite bounds how deep an expression goes, and counts each `OR`.
    fn joined<F: Field>(&mut self, parts: &[Condition<F>], by: &str, empty: &str) {
        const BUNDLE: usize = 50;
        if parts.is_empty() {
            return self.push(empty);
        }
        if parts.len() > BUNDLE {
            self.push("(");
            for (at, bundle) in parts.chunks(BUNDLE).enumerate() {
                if at > 0 {
                    self.push(by);
                }
                self.joined(bundle, by, empty);
            }
            return self.push(")");
        }
        self.push("(");
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.push(by);
            }
            self.condition(part);
        }
        self.push(")");
    }

    fn comparison(&mut self, place: Place, comparison: Comparison, operand: &Operand) {
        self.push("(");
        match (place, operand) {
            (Place::Text(column) | Place::Optional(column), Operand::Text(text)) => {
                self.text(&format!("r.{column}"), comparison, text);
            }
            (Place::Value(attribute), Operand::Text(text)) => {
                self.value(attribute, comparison, text);
            }
            (Place::Time(column), Operand::Time(at)) => {
                self.push("r.");
                self.push(column);
                self.push(operator(comparison));
                self.bind(*at);
            }
            (Place::Bool(column), Operand::Bool(value)) => {
                self.push("r.");
                self.push(column);
                self.push(operator(comparison));
                self.bind(*value);
            }
            (Place::Id, Operand::Text(text)) => match MemberId::parse(text) {
                Some(id) if comparison == Comparison::Equal => {
                    self.push("r.id = ");
                    self.bind(id);
                }
                _ => self.push("1 = 0"),
            },
            (Place::Related(parts), Operand::Text(text)) => match MemberId::parse(text) {
                Some(id) if comparison == Comparison::Equal => {
                    for (at, part) in parts.iter().enumerate() {
                        if at > 0 {
                            self.bind(id);
                        }
                        self.push(part);
                    }
                }
                _ => self.push("1 = 0"),
            },
            // What has another type is never the same.
            (
                Place::Text(_)
                | Place::Optional(_)
                | Place::Time(_)
                | Place::Bool(_)
                | Place::Id
                | Place::Related(_)
                | Place::Value(_),
                _,
            ) => self.push("1 = 0"),
        }
        self.push(")");
    }

    /// Begins the ids of those who have a value of an attribute; the caller closes it.
    fn values_of(&mut self, attribute: i16) {
        self.push("r.id IN (SELECT v.member_id FROM member_values v WHERE v.organization_id = $1 AND v.attribute = ");
        self.push(&attribute.to_string());
    }

    /// A comparison with a value of an attribute. Keys in the index are cut, so where it matters what was cut off, more is
    /// selected than was asked for.
    fn value(&mut self, attribute: i16, comparison: Comparison, text: &str) {
        const KEY: &str = "v.value_key";
        self.values_of(attribute);
        self.push(" AND (");
        match comparison {
            Comparison::Equal | Comparison::StartsWith => {
                self.text(KEY, comparison, lookup::cut(text));
            }
            Comparison::Contains | Comparison::EndsWith => {
                self.text(KEY, comparison, text);
                self.push(" OR octet_length(v.value_key) > ");
                self.bind(lookup::LONGEST_WHOLE);
            }
            Comparison::Greater
            | Comparison::GreaterOrEqual
            | Comparison::Less
            | Comparison::LessOrEqual => {
                if lookup::is_whole(text) {
                    self.text(KEY, comparison, text);
                } else {
                    self.push("1 = 1");
                }
            }
        }
        self.push("))");
    }

    /// `LIKE` answers differently on the two engines; a prefix is a range, the rest is cut out and compared.
    pub(super) fn text(&mut self, column: &str, comparison: Comparison, text: &str) {
        match comparison {
            Comparison::StartsWith | Comparison::EndsWith | Comparison::Contains
                if text.is_empty() =>
            {
                self.push(column);
                self.push(" IS NOT NULL");
            }
            Comparison::StartsWith => {
                self.push(column);
                self.push(" >= ");
                self.bind(text.to_owned());
                self.push(" AND substr(");
                self.push(column);
                self.push(", 1, ");
                self.bind(length(text));
                self.push(") = ");
                self.bind(text.to_owned());
                if let Some(end) = after_prefix(text) {
                    self.push(" AND ");
                    self.push(column);
                    self.push(" < ");
                    self.bind(end);
                }
            }
            Comparison::EndsWith => {
                self.push("length(");
                self.push(column);
                self.push(") >= ");
                self.bind(length(text));
                self.push(" AND substr(");
                self.push(column);
                self.push(", length(");
                self.push(column);
                self.push(") - ");
                self.bind(length(text) - 1);
                self.push(") = ");
                self.bind(text.to_owned());
            }
            Comparison::Contains => {
                self.push("replace(");
                self.push(column);
                self.push(", ");
                self.bind(text.to_owned());
                self.push(", '') <> ");
                self.push(column);
            }
            Comparison::Equal
            | Comparison::Greater
            | Comparison::GreaterOrEqual
            | Comparison::Less
            | Comparison::LessOrEqual => {
                self.push(column);
                self.push(operator(comparison));
                self.bind(text.to_owned());
            }
        }
    }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal
        | Comparison::Contains
        | Comparison::StartsWith
        | Comparison::EndsWith => " = ",
        Comparison::Greater => " > ",
        Comparison::GreaterOrEqual => " >= ",
        Comparison::Less => " < ",
        Comparison::LessOrEqual => " <= ",
    }
}

/// Both engines count a text in characters.
fn length(text: &str) -> i32 {
    i32::try_from(text.chars().count()).unwrap_or(i32::MAX)
}

/// The least text that is greater than every text with this prefix, so that an index bounds the range on both sides.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // The next character, past the gap of the surrogates.
        let next = match u32::from(last) + 1 {
            0xD800 => 0xE000,
            other => other,
        };
        if let Some(next) = char::from_u32(next) {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_character() {
        assert_eq!(after_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(after_prefix("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(after_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{10ffff}"), None);
    }
}
