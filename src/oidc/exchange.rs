//! What we ask the provider ourselves: tokens for a code, and the userinfo.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openidconnect::HttpRequest;
use openidconnect::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use openidconnect::http::{HeaderValue, Request};
use serde::Deserialize;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::claims::{Claims, has_nul};
use super::provider::{Discovery, Proof};
use super::refusal::{Refusal, shown};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A code, and what shows that it is ours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Code<'a> {
    /// The code itself.
    pub(crate) text: &'a str,
    /// Our client id.
    pub(crate) client_id: &'a str,
    /// Our secret; a public client has none.
    pub(crate) secret: Option<&'a str>,
    /// Where the code came to.
    pub(crate) redirect_uri: &'a str,
    /// What the code challenge was made of.
    pub(crate) verifier: &'a str,
}

/// What came for the code, Core section 3.1.3.3.
#[derive(Debug, Deserialize)]
pub(crate) struct Tokens {
    /// The ID token, not verified yet.
    #[serde(default)]
    pub(crate) id_token: String,
    /// What opens the userinfo endpoint.
    #[serde(default)]
    pub(crate) access_token: String,
}

/// The request for tokens, RFC 6749 section 4.1.3.
pub(crate) fn token_request(discovery: &Discovery, code: Code<'_>) -> Result<HttpRequest, Refusal> {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code.text)
        .append_pair("redirect_uri", code.redirect_uri)
        .append_pair("code_verifier", code.verifier);
    let mut request = Request::post(&discovery.token_endpoint)
        .header(ACCEPT, JSON)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    match (code.secret, discovery.proof()) {
        (Some(secret), Proof::Basic) => {
            // Each part is encoded as in a form first, RFC 6749 section 2.3.1.
            let part = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let both = format!("{}:{}", part(code.client_id), part(secret));
            request = request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(both)));
        }
        (Some(secret), Proof::Post) => {
            form.append_pair("client_id", code.client_id)
                .append_pair("client_secret", secret);
        }
        (None, _) => {
            form.append_pair("client_id", code.client_id);
        }
    }
    request
        .body(form.finish().into_bytes())
        .map_err(|_| Refusal::Unreadable {
            of: "discovery document",
            problem: "the token_endpoint is not a URL",
        })
}

/// Reads the answer of the token endpoint.
pub(crate) fn read_tokens(status: u16, body: &[u8]) -> Result<Tokens, Refusal> {
    #[derive(Deserialize, Default)]
    struct Failure {
        #[serde(default)]
        error: String,
        #[serde(default)]
        error_description: String,
    }
    if status != 200 {
        let failure: Failure = serde_json::from_slice(body).unwrap_or_default();
        return Err(Refusal::TokenRefused(shown(&format!(
            "{status} {} {}",
            failure.error, failure.error_description
        ))));
    }
    let tokens: Tokens = serde_json::from_slice(body).map_err(|_| Refusal::Unreadable {
        of: "answer of the token endpoint",
        problem: "it is not a JSON object with texts in it",
    })?;
    if tokens.id_token.is_empty() {
        return Err(Refusal::NoIdToken);
    }
    Ok(tokens)
}

/// The request for more claims, Core section 5.3.1.
pub(crate) fn userinfo_request(endpoint: &str, access_token: &str) -> Result<HttpRequest, Refusal> {
    Request::get(endpoint)
        .header(ACCEPT, JSON)
        .header(AUTHORIZATION, format!("Bearer {access_token}"))
        .body(Vec::new())
        .map_err(|_| Refusal::Unreadable {
            of: "userinfo",
            problem: "its endpoint is not a URL, or the access token is not one for a header",
        })
}

/// Reads the userinfo, whose `sub` must be that of the ID token: else it is of somebody else.
pub(crate) fn read_userinfo(
    status: u16,
    body: &[u8],
    id_token: &super::id_token::IdToken,
) -> Result<Claims, Refusal> {
    if status != 200 {
        return Err(Refusal::Unreachable {
            of: "userinfo",
            problem: format!("the answer has the status {status}"),
        });
    }
    let all = serde_json::from_slice(body).map_err(|_| Refusal::Unreadable {
        of: "userinfo",
        problem: "it is not a JSON object; a signed one is not supported",
    })?;
    if has_nul(&all) {
        return Err(Refusal::Unreadable {
            of: "userinfo",
            problem: "a claim has the character U+0000",
        });
    }
    let claims = Claims {
        of: "userinfo",
        all,
    };
    let expected = id_token.claims.subject()?;
    let received = claims.subject()?;
    if received != expected {
        return Err(Refusal::OtherPerson {
            expected: shown(expected),
            received: shown(received),
        });
    }
    Ok(claims)
}
