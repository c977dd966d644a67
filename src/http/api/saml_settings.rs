//! `/api/saml/settings`: the organization's connection.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::connections::{Fields, fields};
use super::error::ApiError;
use super::mapping::{self, Lists};
use crate::app::metadata::may_fetch;
use crate::app::{Caller, connections, domains, role_mapping};
use crate::domain::connection::{Connection, Saml};
use crate::http::extract::ApiCaller;
use crate::http::sso::{Urls, metadata};
use crate::state::State;

/// What may be changed; what is absent stays as it is.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Settings {
    #[serde(default, deserialize_with = "fields::flag")]
    manual_role_management: Option<bool>,
    #[serde(flatten)]
    fields: Fields,
    #[serde(flatten)]
    rules: Lists,
}

/// GET: the connection, with the URLs to give to the IdP.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
) -> Result<Json<Value>, ApiError> {
    let connection = connections::first(&caller).await?;
    Ok(Json(written(&caller, &state, &connection).await?))
}

/// POST: sets the connection up from the IdP's metadata, or changes parts of it.
pub(crate) async fn change(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Body(mut settings): Body<Settings>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let now = caller.now;
    let before = connections::first(&caller).await?;
    settings.fields.fetch(&state, &before).await?;
    let rules = mapping::read(&caller, settings.rules).await?;
    let change = |connection| settings.fields.applied(connection, now);
    let manual = settings.manual_role_management;
    let connection = connections::change_first(&caller, change, manual, rules).await?;
    Ok((
        StatusCode::CREATED,
        Json(written(&caller, &state, &connection).await?),
    ))
}

/// DELETE: everything as it was before somebody set it up, the rules too. The URLs stay.
pub(crate) async fn reset(ApiCaller(caller): ApiCaller) -> Result<StatusCode, ApiError> {
    connections::reset_first(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is to be looked at.
#[derive(Debug, Deserialize)]
pub(crate) struct MetadataUrl {
    metadata_url: String,
}

/// POST: whether metadata could be had from a URL; where not, why.
pub(crate) async fn validate_metadata_url(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Body(MetadataUrl { metadata_url }): Body<MetadataUrl>,
) -> Result<Json<Value>, ApiError> {
    may_fetch(&caller)?;
    Ok(Json(match metadata::fetch(&state, &metadata_url).await {
        Ok(_) => json!({ "valid": true }),
        Err(problem) => json!({ "valid": false, "problem": problem }),
    }))
}

/// Domains, between commas.
#[derive(Debug, Deserialize)]
pub(crate) struct Domains {
    domain: String,
}

/// POST: whether the connection could list these domains.
pub(crate) async fn validate_domain(
    ApiCaller(caller): ApiCaller,
    Body(Domains { domain }): Body<Domains>,
) -> Result<Json<Value>, ApiError> {
    let valid = domains::could_list(&caller, &domain).await?;
    Ok(Json(json!({ "valid": valid })))
}

async fn written(
    caller: &Caller,
    state: &State,
    connection: &Connection,
) -> Result<Value, ApiError> {
    let urls = Urls::of(&state.config.base_url(), connection);
    let unset = Saml::default();
    let saml = connection.saml().unwrap_or(&unset);
    let rules = role_mapping::find(caller).await?;
    let mut shown = mapping::written(caller, &rules).await?;
    let own = json!({
        "token": connection.token,
        "acs_url": urls.answer,
        "login_url": urls.login,
        "logout_url": urls.logout,
        "metadata_url": saml.metadata_url,
        "metadata_xml": saml.metadata_xml,
        "metadata_xml_url": null,
        "sp_metadata_url": urls.metadata,
        "nameid_format": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        "domain": connection.domain,
        "idp_provider": connection.idp_provider,
        "idp_entity_id": saml.entity_id,
        "mapping_email": connection.attributes.email,
        "mapping_first_name": connection.attributes.first_name,
        "mapping_last_name": connection.attributes.last_name,
        "mapping_groups": connection.attributes.groups,
        "split_groups": connection.attributes.split_groups,
        "manual_role_management": role_mapping::find_organization(caller).await?.manual_role_management,
    });
    if let (Some(shown), Value::Object(own)) = (shown.as_object_mut(), own) {
        shown.extend(own);
    }
    Ok(shown)
}
