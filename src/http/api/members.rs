//! `/api/organizations/{id}/memberships` and `/api/members/{id}/explain`.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::body::Body;
use super::error::ApiError;
use super::{PageOf, must_be_own, shapes};
use crate::app::{members, role_mapping};
use crate::domain::MemberNumber;
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::state::State;

/// GET: a page of members, perhaps only those with one of `role=AN,RE`.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(organization): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let page = PageOf::read(&parameters, 20)?;
    let own = caller.organization.0;
    let mut path = format!("/api/organizations/{own}/memberships");
    let wanted = match parameters.get("role").filter(|codes| !codes.is_empty()) {
        Some(codes) => {
            let wanted: Vec<Role> = codes.split(',').map(role).collect::<Result<_, _>>()?;
            let codes: Vec<&str> = wanted.iter().map(|role| role.code()).collect();
            path = format!("{path}?role={}", codes.join(","));
            wanted
        }
        None => Role::ALL.to_vec(),
    };
    let found = members::list(&caller, &wanted, page.offset(), page.size).await?;
    let results: Vec<Value> = found
        .resources
        .iter()
        .map(|member| shapes::membership(member, own))
        .collect();
    Ok(Json(page.envelope(
        &state.config.base_url(),
        &path,
        found.total,
        &results,
    )))
}

fn role(code: &str) -> Result<Role, ApiError> {
    Role::from_code(code.trim()).ok_or_else(|| {
        Error::Invalid(format!(
            "{code:?} is no role; use OW, AD, MA, RE, AN, NO or DI"
        ))
        .into()
    })
}

/// What to do with a member's role. A `role` of `null` takes back what was given by hand.
#[derive(Debug, Deserialize)]
pub(crate) struct Assignment {
    user_id: MemberNumber,
    #[serde(default)]
    role: Wanted,
}

/// A `role` that is `null` is not one that is missing.
#[derive(Debug, Default)]
enum Wanted {
    #[default]
    Missing,
    TakenBack,
    Code(String),
}

impl<'de> Deserialize<'de> for Wanted {
    fn deserialize<D: serde::Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        Ok(Option::<String>::deserialize(value)?.map_or(Self::TakenBack, Self::Code))
    }
}

/// PATCH and POST: gives a member a role by hand.
pub(crate) async fn assign_role(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
    Body(wanted): Body<Assignment>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let given = match wanted.role {
        Wanted::Missing => return Err(Error::Invalid("`role` is missing".to_owned()).into()),
        Wanted::TakenBack => None,
        Wanted::Code(code) => Some(role(&code)?),
    };
    let member = members::assign_role(&caller, wanted.user_id, given).await?;
    Ok(Json(shapes::membership(&member, caller.organization.0)))
}

/// GET of one member.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Segments((organization, member)): Segments<(i64, i64)>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let member = members::find(&caller, MemberNumber(member)).await?;
    Ok(Json(shapes::membership(&member, caller.organization.0)))
}

/// DELETE: the member is gone; what they did stays.
pub(crate) async fn delete(
    ApiCaller(caller): ApiCaller,
    Segments((organization, member)): Segments<(i64, i64)>,
) -> Result<StatusCode, ApiError> {
    must_be_own(&caller, organization)?;
    members::delete(&caller, MemberNumber(member)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why a member has the roles that they have.
pub(crate) async fn explain(
    ApiCaller(caller): ApiCaller,
    Segments(member): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(shapes::explanation(
        &role_mapping::explain(&caller, MemberNumber(member)).await?,
    )))
}
