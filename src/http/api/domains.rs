//! `/api/domains`: domains of e-mail addresses that the organization says are its own; and `/api/connections/policy`.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::PageOf;
use super::body::Body;
use super::error::ApiError;
use crate::app::{Caller, domains, sign_in_policy};
use crate::domain::ConnectionId;
use crate::domain::error::Error;
use crate::domain::mail_domain::Domain;
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::outgoing::dns;
use crate::state::State;

/// GET: a page of domains, by name.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read(&parameters, 30)?;
    let all = domains::list(&caller).await?;
    let results: Vec<Value> = all
        .iter()
        .skip(usize::try_from(page.offset()).unwrap_or(usize::MAX))
        .take(usize::try_from(page.size).unwrap_or(usize::MAX))
        .map(shape)
        .collect();
    let (base_url, total) = (state.config.base_url(), all.len() as u64);
    Ok(Json(page.envelope(
        &base_url,
        "/api/domains",
        total,
        &results,
    )))
}

/// GET of one domain.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Segments(name): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(shape(&domains::find(&caller, &name).await?)))
}

/// What is claimed.
#[derive(Debug, Deserialize)]
pub(crate) struct Claim {
    domain: String,
    connection: Option<String>,
}

/// POST: claims a domain; the answer says which TXT record shows that it is the organization's.
pub(crate) async fn create(
    ApiCaller(caller): ApiCaller,
    Body(wanted): Body<Claim>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let connection = wanted.connection.as_deref().map(connection).transpose()?;
    let made = domains::create(&caller, &wanted.domain, connection).await?;
    Ok((StatusCode::CREATED, Json(shape(&made))))
}

/// The connection that a text names.
pub(crate) fn connection(text: &str) -> Result<ConnectionId, Error> {
    ConnectionId::parse(text)
        .ok_or_else(|| Error::Invalid("`connection` is none of this organization".to_owned()))
}

/// What may be changed of a domain.
#[derive(Debug, Deserialize)]
pub(crate) struct Changes {
    #[serde(default)]
    connection: Wanted,
    sso_required: Option<bool>,
}

/// A `connection` that is `null` is not one that is missing.
#[derive(Debug, Default)]
enum Wanted {
    #[default]
    Missing,
    Null,
    Id(String),
}

impl<'de> Deserialize<'de> for Wanted {
    fn deserialize<D: serde::Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        Ok(Option::<String>::deserialize(value)?.map_or(Self::Null, Self::Id))
    }
}

/// PATCH: where the people of the domain sign in, and whether they may sign in nowhere else.
pub(crate) async fn change(
    ApiCaller(caller): ApiCaller,
    Segments(name): Segments<String>,
    Body(wanted): Body<Changes>,
) -> Result<Json<Value>, ApiError> {
    let id = match &wanted.connection {
        Wanted::Id(text) => Some(connection(text)?),
        Wanted::Missing | Wanted::Null => None,
    };
    let change = |domain: Domain| Domain {
        connection: match wanted.connection {
            Wanted::Missing => domain.connection,
            Wanted::Null | Wanted::Id(_) => id,
        },
        sso_required: wanted.sso_required.unwrap_or(domain.sso_required),
        ..domain
    };
    let changed = domains::change(&caller, &name, change).await?;
    Ok(Json(shape(&changed)))
}

/// POST: looks the TXT record up, and verifies the domain if it is there.
pub(crate) async fn verify(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(name): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(shape(&look_up(&state, &caller, &name).await?)))
}

/// The same, for pages too.
pub(crate) async fn look_up(state: &State, caller: &Caller, name: &str) -> Result<Domain, Error> {
    let domain = domains::find(caller, name).await?;
    let server = state.config.dns_server;
    let beside = domain.record_name();
    let (mut texts, itself) = tokio::join!(
        dns::texts(server, &beside),
        dns::texts(server, &domain.name)
    );
    texts.extend(itself);
    domains::verify(caller, name, &texts).await
}

/// DELETE: gives the domain up.
pub(crate) async fn delete(
    ApiCaller(caller): ApiCaller,
    Segments(name): Segments<String>,
) -> Result<StatusCode, ApiError> {
    domains::delete(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// GET of the policy.
pub(crate) async fn policy(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    let required = sign_in_policy::is_required(&caller).await?;
    Ok(Json(json!({ "sso_required": required })))
}

/// Who must sign in through a connection.
#[derive(Debug, Deserialize)]
pub(crate) struct Policy {
    sso_required: bool,
}

/// PATCH of the policy.
pub(crate) async fn set_policy(
    ApiCaller(caller): ApiCaller,
    Body(wanted): Body<Policy>,
) -> Result<Json<Value>, ApiError> {
    sign_in_policy::require(&caller, wanted.sso_required).await?;
    Ok(Json(json!({ "sso_required": wanted.sso_required })))
}

fn shape(domain: &Domain) -> Value {
    json!({
        "domain": domain.name,
        "connection": domain.connection,
        "sso_required": domain.sso_required,
        "created_at": domain.created.to_string(),
        "verified_at": domain.verified.map(|at| at.to_string()),
        "record": { "type": "TXT", "name": domain.record_name(), "value": domain.record() },
    })
}
