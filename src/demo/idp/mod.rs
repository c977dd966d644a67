//! The pretend identity provider: it signs in whoever is chosen, without a password, over SAML and OpenID Connect.
//!
//! What it signs is real, and it answers nobody but the one server beside it. Groups are not in it: the directory tells
//! those over SCIM.

mod key;
mod oidc;
mod saml;

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use askama::Template;
use axum::Router;
use axum::extract::{Form, OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use self::key::Key;
use super::directory::{Directory, Person, Problem};
use super::pages::{cookie, page};
use super::{Demo, Inner, WARNING};
use crate::secret;

/// Who is signed in at the identity provider, by their place in the directory.
const PERSON: &str = "rollright_demo_person";
/// By which name the server is known.
const CLIENT_ID: &str = "rollright-demo";

/// What it knows of the server, once that is set up.
struct Peer {
    saml_login: String,
    acs_url: String,
    oidc_login: String,
    redirect_uri: String,
}

/// The identity provider.
pub(super) struct Idp {
    key: Key,
    client_secret: String,
    peer: OnceLock<Peer>,
    codes: Mutex<HashMap<String, oidc::Code>>,
}

impl Idp {
    /// With a new key, which takes some tenths of a second of one core.
    pub(super) fn make(now: crate::domain::Timestamp) -> anyhow::Result<Self> {
        Ok(Self {
            key: Key::make(now)?,
            client_secret: secret::random_token(""),
            peer: OnceLock::new(),
            codes: Mutex::default(),
        })
    }
}

/// Connects the server to it, and lets roles come from the directory alone.
pub(super) async fn connect(demo: &Inner) -> Result<(), Problem> {
    let client = &demo.client;
    let saml = json!({
        "name": "Pretend provider, SAML",
        "metadata_url": format!("{}/saml/metadata", demo.own),
        "manual_role_management": false,
    });
    let saml = client.ask("POST", "/saml/settings", Some(&saml)).await?;
    let oidc = json!({
        "protocol": "oidc",
        "name": "Pretend provider, OIDC",
        "issuer": oidc::issuer(demo),
        "client_id": CLIENT_ID,
        "client_secret": demo.idp.client_secret,
        "userinfo": false,
    });
    let oidc = client.ask("POST", "/connections", Some(&oidc)).await?;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    demo.idp.peer.get_or_init(|| Peer {
        saml_login: text(&saml["login_url"]),
        acs_url: text(&saml["acs_url"]),
        oidc_login: text(&oidc["login_url"]),
        redirect_uri: text(&oidc["redirect_uri"]),
    });
    Ok(())
}

/// Its paths.
pub(super) fn routes() -> Router<Demo> {
    Router::new()
        .route("/sign-in", post(sign_in))
        .route("/saml/metadata", get(saml::metadata))
        .route("/saml/sso", get(saml::sso))
        .route(
            "/oidc/.well-known/openid-configuration",
            get(oidc::discovery),
        )
        .route("/oidc/jwks", get(oidc::keys))
        .route("/oidc/authorize", get(oidc::authorize))
        .route("/oidc/token", post(oidc::token))
}

#[derive(Template)]
#[template(path = "demo_choose.html")]
struct Choose<'a> {
    warning: &'a str,
    people: Vec<(usize, &'a Person)>,
    next: &'a str,
}

/// Asks who it is.
fn choose(demo: &Demo, directory: &Directory, next: &str) -> Response {
    let shown = Choose {
        warning: WARNING,
        people: directory.people.iter().enumerate().collect(),
        next,
    };
    page(demo, StatusCode::OK, &shown)
}

/// What cannot be answered, in a sentence.
fn refuse(sentence: &str) -> Response {
    (StatusCode::BAD_REQUEST, format!("{sentence}\n")).into_response()
}

/// Who is signed in here; else a page that asks, and comes back to what was asked.
async fn somebody(demo: &Demo, headers: &HeaderMap, uri: &OriginalUri) -> Result<Person, Response> {
    let directory = demo.0.directory.lock().await;
    let place = cookie(headers, PERSON).and_then(|text| text.parse::<usize>().ok());
    let found = place.and_then(|place| directory.people.get(place));
    found.cloned().ok_or_else(|| {
        let next = uri.path_and_query().map_or("", |path| path.as_str());
        choose(demo, &directory, next)
    })
}

#[derive(Deserialize)]
struct Chosen {
    person: usize,
    /// `saml` or `oidc`, to begin at the server.
    by: Option<String>,
    /// A path here, to go on with what was asked.
    next: Option<String>,
}

/// POST: signs somebody in here, and goes on to the server.
async fn sign_in(State(demo): State<Demo>, Form(chosen): Form<Chosen>) -> Response {
    let Some(peer) = demo.0.idp.peer.get() else {
        return refuse("The demo is not set up yet.");
    };
    if demo.0.directory.lock().await.people.len() <= chosen.person {
        return refuse("Choose somebody.");
    }
    let own = |next: &&str| next.starts_with("/saml/sso?") || next.starts_with("/oidc/authorize?");
    let to = match (chosen.by.as_deref(), chosen.next.as_deref().filter(own)) {
        (Some("saml"), _) => &peer.saml_login,
        (Some("oidc"), _) => &peer.oidc_login,
        (None, Some(next)) => next,
        _ => return refuse("Choose SAML or OpenID Connect."),
    };
    let mark = format!("{PERSON}={}; Path=/; HttpOnly; SameSite=Lax", chosen.person);
    let mut answer = Redirect::to(to).into_response();
    if let Ok(mark) = HeaderValue::try_from(mark) {
        answer.headers_mut().insert(header::SET_COOKIE, mark);
    }
    answer
}
