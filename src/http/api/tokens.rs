//! `/api/token` and `/api/current-user/token`: tokens of people, in the shapes that Label Studio's clients know.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::error::ApiError;
use crate::app::personal_tokens::{self, Shown, Unmade};
use crate::domain::error::Error;
use crate::http::extract::ApiCaller;
use crate::state::State;

fn shape(shown: &Shown) -> Value {
    json!({
        "token": shown.token,
        "created_at": shown.created.to_string(),
        "expires_at": shown.expires.to_string(),
    })
}

/// GET: the personal access tokens of whoever asks, without their signatures.
pub(crate) async fn list(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    let live = personal_tokens::list(&caller).await?;
    Ok(Json(live.iter().map(shape).collect()))
}

/// POST: a new one, shown once. 409 where there is one already.
pub(crate) async fn create(
    Shared(state): Shared<State>,
    ApiCaller(caller): ApiCaller,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    match personal_tokens::create(&caller, &state.vault).await {
        Ok(made) => Ok((StatusCode::CREATED, Json(shape(&made)))),
        Err(Unmade::Another) => Err(ApiError::Conflict(
            "you have a personal access token already; revoke it or rotate it".to_owned(),
        )),
        Err(Unmade::Refused(error)) => Err(error.into()),
    }
}

/// A personal access token.
#[derive(Deserialize)]
pub(crate) struct Presented {
    #[serde(default)]
    refresh: String,
}

/// POST `/api/token/refresh`: an access token for a few minutes. The token is the credential.
pub(crate) async fn refresh(
    Shared(state): Shared<State>,
    Body(presented): Body<Presented>,
) -> Result<Json<Value>, ApiError> {
    let now = state.clock.now();
    let access = personal_tokens::refresh(&state.db, &state.vault, &presented.refresh, now).await?;
    let access = access.ok_or(ApiError::Unauthorized)?;
    Ok(Json(json!({ "access": access })))
}

/// POST `/api/token/rotate`: another in its place.
pub(crate) async fn rotate(
    Shared(state): Shared<State>,
    ApiCaller(caller): ApiCaller,
    Body(presented): Body<Presented>,
) -> Result<Json<Value>, ApiError> {
    let made = personal_tokens::rotate(&caller, &state.vault, &presented.refresh).await?;
    let made = made.ok_or_else(|| {
        Error::Invalid("refresh must be a personal access token of yours that is good".to_owned())
    })?;
    Ok(Json(json!({ "refresh": made.token })))
}

/// POST `/api/token/blacklist`: it ends. With or without its signature, as the list shows it.
pub(crate) async fn blacklist(
    ApiCaller(caller): ApiCaller,
    Body(presented): Body<Presented>,
) -> Result<StatusCode, ApiError> {
    if personal_tokens::revoke(&caller, &presented.refresh).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Error::NotFound("token").into())
}

/// GET `/api/current-user/token`: the user token, under both names that clients look for.
pub(crate) async fn user_token(
    Shared(state): Shared<State>,
    ApiCaller(caller): ApiCaller,
) -> Result<Json<Value>, ApiError> {
    let token = personal_tokens::user_token(&caller, &state.vault).await?;
    let token = token.ok_or_else(|| {
        Error::Invalid(
            "this user token was set where it could not be kept to be shown; reset it to have another".to_owned(),
        )
    })?;
    Ok(Json(json!({ "token": token, "detail": token })))
}

/// POST `/api/current-user/reset-token`: another user token; the old one is refused.
pub(crate) async fn reset_user_token(
    Shared(state): Shared<State>,
    ApiCaller(caller): ApiCaller,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let token = personal_tokens::reset_user_token(&caller, &state.vault).await?;
    Ok((StatusCode::CREATED, Json(json!({ "token": token }))))
}
