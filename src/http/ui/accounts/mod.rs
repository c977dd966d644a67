//! Pages of accounts: signing up, in and out with a password, and setting it anew. The same paths answer JSON with JSON.
//!
//! No session protects these forms, so each says that a page of this server made it: by what the browser says of itself,
//! or where it says nothing by a mark that stands in the form and in a cookie.

pub(crate) mod reset;
pub(crate) mod sign_in;
pub(crate) mod sign_up;

use std::convert::Infallible;

use askama::Template;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde_json::json;

use super::members::day;
use super::{page, refusal};
use crate::app::accounts::{Barred, Door, Entered};
use crate::domain::error::Error;
use crate::http::api::error::ApiError;
use crate::http::extract::is_own_origin;
use crate::http::middleware::RequestId;
use crate::http::{address, cookies};
use crate::secret;
use crate::state::State;

/// Who comes to one of these pages.
#[derive(Debug)]
pub(crate) struct Knock {
    address: String,
    device: Option<String>,
    user_agent: String,
    request: String,
    /// Whether JSON came, and is answered.
    json: bool,
    /// Whether the browser says that a page of this server made the form; none where it says nothing.
    own: Option<bool>,
    /// The mark in the cookie.
    mark: Option<String>,
}

impl FromRequestParts<State> for Knock {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Infallible> {
        let (headers, base_url) = (&parts.headers, &state.config.base_url());
        let text = |value: Option<&str>| value.map(str::to_owned);
        let kind = headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        let json = kind.is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json")
        });
        let says = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
        Ok(Self {
            address: address::of(parts, &state.config.trusted_proxies),
            device: text(cookies::device(headers, base_url)),
            user_agent: cookies::user_agent(headers).to_owned(),
            request: parts
                .extensions
                .get::<RequestId>()
                .map_or_else(String::new, |id| id.as_str().to_owned()),
            json,
            own: says.then(|| is_own_origin(headers, base_url)),
            mark: text(cookies::form_mark(headers)),
        })
    }
}

impl Knock {
    /// What the use cases need.
    pub(crate) fn door<'a>(&'a self, state: &'a State, base_url: &'a str) -> Door<'a> {
        Door {
            db: &state.db,
            vault: &state.vault,
            hasher: &state.hasher,
            now: state.clock.now(),
            address: &self.address,
            device: self.device.as_deref(),
            user_agent: &self.user_agent,
            request: &self.request,
            base_url,
        }
    }

    /// Refuses a form that another site made.
    fn check(&self, mark: &str) -> Result<(), Refusal> {
        let own = self.own.unwrap_or_else(|| {
            // No browser: those say where a form comes from. Then a form must have been fetched before it is sent.
            self.json || (!mark.is_empty() && self.mark.as_deref() == Some(mark))
        });
        if own { Ok(()) } else { Err(Refusal::CrossSite) }
    }

    /// A page with a form, and its mark.
    fn form<T: Template>(&self, status: StatusCode, make: impl FnOnce(String) -> T) -> Response {
        let fresh = secret::random_token("");
        let known = self
            .mark
            .as_deref()
            .filter(|mark| mark.len() == fresh.len());
        let mark = known.unwrap_or(&fresh);
        let mut answer = page(status, &make(mark.to_owned()));
        if known.is_none() {
            answer
                .headers_mut()
                .append(header::SET_COOKIE, cookies::set_form_mark(mark));
        }
        answer
    }

    /// One sentence, as a page or as JSON.
    fn says(&self, title: &str, sentence: &str) -> Response {
        if self.json {
            return Json(json!({ "detail": sentence })).into_response();
        }
        refusal(StatusCode::OK, title, sentence)
    }

    /// A refusal, as a page or as a problem.
    fn refuse(&self, refusal: Refusal) -> Response {
        if self.json {
            return refusal.into_problem().into_response();
        }
        refusal.into_page()
    }
}

