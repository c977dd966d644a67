//! XML within limits: what we read and what we write.
//!
//! A text is scanned before it is parsed, because the parser's own work grows with the square of the attributes of an
//! element and of the namespaces in scope. Nothing here knows a word of SAML.

use roxmltree::{Document, Node, ParsingOptions};

use crate::domain::Timestamp;

#[cfg(test)]
mod tests;

/// Elements inside elements. SAML needs about ten.
const MAX_DEPTH: usize = 32;
/// Attributes of one element.
const MAX_ATTRIBUTES: usize = 64;
/// Namespace declarations that are in force at one place, repeated ones counted.
const MAX_NAMESPACES: usize = 64;
/// The most comparisons of namespaces that a document may cost: where an element declares one, the parser copies all
/// that are in force and compares each with each. Thousands of values of which each declares two cost a tenth of it.
const MAX_COMPARISONS: usize = 2_000_000;

/// What kind of document is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The longest text.
    pub(super) bytes: usize,
    /// The most elements and texts.
    pub(super) nodes: u32,
    /// Whether comments, processing instructions and CDATA sections may stand in it. In a signed message they may not:
    /// canonicalization drops or rewrites them, so that what is read is not what was signed.
    pub(super) asides: bool,
}

/// Why a text was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    /// Longer than the limit.
    #[error("the document has {bytes} bytes; at most {limit} are read")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A document type declaration.
    #[error("the document has a document type declaration, which is not allowed")]
    Doctype,
    /// A comment in a signed message.
    #[error("the document has a comment, which is not allowed")]
    Comment,
    /// A processing instruction in a signed message.
    #[error("the document has a processing instruction, which is not allowed")]
    ProcessingInstruction,
    /// A CDATA section in a signed message.
    #[error("the document has a CDATA section, which is not allowed")]
    Cdata,
    /// Another encoding than UTF-8, or another version than 1.0.
    #[error("the XML declaration says {0}; only version 1.0 in UTF-8 is read")]
    Declaration(String),
    /// Too many elements inside each other.
    #[error("the document has elements inside each other deeper than {MAX_DEPTH}")]
    TooDeep,
    /// An element with too many attributes, or too many namespaces in force.
    #[error("an element of the document has too many attributes or namespaces")]
    TooManyAttributes,
    /// Not XML.
    #[error("the document is not well-formed XML: {0}")]
    NotWellFormed(String),
}

/// Takes off a byte order mark and an XML declaration, which must not contradict that the text is XML 1.0 in UTF-8.
pub(super) fn without_declaration(text: &str) -> Result<&str, Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(after) = text
        .strip_prefix("<?xml")
        .filter(|after| after.starts_with([' ', '\t', '\r', '\n']))
    else {
        return Ok(text);
    };
    let Some((declaration, document)) = after.split_once("?>") else {
        return Err(Malformed::NotWellFormed(
            "the XML declaration does not end".to_owned(),
        ));
    };
    for pair in declaration.split_ascii_whitespace() {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = value.trim_matches(['"', '\'']);
        let known = match name {
            "version" => value == "1.0",
            "encoding" => value.eq_ignore_ascii_case("utf-8"),
            "standalone" => matches!(value, "yes" | "no"),
            _ => false,
        };
        if !known {
            return Err(Malformed::Declaration(shown(pair)));
        }
    }
    Ok(document)
}

/// Parses a document that has no XML declaration; see [`without_declaration`].
pub(super) fn parse(text: &str, limits: Limits) -> Result<Document<'_>, Malformed> {
    if text.len() > limits.bytes {
        return Err(Malformed::TooLarge {
            bytes: text.len(),
            limit: limits.bytes,
        });
    }
    scan(text, limits.asides)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: limits.nodes,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options)
        .map_err(|error| Malformed::NotWellFormed(shown(&error.to_string())))
}

/// Refuses what the parser should not meet. It need not be exact about what is not XML: the parser says that.
fn scan(text: &str, asides: bool) -> Result<(), Malformed> {
    let mut namespaces: Vec<usize> = Vec::new();
    let mut comparisons = 0;
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        let aside = if rest.starts_with("<!--") {
            Some(("-->", Malformed::Comment))
        } else if rest.starts_with("<![CDATA[") {
            Some(("]]>", Malformed::Cdata))
        } else if rest.starts_with("<?") {
            Some(("?>", Malformed::ProcessingInstruction))
        } else if rest.starts_with("<!") {
            return Err(Malformed::Doctype);
        } else {
            None
        };
        if let Some((end, refused)) = aside {
            if !asides {
                return Err(refused);
            }
            let Some((_, after)) = rest.split_once(end) else {
                return Err(unfinished());
            };
            rest = after;
            continue;
        }
        let tag = Tag::at(rest).ok_or_else(unfinished)?;
        if tag.has_odd_colon {
            let says = "a name begins or ends with a colon, or has two side by side";
            return Err(Malformed::NotWellFormed(says.to_owned()));
        }
        rest = &rest[tag.length..];
        let outside = namespaces.last().copied().unwrap_or_default();
        let in_force = outside + tag.namespaces;
        match tag.kind {
            Kind::End => {
                namespaces.pop();
            }
            Kind::Start => namespaces.push(in_force),
            Kind::Empty => {}
        }
        if namespaces.len() > MAX_DEPTH {
            return Err(Malformed::TooDeep);
        }
        if tag.namespaces > 0 {
            comparisons += in_force * in_force;
        }
        if tag.attributes > MAX_ATTRIBUTES
            || in_force > MAX_NAMESPACES
            || comparisons > MAX_COMPARISONS
        {
            return Err(Malformed::TooManyAttributes);
        }
    }
    Ok(())
}

