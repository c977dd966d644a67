//! Organization > Groups & mapping: the groups, the rules as one form, what other rules would do, and rules as a file.

pub(crate) mod edit;
pub(crate) mod file;
pub(crate) mod group;
pub(crate) mod preview;
mod rows;

use url::form_urlencoded;

/// The path of a group's page.
fn group_path(name: &str) -> String {
    let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("/organization/mapping/group?name={name}")
}
