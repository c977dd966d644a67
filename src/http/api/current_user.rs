//! `/api/current-user`: what people read and change of themselves.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::error::ApiError;
use super::{must_be_own, shapes};
use crate::app::accounts::{leaving, passwords, profile};
use crate::app::members;
use crate::domain::OrganizationId;
use crate::http::cookies;
use crate::http::extract::{ApiCaller, Segments};
use crate::http::ui::accounts::{Knock, add_cookies};
use crate::state::State;

/// GET: the person.
pub(crate) async fn get(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    let (member, _) = members::myself(&caller).await?;
    Ok(Json(shapes::user(&member, caller.organization.0)))
}

/// What may be changed. Whatever else stands in the body is passed over: role, sign-in name and groups are not here.
#[derive(Deserialize)]
pub(crate) struct Change {
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    active_organization: Option<i64>,
    password: Option<SecretString>,
    current_password: Option<SecretString>,
}

/// PATCH: changes what is given.
pub(crate) async fn change(
    Shared(state): Shared<State>,
    ApiCaller(caller): ApiCaller,
    knock: Knock,
    headers: HeaderMap,
    Body(wanted): Body<Change>,
) -> Result<Response, ApiError> {
    let base_url = state.config.base_url();
    let wished = profile::Change {
        given_name: wanted.first_name,
        family_name: wanted.last_name,
        phone: wanted.phone,
    };
    let member = profile::change(&caller, wished).await?;
    let mut shown = shapes::user(&member, caller.organization.0);
    let mut entered = None;
    if let Some(password) = wanted.password {
        let door = knock.door(&state, &base_url);
        let present = wanted.current_password.as_ref();
        let in_session = session(&headers, &state).is_some();
        entered = passwords::change(&door, &caller, present, password, in_session).await?;
    }
    if let Some(organization) = wanted.active_organization {
        let session = session(&headers, &state);
        profile::go_to(&caller, OrganizationId(organization), session).await?;
        shown["active_organization"] = json!(organization);
    }
    let mut answer = Json(shown).into_response();
    if let Some(entered) = &entered {
        add_cookies(answer.headers_mut(), entered, &base_url);
    }
    Ok(answer)
}

/// The session, where it is by this that somebody asks.
fn session<'h>(headers: &'h HeaderMap, state: &State) -> Option<&'h str> {
    if headers.contains_key(axum::http::header::AUTHORIZATION) {
        return None;
    }
    cookies::session(headers, &state.config.base_url())
}

/// The present password and the one to be.
#[derive(Deserialize)]
pub(crate) struct Password {
    current_password: Option<SecretString>,
    new_password: SecretString,
}

/// POST `/api/current-user/password`: every session ends, and where one asked it goes on under another name.
pub(crate) async fn set_password(
    Shared(state): Shared<State>,
    ApiCaller(caller): ApiCaller,
    knock: Knock,
    headers: HeaderMap,
    Body(wanted): Body<Password>,
) -> Result<Response, ApiError> {
    let base_url = state.config.base_url();
    let door = knock.door(&state, &base_url);
    let present = wanted.current_password.as_ref();
    let in_session = session(&headers, &state).is_some();
    let entered =
        passwords::change(&door, &caller, present, wanted.new_password, in_session).await?;
    let mut answer = StatusCode::NO_CONTENT.into_response();
    if let Some(entered) = &entered {
        add_cookies(answer.headers_mut(), entered, &base_url);
    }
    Ok(answer)
}

/// The password, by which somebody shows that they mean it.
#[derive(Deserialize)]
pub(crate) struct Farewell {
    current_password: Option<SecretString>,
}

/// DELETE: the account, in every organization.
pub(crate) async fn delete(
    Shared(state): Shared<State>,
    ApiCaller(caller): ApiCaller,
    knock: Knock,
    Body(sent): Body<Farewell>,
) -> Result<StatusCode, ApiError> {
    let base_url = state.config.base_url();
    let door = knock.door(&state, &base_url);
    leaving::delete(&door, &caller, sent.current_password.as_ref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// POST `/api/organizations/{id}/leave`.
pub(crate) async fn leave(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
) -> Result<StatusCode, ApiError> {
    must_be_own(&caller, organization)?;
    leaving::leave(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// GET and PATCH `/api/current-user/hotkeys`: Label Studio's clients ask for them; there is nothing here to press.
pub(crate) async fn hotkeys(ApiCaller(_): ApiCaller) -> Json<Value> {
    Json(json!({ "custom_hotkeys": {} }))
}
