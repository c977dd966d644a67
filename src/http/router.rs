//! Every route there is, on one page.

use axum::Router;
use axum::extract::{DefaultBodyLimit, OriginalUri};
use axum::http::Method;
use axum::response::Response;
use axum::routing::{MethodRouter, any, delete, get, patch, post};

use super::api::{
    connections::{self, keys},
    current_user, domains, drift, events, history, mails, mapping, members, projects, receipts,
    receivers, removals, saml_settings, schemas as definitions, scim_requests, scim_tokens,
    sessions, token_settings, tokens, traces, webhooks, whoami,
};
use super::form::Form;
use super::request_log::RequestLog;
use super::scim::{bulk, discovery, groups, me, root, schemas, security_events, users};
use super::sso::{oidc, saml, slo};
use super::{forward_auth, health, member_routes, middleware, openapi, ui};
use crate::state::State;

/// All routes, behind what every request goes through.
pub(crate) fn router(state: State) -> Router {
    let largest_body = DefaultBodyLimit::max(state.config.max_body_bytes);
    let mut routes = Router::new();
    for (path, methods) in every_route() {
        // With and without a slash at the end: clients differ, and no redirect keeps a body.
        if path != "/" {
            routes = routes.route(&format!("{path}/"), methods.clone());
        }
        routes = routes.route(&path, methods);
    }
    routes
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer((
            RequestLog(state.clone()),
            middleware::EveryRequest,
            largest_body,
        ))
        .with_state(state)
}

/// Every path with its methods, each without a slash at its end. A line of `openapi/` describes each.
pub(super) fn every_route() -> Routes {
    let parts = [
        server(),
        saml(),
        oidc(),
        ui::routes::all(),
        people(),
        api(),
        member_routes::all(),
        scim_api(),
        scim("/scim/v2"),
        scim("/scim"),
    ];
    parts.into_iter().flatten().collect()
}

/// The SCIM routes alone, for requests that the server makes of itself.
pub(crate) fn scim_alone(state: State) -> Router {
    let largest_body = DefaultBodyLimit::max(state.config.max_body_bytes);
    let mut routes = Router::new();
    for (path, methods) in scim("/scim/v2").into_iter().chain(scim("/scim")) {
        routes = routes
            .route(&path, methods.clone())
            .route(&format!("{path}/"), methods);
    }
    routes
        .fallback(no_route)
        .layer(largest_body)
        .with_state(state)
}

/// Paths with their methods.
pub(super) type Routes = Vec<(String, MethodRouter<State>)>;

fn scim(prefix: &str) -> Routes {
    let user = get(users::get)
        .put(users::replace)
        .patch(users::patch)
        .delete(users::delete);
    let group = get(groups::get)
        .put(groups::replace)
        .patch(groups::patch)
        .delete(groups::delete);
    let schema = get(discovery::schema)
        .put(schemas::replace)
        .delete(schemas::delete);
    let me = get(me::get)
        .put(me::replace)
        .patch(me::patch)
        .delete(me::delete)
        .post(me::create);
    [
        ("", get(root::list)),
        (".search", post(root::search)),
        ("Users/.search", post(users::search)),
        ("Groups/.search", post(groups::search)),
        ("Users", get(users::list).post(users::create)),
        ("Users/{id}", user),
        ("Groups", get(groups::list).post(groups::create)),
        ("Groups/{id}", group),
        ("Bulk", post(bulk::run)),
        ("Me", me),
        ("Events", post(security_events::poll)),
        (
            "ServiceProviderConfig",
            get(discovery::service_provider_config),
        ),
        // What Microsoft's client asks for.
        (
            "serviceConfiguration",
            get(discovery::service_provider_config),
        ),
        ("ResourceTypes", get(discovery::resource_types)),
        ("ResourceTypes/{id}", get(discovery::resource_type)),
        ("Schemas", get(discovery::schemas).post(schemas::create)),
        ("Schemas/{urn}", schema),
    ]
    .map(|(path, methods)| {
        (
            format!("{prefix}/{path}").trim_end_matches('/').to_owned(),
            methods,
        )
    })
    .into()
}

/// What machines ask.
fn server() -> Routes {
    [
        ("/healthz", get(health::alive)),
        // What Label Studio's clients ask.
        ("/health", get(health::up)),
        ("/api/version", get(health::version)),
        ("/readyz", get(health::ready)),
        ("/metrics", get(health::metrics)),
        ("/openapi.json", get(openapi::json)),
        ("/docs", get(openapi::page)),
        ("/auth/verify", any(forward_auth::verify)),
    ]
    .map(|(path, methods)| (path.to_owned(), methods))
    .into()
}

fn saml() -> Routes {
    [
        ("/saml/{token}/login", get(saml::login)),
        ("/saml/{token}/acs", post(saml::acs)),
        ("/saml/{token}/metadata", get(saml::metadata)),
        ("/saml/{token}/logout", get(slo::logout).post(slo::post)),
        ("/saml/{token}/slo", get(slo::get).post(slo::post)),
    ]
    .map(|(path, methods)| (path.to_owned(), methods))
    .into()
}

