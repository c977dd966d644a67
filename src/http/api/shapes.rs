//! The objects of the API. Clients with strict models read them, so every field that these require is there.

use serde_json::{Value, json};

use crate::app::members::Listed;
use crate::app::role_mapping::{Explanation, ProjectStanding};
use crate::domain::MemberNumber;
use crate::domain::member::Member;
use crate::domain::organization::{FormerMember, Project, Workspace};
use crate::domain::role::{Considered, ProjectRole, RuleMatch, Step};

/// A person.
pub(super) fn user(member: &Member, organization: i64) -> Value {
    let profile = &member.profile;
    let (first, last) = (profile.given_name(), profile.family_name());
    let email = profile.email().unwrap_or(&profile.user_name);
    json!({
        "id": member.number,
        "username": profile.user_name,
        "email": email,
        "first_name": first,
        "last_name": last,
        "initials": initials(first, last, email),
        "avatar": null,
        "phone": profile.phone(),
        "last_activity": member.modified.to_string(),
        "date_joined": member.created.to_string(),
        "active_organization": organization,
        "allow_newsletters": false,
        "custom_hotkeys": {},
        "created_projects": [],
        "contributed_to_projects": [],
        "pause": null,
        "lse_fields": {},
    })
}

fn initials(first: &str, last: &str, email: &str) -> String {
    let letters: String = [first, last]
        .iter()
        .filter_map(|name| name.chars().next())
        .collect();
    let letters = if letters.is_empty() {
        email.chars().take(2).collect()
    } else {
        letters
    };
    letters.to_uppercase()
}

/// A person with their place in the organization.
pub(super) fn person(listed: &Listed, organization: i64) -> Value {
    let member = &listed.member;
    let mut shown = user(member, organization);
    let place = json!({
        "organization_id": organization,
        "role": member.role.code(),
        "role_source": member.role_source.name(),
        "active": member.role.has_access(),
        "user_type": "standard",
        "flex": null,
    });
    shown["org_membership"] = json!([place]);
    shown["organization_membership"] = place;
    shown
}

/// A member's place in the organization.
pub(super) fn membership(listed: &Listed, organization: i64) -> Value {
    let member = &listed.member;
    json!({
        "id": member.number,
        "organization": organization,
        "user": user(member, organization),
        "role": member.role.code(),
        "role_source": member.role_source.name(),
        "user_type": "standard",
        "tags": tags(listed),
        "created_at": member.created.to_string(),
        "created_projects": [],
        "contributed_to_projects": [],
        "flex": null,
        "concurrency": null,
    })
}

fn tags(listed: &Listed) -> Vec<Value> {
    let tags = listed.tags.iter();
    tags.map(|(id, label)| json!({ "id": id, "label": label }))
        .collect()
}

/// The same where one is asked for by number: the user is a number too.
pub(super) fn place(listed: &Listed, organization: i64) -> Value {
    let mut shown = membership(listed, organization);
    shown["profile"] = shown["user"].take();
    shown["user"] = json!(listed.member.number);
    shown["annotations_count"] = json!(0);
    shown["contributed_projects_count"] = json!(0);
    shown
}

/// A place that nobody has any more: what was done there stays, by the "Deleted User".
pub(super) fn former(former: &FormerMember, organization: i64) -> Value {
    let (number, joined) = (former.number, former.joined.to_string());
    json!({
        "id": number,
        "organization": organization,
        "user": deleted_user(number, &joined),
        "role": "DI",
        "role_source": "manual",
        "user_type": "standard",
        "tags": [],
        "created_at": joined,
        "deleted_at": former.left.to_string(),
        "created_projects": [],
        "contributed_to_projects": [],
        "flex": null,
        "concurrency": null,
    })
}

/// Somebody who was deleted.
fn deleted_user(number: MemberNumber, joined: &str) -> Value {
    json!({
        "id": number,
        "username": "Deleted",
        "email": "Deleted",
        "first_name": "Deleted",
        "last_name": "User",
        "initials": "DU",
        "avatar": null,
        "phone": "",
        "last_activity": joined,
        "date_joined": joined,
        "active_organization": null,
        "allow_newsletters": false,
        "custom_hotkeys": {},
        "created_projects": [],
        "contributed_to_projects": [],
        "pause": null,
        "lse_fields": {},
    })
}

/// Who made something; the "Deleted User" where they are no member any more.
pub(super) fn author(member: Option<&Member>) -> Value {
    let Some(member) = member else {
        return json!({
            "id": null,
            "first_name": "Deleted",
            "last_name": "User",
            "email": "Deleted",
            "avatar": null,
        });
    };
    let profile = &member.profile;
    json!({
        "id": member.number,
        "first_name": profile.given_name(),
        "last_name": profile.family_name(),
        "email": profile.email().unwrap_or(&profile.user_name),
        "avatar": null,
    })
}

