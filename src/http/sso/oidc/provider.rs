//! Asks providers: for what they say of themselves, for tokens, for the userinfo. No transaction is open meanwhile.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{Request, Response};

use crate::domain::connection::Oidc;
use crate::oidc::claims::{Claims, Expected};
use crate::oidc::exchange::{self, Code, Tokens};
use crate::oidc::graph::{self, Graph};
use crate::oidc::id_token::IdToken;
use crate::oidc::memory::Advice;
use crate::oidc::provider::{self, Discovery, Keys, Provider};
use crate::oidc::refusal::Refusal;
use crate::state::State;

/// The provider of an issuer.
pub(super) async fn of(state: &State, issuer: &str) -> Result<Arc<Provider>, Refusal> {
    match state.providers.look_up(issuer, state.clock.now()) {
        Advice::Known(provider) => Ok(provider),
        Advice::Rest => Err(Refusal::Unreachable {
            of: "discovery document",
            problem: "it could not be read a moment ago, and is not asked for again so soon"
                .to_owned(),
        }),
        Advice::Read => read(state, issuer).await,
    }
}

async fn read(state: &State, issuer: &str) -> Result<Arc<Provider>, Refusal> {
    let found = fetch(state, issuer).await;
    let now = state.clock.now();
    match &found {
        Ok(provider) => state.providers.keep(issuer, provider.clone(), now),
        Err(_) => state.providers.fail(issuer, now),
    }
    found
}

async fn fetch(state: &State, issuer: &str) -> Result<Arc<Provider>, Refusal> {
    let get = async |url: &str, of: &'static str| {
        let answer = state.outgoing.get(url).await;
        answer.map_err(|error| Refusal::Unreachable {
            of,
            problem: error.to_string(),
        })
    };
    let document = get(&provider::discovery_url(issuer), "discovery document").await?;
    let discovery = Discovery::read(&document, issuer)?;
    let keys = provider::read_keys(&get(&discovery.jwks_uri, "key set").await?)?;
    Ok(Arc::new(Provider { discovery, keys }))
}

/// Verifies by the keys that are known. Where they lack the one that is named, the provider is read again, but not often:
/// anybody can name a key.
pub(super) async fn verified<T>(
    state: &State,
    issuer: &str,
    known: &Provider,
    verify: impl Fn(&Keys) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let first = verify(&known.keys);
    let unknown = matches!(first, Err(Refusal::UnknownKey { .. }));
    if unknown && state.providers.may_seek_key(issuer, state.clock.now()) {
        return verify(&read(state, issuer).await?.keys);
    }
    first
}

/// Exchanges a code for tokens.
pub(super) async fn exchange(
    state: &State,
    provider: &Provider,
    code: Code<'_>,
) -> Result<Tokens, Refusal> {
    let request = exchange::token_request(&provider.discovery, code)?;
    let answer = ask(state, request, "token endpoint").await?;
    exchange::read_tokens(answer.status().as_u16(), answer.body())
}

/// The userinfo, where the connection wants it and the provider has it.
pub(super) async fn userinfo(
    state: &State,
    oidc: &Oidc,
    provider: &Provider,
    tokens: &Tokens,
    id_token: &IdToken,
) -> Result<Option<Claims>, Refusal> {
    let Some(endpoint) = provider.discovery.userinfo_endpoint.as_deref() else {
        return Ok(None);
    };
    if !oidc.userinfo || tokens.access_token.is_empty() {
        return Ok(None);
    }
    let request = exchange::userinfo_request(endpoint, &tokens.access_token)?;
    let answer = ask(state, request, "userinfo").await?;
    exchange::read_userinfo(answer.status().as_u16(), answer.body(), id_token).map(Some)
}

/// The groups of a person as Microsoft Graph has them, where the connection says where that is; a sentence where they
/// cannot be had.
pub(super) async fn groups_of_graph(
    state: &State,
    oidc: &Oidc,
    provider: &Provider,
    secret: Option<&str>,
    id_token: &IdToken,
) -> Result<Vec<String>, String> {
    let graph = Graph {
        url: &oidc.graph_url,
        property: &oidc.graph_group,
    };
    let secret = secret
        .filter(|_| !graph.url.is_empty())
        .ok_or("the connection does not say where Microsoft Graph is, or has no client secret")?;
    let endpoint = &provider.discovery.token_endpoint;
    let request = graph::token_request(endpoint, graph, &oidc.client_id, secret);
    let answer = ask_graph(state, request).await?;
    let token = graph::read_token(answer.status().as_u16(), answer.body())?;
    let first = graph::first_page(graph, id_token);
    let mut next = Some(first.ok_or("the ID token has no oid")?);
    let mut groups = Vec::new();
    for _ in 0..graph::MOST_PAGES {
        let Some(url) = next.take() else {
            return Ok(graph::usable(&groups));
        };
        let answer = ask_graph(state, graph::page_request(&url, &token)).await?;
        let page = graph::read_page(graph, answer.status().as_u16(), answer.body())?;
        groups.extend(page.groups);
        next = page.next;
    }
    match next {
        // Some groups are not all groups (R11).
        Some(_) => Err("there are more groups than are asked for".to_owned()),
        None => Ok(graph::usable(&groups)),
    }
}

async fn ask_graph(
    state: &State,
    request: Option<Request<Vec<u8>>>,
) -> Result<Response<Bytes>, String> {
    let request = request.ok_or("the address of Microsoft Graph is not a URL")?;
    let answer = ask(state, request, "Microsoft Graph").await;
    answer.map_err(|refusal| refusal.to_string())
}

async fn ask(
    state: &State,
    request: Request<Vec<u8>>,
    of: &'static str,
) -> Result<Response<Bytes>, Refusal> {
    let answer = state.outgoing.send(request).await;
    answer.map_err(|error| Refusal::Unreachable {
        of,
        problem: error.to_string(),
    })
}

/// By what this connection judges tokens now.
pub(super) fn expected<'a>(state: &State, oidc: &'a Oidc) -> Expected<'a> {
    Expected {
        issuer: &oidc.issuer,
        client_id: &oidc.client_id,
        skew_seconds: oidc.skew_seconds,
        now: state.clock.now(),
    }
}
