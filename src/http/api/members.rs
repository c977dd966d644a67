//! `/api/organizations/{id}/memberships` and `/api/members/{id}/explain`.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::body::Body;
use super::error::ApiError;
use super::member_filter::{Asked, path_with};
use super::{PageOf, must_be_own, shapes};
use crate::app::{Caller, members, role_mapping};
use crate::domain::MemberNumber;
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::state::State;

/// GET: a page of members, or of those who were.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(organization): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let own = caller.organization.0;
    let path = format!("/api/organizations/{own}/memberships");
    page(&caller, &state, &path, &parameters).await
}

/// GET and POST: the same under another name. There are no filters besides those of the list.
pub(crate) async fn search(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(organization): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    no_filters(parameters.get("filters").unwrap_or_default())?;
    let own = caller.organization.0;
    let path = format!("/api/organizations/{own}/memberships/search");
    page(&caller, &state, &path, &parameters).await
}

/// The filters of the client's own language.
#[derive(Debug, Deserialize)]
pub(crate) struct Filters {
    #[serde(default)]
    filters: Value,
}

/// POST: as `search`, with the filters in the body.
pub(crate) async fn search_by_body(
    caller: ApiCaller,
    state: Shared<State>,
    organization: Segments<i64>,
    parameters: Parameters,
    Body(wanted): Body<Filters>,
) -> Result<Json<Value>, ApiError> {
    no_filters(&wanted.filters.to_string())?;
    search(caller, state, organization, parameters).await
}

/// Refuses filters that ask for something: to pass them over would show members who were not asked for.
fn no_filters(filters: &str) -> Result<(), ApiError> {
    let filters = filters.trim();
    let none = ["", "null", "{}", "[]"].contains(&filters)
        || serde_json::from_str::<Value>(filters).is_ok_and(|filters| {
            let items = filters.get("items").or_else(|| filters.get("filters"));
            items.is_some_and(|items| items.as_array().is_some_and(Vec::is_empty))
        });
    if none {
        return Ok(());
    }
    Err(Error::Invalid(
        "`filters` is not supported here; use role, tags, search and the other parameters of the list"
            .to_owned(),
    )
    .into())
}

/// GET: which filters there are besides those of the list: none.
pub(crate) async fn filter_schema(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    Ok(Json(serde_json::json!({ "version": 1, "filters": [] })))
}

/// GET: what such a filter could offer: nothing.
pub(crate) async fn filter_options(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    Ok(Json(Value::Array(Vec::new())))
}

async fn page(
    caller: &Caller,
    state: &State,
    path: &str,
    parameters: &Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read_or_all(parameters, 20)?;
    let asked = Asked::read(parameters)?;
    let own = caller.organization.0;
    let (total, results) = if asked.former {
        let found = members::list_former(caller, page.slice()).await?;
        let shown = found.resources.iter();
        (
            found.total,
            shown.map(|one| shapes::former(one, own)).collect(),
        )
    } else {
        let found = members::list(caller, &asked.filter, asked.order, page.slice()).await?;
        let shown = found.resources.iter();
        (
            found.total,
            shown
                .map(|one| shapes::membership(one, own))
                .collect::<Vec<_>>(),
        )
    };
    let path = path_with(path, parameters);
    Ok(Json(page.envelope(
        &state.config.base_url(),
        &path,
        total,
        &results,
    )))
}

pub(super) fn role(code: &str) -> Result<Role, ApiError> {
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
    Ok(Json(shapes::place(&member, caller.organization.0)))
}

/// DELETE: the member is gone; what they did stays.
pub(crate) async fn delete(
    ApiCaller(caller): ApiCaller,
    Segments((organization, member)): Segments<(i64, i64)>,
) -> Result<StatusCode, ApiError> {
    must_be_own(&caller, organization)?;
    if members::is_myself(&caller, MemberNumber(member)).await? {
        return Err(ApiError::Oneself);
    }
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
