//! An OpenID Connect provider on this machine that can be told to misbehave.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(crate) const CLIENT: &str = "rollright";
pub(crate) const SECRET: &str = "a:secret with / and %";

/// A key, and by which name it is published.
#[derive(Clone)]
pub(crate) struct Key {
    kid: String,
    pair: PKey<Private>,
}

impl Key {
    pub(crate) fn make(kid: &str) -> Self {
        let pair = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let kid = kid.to_owned();
        Self { kid, pair }
    }

    fn jwk(&self) -> Value {
        let rsa = self.pair.rsa().unwrap();
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid,
            "n": URL_SAFE_NO_PAD.encode(rsa.n().to_vec()), "e": URL_SAFE_NO_PAD.encode(rsa.e().to_vec()),
        })
    }

    /// A signed token.
    pub(crate) fn sign(&self, typ: &str, claims: &Value) -> String {
        let header = json!({ "alg": "RS256", "typ": typ, "kid": self.kid });
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encoded(&header), encoded(claims));
        let mut signer = Signer::new(MessageDigest::sha256(), &self.pair).unwrap();
        let signature = signer.sign_oneshot_to_vec(text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// What the provider says, for a test to change.
pub(crate) struct Script {
    /// Signs.
    pub(crate) key: Key,
    /// Published.
    pub(crate) published: Vec<Key>,
    /// Put into every ID token, over what belongs there; null takes a claim away.
    pub(crate) claims: Value,
    /// The userinfo.
    pub(crate) userinfo: Value,
    /// Put into the discovery document in the same way.
    pub(crate) discovery: Value,
    /// What the directory behind it answers at `/v1.0`, page by page.
    pub(crate) groups: Vec<Value>,
    /// Where whoever asks for the discovery document is sent instead.
    pub(crate) moved: Option<String>,
    codes: HashMap<String, HashMap<String, String>>,
    asked: HashMap<String, usize>,
}

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    pub(crate) script: Arc<Mutex<Script>>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the provider has a clock of its own"
)]
/// Now, in seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

fn put(into: &mut Value, changes: &Value) {
    for (name, value) in changes.as_object().into_iter().flatten() {
        match value {
            Value::Null => into.as_object_mut().unwrap().remove(name),
            value => into
                .as_object_mut()
                .unwrap()
                .insert(name.clone(), value.clone()),
        };
    }
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let key = Key::make("first");
        let script = Script {
            published: vec![key.clone()],
            key,
            claims: json!({}),
            userinfo: json!({ "sub": "alice-1" }),
            discovery: json!({}),
            groups: Vec::new(),
            moved: None,
            codes: HashMap::new(),
            asked: HashMap::new(),
        };
        let script = Arc::new(Mutex::new(script));
        let provider = Self { issuer, script };
        let routes = axum::Router::new()
            .fallback(answer)
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        provider
    }

    /// What a person is to the provider.
    pub(crate) fn person(&self, sub: &str, claims: Value) {
        let mut script = self.script.lock().unwrap();
        script.userinfo = json!({ "sub": sub });
        script.claims = claims;
        script.claims["sub"] = sub.into();
    }

    /// How often an endpoint was asked.
    pub(crate) fn asked(&self, path: &str) -> usize {
        let script = self.script.lock().unwrap();
        script.asked.get(path).copied().unwrap_or(0)
    }

    /// Lets the person sign in, whom a browser was sent for by this URL; the code.
    pub(crate) fn code(&self, url: &str) -> String {
        let url = url::Url::parse(url).unwrap();
        assert!(
            url.as_str()
                .starts_with(&format!("{}/authorize?", self.issuer))
        );
        let request: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(request["response_type"], "code");
        assert_eq!(request["code_challenge_method"], "S256");
        assert!(request["scope"].starts_with("openid"));
        let mut script = self.script.lock().unwrap();
        let code = format!("code-{}-{}", script.codes.len(), request["nonce"]);
        script.codes.insert(code.clone(), request);
        code
    }

    /// A logout token, with these claims over what belongs there.
    pub(crate) fn logout_token(&self, typ: &str, jti: &str, changes: &Value) -> String {
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT, "iat": now(), "exp": now() + 120, "jti": jti,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        put(&mut claims, changes);
        self.script.lock().unwrap().key.sign(typ, &claims)
    }
}

