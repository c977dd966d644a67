//! `/api/mails`: mail that waits or could not be sent, for the Owner and Administrators. What it says is not shown.

use axum::Json;
use axum::extract::State as Shared;
use serde_json::{Value, json};

use super::PageOf;
use super::error::ApiError;
use crate::app::mail;
use crate::domain::mail::Waiting;
use crate::http::extract::{ApiCaller, Parameters};
use crate::state::State;

/// GET: newest first.
pub(crate) async fn list(
    Shared(state): Shared<State>,
    ApiCaller(caller): ApiCaller,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read(&parameters, 30)?;
    let found = mail::list(&caller, page.offset(), page.size).await?;
    let results: Vec<Value> = found.resources.iter().map(shape).collect();
    let base_url = state.config.base_url();
    Ok(Json(page.envelope(
        &base_url,
        "/api/mails",
        found.total,
        &results,
    )))
}

fn shape(mail: &Waiting) -> Value {
    json!({
        "id": mail.id,
        "to": mail.to,
        "subject": mail.subject,
        "created_at": mail.created.to_string(),
        "attempts": mail.attempts,
        "next_attempt_at": mail.due.map(|due| due.to_string()),
        "problem": mail.problem,
    })
}
