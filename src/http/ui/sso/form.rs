//! The form of one connection: what is kept as it is typed, and what was typed as what may be set.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::guide;
use crate::domain::Timestamp;
use crate::domain::connection::{Connection, Oidc, Protocol, Saml};
use crate::domain::error::Error;
use crate::http::api::connections::Fields;
use crate::http::ui::problems::Problems;
use crate::saml::metadata::{Error as Refused, IdpMetadata, values};

/// What the API calls a field, and what it is called on the page; the longer words first, since a refusal is said of the
/// first that it names.
const LABELS: [(&str, &str); 16] = [
    ("mapping_first_name", "the given name"),
    ("mapping_last_name", "the family name"),
    ("mapping_groups", "the groups"),
    ("mapping_email", "the e-mail address"),
    ("metadata_url", "the URL of the metadata"),
    ("metadata_xml", "the metadata"),
    ("client_secret", "the client secret"),
    ("graph_group", "the name of groups in Graph"),
    ("graph_url", "the URL of Graph"),
    ("nameid_format", "the NameID format"),
    ("clock_skew", "the difference between the clocks"),
    ("idp_provider", "the provider"),
    ("client_id", "the client ID"),
    ("issuer", "the issuer"),
    ("scopes", "the scopes"),
    ("domain", "domain"),
];

const SWITCHES: [&str; 2] = ["just_in_time", "split_groups"];
const SAML_SWITCHES: [&str; 3] = ["sign_requests", "force_authn", "idp_initiated"];
const OIDC_SWITCHES: [&str; 2] = ["userinfo", "trust_email"];
/// The values by which an IdP can be known without a document.
const THREE: [&str; 3] = ["idp_entity_id", "sso_url", "certificate"];

