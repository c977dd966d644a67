//! What every request goes through: an id, a log line, metrics, a time limit, an answer after a panic, safe headers.
//!
//! One layer and one future for all of it, because every request pays for it. It never logs a query string, a body,
//! an `Authorization` header or a cookie; and of a path its beginning only, where no route matches, because a path may hold a token.

use std::cell::RefCell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody as _};
use axum::extract::{MatchedPath, Request};
use axum::http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use metrics::{Counter, Histogram};
use tower::{Layer, Service};
use tower_http::timeout::TimeoutBody;
use tracing::Instrument as _;

use super::form::Form;
use crate::domain::error::Error;
use crate::secret;
use crate::telemetry::{REQUEST_SECONDS, REQUESTS};

/// The longest that a request may take, from its head to the head of its answer.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// The longest that a client may pause while it sends a body.
const BODY_PAUSE: Duration = Duration::from_secs(10);
/// Where an id of a request comes in and goes out.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: in its answer, in each log line and in each event that it caused.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        self.0
            .to_str()
            .expect("made and accepted from visible ASCII only")
    }

    /// The one that the client or a proxy gave, if it is harmless, or else a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        match headers.get(X_REQUEST_ID) {
            Some(given) if is_harmless(given.as_bytes()) => Self(given.clone()),
            Some(_) | None => Self::new(),
        }
    }

    /// Unique, not secret: a random start for each process, and a count. Costs no call of the operating system.
    fn new() -> Self {
        static START: LazyLock<u64> = LazyLock::new(secret::random_u64);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let text = format!(
            "{:016x}-{:x}",
            *START,
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        Self(
            HeaderValue::try_from(text).expect("hexadecimal digits and a hyphen are visible ASCII"),
        )
    }
}

fn is_harmless(id: &[u8]) -> bool {
    (1..=64).contains(&id.len())
        && id
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
}

/// The layer. It belongs on the router, outermost, where the matched route is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EveryRequest;

/// The service behind the layer.
#[derive(Debug, Clone)]
pub(crate) struct Observed<S>(S);

impl<S> Layer<S> for EveryRequest {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed(inner)
    }
}

impl<S> Service<Request> for Observed<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let seen = Seen {
            started: Instant::now(),
            method: name(request.method()),
            route: request
                .extensions()
                .get::<MatchedPath>()
                .cloned()
                .ok_or_else(|| path(&request)),
        };
        let form = Form::of(request.uri().path());
        // A layer outside of this one may have looked already.
        let id = request
            .extensions()
            .get::<RequestId>()
            .cloned()
            .unwrap_or_else(|| RequestId::of(request.headers()));
        // At this level, so that each line that is written at all carries the id.
        let span = tracing::error_span!("request", request_id = id.as_str());
        request.extensions_mut().insert(id.clone());
        if !request.body().is_end_stream() {
            request = request.map(|body| Body::new(TimeoutBody::new(BODY_PAUSE, body)));
        }
        let answer = self.0.call(request);
        Box::pin(
            async move {
                let answer = guarded(answer, TIME_LIMIT).await;
                let mut answer = answer.unwrap_or_else(|error| form.failure(error));
                seen.record(answer.status());
                add_headers(answer.headers_mut(), id);
                Ok(answer)
            }
            .instrument(span),
        )
    }
}

/// The answer, or why there is none: after a panic, or too late.
async fn guarded(
    answer: impl Future<Output = Result<Response, Infallible>>,
    limit: Duration,
) -> Result<Response, Error> {
    let mut answer = pin!(answer);
    let caught = std::future::poll_fn(|cx| {
        match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx))) {
            Ok(Poll::Ready(Ok(answer))) => Poll::Ready(Some(answer)),
            Ok(Poll::Pending) => Poll::Pending,
            // The panic's own line is in the log, under the id of the request.
            Err(_) => Poll::Ready(None),
        }
    });
    match tokio::time::timeout(limit, caught).await {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Err(Error::Internal(anyhow::anyhow!("the handler panicked"))),
        Err(late) => Err(Error::Unavailable(late.into())),
    }
}

/// What is kept of a request until it is answered.
struct Seen {
    started: Instant,
    method: &'static str,
    /// The route, or the path where none matches.
    route: Result<MatchedPath, String>,
}

impl Seen {
    fn record(&self, status: StatusCode) {
        let took = self.started.elapsed().as_secs_f64();
        let route = self.route.as_ref().map_or("unmatched", MatchedPath::as_str);
        count(self.method, route, status, took);

        let (method, status, milliseconds) = (self.method, status.as_u16(), took * 1000.0);
        // These are asked every few seconds, and nobody looks for them.
        if matches!(route, "/healthz" | "/readyz" | "/metrics") {
            tracing::debug!(method, route, status, milliseconds, "answered");
        } else {
            let path = self.route.as_ref().err().map(String::as_str);
            tracing::info!(method, route, path, status, milliseconds, "answered");
        }
    }
}

/// The beginning of a path that no route matches; it is there to find a wrong base URL. What follows may be a secret.
fn path(request: &Request) -> String {
    let path = request.uri().path();
    let first = path
        .char_indices()
        .skip(1)
        .find(|(_, c)| *c == '/')
        .map_or(path.len(), |(at, _)| at);
    path[..first].chars().take(40).collect()
}