async fn answer(
    State(provider): State<Provider>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut script = provider.script.lock().unwrap();
    *script.asked.entry(uri.path().to_owned()).or_default() += 1;
    let issuer = &provider.issuer;
    if let Some(place) = script.moved.clone().filter(|_| uri.path() != "/jwks") {
        return axum::response::Redirect::to(&place).into_response();
    }
    let value = match (method, uri.path()) {
        (Method::GET, "/.well-known/openid-configuration") => {
            let mut document = json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "userinfo_endpoint": format!("{issuer}/userinfo"),
                "jwks_uri": format!("{issuer}/jwks"),
                "end_session_endpoint": format!("{issuer}/end"),
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            });
            put(&mut document, &script.discovery);
            document
        }
        (Method::GET, "/jwks") => {
            let keys: Vec<Value> = script.published.iter().map(Key::jwk).collect();
            json!({ "keys": keys })
        }
        (Method::POST, "/token") => return token(issuer, &mut script, &headers, &body),
        (Method::GET, "/userinfo") => {
            assert_eq!(headers["authorization"], "Bearer an-access-token");
            script.userinfo.clone()
        }
        (Method::GET, "/v1.0/users/alice-oid/transitiveMemberOf/microsoft.graph.group") => {
            assert_eq!(headers["authorization"], "Bearer a-token-for-the-directory");
            let query = uri.query().unwrap_or_default();
            let page = query
                .rsplit_once("page=")
                .map_or(0, |(_, n)| n.parse().unwrap());
            let Some(page) = script.groups.get::<usize>(page) else {
                return StatusCode::FORBIDDEN.into_response();
            };
            page.clone()
        }
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    axum::Json(value).into_response()
}

fn token(issuer: &str, script: &mut Script, headers: &HeaderMap, body: &[u8]) -> Response {
    let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    if form["grant_type"] == "client_credentials" {
        assert_eq!(
            (&*form["client_id"], &*form["client_secret"]),
            (CLIENT, SECRET)
        );
        assert_eq!(form["scope"], format!("{issuer}/.default"));
        return axum::Json(json!({ "access_token": "a-token-for-the-directory" })).into_response();
    }
    let refused = |error: &str| {
        let said = axum::Json(json!({ "error": error }));
        (StatusCode::BAD_REQUEST, said).into_response()
    };
    let known = match headers.get("authorization") {
        Some(basic) => {
            let part = |text: &str| -> String {
                url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
            };
            let both = format!("{}:{}", part(CLIENT), part(SECRET));
            let both = base64::engine::general_purpose::STANDARD.encode(both);
            basic == &format!("Basic {both}")
        }
        None => form.get("client_id").is_some_and(|id| id == CLIENT),
    };
    if !known {
        return refused("invalid_client");
    }
    let Some(request) = script.codes.remove(&form["code"]) else {
        return refused("invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    if challenge != request["code_challenge"] || form["redirect_uri"] != request["redirect_uri"] {
        return refused("invalid_grant");
    }
    let mut claims = json!({
        "iss": issuer, "aud": CLIENT, "sub": "alice-1", "sid": "sid-1",
        "iat": now(), "exp": now() + 300, "nonce": request["nonce"],
    });
    put(&mut claims, &script.claims);
    let id_token = script.key.sign("JWT", &claims);
    axum::Json(json!({
        "token_type": "Bearer", "expires_in": "300", "access_token": "an-access-token", "id_token": id_token,
    }))
    .into_response()
}
