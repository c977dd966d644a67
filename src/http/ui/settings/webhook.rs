//! `/organization/settings/webhooks/{id}`: one webhook, and what became of what was posted.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State as Shared;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::status;
use super::webhooks::{Form, state as standing};
use crate::app::webhooks::{self, Draft, turns};
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::domain::webhook::Delivery;
use crate::domain::{DeliveryId, WebhookId};
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::{Parameters, Segments};
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::paging::{Pager, ROWS, page_number};
use crate::http::ui::problems::Problems;
use crate::http::ui::scim::moment;
use crate::http::webhooks::deliver_asked;
use crate::state::State;

/// An attempt, for the page.
struct Row {
    id: String,
    at: String,
    kind: String,
    seq: Option<i64>,
    cause: &'static str,
    answer: (&'static str, String),
    problem: String,
    milliseconds: i64,
}

impl Row {
    fn of(delivery: &Delivery) -> Self {
        let outcome = &delivery.outcome;
        let class = if outcome.is_delivered() {
            "good"
        } else {
            "bad"
        };
        let words = outcome
            .status
            .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        Self {
            id: delivery.id.to_string(),
            at: moment(delivery.at),
            kind: delivery.kind.clone(),
            seq: delivery.seq,
            cause: match delivery.cause.as_str() {
                "test" => "a test",
                "resend" => "sent again by hand",
                _ => "it happened",
            },
            answer: (class, words),
            problem: outcome.problem.clone().unwrap_or_default(),
            milliseconds: outcome.milliseconds,
        }
    }
}

#[derive(Template)]
#[template(path = "settings/webhook.html")]
struct Page {
    frame: Frame,
    id: String,
    url: String,
    enabled: bool,
    state: (&'static str, String),
    /// Why the server disabled it.
    disabled: Option<String>,
    /// When the next attempt is made, where one failed.
    next: Option<String>,
    /// Until when the secret before the present one signs too.
    both: Option<String>,
    fresh: Option<String>,
    draft: Form,
    rows: Vec<Row>,
    pager: Pager,
    notice: Option<&'static str>,
    problems: Problems,
}

/// What is shown besides what is always there.
#[derive(Default)]
struct Besides {
    open: u64,
    typed: Option<Form>,
    fresh: Option<String>,
    notice: Option<&'static str>,
    problems: Problems,
}

fn parse(id: &str) -> Result<WebhookId, Error> {
    WebhookId::parse(id).ok_or(Error::NotFound("webhook"))
}

/// GET.
pub(crate) async fn show(
    person: Person,
    Segments(id): Segments<String>,
    parameters: Parameters,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let besides = Besides {
        open: page_number(&parameters),
        notice: match parameters.get("done") {
            Some("saved") => Some("The webhook is saved."),
            Some("enabled") => Some("The webhook is enabled. It goes on where it stopped."),
            Some("disabled") => Some("The webhook is disabled. Nothing is posted."),
            Some("tested") => Some("A test was posted. The answer is the newest delivery."),
            Some("resent") => Some("It was posted again. The answer is the newest delivery."),
            _ => None,
        },
        ..Besides::default()
    };
    shown(person, parse(&id)?, besides).await
}

async fn shown(person: Person, id: WebhookId, besides: Besides) -> Result<Response, PageError> {
    let caller = &person.caller;
    let webhook = webhooks::find(caller, id).await?;
    let open = besides.open.max(1);
    let offset = (open - 1) * ROWS;
    let found = webhooks::list_deliveries(caller, id, offset, ROWS).await?;
    let waits = webhook.enabled && webhook.failures > 0;
    let both = webhook.previous.as_ref().map(|(_, until)| *until);
    let path = format!("/organization/settings/webhooks/{id}?");
    let status = status(&besides.problems);
    let shown = Page {
        id: id.to_string(),
        state: standing(&webhook),
        disabled: webhook.disabled_reason.clone(),
        next: waits.then(|| moment(webhook.due)),
        both: both.filter(|until| *until > caller.now).map(moment),
        fresh: besides.fresh,
        draft: besides.typed.unwrap_or_else(|| Form::of(&webhook)),
        rows: found.resources.iter().map(Row::of).collect(),
        pager: Pager::of(&path, open, found.total, found.resources.len()),
        url: webhook.url,
        enabled: webhook.enabled,
        frame: person.frame,
        notice: besides.notice,
        problems: besides.problems,
    };
    Ok(page(status, &shown))
}

/// What came of a form.
enum Done {
    /// The page says so.
    Said(&'static str),
    /// Another secret, to be shown this once.
    Secret(String),
    /// There is no page any more.
    Gone,
}

/// POST: `what` is `save`, `enable`, `disable`, `test`, `resend`, `rotate` or `delete`.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    person: Person,
    Segments(id): Segments<String>,
    fields: Result<Body<BTreeMap<String, String>>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(fields) = fields?;
    let id = parse(&id)?;
    let saves = fields.get("what").is_none_or(|what| what == "save");
    let besides = match act(&person, &state, id, &fields).await {
        Ok(Done::Said(done)) => {
            let path = format!("/organization/settings/webhooks/{id}?done={done}");
            return Ok(Redirect::to(&path).into_response());
        }
        Ok(Done::Gone) => {
            let path = "/organization/settings/webhooks?done=deleted";
            return Ok(Redirect::to(path).into_response());
        }
        Ok(Done::Secret(secret)) => Besides {
            fresh: Some(secret),
            ..Besides::default()
        },
        Err(error) => {
            let named: &[&str] = if saves {
                &["url", "description", "events"]
            } else {
                &["what"]
            };
            Besides {
                problems: Problems::of(error, named)?,
                typed: saves.then(|| Form::typed(&fields)),
                ..Besides::default()
            }
        }
    };
    shown(person, id, besides).await
}

async fn act(
    person: &Person,
    state: &State,
    id: WebhookId,
    fields: &BTreeMap<String, String>,
) -> Result<Done, Error> {
    let caller = &person.caller;
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let switched = |on: bool| Draft {
        enabled: Some(on),
        ..Draft::default()
    };
    Ok(match field("what") {
        "enable" => {
            webhooks::change(caller, id, switched(true)).await?;
            Done::Said("enabled")
        }
        "disable" => {
            webhooks::change(caller, id, switched(false)).await?;
            Done::Said("disabled")
        }
        "test" => {
            let asked = turns::test(caller, &state.vault, id).await?;
            deliver_asked(state, caller, asked).await?;
            Done::Said("tested")
        }
        "resend" => {
            let tried = DeliveryId::parse(field("delivery")).ok_or(Error::NotFound("delivery"))?;
            let asked = turns::resend(caller, &state.vault, id, tried).await?;
            deliver_asked(state, caller, asked).await?;
            Done::Said("resent")
        }
        "rotate" => {
            let (_, secret) = webhooks::rekey(caller, &state.vault, id).await?;
            Done::Secret(secret)
        }
        "delete" => {
            webhooks::delete(caller, id).await?;
            Done::Gone
        }
        _ => {
            // Whose it is goes before what is wrong with the form.
            webhooks::find(caller, id).await?;
            webhooks::change(caller, id, Form::typed(fields).draft(state)?).await?;
            Done::Said("saved")
        }
    })
}