/// What stands in the fields.
#[derive(Default)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// What was typed. A secret is not shown again, not even to whoever typed it.
    pub(super) fn typed(mut fields: BTreeMap<String, String>) -> Self {
        fields.retain(|_, value| !value.trim().is_empty());
        Self(fields)
    }

    /// What is kept.
    pub(super) fn of(connection: &Connection) -> Self {
        let mut form = Self::default();
        let names = &connection.attributes;
        form.put("name", &connection.name);
        form.put("domain", &connection.domain);
        form.put("idp_provider", &connection.idp_provider);
        form.put("mapping_email", &names.email);
        form.put("mapping_first_name", &names.first_name);
        form.put("mapping_last_name", &names.last_name);
        form.put("mapping_groups", &names.groups);
        form.switch("split_groups", names.split_groups);
        form.switch("just_in_time", connection.just_in_time);
        match &connection.protocol {
            Protocol::Saml(saml) => form.put_saml(saml),
            Protocol::Oidc(oidc) => form.put_oidc(oidc),
        }
        form
    }

    fn put_saml(&mut self, saml: &Saml) {
        self.put("metadata_url", &saml.metadata_url);
        self.put("nameid_format", &saml.nameid_format);
        self.put("clock_skew", &saml.skew_seconds.to_string());
        self.switch("sign_requests", saml.sign_requests);
        self.switch("force_authn", saml.force_authn);
        self.switch("idp_initiated", saml.idp_initiated);
    }

    fn put_oidc(&mut self, oidc: &Oidc) {
        self.put("issuer", &oidc.issuer);
        self.put("client_id", &oidc.client_id);
        self.put("scopes", &oidc.scopes.join(" "));
        self.put("graph_url", &oidc.graph_url);
        self.put("graph_group", &oidc.graph_group);
        self.put("clock_skew", &oidc.skew_seconds.to_string());
        self.switch("userinfo", oidc.userinfo);
        self.switch("trust_email", oidc.trust_email);
    }

    fn put(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    fn switch(&mut self, name: &str, on: bool) {
        if on {
            self.put(name, "true");
        }
    }

    /// What stands in a field, without the space around it.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    /// Whether this stands in a field.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.text(name) == value
    }

    /// Whether a switch is on.
    pub(super) fn on(&self, name: &str) -> bool {
        self.is(name, "true")
    }

    /// Whether something stands in one of the three values.
    pub(super) fn has_values(&self) -> bool {
        THREE.iter().any(|name| !self.text(name).is_empty())
    }

    /// What is to be set of a connection.
    pub(super) fn wanted(&self, before: &Connection, now: Timestamp) -> Result<Fields, Problems> {
        let mut wanted = Map::new();
        let mut set = |name: &str, value: Value| wanted.insert(name.to_owned(), value);
        for name in ["name", "domain", "idp_provider"] {
            set(name, json!(self.text(name)));
        }
        let preset = guide::names(self.text("preset"));
        let names = [
            "mapping_email",
            "mapping_first_name",
            "mapping_last_name",
            "mapping_groups",
        ];
        for (at, name) in names.into_iter().enumerate() {
            let chosen = preset.map_or(self.text(name), |preset| preset[at]);
            set(name, json!(chosen));
        }
        let skew: Result<i64, _> = self.text("clock_skew").parse();
        let skew = skew
            .map_err(|_| Problems::one("clock_skew", "give a number of seconds from 0 to 300"))?;
        set("clock_skew", json!(skew));
        let switches = match before.protocol {
            Protocol::Saml(_) => &SAML_SWITCHES[..],
            Protocol::Oidc(_) => &OIDC_SWITCHES,
        };
        for name in SWITCHES.iter().chain(switches) {
            set(name, json!(self.on(name)));
        }
        match &before.protocol {
            Protocol::Saml(saml) => {
                set("nameid_format", json!(self.text("nameid_format")));
                if let Some((name, value)) = self.metadata(saml, now)? {
                    set(name, json!(value));
                }
            }
            Protocol::Oidc(_) => {
                for name in ["issuer", "client_id", "graph_url", "graph_group"] {
                    set(name, json!(self.text(name)));
                }
                let scopes = self.text("scopes").split([' ', ',', '\n', '\r']);
                let scopes: Vec<&str> = scopes.filter(|scope| !scope.is_empty()).collect();
                set("scopes", json!(scopes));
                if self.on("public") {
                    set("client_secret", json!(""));
                } else if !self.text("client_secret").is_empty() {
                    set("client_secret", json!(self.text("client_secret")));
                }
            }
        }
        serde_json::from_value(Value::Object(wanted))
            .map_err(|error| Problems::one("name", &error.to_string()))
    }

    /// The metadata where it is given anew, and in which way.
    fn metadata(
        &self,
        saml: &Saml,
        now: Timestamp,
    ) -> Result<Option<(&'static str, String)>, Problems> {
        let url = self.text("metadata_url");
        let document = self.text("metadata_xml");
        let other = url != saml.metadata_url;
        let ways = [
            other && !url.is_empty(),
            !document.is_empty(),
            self.has_values(),
        ];
        if ways.iter().filter(|way| **way).count() > 1 {
            let said = "give it in one way: by URL, as a document or as three values";
            return Err(Problems::one("metadata_url", said));
        }
        if self.has_values() {
            return self
                .values(now)
                .map(|document| Some(("metadata_xml", document)));
        }
        if !document.is_empty() {
            return match IdpMetadata::parse(document, now) {
                Ok(_) => Ok(Some(("metadata_xml", document.to_owned()))),
                Err(error) => Err(Problems::one("metadata_xml", &error.to_string())),
            };
        }
        Ok(other.then(|| ("metadata_url", url.to_owned())))
    }

    /// The document that the three values make.
    fn values(&self, now: Timestamp) -> Result<String, Problems> {
        for name in THREE {
            if self.text(name).is_empty() {
                return Err(Problems::one(name, "all three values are needed"));
            }
        }
        let [entity, sso, certificates] = THREE.map(|name| self.text(name));
        let document = values::document(entity, sso, certificates);
        let (field, said) = match IdpMetadata::parse(&document, now) {
            Ok(_) => return Ok(document),
            Err(Refused::BadLocation(..)) => ("sso_url", "give a whole https URL".to_owned()),
            Err(Refused::EntityId) => ("idp_entity_id", "give its name, an entity ID".to_owned()),
            Err(Refused::NoCertificate | Refused::UnreadableCertificate) => (
                "certificate",
                "give a certificate in PEM, from BEGIN to END, with an RSA or EC key".to_owned(),
            ),
            Err(other) => ("certificate", other.to_string()),
        };
        Err(Problems::one(field, &said))
    }
}

/// What a use case refused, said of the field that it is about, in the words of the page.
pub(super) fn problems(error: Error) -> Result<Problems, Error> {
    let Error::Invalid(said) = error else {
        return Problems::of(error, &["name"]);
    };
    if said.contains("another organization") || said.contains("everybody can have an address") {
        return Ok(Problems::one("domain", &said));
    }
    let named = LABELS.iter().find(|(field, _)| said.contains(field));
    let (field, label) = named.unwrap_or(&("name", "name"));
    let said = said.replace(&format!("{field}: "), "");
    Ok(Problems::one(field, &said.replace(field, label)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_said_of_its_field_in_the_words_of_the_page() {
        for (said, field, shown) in [
            (
                "metadata_url: the answer is not text in UTF-8",
                "metadata_url",
                "The answer is not text in UTF-8.",
            ),
            (
                "mapping_first_name must have 1 to 1024 bytes",
                "mapping_first_name",
                "The given name must have 1 to 1024 bytes.",
            ),
            (
                "corp.example belongs to another organization here",
                "domain",
                "Corp.example belongs to another organization here.",
            ),
            (
                "name must have at most 256 bytes",
                "name",
                "Name must have at most 256 bytes.",
            ),
        ] {
            let found = problems(Error::Invalid(said.to_owned())).unwrap();
            assert_eq!(found.about(field), Some(shown));
        }
    }
}
