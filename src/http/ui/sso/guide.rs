//! What to paste where, provider by provider; `docs/idp` tells the whole of it. The data are in `guide_saml.rs` and
//! `guide_oidc.rs`.

use super::{guide_oidc, guide_saml};
use crate::domain::connection::{AttributeNames, Connection, Protocol};
use crate::http::sso::Urls;

/// Stand for our URLs in a value.
pub(super) const ANSWER: &str = "{answer}";
pub(super) const METADATA: &str = "{metadata}";
pub(super) const LOGIN: &str = "{login}";
pub(super) const SLO: &str = "{slo}";
pub(super) const BACK_CHANNEL: &str = "{back_channel}";
pub(super) const HOME: &str = "{home}";

/// The kinds of NameID that can be asked for: what is kept, and what it is called.
pub(super) const NAME_IDS: [(&str, &str); 5] = [
    ("", "as the provider likes"),
    (
        "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        "persistent",
    ),
    (
        "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        "emailAddress",
    ),
    (
        "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
        "transient",
    ),
    (
        "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        "unspecified",
    ),
];

/// The providers that have a guide: the word that is kept, and the name.
pub(super) const PROVIDERS: [(&str, &str); 8] = [
    ("okta", "Okta"),
    ("azure", "Entra ID"),
    ("google", "Google"),
    ("onelogin", "OneLogin"),
    ("ping", "Ping"),
    ("keycloak", "Keycloak"),
    ("authentik", "authentik"),
    ("custom", "Any other provider"),
];

/// The name of a provider.
pub(super) fn provider(word: &str) -> &'static str {
    let found = PROVIDERS.iter().find(|(known, _)| *known == word);
    found.map_or("Any other provider", |(_, name)| name)
}

/// Where a provider names what, for one protocol.
pub(super) struct Guide {
    pub(super) provider: &'static str,
    /// Where the form is.
    pub(super) place: &'static str,
    /// The fields of its form, each with what goes into it.
    pub(super) fields: &'static [(&'static str, &'static str)],
    /// How it names the address, the given name, the family name and the groups.
    pub(super) sources: [&'static str; 4],
    /// The preset that fits.
    pub(super) preset: &'static str,
    /// Where it says what we need to know of it.
    pub(super) theirs: &'static str,
}

/// A value for the provider: what it is called there, whether it is to be copied, and the value.
pub(super) struct Value {
    pub(super) field: &'static str,
    pub(super) copied: bool,
    pub(super) text: String,
}

impl Guide {
    /// The guide for a connection.
    pub(super) fn of(connection: &Connection) -> &'static Self {
        Self::find(&connection.idp_provider, &connection.protocol)
    }

    /// The guide for a provider; for one without, the general one, which is the last.
    pub(super) fn find(provider: &str, protocol: &Protocol) -> &'static Self {
        let all = match protocol {
            Protocol::Saml(_) => &guide_saml::GUIDES,
            Protocol::Oidc(_) => &guide_oidc::GUIDES,
        };
        let found = all.iter().find(|guide| guide.provider == provider);
        found.unwrap_or(&all[all.len() - 1])
    }

    /// What the provider is called within a sentence.
    pub(super) fn there(&self) -> &'static str {
        match self.provider {
            "custom" => "your provider",
            word => provider(word),
        }
    }

    /// The values, whole.
    pub(super) fn values(&self, urls: &Urls, base_url: &str) -> Vec<Value> {
        let home = format!("{base_url}/");
        let fields = self.fields.iter();
        fields
            .map(|(field, value)| Value {
                field,
                copied: value.contains('{') || value.starts_with("urn:"),
                text: value
                    .replace(ANSWER, &urls.answer)
                    .replace(METADATA, &urls.metadata)
                    .replace(LOGIN, &urls.login)
                    .replace(SLO, &urls.single_logout)
                    .replace(BACK_CHANNEL, &urls.backchannel_logout)
                    .replace(HOME, &home),
            })
            .collect()
    }
}

/// Names of attributes that go together: a word, whose they are, and the names of the address, the given name, the
/// family name and the groups.
pub(super) struct Preset {
    pub(super) word: &'static str,
    pub(super) says: &'static str,
    names: [&'static str; 4],
}

const fn preset(word: &'static str, says: &'static str, names: [&'static str; 4]) -> Preset {
    Preset { word, says, names }
}

/// The presets of Label Studio, and authentik's own names.
pub(super) const PRESETS: [Preset; 8] = [
    preset(
        "default",
        "Email, FirstName, LastName, Groups (default, Google)",
        ["Email", "FirstName", "LastName", "Groups"],
    ),
    preset(
        "okta",
        "email, firstName, lastName, groups (Okta)",
        ["email", "firstName", "lastName", "groups"],
    ),
    preset(
        "entra",
        "Microsoft's claims as URIs (Entra ID)",
        [
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
            "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
        ],
    ),
    preset(
        "entra-short",
        "emailAddress, givenName, surname, groups (Entra ID, short)",
        ["emailAddress", "givenName", "surname", "groups"],
    ),
    preset(
        "ping",
        "emailAddress, givenName, surname, Groups (PingOne)",
        ["emailAddress", "givenName", "surname", "Groups"],
    ),
    preset(
        "auth0",
        "email, given_name, family_name, groups (Auth0, OpenID Connect)",
        ["email", "given_name", "family_name", "groups"],
    ),
    preset(
        "authentik",
        "authentik's default mappings as URIs",
        [
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
            "http://schemas.xmlsoap.org/claims/Group",
        ],
    ),
    preset(
        "keycloak-roles",
        "email, given_name, family_name, realm_access.roles (Keycloak's roles)",
        ["email", "given_name", "family_name", "realm_access.roles"],
    ),
];

/// The names that a preset stands for.
pub(super) fn names(word: &str) -> Option<[&'static str; 4]> {
    let found = PRESETS.iter().find(|preset| preset.word == word);
    found.map(|preset| preset.names)
}

/// Sets the names that a preset stands for.
pub(super) fn set(attributes: &mut AttributeNames, word: &str) {
    if let Some(names) = names(word) {
        let [email, first_name, last_name, groups] = names.map(str::to_owned);
        attributes.email = email;
        attributes.first_name = first_name;
        attributes.last_name = last_name;
        attributes.groups = groups;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::connection::{Oidc, Saml};

    #[test]
    fn every_provider_has_a_guide_for_both_protocols_whose_preset_there_is() {
        let protocols = [
            Protocol::Saml(Saml::default()),
            Protocol::Oidc(Oidc::default()),
        ];
        for (word, _) in PROVIDERS {
            for protocol in &protocols {
                let guide = Guide::find(word, protocol);
                assert_eq!(guide.provider, word);
                assert!(names(guide.preset).is_some(), "{}", guide.preset);
                let pasted = guide.fields.iter().filter(|(_, value)| value.contains('{'));
                assert!(pasted.count() >= 2, "{word}");
            }
        }
        assert_eq!(Guide::find("elsewhere", &protocols[0]).provider, "custom");
    }
}
