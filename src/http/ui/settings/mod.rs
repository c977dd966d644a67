//! Organization > Settings: what the organization says of itself, of access, of its domains and of its webhooks.
//!
//! Owner and Administrators see all of it; what the Owner alone changes is shown to the others without a form.

pub(crate) mod access;
pub(crate) mod domains;
pub(crate) mod general;
pub(crate) mod webhook;
pub(crate) mod webhooks;

use axum::http::StatusCode;

use super::problems::Problems;

const GENERAL: &str = "/organization/settings";

/// The parts, each with its path and its name.
const PARTS: [(&str, &str); 4] = [
    (GENERAL, "General"),
    ("/organization/settings/access", "Access"),
    ("/organization/settings/domains", "Domains"),
    ("/organization/settings/webhooks", "Webhooks"),
];

/// The same, and whether the page at this path belongs to it.
pub(crate) fn tabs(path: &str) -> [(&'static str, &'static str, bool); 4] {
    PARTS.map(|(part, label)| {
        let below = part != GENERAL && path.starts_with(part);
        (part, label, path == part || below)
    })
}

/// The status of a page whose form has these problems.
fn status(problems: &Problems) -> StatusCode {
    if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_is_open() {
        for (path, label) in [
            ("/organization/settings", "General"),
            ("/organization/settings/access", "Access"),
            ("/organization/settings/webhooks/x", "Webhooks"),
        ] {
            let open: Vec<&str> = tabs(path)
                .into_iter()
                .filter_map(|(_, label, open)| open.then_some(label))
                .collect();
            assert_eq!(open, [label]);
        }
    }
}
