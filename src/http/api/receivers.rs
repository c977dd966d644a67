//! `/api/scim/receivers`: who is told of changes by security event tokens, for the Owner and Administrators.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::PageOf;
use super::body::Body;
use super::error::ApiError;
use crate::app::receivers::{self, Draft};
use crate::domain::error::Error;
use crate::domain::receiver::Receiver;
use crate::domain::{ReceiverId, ScimTokenId};
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::scim::security_event;
use crate::state::State;

/// What a receiver is made of, or what of it changes.
#[derive(Debug, Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    scim_token: Option<String>,
    #[serde(default)]
    audience: Option<String>,
    #[serde(default)]
    events: Option<Vec<String>>,
    #[serde(default)]
    after: Option<i64>,
}

impl Given {
    fn draft(self) -> Result<Draft, Error> {
        let token = match self.scim_token {
            None => None,
            Some(text) => Some(ScimTokenId::parse(&text).ok_or_else(|| {
                Error::Invalid("`scim_token` must be the id of a SCIM token".to_owned())
            })?),
        };
        let events = match self.events {
            None => None,
            Some(mut events) => {
                if let Some(refusal) = security_event::refusal(&events) {
                    return Err(Error::Invalid(refusal));
                }
                events.sort_unstable();
                events.dedup();
                Some(events)
            }
        };
        Ok(Draft {
            token,
            audience: self.audience,
            events,
            after: self.after,
        })
    }
}

fn shape(receiver: &Receiver) -> Value {
    let problem = receiver.problem.as_ref().map(|problem| {
        json!({
            "seq": problem.seq,
            "err": problem.error,
            "description": problem.description,
        })
    });
    json!({
        "id": receiver.id,
        "scim_token": receiver.token,
        "audience": receiver.audience,
        "events": receiver.events,
        "acknowledged": receiver.acknowledged,
        "problem": problem,
        "created_at": receiver.created.to_string(),
    })
}

fn id(text: &str) -> Result<ReceiverId, Error> {
    ReceiverId::parse(text).ok_or(Error::NotFound("event receiver"))
}

/// GET: a page of receivers, oldest first.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read(&parameters, 30)?;
    let found = receivers::list(&caller, page.offset(), page.size).await?;
    let results: Vec<Value> = found.resources.iter().map(shape).collect();
    Ok(Json(page.envelope(
        &state.config.base_url(),
        "/api/scim/receivers/",
        found.total,
        &results,
    )))
}

/// POST: sets a receiver up.
pub(crate) async fn create(
    ApiCaller(caller): ApiCaller,
    Body(given): Body<Given>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let receiver = receivers::create(&caller, given.draft()?).await?;
    Ok((StatusCode::CREATED, Json(shape(&receiver))))
}

/// GET of one receiver.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Segments(text): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(shape(&receivers::find(&caller, id(&text)?).await?)))
}

/// PATCH: changes what is given.
pub(crate) async fn change(
    ApiCaller(caller): ApiCaller,
    Segments(text): Segments<String>,
    Body(given): Body<Given>,
) -> Result<Json<Value>, ApiError> {
    let receiver = receivers::change(&caller, id(&text)?, given.draft()?).await?;
    Ok(Json(shape(&receiver)))
}

/// DELETE: nobody is told any more.
pub(crate) async fn delete(
    ApiCaller(caller): ApiCaller,
    Segments(text): Segments<String>,
) -> Result<StatusCode, ApiError> {
    receivers::delete(&caller, id(&text)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
