//! `/organization/scim`: base URL, tokens, guides and the newest requests; `/organization/scim/live`: whether one came.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{Line, moment};
use crate::app::scim_tokens::{self, ScimToken};
use crate::app::{Caller, request_log as log};
use crate::domain::error::Error;
use crate::domain::leniency::Leniency;
use crate::domain::request_log::Selection;
use crate::domain::role::Role;
use crate::domain::{ScimTokenId, Timestamp};
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::request_log;
use crate::http::ui::error::PageError;
use crate::http::ui::frame::{Frame, Person};
use crate::http::ui::page;
use crate::http::ui::problems::Problems;
use crate::state::State;

/// How many tokens and how many requests are shown.
const SHOWN: (u64, u64) = (500, 50);

/// What is known of a token.
struct Token {
    id: String,
    profile: String,
    made: String,
    used: Option<String>,
    expires: Option<String>,
    /// Why it is refused.
    ended: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "scim/setup.html")]
struct Page {
    frame: Frame,
    base: String,
    /// A new token, this once.
    fresh: Option<String>,
    tokens: Vec<Token>,
    profile: String,
    expires: String,
    lines: Vec<Line>,
    notice: Option<&'static str>,
    problems: Problems,
}

impl Page {
    /// Whether the first request has come is said by the newest.
    fn newest(&self) -> Option<&Line> {
        self.lines.first()
    }
}

#[derive(Template)]
#[template(path = "scim/arrival.html")]
struct Live {
    line: Option<Line>,
}

impl Live {
    fn newest(&self) -> Option<&Line> {
        self.line.as_ref()
    }
}

/// GET.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    person: Person,
    parameters: Parameters,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let revoked = parameters.get("done") == Some("revoked");
    let notice = revoked.then_some("The token is revoked: it is refused from now on.");
    let form = Form {
        notice,
        ..Form::default()
    };
    shown(&state, person, form).await
}

/// What is shown besides what is always there.
#[derive(Default)]
struct Form {
    fresh: Option<String>,
    profile: String,
    expires: String,
    notice: Option<&'static str>,
    problems: Problems,
}

async fn shown(state: &State, person: Person, form: Form) -> Result<Response, PageError> {
    let caller = &person.caller;
    let tokens = scim_tokens::list(caller, 0, SHOWN.0).await?.resources;
    let now = caller.now;
    let token = |token: ScimToken| Token {
        id: token.id.to_string(),
        profile: token.profile,
        made: moment(token.created_at),
        used: token.last_used_at.map(moment),
        expires: token.expires_at.map(moment),
        ended: match (token.revoked_at, token.expires_at) {
            (Some(_), _) => Some("revoked"),
            (None, Some(at)) if at <= now => Some("expired"),
            _ => None,
        },
    };
    let status = if form.problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let lines = newest(state, caller, SHOWN.1).await?;
    let shown = Page {
        base: format!("{}/scim/v2", state.config.base_url()),
        tokens: tokens.into_iter().rev().map(token).collect(),
        frame: person.frame,
        fresh: form.fresh,
        profile: form.profile,
        expires: form.expires,
        lines,
        notice: form.notice,
        problems: form.problems,
    };
    Ok(page(status, &shown))
}

async fn newest(state: &State, caller: &Caller, count: u64) -> Result<Vec<Line>, Error> {
    request_log::flush(state).await;
    let found = log::list(caller, &Selection::default(), count).await?;
    Ok(found.resources.iter().map(Line::of).collect())
}

/// GET `/organization/scim/live`: the line that changes while somebody looks at it.
pub(crate) async fn live(
    Shared(state): Shared<State>,
    person: Person,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let lines = newest(&state, &person.caller, 1).await?;
    let line = lines.into_iter().next();
    Ok(page(StatusCode::OK, &Live { line }))
}

/// What is to be done: `make` or `revoke`.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    what: String,
    #[serde(default)]
    profile: String,
    /// A day, the last on which the token is good.
    #[serde(default)]
    expires: String,
    #[serde(default)]
    token: String,
}

/// POST. A new token is in the answer itself, since it is nowhere else.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    person: Person,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Result<Response, PageError> {
    let person = person.at_least(Role::Administrator).await?;
    let Body(wanted) = wanted?;
    if wanted.what == "revoke" {
        let id = ScimTokenId::parse(&wanted.token).ok_or(Error::NotFound("SCIM token"))?;
        scim_tokens::revoke(&person.caller, id).await?;
        return Ok(Redirect::to("/organization/scim?done=revoked").into_response());
    }
    let mut form = Form::default();
    match make(&person.caller, &wanted).await {
        Ok(token) => form.fresh = Some(token),
        Err((field, error)) => {
            form.problems = Problems::of(error, &[field])?;
            form.profile = wanted.profile;
            form.expires = wanted.expires;
        }
    }
    shown(&state, person, form).await
}

async fn make(caller: &Caller, wanted: &Wanted) -> Result<String, (&'static str, Error)> {
    let invalid = |field, said: &str| (field, Error::Invalid(said.to_owned()));
    let leniency = Leniency::from_name(&wanted.profile).ok_or_else(|| {
        invalid(
            "profile",
            "choose how strictly the client keeps to the RFCs",
        )
    })?;
    let expires = match wanted.expires.trim() {
        "" => None,
        day => Some(
            Timestamp::parse(&format!("{day}T23:59:59Z"))
                .ok_or_else(|| invalid("expires", "give a day such as 2027-03-01"))?,
        ),
    };
    let made = scim_tokens::create(caller, leniency, expires).await;
    made.map(|made| made.token)
        .map_err(|error| ("expires", error))
}
