//! `/user/login` and `/logout`.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use secrecy::SecretString;
use serde::Deserialize;
use url::form_urlencoded;

use super::{Knock, Refusal, WRONG, let_in};
use crate::app::accounts::sign_in::{SignIn, sign_in};
use crate::app::authentication::{self, Credential};
use crate::app::{domains, sign_on};
use crate::domain::error::Error;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::cookies;
use crate::http::extract::Parameters;
use crate::http::sso::Urls;
use crate::http::sso::saml::own_path;
use crate::http::ui::page;
use crate::state::State;

#[derive(Template)]
#[template(path = "login.html")]
struct Form<'a> {
    next: &'a str,
    mark: String,
    email: &'a str,
    /// Else the address alone is asked for, and tells which way its person signs in.
    asks_password: bool,
    /// Whether a session has ended.
    ended: bool,
    problem: Option<&'a str>,
    sign_up: bool,
}

/// Where an address signs in that is of a domain with single sign-on. No redirect: browsers count all that follow a form
/// among the places that the form goes to, and this server does not say which those are.
#[derive(Template)]
#[template(path = "onward.html")]
struct Onward<'a> {
    email: &'a str,
    url: String,
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
        asks_password: parameters.get("with") == Some("password"),
        ended: parameters.get("ended").is_some(),
        problem: None,
        sign_up: !state.config.disable_signup_without_link,
    })
}

/// Who signs in. Label Studio's clients send the mark under Django's name.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    email: String,
    /// A form without it asks which way to sign in.
    password: Option<SecretString>,
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
            let form = with_password(&state, &wanted, Some(WRONG));
            let mut answer = knock.form(StatusCode::UNAUTHORIZED, form);
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

/// The form that asks for the password.
fn with_password<'a>(
    state: &State,
    wanted: &'a Wanted,
    problem: Option<&'a str>,
) -> impl FnOnce(String) -> Form<'a> {
    let sign_up = !state.config.disable_signup_without_link;
    move |mark| Form {
        next: own_path(Some(&wanted.next)),
        mark,
        email: &wanted.email,
        asks_password: true,
        ended: false,
        problem,
        sign_up,
    }
}

/// To the single sign-on of an address' domain, or else to the password; alike for every address of a domain.
async fn way_in(state: &State, knock: &Knock, wanted: &Wanted) -> Result<Response, Refusal> {
    let Some(connection) = domains::route(&state.db, &wanted.email).await? else {
        return Ok(knock.form(StatusCode::OK, with_password(state, wanted, None)));
    };
    let next = own_path(Some(&wanted.next));
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let login = Urls::of(&state.config.base_url(), &connection).login;
    let onward = Onward {
        email: &wanted.email,
        url: format!("{login}?next={next}"),
    };
    Ok(page(StatusCode::OK, &onward))
}

async fn enter(state: &State, knock: &Knock, wanted: &Wanted) -> Result<Response, Refusal> {
    knock.check(&wanted.csrfmiddlewaretoken)?;
    let password = match &wanted.password {
        Some(password) => password.clone(),
        None if knock.json => SecretString::default(),
        None => return way_in(state, knock, wanted).await,
    };
    let base_url = state.config.base_url();
    let door = knock.door(state, &base_url);
    match sign_in(&door, &wanted.email, &password).await? {
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
