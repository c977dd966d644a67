//! What the trail tells of one member's role, read back: since when, and through whom.

use serde_json::Value;
use uuid::Uuid;

use crate::domain::Timestamp;
use crate::domain::role::Role;

/// What became of a member's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// They joined, or were restored, with this role.
    Joined(Role),
    /// It became another.
    Became(Role, Role),
    /// It was given by hand, or what was given by hand was taken back. Whether it became another is told apart.
    Given(Option<Role>),
    /// They were deleted, which was taken back since.
    Left,
}

/// One entry of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// When.
    pub(crate) at: Timestamp,
    /// What.
    pub(crate) turn: Turn,
    /// The word for who did it.
    pub(crate) actor_kind: String,
    /// The id of who did it.
    pub(crate) actor: Option<Uuid>,
    /// The request's id.
    pub(crate) request: String,
}

/// What an event tells of a role; `None` where it tells nothing.
pub(crate) fn turn(kind: &str, facts: &Value) -> Option<Turn> {
    let role = |name: &str| {
        facts
            .get(name)
            .and_then(Value::as_str)
            .and_then(Role::from_code)
    };
    match kind {
        "member.created" | "member.restored" => Some(Turn::Joined(role("role")?)),
        "member.role_changed" => Some(Turn::Became(role("before")?, role("after")?)),
        "member.role_assigned" => Some(Turn::Given(role("role"))),
        "member.deleted" => Some(Turn::Left),
        _ => None,
    }
}

/// Puts a history in order, newest first: within one transaction somebody joins, then is given a role, then has it.
pub(crate) fn sort(history: &mut [Moment]) {
    let step = |moment: &Moment| match moment.turn {
        Turn::Left => 0,
        Turn::Joined(_) => 1,
        Turn::Given(_) => 2,
        Turn::Became(..) => 3,
    };
    history.sort_by_key(|moment| std::cmp::Reverse((moment.at, step(moment))));
}

/// The role at a moment, by a history that is whole and has its newest entry first; `None` for who was no member then.
pub(crate) fn role_at(history: &[Moment], at: Timestamp) -> Option<Role> {
    let mut then = history.iter().filter(|moment| moment.at <= at);
    let last = then.find_map(|moment| match moment.turn {
        Turn::Joined(role) | Turn::Became(_, role) => Some(Some(role)),
        Turn::Left => Some(None),
        Turn::Given(_) => None,
    });
    last.flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn moment(at: i64, turn: Turn) -> Moment {
        Moment {
            at: Timestamp(at),
            turn,
            actor_kind: "server".to_owned(),
            actor: None,
            request: String::new(),
        }
    }

    #[test]
    fn the_role_at_a_moment_is_what_it_last_became() {
        let mut history = [
            moment(50, Turn::Joined(Role::Annotator)),
            moment(40, Turn::Left),
            moment(30, Turn::Given(Some(Role::Manager))),
            moment(30, Turn::Became(Role::Annotator, Role::Manager)),
            moment(10, Turn::Joined(Role::Annotator)),
        ];
        sort(&mut history);
        let roles = [9, 10, 29, 30, 39, 40, 49, 50].map(|at| role_at(&history, Timestamp(at)));
        let (annotator, manager) = (Some(Role::Annotator), Some(Role::Manager));
        assert_eq!(
            roles,
            [
                None, annotator, annotator, manager, manager, None, None, annotator
            ]
        );
    }

    #[test]
    fn events_are_read_and_others_tell_nothing() {
        let facts = json!({ "before": "AN", "after": "MA", "source": "scim" });
        let became = turn("member.role_changed", &facts);
        assert_eq!(became, Some(Turn::Became(Role::Annotator, Role::Manager)));
        assert_eq!(
            turn("member.role_assigned", &json!({ "role": null })),
            Some(Turn::Given(None))
        );
        assert_eq!(turn("member.created", &json!({ "role": "XX" })), None);
        assert_eq!(turn("group.created", &facts), None);
    }
}
