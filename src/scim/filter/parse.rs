//! From text to [`Node`]: the grammar of RFC 7644 section 3.4.2.2, with limits.
//!
//! The parser calls itself only where a bracket opens, and counts those calls: hostile nesting ends in an error at once.
//! What may be compared with what is `check`'s business.

use std::sync::Arc;

use super::check::{self, Wire};
use super::words::{end_of_string, ends_word, excerpt, is_plain, starts_with_word};
use super::{Node, Operator};
use crate::scim::attribute::{self, AttributePath, Name};
use crate::scim::error::Error;
use crate::scim::reading::Reading;
use crate::scim::schema::{Attribute, ResourceType, Schema, Type};

/// Also the limit on comparisons: the shortest that there can be, `a pr or `, has eight bytes, so a filter holds 1024 at
/// most.
const MAX_LENGTH: usize = 8 * 1024;
const MAX_DEPTH: usize = 32;

/// Reads a whole filter.
pub(super) fn filter(text: &str, of: &ResourceType, reading: &Reading<'_>) -> Result<Node, Error> {
    let mut parser = Parser::new(text, of, Scope::Resource, reading)?;
    let node = parser.any()?;
    parser.blanks();
    match parser.rest() {
        "" => Ok(node),
        rest => Err(parser.refuse(format!(
            "`{}` is left over after the end of the filter; filters are joined by `and` and `or`",
            excerpt(rest)
        ))),
    }
}

/// Reads the filter of a value path, `type eq "work"]`, up to and with the closing bracket, and returns what follows.
pub(crate) fn value_filter<'t>(
    text: &'t str,
    attribute: &Arc<Attribute>,
    of: &'t ResourceType,
    reading: &'t Reading<'t>,
) -> Result<(Node, &'t str), Error> {
    let mut parser = Parser::new(
        text,
        of,
        Scope::Element(attribute::of_elements(attribute)),
        reading,
    )?;
    let node = parser.any()?;
    parser.close(']')?;
    Ok((node, parser.rest()))
}

/// What the names in a filter are names of.
#[derive(Clone)]
enum Scope {
    /// Attributes of a resource.
    Resource,
    /// Sub-attributes of an element of this attribute.
    Element(Arc<Attribute>),
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    of: &'t ResourceType,
    reading: &'t Reading<'t>,
    scope: Scope,
    depth: usize,
}

/// What the left side of a comparison can be.
enum Subject {
    Attribute(AttributePath),
    Extension(Arc<Schema>),
}

impl<'t> Parser<'t> {
    fn new(
        text: &'t str,
        of: &'t ResourceType,
        scope: Scope,
        reading: &'t Reading<'t>,
    ) -> Result<Self, Error> {
        if text.len() > MAX_LENGTH {
            return Err(Error::InvalidFilter(format!(
                "the filter is longer than {MAX_LENGTH} bytes"
            )));
        }
        Ok(Self {
            text,
            at: 0,
            of,
            reading,
            scope,
            depth: 0,
        })
    }

    fn any(&mut self) -> Result<Node, Error> {
        let mut parts = vec![self.all()?];
        while self.joined_by("or") {
            parts.push(self.all()?);
        }
        Ok(Node::any(parts))
    }

    fn all(&mut self) -> Result<Node, Error> {
        let mut parts = vec![self.one()?];
        while self.joined_by("and") {
            parts.push(self.one()?);
        }
        Ok(Node::all(parts))
    }

    fn one(&mut self) -> Result<Node, Error> {
        self.blanks();
        if self.rest().starts_with('(') {
            return self.group();
        }
        // Written with and without a blank before the parenthesis.
        if starts_with_word(self.rest(), "not") {
            let before = self.at;
            self.at += "not".len();
            self.blanks();
            if self.rest().starts_with('(') {
                return Ok(Node::Not(Box::new(self.group()?)));
            }
            self.at = before;
        }
        self.term()
    }

    fn group(&mut self) -> Result<Node, Error> {
        self.open()?;
        let node = self.any()?;
        self.close(')')?;
        Ok(node)
    }

