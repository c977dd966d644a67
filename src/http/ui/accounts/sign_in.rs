//! `/user/login` and `/logout`.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::SecretString;
use serde::Deserialize;

use super::{Knock, Refusal, WRONG, let_in};
use crate::app::accounts::sign_in::{SignIn, sign_in};
use crate::app::authentication::{self, Credential};
use crate::app::sign_on;
use crate::domain::error::Error;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::cookies;
use crate::http::extract::Parameters;
use crate::http::sso::saml::own_path;
use crate::state::State;

#[derive(Template)]
#[template(path = "login.html")]
struct Form<'a> {
    next: &'a str,
    mark: String,
    email: &'a str,
    problem: Option<&'a str>,
    sign_up: bool,
}

/// GET `/user/login`: the form.
pub(crate) async fn show(
    Shared(state): Shared<State>,
    knock: Knock,
    parameters: Parameters,
) -> Response {
    let next = own_path(parameters.get("next"));
    knock.form(StatusCode::OK, |mark| Form {
        next,
        mark,
        email: "",
        problem: None,
        sign_up: !state.config.disable_signup_without_link,
    })
}

/// Who signs in. Label Studio's clients send the mark under Django's name.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    next: String,
    #[serde(default)]
    csrfmiddlewaretoken: String,
}

/// POST `/user/login`.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    knock: Knock,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Response {
    let wanted = match wanted {
        Ok(Body(wanted)) => wanted,
        Err(error) => return knock.refuse(error.into()),
    };
    match enter(&state, &knock, &wanted).await {
        Ok(answer) => answer,
        Err(Refusal::Wrong) if !knock.json => {
            let mut answer = knock.form(StatusCode::UNAUTHORIZED, |mark| Form {
                next: own_path(Some(&wanted.next)),
                mark,
                email: &wanted.email,
                problem: Some(WRONG),
                sign_up: !state.config.disable_signup_without_link,
            });
            let challenge = ApiError::WrongPassword.into_response();
            if let Some(value) = challenge.headers().get(header::WWW_AUTHENTICATE) {
                answer
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, value.clone());
            }
            answer
        }
        Err(refusal) => knock.refuse(refusal),
    }
}

async fn enter(state: &State, knock: &Knock, wanted: &Wanted) -> Result<Response, Refusal> {
    knock.check(&wanted.csrfmiddlewaretoken)?;
    let base_url = state.config.base_url();
    let door = knock.door(state, &base_url);
    match sign_in(&door, &wanted.email, &wanted.password).await? {
        SignIn::In(entered) => {
            let next = own_path(Some(&wanted.next));
            Ok(let_in(state, knock, &entered, next))
        }
        SignIn::Wrong => Err(Refusal::Wrong),
        SignIn::Barred(barred) => Err(Refusal::Barred(barred)),
    }
}

/// GET and POST `/logout`: ends the session in which somebody asks, unless another site made them.
pub(crate) async fn sign_out(
    Shared(state): Shared<State>,
    knock: Knock,
    headers: HeaderMap,
) -> Response {
    let typed = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "none");
    if knock.own == Some(false) && !typed {
        return knock.refuse(Refusal::CrossSite);
    }
    if let Err(error) = end(&state, &knock, &headers).await {
        return knock.refuse(error.into());
    }
    let gone = cookies::set_session("", 0, &state.config.base_url());
    ([(header::SET_COOKIE, gone)], Redirect::to("/user/login")).into_response()
}

async fn end(state: &State, knock: &Knock, headers: &HeaderMap) -> Result<(), Error> {
    let Some(session) = cookies::session(headers, &state.config.base_url()) else {
        return Ok(());
    };
    let caller = authentication::principal(
        &state.db,
        &state.remembered,
        &state.vault,
        Credential::Session(session),
        state.clock.now(),
        &knock.request,
    )
    .await?;
    match caller {
        Some(caller) => sign_on::sign_out(&caller, session).await,
        None => Ok(()),
    }
}
