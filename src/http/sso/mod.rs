//! Single sign-on over HTTP: where browsers come and go.

pub(crate) mod error;
pub(crate) mod saml;

/// Where a connection is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Urls {
    /// Where the IdP's answers go; also our entity ID.
    pub(crate) acs: String,
    /// Where a sign-on begins.
    pub(crate) login: String,
    /// Where a session ends.
    pub(crate) logout: String,
    /// What an IdP needs to know of us.
    pub(crate) metadata: String,
}

impl Urls {
    /// The URLs of the connection with this token.
    pub(crate) fn of(base_url: &str, token: &str) -> Self {
        let at = |what: &str| format!("{base_url}/saml/{token}/{what}");
        Self {
            acs: at("acs"),
            login: at("login"),
            logout: at("logout"),
            metadata: at("metadata"),
        }
    }
}
