//! Cursors, RFC 9865: from a place in a list to an opaque text, and back.
//!
//! Nothing is kept between two pages. The text itself says where to go on, for which query and until when, and a
//! signature keeps anybody else from writing one. Whose key signs is decided elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::domain::Timestamp;
use crate::domain::query::{Key, Position};

use super::error::Error;
use super::schema::Kind;

/// For how many seconds a cursor can be used.
pub(crate) const LIFE: i64 = 3600;

/// Longer ones were not made here: the longest hold a name of 1024 bytes.
const LONGEST: usize = 8 * 1024;

/// How many hexadecimal digits of the signature are kept: 128 bits.
const SIGNATURE: usize = 32;

/// A place beside which a list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Among which resources.
    pub(crate) kind: Kind,
    /// After or, where it leads towards the beginning, before which of them.
    pub(crate) position: Position,
    /// Towards the beginning.
    pub(crate) backwards: bool,
    /// How many resources there were in all when the first page was read.
    pub(crate) total: u64,
}

impl Cursor {
    /// The text, made of characters that a URL may have as they are. `query` is everything that selects and orders the
    /// list; `sign` signs a text with a key of the organization.
    pub(crate) fn write(
        &self,
        query: &str,
        now: Timestamp,
        sign: &impl Fn(&str) -> String,
    ) -> String {
        let kind = match self.kind {
            Kind::User => 'u',
            Kind::Group => 'g',
        };
        let direction = if self.backwards { '<' } else { '>' };
        let key = match &self.position.key {
            None => String::new(),
            Some(Key::Bool(flag)) => format!("b{}", u8::from(*flag)),
            Some(Key::Time(at)) => format!("m{}", at.0),
            Some(Key::Text(text)) => format!("t{text}"),
        };
        let id = self.position.id.simple();
        let (total, until) = (self.total, now.0 + LIFE * 1000);
        let said = URL_SAFE_NO_PAD.encode(format!("{kind}{direction}.{until}.{total}.{id}.{key}"));
        let signature = signature(query, &said, sign);
        format!("{said}.{signature}")
    }

    /// Reads a text that [`Cursor::write`] made for the same query.
    pub(crate) fn read(
        text: &str,
        query: &str,
        now: Timestamp,
        sign: &impl Fn(&str) -> String,
    ) -> Result<Self, Error> {
        let invalid = || {
            Error::InvalidCursor(
                "this is no cursor of this list; ask for the first page with an empty `cursor`, and for the others with \
                 what `nextCursor` or `previousCursor` said, the same filter and the same order"
                    .to_owned(),
            )
        };
        if text.len() > LONGEST {
            return Err(invalid());
        }
        let (said, signed) = text.split_once('.').ok_or_else(invalid)?;
        if !is_same(&signature(query, said, sign), signed) {
            return Err(invalid());
        }
        let said = URL_SAFE_NO_PAD.decode(said).map_err(|_| invalid())?;
        let said = String::from_utf8(said).map_err(|_| invalid())?;
        let (cursor, until) = read_said(&said).ok_or_else(invalid)?;
        if until <= now.0 {
            return Err(Error::ExpiredCursor(format!(
                "the cursor has expired; ask for the next page within {LIFE} seconds, or for the first again"
            )));
        }
        Ok(cursor)
    }
}

/// What a cursor is bound to: all that says which resources are in the list, and in which order. The parameters are
/// given by name.
pub(crate) fn fingerprint<'p>(
    kinds: &[Kind],
    parameter: impl Fn(&str) -> Option<&'p str>,
) -> String {
    let mut query: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    for name in ["filter", "sortBy", "sortOrder"] {
        query.push(parameter(name).unwrap_or_default());
    }
    query.join("\n")
}

