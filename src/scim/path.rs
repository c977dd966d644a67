//! The paths of PATCH operations, RFC 7644 section 3.5.2: `attr`, `attr.sub`, `attr[filter]`, `attr[filter].sub`, each
//! with or without a URN, and a URN alone.
//!
//! A path is read against the schemas of a kind of resource; what it does is the business of `user` and `group`.

use std::sync::Arc;

use super::attribute::{self, AttributePath, Name};
use super::error::Error;
use super::filter::{self, Node};
use super::reading::Reading;
use super::schema::{Kind, ResourceType, Schema};

const MAX_LENGTH: usize = 8 * 1024;

/// What a PATCH operation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Path {
    /// The resource itself: the URN of its schema.
    Resource,
    /// Everything of an extension.
    Extension(Arc<Schema>),
    /// An attribute or a sub-attribute, perhaps of those elements alone that satisfy a filter.
    Attribute(AttributePath, Option<ElementFilter>),
    /// Something of a schema that is not known here; the text as it was sent.
    Foreign(String),
    /// The password: accepted and dropped.
    Password,
}

/// Which elements of a list a path selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ElementFilter(pub(super) Node);

/// Why a text is no path.
pub(super) enum Refusal {
    /// It is well formed, and names nothing that there is.
    Unknown(Error),
    /// It is not well formed.
    Malformed(Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unknown(error) | Refusal::Malformed(error) => error,
        }
    }
}

/// Reads a path for a type of resource.
pub(super) fn parse(text: &str, of: &ResourceType, reading: &Reading<'_>) -> Result<Path, Refusal> {
    if text.len() > MAX_LENGTH {
        return Err(malformed(format!(
            "the path is longer than {MAX_LENGTH} bytes"
        )));
    }
    let text = text.trim_matches([' ', '\t']);
    let (name, bracket) = match text.find('[') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || "()]\"".contains(c)) {
        return Err(malformed(format!("`{}` is no path", excerpt(text))));
    }
    let found = attribute::resolve(name, of).map_err(|unknown| {
        Refusal::Unknown(Error::InvalidPath(format!(
            "there is no attribute `{}`; the nearest known one is `{}`",
            excerpt(name),
            unknown.nearest
        )))
    })?;
    if let Name::Attribute(AttributePath {
        extension: Some(schema),
        ..
    }) = &found
        && name
            .get(schema.urn.len()..)
            .is_some_and(|rest| rest.starts_with('.'))
    {
        reading.note("a dot stood between a schema's URN and the attribute; read as a colon");
    }
    match (found, bracket) {
        (Name::Attribute(path), Some(bracket)) => with_filter(path, bracket, of, reading),
        (_, Some(_)) => Err(malformed(format!("`{}` takes no filter", excerpt(name)))),
        (Name::Attribute(path), None) => Ok(Path::Attribute(path, None)),
        (Name::Core, None) => Ok(Path::Resource),
        (Name::Extension(schema), None) => Ok(Path::Extension(schema)),
        (Name::Password, None) => Ok(Path::Password),
        (Name::Foreign, None) => Ok(Path::Foreign(name.to_owned())),
    }
}

/// Reads a key of a PATCH value without a path: it is a path of its own, and Entra ID writes dotted ones and whole URNs
/// there. A name that nobody knows is passed over, as in the body of a PUT; a path to nowhere is refused.
pub(super) fn key(name: &str, kind: Kind, reading: &Reading<'_>) -> Result<Option<Path>, Error> {
    match parse(name, reading.definitions.of(kind), reading) {
        Ok(path) => {
            if !attribute::is_urn(name) && name.contains(['.', '[']) {
                reading.note(format!(
                    "the key `{}` of a value is a path; read as one",
                    excerpt(name)
                ));
            }
            Ok(Some(path))
        }
        Err(Refusal::Unknown(error)) => {
            let plain = attribute::is_urn(name) || !name.contains(['.', '[']);
            if !plain && !reading.leniency.passes_over_unknown_paths() {
                return Err(error);
            }
            reading.note(format!(
                "there is no attribute `{}`; passed over",
                excerpt(name)
            ));
            Ok(None)
        }
        Err(Refusal::Malformed(error)) => Err(error),
    }
}

