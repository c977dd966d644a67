//! The whole router in this process, on a database of its own: whatever is asked of it, it never answers 5xx.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use crate::app::setup::{NewOwner, create_organization};
use crate::app::{Caller, scim_tokens, verification};
use crate::config::Config;
use crate::domain::leniency::Leniency;
use crate::server::open_state;
use crate::state::State;

/// The profiles, in the order in which an input names them.
const PROFILES: [Leniency; 4] = [
    Leniency::Rfc,
    Leniency::Entra,
    Leniency::Okta,
    Leniency::Lenient,
];

/// A service with one organization: the Owner, a user, a group that the user is in.
pub struct Service {
    runtime: Runtime,
    router: Router,
    state: State,
    tokens: Vec<String>,
    owner: String,
    user: String,
    group: String,
}

/// What a request did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is none: it has no method, or no path that HTTP can carry.
    NoRequest,
    /// Nothing is other than before.
    Answered,
    /// Something may be gone.
    Removed,
}

impl Service {
    /// Opens an empty database, `sqlite:<path>`, and puts the organization into it.
    ///
    /// # Panics
    ///
    /// If that fails.
    #[must_use]
    pub fn open(database_url: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be built");
        let config = Config {
            database_url: Some(SecretString::from(database_url)),
            base_url: Some("http://127.0.0.1:1".to_owned()),
            ..Config::default()
        };
        let state = runtime
            .block_on(open_state(config))
            .expect("the database can be opened");
        let tokens = runtime.block_on(tokens(&state));
        let mut service = Self {
            router: crate::http::router::router(state.clone()),
            runtime,
            state,
            tokens,
            owner: String::new(),
            user: String::new(),
            group: String::new(),
        };
        let owner = service.made("GET", "/Users", None);
        service.owner = text(&owner["Resources"][0]["id"]);
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
            "userName": "user@people.example",
            "name": { "givenName": "One", "familyName": "User" },
            "emails": [{ "type": "work", "value": "user@people.example", "primary": true }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Archive" },
        });
        service.user = text(&service.made("POST", "/Users", Some(&user))["id"]);
        let group = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": "Group",
            "members": [{ "value": service.user }],
        });
        service.group = text(&service.made("POST", "/Groups", Some(&group))["id"]);
        service
    }

    /// Sends what an input says: a line with method, path and perhaps a profile's number, lines of headers, an empty
    /// line, a body. `{user}`, `{group}` and `{owner}` stand for ids that are there.
    ///
    /// # Panics
    ///
    /// If the answer is a 5xx, or a refusal that is no SCIM error with a sentence.
    pub fn ask(&self, input: &[u8]) -> Outcome {
        let Some((request, method, path)) = self.request(input) else {
            return Outcome::NoRequest;
        };
        let is_scim = path.starts_with("/scim/");
        let (status, body) = self.runtime.block_on(self.answer(request));
        let shown = String::from_utf8_lossy(&body);
        assert!(
            // /Me of a SCIM token, which is nobody's, is not implemented (RFC 7644 section 3.11).
            !status.is_server_error()
                || (status == StatusCode::NOT_IMPLEMENTED && shown.contains("no /Me")),
            "{method} {path}: {status} {shown}"
        );
        if is_scim && status.is_client_error() && method != Method::HEAD {
            let message: Value = serde_json::from_slice(&body)
                .unwrap_or_else(|_| panic!("{method} {path}: {status} without JSON: {shown}"));
            let sentence = message["detail"].as_str().unwrap_or_default();
            let is_error = message["status"] == status.as_str()
                && message["schemas"] == json!(["urn:ietf:params:scim:api:messages:2.0:Error"]);
            assert!(
                is_error && sentence.contains(' '),
                "{method} {path}: {status} {shown}"
            );
        }
        let removes = method == Method::DELETE || path.contains("/Bulk") || path.contains("/bulk");
        if removes && status.is_success() {
            Outcome::Removed
        } else {
            Outcome::Answered
        }
    }

    /// What `doctor --verify` finds.
    ///
    /// # Panics
    ///
    /// If the database cannot be read.
    #[must_use]
    pub fn verify(&self) -> Vec<String> {
        self.runtime
            .block_on(verification::verify(&self.state.db))
            .expect("the database can be read")
    }

    fn request(&self, input: &[u8]) -> Option<(Request<Body>, Method, String)> {
        let end = input.windows(2).position(|two| two == b"\n\n");
        let (head, body) = match end {
            Some(end) => (&input[..end], &input[end + 2..]),
            None => (input, &[][..]),
        };
        let mut lines = std::str::from_utf8(head).ok()?.split('\n');
        let mut words = lines.next()?.split(' ');
        let method: Method = words.next()?.parse().ok()?;
        let path = format!("/scim/v2{}", self.filled(words.next()?));
        let profile = words.next().and_then(|number| number.parse().ok());
        let token = &self.tokens[profile.unwrap_or(0_usize) % self.tokens.len()];
        let mut request = Request::builder()
            .method(method.clone())
            .uri(&path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_LENGTH, body.len())
            .extension(ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 1))));
        for line in lines {
            let (name, value) = line.split_once(':')?;
            let name: HeaderName = name.parse().ok()?;
            // These are the business of the connection, or say who asks.
            if name == header::CONTENT_LENGTH || name == header::AUTHORIZATION {
                continue;
            }
            request = request.header(name, HeaderValue::from_str(value.trim()).ok()?);
        }
        let body = match std::str::from_utf8(body) {
            Ok(text) => self.filled(text).into_bytes(),
            Err(_) => body.to_vec(),
        };
        let has_body = !body.is_empty();
        let mut request = request.body(Body::from(body)).ok()?;
        if has_body && !request.headers().contains_key(header::CONTENT_TYPE) {
            let json = HeaderValue::from_static("application/scim+json");
            request.headers_mut().insert(header::CONTENT_TYPE, json);
        }
        request.headers_mut().remove(header::CONTENT_LENGTH);
        Some((request, method, path))
    }

    fn filled(&self, text: &str) -> String {
        text.replace("{user}", &self.user)
            .replace("{group}", &self.group)
            .replace("{owner}", &self.owner)
    }

    async fn answer(&self, request: Request<Body>) -> (StatusCode, Vec<u8>) {
        let answer = self.router.clone().oneshot(request).await;
        let answer = answer.unwrap_or_else(|never| match never {});
        let status = answer.status();
        let body = answer.into_body().collect().await;
        (
            status,
            body.expect("the body can be read").to_bytes().to_vec(),
        )
    }

    fn made(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string).unwrap_or_default();
        let input = format!("{method} {path}\n\n{body}");
        let (request, ..) = self.request(input.as_bytes()).expect("it is a request");
        let (status, body) = self.runtime.block_on(self.answer(request));
        let shown = String::from_utf8_lossy(&body);
        assert!(status.is_success(), "{input}: {status} {shown}");
        serde_json::from_slice(&body).expect("the answer is JSON")
    }
}

/// A token of each profile, of a new organization.
async fn tokens(state: &State) -> Vec<String> {
    let owner = NewOwner {
        username: "owner@a.example".to_owned(),
        password_hash: None,
        user_token: None,
        vault: crate::app::vault::Vault::new(None),
    };
    let now = state.clock.now();
    let organization = create_organization(&state.db, now, "One", &owner)
        .await
        .expect("an organization can be made");
    let operator = Caller::operator(state.db.clone(), now, organization);
    let mut tokens = Vec::new();
    for profile in PROFILES {
        let made = scim_tokens::create(&operator, profile, None).await;
        tokens.push(made.expect("a token can be made").token);
    }
    tokens
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is a text").to_owned()
}
