//! `/api/scim/tokens`: the tokens of provisioning clients, for the Owner and Administrators.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::PageOf;
use super::body::Body;
use super::error::ApiError;
use crate::app::scim_tokens::{self, ScimToken};
use crate::domain::error::Error;
use crate::domain::leniency::Leniency;
use crate::domain::{ScimTokenId, Timestamp};
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::state::State;

/// What a new token is made of.
#[derive(Debug, Deserialize)]
pub(crate) struct NewToken {
    #[serde(default)]
    profile: Option<String>,
    #[serde(default)]
    expires_at: Option<String>,
}

/// A token's record; never the token.
fn shape(token: &ScimToken) -> Value {
    let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
    json!({
        "id": token.id,
        "profile": token.profile,
        "created_at": token.created_at.to_string(),
        "expires_at": text(token.expires_at),
        "revoked_at": text(token.revoked_at),
        "last_used_at": text(token.last_used_at),
    })
}

/// GET: a page of tokens, oldest first.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read(&parameters, 30)?;
    let found = scim_tokens::list(&caller, page.offset(), page.size).await?;
    let results: Vec<Value> = found.resources.iter().map(shape).collect();
    Ok(Json(page.envelope(
        &state.config.base_url(),
        "/api/scim/tokens/",
        found.total,
        &results,
    )))
}

/// POST: makes a token and shows it, this once.
pub(crate) async fn create(
    ApiCaller(caller): ApiCaller,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let profile = new.profile.as_deref().unwrap_or(Leniency::Rfc.name());
    let leniency = Leniency::from_name(profile)
        .ok_or_else(|| Error::Invalid("`profile` is rfc, entra, okta or lenient".to_owned()))?;
    let expires = match new.expires_at.as_deref() {
        None | Some("") => None,
        Some(text) => Some(Timestamp::parse(text).ok_or_else(|| {
            Error::Invalid(
                "`expires_at` is a date and time like \"2027-03-01T09:30:00Z\"".to_owned(),
            )
        })?),
    };
    let made = scim_tokens::create(&caller, leniency, expires).await?;
    let mut shown = shape(&made.record);
    shown["token"] = made.token.into();
    Ok((StatusCode::CREATED, Json(shown)))
}

/// DELETE: the token is refused from now on; its record stays in the list.
pub(crate) async fn revoke(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<String>,
) -> Result<StatusCode, ApiError> {
    let id = ScimTokenId::parse(&id).ok_or(Error::NotFound("SCIM token"))?;
    scim_tokens::revoke(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
