//! The receipt of somebody who left: every effect that is written down, each with its time, out of the trail.

use serde_json::{Value, json};
use uuid::Uuid;

use super::event::looking_back::Found;
use super::role::Role;
use super::{EventId, GroupId, MemberId, ProjectId, Timestamp, WorkspaceId};

/// What ended with somebody's access: how many of each there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Sessions.
    pub(crate) sessions: i64,
    /// Tokens of the person, of every kind.
    pub(crate) tokens: i64,
}

impl Ended {
    /// As it is written into an event.
    pub(crate) fn written(self) -> Value {
        json!({ "sessions": self.sessions, "tokens": self.tokens })
    }
}

/// What a member had who is deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Had {
    /// What ended.
    pub(crate) ended: Ended,
    /// The groups of the directory that they were in.
    pub(crate) groups: Vec<GroupId>,
    /// The projects that they were in by hand.
    pub(crate) projects: Vec<ProjectId>,
    /// The workspaces that they were in by hand.
    pub(crate) workspaces: Vec<WorkspaceId>,
}

/// An effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// The directory said that the person is not active.
    Told,
    /// The role became one without access.
    AccessEnded(Role, Role),
    /// So many sessions ended; `None` where how many was not written down.
    SessionsEnded(Option<i64>),
    /// So many tokens ended, likewise.
    TokensEnded(Option<i64>),
    /// The seat is free.
    SeatFreed,
    /// They are in this group no more.
    LeftGroup(String),
    /// They are in this project no more.
    LeftProject(String),
    /// They are in this workspace no more.
    LeftWorkspace(String),
    /// They were deleted.
    Deleted,
    /// What is known of them is kept until an administrator decides: the brake held.
    Held,
    /// Their personal data was erased.
    Erased,
}

/// An effect with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effect {
    /// When.
    pub(crate) at: Timestamp,
    /// What.
    pub(crate) what: What,
    /// The word for who did it.
    pub(crate) actor_kind: String,
    /// The id of who did it.
    pub(crate) actor: Option<Uuid>,
    /// The request's id.
    pub(crate) request: String,
    /// The event that says so.
    pub(crate) event: EventId,
}

/// Whether an event gives somebody access again, or for the first time.
pub(crate) fn gives_access(kind: &str, facts: &Value) -> bool {
    let role = |name: &str| facts.get(name)?.as_str().and_then(Role::from_code);
    match kind {
        "member.created" | "member.restored" => true,
        "member.role_changed" => role("after").is_some_and(Role::has_access),
        _ => false,
    }
}

/// What an event says of a member's leaving.
pub(crate) fn effects(found: &Found, member: MemberId) -> Vec<Effect> {
    let (entry, facts) = (&found.entry, &found.entry.facts);
    let id = member.to_string();
    let own = entry.subject.as_deref() == Some(id.as_str());
    let role = |name: &str| facts.get(name)?.as_str().and_then(Role::from_code);
    let removed = || {
        let listed = facts.get("removed").and_then(Value::as_array);
        listed.is_some_and(|listed| listed.iter().any(|one| one.as_str() == Some(&id)))
    };
    let mut all = Vec::new();
    match (entry.kind.as_str(), own) {
        ("member.changed", true) if facts.get("active") == Some(&Value::Bool(false)) => {
            all.push(What::Told);
        }
        ("member.role_changed", true) => {
            if let Some((before, after)) = role("before").zip(role("after"))
                && !after.has_access()
            {
                all.push(What::AccessEnded(before, after));
                ended(facts, before.has_access(), &mut all);
            }
        }
        ("member.deleted", true) => {
            all.push(What::Deleted);
            ended(facts, role("role").is_some_and(Role::has_access), &mut all);
            for (part, what) in [
                ("groups", What::LeftGroup as fn(String) -> What),
                ("projects", What::LeftProject),
                ("workspaces", What::LeftWorkspace),
            ] {
                let listed = facts
                    .get("left")
                    .and_then(|left| left.get(part)?.as_array());
                for one in listed.into_iter().flatten() {
                    let text = one.as_str().map_or_else(|| one.to_string(), str::to_owned);
                    all.push(what(text));
                }
            }
            let held = facts.get("held") == Some(&Value::Bool(true));
            all.push(if held { What::Held } else { What::Erased });
        }
        ("member.erased", true) => all.push(What::Erased),
        ("session.ended", true) => all.push(What::SessionsEnded(None)),
        ("personal_token.revoked", true) => all.push(What::TokensEnded(Some(1))),
        ("group.changed", _) if removed() => {
            all.push(What::LeftGroup(entry.subject.clone().unwrap_or_default()));
        }
        ("project.members_changed", _) if removed() => {
            all.push(What::LeftProject(entry.subject.clone().unwrap_or_default()));
        }
        ("workspace.members_changed", _) if removed() => {
            all.push(What::LeftWorkspace(
                entry.subject.clone().unwrap_or_default(),
            ));
        }
        _ => {}
    }
    all.into_iter()
        .map(|what| Effect {
            at: entry.at,
            what,
            actor_kind: entry.actor_kind.clone(),
            actor: entry.actor,
            request: entry.request.clone(),
            event: entry.id,
        })
        .collect()
}

