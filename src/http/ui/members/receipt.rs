//! `/organization/members/{number}/receipt`: what became of somebody who left, to be read or printed.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::receipts::{self, State};
use crate::domain::MemberNumber;
use crate::domain::role::Role;
use crate::http::api::receipts::says;
use crate::http::extract::Segments;
use crate::http::ui::audit::actor;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::scim::moment;

/// An effect, for the page.
struct Line {
    at: String,
    says: String,
    by: &'static str,
    request: String,
}

#[derive(Template)]
#[template(path = "members/receipt.html")]
struct Page {
    frame: Frame,
    number: i64,
    id: String,
    name: String,
    state: State,
    /// The badge of the state, and what it says.
    badge: (&'static str, &'static str),
    lines: Vec<Line>,
    /// Of who was told: when, where, and of what.
    delivered: Vec<(String, String, String)>,
    whole: bool,
    now: String,
}

/// GET.
pub(crate) async fn show(
    person: Person,
    Segments(number): Segments<i64>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let receipt = receipts::find(&person.caller, MemberNumber(number)).await?;
    let lines = receipt
        .effects
        .iter()
        .map(|effect| Line {
            at: moment(effect.at),
            says: says(&effect.what, &receipt),
            by: actor(&effect.actor_kind),
            request: effect.request.clone(),
        })
        .collect();
    let shown = Page {
        number,
        id: receipt.id.to_string(),
        state: receipt.state,
        badge: match receipt.state {
            State::Present => ("good", "has access"),
            State::Barred => ("bad", "no access"),
            State::Waiting => ("warn", "deletion waits"),
            State::Gone => ("", "deleted"),
        },
        delivered: receipt
            .delivered
            .iter()
            .map(|one| (moment(one.at), one.url.clone(), one.kind.clone()))
            .collect(),
        whole: receipt.whole,
        now: moment(person.caller.now),
        name: receipt.name.unwrap_or_else(|| "Deleted User".to_owned()),
        lines,
        frame: person.frame,
    };
    Ok(page(StatusCode::OK, &shown))
}
