//! Every route there is, on one page.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;

use super::{health, middleware};
use crate::state::State;

/// All routes, behind what every request goes through.
pub(crate) fn router(state: State) -> Router {
    let largest_body = DefaultBodyLimit::max(state.config.max_body_bytes);
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(async || axum::http::StatusCode::NOT_FOUND)
        .layer((middleware::EveryRequest, largest_body))
        .with_state(state)
}
