//! What a provider says of itself: the discovery document and the key set.

use openidconnect::JsonWebKeySet;
use openidconnect::core::CoreJsonWebKey;
use serde::Deserialize;

use super::refusal::{Refusal, shown};

/// The keys by which a provider signs. What cannot be read of them is left out: nobody needs it.
pub(crate) type Keys = JsonWebKeySet<CoreJsonWebKey>;

/// How we prove to the token endpoint who we are, where we have a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// In the header, `client_secret_basic`.
    Basic,
    /// In the form, `client_secret_post`.
    Post,
}

/// The discovery document, Discovery section 3: as much of it as we need.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Discovery {
    issuer: String,
    /// Where the browser is sent.
    pub(crate) authorization_endpoint: String,
    /// Where a code is exchanged.
    pub(crate) token_endpoint: String,
    /// Where the keys are.
    pub(crate) jwks_uri: String,
    /// Where more claims are.
    pub(crate) userinfo_endpoint: Option<String>,
    /// Where the browser is sent to log out.
    pub(crate) end_session_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether the provider names itself in its answers, RFC 9207.
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

/// A provider as it was last read.
#[derive(Debug)]
pub(crate) struct Provider {
    /// What it says of itself.
    pub(crate) discovery: Discovery,
    /// Its keys.
    pub(crate) keys: Keys,
}

/// Where the discovery document of an issuer is, Discovery section 4.
pub(crate) fn discovery_url(issuer: &str) -> String {
    format!(
        "{}/.well-known/openid-configuration",
        issuer.trim_end_matches('/')
    )
}

impl Discovery {
    /// Reads the document, which must be of this very issuer.
    pub(crate) fn read(document: &[u8], issuer: &str) -> Result<Self, Refusal> {
        let read: Self = serde_json::from_slice(document).map_err(|_| Refusal::Unreadable {
            of: "discovery document",
            problem: "it is not JSON with issuer, authorization_endpoint, token_endpoint and jwks_uri",
        })?;
        if read.issuer != issuer {
            return Err(Refusal::DiscoveryIssuer {
                expected: shown(issuer),
                received: shown(&read.issuer),
            });
        }
        // The browser is sent there: nowhere but to a web page.
        let pages = [
            Some(&read.authorization_endpoint),
            read.end_session_endpoint.as_ref(),
        ];
        let is_page = |url: &&String| {
            url::Url::parse(url)
                .is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
        };
        if !pages.iter().flatten().all(is_page) {
            return Err(Refusal::Unreadable {
                of: "discovery document",
                problem: "an endpoint is not a whole http or https URL",
            });
        }
        Ok(read)
    }

    /// Whether an answer is of this provider, RFC 9207 section 2.4: it may name itself, and must where it says that it does.
    pub(crate) fn check_answer(&self, iss: Option<&str>) -> Result<(), Refusal> {
        match iss {
            Some(iss) if iss == self.issuer => Ok(()),
            Some(iss) => Err(Refusal::MixUp {
                expected: shown(&self.issuer),
                received: shown(iss),
            }),
            None if self.authorization_response_iss_parameter_supported => Err(Refusal::NoIss),
            None => Ok(()),
        }
    }

    /// How the token endpoint wants our secret; `client_secret_basic` where it does not say.
    pub(crate) fn proof(&self) -> Proof {
        let methods = self.token_endpoint_auth_methods_supported.as_deref();
        let has = |name: &str| methods.is_some_and(|all| all.iter().any(|one| one == name));
        if has("client_secret_post") && !has("client_secret_basic") {
            Proof::Post
        } else {
            Proof::Basic
        }
    }
}

/// Reads the key set, RFC 7517 section 5.
pub(crate) fn read_keys(document: &[u8]) -> Result<Keys, Refusal> {
    serde_json::from_slice(document).map_err(|_| Refusal::Unreadable {
        of: "key set",
        problem: "it is not a JSON Web Key Set",
    })
}
