//! `/profile`: what a person has here that others could use: sessions and tokens.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::error::PageError;
use super::frame::{Frame, Person};
use super::members::day;
use super::page;
use super::problems::Problems;
use crate::app::personal_tokens::{self, Unmade};
use crate::app::{policies, sessions};
use crate::domain::SessionId;
use crate::domain::error::Error;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::state::State;

struct Session {
    id: String,
    browser: String,
    began: String,
    until: String,
    sso: bool,
    current: bool,
}

struct Token {
    /// Without what makes it good.
    text: String,
    made: String,
    until: String,
}

#[derive(Template)]
#[template(path = "profile.html")]
struct Page {
    frame: Frame,
    sessions: Vec<Session>,
    personal: bool,
    legacy: bool,
    tokens: Vec<Token>,
    /// A token to be shown this once, and what it is.
    secret: Option<(&'static str, String)>,
    notice: Option<&'static str>,
    problems: Problems,
}

/// GET.
pub(crate) async fn show(person: Person, parameters: Parameters) -> Result<Response, PageError> {
    let notice = match parameters.get("done") {
        Some("session") => Some("The session has ended."),
        Some("others") => Some("Every other session has ended."),
        Some("revoked") => Some("The token is revoked."),
        _ => None,
    };
    shown(person, None, notice, Problems::default()).await
}

async fn shown(
    person: Person,
    secret: Option<(&'static str, String)>,
    notice: Option<&'static str>,
    problems: Problems,
) -> Result<Response, PageError> {
    let caller = &person.caller;
    let settings = policies::tokens(caller).await?;
    let all = sessions::list(caller, Some(&person.session)).await?;
    let tokens = personal_tokens::list(caller).await?;
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = Page {
        sessions: all
            .into_iter()
            .map(|one| Session {
                id: one.id.0.to_string(),
                began: day(one.created_at),
                until: day(one.expires_at),
                sso: one.connection_id.is_some(),
                current: one.current,
                browser: one.browser,
            })
            .collect(),
        personal: settings.personal,
        legacy: settings.legacy,
        tokens: tokens
            .into_iter()
            .map(|one| Token {
                made: day(one.created),
                until: day(one.expires),
                text: one.token,
            })
            .collect(),
        frame: person.frame,
        secret,
        notice,
        problems,
    };
    Ok(page(status, &shown))
}

/// What is to be done: `session`, `others`, `make`, `revoke`, `show` or `reset`.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    what: String,
    /// Which session.
    #[serde(default)]
    session: String,
    /// Which token.
    #[serde(default)]
    token: String,
}

/// What came of it.
enum Done {
    /// The page says so.
    Said(&'static str),
    /// A token, to be shown this once.
    Secret(&'static str, String),
}

/// POST.
pub(crate) async fn post(
    person: Person,
    Shared(state): Shared<State>,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Result<Response, PageError> {
    let Body(wanted) = wanted?;
    match act(&person, &state, &wanted).await {
        Ok(Done::Said(done)) => Ok(Redirect::to(&format!("/profile?done={done}")).into_response()),
        // No redirect: it is shown in this answer and in no other.
        Ok(Done::Secret(what, token)) => {
            shown(person, Some((what, token)), None, Problems::default()).await
        }
        Err(error) => {
            let problems = Problems::of(error, &["tokens"])?;
            shown(person, None, None, problems).await
        }
    }
}

async fn act(person: &Person, state: &State, wanted: &Wanted) -> Result<Done, Error> {
    const USER: &str = "Your user token";
    let caller = &person.caller;
    Ok(match wanted.what.as_str() {
        "session" => {
            let id = SessionId::parse(&wanted.session).ok_or(Error::NotFound("session"))?;
            sessions::end(caller, id).await?;
            Done::Said("session")
        }
        "others" => {
            sessions::end_others(caller, Some(&person.session)).await?;
            Done::Said("others")
        }
        "make" => match personal_tokens::create(caller, &state.vault).await {
            Ok(made) => Done::Secret("Your personal access token", made.token),
            Err(Unmade::Refused(error)) => return Err(error),
            Err(Unmade::Another) => {
                let sentence = "you have a personal access token; revoke it to make another";
                return Err(Error::Invalid(sentence.to_owned()));
            }
        },
        "revoke" => {
            personal_tokens::revoke(caller, &wanted.token).await?;
            Done::Said("revoked")
        }
        "show" => {
            let token = personal_tokens::user_token(caller, &state.vault).await?;
            let missing = "this token can be used and not be shown; reset it to get another";
            let token = token.ok_or_else(|| Error::Invalid(missing.to_owned()))?;
            Done::Secret(USER, token)
        }
        "reset" => Done::Secret(
            USER,
            personal_tokens::reset_user_token(caller, &state.vault).await?,
        ),
        _ => return Err(Error::Invalid("choose what to do".to_owned())),
    })
}
