//! SCIM 2.0 in its own words: RFC 7643 and RFC 7644, and what provisioning clients make of them.
//!
//! Pure: a wire value goes in and a value of the domain comes out, or the other way round. Nothing here waits, reads
//! the time or knows of HTTP; the base URL is a parameter. A PATCH of a group becomes changes, a filter becomes a
//! query, a resource becomes JSON.

pub(crate) mod attribute;
pub(crate) mod bulk;
pub(crate) mod discovery;
pub(crate) mod error;
pub(crate) mod etag;
pub(crate) mod filter;
pub(crate) mod group;
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
pub(crate) mod user;

mod value;

use serde_json::{Map, Value};

use error::Error;

/// A resource in a request must say what it is, RFC 7643 section 3: `schemas` holds one of these URNs, in any case.
fn require_schema(body: &Map<String, Value>, urns: &[&str]) -> Result<(), Error> {
    let schemas = body
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("schemas"))
        .map(|(_, schemas)| schemas);
    let Some(Value::Array(schemas)) = schemas else {
        return Err(Error::InvalidSyntax(format!(
            "`schemas` must be a list that holds `{}`",
            urns[0]
        )));
    };
    let known = |text: &str| urns.iter().any(|urn| text.eq_ignore_ascii_case(urn));
    if !schemas.iter().filter_map(Value::as_str).any(known) {
        return Err(Error::InvalidSyntax(format!(
            "`schemas` does not hold `{}`",
            urns[0]
        )));
    }
    Ok(())
}
