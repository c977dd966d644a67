//! `/api/jwt/settings` and `/api/session-policy`: what an organization says of tokens and sessions.

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::error::ApiError;
use crate::app::policies::{self as settings, LONGEST_DAYS};
use crate::domain::error::Error;
use crate::domain::policy::{SessionPolicy, TokenSettings};
use crate::http::extract::ApiCaller;

fn tokens_shape(settings: TokenSettings) -> Value {
    json!({
        "api_token_ttl_days": settings.days,
        "api_tokens_enabled": settings.personal,
        "legacy_api_tokens_enabled": settings.legacy,
    })
}

/// GET `/api/jwt/settings`.
pub(crate) async fn tokens(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    Ok(Json(tokens_shape(settings::tokens(&caller).await?)))
}

/// What may be said of tokens.
#[derive(Deserialize)]
pub(crate) struct Tokens {
    api_token_ttl_days: Option<i32>,
    api_tokens_enabled: Option<bool>,
    legacy_api_tokens_enabled: Option<bool>,
}

/// POST `/api/jwt/settings`: Owner and Administrators.
pub(crate) async fn set_tokens(
    ApiCaller(caller): ApiCaller,
    Body(given): Body<Tokens>,
) -> Result<Json<Value>, ApiError> {
    let days = given
        .api_token_ttl_days
        .filter(|days| (1..=LONGEST_DAYS).contains(days))
        .ok_or_else(|| {
            Error::Invalid(format!(
                "api_token_ttl_days must be a number from 1 to {LONGEST_DAYS}"
            ))
        })?;
    let present = settings::tokens(&caller).await?;
    let wanted = TokenSettings {
        days,
        personal: given.api_tokens_enabled.unwrap_or(present.personal),
        legacy: given.legacy_api_tokens_enabled.unwrap_or(present.legacy),
    };
    settings::set_tokens(&caller, wanted).await?;
    Ok(Json(tokens_shape(wanted)))
}

fn session_shape(policy: SessionPolicy) -> Value {
    json!({
        "max_session_age": policy.max_age_minutes,
        "max_time_between_activity": policy.max_idle_minutes,
    })
}

/// GET `/api/session-policy`.
pub(crate) async fn sessions(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    Ok(Json(session_shape(settings::sessions(&caller).await?)))
}

/// What may be said of sessions, in minutes.
#[derive(Deserialize)]
pub(crate) struct Sessions {
    max_session_age: Option<i32>,
    max_time_between_activity: Option<i32>,
}

/// PATCH `/api/session-policy`: the Owner alone.
pub(crate) async fn set_sessions(
    ApiCaller(caller): ApiCaller,
    Body(given): Body<Sessions>,
) -> Result<Json<Value>, ApiError> {
    let change = |policy: &mut SessionPolicy| {
        policy.max_age_minutes = given.max_session_age.unwrap_or(policy.max_age_minutes);
        policy.max_idle_minutes = given
            .max_time_between_activity
            .unwrap_or(policy.max_idle_minutes);
    };
    let policy = settings::set_sessions(&caller, change).await?;
    Ok(Json(session_shape(policy)))
}