    fn term(&mut self) -> Result<Node, Error> {
        let start = self.at;
        let name = self.word();
        if name.is_empty() {
            return Err(self.refuse(match self.rest() {
                "" => "the filter ends where the name of an attribute is expected".to_owned(),
                rest => format!(
                    "the name of an attribute is expected, not `{}`",
                    excerpt(rest)
                ),
            }));
        }
        let subject = self.resolve(name, start)?;
        if self.rest().starts_with('[') {
            return self.value_path(subject, start);
        }
        self.comparison(subject, start)
    }

    /// `emails[type eq "work"]`, and what Entra ID makes of it: `emails[type eq "work"].value eq "x"`.
    fn value_path(&mut self, subject: Subject, start: usize) -> Result<Node, Error> {
        let path = match subject {
            Subject::Attribute(path)
                if path.sub.is_none()
                    && (path.attribute.value_type == Type::Complex
                        || path.attribute.multi_valued) =>
            {
                path
            }
            _ => {
                return Err(
                    self.refuse("brackets stand only after an attribute that has sub-attributes")
                );
            }
        };
        if let Scope::Element(_) = self.scope {
            return Err(self.refuse("brackets cannot stand within brackets"));
        }
        self.open()?;
        let within = Scope::Element(attribute::of_elements(&path.attribute));
        let outer = std::mem::replace(&mut self.scope, within);
        let mut filter = self.any()?;
        self.close(']')?;
        if self.rest().starts_with('.') {
            self.reading.note(
                "a comparison followed the brackets of a filter; read as if it stood within them",
            );
            self.at += 1;
            let name = self.word();
            let subject = self.resolve(name, start)?;
            let compared = self.comparison(subject, start)?;
            filter = Node::all(vec![filter, compared]);
        }
        self.scope = outer;
        Ok(Node::Element(path, Box::new(filter)))
    }

    fn comparison(&mut self, subject: Subject, start: usize) -> Result<Node, Error> {
        self.blanks();
        let operator_at = self.at;
        let name = self.word();
        if name.eq_ignore_ascii_case("pr") {
            return Ok(match subject {
                Subject::Attribute(path) => Node::Present(path),
                Subject::Extension(schema) => Node::ExtensionPresent(schema),
            });
        }
        let Some(operator) = Operator::from_name(name) else {
            self.at = operator_at;
            return Err(self.refuse(match name {
                "" => {
                    "an operator is expected: eq, ne, co, sw, ew, gt, ge, lt, le or pr".to_owned()
                }
                name => format!(
                    "`{}` is no operator; use eq, ne, co, sw, ew, gt, ge, lt, le or pr",
                    excerpt(name)
                ),
            }));
        };
        let Subject::Attribute(path) = subject else {
            self.at = operator_at;
            return Err(self.refuse("an extension can only be asked for with `pr`"));
        };
        let value = self.value(operator)?;
        check::comparison(path, operator, value, self.reading).map_err(|sentence| {
            self.at = start;
            self.refuse(sentence)
        })
    }

    fn value(&mut self, operator: Operator) -> Result<Wire, Error> {
        self.blanks();
        if self.rest().starts_with('"') {
            return self.string().map(Wire::Text);
        }
        let start = self.at;
        let word = self.word();
        if word.eq_ignore_ascii_case("true") {
            return Ok(Wire::Bool(true));
        }
        if word.eq_ignore_ascii_case("false") {
            return Ok(Wire::Bool(false));
        }
        if word.eq_ignore_ascii_case("null") {
            return Ok(Wire::Null);
        }
        if let Ok(number) = serde_json::from_str(word) {
            return Ok(Wire::Number(number));
        }
        if is_plain(word) && self.reading.leniency.reads_unquoted_texts() {
            self.reading.note(format!(
                "the filter value `{}` had no quotes; read as text",
                excerpt(word)
            ));
            return Ok(Wire::Text(word.to_owned()));
        }
        self.at = start;
        Err(self.refuse(match word {
            "" => format!("a value is expected after `{}`", operator.name()),
            word => format!(
                "`{}` is no value; put texts in double quotes",
                excerpt(word)
            ),
        }))
    }