fn unfinished() -> Malformed {
    Malformed::NotWellFormed("the document ends inside a tag".to_owned())
}

enum Kind {
    Start,
    End,
    Empty,
}

struct Tag {
    kind: Kind,
    length: usize,
    attributes: usize,
    namespaces: usize,
    /// Whether a name has an empty part, which Namespaces in XML forbids and the parser lets through: two readers may
    /// take such a name for two different ones.
    has_odd_colon: bool,
}

impl Tag {
    /// The tag at the beginning of a text; nothing if it does not end.
    fn at(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut quote = None;
        let mut attributes = 0;
        let mut namespaces = 0;
        let mut has_odd_colon = false;
        let ends_name = |byte: &u8| b" \t\r\n<>/=:\"'".contains(byte);
        for (at, &byte) in bytes.iter().enumerate() {
            if let Some(open) = quote {
                if open == byte {
                    quote = None;
                }
                continue;
            }
            match byte {
                b'"' | b'\'' => quote = Some(byte),
                b'=' => attributes += 1,
                b':' => {
                    let after = bytes.get(at + 1).is_none_or(ends_name);
                    has_odd_colon |= after || ends_name(&bytes[at - 1]);
                }
                b'x' if bytes[at..].starts_with(b"xmlns") => namespaces += 1,
                b'>' => {
                    let kind = match bytes {
                        [b'<', b'/', ..] => Kind::End,
                        _ if bytes[at - 1] == b'/' => Kind::Empty,
                        _ => Kind::Start,
                    };
                    return Some(Self {
                        kind,
                        length: at + 1,
                        attributes,
                        namespaces,
                        has_odd_colon,
                    });
                }
                _ => {}
            }
        }
        None
    }
}

/// The elements directly inside an element.
pub(super) fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// The elements of one name directly inside an element.
pub(super) fn named<'a, 'i>(
    node: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    elements(node).filter(move |child| child.has_tag_name((namespace, name)))
}

/// The whole text of an element, every piece of it; nothing if there are elements inside.
///
/// roxmltree's own `text` gives only the first piece, which is how a comment cuts a name short.
pub(super) fn text(node: Node<'_, '_>) -> Option<String> {
    if elements(node).next().is_some() {
        return None;
    }
    Some(all_text(node))
}

/// The text of an element and of all elements inside, in their order.
pub(super) fn all_text(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter(Node::is_text)
        .filter_map(|text| text.text())
        .collect()
}

/// An xs:dateTime with its offset from UTC. A time without one is refused: Core section 1.3.3 wants UTC, and to guess it
/// is to be wrong by hours.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    const FORM: &[u8; 19] = b"0000-00-00T00:00:00";
    let (moment, rest) = text.as_bytes().split_at_checked(FORM.len())?;
    let fits = moment.iter().zip(FORM).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    });
    let zone = match rest {
        [b'.', fraction @ ..] => fraction
            .iter()
            .position(|byte| !byte.is_ascii_digit())
            .map(|at| &fraction[at..])?,
        other => other,
    };
    let zoned = match zone {
        [b'Z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => [h1, h2, m1, m2].iter().all(|d| d.is_ascii_digit()),
        _ => false,
    };
    if fits && zoned {
        Timestamp::parse(text)
    } else {
        None
    }
}

/// Whether a text can be an `ID`: an `NCName` of Namespaces in XML 1.0, section 3, and not endless.
pub(super) fn is_ncname(text: &str) -> bool {
    text.len() <= 256
        && text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// A value for an attribute or a text. What XML 1.0 cannot hold becomes U+FFFD.
pub(super) fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// A received value as an error may show it: without control characters, and not long.
pub(super) fn shown(value: &str) -> String {
    const LONGEST: usize = 200;
    let mut shown: String = value
        .chars()
        .take(LONGEST)
        .map(|character| {
            if character.is_control() {
                '\u{fffd}'
            } else {
                character
            }
        })
        .collect();
    if value.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
