//! A web server on this machine that takes messages, answers as a test says, and checks signatures by its own means.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::sync::watch;

/// What came.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) timestamp: String,
    pub(super) signature: String,
    pub(super) text: String,
    pub(super) body: Value,
}

impl Message {
    /// How many of its signatures are by this secret.
    pub(super) fn signatures_by(&self, secret: &str) -> usize {
        let key = STANDARD
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        let key = openssl::pkey::PKey::hmac(&key).unwrap();
        let mut signer =
            openssl::sign::Signer::new(openssl::hash::MessageDigest::sha256(), &key).unwrap();
        let text = format!("{}.{}.{}", self.id, self.timestamp, self.text);
        signer.update(text.as_bytes()).unwrap();
        let expected = format!("v1,{}", STANDARD.encode(signer.sign_to_vec().unwrap()));
        let all = self.signature.split(' ');
        all.filter(|signature| *signature == expected).count()
    }
}

/// How it answers.
#[derive(Debug, Clone)]
pub(super) enum Says {
    Status(u16),
    LeadsTo(String),
    Much,
    Never,
}

#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) url: String,
    says: Arc<Mutex<Says>>,
    messages: Arc<watch::Sender<Vec<Message>>>,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/hook", listener.local_addr().unwrap()),
            says: Arc::new(Mutex::new(Says::Status(200))),
            messages: Arc::new(watch::Sender::new(Vec::new())),
        };
        let routes = axum::Router::new()
            .fallback(take)
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        receiver
    }

    pub(super) fn says(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    /// What has come, once it is so many messages.
    pub(super) async fn messages(&self, many: usize) -> Vec<Message> {
        let mut all = self.messages.subscribe();
        let waited = all.wait_for(|all| all.len() >= many);
        let found = tokio::time::timeout(Duration::from_secs(20), waited).await;
        let found = found
            .unwrap_or_else(|_| panic!("{} of {many} messages came", self.messages.borrow().len()));
        found.unwrap().clone()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| {
        let value = headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    };
    assert_eq!(header("content-type"), "application/json");
    let text = String::from_utf8(body.to_vec()).unwrap();
    let message = Message {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: serde_json::from_str(&text).unwrap(),
        text,
    };
    receiver.messages.send_modify(|all| all.push(message));
    let says = receiver.says.lock().unwrap().clone();
    match says {
        Says::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Says::LeadsTo(url) => (StatusCode::FOUND, [(header::LOCATION, url)]).into_response(),
        Says::Much => vec![b'x'; 2 << 20].into_response(),
        Says::Never => std::future::pending().await,
    }
}