    /// A string of JSON: RFC 7644 refers to RFC 7159 for its escapes.
    fn string(&mut self) -> Result<String, Error> {
        let rest = self.rest();
        let Some(end) = end_of_string(rest) else {
            return Err(self.refuse("the text that begins here has no closing quote"));
        };
        let text: String = serde_json::from_str(&rest[..=end])
            .map_err(|_| self.refuse("this is not a valid JSON string"))?;
        if text.contains('\0') {
            return Err(self.refuse("no value can hold U+0000"));
        }
        self.at += end + 1;
        Ok(text)
    }

    fn resolve(&mut self, name: &str, start: usize) -> Result<Subject, Error> {
        let found = match &self.scope {
            Scope::Resource => self.resolve_for_resource(name),
            Scope::Element(attribute) => match attribute.sub_attribute(name) {
                Some(sub) => Ok(Name::Attribute(AttributePath {
                    extension: None,
                    attribute: sub.clone(),
                    sub: None,
                })),
                None => Err(attribute::nearest(
                    name,
                    attribute.sub_attributes.iter().map(|sub| sub.name.clone()),
                )),
            },
        };
        let sentence = match found {
            Ok(Name::Attribute(path)) if path.is_hidden() => {
                format!("`{path}` is never returned, and cannot be searched for")
            }
            Ok(Name::Attribute(path)) => return Ok(Subject::Attribute(path)),
            Ok(Name::Extension(schema)) => return Ok(Subject::Extension(schema)),
            Ok(Name::Password) => "a password cannot be searched for".to_owned(),
            Ok(Name::Core) => format!("`{}` names a schema and no attribute", excerpt(name)),
            Ok(Name::Foreign) => format!("`{}` is in no schema of this service", excerpt(name)),
            Err(unknown) => format!(
                "there is no attribute `{}`; the nearest known one is `{}`",
                excerpt(name),
                unknown.nearest
            ),
        };
        self.at = start;
        Err(self.refuse(sentence))
    }

    /// Entra ID asks for `manager eq "..."` without the URN that RFC 7644 section 3.10 demands.
    fn resolve_for_resource(&self, name: &str) -> Result<Name, attribute::Unknown> {
        attribute::resolve(name, self.of).or_else(|unknown| {
            let extensions = self.of.extensions.iter();
            extensions
                .map(|one| attribute::resolve(&format!("{}:{name}", one.schema.urn), self.of))
                .find_map(Result::ok)
                .inspect(|_| {
                    self.reading.note(format!(
                        "`{}` in a filter had no URN before it; read as that of an extension",
                        excerpt(name)
                    ));
                })
                .ok_or(unknown)
        })
    }

    /// Steps over `and` or `or`, where it stands next as a word of its own.
    fn joined_by(&mut self, word: &str) -> bool {
        let before = self.at;
        self.blanks();
        let apart = self.at > before || self.text[..before].ends_with([')', ']']);
        if apart && starts_with_word(self.rest(), word) {
            self.at += word.len();
            return true;
        }
        self.at = before;
        false
    }

    fn open(&mut self) -> Result<(), Error> {
        if self.depth == MAX_DEPTH {
            return Err(self.refuse(format!("brackets are nested more than {MAX_DEPTH} deep")));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn close(&mut self, bracket: char) -> Result<(), Error> {
        self.blanks();
        if !self.rest().starts_with(bracket) {
            return Err(self.refuse(match self.rest() {
                "" => format!("the filter ends where a closing `{bracket}` is expected"),
                rest => format!("a closing `{bracket}` is expected, not `{}`", excerpt(rest)),
            }));
        }
        self.at += 1;
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let word = &rest[..rest.find(ends_word).unwrap_or(rest.len())];
        self.at += word.len();
        word
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The error at the place where the parser stands.
    fn refuse(&self, sentence: impl std::fmt::Display) -> Error {
        let position = self.text[..self.at].chars().count() + 1;
        Error::InvalidFilter(format!(
            "{sentence} (at character {position} of the filter)"
        ))
    }
}
