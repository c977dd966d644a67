//! Lists: which page is asked for, and the `ListResponse` message (RFC 7644 section 3.4.2).

use serde_json::{Value, json};

use super::error::Error;
use super::open;

/// The schema of the message.
pub(crate) const URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// How many resources a page has where the client does not say.
pub(crate) const DEFAULT_COUNT: u64 = 100;
/// How many resources a page has at most.
pub(crate) const MAX_COUNT: u64 = 1000;

/// The greatest `startIndex`: it must be exact in JSON and in SQL.
const MAX_INDEX: u64 = 1 << 53;

/// Which page a client wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted<'p> {
    /// The page after so many resources.
    Index {
        /// How many resources to pass over.
        offset: u64,
        /// How many resources to return at most; 0 asks for the total alone.
        count: u64,
    },
    /// The page to which a cursor leads.
    Cursor {
        /// The cursor; empty for the first page.
        cursor: &'p str,
        /// How many resources to return at most, and at least one.
        count: u64,
    },
}

/// Reads `startIndex`, `count` and `cursor`.
///
/// RFC 9865 wants the count of a page by cursor to be positive. It does not say what `startIndex` means beside a cursor:
/// the first one is passed over, since some clients always send it, and another is refused.
pub(crate) fn wanted<'p>(
    start_index: Option<&str>,
    count: Option<&str>,
    cursor: Option<&'p str>,
) -> Result<Wanted<'p>, Error> {
    let Some(cursor) = cursor else {
        let (offset, count) = page(start_index, count)?;
        return Ok(Wanted::Index { offset, count });
    };
    let count = match page(None, count) {
        Ok((_, count)) if count > 0 => count,
        Ok(_) | Err(_) => {
            return Err(Error::InvalidCount(format!(
                "with a `cursor`, `count` must be an integer from 1 to {MAX_COUNT}"
            )));
        }
    };
    match page(start_index, None)? {
        (0, _) => Ok(Wanted::Cursor { cursor, count }),
        _ => Err(Error::InvalidValue(
            "`startIndex` and `cursor` cannot be used together".to_owned(),
        )),
    }
}

/// Reads `startIndex` and `count`. A startIndex below 1 means 1 (Entra ID's inbound client sends 0), a negative count
/// means 0 (RFC 7644 section 3.4.2.4), and what is too great is brought down to the greatest.
fn page(start_index: Option<&str>, count: Option<&str>) -> Result<(u64, u64), Error> {
    let start_index = integer("startIndex", start_index)?.unwrap_or(1);
    let count = integer("count", count)?.unwrap_or(DEFAULT_COUNT);
    Ok((start_index.clamp(1, MAX_INDEX) - 1, count.min(MAX_COUNT)))
}

/// An integer, where a negative one counts as 0 and one that is too great as the greatest.
fn integer(name: &str, text: Option<&str>) -> Result<Option<u64>, Error> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let shown: String = text.chars().take(40).collect();
        return Err(Error::InvalidValue(format!(
            "`{name}` must be an integer, not `{shown}`"
        )));
    }
    if negative {
        return Ok(Some(0));
    }
    // Digits that do not fit are a number greater than any limit.
    Ok(Some(digits.parse().unwrap_or(u64::MAX)))
}

/// The message, with no member but the RFC's.
pub(crate) fn response(total: u64, start_index: u64, resources: Vec<Value>) -> Value {
    let mut response = json!({
        "schemas": [URN],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": resources.len(),
    });
    // Moved, where the macro above would copy them.
    response["Resources"] = resources.into();
    response
}

/// The cursors to the pages beside one; none where there is no such page.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// To the next page.
    pub(crate) next: Option<String>,
    /// To the page before.
    pub(crate) previous: Option<String>,
}

/// The message for a page by cursor, RFC 9865 section 2.
pub(crate) fn cursor_response(total: u64, beside: Beside, resources: Vec<Value>) -> Value {
    let mut response = json!({
        "schemas": [URN],
        "totalResults": total,
        "itemsPerPage": resources.len(),
    });
    for (name, cursor) in [
        ("nextCursor", beside.next),
        ("previousCursor", beside.previous),
    ] {
        if let Some(cursor) = cursor {
            response[name] = cursor.into();
        }
    }
    response["Resources"] = resources.into();
    response
}

/// The text of a message that has so many resources, up to the last of those that it holds, and what follows the others.
pub(crate) fn opened(mut message: Value, count: usize) -> (String, String) {
    message["itemsPerPage"] = count.into();
    open::open(&message, "Resources").expect("every message of this kind has a list of resources")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_brought_within_its_limits() {
        let huge = "99999999999999999999999999";
        for (start_index, count, offset, expected) in [
            (None, None, 0, 100),
            (Some("1"), Some("100"), 0, 100),
            (Some("0"), Some("0"), 0, 0),
            (Some("-5"), Some("-5"), 0, 0),
            (Some("11"), Some("5000"), 10, 1000),
            (Some(""), Some(" "), 0, 100),
            (Some(huge), Some(huge), MAX_INDEX - 1, 1000),
            (Some("-99999999999999999999999999"), Some("+7"), 0, 7),
        ] {
            assert_eq!(
                page(start_index, count),
                Ok((offset, expected)),
                "{start_index:?} {count:?}"
            );
        }
    }

    #[test]
    fn what_is_no_integer_is_an_invalid_value() {
        for text in ["x", "1.5", "1e3", "-", "0x10", "१"] {
            assert!(
                matches!(page(Some(text), None), Err(Error::InvalidValue(_))),
                "{text}"
            );
            assert!(
                matches!(page(None, Some(text)), Err(Error::InvalidValue(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn a_list_response_counts_what_is_on_the_page() {
        assert_eq!(
            response(7, 3, vec![json!({"id": "a"})]),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": 7, "startIndex": 3, "itemsPerPage": 1, "Resources": [{"id": "a"}],
            })
        );
    }
}
