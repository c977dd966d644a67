//! The doors through which fuzzing, and the replay of what it found, reach code that is not public.
//!
//! One function for each target: bytes in, and a panic where a law does not hold. Not part of the server: compiled only
//! with `--cfg fuzzing` and in tests. `fuzz/README.md` says how to run it.

mod service;

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::scim::fuzzing as scim;

pub use service::{Outcome, Service};

/// Filters, and lists of attributes.
///
/// # Panics
///
/// If a law does not hold.
pub fn filter(input: &[u8]) {
    text(input, scim::filter);
}

/// Paths of PATCH operations.
///
/// # Panics
///
/// If a law does not hold.
pub fn path(input: &[u8]) {
    text(input, scim::path);
}

/// PATCH messages, for a User and for a Group.
///
/// # Panics
///
/// If a law does not hold.
pub fn patch_body(input: &[u8]) {
    body(input, |body| scim::patch_body(&body));
}

/// Users.
///
/// # Panics
///
/// If a law does not hold.
pub fn user_body(input: &[u8]) {
    body(input, |body| scim::user_body(&body));
}

/// Groups.
///
/// # Panics
///
/// If a law does not hold.
pub fn group_body(input: &[u8]) {
    body(input, |body| scim::group_body(&body));
}

/// Bulk requests.
///
/// # Panics
///
/// If a law does not hold.
pub fn bulk(input: &[u8]) {
    body(input, |body| scim::bulk(&body));
}

/// Cursors of lists.
///
/// # Panics
///
/// If a law does not hold.
pub fn cursor(input: &[u8]) {
    text(input, scim::cursor);
}

fn text(input: &[u8], read: fn(&str)) {
    if let Ok(text) = std::str::from_utf8(input) {
        read(text);
    }
}

fn body(input: &[u8], read: impl FnOnce(Value)) {
    if let Ok(body) = serde_json::from_slice(input) {
        read(body);
    }
}