/// The REST API by which people look after themselves.
fn people() -> Routes {
    [
        (
            "/api/current-user",
            get(current_user::get)
                .patch(current_user::change)
                .delete(current_user::delete),
        ),
        (
            "/api/current-user/hotkeys",
            get(current_user::hotkeys).patch(current_user::hotkeys),
        ),
        (
            "/api/current-user/password",
            post(current_user::set_password),
        ),
        (
            "/api/current-user/reset-token",
            post(tokens::reset_user_token),
        ),
        ("/api/current-user/token", get(tokens::user_token)),
        ("/api/current-user/whoami", get(whoami::whoami)),
        (
            "/api/jwt/settings",
            get(token_settings::tokens).post(token_settings::set_tokens),
        ),
        (
            "/api/organizations/{organization}/leave",
            post(current_user::leave),
        ),
        (
            "/api/session-policy",
            get(token_settings::sessions).patch(token_settings::set_sessions),
        ),
        ("/api/token", get(tokens::list).post(tokens::create)),
        ("/api/token/blacklist", post(tokens::blacklist)),
        ("/api/token/refresh", post(tokens::refresh)),
        ("/api/token/rotate", post(tokens::rotate)),
    ]
    .map(|(path, methods)| (path.to_owned(), methods))
    .into()
}

fn oidc() -> Routes {
    [
        ("/oidc/{token}/login", get(oidc::login)),
        ("/oidc/{token}/callback", get(oidc::callback)),
        (
            "/oidc/{token}/backchannel-logout",
            post(oidc::logout::from_provider),
        ),
        ("/oidc/{token}/logout", get(oidc::logout::from_here)),
    ]
    .map(|(path, methods)| (path.to_owned(), methods))
    .into()
}

fn api() -> Routes {
    [
        (
            "/api/connections",
            get(connections::list).post(connections::create),
        ),
        (
            "/api/connections/policy",
            get(domains::policy).patch(domains::set_policy),
        ),
        (
            "/api/connections/{id}",
            get(connections::get)
                .patch(connections::change)
                .delete(connections::delete),
        ),
        ("/api/connections/{id}/preview", get(traces::preview)),
        (
            "/api/connections/{id}/metadata/refresh",
            post(connections::refresh),
        ),
        (
            "/api/connections/{id}/keys",
            get(keys::list).post(keys::create),
        ),
        (
            "/api/connections/{id}/keys/{key}",
            patch(keys::change).delete(keys::delete),
        ),
        ("/api/domains", get(domains::list).post(domains::create)),
        (
            "/api/domains/{domain}",
            get(domains::get)
                .patch(domains::change)
                .delete(domains::delete),
        ),
        ("/api/domains/{domain}/verify", post(domains::verify)),
        ("/api/activity-logs", get(history::activity)),
        ("/api/events", get(events::list)),
        ("/api/mails", get(mails::list)),
        ("/api/members/{id}/explain", get(members::explain)),
        ("/api/drift", get(drift::get)),
        ("/api/members/{id}/receipt", get(receipts::get)),
        ("/api/members/{id}/sessions", delete(sessions::end_of)),
        ("/api/projects", get(projects::list).post(projects::create)),
        (
            "/api/saml/settings",
            get(saml_settings::get)
                .post(saml_settings::change)
                .delete(saml_settings::reset),
        ),
        (
            "/api/saml/settings/validate-metadata-url",
            post(saml_settings::validate_metadata_url),
        ),
        (
            "/api/saml/settings/validate-domain",
            post(saml_settings::validate_domain),
        ),
        (
            "/api/sessions",
            get(sessions::list).delete(sessions::end_others),
        ),
        ("/api/sessions/{id}", delete(sessions::end)),
        ("/api/sign-in-traces", get(traces::list)),
        ("/api/sign-in-traces/{number}", get(traces::get)),
        ("/api/webhooks", get(webhooks::list).post(webhooks::create)),
        (
            "/api/webhooks/{id}",
            get(webhooks::get)
                .patch(webhooks::change)
                .delete(webhooks::delete),
        ),
        ("/api/webhooks/{id}/rotate-secret", post(webhooks::rekey)),
        ("/api/webhooks/{id}/test", post(webhooks::test)),
        ("/api/webhooks/{id}/deliveries", get(webhooks::deliveries)),
        (
            "/api/webhooks/{id}/deliveries/{delivery}/resend",
            post(webhooks::resend),
        ),
        (
            "/api/workspaces",
            get(projects::list_workspaces).post(projects::create_workspace),
        ),
    ]
    .map(|(path, methods)| (path.to_owned(), methods))
    .into()
}

/// The REST API about provisioning.
fn scim_api() -> Routes {
    [
        ("/api/scim/requests", get(scim_requests::list)),
        ("/api/scim/requests/{id}", get(scim_requests::get)),
        (
            "/api/scim/requests/{id}/replay",
            post(scim_requests::replay),
        ),
        (
            "/api/scim/removals",
            get(removals::get)
                .patch(removals::set)
                .post(removals::decide),
        ),
        (
            "/api/scim/schemas",
            get(definitions::list).post(definitions::create),
        ),
        (
            "/api/scim/schemas/{urn}",
            get(definitions::get)
                .put(definitions::replace)
                .delete(definitions::delete),
        ),
        (
            "/api/scim/settings",
            get(mapping::get).post(mapping::change),
        ),
        ("/api/scim/settings/preview", post(mapping::preview)),
        (
            "/api/scim/receivers",
            get(receivers::list).post(receivers::create),
        ),
        (
            "/api/scim/receivers/{id}",
            get(receivers::get)
                .patch(receivers::change)
                .delete(receivers::delete),
        ),
        (
            "/api/scim/tokens",
            get(scim_tokens::list).post(scim_tokens::create),
        ),
        ("/api/scim/tokens/{id}", delete(scim_tokens::revoke)),
    ]
    .map(|(path, methods)| (path.to_owned(), methods))
    .into()
}

/// A path that nobody answers.
async fn no_route(OriginalUri(uri): OriginalUri) -> Response {
    Form::nothing(uri.path())
}

/// A method that the path does not know. The router says in `Allow` which it knows.
async fn no_method(method: Method, OriginalUri(uri): OriginalUri) -> Response {
    Form::of(uri.path()).no_method(&method)
}