/// Why somebody is not let through.
#[derive(Debug)]
enum Refusal {
    Error(Error),
    CrossSite,
    /// The body cannot be read.
    Body(ApiError),
    /// The address or the password is wrong.
    Wrong,
    Barred(Barred),
    /// A link was used before, or is too old.
    Spent,
    /// Nobody may sign up without an invitation.
    Closed,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Body(error)
    }
}

const WRONG: &str = "The e-mail address or the password is wrong.";
const SPENT: &str =
    "This link does not work any more: it was used before, or it is too old. Ask for a new one.";
const CLOSED: &str =
    "Here people sign up with an invitation. Ask an administrator of your organization for one.";

fn sentence(barred: &Barred) -> String {
    match barred {
        Barred::Pending(whom) => format!(
            "Your account is waiting: somebody who administers {} has to give you a role first. Ask {}.",
            whom.organization, whom.keeper
        ),
        Barred::Deactivated(Some(whom)) => {
            let since = whom.since.map(|at| format!(" on {}", day(at)));
            format!(
                "Your account in {} was deactivated{}. Ask {}.",
                whom.organization,
                since.unwrap_or_default(),
                whom.keeper
            )
        }
        Barred::Deactivated(None) => {
            "Your account has been deactivated. Ask an administrator of your organization."
                .to_owned()
        }
        Barred::MustUseSso => {
            "Your organization lets people in through its single sign-on only.".to_owned()
        }
    }
}

impl Refusal {
    fn into_problem(self) -> ApiError {
        let forbidden = |sentence: &str| Error::Forbidden(sentence.to_owned()).into();
        match self {
            Self::Error(error) => error.into(),
            Self::CrossSite => ApiError::CrossSite,
            Self::Body(error) => error,
            Self::Wrong => ApiError::WrongPassword,
            Self::Barred(barred) => forbidden(&sentence(&barred)),
            Self::Spent => forbidden(SPENT),
            Self::Closed => forbidden(CLOSED),
        }
    }

    fn into_page(self) -> Response {
        let (title, said) = match &self {
            Self::Error(Error::Throttled { .. }) => ("Too many tries", None),
            Self::Error(_) | Self::Body(_) => ("That did not work", None),
            Self::CrossSite => ("This form came from elsewhere", None),
            Self::Wrong => ("You are not signed in", Some(WRONG)),
            Self::Barred(_) => ("You are not signed in", None),
            Self::Spent => ("This link does not work any more", Some(SPENT)),
            Self::Closed => ("You need an invitation", Some(CLOSED)),
        };
        let shown = match &self {
            Self::Error(error) => error.to_string(),
            Self::Barred(barred) => sentence(barred),
            Self::CrossSite => "Open the page here, and send the form from it.".to_owned(),
            _ => said.unwrap_or("The form cannot be read.").to_owned(),
        };
        // The status and its headers, from one place.
        let problem = self.into_problem().into_response();
        let mut answer = refusal(problem.status(), title, &shown);
        for name in [header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
            if let Some(value) = problem.headers().get(&name) {
                answer.headers_mut().insert(name, value.clone());
            }
        }
        answer
    }
}

/// The session and the mark of the browser, and the way on.
fn let_in(state: &State, knock: &Knock, entered: &Entered, next: &str) -> Response {
    let base_url = state.config.base_url();
    let mut answer = if knock.json {
        Json(json!({ "detail": "signed in" })).into_response()
    } else {
        Redirect::to(next).into_response()
    };
    add_cookies(answer.headers_mut(), entered, &base_url);
    answer
}

/// Adds the cookies of somebody who has been let in.
pub(crate) fn add_cookies(headers: &mut axum::http::HeaderMap, entered: &Entered, base_url: &str) {
    let session: HeaderValue = cookies::set_session(&entered.session, entered.seconds, base_url);
    headers.append(header::SET_COOKIE, session);
    if !entered.device.is_empty() {
        headers.append(
            header::SET_COOKIE,
            cookies::set_device(&entered.device, base_url),
        );
    }
}