/// The method as a label: a client may invent methods, and each label costs memory for ever.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The metrics of one route.
type Series = Vec<(&'static str, StatusCode, Counter, Histogram)>;

/// Counts one request. Each thread keeps the series that it has used, so that no name is built and no lock is taken.
fn count(method: &'static str, route: &str, status: StatusCode, seconds: f64) {
    thread_local! {
        static SERIES: RefCell<HashMap<Box<str>, Series>> = RefCell::default();
    }
    SERIES.with_borrow_mut(|routes| {
        if !routes.contains_key(route) {
            routes.insert(route.into(), Series::new());
        }
        let series = routes
            .get_mut(route)
            .expect("it was just put there if it was missing");
        let known = series
            .iter()
            .position(|(m, s, ..)| *m == method && *s == status);
        let at = known.unwrap_or_else(|| {
            let labels = [
                ("method", method.to_owned()),
                ("route", route.to_owned()),
                ("status", status.as_str().to_owned()),
            ];
            let counter = metrics::counter!(REQUESTS, &labels);
            series.push((
                method,
                status,
                counter,
                metrics::histogram!(REQUEST_SECONDS, &labels),
            ));
            series.len() - 1
        });
        let (_, _, counter, histogram) = &series[at];
        counter.increment(1);
        histogram.record(seconds);
    });
}

/// Headers that each answer has. A handler may say itself how long its answer may be kept.
fn add_headers(headers: &mut HeaderMap, id: RequestId) {
    headers.insert(X_REQUEST_ID, id.0);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("no-referrer"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::header::CONTENT_TYPE;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    fn app() -> Router {
        Router::new()
            .route(
                "/things/{id}",
                get(async |request: Request| {
                    request
                        .extensions()
                        .get::<RequestId>()
                        .unwrap()
                        .as_str()
                        .to_owned()
                }),
            )
            .route(
                "/api/panics",
                get(async || -> StatusCode { panic!("as the test wants it") }),
            )
            .route("/kept", get(async || ([(CACHE_CONTROL, "max-age=60")], "")))
            .layer(EveryRequest)
    }

    async fn ask(path: &str, id: Option<&str>) -> Response {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = path.parse().unwrap();
        if let Some(id) = id {
            request.headers_mut().insert(
                X_REQUEST_ID,
                HeaderValue::from_bytes(id.as_bytes()).unwrap(),
            );
        }
        app().oneshot(request).await.unwrap()
    }

    async fn body(answer: Response) -> String {
        let bytes = axum::body::to_bytes(answer.into_body(), 4096)
            .await
            .unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_harmless_id_is_kept_and_reaches_the_handler_and_the_answer() {
        let answer = ask("/things/1", Some("a.b_C-9")).await;
        assert_eq!(answer.headers()[X_REQUEST_ID], "a.b_C-9");
        assert_eq!(body(answer).await, "a.b_C-9");
    }

    #[tokio::test]
    async fn another_id_is_replaced_by_a_new_one() {
        let long = "x".repeat(65);
        let mut seen = std::collections::HashSet::new();
        for given in [
            None,
            Some(""),
            Some("a b"),
            Some("a\tb"),
            Some("é"),
            Some("<x>"),
            Some(&*long),
        ] {
            let answer = ask("/things/1", given).await;
            let id = answer.headers()[X_REQUEST_ID].to_str().unwrap().to_owned();
            assert!(is_harmless(id.as_bytes()), "{id}");
            assert_eq!(body(answer).await, id);
            assert!(seen.insert(id));
        }
    }

    #[tokio::test]
    async fn a_panic_is_answered_with_a_problem_that_does_not_tell_it() {
        let answer = ask("/api/panics", None).await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
        let body: serde_json::Value = serde_json::from_str(&body(answer).await).unwrap();
        assert_eq!(body["status"], 500);
        assert!(!body.to_string().contains("as the test wants it"));
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_given_up() {
        let late = guarded(std::future::pending(), Duration::from_millis(1)).await;
        assert!(matches!(late, Err(Error::Unavailable(_))));
    }

    #[tokio::test]
    async fn every_answer_has_safe_headers_and_a_handler_may_let_its_own_be_kept() {
        for (path, kept) in [
            ("/kept", "max-age=60"),
            ("/things/1", "no-store"),
            ("/nowhere", "no-store"),
        ] {
            let answer = ask(path, None).await;
            assert_eq!(answer.headers()[CACHE_CONTROL], kept);
            assert_eq!(answer.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(answer.headers()[REFERRER_POLICY], "no-referrer");
            assert_eq!(answer.headers()[X_FRAME_OPTIONS], "DENY");
        }
    }

    #[tokio::test]
    async fn requests_are_counted_by_route_and_never_by_path_or_invented_method() {
        let metrics = crate::telemetry::metrics();
        ask("/things/4711", None).await;
        ask("/nowhere/4711", None).await;
        let text = metrics.render();
        assert!(
            text.contains(r#"http_requests_total{method="GET",route="/things/{id}",status="200"}"#),
            "{text}"
        );
        assert!(text.contains(
            r#"http_request_duration_seconds_bucket{method="GET",route="unmatched",status="404""#
        ));
        assert!(!text.contains("4711"));
        assert_eq!(name(&Method::from_bytes(b"INVENTED").unwrap()), "other");
    }
}
