//! `/scim/v2`: the path of a test is the path of the endpoint.

mod bulk;
mod characteristics;
mod discovery;
mod errors;
mod groups;
mod me;
mod profiles;
mod protocol;
pub(crate) mod schemas;
mod search;
mod tenancy;
mod users;
