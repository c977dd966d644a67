//! Keeps what provisioning clients send and what they are answered, for the admins of their organization.
//!
//! One layer around everything else, so that it sees what the client sees. It passes bodies on as they come and only
//! holds on to their pieces; what is kept is worked out by whoever writes it, after the answer. A request without a good
//! SCIM token belongs to nobody and is not kept; an `Authorization` header never is.

mod entry;
pub(crate) mod replay;
mod tee;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequestParts as _, MatchedPath, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;
use tower::{Layer, Service};

use self::tee::{Answered, Pieces, Sent};
use super::extract::ScimCaller;
use super::middleware::RequestId;
use crate::app::Caller;
use crate::app::request_log::{self, Retention};
use crate::domain::event::Actor;
use crate::domain::leniency::{Leniency, Notes};
use crate::domain::{OrganizationId, ScimTokenId, Timestamp};
use crate::state::State;
use crate::telemetry::REQUEST_LOG_LOST;

/// The largest answer that is looked through for what to keep.
const LARGEST_ANSWER: usize = 256 * 1024;
/// How often organizations that nobody writes to are looked at.
const PRUNING: Duration = Duration::from_hours(1);

/// Of an answer with more resources no body is kept: too many people would have to be looked for when one is deleted.
pub(super) const MOST_RESOURCES: usize = 20;

/// An answer that has this among its extensions has more, and is not held on to.
#[derive(Debug, Clone, Copy)]
pub(super) struct ManyPeople;

/// Whose request it is.
#[derive(Debug, Clone)]
struct Client {
    organization: OrganizationId,
    token: ScimTokenId,
    profile: Leniency,
    /// Names of attributes that the organization says nobody reads.
    hidden: Vec<String>,
}

/// Where the one place that reads SCIM tokens says whose request it is. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Witness(Arc<OnceLock<Client>>);

impl Witness {
    /// A good token of this caller's came with the request.
    pub(super) fn saw(&self, caller: &Caller) {
        if let Actor::ProvisioningClient(token) = caller.actor {
            // Who came first is who it is.
            let _ = self.0.set(Client {
                organization: caller.organization,
                token,
                profile: caller.leniency,
                hidden: caller.schemas.hidden_names(),
            });
        }
    }
}

/// The layer. It belongs outside of everything, on the router, where the matched route is known.
#[derive(Debug, Clone)]
pub(super) struct RequestLog(pub(super) State);

/// The service behind the layer.
#[derive(Debug, Clone)]
pub(super) struct Logged<S> {
    inner: S,
    state: State,
}

impl<S> Layer<S> for RequestLog {
    type Service = Logged<S>;

