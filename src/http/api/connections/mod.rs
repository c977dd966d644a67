//! `/api/connections`: the set-ups by which the organization's people sign in, SAML or OIDC.

pub(super) mod fields;
pub(crate) mod keys;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub(crate) use fields::Fields;

use super::PageOf;
use super::body::Body;
use super::error::ApiError;
use crate::app::connections;
use crate::app::metadata::may_fetch;
use crate::domain::connection::{Connection, Oidc, Protocol, Saml};
use crate::domain::error::Error;
use crate::domain::{ConnectionId, Timestamp};
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::http::sso::{Urls, metadata};
use crate::saml::metadata::certificate;
use crate::state::State;

fn id(text: &str) -> Result<ConnectionId, Error> {
    ConnectionId::parse(text).ok_or(Error::NotFound("connection"))
}

/// GET: a page of connections, oldest first.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read(&parameters, 30)?;
    let all = connections::list(&caller).await?;
    let total = all.len() as u64;
    let results: Vec<Value> = all
        .iter()
        .skip(usize::try_from(page.offset()).unwrap_or(usize::MAX))
        .take(usize::try_from(page.size).unwrap_or(usize::MAX))
        .map(|connection| shape(connection, &state))
        .collect();
    let base_url = state.config.base_url();
    Ok(Json(page.envelope(
        &base_url,
        "/api/connections/",
        total,
        &results,
    )))
}

/// GET of one connection.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(text): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    let connection = connections::find(&caller, id(&text)?).await?;
    Ok(Json(shape(&connection, &state)))
}

/// POST: sets a connection up. `protocol` says which; nothing else is needed to get the URLs that the IdP asks for.
pub(crate) async fn create(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Body(mut given): Body<Fields>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let protocol = match given.protocol.as_deref() {
        Some("saml") => Protocol::Saml(Saml::default()),
        Some("oidc") => Protocol::Oidc(Oidc::default()),
        _ => {
            let sentence = "`protocol` must be `saml` or `oidc`";
            return Err(Error::Invalid(sentence.to_owned()).into());
        }
    };
    let draft = connections::draft(&caller, protocol);
    may_fetch(&caller)?;
    given.fetch(&state, &draft).await?;
    let secret = given.client_secret();
    let made = given.applied(draft, caller.now)?;
    let made = connections::create(&caller, &state.vault, made, secret).await?;
    Ok((StatusCode::CREATED, Json(shape(&made, &state))))
}

/// PATCH: changes what is given.
pub(crate) async fn change(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(text): Segments<String>,
    Body(mut given): Body<Fields>,
) -> Result<Json<Value>, ApiError> {
    let before = connections::find(&caller, id(&text)?).await?;
    given.fetch(&state, &before).await?;
    let now = caller.now;
    let secret = given.client_secret();
    let change = |connection| given.applied(connection, now);
    let changed = connections::change(&caller, &state.vault, id(&text)?, secret, change).await?;
    Ok(Json(shape(&changed, &state)))
}

/// POST: fetches the metadata of the IdP now. `metadata_problem` of the answer says whether that went well.
pub(crate) async fn refresh(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(text): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    let connection = connections::find(&caller, id(&text)?).await?;
    if connection
        .saml()
        .is_none_or(|saml| saml.metadata_url.is_empty())
    {
        let sentence = "the connection has no metadata_url to fetch from";
        return Err(Error::Invalid(sentence.to_owned()).into());
    }
    let fresh = metadata::refresh(&state, &caller, &connection).await?;
    Ok(Json(shape(&fresh, &state)))
}

/// DELETE: nobody signs in through it any more, and its sessions end.
pub(crate) async fn delete(
    ApiCaller(caller): ApiCaller,
    Segments(text): Segments<String>,
) -> Result<StatusCode, ApiError> {
    connections::delete(&caller, id(&text)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The IdP's certificates, with a warning where one is in its last days.
fn certificates(saml: &Saml, now: Timestamp) -> Vec<Value> {
    let ders = saml
        .certificates
        .iter()
        .filter_map(|text| STANDARD.decode(text).ok());
    ders.filter_map(|der| certificate::read(&der, now))
        .map(|certificate| {
            let warning = certificate.warning.map(|days| match days {
                0 => "the certificate has ended".to_owned(),
                days => format!("the certificate ends within {days} days"),
            });
            json!({
                "subject": certificate.subject,
                "not_after": certificate.not_after.to_string(),
                "expires_soon": warning.is_some(),
                "warning": warning,
            })
        })
        .collect()
}

/// A connection as this API shows it. A secret is never shown, only whether there is one.
fn shape(connection: &Connection, state: &State) -> Value {
    let now = state.clock.now();
    let urls = Urls::of(&state.config.base_url(), connection);
    let mut shown = json!({
        "id": connection.id,
        "name": connection.name,
        "enabled": connection.enabled,
        "ready": connection.is_ready(),
        "just_in_time": connection.just_in_time,
        "token": connection.token,
        "login_url": urls.login,
        "logout_url": urls.logout,
        "domain": connection.domain,
        "idp_provider": connection.idp_provider,
        "mapping_email": connection.attributes.email,
        "mapping_first_name": connection.attributes.first_name,
        "mapping_last_name": connection.attributes.last_name,
        "mapping_groups": connection.attributes.groups,
        "split_groups": connection.attributes.split_groups,
    });
    let special = match &connection.protocol {
        Protocol::Saml(saml) => json!({
            "protocol": "saml",
            "acs_url": urls.answer,
            "sp_metadata_url": urls.metadata,
            "idp_entity_id": saml.entity_id,
            "metadata_url": saml.metadata_url,
            "metadata_xml": saml.metadata_xml,
            "metadata_fetched_at": saml.metadata_fetched.map(|at| at.to_string()),
            "metadata_problem": saml.metadata_problem,
            "certificates": certificates(saml, now),
            "slo_url": urls.single_logout,
            "idp_slo_url": saml.slo_url,
            "idp_wants_signed_requests": saml.idp_wants_signed,
            "sign_requests": saml.sign_requests,
            "force_authn": saml.force_authn,
            "idp_initiated": saml.idp_initiated,
            "nameid_format": saml.nameid_format,
            "clock_skew": saml.skew_seconds,
        }),
        Protocol::Oidc(oidc) => json!({
            "protocol": "oidc",
            "redirect_uri": urls.answer,
            "backchannel_logout_uri": urls.backchannel_logout,
            "post_logout_redirect_uri": format!("{}/", state.config.base_url()),
            "issuer": oidc.issuer,
            "client_id": oidc.client_id,
            "has_client_secret": !oidc.sealed_secret.is_empty(),
            "scopes": oidc.scopes,
            "userinfo": oidc.userinfo,
            "trust_email": oidc.trust_email,
            "graph_url": oidc.graph_url,
            "graph_group": oidc.graph_group,
            "clock_skew": oidc.skew_seconds,
        }),
    };
    if let (Some(shown), Value::Object(special)) = (shown.as_object_mut(), special) {
        shown.extend(special);
    }
    shown
}
