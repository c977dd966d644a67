//! `/organization/members/{number}`: one member, why they have their role, and since when.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::list::{GIVEN, lock};
use super::{badge, day, source, why};
use crate::app::role_history::Told;
use crate::app::role_mapping::{self, Unmatched};
use crate::app::{members, organizations, role_history, sessions, tags};
use crate::domain::error::Error;
use crate::domain::event::role_history::{self as history, Moment, Turn};
use crate::domain::role::{Considered, Role, Why};
use crate::domain::tag::labels;
use crate::domain::{MemberNumber, Timestamp};
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::{Parameters, Segments};
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::problems::Problems;

/// How many entries of the history are shown.
const SHOWN: usize = 50;

/// An entry of the history, for the page.
struct Entry {
    at: String,
    /// What happened, and the role that it ended in as a badge.
    says: String,
    role: Option<(&'static str, &'static str)>,
    by: String,
}

/// The answer to: which role on that day?
struct OnDay {
    day: String,
    role: Option<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "members/one.html")]
struct Page {
    frame: Frame,
    number: i64,
    name: String,
    email: String,
    user_name: String,
    external_id: Option<String>,
    role: Role,
    /// What was given by hand; else the rules speak.
    by_hand: Option<Role>,
    badge: (&'static str, &'static str),
    source: &'static str,
    joined: String,
    lock: Option<&'static str>,
    owner: bool,
    oneself: bool,
    steps: Vec<why::Step>,
    groups: Vec<String>,
    unmatched: Vec<Unmatched>,
    projects: Vec<(i64, &'static str)>,
    labels: String,
    history: Vec<Entry>,
    more: bool,
    last: Option<(String, String)>,
    on: Option<OnDay>,
    today: String,
    notice: Option<String>,
    problems: Problems,
}

/// GET.
pub(crate) async fn show(
    person: Person,
    Segments(number): Segments<i64>,
    parameters: Parameters,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let notice = match parameters.get("done") {
        Some("role") => Some("The role is saved.".to_owned()),
        Some("tags") => Some("The tags are saved.".to_owned()),
        Some("sessions") => Some("Every session of this member has ended.".to_owned()),
        _ => None,
    };
    let asked = Asked {
        number: MemberNumber(number),
        on: parameters.get("on").unwrap_or_default().to_owned(),
        typed: None,
        notice,
        problems: Problems::default(),
    };
    shown(person, asked).await
}

struct Asked {
    number: MemberNumber,
    on: String,
    typed: Option<String>,
    notice: Option<String>,
    problems: Problems,
}

async fn shown(person: Person, asked: Asked) -> Result<Response, PageError> {
    let caller = &person.caller;
    let listed = members::find(caller, asked.number).await?;
    let standing = role_mapping::explain(caller, asked.number).await?;
    let organization = organizations::find(caller).await?;
    let (told, whole) = role_history::of(caller, asked.number).await?;
    let member = listed.member;
    let owner = member.id == organization.owner;
    let oneself = member.number == person.number;
    let had: Vec<String> = listed.tags.into_iter().map(|(_, label)| label).collect();
    let became = |one: &&Told| !matches!(one.moment.turn, Turn::Given(_));
    let last = told.iter().find(became);
    let last = last.map(|one| (at_minute(one.moment.at), by(one)));
    let history: Vec<Entry> = told.iter().take(SHOWN).map(entry).collect();
    let today = day(caller.now);
    let moments: Vec<Moment> = told.iter().map(|one| one.moment.clone()).collect();
    let on = on_day(&asked.on, &moments);
    let status = if asked.problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = Page {
        number: member.number.0,
        name: member.profile.display_name(),
        email: member.profile.email().unwrap_or_default().to_owned(),
        user_name: member.profile.user_name.clone(),
        external_id: member.profile.external_id.clone(),
        role: member.role,
        by_hand: by_hand(&standing.why),
        badge: badge(member.role),
        source: source(member.role_source),
        joined: day(member.created),
        lock: lock(&person, organization.manual_role_management, owner, oneself),
        owner,
        oneself,
        steps: standing.why.steps.iter().map(why::step).collect(),
        groups: standing.groups,
        unmatched: standing.unmatched,
        projects: standing
            .projects
            .iter()
            .filter_map(|one| Some((one.project.0, one.role?.name())))
            .collect(),
        labels: asked.typed.unwrap_or_else(|| had.join(", ")),
        more: !whole || told.len() > history.len(),
        history,
        last,
        on,
        today,
        notice: asked.notice,
        problems: asked.problems,
        frame: person.frame,
    };
    Ok(page(status, &shown))
}

/// The role that somebody has given by hand.
fn by_hand(why: &Why) -> Option<Role> {
    let given = why
        .steps
        .iter()
        .find(|step| matches!(step.considered, Considered::Suspended | Considered::Pin(_)));
    given.map(|step| step.role)
}

/// A moment to the minute, as people read it.
fn at_minute(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(..16).unwrap_or(&text).replace('T', " ")
}

fn by(one: &Told) -> String {
    match (one.moment.actor_kind.as_str(), &one.by) {
        ("member", Some(name)) => name.clone(),
        ("member", None) => "Deleted User".to_owned(),
        ("scim_token", _) => "the directory, over SCIM".to_owned(),
        ("sign_on", _) => "a sign-on".to_owned(),
        ("operator", _) => "an operator".to_owned(),
        (_, _) => "the server".to_owned(),
    }
}

fn entry(one: &Told) -> Entry {
    let (says, role) = match one.moment.turn {
        Turn::Joined(role) => ("joined as".to_owned(), Some(role)),
        Turn::Became(before, after) => (format!("{} became", before.name()), Some(after)),
        Turn::Given(Some(role)) => ("was given by hand:".to_owned(), Some(role)),
        Turn::Given(None) => ("what was given by hand was taken back".to_owned(), None),
        Turn::Left => ("was deleted".to_owned(), None),
    };
    Entry {
        at: at_minute(one.moment.at),
        says,
        role: role.map(badge),
        by: by(one),
    }
}

/// The role at the end of a day; `None` for what is no day.
fn on_day(text: &str, moments: &[Moment]) -> Option<OnDay> {
    let end = Timestamp::parse(&format!("{text}T23:59:59.999Z"))?;
    Some(OnDay {
        day: day(end),
        role: history::role_at(moments, end).map(badge),
    })
}

/// What is to be done: `role`, `tags` or `sessions`.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    what: String,
    /// A role; nothing takes back what was given by hand.
    #[serde(default)]
    role: String,
    #[serde(default)]
    labels: String,
}

