//! SCIM 2.0 in its own words: RFC 7643 and RFC 7644, and what provisioning clients make of them.
//!
//! Pure: a wire value goes in and a value of the domain comes out, or the other way round. Nothing here waits, reads
//! the time or knows of HTTP; the base URL is a parameter. A PATCH of a group becomes changes, a filter becomes a
//! query, a resource becomes JSON.

pub(crate) mod attribute;
pub(crate) mod discovery;
pub(crate) mod error;
pub(crate) mod etag;
pub(crate) mod filter;
pub(crate) mod list;
pub(crate) mod path;
pub(crate) mod projection;
pub(crate) mod schema;
