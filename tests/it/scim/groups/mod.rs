//! `/scim/v2/Groups`

mod create;
mod delete;
mod get;
mod list;
mod nested;
mod patch;
mod replace;
mod stream;
