//! `/user/signup`, and `/user/confirm/{token}` to which a mail leads.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::{Knock, Refusal, let_in};
use crate::app::accounts::Barred;
use crate::app::accounts::invited::{self, Shown, Signed};
use crate::app::accounts::sign_in::SignIn;
use crate::app::accounts::sign_up::{self, Confirmed};
use crate::app::{Caller, invitations};
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::{ApiCaller, Parameters, Segments, Visitor};
use crate::http::ui::problems::Problems;
use crate::state::State;

#[derive(Template)]
#[template(path = "sign_up.html")]
struct Form<'a> {
    mark: String,
    email: &'a str,
    problems: Problems,
    /// The token by which somebody comes, or nothing.
    token: &'a str,
    offer: Option<&'a Shown>,
}

/// A button for who is signed in already.
#[derive(Template)]
#[template(path = "join.html")]
struct Join<'a> {
    mark: String,
    token: &'a str,
    title: &'a str,
}

/// GET `/user/signup`: the form; with `?token=` of an invitation or a link, what that offers.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    knock: Knock,
    Visitor(visitor): Visitor,
    parameters: Parameters,
) -> Response {
    let token = parameters.get("token").unwrap_or_default();
    let offer = match offer(&state, &knock, token).await {
        Ok(offer) => offer,
        Err(refusal) => return knock.refuse(refusal),
    };
    if let (Some(offer), Some(_)) = (&offer, visitor) {
        return knock.form(StatusCode::OK, |mark| Join {
            mark,
            token,
            title: &offer.title,
        });
    }
    let email = offer.as_ref().and_then(|offer| offer.email.as_deref());
    knock.form(StatusCode::OK, |mark| Form {
        mark,
        email: email.unwrap_or_default(),
        problems: Problems::default(),
        token,
        offer: offer.as_ref(),
    })
}

/// What a token offers, and nothing without one; refused where it offers nothing, or one is needed.
async fn offer(state: &State, knock: &Knock, token: &str) -> Result<Option<Shown>, Refusal> {
    if token.is_empty() {
        if state.config.disable_signup_without_link {
            return Err(Refusal::Closed);
        }
        return Ok(None);
    }
    let base_url = state.config.base_url();
    let door = knock.door(state, &base_url);
    let offer = invited::look(&door, token).await?;
    offer.map(Some).ok_or(Refusal::Spent)
}

/// Who signs up.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    token: String,
    #[serde(default)]
    csrfmiddlewaretoken: String,
}

/// POST `/user/signup`: sends a mail by which the address is confirmed. With the token of an invitation, which came by mail,
/// the person is a member at once; who is signed in needs no more than a token.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    knock: Knock,
    caller: Result<ApiCaller, ApiError>,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Response {
    let wanted = match wanted {
        Ok(Body(wanted)) => wanted,
        Err(error) => return knock.refuse(error.into()),
    };
    if let (Ok(ApiCaller(caller)), false, true) =
        (caller, wanted.token.is_empty(), wanted.email.is_empty())
    {
        return join(&knock, &caller, &wanted).await;
    }
    match register(&state, &knock, &wanted).await {
        Ok(answer) => answer,
        Err(Refusal::Error(error)) if !knock.json => {
            match Problems::of(error, &["email", "password"]) {
                Ok(problems) => form_again(&state, &knock, &wanted, problems).await,
                Err(error) => knock.refuse(error.into()),
            }
        }
        Err(refusal) => knock.refuse(refusal),
    }
}

async fn form_again(state: &State, knock: &Knock, wanted: &Wanted, problems: Problems) -> Response {
    match offer(state, knock, &wanted.token).await {
        Ok(offer) => knock.form(StatusCode::BAD_REQUEST, |mark| Form {
            mark,
            email: &wanted.email,
            problems,
            token: &wanted.token,
            offer: offer.as_ref(),
        }),
        Err(refusal) => knock.refuse(refusal),
    }
}

async fn register(state: &State, knock: &Knock, wanted: &Wanted) -> Result<Response, Refusal> {
    knock.check(&wanted.csrfmiddlewaretoken)?;
    if wanted.token.is_empty() && state.config.disable_signup_without_link {
        return Err(Refusal::Closed);
    }
    let base_url = state.config.base_url();
    let door = knock.door(state, &base_url);
    let (email, password) = (&wanted.email, wanted.password.clone());
    let signed = if wanted.token.is_empty() {
        sign_up::sign_up(&door, email, password, None).await?;
        Signed::Mailed
    } else {
        invited::sign_up_with(&door, &wanted.token, email, password).await?
    };
    match signed {
        Signed::Mailed => Ok(knock.says(
            "Look into your mailbox",
            "We have sent a mail to this address. Open the link in it to go on.",
        )),
        Signed::Member(SignIn::Wrong) => Err(Refusal::Wrong),
        Signed::Member(signed) => member(state, knock, signed),
        Signed::Spent => Err(Refusal::Spent),
    }
}

/// Who has an account now, and whether it lets them in yet.
fn member(state: &State, knock: &Knock, signed: SignIn) -> Result<Response, Refusal> {
    match signed {
        SignIn::In(entered) => Ok(let_in(state, knock, &entered, "/")),
        SignIn::Barred(Barred::Pending(_)) => Ok(knock.says(
            "You have an account",
            "It waits: an administrator of the organization has to give you a role before you can sign in.",
        )),
        SignIn::Barred(barred) => Err(Refusal::Barred(barred)),
        SignIn::Wrong => Err(Refusal::Spent),
    }
}

/// Whoever is signed in joins by a token with the account that they have.
async fn join(knock: &Knock, caller: &Caller, wanted: &Wanted) -> Response {
    match invitations::accept_signed_in(caller, &wanted.token).await {
        Ok((_, role)) if role.has_access() => knock.says(
            "You are a member",
            "You belong to the organization now; choose it where you choose your organization.",
        ),
        Ok(_) => knock.says(
            "You are a member",
            "An administrator of the organization has to give you a role before you can do anything there.",
        ),
        Err(error) => knock.refuse(error.into()),
    }
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct Confirm<'a> {
    mark: String,
    token: &'a str,
}

/// GET `/user/confirm/{token}`: a button, because whoever only looks at a link must not use it up.
pub(crate) async fn ask(knock: Knock, Segments(token): Segments<String>) -> Response {
    knock.form(StatusCode::OK, |mark| Confirm {
        mark,
        token: &token,
    })
}

/// What a form brings that asks nothing.
#[derive(Deserialize)]
pub(crate) struct Mark {
    #[serde(default)]
    csrfmiddlewaretoken: String,
}

/// POST `/user/confirm/{token}`: the account and its organization are made.
pub(crate) async fn confirm(
    Shared(state): Shared<State>,
    knock: Knock,
    Segments(token): Segments<String>,
    sent: Result<Body<Mark>, ApiError>,
) -> Response {
    let done = async {
        let Body(sent) = sent?;
        knock.check(&sent.csrfmiddlewaretoken)?;
        let base_url = state.config.base_url();
        let door = knock.door(&state, &base_url);
        // Links that were sent before signing up was closed lead nowhere either, unless an organization's link was used.
        let closed = state.config.disable_signup_without_link;
        match sign_up::confirm(&door, &token, closed).await? {
            Confirmed::Account(signed) => member(&state, &knock, signed),
            Confirmed::Closed => Err(Refusal::Closed),
            Confirmed::Spent => Err(Refusal::Spent),
        }
    };
    done.await.unwrap_or_else(|refusal| knock.refuse(refusal))
}
