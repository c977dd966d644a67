//! Who is in a project or a workspace, with which role and through what, and who could be added. For `people.html`.

use std::collections::BTreeMap;

use super::Open;
use crate::app::places::{self, InPlace, Place};
use crate::app::{Caller, members};
use crate::domain::MemberNumber;
use crate::domain::error::Error;
use crate::domain::listing::{MemberFilter, MemberOrder, Slice, Way};
use crate::domain::member::Member;
use crate::domain::role::{ProjectRole, project_role};
use crate::http::ui::members::{badge, source};
use crate::http::ui::paging::{Pager, slice};

/// How many are offered to be added.
const OFFERED: i64 = 20;
/// By address, since that is what people look for.
const ORDER: (MemberOrder, bool) = (MemberOrder::UserName, false);

/// Somebody who is there.
pub(super) struct Row {
    pub(super) number: i64,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) badge: (&'static str, &'static str),
    /// Through what, each in words.
    pub(super) from: Vec<String>,
    /// What was given by hand: the name of a role, or nothing.
    pub(super) by_hand: Option<&'static str>,
}

/// Everybody on this part of the list.
pub(super) struct People {
    /// The page that they are on.
    pub(super) path: String,
    /// Whether they have roles there.
    pub(super) roles: bool,
    pub(super) search: String,
    pub(super) find: String,
    pub(super) view: String,
    pub(super) rows: Vec<Row>,
    /// Number, name and address of those who could be added.
    pub(super) offered: Vec<(i64, String, String)>,
    pub(super) pager: Pager,
}

impl People {
    pub(super) async fn of(
        caller: &Caller,
        place: Place,
        path: String,
        open: &Open,
    ) -> Result<Self, Error> {
        let filter = MemberFilter {
            words: MemberFilter::words_of(&open.search),
            ..MemberFilter::default()
        };
        let part = slice(open.page);
        let found = places::list_members(caller, place, Way::Any, filter, ORDER, part).await?;
        let mut offered = Vec::new();
        if !open.find.is_empty() {
            let mut filter = MemberFilter {
                words: MemberFilter::words_of(&open.find),
                ..MemberFilter::default()
            };
            match place {
                Place::Project(id) => filter.not_in_project = Some(id),
                Place::Workspace(id) => filter.not_in_workspace = Some(id),
            }
            let first = Slice {
                offset: 0,
                count: OFFERED,
            };
            let all = members::list(caller, &filter, ORDER, first).await?;
            offered.extend(all.resources.iter().map(|one| {
                let (name, email) = called(&one.member);
                (one.member.number.0, name, email)
            }));
        }
        let shown = found.resources.len();
        let roles = matches!(place, Place::Project(_));
        Ok(Self {
            pager: Pager::of(&open.path(&path), open.page, found.total, shown),
            rows: found.resources.iter().map(|one| row(one, roles)).collect(),
            search: open.search.clone(),
            find: open.find.clone(),
            view: open.query(),
            offered,
            roles,
            path,
        })
    }
}

fn called(member: &Member) -> (String, String) {
    let email = member.profile.email().unwrap_or_default().to_owned();
    (member.profile.display_name(), email)
}

fn row(one: &InPlace, roles: bool) -> Row {
    let member = &one.listed.member;
    let (name, email) = called(member);
    // Who is there by nothing else is so through the workspace, with the role that they have anyway.
    let by_hand = one.by_hand.unwrap_or(ProjectRole::Inherit);
    let role = project_role(member.role, &one.rules, Some(by_hand)).unwrap_or(member.role);
    Row {
        number: member.number.0,
        name,
        email,
        badge: badge(if roles { role } else { member.role }),
        from: through(one, roles),
        by_hand: one.by_hand.map(ProjectRole::name),
    }
}

fn through(one: &InPlace, roles: bool) -> Vec<String> {
    let mut from = Vec::new();
    match one.by_hand {
        Some(role) if roles => from.push(format!("by hand: {}", role.name())),
        Some(_) => from.push("by hand".to_owned()),
        None if !roles => from.push("by a rule".to_owned()),
        None => {}
    }
    if roles && one.listed.member.role.administers() {
        from.push(format!("as {}", one.listed.member.role.name()));
    }
    from.extend(one.rules.iter().map(|rule| {
        let (role, through) = (rule.role.name(), source(rule.source));
        format!("group “{}” ({through}): {role}", rule.group)
    }));
    if from.is_empty() {
        from.push("through the workspace".to_owned());
    }
    from
}

/// What can be given in a project, in words.
pub(crate) const GIVEN: [(&str, &str); 4] = [
    ("Inherit", "As in the organization"),
    ("Manager", "Manager"),
    ("Reviewer", "Reviewer"),
    ("Annotator", "Annotator"),
];

/// Adds or removes somebody, or gives them a role, as a form says; the word for what was done.
pub(super) async fn act(
    caller: &Caller,
    place: Place,
    what: &str,
    fields: &BTreeMap<String, String>,
) -> Result<&'static str, Error> {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let member = MemberNumber(field("member").parse().unwrap_or(-1));
    if what == "remove" {
        places::move_one(caller, place, member, false).await?;
        return Ok("removed");
    }
    let Place::Project(project) = place else {
        places::move_one(caller, place, member, true).await?;
        return Ok("added");
    };
    let role = ProjectRole::from_name(field("role"));
    match role {
        None => return Err(Error::Invalid("choose a role".to_owned())),
        Some(ProjectRole::Inherit) if what == "add" => {
            places::move_one(caller, place, member, true).await?;
        }
        Some(role) => {
            places::give_role(caller, project, member, role).await?;
        }
    }
    Ok(if what == "add" { "added" } else { "role" })
}
