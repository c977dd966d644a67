//! `/api/webhooks`: where events are posted to, for the Owner and Administrators.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::PageOf;
use super::body::Body;
use super::error::ApiError;
use crate::app::webhooks::{self, Draft, turns};
use crate::domain::error::Error;
use crate::domain::webhook::{Delivery, Webhook};
use crate::domain::{DeliveryId, WebhookId};
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::http::webhooks::{deliver_asked, must_be_askable};
use crate::state::State;

/// What a webhook is made of, or what of it changes.
#[derive(Debug, Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    events: Option<Vec<String>>,
    #[serde(default)]
    enabled: Option<bool>,
    #[serde(default)]
    after: Option<i64>,
}

impl Given {
    fn draft(self, state: &State) -> Result<Draft, Error> {
        if let Some(url) = &self.url {
            must_be_askable(state, url)?;
        }
        Ok(Draft {
            url: self.url,
            description: self.description,
            events: self.events,
            enabled: self.enabled,
            after: self.after,
        })
    }
}

fn shape(webhook: &Webhook) -> Value {
    let waiting = webhook.enabled && webhook.failures > 0;
    json!({
        "id": webhook.id,
        "url": webhook.url,
        "description": webhook.description,
        "events": webhook.events,
        "enabled": webhook.enabled,
        "disabled_reason": webhook.disabled_reason,
        "delivered": webhook.position,
        "failures": webhook.failures,
        "next_attempt_at": waiting.then(|| webhook.due.to_string()),
        "previous_secret_until": webhook.previous.as_ref().map(|(_, until)| until.to_string()),
        "created_at": webhook.created.to_string(),
    })
}

fn with_secret(webhook: &Webhook, secret: String) -> Value {
    let mut shape = shape(webhook);
    shape["secret"] = secret.into();
    shape
}

fn shape_of_delivery(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id,
        "seq": delivery.seq,
        "message": delivery.message,
        "kind": delivery.kind,
        "cause": delivery.cause,
        "at": delivery.at.to_string(),
        "milliseconds": delivery.outcome.milliseconds,
        "delivered": delivery.outcome.is_delivered(),
        "status": delivery.outcome.status,
        "problem": delivery.outcome.problem,
    })
}

fn id(text: &str) -> Result<WebhookId, Error> {
    WebhookId::parse(text).ok_or(Error::NotFound("webhook"))
}

/// GET: the webhooks, oldest first; there are few.
pub(crate) async fn list(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    let all = webhooks::list(&caller).await?;
    let results: Vec<Value> = all.iter().map(shape).collect();
    Ok(Json(json!({
        "count": results.len(), "next": null, "previous": null, "results": results,
    })))
}

/// POST: sets a webhook up. The secret is in this answer and in no other.
pub(crate) async fn create(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Body(given): Body<Given>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let draft = given.draft(&state)?;
    let (webhook, secret) = webhooks::create(&caller, &state.vault, draft).await?;
    Ok((StatusCode::CREATED, Json(with_secret(&webhook, secret))))
}

/// GET of one webhook.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Segments(text): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(shape(&webhooks::find(&caller, id(&text)?).await?)))
}

/// PATCH: changes what is given.
pub(crate) async fn change(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(text): Segments<String>,
    Body(given): Body<Given>,
) -> Result<Json<Value>, ApiError> {
    let draft = given.draft(&state)?;
    let webhook = webhooks::change(&caller, id(&text)?, draft).await?;
    Ok(Json(shape(&webhook)))
}

/// DELETE: nothing is posted any more.
pub(crate) async fn delete(
    ApiCaller(caller): ApiCaller,
    Segments(text): Segments<String>,
) -> Result<StatusCode, ApiError> {
    webhooks::delete(&caller, id(&text)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// POST: another secret. It is in this answer and in no other.
pub(crate) async fn rekey(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(text): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    let (webhook, secret) = webhooks::rekey(&caller, &state.vault, id(&text)?).await?;
    Ok(Json(with_secret(&webhook, secret)))
}

/// POST: posts a message that means nothing, now.
pub(crate) async fn test(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(text): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    let asked = turns::test(&caller, &state.vault, id(&text)?).await?;
    let delivery = deliver_asked(&state, &caller, asked).await?;
    Ok(Json(shape_of_delivery(&delivery)))
}

/// GET: a page of attempts, newest first.
pub(crate) async fn deliveries(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(text): Segments<String>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read(&parameters, 30)?;
    let id = id(&text)?;
    let found = webhooks::list_deliveries(&caller, id, page.offset(), page.size).await?;
    let results: Vec<Value> = found.resources.iter().map(shape_of_delivery).collect();
    Ok(Json(page.envelope(
        &state.config.base_url(),
        &format!("/api/webhooks/{id}/deliveries/"),
        found.total,
        &results,
    )))
}

/// POST: posts what was tried once again, now.
pub(crate) async fn resend(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments((text, delivery)): Segments<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let delivery = DeliveryId::parse(&delivery).ok_or(Error::NotFound("delivery"))?;
    let asked = turns::resend(&caller, &state.vault, id(&text)?, delivery).await?;
    let delivery = deliver_asked(&state, &caller, asked).await?;
    Ok(Json(shape_of_delivery(&delivery)))
}
