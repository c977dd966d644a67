//! What a connection that speaks OpenID Connect needs to know.

use serde::{Deserialize, Serialize};

use crate::domain::error::Error;

/// An OIDC set-up. Endpoints and keys come from the provider's discovery document at each node's own time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Oidc {
    /// The provider's issuer, exactly as its discovery document says it; empty until it is known.
    pub(crate) issuer: String,
    /// By which name the provider knows us.
    pub(crate) client_id: String,
    /// The secret that goes with it, sealed; empty for a public client, which has none.
    pub(crate) sealed_secret: String,
    /// What is asked for beside `openid`.
    pub(crate) scopes: Vec<String>,
    /// Whether the claims are read from the userinfo endpoint too.
    pub(crate) userinfo: bool,
    /// Whether an address counts as the person's own where the provider does not say that it is verified.
    pub(crate) trust_email: bool,
    /// Where Microsoft Graph is, for the groups of people whom Entra ID counts in too many to list; empty: not asked.
    pub(crate) graph_url: String,
    /// The property of a group in Graph that rules name it by.
    pub(crate) graph_group: String,
    /// By how much the provider's clock may differ from ours, in seconds.
    pub(crate) skew_seconds: i64,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            sealed_secret: String::new(),
            scopes: ["email", "profile"].map(str::to_owned).into(),
            userinfo: true,
            trust_email: false,
            graph_url: String::new(),
            graph_group: "id".to_owned(),
            skew_seconds: 60,
        }
    }
}

impl Oidc {
    pub(super) fn is_complete(&self) -> bool {
        !self.issuer.is_empty() && !self.client_id.is_empty()
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let invalid = |sentence: &str| Err(Error::Invalid(sentence.to_owned()));
        if !(0..=300).contains(&self.skew_seconds) {
            return invalid("clock_skew must be a number of seconds from 0 to 300");
        }
        if self.issuer.len() > 1024 || self.client_id.len() > 1024 {
            return invalid("issuer and client_id must have at most 1024 bytes");
        }
        let is_url = |issuer: &str| {
            let web = issuer.starts_with("https://") || issuer.starts_with("http://");
            web && issuer
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'))
        };
        if !self.issuer.is_empty() && !is_url(&self.issuer) {
            return invalid("issuer must be an https URL without a query or fragment");
        }
        if !self.graph_url.is_empty() && (!is_url(&self.graph_url) || self.graph_url.ends_with('/'))
        {
            return invalid(
                "graph_url must be an https URL without a slash at its end, such as https://graph.microsoft.com",
            );
        }
        if !["id", "displayName", "onPremisesSamAccountName"].contains(&self.graph_group.as_str()) {
            return invalid("graph_group must be id, displayName or onPremisesSamAccountName");
        }
        let is_scope = |scope: &String| {
            !scope.is_empty()
                && scope.len() <= 256
                && scope
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
        };
        if self.scopes.len() > 32 || !self.scopes.iter().all(is_scope) {
            return invalid("scopes must be at most 32 words as RFC 6749 section 3.3 has them");
        }
        Ok(())
    }
}
