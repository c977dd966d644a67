//! The one page and its forms.
//!
//! Everything works without script; with it, what the server shows is asked for again and again.

use askama::Template;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::accent::Accent;
use super::directory::{Exchange, Person, Problem};
use super::guard::guard;
use super::idp;
use super::roll::{self, Browser, Live};
use super::{Demo, WARNING};

/// Every path of the demo.
pub(super) fn routes(demo: Demo) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/live", get(live))
        .route("/hire", post(hire))
        .route("/move", post(move_to))
        .route("/fire", post(fire))
        .route("/take-back", post(take_back))
        .route("/rename", post(rename))
        .route("/accent", post(accent))
        .merge(idp::routes())
        .route("/style.css", get(async || asset("text/css", STYLE)))
        .route("/demo.css", get(async || asset("text/css", OWN_STYLE)))
        .route("/htmx.js", get(async || asset("text/javascript", HTMX)))
        .route("/post.js", get(async || asset("text/javascript", POST)))
        .route("/icon.svg", get(async || asset("image/svg+xml", ICON)))
        .layer(from_fn_with_state(demo.clone(), guard))
        .with_state(demo)
}

/// The server's pages look the same.
const STYLE: &str = include_str!("../http/ui/static/style.css");
const HTMX: &str = include_str!("../http/ui/static/htmx.min.js");
const ICON: &str = include_str!("../http/ui/static/icon.svg");
/// Sends the form of a page that is there to be sent.
const POST: &str = include_str!("post.js");
const OWN_STYLE: &str = include_str!("demo.css");

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

#[derive(Template)]
#[template(path = "demo.html")]
struct Page<'a> {
    warning: &'a str,
    server: &'a str,
    owner: &'a str,
    password: &'a str,
    accent: Accent,
    /// The place and name of each team.
    teams: Vec<(usize, &'a str)>,
    /// Everybody who works here, with their place and team.
    staff: Vec<(usize, &'a Person, &'a str)>,
    /// Everybody, with their place.
    people: Vec<(usize, &'a Person)>,
    /// Everybody who was fired.
    fired: Vec<(usize, &'a Person)>,
    next_name: String,
    last: &'a str,
    problem: Option<String>,
    exchanges: Vec<&'a Exchange>,
    live: Live,
}

#[derive(Template)]
#[template(path = "demo_live.html")]
struct Fragment {
    live: Live,
}

/// A page, with a policy that allows nothing but this address, and to send people on to the server.
pub(super) fn page(demo: &Demo, status: StatusCode, template: &impl Template) -> Response {
    let Ok(html) = template.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self' {}; frame-ancestors 'none'; base-uri 'none'",
        demo.0.client.base()
    );
    let headers: [(HeaderName, HeaderValue); 4] = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_str(&policy)
                .unwrap_or(HeaderValue::from_static("default-src 'none'")),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("same-origin"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, html).into_response()
}

/// A cookie of a browser.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter();
    all.filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

async fn render(demo: &Demo, headers: &HeaderMap, problem: Option<&Problem>) -> Response {
    let directory = demo.0.directory.lock().await;
    let live = match roll::live(&demo.0, &directory, cookie(headers, roll::SESSION)).await {
        Ok(live) => live,
        Err(problem) => {
            let sentence = format!("{problem}\n");
            return (StatusCode::BAD_GATEWAY, sentence).into_response();
        }
    };
    let people = || directory.people.iter().enumerate();
    let name_of = |place: usize| directory.teams.get(place).map_or("", |team| &team.name);
    let status = match problem {
        None => StatusCode::OK,
        Some(Problem::Form(_)) => StatusCode::BAD_REQUEST,
        Some(Problem::Unreached(_) | Problem::Refused { .. }) => StatusCode::BAD_GATEWAY,
    };
    let shown = Page {
        warning: WARNING,
        server: demo.0.client.base(),
        owner: demo.0.owner.username,
        password: &demo.0.owner.password,
        accent: directory.accent,
        teams: (0..directory.teams.len())
            .map(|place| (place, name_of(place)))
            .collect(),
        staff: people()
            .filter(|(_, person)| person.active)
            .map(|(place, person)| (place, person, name_of(person.team)))
            .collect(),
        people: people().collect(),
        fired: people().filter(|(_, person)| !person.active).collect(),
        next_name: directory.next_name(),
        last: &directory.last,
        problem: problem.map(ToString::to_string),
        exchanges: directory.exchanges.iter().collect(),
        live,
    };
    page(demo, status, &shown)
}

/// GET `/`.
async fn show(State(demo): State<Demo>, headers: HeaderMap) -> Response {
    render(&demo, &headers, None).await
}

/// GET `/live`: what changes.
async fn live(State(demo): State<Demo>, headers: HeaderMap) -> Response {
    let directory = demo.0.directory.lock().await;
    match roll::live(&demo.0, &directory, cookie(&headers, roll::SESSION)).await {
        Ok(live) => page(&demo, StatusCode::OK, &Fragment { live }),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

/// Back to the page where it is done, so that loading it again does nothing again; else the page with the reason.
async fn answer(demo: &Demo, headers: &HeaderMap, done: Result<(), Problem>) -> Response {
    match done {
        Ok(()) => Redirect::to("/").into_response(),
        Err(problem) => render(demo, headers, Some(&problem)).await,
    }
}

/// The fields of the forms. A place that is missing is nobody's.
#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    name: String,
    person: Option<usize>,
    team: Option<usize>,
}

impl Fields {
    fn person(&self) -> usize {
        self.person.unwrap_or(usize::MAX)
    }

    fn team(&self) -> usize {
        self.team.unwrap_or(usize::MAX)
    }
}

async fn hire(
    State(demo): State<Demo>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let done = demo.hire(&fields.name, fields.team()).await;
    answer(&demo, &headers, done).await
}

async fn move_to(
    State(demo): State<Demo>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let done = demo.move_to(fields.person(), fields.team()).await;
    answer(&demo, &headers, done).await
}

async fn fire(
    State(demo): State<Demo>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let done = demo.fire(fields.person()).await;
    answer(&demo, &headers, done).await
}

async fn take_back(
    State(demo): State<Demo>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let done = demo.take_back(fields.person()).await;
    answer(&demo, &headers, done).await
}

async fn rename(
    State(demo): State<Demo>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let done = demo.rename(fields.team(), &fields.name).await;
    answer(&demo, &headers, done).await
}

#[derive(Deserialize)]
struct Spoken {
    accent: String,
}

async fn accent(
    State(demo): State<Demo>,
    headers: HeaderMap,
    Form(spoken): Form<Spoken>,
) -> Response {
    let known = Accent::ALL.into_iter();
    let found = known.into_iter().find(|one| one.profile() == spoken.accent);
    let done = match found {
        Some(accent) => {
            demo.speak(accent).await;
            Ok(())
        }
        None => Err(Problem::Form("Choose Okta or Entra ID.")),
    };
    answer(&demo, &headers, done).await
}
