//! `/organization`: the members, a page of them at a time, and the role that each is given.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::view::{ROWS, View};
use super::{badge, count, day, number, source};
use crate::app::seats::{self, Seats};
use crate::app::{Caller, members, organizations, tags};
use crate::domain::error::Error;
use crate::domain::member::Member;
use crate::domain::organization::FormerMember;
use crate::domain::role::Role;
use crate::domain::{MemberNumber, TagId};
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::{page, sentence};

/// The roles that are given by hand, highest first.
pub(super) const GIVEN: [Role; 6] = [
    Role::Administrator,
    Role::Manager,
    Role::Reviewer,
    Role::Annotator,
    Role::NotActivated,
    Role::Deactivated,
];

const OF_OWNER: &str = "The Owner’s role changes only with a transfer of ownership";
const OF_ONESELF: &str = "Nobody changes their own role; ask another administrator";
const OF_DIRECTORY: &str = "Manual role management is off: the directory’s groups decide";
const OF_MANAGERS: &str = "Only the Owner and Administrators change roles";

/// Why the role of a member cannot be changed by whoever looks.
pub(super) fn lock(
    person: &Person,
    by_hand: bool,
    owner: bool,
    oneself: bool,
) -> Option<&'static str> {
    match () {
        () if owner => Some(OF_OWNER),
        () if !person.frame.role.administers() => Some(OF_MANAGERS),
        () if oneself => Some(OF_ONESELF),
        () if !by_hand => Some(OF_DIRECTORY),
        () => None,
    }
}

struct Row {
    number: i64,
    name: String,
    email: String,
    role: Role,
    badge: (&'static str, &'static str),
    source: &'static str,
    tags: Vec<(i64, String)>,
    joined: String,
    lock: Option<&'static str>,
}

/// Where the pages of a list lead.
struct Pager {
    from: String,
    to: String,
    total: String,
    before: Option<String>,
    after: Option<String>,
}

impl Pager {
    fn of(view: &View, total: u64, shown: usize) -> Self {
        let offset = (view.page - 1) * ROWS;
        let end = offset + shown as u64;
        Self {
            from: count(if shown == 0 { 0 } else { offset + 1 }),
            to: count(end),
            total: count(total),
            before: (view.page > 1).then(|| view.turned(view.page - 1)),
            after: (shown > 0 && end < total).then(|| view.turned(view.page + 1)),
        }
    }
}

#[derive(Template)]
#[template(path = "members/list.html")]
struct Page {
    frame: Frame,
    view: View,
    query: String,
    rows: Vec<Row>,
    /// Those who were members: number, and the days on which they joined and left.
    former: Vec<(i64, String, String)>,
    pager: Pager,
    seats: Seats,
    pending: u64,
    by_hand: bool,
    tag: Option<String>,
    notice: Option<&'static str>,
    problem: Option<String>,
}

impl Page {
    fn filters(&self) -> Vec<(&'static str, &'static str, bool)> {
        let one = |role: Role, name| (role.code(), name, self.view.role == Some(role));
        let mut all = vec![(
            "",
            "All roles",
            self.view.role.is_none() && !self.view.deleted,
        )];
        all.push(one(Role::NotActivated, "Pending (Not Activated)"));
        let others = Role::ALL
            .into_iter()
            .filter(|role| *role != Role::NotActivated);
        all.extend(others.map(|role| one(role, role.name())));
        all.push(("deleted", "Deleted User", self.view.deleted));
        all
    }
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Manager).await?;
    let notice = match parameters.get("done") {
        Some("role") => Some("The role is saved."),
        Some("deleted") => {
            Some("The member is deleted. What they did stays, as the “Deleted User”.")
        }
        _ => None,
    };
    let view = View::read(&parameters);
    shown(person, view, notice, None, StatusCode::OK).await
}

async fn shown(
    person: Person,
    view: View,
    notice: Option<&'static str>,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let caller = &person.caller;
    let organization = organizations::find(caller).await?;
    let by_hand = organization.manual_role_management;
    let (mut rows, mut former) = (Vec::new(), Vec::new());
    let total = if view.deleted {
        let found = members::list_former(caller, view.slice()).await?;
        let days = |one: FormerMember| (one.number.0, day(one.joined), day(one.left));
        former = found.resources.into_iter().map(days).collect();
        found.total
    } else {
        let found = members::list(caller, &view.filter(), view.order(), view.slice()).await?;
        for one in found.resources {
            let owner = one.member.id == organization.owner;
            let lock = lock(&person, by_hand, owner, one.member.number == person.number);
            let tags = one.tags.into_iter().map(|(id, label)| (id.0, label));
            rows.push(row(&one.member, tags.collect(), lock));
        }
        found.total
    };
    let pending = members::count(caller, &View::of("role=NO").filter()).await?;
    let tag = match view.tag {
        Some(id) => match tags::find(caller, TagId(id)).await {
            Ok(found) => Some(found.tag.label),
            Err(Error::NotFound(_)) => Some("a tag that is gone".to_owned()),
            Err(other) => return Err(other.into()),
        },
        None => None,
    };
    let shown = Page {
        pager: Pager::of(&view, total, rows.len() + former.len()),
        query: view.query(),
        seats: seats::find(caller).await?,
        frame: person.frame,
        view,
        rows,
        former,
        pending,
        by_hand,
        tag,
        notice,
        problem,
    };
    Ok(page(status, &shown))
}

fn row(member: &Member, tags: Vec<(i64, String)>, lock: Option<&'static str>) -> Row {
    Row {
        number: member.number.0,
        name: member.profile.display_name(),
        email: member.profile.email().unwrap_or_default().to_owned(),
        role: member.role,
        badge: badge(member.role),
        source: source(member.role_source),
        tags,
        joined: day(member.created),
        lock,
    }
}

/// Whether a member has this role, through whatever.
async fn has(caller: &Caller, number: MemberNumber, role: Role) -> Result<bool, Error> {
    Ok(members::find(caller, number).await?.member.role == role)
}

/// Whose role becomes what.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    member: String,
    #[serde(default)]
    role: String,
    /// Which part of the list was open.
    #[serde(default)]
    view: String,
}

/// POST: gives a member a role.
pub(crate) async fn assign(
    person: Person,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(wanted) = wanted?;
    let view = View::of(&wanted.view);
    let member = number(&wanted.member);
    let given = match Role::from_code(&wanted.role) {
        // What a rule gives is not given by hand because somebody saved the row as it was.
        Some(role) if GIVEN.contains(&role) && has(&person.caller, member, role).await? => {
            return Ok(Redirect::to(&view.path("")).into_response());
        }
        Some(role) => {
            let given = members::assign_role(&person.caller, member, Some(role)).await;
            given.map(|_| ())
        }
        None => Err(Error::Invalid("choose a role".to_owned())),
    };
    match given {
        Ok(()) => Ok(Redirect::to(&view.path("done=role")).into_response()),
        Err(Error::Forbidden(said)) => {
            shown(
                person,
                view,
                None,
                Some(sentence(&said)),
                StatusCode::FORBIDDEN,
            )
            .await
        }
        Err(Error::Invalid(said)) => {
            shown(
                person,
                view,
                None,
                Some(sentence(&said)),
                StatusCode::BAD_REQUEST,
            )
            .await
        }
        Err(other) => Err(other.into()),
    }
}