/// POST.
pub(crate) async fn post(
    person: Person,
    Segments(number): Segments<i64>,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(wanted) = wanted?;
    match act(&person, MemberNumber(number), &wanted).await {
        Ok(done) => {
            let path = format!("/organization/members/{number}?done={done}");
            Ok(Redirect::to(&path).into_response())
        }
        Err(error) => {
            let field = if wanted.what == "tags" {
                "labels"
            } else {
                "role"
            };
            let asked = Asked {
                number: MemberNumber(number),
                on: String::new(),
                typed: (field == "labels").then_some(wanted.labels),
                notice: None,
                problems: Problems::of(error, &[field])?,
            };
            shown(person, asked).await
        }
    }
}

async fn act(
    person: &Person,
    number: MemberNumber,
    wanted: &Wanted,
) -> Result<&'static str, Error> {
    let caller = &person.caller;
    match wanted.what.as_str() {
        "tags" => {
            tags::set(caller, number, &labels(&wanted.labels)?).await?;
            Ok("tags")
        }
        "sessions" => {
            sessions::end_of(caller, number).await?;
            Ok("sessions")
        }
        _ => {
            let role = match wanted.role.as_str() {
                "" => None,
                code => Some(
                    Role::from_code(code)
                        .ok_or_else(|| Error::Invalid("choose a role".to_owned()))?,
                ),
            };
            members::assign_role(caller, number, role).await?;
            Ok("role")
        }
    }
}
