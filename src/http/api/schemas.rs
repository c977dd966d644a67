//! `/api/scim/schemas`: the extensions that an organization defines, for the Owner and Administrators.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::body::Body;
use super::error::ApiError;
use crate::app::{Caller, schemas};
use crate::domain::error::Error;
use crate::domain::schema::CustomSchema;
use crate::http::extract::{ApiCaller, Segments};
use crate::scim::definition;
use crate::state::State;

fn read(body: Map<String, Value>, caller: &Caller) -> Result<CustomSchema, Error> {
    definition::read(&Value::Object(body), caller.now)
        .map_err(|refusal| Error::Invalid(refusal.to_string()))
}

/// GET: all of them, by URN.
pub(crate) async fn list(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    let found = schemas::list(&caller).await?;
    let results: Vec<Value> = found.iter().map(definition::shown).collect();
    Ok(Json(json!({ "count": results.len(), "results": results })))
}

/// POST: defines one.
pub(crate) async fn create(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Body(body): Body<Map<String, Value>>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let wanted = read(body, &caller)?;
    let made = schemas::create(&caller, &state.remembered, wanted).await?;
    Ok((StatusCode::CREATED, Json(definition::shown(&made))))
}

/// GET: one, by its URN in any case.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Segments(urn): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    let found = schemas::find(&caller, &urn).await?;
    Ok(Json(definition::shown(&found)))
}

/// PUT: another definition in its place, within what `domain::schema::may_follow` allows.
pub(crate) async fn replace(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(urn): Segments<String>,
    Body(body): Body<Map<String, Value>>,
) -> Result<Json<Value>, ApiError> {
    let wanted = read(body, &caller)?;
    let changed = schemas::replace(&caller, &state.remembered, &urn, wanted).await?;
    Ok(Json(definition::shown(&changed)))
}

/// DELETE: what resources say under its URN stays, as an extension that nobody has defined.
pub(crate) async fn delete(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(urn): Segments<String>,
) -> Result<StatusCode, ApiError> {
    schemas::delete(&caller, &state.remembered, &urn).await?;
    Ok(StatusCode::NO_CONTENT)
}
