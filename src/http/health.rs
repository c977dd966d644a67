//! What an operator's machines ask: does it live, can it work, how does it do. Nothing of any organization is told.

use std::time::Duration;

use axum::Json;
use axum::extract;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use serde_json::{Value, json};

use crate::state::State;

/// How long the database may take to answer before the server counts as not ready.
const PATIENCE: Duration = Duration::from_secs(2);

const JSON: [(axum::http::HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json")];

/// The process lives. Says nothing of the database: restarting the process would not mend that.
pub(crate) async fn alive() -> impl IntoResponse {
    (JSON, r#"{"status":"ok"}"#)
}

/// The same for clients of Label Studio, in the word that they look for.
pub(crate) async fn up() -> impl IntoResponse {
    (JSON, r#"{"status":"UP"}"#)
}

/// Which version runs, as clients of Label Studio ask: by the names of its parts they see that there are workspaces.
pub(crate) async fn version() -> Json<Value> {
    let release = env!("CARGO_PKG_VERSION");
    let part = json!({ "version": release });
    Json(json!({
        "release": release,
        "edition": "Enterprise",
        "rollright": part,
        "label-studio-enterprise-backend": part,
        "label-studio-os-package": part,
        "label-studio-os-backend": part,
        "label-studio-frontend": {},
        "label-studio-converter": {},
        "backend": part,
        "dm2": {},
        "lsf": {},
    }))
}

/// The server can do its work: the database answers.
pub(crate) async fn ready(extract::State(state): extract::State<State>) -> Response {
    readiness(state.db.ping(), PATIENCE).await
}

async fn readiness(ping: impl Future<Output = bool>, patience: Duration) -> Response {
    let (status, body) = match tokio::time::timeout(patience, ping).await {
        Ok(true) => (StatusCode::OK, r#"{"status":"ok"}"#),
        Ok(false) | Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            r#"{"status":"unavailable"}"#,
        ),
    };
    (status, JSON, body).into_response()
}

/// The metrics, in the text format of Prometheus.
pub(crate) async fn metrics(extract::State(state): extract::State<State>) -> impl IntoResponse {
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4")],
        state.metrics.render(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_server_is_ready_exactly_if_the_database_answers() {
        let status = async |answer: bool| readiness(async move { answer }, PATIENCE).await.status();
        assert_eq!(status(true).await, StatusCode::OK);
        assert_eq!(status(false).await, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn a_database_that_never_answers_makes_the_server_not_ready() {
        let answer = readiness(std::future::pending(), Duration::from_millis(1)).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