/// A project.
pub(super) fn project(project: &Project, organization: i64) -> Value {
    json!({
        "id": project.id,
        "title": project.title,
        "description": project.description,
        "workspace": project.workspace,
        "organization": organization,
        "color": project.color,
        "created_at": project.created.to_string(),
        "is_published": project.is_published,
        "is_archived": project.is_archived,
    })
}

/// A workspace.
pub(super) fn workspace(workspace: &Workspace) -> Value {
    json!({
        "id": workspace.id,
        "title": workspace.title,
        "description": workspace.description,
        "color": workspace.color,
        "is_personal": workspace.is_personal,
        "is_archived": workspace.is_archived,
        "projects_count": workspace.projects,
        "created_by": workspace.author,
        "created_at": workspace.created.to_string(),
    })
}

/// The roles that a member has in projects.
pub(super) fn project_roles(standings: &[ProjectStanding]) -> Vec<Value> {
    standings
        .iter()
        .filter_map(|standing| {
            Some(json!({ "project": standing.project, "role": standing.role?.code() }))
        })
        .collect()
}

/// Why a member has the roles that they have (R6).
pub(super) fn explanation(explained: &Explanation) -> Value {
    let projects: Vec<Value> = explained
        .projects
        .iter()
        .map(|standing| {
            let considered: Vec<Value> = standing
                .considered
                .iter()
                .map(|rule| json!({ "group": rule.group, "source": rule.source.name(), "role": rule.role.name() }))
                .collect();
            json!({
                "project": standing.project,
                "role": standing.role.map(crate::domain::role::Role::code),
                "by_hand": standing.by_hand.map(ProjectRole::name),
                "inherits": standing.considered.iter().map(|rule| rule.role).chain(standing.by_hand)
                    .all(|role| role == ProjectRole::Inherit),
                "considered": considered,
            })
        })
        .collect();
    let unmatched: Vec<Value> = explained
        .unmatched
        .iter()
        .map(|group| {
            let hint = group.near_miss.as_ref().map(|named| {
                format!(
                    "a rule names {named:?}, which differs from {:?} in upper and lower case",
                    group.group
                )
            });
            json!({ "group": group.group, "source": group.source.name(), "hint": hint })
        })
        .collect();
    json!({
        "id": explained.number,
        "role": explained.role.code(),
        "role_source": explained.why.source.name(),
        "why": explained.why.steps.iter().map(step).collect::<Vec<_>>(),
        "groups_without_rule": unmatched,
        "projects": projects,
        "workspaces": explained.workspaces,
    })
}

fn step(step: &Step) -> Value {
    let mut shown = json!({
        "considered": kind(&step.considered),
        "says": sentence(&step.considered),
        "role": step.role.code(),
        "won": step.lost_because.is_none(),
        "lost_because": step.lost_because,
    });
    if let Considered::Rule(rule) = &step.considered {
        let RuleMatch {
            group,
            through,
            source,
            ..
        } = rule;
        shown["group"] = json!(group);
        shown["through"] = json!(through);
        shown["source"] = json!(source.name());
    }
    shown
}

fn kind(considered: &Considered) -> &'static str {
    match considered {
        Considered::Owner => "owner",
        Considered::Suspended => "suspended",
        Considered::InactiveInDirectory => "inactive_in_directory",
        Considered::Pin(_) => "pin",
        Considered::Rule(_) => "rule",
        Considered::LeftAllMappedGroups => "left_all_mapped_groups",
        Considered::Base(_) => "base",
        Considered::NoSeat => "no_seat",
    }
}

pub(super) fn sentence(considered: &Considered) -> String {
    match considered {
        Considered::Owner => "the member is the Owner of the organization".to_owned(),
        Considered::Suspended => "an admin has deactivated the member".to_owned(),
        Considered::InactiveInDirectory => "the directory says that the member is not active".to_owned(),
        Considered::Pin(role) => format!("an admin has given the role {} by hand", role.name()),
        Considered::Rule(RuleMatch { group, through, role, .. }) => match through {
            None => format!("the group {group:?} gives {}", role.name()),
            Some(through) => format!("the group {group:?}, which {through:?} is in, gives {}", role.name()),
        },
        Considered::LeftAllMappedGroups => {
            "the member has left every mapped group, and roles come from the identity provider alone".to_owned()
        }
        Considered::Base(role) => format!("where nothing else speaks, the member is {}", role.name()),
        Considered::NoSeat => "no seat is free; the member is activated when one is".to_owned(),
    }
}
