//! Requests with one credential, and answers that say what they are.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// What a server answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body, where the status is the expected one.
    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// The refusal of a SCIM request: its status, `scimType` and form are checked, its sentence is given.
    #[track_caller]
    pub(crate) fn is_scim_error(&self, status: u16, scim_type: Option<&str>) -> String {
        let body = self.is(status);
        assert_eq!(
            self.header("content-type"),
            "application/scim+json",
            "{body}"
        );
        assert_eq!(
            body["schemas"],
            serde_json::json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
        );
        assert_eq!(body["status"], status.to_string(), "{body}");
        assert_eq!(body["scimType"].as_str(), scim_type, "{body}");
        body["detail"].as_str().unwrap().to_owned()
    }

    /// The refusal of a REST request, as problem details; its sentence.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16) -> String {
        let body = self.is(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["status"], status, "{body}");
        body["detail"].as_str().unwrap().to_owned()
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The body as JSON; null where there is none.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        if self.text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.text).unwrap_or_else(|_| Value::String(self.text.clone()))
    }

    /// What must not tell one refusal from another: everything but when and in which request.
    pub(crate) fn comparable(&self) -> (u16, Vec<(String, String)>, String) {
        let mut headers: Vec<(String, String)> = self
            .headers
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"))
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        (self.status, headers, self.text.clone())
    }
}

/// Somebody who asks: a credential, and where the endpoints are.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    authorization: Option<String>,
}

impl Client {
    pub(crate) fn new(base: String, authorization: Option<String>) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // Sooner than the server, which ends a connection that has been idle for ten seconds.
            .pool_idle_timeout(Duration::from_secs(5))
            .build()
            .unwrap();
        Self {
            http,
            base,
            authorization,
        }
    }

    /// The same endpoints with another credential, or none.
    pub(crate) fn with(&self, authorization: Option<&str>) -> Self {
        Self {
            authorization: authorization.map(str::to_owned),
            ..self.clone()
        }
    }

    /// The value of the `Authorization` header.
    pub(crate) fn authorization(&self) -> &str {
        self.authorization.as_deref().unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body.to_string()))
            .await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, &[], Some(body.to_string()))
            .await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, &[], Some(body.to_string()))
            .await
    }

    /// Any request. A body is JSON where no header says otherwise. No answer may be a fault of the server's.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let shown = format!("{method} {path}");
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            if !headers.iter().any(|(name, _)| *name == "content-type") {
                request = request.header("content-type", "application/json");
            }
            request = request.body(body);
        }
        let answer = request.send().await.unwrap();
        let answer = Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: answer.text().await.unwrap(),
        };
        if answer.status == 503 {
            assert_eq!(
                answer.header("retry-after"),
                "1",
                "{shown}: {}",
                answer.text
            );
        } else {
            // 501 is said of what the RFC has and this server has not.
            assert!(
                answer.status < 500 || answer.status == 501,
                "{shown}: {answer:?}"
            );
        }
        answer
    }

    /// A request that is repeated as long as the server asks for that (503 with `Retry-After`), and how often that was.
    pub(crate) async fn patiently(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> (Answer, u32) {
        for refused in 0..20 {
            let body = body.map(Value::to_string);
            let answer = self.send(method.clone(), path, &[], body).await;
            if answer.status != 503 {
                return (answer, refused);
            }
        }
        panic!("{path}: the server is busy for ever");
    }
}