    fn layer(&self, inner: S) -> Logged<S> {
        Logged {
            inner,
            state: self.0.clone(),
        }
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

impl<S> Service<Request> for Logged<S>
where
    S: Service<Request, Response = Response, Error = Infallible, Future = Answer>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Answer {
        if !is_scim(request.uri().path()) || self.state.config.request_log_days == 0 {
            return self.inner.call(request);
        }
        let mut seen = Seen::of(&request, &self.state);
        request.extensions_mut().insert(seen.request.clone());
        request.extensions_mut().insert(seen.notes.clone());
        request.extensions_mut().insert(seen.witness.clone());
        if seen.has_body {
            let pieces = seen.sent.clone();
            request = request.map(|body| Body::new(Sent::new(body, pieces)));
        }
        let answer = self.inner.call(request);
        Box::pin(async move {
            // From here on the request is kept whatever happens: also where the client leaves before the answer.
            let answer = match answer.await {
                Ok(answer) => answer,
                Err(never) => match never {},
            };
            seen.identify(answer.status()).await;
            seen.status = Some(answer.status());
            if answer.extensions().get::<ManyPeople>().is_some() {
                seen.answered.let_go();
            }
            if answer.body().is_end_stream() {
                return Ok(answer);
            }
            Ok(answer.map(|body| Body::new(Answered::new(body, seen))))
        })
    }
}

/// What may be kept of each organization.
fn retention(state: &State) -> Retention {
    Retention {
        days: state.config.request_log_days,
        bytes: state.config.request_log_max_bytes,
    }
}

/// Writes what waits. When it ends, every request that this node has answered before can be read.
pub(crate) async fn flush(state: &State) {
    let now = state.clock.now();
    let lost = request_log::flush(&state.request_log, &state.db, now, retention(state)).await;
    metrics::counter!(REQUEST_LOG_LOST).increment(lost as u64);
}

/// Writes what waits, again and again, until it is dropped; what then still waits is written by a last [`flush`].
pub(crate) async fn keep_writing(state: State) {
    loop {
        state.request_log.due().await;
        let state = state.clone();
        // A task of its own: should a message that nobody thought of make it panic, the next ones are written.
        let _ = tokio::spawn(async move { flush(&state).await }).await;
    }
}

/// Deletes what is too old or too much, again and again.
pub(crate) async fn keep_pruning(state: State) {
    let mut turn = tokio::time::interval(PRUNING);
    loop {
        turn.tick().await;
        let now = state.clock.now();
        if let Err(error) = request_log::prune_all(&state.db, now, retention(&state)).await {
            let error = anyhow::Error::from(error);
            tracing::warn!("old entries of the request log stay for now: {error:#}");
        }
    }
}

fn is_scim(path: &str) -> bool {
    path.strip_prefix("/scim")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What was seen of a request. When it is dropped, the request is over and goes to the log.
struct Seen {
    state: State,
    witness: Witness,
    notes: Notes,
    at: Timestamp,
    started: Instant,
    method: Method,
    uri: Uri,
    route: Option<MatchedPath>,
    authorization: Option<HeaderValue>,
    user_agent: Option<String>,
    content_type: Option<String>,
    if_match: Option<String>,
    has_body: bool,
    sent: Pieces,
    answered: Pieces,
    status: Option<StatusCode>,
    request: RequestId,
}

impl Seen {
    fn of(request: &Request, state: &State) -> Self {
        let headers = request.headers();
        Self {
            state: state.clone(),
            witness: Witness::default(),
            notes: Notes::default(),
            at: state.clock.now(),
            started: Instant::now(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            authorization: headers.get(AUTHORIZATION).cloned(),
            user_agent: text(headers, &USER_AGENT),
            content_type: text(headers, &CONTENT_TYPE),
            if_match: text(headers, &IF_MATCH),
            has_body: !request.body().is_end_stream(),
            sent: Pieces::up_to(state.config.max_body_bytes),
            answered: Pieces::up_to(LARGEST_ANSWER),
            status: None,
            request: RequestId::of(headers),
        }
    }

    /// Looks at the token where no handler did: an unknown path is what a wrong base URL looks like, and discovery asks
    /// for none. A token that was refused is not looked at again.
    async fn identify(&mut self, status: StatusCode) {
        let authorization = self.authorization.take();
        if self.witness.0.get().is_some() || status == StatusCode::UNAUTHORIZED {
            return;
        }
        let Some(authorization) = authorization else {
            return;
        };
        let (mut parts, ()) = Request::new(()).into_parts();
        parts.headers.insert(AUTHORIZATION, authorization);
        if let Ok(ScimCaller(caller)) =
            ScimCaller::from_request_parts(&mut parts, &self.state).await
        {
            self.witness.saw(&caller);
        }
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        let Some(client) = self.witness.0.get().cloned() else {
            return;
        };
        let sent = self.sent.take();
        let answered = self.answered.take();
        let bytes = sent.len() + answered.len();
        let facts = entry::Facts {
            client,
            notes: self.notes.clone(),
            at: self.at,
            took: self.started.elapsed(),
            method: self.method.clone(),
            uri: self.uri.clone(),
            route: self.route.take(),
            user_agent: self.user_agent.take(),
            content_type: self.content_type.take(),
            if_match: self.if_match.take(),
            has_body: self.has_body,
            sent,
            answered,
            status: self.status,
            request: self.request.as_str().to_owned(),
        };
        if !self
            .state
            .request_log
            .put(bytes, Box::new(|| entry::record(facts)))
        {
            metrics::counter!(REQUEST_LOG_LOST).increment(1);
        }
    }
}

/// A header, where it is one plain text.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    Some(text.chars().take(500).collect())
}
