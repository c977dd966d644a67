//! Finds every `bulkId:name` in the data of an operation and puts an id in its place, RFC 7644 section 3.7.2.

use serde_json::Value;

use crate::scim::schema::Kind;

/// What stands before the name.
const PREFIX: &str = "bulkId:";

/// Replaces a text that is a reference as a whole. `id_of` gives the id, or nothing where the name is not known.
pub(super) fn replace_whole(text: &mut String, id_of: &mut impl FnMut(&str) -> Option<String>) {
    if let Some(id) = text.strip_prefix(PREFIX).and_then(id_of) {
        *text = id;
    }
}

/// Replaces every reference in the data of an operation on such a resource: each text that is one as a whole, and in the
/// `path` of a PATCH each that stands in quotes.
pub(super) fn replace(
    data: &mut Value,
    kind: Kind,
    id_of: &mut impl FnMut(&str) -> Option<String>,
) {
    match data {
        Value::Object(fields) => {
            for (name, value) in fields {
                // A User's groups are ours to say, and passed over.
                if kind == Kind::User && name.eq_ignore_ascii_case("groups") {
                    continue;
                }
                if let Value::String(path) = value
                    && name.eq_ignore_ascii_case("path")
                {
                    replace_quoted(path, id_of);
                }
                replace(value, kind, id_of);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                replace(element, kind, id_of);
            }
        }
        Value::String(text) => replace_whole(text, id_of),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Replaces references such as that of `members[value eq "bulkId:ada"]`.
fn replace_quoted(path: &mut String, id_of: &mut impl FnMut(&str) -> Option<String>) {
    if !path.contains("\"bulkId:") {
        return;
    }
    let replaced: Vec<String> = path
        .split('"')
        .map(|part| {
            let mut part = part.to_owned();
            replace_whole(&mut part, id_of);
            part
        })
        .collect();
    *path = replaced.join("\"");
}
