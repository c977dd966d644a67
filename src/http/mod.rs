//! HTTP: read the request, call a use case, write the answer. No SQL and no transaction is seen here.

pub(crate) mod address;
pub(crate) mod api;
mod bytes;
mod cookies;
mod extract;
mod form;
mod forward_auth;
pub(crate) mod health;
mod json;
mod member_routes;
pub(crate) mod middleware;
mod openapi;
pub(crate) mod request_log;
pub(crate) mod router;
pub(crate) mod scim;
pub(crate) mod sso;
mod stream;
pub(crate) mod ui;
pub(crate) mod webhooks;

/// Logs the chain of causes of a failure, once: where the answer is written, under the request's id.
fn report(source: &anyhow::Error) {
    tracing::error!("a request failed: {source:#}");
}