fn read_said(said: &str) -> Option<(Cursor, i64)> {
    let mut parts = said.splitn(5, '.');
    let mut head = parts.next()?.chars();
    let kind = match head.next()? {
        'u' => Kind::User,
        'g' => Kind::Group,
        _ => return None,
    };
    let backwards = head.next()? == '<';
    let until = parts.next()?.parse().ok()?;
    let total = parts.next()?.parse().ok()?;
    let id = Uuid::try_parse(parts.next()?).ok()?;
    let key = parts.next()?;
    let key = match key.chars().next() {
        None => None,
        Some('b') => Some(Key::Bool(key == "b1")),
        Some('m') => Some(Key::Time(Timestamp(key[1..].parse().ok()?))),
        Some('t') => Some(Key::Text(key[1..].to_owned())),
        Some(_) => return None,
    };
    let cursor = Cursor {
        kind,
        position: Position { key, id },
        backwards,
        total,
    };
    Some((cursor, until))
}

/// What is said holds no line break, so a query cannot take a part of it over.
fn signature(query: &str, said: &str, sign: &impl Fn(&str) -> String) -> String {
    let mut signature = sign(&format!("{query}\n{said}"));
    signature.truncate(SIGNATURE);
    signature
}

/// Any text as a cursor with a good signature: fuzzing sees what is read of it.
#[cfg(any(test, fuzzing))]
pub(super) fn signed(said: &str, query: &str, sign: &impl Fn(&str) -> String) -> String {
    let said = URL_SAFE_NO_PAD.encode(said);
    let signature = signature(query, &said, sign);
    format!("{said}.{signature}")
}

/// Takes as long wherever the difference is.
fn is_same(expected: &str, given: &str) -> bool {
    let differences = expected
        .bytes()
        .zip(given.bytes())
        .fold(0, |differences, (one, other)| differences | (one ^ other));
    expected.len() == given.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn sign(text: &str) -> String {
        use sha2::Digest as _;
        format!("{:x}", sha2::Sha256::digest(format!("key{text}")))
    }

    fn cursor(key: Option<Key>) -> Cursor {
        Cursor {
            kind: Kind::Group,
            position: Position {
                key,
                id: Uuid::from_u128(7),
            },
            backwards: true,
            total: 12,
        }
    }

    fn read(text: &str) -> Result<Cursor, Error> {
        Cursor::read(text, "q", NOW, &sign)
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written_until_it_expires() {
        for key in [
            None,
            Some(Key::Bool(true)),
            Some(Key::Time(Timestamp(-5))),
            Some(Key::Text("a.b é\n.".to_owned())),
            Some(Key::Text(String::new())),
        ] {
            let cursor = cursor(key);
            let text = cursor.write("q", NOW, &sign);
            let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
            assert!(text.chars().all(unreserved), "{text}");
            assert_eq!(read(&text), Ok(cursor.clone()));
            let before = Timestamp(NOW.0 + LIFE * 1000 - 1);
            assert_eq!(Cursor::read(&text, "q", before, &sign), Ok(cursor));
            let after = Timestamp(NOW.0 + LIFE * 1000);
            let expired = Cursor::read(&text, "q", after, &sign);
            assert!(matches!(expired, Err(Error::ExpiredCursor(_))));
        }
    }

    #[test]
    fn a_cursor_of_another_query_or_another_key_is_invalid() {
        let text = cursor(None).write("q", NOW, &sign);
        let other = |text: &str| sign(&format!("other{text}"));
        for refused in [
            Cursor::read(&text, "r", NOW, &sign),
            Cursor::read(&text, "q", NOW, &other),
        ] {
            assert!(matches!(refused, Err(Error::InvalidCursor(_))));
        }
    }

    proptest! {
        #[test]
        fn no_change_of_a_cursor_is_overlooked(at in any::<prop::sample::Index>(), bit in 0..7_u32) {
            let text = cursor(Some(Key::Text("name".to_owned()))).write("q", NOW, &sign);
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let changed = String::from_utf8(bytes).unwrap();
            prop_assert!(matches!(read(&changed), Err(Error::InvalidCursor(_))));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}") {
            prop_assert!(matches!(read(&text), Err(Error::InvalidCursor(_))));
        }
    }
}
