//! OpenID Connect, as a provider: discovery, keys, the code flow with PKCE, and signed ID tokens.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Form, OriginalUri, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::{CLIENT_ID, Demo, Inner, refuse, somebody};
use crate::demo::directory::Person;
use crate::secret;

/// For how many seconds an ID token can be used.
const LIFE: i64 = 300;
/// How many codes may wait at once; when there are more, all are forgotten.
const MOST_CODES: usize = 100;

/// A sign-in that waits for the server to fetch it.
pub(super) struct Code {
    person: Person,
    nonce: String,
    challenge: String,
}

/// The name of the provider.
pub(super) fn issuer(demo: &Inner) -> String {
    format!("{}/oidc", demo.own)
}

/// GET: the discovery document.
pub(super) async fn discovery(State(demo): State<Demo>) -> Json<Value> {
    let issuer = issuer(&demo.0);
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

/// GET: the key set.
pub(super) async fn keys(State(demo): State<Demo>) -> Response {
    match demo.0.idp.key.jwk() {
        Ok(key) => Json(json!({ "keys": [key] })).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// GET: a request to sign somebody on. A code goes back, to the one place that is known.
pub(super) async fn authorize(
    State(demo): State<Demo>,
    headers: HeaderMap,
    uri: OriginalUri,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let idp = &demo.0.idp;
    let Some(peer) = idp.peer.get() else {
        return refuse("The demo is not set up yet.");
    };
    let asked = |name: &str| asked.get(name).map_or("", String::as_str);
    let ours = asked("client_id") == CLIENT_ID
        && asked("redirect_uri") == peer.redirect_uri
        && asked("response_type") == "code"
        && asked("code_challenge_method") == "S256";
    let back = Url::parse(&peer.redirect_uri).ok().filter(|_| ours);
    let Some(mut back) = back else {
        return refuse("This is no request of the server beside the demo.");
    };
    let person = match somebody(&demo, &headers, &uri).await {
        Ok(person) => person,
        Err(page) => return page,
    };
    let code = secret::random_token("");
    let kept = Code {
        person,
        nonce: asked("nonce").to_owned(),
        challenge: asked("code_challenge").to_owned(),
    };
    if let Ok(mut codes) = idp.codes.lock() {
        if codes.len() >= MOST_CODES {
            codes.clear();
        }
        codes.insert(code.clone(), kept);
    }
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", asked("state"))
        .append_pair("iss", &issuer(&demo.0));
    Redirect::to(back.as_str()).into_response()
}

/// POST: tokens for a code, which is used up.
pub(super) async fn token(
    State(demo): State<Demo>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let refused = |status: StatusCode, error: &str| {
        let body = Json(json!({ "error": error }));
        (status, body).into_response()
    };
    let idp = &demo.0.idp;
    let part = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let both = format!("{}:{}", part(CLIENT_ID), part(&idp.client_secret));
    let expected = format!("Basic {}", STANDARD.encode(both));
    let given = headers.get(header::AUTHORIZATION);
    let given = given.and_then(|value| value.to_str().ok());
    if !given.is_some_and(|given| secret::same(given, &expected)) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let taken = idp.codes.lock().ok();
    let taken = taken.and_then(|mut codes| codes.remove(field("code")));
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
    let uri = idp.peer.get().map(|peer| peer.redirect_uri.as_str());
    let good = |code: &Code| code.challenge == challenge && uri == Some(field("redirect_uri"));
    let Some(code) = taken.filter(good) else {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    match idp.key.token(&claims(&demo.0, &code)) {
        Ok(id_token) => Json(json!({
            "token_type": "Bearer",
            "expires_in": LIFE,
            "access_token": secret::random_token(""),
            "id_token": id_token,
        }))
        .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn claims(demo: &Inner, code: &Code) -> Value {
    let now = demo.clock.now().0.div_euclid(1000);
    let person = &code.person;
    json!({
        "iss": issuer(demo),
        "aud": CLIENT_ID,
        "sub": person.key,
        "iat": now,
        "exp": now + LIFE,
        "nonce": code.nonce,
        "email": person.user_name,
        "email_verified": true,
        "name": person.name(),
        "given_name": person.given,
        "family_name": person.family,
    })
}
