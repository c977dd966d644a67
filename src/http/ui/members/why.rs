//! Why a role: the chain of what was considered (R6), as boxes from left to right and in words.

use super::{badge, source};
use crate::domain::role::{self, Considered};
use crate::http::api::says;
use crate::http::ui::sentence;

/// A box of the picture: what it is, and which.
pub(crate) struct Part {
    /// What it is: `Group`.
    pub(crate) kind: &'static str,
    /// Which: its name.
    pub(crate) text: String,
}

/// One thing that was considered.
pub(crate) struct Step {
    /// From where the role would come, from left to right.
    pub(crate) parts: Vec<Part>,
    /// The role that it would give, as a badge.
    pub(crate) role: (&'static str, &'static str),
    /// The same in a sentence.
    pub(crate) says: String,
    /// Why it did not count; `None` for the one that decides.
    pub(crate) lost: Option<String>,
}

/// One step of the chain, for a page.
pub(crate) fn step(step: &role::Step) -> Step {
    Step {
        parts: parts(&step.considered),
        role: badge(step.role),
        says: sentence(&says(step)),
        lost: step.lost_because.clone(),
    }
}

fn parts(considered: &Considered) -> Vec<Part> {
    let part = |kind, text: &str| Part {
        kind,
        text: text.to_owned(),
    };
    match considered {
        Considered::Owner => vec![part("Organization", "its Owner")],
        Considered::Suspended => vec![part("By hand", "deactivated")],
        Considered::InactiveInDirectory => vec![part("Directory", "not active")],
        Considered::Pin(_) => vec![part("By hand", "role given")],
        Considered::Rule(rule) => {
            let mut parts = Vec::new();
            if let Some(through) = &rule.through {
                parts.push(part("Group", through));
            }
            parts.push(part(
                match rule.source {
                    role::RoleSource::Scim => "Group, SCIM",
                    role::RoleSource::Saml => "Group, SAML",
                    role::RoleSource::Oidc => "Group, OpenID Connect",
                    role::RoleSource::Manual => source(rule.source),
                },
                &rule.group,
            ));
            parts.push(part("Rule", "names it"));
            parts
        }
        Considered::LeftAllMappedGroups => vec![part("Directory", "left every mapped group")],
        Considered::Base(_) => vec![part("Otherwise", "base role")],
        Considered::NoSeat => vec![part("Seats", "none is free")],
    }
}
