//! `/api/sessions`: where somebody is signed in; and `/api/members/{id}/sessions`.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::error::ApiError;
use crate::app::sessions;
use crate::domain::error::Error;
use crate::domain::{MemberNumber, SessionId};
use crate::http::cookies;
use crate::http::extract::{ApiCaller, Segments};
use crate::state::State;

/// GET: the caller's own sessions, newest first.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let base_url = state.config.base_url();
    let all = sessions::list(&caller, cookies::session(&headers, &base_url)).await?;
    let results: Vec<Value> = all
        .iter()
        .map(|session| {
            json!({
                "id": session.id,
                "began_at": session.created_at.to_string(),
                "expires_at": session.expires_at.to_string(),
                "connection": session.connection_id,
                "browser": session.browser,
                "current": session.current,
            })
        })
        .collect();
    Ok(Json(json!({ "count": results.len(), "results": results })))
}

/// DELETE of one of the caller's own.
pub(crate) async fn end(
    ApiCaller(caller): ApiCaller,
    Segments(text): Segments<String>,
) -> Result<StatusCode, ApiError> {
    let id = SessionId::parse(&text).ok_or(Error::NotFound("session"))?;
    sessions::end(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// DELETE of all of the caller's own but the one in which they ask.
pub(crate) async fn end_others(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    let base_url = state.config.base_url();
    let ended = sessions::end_others(&caller, cookies::session(&headers, &base_url)).await?;
    Ok(Json(json!({ "ended": ended })))
}

/// DELETE of all of a member's.
pub(crate) async fn end_of(
    ApiCaller(caller): ApiCaller,
    Segments(member): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    let ended = sessions::end_of(&caller, MemberNumber(member)).await?;
    Ok(Json(json!({ "ended": ended })))
}
