//! `/organization/removals`: deletions that wait because a directory made so many at once, and what is decided about them.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::error::PageError;
use super::frame::{Frame, Person};
use super::members::count;
use super::page;
use super::problems::Problems;
use super::scim::moment;
use crate::app::departures::{self, Decision};
use crate::domain::MemberId;
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;

const PATH: &str = "/organization/removals";
/// Before the id of a member in the name of a field.
const PICKED: &str = "member.";
/// How many of those whom a decision is about are named before it is made.
const NAMED: usize = 20;

/// Somebody whose deletion waits.
struct Row {
    id: String,
    number: i64,
    name: String,
    user_name: String,
    since: String,
}

#[derive(Template)]
#[template(path = "removals.html")]
struct Page {
    frame: Frame,
    share: String,
    total: u64,
    sweep: Option<(i64, i64)>,
    rows: Vec<Row>,
    after: Option<String>,
    first: bool,
    notice: Option<String>,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "removals_sure.html")]
struct Sure {
    frame: Frame,
    erase: bool,
    /// How many; all that wait where nobody was picked.
    many: u64,
    picked: Vec<String>,
    names: Vec<String>,
}

impl Sure {
    /// Whether it is about more than those who are named.
    fn are_others(&self) -> bool {
        self.names.len() as u64 != self.many
    }
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let number = |name: &str| -> u64 {
        let text = parameters.get(name).unwrap_or_default();
        text.parse().unwrap_or(0)
    };
    let done = number("count");
    let mut notice = match parameters.get("done") {
        Some("share") => Some("The share is set.".to_owned()),
        Some("restore") if done == 1 => Some("One member is there again.".to_owned()),
        Some("restore") => Some(format!("{} members are there again.", count(done))),
        Some("erase") if done == 1 => Some("One deletion is finished.".to_owned()),
        Some("erase") => Some(format!("{} deletions are finished.", count(done))),
        _ => None,
    };
    if let (Some(notice), 1..) = (&mut notice, number("taken")) {
        notice.push_str(" Those who are still here have a name that somebody else has now.");
    }
    let after = parameters.get("after").and_then(MemberId::parse);
    shown(person, after, None, notice, Problems::default()).await
}

async fn shown(
    person: Person,
    after: Option<MemberId>,
    typed: Option<String>,
    notice: Option<String>,
    problems: Problems,
) -> Result<Response, PageError> {
    let waiting = departures::waiting(&person.caller, after).await?;
    let last = waiting.members.last().map(|one| one.id);
    let whole = waiting.members.len() < 500;
    let rows = waiting
        .members
        .iter()
        .map(|one| Row {
            id: one.id.to_string(),
            number: one.number.0,
            name: one.profile.display_name(),
            user_name: one.profile.user_name.clone(),
            since: moment(one.since),
        })
        .collect();
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = Page {
        frame: person.frame,
        share: typed.unwrap_or_else(|| waiting.share.to_string()),
        total: waiting.total,
        sweep: waiting.sweep,
        rows,
        after: last
            .filter(|_| !whole)
            .map(|last| format!("{PATH}?after={last}")),
        first: after.is_none(),
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

/// POST: asks first, then does it.
pub(crate) async fn post(
    person: Person,
    wanted: Result<Body<BTreeMap<String, String>>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(wanted) = wanted?;
    let text = |name: &str| wanted.get(name).map_or("", String::as_str);
    let decision = match text("what") {
        "erase" | "erase-all" => Decision::Erase,
        "restore" | "restore-all" => Decision::Restore,
        "share" => return share(person, text("share").trim()).await,
        _ => {
            let problems = Problems::one("what", "choose what to do");
            return shown(person, None, None, None, problems).await;
        }
    };
    let picked: Vec<MemberId> = wanted
        .keys()
        .filter_map(|name| MemberId::parse(name.strip_prefix(PICKED)?))
        .collect();
    let all = text("what").ends_with("-all");
    if !all && picked.is_empty() {
        let problems = Problems::one("what", "choose at least one member");
        return shown(person, None, None, None, problems).await;
    }
    let only = (!all).then_some(picked);
    if text("sure").is_empty() {
        return ask(person, decision, only).await;
    }
    let (done, taken) = departures::decide(&person.caller, decision, only.as_deref()).await?;
    let what = match decision {
        Decision::Erase => "erase",
        Decision::Restore => "restore",
    };
    let path = format!("{PATH}?done={what}&count={done}&taken={}", taken.len());
    Ok(Redirect::to(&path).into_response())
}

async fn ask(
    person: Person,
    decision: Decision,
    only: Option<Vec<MemberId>>,
) -> Result<Response, PageError> {
    let waiting = departures::waiting(&person.caller, None).await?;
    let names: Vec<String> = waiting
        .members
        .iter()
        .filter(|one| only.as_ref().is_none_or(|only| only.contains(&one.id)))
        .take(NAMED)
        .map(|one| one.profile.display_name())
        .collect();
    let shown = Sure {
        erase: decision == Decision::Erase,
        many: only
            .as_ref()
            .map_or(waiting.total, |only| only.len() as u64),
        picked: only
            .unwrap_or_default()
            .iter()
            .map(|id| format!("{PICKED}{id}"))
            .collect(),
        names,
        frame: person.frame,
    };
    Ok(page(StatusCode::OK, &shown))
}

async fn share(person: Person, typed: &str) -> Result<Response, PageError> {
    let set = match typed.parse() {
        Ok(share) => departures::set_share(&person.caller, share).await,
        Err(_) => Err(Error::Invalid(
            "`share` must be a number from 0, which holds nothing, to 100".to_owned(),
        )),
    };
    match set {
        Ok(()) => Ok(Redirect::to("/organization/removals?done=share").into_response()),
        Err(error) => {
            let problems = Problems::of(error, &["share"])?;
            shown(person, None, Some(typed.to_owned()), None, problems).await
        }
    }
}
