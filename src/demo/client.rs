//! Requests to the server, as any stranger makes them.

use axum::http::{HeaderValue, Request, header};
use serde_json::Value;

use super::directory::Problem;
use crate::outgoing::Outgoing;

/// Somebody who asks the server.
#[derive(Debug, Clone)]
pub(super) struct Client {
    outgoing: Outgoing,
    base: String,
    authorization: String,
}

/// What the server answered.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The body; null where there is none, or no JSON.
    pub(super) body: Value,
}

impl Client {
    /// The Owner, by their user token.
    pub(super) fn new(outgoing: Outgoing, base: String, token: &str) -> Self {
        Self {
            outgoing,
            base,
            authorization: format!("Token {token}"),
        }
    }

    /// Where the server is, without a slash at the end.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Any request, with these headers. Whatever is answered is an answer.
    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, Problem> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        let request = request
            .body(body)
            .map_err(|error| Problem::Unreached(error.to_string()))?;
        let answer = self.outgoing.send(request).await;
        let answer = answer.map_err(|error| Problem::Unreached(error.to_string()))?;
        Ok(Answer {
            status: answer.status().as_u16(),
            body: serde_json::from_slice(answer.body()).unwrap_or_default(),
        })
    }

    /// A request to the REST API by the Owner, which must succeed; the answer's body.
    pub(super) async fn ask(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Problem> {
        let headers = [
            (header::AUTHORIZATION.as_str(), self.authorization.as_str()),
            (header::CONTENT_TYPE.as_str(), "application/json"),
        ];
        let answer = self
            .send(method, &format!("/api{path}"), &headers, body)
            .await?;
        if answer.status >= 300 {
            return Err(Problem::refused(&format!("{method} /api{path}"), &answer));
        }
        Ok(answer.body)
    }

    /// Reads something of the REST API by the Owner.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Problem> {
        self.ask("GET", path, None).await
    }

    /// Who a session is of, by the cookie of a browser: their address and role; nothing where the server refuses it.
    pub(super) async fn who(&self, session: &str) -> Result<Option<(String, String)>, Problem> {
        let cookie = format!("{}={session}", super::roll::SESSION);
        if HeaderValue::from_str(&cookie).is_err() {
            return Ok(None);
        }
        let headers = [(header::COOKIE.as_str(), cookie.as_str())];
        let answer = self
            .send("GET", "/api/current-user/whoami", &headers, None)
            .await?;
        let role = &answer.body["organization_membership"]["role"];
        let both = (answer.body["username"].as_str(), role.as_str());
        Ok(match (answer.status, both) {
            (200, (Some(name), Some(role))) => Some((name.to_owned(), role.to_owned())),
            _ => None,
        })
    }
}
