//! The body of a request to the REST API: JSON, or the fields of a form.

use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use super::error::ApiError;
use crate::domain::error::Error;
use crate::http::bytes::{self, Unread};
use crate::http::json;
use crate::state::State;

/// What the client sent, of the type that the endpoint takes. Fields that it does not know are passed over.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<State> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &State) -> Result<Self, ApiError> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        let kind = kind
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if request.headers().contains_key(header::CONTENT_ENCODING) {
            return Err(ApiError::MediaType);
        }
        let bytes = async |request: Request| {
            let (head, body) = request.into_parts();
            let read = bytes::read(&head.headers, body, state.config.max_body_bytes);
            read.await.map_err(|unread| match unread {
                Unread::TooLarge => ApiError::TooLarge,
                Unread::Broken => {
                    Error::Invalid("the body broke off before its end".to_owned()).into()
                }
            })
        };
        let value: Value = match kind.as_str() {
            "application/json" | "" => json::read(&bytes(request).await?).map_err(|error| {
                Error::Invalid(format!("the body is not JSON that can be read: {error}"))
            })?,
            "application/x-www-form-urlencoded" => form_urlencoded::parse(&bytes(request).await?)
                .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
                .collect(),
            _ => return Err(ApiError::MediaType),
        };
        // serde would take a list for the fields in their order.
        if !value.is_object() {
            return Err(Error::Invalid("the body must be a JSON object".to_owned()).into());
        }
        if has_nul(&value) {
            return Err(
                Error::Invalid("a text cannot hold the character U+0000".to_owned()).into(),
            );
        }
        serde_json::from_value(value)
            .map(Self)
            .map_err(|error| Error::Invalid(format!("the body cannot be used: {error}")).into())
    }
}

/// PostgreSQL refuses U+0000 and SQLite keeps it: so it goes no further than here. The depth was bounded by the reader.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => text.contains('\0'),
        Value::Array(elements) => elements.iter().any(has_nul),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
    }
}
