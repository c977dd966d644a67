//! Single sign-on over HTTP: where browsers come and go.

pub(crate) mod error;
pub(crate) mod saml;

use crate::domain::connection::{Connection, Protocol};

/// Where a connection is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Urls {
    /// Where the IdP's answers go. In SAML the ACS, and our entity ID too; in OIDC the redirect URI.
    pub(crate) answer: String,
    /// Where a sign-on begins.
    pub(crate) login: String,
    /// Where a session ends.
    pub(crate) logout: String,
    /// What a SAML IdP needs to know of us.
    pub(crate) metadata: String,
    /// Where an OIDC provider tells that a session has ended.
    pub(crate) backchannel_logout: String,
}

impl Urls {
    /// The URLs of a connection.
    pub(crate) fn of(base_url: &str, connection: &Connection) -> Self {
        let (folder, answer) = match connection.protocol {
            Protocol::Saml(_) => ("saml", "acs"),
            Protocol::Oidc(_) => ("oidc", "callback"),
        };
        let at = |what: &str| format!("{base_url}/{folder}/{}/{what}", connection.token);
        Self {
            answer: at(answer),
            login: at("login"),
            logout: at("logout"),
            metadata: at("metadata"),
            backchannel_logout: at("backchannel-logout"),
        }
    }
}