/// What ended with the access that somebody had, and the seat that went with it.
fn ended(facts: &Value, had_access: bool, all: &mut Vec<What>) {
    let count = |name: &str| {
        facts
            .get("ended")
            .and_then(|ended| ended.get(name)?.as_i64())
    };
    if had_access || count("sessions").is_some_and(|count| count > 0) {
        all.push(What::SessionsEnded(count("sessions")));
    }
    if had_access || count("tokens").is_some_and(|count| count > 0) {
        all.push(What::TokensEnded(count("tokens")));
    }
    if had_access {
        all.push(What::SeatFreed);
    }
}

/// Puts effects in order, the oldest first: within one moment as they follow from one another.
pub(crate) fn sort(effects: &mut [Effect]) {
    effects.sort_by_key(|effect| {
        let step = match effect.what {
            What::Told => 0,
            What::Deleted => 1,
            What::AccessEnded(..) => 2,
            What::SessionsEnded(_) => 3,
            What::TokensEnded(_) => 4,
            What::LeftGroup(_) => 5,
            What::LeftProject(_) => 6,
            What::LeftWorkspace(_) => 7,
            What::SeatFreed => 8,
            What::Held | What::Erased => 9,
        };
        (effect.at, step)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OrganizationId;
    use crate::domain::event::recorded::Entry;

    const ID: MemberId = MemberId(Uuid::from_u128(5));

    fn found(kind: &str, subject: &str, facts: Value) -> Found {
        Found {
            seq: None,
            details: None,
            entry: Entry {
                id: EventId(Uuid::from_u128(1)),
                organization: OrganizationId(1),
                at: Timestamp(7),
                kind: kind.to_owned(),
                actor_kind: "scim_token".to_owned(),
                actor: None,
                subject: Some(subject.to_owned()),
                request: "r".to_owned(),
                facts,
            },
        }
    }

    fn told(kind: &str, subject: &str, facts: Value) -> Vec<What> {
        let mut all = effects(&found(kind, subject, facts), ID);
        sort(&mut all);
        all.into_iter().map(|effect| effect.what).collect()
    }

    #[test]
    fn only_what_is_written_down_is_told() {
        let id = ID.to_string();
        let facts = json!({ "before": "AN", "after": "DI" });
        assert_eq!(
            told("member.role_changed", &id, facts.clone()),
            [
                What::AccessEnded(Role::Annotator, Role::Deactivated),
                What::SessionsEnded(None),
                What::TokensEnded(None),
                What::SeatFreed
            ]
        );
        let facts = json!({ "role": "DI", "held": true, "ended": { "sessions": 0, "tokens": 0 },
            "left": { "groups": ["g"], "projects": [3], "workspaces": [] } });
        assert_eq!(
            told("member.deleted", &id, facts),
            [
                What::Deleted,
                What::LeftGroup("g".to_owned()),
                What::LeftProject("3".to_owned()),
                What::Held
            ]
        );
        let removed = json!({ "removed": [id], "added": [] });
        assert_eq!(
            told("group.changed", "g", removed),
            [What::LeftGroup("g".to_owned())]
        );
        let added = json!({ "removed": [], "added": [id] });
        assert!(told("group.changed", "g", added).is_empty());
        assert!(told("member.changed", &id, json!({ "active": true })).is_empty());
        let other = MemberId(Uuid::from_u128(6)).to_string();
        assert!(told("member.deleted", &other, json!({ "role": "AN" })).is_empty());
    }

    #[test]
    fn access_comes_with_a_role_that_has_it() {
        let changed = |after: &str| gives_access("member.role_changed", &json!({ "after": after }));
        assert!(changed("AN") && !changed("DI") && !changed("NO"));
        assert!(gives_access("member.restored", &json!({})));
        assert!(!gives_access("member.deleted", &json!({})));
    }
}
