//! Where the browser is sent: to sign on, and to log out.

use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use url::Url;

use super::provider::Discovery;
use super::refusal::Refusal;

/// The longest hint that is put into a URL; providers do without it.
const LONGEST_HINT: usize = 4096;

/// A request to sign somebody on, Core section 3.1.2.1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignOn<'a> {
    /// Our client id.
    pub(crate) client_id: &'a str,
    /// Where the answer shall go.
    pub(crate) redirect_uri: &'a str,
    /// What is asked for beside `openid`.
    pub(crate) scopes: &'a [String],
    /// What the answer repeats.
    pub(crate) state: &'a str,
    /// What the ID token repeats.
    pub(crate) nonce: &'a str,
    /// What the token endpoint will be told; its hash goes with the browser.
    pub(crate) verifier: &'a str,
}

/// The URL to which the browser is sent to sign on.
pub(crate) fn sign_on_url(discovery: &Discovery, request: SignOn<'_>) -> Result<String, Refusal> {
    let mut url = page(&discovery.authorization_endpoint)?;
    let scopes: Vec<&str> = std::iter::once("openid")
        .chain(
            request
                .scopes
                .iter()
                .map(String::as_str)
                .filter(|scope| *scope != "openid"),
        )
        .collect();
    let verifier = PkceCodeVerifier::new(request.verifier.to_owned());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", request.client_id)
        .append_pair("redirect_uri", request.redirect_uri)
        .append_pair("scope", &scopes.join(" "))
        .append_pair("state", request.state)
        .append_pair("nonce", request.nonce)
        .append_pair("code_challenge", challenge.as_str())
        .append_pair("code_challenge_method", "S256");
    Ok(url.into())
}

/// The URL to which the browser is sent to log out, RP-Initiated Logout section 2; nothing where the provider has none.
pub(crate) fn logout_url(
    discovery: &Discovery,
    client_id: &str,
    hint: Option<&str>,
    back: &str,
) -> Option<String> {
    let mut url = page(discovery.end_session_endpoint.as_deref()?).ok()?;
    if let Some(hint) = hint.filter(|hint| hint.len() <= LONGEST_HINT) {
        url.query_pairs_mut().append_pair("id_token_hint", hint);
    }
    url.query_pairs_mut()
        .append_pair("client_id", client_id)
        .append_pair("post_logout_redirect_uri", back);
    Some(url.into())
}

fn page(text: &str) -> Result<Url, Refusal> {
    Url::parse(text).map_err(|_| Refusal::Unreadable {
        of: "discovery document",
        problem: "an endpoint is not a whole http or https URL",
    })
}
