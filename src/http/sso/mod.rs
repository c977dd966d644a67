//! Single sign-on over HTTP: where browsers come and go.

pub(crate) mod error;
pub(crate) mod metadata;
pub(crate) mod oidc;
pub(crate) mod saml;
pub(crate) mod slo;

use std::time::Duration;

use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use error::SsoError;

use super::cookies;
use crate::app::sign_on::{self, Entered, Refused, Visit, traces};
use crate::domain::connection::{Connection, Protocol};
use crate::domain::error::Error;
use crate::domain::identity::Identity;
use crate::domain::trace::Trace;
use crate::state::State;

/// Where a connection is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Urls {
    /// Where the IdP's answers go. In SAML the ACS, and our entity ID too; in OIDC the redirect URI.
    pub(crate) answer: String,
    /// Where a sign-on begins.
    pub(crate) login: String,
    /// Where a session ends.
    pub(crate) logout: String,
    /// Where a SAML IdP's logout messages go.
    pub(crate) single_logout: String,
    /// What a SAML IdP needs to know of us.
    pub(crate) metadata: String,
    /// Where an OIDC provider tells that a session has ended.
    pub(crate) backchannel_logout: String,
}

impl Urls {
    /// The URLs of a connection.
    pub(crate) fn of(base_url: &str, connection: &Connection) -> Self {
        let (folder, answer) = match connection.protocol {
            Protocol::Saml(_) => ("saml", "acs"),
            Protocol::Oidc(_) => ("oidc", "callback"),
        };
        let at = |what: &str| format!("{base_url}/{folder}/{}/{what}", connection.token);
        Self {
            answer: at(answer),
            login: at("login"),
            logout: at("logout"),
            single_logout: at("slo"),
            metadata: at("metadata"),
            backchannel_logout: at("backchannel-logout"),
        }
    }
}

/// Lets somebody in whose identity was verified, whichever protocol it came by: to where they wanted, with a session.
/// A test ends at its trace.
pub(crate) async fn enter(
    state: &State,
    connection: &Connection,
    identity: &Identity,
    visit: Visit<'_>,
    trace: Trace,
) -> Result<Response, SsoError> {
    let entered =
        sign_on::complete(&state.db, &state.vault, connection, identity, visit, trace).await?;
    lead(state, visit, entered)
}

/// To where a sign-on ends.
fn lead(
    state: &State,
    visit: Visit<'_>,
    entered: Result<Entered, Refused>,
) -> Result<Response, SsoError> {
    match entered.map_err(|refused| SsoError::Refused(refused, visit.request.to_owned()))? {
        Entered::Tested => {
            Ok(Redirect::to(&format!("/sign-in-traces/{}", visit.request)).into_response())
        }
        Entered::SignedIn(begun) => {
            let seconds = (begun.expires.0 - visit.now.0) / 1000;
            let cookie = cookies::set_session(&begun.session, seconds, &state.config.base_url());
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&begun.target)).into_response())
        }
    }
}

/// What an answer is that could not be verified: the log and the trace say why, and the person is told the number.
pub(crate) async fn unverified(
    state: &State,
    connection: &Connection,
    visit: Visit<'_>,
    reason: &str,
    trace: Trace,
) -> Result<SsoError, Error> {
    let says = trace.checks.last().map_or("", |check| check.says.as_str());
    tracing::warn!(connection = %connection.id, reason, "what an identity provider sent was refused: {says}");
    traces::keep_unverified(&state.db, connection, visit, reason, trace).await?;
    Ok(SsoError::Unverified(visit.request.to_owned()))
}

/// How often old traces are looked for.
const PRUNING: Duration = Duration::from_hours(1);

/// Deletes what sign-ins left behind, for as long as the server runs. Every node does it, which harms nothing.
pub(crate) async fn keep_pruning(state: State) {
    let mut turn = tokio::time::interval(PRUNING);
    loop {
        turn.tick().await;
        if let Err(error) = traces::prune(&state.db, state.clock.now()).await {
            let error = anyhow::Error::from(error);
            tracing::warn!("what old sign-ins left behind stays for now: {error:#}");
        }
    }
}
