//! `/api/connections/{id}/keys`: our own keys in a connection, and how one takes the place of another.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{fields, id};
use crate::app::connection_keys;
use crate::domain::KeyId;
use crate::domain::connection::OwnKey;
use crate::domain::error::Error;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::{ApiCaller, Segments};
use crate::state::State;

/// What may be changed of a key.
#[derive(Debug, Deserialize)]
pub(crate) struct Change {
    #[serde(default, deserialize_with = "fields::flag")]
    signs: Option<bool>,
}

fn key_id(text: &str) -> Result<KeyId, Error> {
    KeyId::parse(text).ok_or(Error::NotFound("key"))
}

/// A key as this API shows it: of the private half nothing.
fn shape(key: &OwnKey) -> Value {
    json!({
        "id": key.id,
        "certificate": key.certificate,
        "signs": key.signs,
        "created_at": key.created.to_string(),
        "expires_at": key.expires.to_string(),
    })
}

/// GET: the keys, oldest first.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Segments(connection): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    let keys = connection_keys::list(&caller, id(&connection)?).await?;
    let results: Vec<Value> = keys.iter().map(shape).collect();
    Ok(Json(json!({ "count": results.len(), "results": results })))
}

/// POST: makes a further key. It is in the metadata at once, and signs when it is told to.
pub(crate) async fn create(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(connection): Segments<String>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let key = connection_keys::create(&caller, &state.vault, id(&connection)?).await?;
    Ok((StatusCode::CREATED, Json(shape(&key))))
}

/// PATCH: lets a key sign, and no other.
pub(crate) async fn change(
    ApiCaller(caller): ApiCaller,
    Segments((connection, key)): Segments<(String, String)>,
    Body(change): Body<Change>,
) -> Result<Json<Value>, ApiError> {
    if change.signs != Some(true) {
        let sentence = "`signs` must be true: a key ends signing when another begins";
        return Err(Error::Invalid(sentence.to_owned()).into());
    }
    let key = connection_keys::let_sign(&caller, id(&connection)?, key_id(&key)?).await?;
    Ok(Json(shape(&key)))
}

/// DELETE: forgets a key that does not sign.
pub(crate) async fn delete(
    ApiCaller(caller): ApiCaller,
    Segments((connection, key)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    connection_keys::delete(&caller, id(&connection)?, key_id(&key)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
