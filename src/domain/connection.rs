//! A connection: one SAML set-up of an organization.

use super::{ConnectionId, OrganizationId};

/// What we know of an IdP, and how to read what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    /// Whose it is.
    pub(crate) organization: OrganizationId,
    /// Which one.
    pub(crate) id: ConnectionId,
    /// The part of our URLs that names it.
    pub(crate) token: String,
    /// E-mail domains whose people sign in here, comma separated.
    pub(crate) domain: String,
    /// `okta`, `azure`, `google` or `custom`: what the admin chose.
    pub(crate) idp_provider: String,
    /// The IdP's metadata as the admin gave it; empty until then.
    pub(crate) metadata_xml: String,
    /// Where the admin says that the metadata is.
    pub(crate) metadata_url: String,
    /// The IdP's entityID; empty until there is metadata.
    pub(crate) entity_id: String,
    /// Where the IdP takes requests (HTTP-Redirect).
    pub(crate) sso_url: String,
    /// The IdP's signing certificates: DER in base64.
    pub(crate) certificates: Vec<String>,
    /// The attribute that holds the e-mail address.
    pub(crate) mapping_email: String,
    /// The attribute that holds the given name.
    pub(crate) mapping_first_name: String,
    /// The attribute that holds the family name.
    pub(crate) mapping_last_name: String,
    /// The attribute that holds the groups.
    pub(crate) mapping_groups: String,
    /// Whether one comma-joined value is several groups (R11).
    pub(crate) split_groups: bool,
}

impl Connection {
    /// Whether people can sign in through it: the IdP is known, with a certificate.
    pub(crate) fn is_ready(&self) -> bool {
        !self.entity_id.is_empty() && !self.sso_url.is_empty() && !self.certificates.is_empty()
    }
}
