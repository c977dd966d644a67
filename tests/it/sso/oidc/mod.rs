//! `/oidc/<token>/…`: sign-on and logout through a provider.

mod answers;
mod logout;
mod people;
mod provider;
mod tokens;

use reqwest::Method;
use serde_json::{Value, json};

use provider::{CLIENT, Provider, SECRET};

use super::start;
use crate::app::{App, Organization};
use crate::client::Answer;

/// A connection of an organization with a provider.
struct Connection<'a> {
    app: &'a App,
    provider: Provider,
    id: String,
    token: String,
}

/// A browser that was sent to the provider: where to, and its mark.
struct Sent {
    url: String,
    cookie: String,
    state: String,
}

/// Connects an organization with a new provider.
async fn connect<'a>(app: &'a App, of: &Organization) -> Connection<'a> {
    let provider = Provider::start().await;
    let wanted = json!({
        "protocol": "oidc", "issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET,
        "scopes": ["email", "groups"],
    });
    let made = of.rest.post("/connections", &wanted).await.is(201);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    Connection {
        app,
        provider,
        id: text("id"),
        token: text("token"),
    }
}

impl Connection<'_> {
    fn path(&self, what: &str) -> String {
        format!("/oidc/{}/{what}", self.token)
    }

    /// Begins a sign-on in a fresh browser.
    async fn begin(&self, query: &str) -> Sent {
        let answer = self
            .app
            .anyone()
            .get(&self.path(&format!("login{query}")))
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let url = answer.header("location").to_owned();
        let cookie = answer.header("set-cookie").split(';').next().unwrap();
        let parsed = url::Url::parse(&url).unwrap();
        let state = parsed.query_pairs().find(|(name, _)| name == "state");
        let state = state.unwrap().1.into_owned();
        let cookie = cookie.to_owned();
        Sent { url, cookie, state }
    }

    /// The browser comes back with this query.
    async fn back(&self, cookie: &str, query: &str) -> Answer {
        let path = self.path(&format!("callback?{query}"));
        let headers = [("cookie", cookie)];
        let client = self.app.anyone();
        client.send(Method::GET, &path, &headers, None).await
    }

    /// A whole sign-on; what the callback answers.
    async fn sign_on(&self) -> Answer {
        let sent = self.begin("").await;
        let code = self.provider.code(&sent.url);
        let query = format!("code={code}&state={}", sent.state);
        self.back(&sent.cookie, &query).await
    }

    /// A whole sign-on that must succeed; the cookie of the session.
    async fn session(&self) -> String {
        let answer = self.sign_on().await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        cookie(&answer)
    }

    /// A whole sign-on that must be refused for this reason, and beside which a genuine one succeeds.
    async fn refuses(&self, reason: &str) {
        let answer = self.sign_on().await;
        is_refusal(&answer);
        let number = format!("request_id=\"{}\"", answer.header("x-request-id"));
        let path = self.app.place.folder.path().join("log");
        // The log is written beside the answer.
        for _ in 0..1_000_000 {
            let log = std::fs::read_to_string(&path).unwrap();
            let mut mine = log.lines().filter(|line| line.contains(&number));
            if let Some(line) =
                mine.find(|line| line.contains("identity provider sent was refused"))
            {
                assert!(line.contains(reason), "{reason}: {line}");
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("the log does not say {reason}");
    }

    async fn change(&self, changes: Value) -> Value {
        let path = format!("/connections/{}", self.id);
        self.app.own.rest.patch(&path, &changes).await.is(200)
    }
}

/// The session that an answer sets.
fn cookie(answer: &Answer) -> String {
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    assert!(cookie.starts_with("rollright_session="), "{cookie}");
    cookie.to_owned()
}

/// The one page, without a session.
#[track_caller]
fn is_refusal(answer: &Answer) {
    assert_eq!(answer.status, 403, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("set-cookie"), "");
}

/// Who a session is, or the status of the refusal.
async fn whoami(app: &App, cookie: &str) -> Answer {
    let path = "/api/current-user/whoami";
    let client = app.anyone();
    client
        .send(Method::GET, path, &[("cookie", cookie)], None)
        .await
}

fn alice() -> Value {
    json!({ "email": "alice@a.example", "email_verified": true, "given_name": "Alice", "groups": ["Labelers"] })
}
