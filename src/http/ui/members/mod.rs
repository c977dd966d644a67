//! Organization > Members: the list, one member, invitations, tags.

pub(crate) mod delete;
pub(crate) mod invite;
pub(crate) mod list;
pub(crate) mod one;
pub(crate) mod receipt;
pub(crate) mod tags;
mod view;
pub(crate) mod why;

use crate::domain::role::{Role, RoleSource};
use crate::domain::{MemberNumber, Timestamp};

/// A role as a badge: its class and its name.
pub(crate) fn badge(role: Role) -> (&'static str, &'static str) {
    let class = match role {
        Role::Owner | Role::Administrator => "mark",
        Role::Manager | Role::Reviewer | Role::Annotator => "info",
        Role::NotActivated => "warn",
        Role::Deactivated => "bad",
    };
    (class, role.name())
}

/// Through what a role came, in a word or two.
pub(crate) fn source(source: RoleSource) -> &'static str {
    match source {
        RoleSource::Manual => "manual",
        RoleSource::Oidc => "OpenID Connect",
        RoleSource::Saml => "SAML",
        RoleSource::Scim => "SCIM",
    }
}

/// The day of a moment.
pub(crate) fn day(at: Timestamp) -> String {
    let mut text = at.to_string();
    text.truncate(10);
    text
}

/// The member that a form names; of what is no number there is none.
fn number(text: &str) -> MemberNumber {
    MemberNumber(text.parse().unwrap_or(-1))
}

/// A number as people read it: `12,345`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_parted_by_thousands() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(number), text);
        }
    }
}