fn with_filter(
    mut path: AttributePath,
    bracket: &str,
    of: &ResourceType,
    reading: &Reading<'_>,
) -> Result<Path, Refusal> {
    let attribute = path.attribute.clone();
    if path.sub.is_some() || !attribute.multi_valued {
        return Err(malformed(format!(
            "`{path}` has no list of values that a filter could select"
        )));
    }
    let (node, rest) =
        filter::value_filter(bracket, &attribute, of, reading).map_err(Refusal::Malformed)?;
    if !rest.is_empty() {
        let sub = rest.strip_prefix('.').unwrap_or_default();
        path.sub = Some(attribute.sub_attribute(sub).cloned().ok_or_else(|| {
            malformed(format!(
                "`{}` cannot follow `{path}[...]`; a dot and a sub-attribute can",
                excerpt(rest)
            ))
        })?);
    }
    Ok(Path::Attribute(path, Some(ElementFilter(node))))
}

fn malformed(sentence: String) -> Refusal {
    Refusal::Malformed(Error::InvalidPath(sentence))
}

fn excerpt(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::leniency::Leniency;
    use crate::scim::schema::{ENTERPRISE_USER, Kind, standard};

    fn shown(text: &str) -> Result<String, Error> {
        Ok(
            match parse(text, standard(Kind::User), &Reading::of(Leniency::Lenient))? {
                Path::Attribute(path, None) => path.to_string(),
                Path::Attribute(path, Some(ElementFilter(filter))) => match &path.sub {
                    Some(sub) => format!("{}[{filter}].{}", path.attribute.name, sub.name),
                    None => format!("{path}[{filter}]"),
                },
                Path::Extension(schema) => schema.urn.clone(),
                other => format!("{other:?}"),
            },
        )
    }

    #[test]
    fn every_form_of_a_path_is_read() {
        let manager = format!("{ENTERPRISE_USER}:manager");
        for (text, expected) in [
            ("active", "active"),
            ("NAME.familyname", "name.familyName"),
            ("emails[type eq \"work\"]", "emails[type eq \"work\"]"),
            (
                "Emails[Type EQ \"work\"].Value",
                "emails[type eq \"work\"].value",
            ),
            (
                "addresses[type eq \"a]b\"].locality",
                "addresses[type eq \"a]b\"].locality",
            ),
            (
                "roles[primary eq \"True\"].value",
                "roles[primary eq true].value",
            ),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName",
                "name.givenName",
            ),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:emails[primary eq true].value",
                "emails[primary eq true].value",
            ),
            (ENTERPRISE_USER, ENTERPRISE_USER),
            (manager.as_str(), manager.as_str()),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager",
                manager.as_str(),
            ),
            ("urn:ietf:params:scim:schemas:core:2.0:User", "Resource"),
            ("password", "Password"),
            (
                "urn:example:custom:2.0:User:badge",
                "Foreign(\"urn:example:custom:2.0:User:badge\")",
            ),
        ] {
            assert_eq!(shown(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "",
            "nonsense",
            "emails[type eq \"work\"]value",
            "emails[type eq \"work\"].nope",
            "emails[type eq \"work\"",
            "name[givenName eq \"x\"]",
            "active[value eq true]",
            "emails.value[type eq \"work\"]",
            "a b",
            "emails.",
            ".value",
            "emails[]",
            "urn:example:x:list[a eq \"b\"]",
            "emails[type eq \"w\"] and userName pr",
        ] {
            assert!(shown(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
            let _ = parse(&text, standard(Kind::User), &Reading::of(Leniency::Lenient));
        }

        #[test]
        fn no_text_in_a_filter_makes_the_parser_panic(text in "[a-z\"\\\\\\[\\]().$ ]{0,40}") {
            let _ = parse(&format!("emails[{text}"), standard(Kind::User), &Reading::of(Leniency::Lenient));
        }
    }
}
