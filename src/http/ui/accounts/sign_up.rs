//! `/user/signup`, and `/user/confirm/{token}` to which a mail leads.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::{Knock, Refusal, let_in};
use crate::app::accounts::sign_in::SignIn;
use crate::app::accounts::sign_up;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Segments;
use crate::http::ui::problems::Problems;
use crate::state::State;

#[derive(Template)]
#[template(path = "sign_up.html")]
struct Form<'a> {
    mark: String,
    email: &'a str,
    problems: Problems,
}

/// GET `/user/signup`: the form.
pub(crate) async fn show(Shared(state): Shared<State>, knock: Knock) -> Response {
    if state.config.disable_signup_without_link {
        return knock.refuse(Refusal::Closed);
    }
    knock.form(StatusCode::OK, |mark| Form {
        mark,
        email: "",
        problems: Problems::default(),
    })
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

/// POST `/user/signup`: sends a mail by which the address is confirmed.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    knock: Knock,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Response {
    let wanted = match wanted {
        Ok(Body(wanted)) => wanted,
        Err(error) => return knock.refuse(error.into()),
    };
    match register(&state, &knock, &wanted).await {
        Ok(()) => knock.says(
            "Look into your mailbox",
            "We have sent a mail to this address. Open the link in it to go on.",
        ),
        Err(Refusal::Error(error)) if !knock.json => {
            match Problems::of(error, &["email", "password"]) {
                Ok(problems) => knock.form(StatusCode::BAD_REQUEST, |mark| Form {
                    mark,
                    email: &wanted.email,
                    problems,
                }),
                Err(error) => knock.refuse(error.into()),
            }
        }
        Err(refusal) => knock.refuse(refusal),
    }
}

async fn register(state: &State, knock: &Knock, wanted: &Wanted) -> Result<(), Refusal> {
    knock.check(&wanted.csrfmiddlewaretoken)?;
    if !wanted.token.is_empty() {
        // No invitation has such a link.
        return Err(Refusal::Spent);
    }
    if state.config.disable_signup_without_link {
        return Err(Refusal::Closed);
    }
    let base_url = state.config.base_url();
    let door = knock.door(state, &base_url);
    sign_up::sign_up(&door, &wanted.email, wanted.password.clone()).await?;
    Ok(())
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
        // Links that were sent before signing up was closed lead nowhere either.
        if state.config.disable_signup_without_link {
            return Err(Refusal::Closed);
        }
        let base_url = state.config.base_url();
        let door = knock.door(&state, &base_url);
        match sign_up::confirm(&door, &token).await? {
            Some(SignIn::In(entered)) => Ok(let_in(&state, &knock, &entered, "/")),
            Some(SignIn::Barred(barred)) => Err(Refusal::Barred(barred)),
            Some(SignIn::Wrong) | None => Err(Refusal::Spent),
        }
    };
    done.await.unwrap_or_else(|refusal| knock.refuse(refusal))
}
