//! What may be set of a connection, by this API and by the settings that Label Studio's clients know.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::domain::Timestamp;
use crate::domain::connection::{Connection, Oidc, Protocol, Saml};
use crate::domain::error::Error;
use crate::http::sso::metadata::{self, Fetched};
use crate::state::State;

/// What may be set; what is absent stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Fields {
    pub(super) protocol: Option<String>,
    name: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    enabled: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    just_in_time: Option<bool>,
    pub(in crate::http::api) domain: Option<String>,
    idp_provider: Option<String>,
    mapping_email: Option<String>,
    mapping_first_name: Option<String>,
    mapping_last_name: Option<String>,
    mapping_groups: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    split_groups: Option<bool>,
    clock_skew: Option<i64>,
    #[serde(flatten)]
    saml: SamlFields,
    #[serde(flatten)]
    oidc: OidcFields,
}

/// What only SAML has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct SamlFields {
    metadata_url: Option<String>,
    /// What is at that URL.
    #[serde(skip)]
    fetched: Option<Fetched>,
    metadata_xml: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    sign_requests: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    force_authn: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    idp_initiated: Option<bool>,
    nameid_format: Option<String>,
}

/// What only OIDC has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct OidcFields {
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scopes: Option<Vec<String>>,
    #[serde(default, deserialize_with = "flag")]
    userinfo: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    trust_email: Option<bool>,
    graph_url: Option<String>,
    graph_group: Option<String>,
}

/// A truth value, which a form can only write as a text.
pub(crate) fn flag<'de, D: Deserializer<'de>>(value: D) -> Result<Option<bool>, D::Error> {
    match Value::deserialize(value)? {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(flag)),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        _ => Err(serde::de::Error::custom("a flag is true or false")),
    }
}

fn set<T>(kept: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *kept = given;
    }
}

impl Fields {
    /// The secret that is given; it is sealed where the connection is saved.
    pub(crate) fn client_secret(&self) -> Option<String> {
        self.oidc.client_secret.clone()
    }

    /// Fetches the metadata, where a URL is given that the connection does not have yet. No transaction is open.
    pub(crate) async fn fetch(&mut self, state: &State, before: &Connection) -> Result<(), Error> {
        let (Some(saml), Some(url)) = (before.saml(), &self.saml.metadata_url) else {
            return Ok(());
        };
        if !url.is_empty() && *url != saml.metadata_url {
            let found = metadata::fetch(state, url).await;
            self.saml.fetched = Some(found.map_err(Error::Invalid)?);
        }
        Ok(())
    }

    /// The connection with what is given put into it. What no connection can be is refused when it is saved.
    pub(crate) fn applied(
        self,
        mut connection: Connection,
        now: Timestamp,
    ) -> Result<Connection, Error> {
        set(&mut connection.name, self.name);
        set(&mut connection.enabled, self.enabled);
        set(&mut connection.just_in_time, self.just_in_time);
        set(&mut connection.domain, self.domain);
        set(&mut connection.idp_provider, self.idp_provider);
        let names = &mut connection.attributes;
        set(&mut names.email, self.mapping_email);
        set(&mut names.first_name, self.mapping_first_name);
        set(&mut names.last_name, self.mapping_last_name);
        set(&mut names.groups, self.mapping_groups);
        set(&mut names.split_groups, self.split_groups);
        let strange = |protocol: &str| {
            Error::Invalid(format!(
                "a field is given that a connection by {protocol} does not have"
            ))
        };
        match &mut connection.protocol {
            Protocol::Saml(saml) => {
                if self.oidc != OidcFields::default() {
                    return Err(strange("SAML"));
                }
                set(&mut saml.skew_seconds, self.clock_skew);
                self.saml.apply(saml, now)?;
            }
            Protocol::Oidc(oidc) => {
                if self.saml != SamlFields::default() {
                    return Err(strange("OIDC"));
                }
                set(&mut oidc.skew_seconds, self.clock_skew);
                self.oidc.apply(oidc);
            }
        }
        Ok(connection)
    }
}

impl SamlFields {
    fn apply(self, saml: &mut Saml, now: Timestamp) -> Result<(), Error> {
        set(&mut saml.sign_requests, self.sign_requests);
        set(&mut saml.force_authn, self.force_authn);
        set(&mut saml.idp_initiated, self.idp_initiated);
        set(&mut saml.nameid_format, self.nameid_format);
        match (self.fetched, self.metadata_url, self.metadata_xml) {
            (Some(fetched), _, _) => fetched.put_into(saml),
            // What clients read they send back whole: with the URL that is known, nothing is new.
            (None, Some(url), _) if !url.is_empty() => {
                if url != saml.metadata_url {
                    return Err(Error::VersionMismatch("connection"));
                }
            }
            (None, url, document) => {
                if url.is_some() || document.is_some() {
                    metadata::forget_url(saml);
                }
                if let Some(document) = document {
                    let invalid = |error: metadata::Unreadable| Error::Invalid(error.to_string());
                    metadata::read(saml, document, now).map_err(invalid)?;
                }
            }
        }
        Ok(())
    }
}

impl OidcFields {
    fn apply(self, oidc: &mut Oidc) {
        set(&mut oidc.issuer, self.issuer);
        set(&mut oidc.client_id, self.client_id);
        set(&mut oidc.scopes, self.scopes);
        set(&mut oidc.userinfo, self.userinfo);
        set(&mut oidc.trust_email, self.trust_email);
        set(&mut oidc.graph_url, self.graph_url);
        set(&mut oidc.graph_group, self.graph_group);
    }
}
