//! Posts events to webhooks, by Standard Webhooks: for as long as the server runs, and when an admin asks for it.
//!
//! What a receiver answers beyond its status is read by nobody. A receiver that is slow holds up nobody but itself.

use std::time::{Duration, Instant};

use axum::http::{Request, header};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::api::events::shown;
use crate::app::Caller;
use crate::app::webhooks::turns::{self, Asked, Turn};
use crate::domain::Timestamp;
use crate::domain::error::Error;
use crate::domain::event::recorded::Numbered;
use crate::domain::webhook::{Delivery, Outcome};
use crate::secret::webhook::sign;
use crate::state::State;

/// How often it is looked whether anything is due, where nobody rings.
const LOOK: Duration = Duration::from_secs(1);
/// How many messages a node posts at once.
const MOST: usize = 32;
/// The kind of a test.
const TEST: &str = "webhook.test";

/// Refuses an address that nothing is posted to.
pub(crate) fn must_be_askable(state: &State, url: &str) -> Result<(), Error> {
    if state.outgoing.may_ask(url) {
        return Ok(());
    }
    Err(Error::Invalid(
        "`url` must be https, without a user name, on a public address".to_owned(),
    ))
}

/// Posts what is due, for as long as the server runs.
pub(crate) async fn keep_delivering(state: State) {
    let mut under_way = JoinSet::new();
    loop {
        while under_way.len() < MOST {
            match turns::take(&state.db, &state.vault, state.clock.now()).await {
                Ok(Some(turn)) => under_way.spawn(deliver(state.clone(), turn)),
                Ok(None) => break,
                Err(error) => {
                    complain(error);
                    break;
                }
            };
        }
        tokio::select! {
            () = state.bell.rung_within(LOOK) => {}
            Some(_) = under_way.join_next() => {}
        }
    }
}

fn complain(error: Error) {
    let error = anyhow::Error::from(error);
    tracing::warn!("webhooks wait for now: {error:#}");
}

async fn deliver(state: State, turn: Turn) {
    let message = turn.event.entry.id.to_string();
    let body = told(&turn.event);
    let outcome = post(&state, turn.url(), &turn.secrets, &message, &body).await;
    if let Err(error) = turns::keep(turn, outcome, state.clock.now()).await {
        complain(error);
    }
}

/// Posts a test, or an event again, and gives how that went.
pub(crate) async fn deliver_asked(
    state: &State,
    caller: &Caller,
    asked: Asked,
) -> Result<Delivery, Error> {
    let (kind, body) = if let Some(event) = &asked.event {
        (event.entry.kind.clone(), told(event))
    } else {
        let data = json!({ "organization": caller.organization });
        (TEST.to_owned(), payload(TEST, caller.now, &data))
    };
    let outcome = post(state, &asked.url, &asked.secrets, &asked.message, &body).await;
    turns::keep_asked(caller, asked, &kind, outcome).await
}

fn told(event: &Numbered) -> String {
    payload(&event.entry.kind, event.entry.at, &shown(event))
}

fn payload(kind: &str, at: Timestamp, data: &Value) -> String {
    json!({ "type": kind, "timestamp": at.to_string(), "data": data }).to_string()
}

async fn post(state: &State, url: &str, secrets: &[String], id: &str, body: &str) -> Outcome {
    let started = Instant::now();
    let seconds = state.clock.now().0 / 1000;
    let signatures: Vec<String> = secrets
        .iter()
        .filter_map(|secret| sign(secret, id, seconds, body))
        .collect();
    let request = Request::post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds)
        .header("webhook-signature", signatures.join(" "))
        .body(body.as_bytes().to_vec());
    let answer = match request {
        Ok(request) => state
            .outgoing
            .send(request)
            .await
            .map_err(|unreached| unreached.to_string()),
        Err(_) => Err("the URL cannot be used".to_owned()),
    };
    let (status, problem) = match answer {
        Ok(answer) => (Some(answer.status().as_u16()), None),
        Err(problem) => (None, Some(problem)),
    };
    Outcome {
        status,
        problem,
        milliseconds: i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX),
    }
}
