//! `/api/saml/settings`: the organization's connection.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::body::Body;
use super::error::ApiError;
use super::mapping::{self, Lists};
use crate::app::{Caller, connections, role_mapping};
use crate::domain::Timestamp;
use crate::domain::connection::Connection;
use crate::domain::error::Error;
use crate::http::extract::ApiCaller;
use crate::http::sso::Urls;
use crate::saml::metadata::IdpMetadata;
use crate::state::State;

/// What may be changed; what is absent stays as it is.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Settings {
    domain: Option<String>,
    idp_provider: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    manual_role_management: Option<bool>,
    mapping_email: Option<String>,
    mapping_first_name: Option<String>,
    mapping_last_name: Option<String>,
    mapping_groups: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    split_groups: Option<bool>,
    metadata_url: Option<String>,
    metadata_xml: Option<String>,
    #[serde(flatten)]
    rules: Lists,
}

/// GET: the connection, with the URLs to give to the IdP.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
) -> Result<Json<Value>, ApiError> {
    let connection = connections::find(&caller).await?;
    Ok(Json(written(&caller, &state, &connection).await?))
}

/// POST: sets the connection up from the IdP's metadata, or changes parts of it.
pub(crate) async fn change(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Body(settings): Body<Settings>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let now = caller.now;
    let manual = settings.manual_role_management;
    let (fields, lists) = settings.parts();
    let rules = mapping::read(&caller, lists).await?;
    let change = |connection| fields.applied(connection, now);
    let connection = connections::change(&caller, change, manual, rules).await?;
    Ok((
        StatusCode::CREATED,
        Json(written(&caller, &state, &connection).await?),
    ))
}

/// A truth value, which a form can only write as a text.
fn flag<'de, D: Deserializer<'de>>(value: D) -> Result<Option<bool>, D::Error> {
    match Value::deserialize(value)? {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(flag)),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        _ => Err(serde::de::Error::custom("a flag is true or false")),
    }
}

impl Settings {
    fn parts(mut self) -> (Self, Lists) {
        let lists = std::mem::take(&mut self.rules);
        (self, lists)
    }

    fn applied(self, mut connection: Connection, now: Timestamp) -> Result<Connection, Error> {
        let texts = [
            ("domain", self.domain, &mut connection.domain, 65_536),
            (
                "idp_provider",
                self.idp_provider,
                &mut connection.idp_provider,
                256,
            ),
            (
                "mapping_email",
                self.mapping_email,
                &mut connection.mapping_email,
                1024,
            ),
            (
                "mapping_first_name",
                self.mapping_first_name,
                &mut connection.mapping_first_name,
                1024,
            ),
            (
                "mapping_last_name",
                self.mapping_last_name,
                &mut connection.mapping_last_name,
                1024,
            ),
            (
                "mapping_groups",
                self.mapping_groups,
                &mut connection.mapping_groups,
                1024,
            ),
        ];
        for (name, given, kept, longest) in texts {
            if let Some(given) = given {
                if given.len() > longest
                    || (name.starts_with("mapping_") && given.trim().is_empty())
                {
                    return Err(Error::Invalid(format!(
                        "{name} must have 1 to {longest} bytes"
                    )));
                }
                *kept = given;
            }
        }
        if let Some(split) = self.split_groups {
            connection.split_groups = split;
        }
        if self
            .metadata_url
            .as_deref()
            .is_some_and(|url| !url.is_empty())
        {
            return Err(Error::Invalid(
                "metadata is not fetched from a URL by this version; send the document itself as metadata_xml".to_owned(),
            ));
        }
        if let Some(document) = self.metadata_xml {
            let idp = IdpMetadata::parse(&document, now)
                .map_err(|error| Error::Invalid(error.to_string()))?;
            connection.entity_id = idp.entity_id;
            connection.sso_url = idp.sso_url;
            connection.certificates = idp
                .certificates
                .iter()
                .map(|der| STANDARD.encode(der))
                .collect();
            connection.metadata_xml = document;
        }
        Ok(connection)
    }
}

async fn written(
    caller: &Caller,
    state: &State,
    connection: &Connection,
) -> Result<Value, ApiError> {
    let urls = Urls::of(&state.config.base_url(), &connection.token);
    let rules = role_mapping::find(caller).await?;
    let mut shown = mapping::written(caller, &rules).await?;
    let own = json!({
        "token": connection.token,
        "acs_url": urls.acs,
        "login_url": urls.login,
        "logout_url": urls.logout,
        "metadata_url": connection.metadata_url,
        "metadata_xml": connection.metadata_xml,
        "metadata_xml_url": null,
        "sp_metadata_url": urls.metadata,
        "nameid_format": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        "domain": connection.domain,
        "idp_provider": connection.idp_provider,
        "idp_entity_id": connection.entity_id,
        "mapping_email": connection.mapping_email,
        "mapping_first_name": connection.mapping_first_name,
        "mapping_last_name": connection.mapping_last_name,
        "mapping_groups": connection.mapping_groups,
        "split_groups": connection.split_groups,
        "manual_role_management": role_mapping::find_organization(caller).await?.manual_role_management,
    });
    if let (Some(shown), Value::Object(own)) = (shown.as_object_mut(), own) {
        shown.extend(own);
    }
    Ok(shown)
}
