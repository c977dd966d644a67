//! A connection: one set-up of an organization by which people sign in, SAML or OIDC.

mod key;
mod oidc;
mod saml;

use serde::{Deserialize, Serialize};

pub(crate) use key::{MOST_KEYS, OwnKey};
pub(crate) use oidc::Oidc;
pub(crate) use saml::Saml;

use super::error::Error;
use super::role::RoleSource;
use super::{ConnectionId, OrganizationId};

/// The most connections of one organization.
pub(crate) const MOST: u64 = 50;

/// What we know of an IdP, and how to read what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    /// Whose it is.
    pub(crate) organization: OrganizationId,
    /// Which one.
    pub(crate) id: ConnectionId,
    /// The part of our URLs that names it.
    pub(crate) token: String,
    /// What people call it; may be empty.
    pub(crate) name: String,
    /// Whether people can sign in through it. One that is not enabled refuses at every one of its URLs, but to an
    /// administrator who tests it.
    pub(crate) enabled: bool,
    /// Whether somebody new becomes a member by signing in.
    pub(crate) just_in_time: bool,
    /// E-mail domains whose people sign in here, comma separated.
    pub(crate) domain: String,
    /// `okta`, `azure`, `google` or `custom`: what the admin chose.
    pub(crate) idp_provider: String,
    /// Where to find what we want to know of a person.
    pub(crate) attributes: AttributeNames,
    /// What the protocol needs.
    pub(crate) protocol: Protocol,
}

/// Which protocol a connection speaks, with what that needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Protocol {
    /// SAML 2.0.
    Saml(Saml),
    /// OpenID Connect.
    Oidc(Oidc),
}

/// The names of the attributes or claims that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttributeNames {
    /// The e-mail address.
    pub(crate) email: String,
    /// The given name.
    pub(crate) first_name: String,
    /// The family name.
    pub(crate) last_name: String,
    /// The groups.
    pub(crate) groups: String,
    /// Whether one value of the groups is several, between commas (R11). Ping Identity can send them so.
    pub(crate) split_groups: bool,
}

impl AttributeNames {
    /// The claims of OpenID Connect Core section 5.1, and the one that most providers use for groups.
    pub(crate) fn of_oidc() -> Self {
        Self::new(["email", "given_name", "family_name", "groups"])
    }

    fn new([email, first_name, last_name, groups]: [&str; 4]) -> Self {
        Self {
            email: email.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            groups: groups.to_owned(),
            split_groups: false,
        }
    }
}

/// The names that the guides of Label Studio tell administrators to use with SAML.
impl Default for AttributeNames {
    fn default() -> Self {
        Self::new(["Email", "FirstName", "LastName", "Groups"])
    }
}

impl Connection {
    /// Whether people can sign in through it: it is enabled, and complete.
    pub(crate) fn is_ready(&self) -> bool {
        self.enabled && self.is_complete()
    }

    /// Whether the IdP is known, with what its word is checked by: so much that a sign-in can be tested.
    pub(crate) fn is_complete(&self) -> bool {
        match &self.protocol {
            Protocol::Saml(saml) => saml.is_complete(),
            Protocol::Oidc(oidc) => oidc.is_complete(),
        }
    }

    /// The name of the IdP in the protocol: the entityID or the issuer. With another one, another party speaks.
    pub(crate) fn idp(&self) -> &str {
        match &self.protocol {
            Protocol::Saml(saml) => &saml.entity_id,
            Protocol::Oidc(oidc) => &oidc.issuer,
        }
    }

    /// Through what a role comes that the groups of a sign-on give (R17).
    pub(crate) fn role_source(&self) -> RoleSource {
        match self.protocol {
            Protocol::Saml(_) => RoleSource::Saml,
            Protocol::Oidc(_) => RoleSource::Oidc,
        }
    }

    /// What SAML needs, where the connection speaks it.
    pub(crate) fn saml(&self) -> Option<&Saml> {
        match &self.protocol {
            Protocol::Saml(saml) => Some(saml),
            Protocol::Oidc(_) => None,
        }
    }

    /// What OIDC needs, where the connection speaks it.
    pub(crate) fn oidc(&self) -> Option<&Oidc> {
        match &self.protocol {
            Protocol::Oidc(oidc) => Some(oidc),
            Protocol::Saml(_) => None,
        }
    }

    /// Refuses what no connection can be.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let texts = [
            ("name", &self.name, 256),
            ("domain", &self.domain, 65_536),
            ("idp_provider", &self.idp_provider, 256),
        ];
        for (field, text, longest) in texts {
            if text.len() > longest {
                return Err(Error::Invalid(format!(
                    "{field} must have at most {longest} bytes"
                )));
            }
        }
        let names = [
            ("mapping_email", &self.attributes.email),
            ("mapping_first_name", &self.attributes.first_name),
            ("mapping_last_name", &self.attributes.last_name),
            ("mapping_groups", &self.attributes.groups),
        ];
        for (field, name) in names {
            if name.trim().is_empty() || name.len() > 1024 {
                return Err(Error::Invalid(format!("{field} must have 1 to 1024 bytes")));
            }
        }
        match &self.protocol {
            Protocol::Saml(saml) => saml.check(),
            Protocol::Oidc(oidc) => oidc.check(),
        }
    }
}
