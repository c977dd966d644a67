//! `/api/organizations/{id}/permissions`: who may do what, where the organization decides.

use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::error::ApiError;
use super::members::role;
use super::must_be_own;
use crate::app::{Caller, permissions};
use crate::domain::error::Error;
use crate::domain::permission::{ALLOWABLE, Permission};
use crate::domain::role::Role;
use crate::http::extract::{ApiCaller, Segments};

fn codes(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.code()).collect()
}

fn shown(caller: &Caller, permission: Permission, roles: &[Role]) -> Value {
    let mut shown = option(permission);
    shown["organization"] = json!(caller.organization);
    // The Owner may always.
    let mut all = vec![Role::Owner.code()];
    all.extend(codes(roles));
    shown["roles"] = json!(all);
    shown
}

fn option(permission: Permission) -> Value {
    json!({
        "permission": permission.key(),
        "label": permission.label(),
        "tooltip": "",
        "group": "Organization",
        "default": codes(&permission.default_roles()),
        "options": codes(&ALLOWABLE),
    })
}

fn known(key: &str) -> Result<Permission, ApiError> {
    Permission::from_key(key).ok_or_else(|| Error::NotFound("permission").into())
}

/// GET: what the organization has said.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let all = permissions::list(&caller).await?;
    Ok(Json(
        all.iter()
            .map(|(permission, roles)| shown(&caller, *permission, roles))
            .collect(),
    ))
}

/// GET: what can be said.
pub(crate) async fn options(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let all = permissions::known(&caller)?;
    Ok(Json(all.into_iter().map(option).collect()))
}

/// Who may do what.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    permission: Option<String>,
    roles: Option<Vec<String>>,
}

async fn set(caller: &Caller, permission: Permission, wanted: Wanted) -> Result<Value, ApiError> {
    let roles = wanted
        .roles
        .ok_or_else(|| Error::Invalid("`roles` is missing".to_owned()))?;
    let roles: Vec<Role> = roles
        .iter()
        .map(|code| role(code))
        .collect::<Result<_, _>>()?;
    let kept = permissions::set(caller, permission, &roles).await?;
    Ok(shown(caller, permission, &kept))
}

/// POST: says who may.
pub(crate) async fn create(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    must_be_own(&caller, organization)?;
    let key = wanted.permission.clone().unwrap_or_default();
    let permission = Permission::from_key(&key)
        .ok_or_else(|| Error::Invalid("`permission` names none of the options".to_owned()))?;
    let made = set(&caller, permission, wanted).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// GET of one.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Segments((organization, key)): Segments<(i64, String)>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let permission = known(&key)?;
    let roles = permissions::find(&caller, permission).await?;
    Ok(Json(shown(&caller, permission, &roles)))
}

/// PUT and PATCH of one.
pub(crate) async fn replace(
    ApiCaller(caller): ApiCaller,
    Segments((organization, key)): Segments<(i64, String)>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    Ok(Json(set(&caller, known(&key)?, wanted).await?))
}

/// DELETE: the default holds again.
pub(crate) async fn reset(
    ApiCaller(caller): ApiCaller,
    Segments((organization, key)): Segments<(i64, String)>,
) -> Result<StatusCode, ApiError> {
    must_be_own(&caller, organization)?;
    permissions::reset(&caller, known(&key)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
