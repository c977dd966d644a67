//! SCIM 2.0 in its own words: RFC 7643 and RFC 7644, and what provisioning clients make of them.
//!
//! Pure: a wire value goes in and a value of the domain comes out, or the other way round. Nothing here waits, reads
//! the time or knows of HTTP; the base URL is a parameter. A PATCH of a group becomes changes, a filter becomes a
//! query, a resource becomes JSON.

pub(crate) mod attribute;
pub(crate) mod bulk;
mod characteristics;
pub(crate) mod cursor;
pub(crate) mod definition;
pub(crate) mod discovery;
pub(crate) mod error;
pub(crate) mod etag;
pub(crate) mod filter;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
pub(crate) mod group;
mod lexical;
pub(crate) mod list;
pub(crate) mod mask;
#[cfg(test)]
mod mask_tests;
pub(crate) mod open;
pub(crate) mod patch;
pub(crate) mod path;
pub(crate) mod people;
pub(crate) mod projection;
pub(crate) mod reading;
pub(crate) mod schema;
pub(crate) mod search;
pub(crate) mod security_event;
pub(crate) mod sort;
pub(crate) mod user;

mod value;

use serde_json::{Map, Value};

use error::Error;
use reading::Reading;

/// A message must say what it is, RFC 7643 section 3 and RFC 7644 section 3.1: `schemas` holds one of these URNs, in any
/// case. The first is the RFC's, others are what drafts called it.
fn require_schema(
    body: &Map<String, Value>,
    urns: &[&str],
    reading: &Reading<'_>,
) -> Result<(), Error> {
    let schemas = field(body, "schemas").and_then(Value::as_array);
    let named = schemas.into_iter().flatten().filter_map(Value::as_str);
    let known = |urn: &str, text: &str| text.eq_ignore_ascii_case(urn);
    if named.clone().any(|text| known(urns[0], text)) {
        return Ok(());
    }
    let draft = urns[1..]
        .iter()
        .find(|urn| named.clone().any(|text| known(urn, text)));
    if let Some(draft) = draft {
        reading.note(format!("`schemas` held `{draft}`; read as `{}`", urns[0]));
        return Ok(());
    }
    if reading.leniency.passes_over_wrong_schemas() {
        reading.note(format!(
            "`schemas` did not hold `{}`; read as if it did",
            urns[0]
        ));
        return Ok(());
    }
    Err(Error::InvalidSyntax(format!(
        "`schemas` must be a list that holds `{}`",
        urns[0]
    )))
}

/// Refuses a body with the `id` of another resource than the one at the path: whichever was meant, the other must not
/// change. The `id` is read-only, and RFC 7644 section 3.5.1 would pass it over.
pub(crate) fn must_not_name_another(
    body: &Value,
    own: &str,
    reading: &Reading<'_>,
) -> Result<(), Error> {
    let Some(id) = body.as_object().and_then(|body| field(body, "id")) else {
        return Ok(());
    };
    let is_own = |id: &str| id.is_empty() || id.eq_ignore_ascii_case(own);
    if id.is_null() || id.as_str().is_some_and(is_own) {
        return Ok(());
    }
    if reading.leniency.passes_over_foreign_ids() {
        reading.note("`id` was not that of the resource; passed over");
        return Ok(());
    }
    Err(Error::Mutability(
        "`id` is not that of the resource at this path, and cannot be changed".to_owned(),
    ))
}

/// The value of a name, which may be written in any case.
fn field<'o>(object: &'o Map<String, Value>, name: &str) -> Option<&'o Value> {
    object.get(name).or_else(|| {
        let found = object
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    })
}
