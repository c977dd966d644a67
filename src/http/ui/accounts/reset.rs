//! `/user/password-reset`, and `/user/password-reset/{token}` to which a mail leads.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::{Knock, Refusal};
use crate::app::accounts::resetting;
use crate::domain::error::Error;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Segments;
use crate::http::ui::sentence;
use crate::state::State;

#[derive(Template)]
#[template(path = "reset.html")]
struct Form {
    mark: String,
}

/// GET `/user/password-reset`: the form.
pub(crate) async fn show(knock: Knock) -> Response {
    knock.form(StatusCode::OK, |mark| Form { mark })
}

/// Whose password is to be set anew.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    email: String,
    #[serde(default)]
    csrfmiddlewaretoken: String,
}

/// POST `/user/password-reset`: one answer, whether or not there is such an account.
pub(crate) async fn post(
    Shared(state): Shared<State>,
    knock: Knock,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Response {
    let done = async {
        let Body(wanted) = wanted?;
        knock.check(&wanted.csrfmiddlewaretoken)?;
        let base_url = state.config.base_url();
        resetting::ask(&knock.door(&state, &base_url), &wanted.email).await?;
        Ok::<_, Refusal>(())
    };
    match done.await {
        Ok(()) => knock.says(
            "Look into your mailbox",
            "If there is an account with this address that a password lets in, we have sent a mail to it. Open the link in it within an hour.",
        ),
        Err(refusal) => knock.refuse(refusal),
    }
}

#[derive(Template)]
#[template(path = "new_password.html")]
struct Choose<'a> {
    mark: String,
    token: &'a str,
    problem: Option<String>,
}

/// GET `/user/password-reset/{token}`: the form for the new password.
pub(crate) async fn choose(
    Shared(state): Shared<State>,
    knock: Knock,
    Segments(token): Segments<String>,
) -> Response {
    let base_url = state.config.base_url();
    match resetting::is_good(&knock.door(&state, &base_url), &token).await {
        Ok(true) => knock.form(StatusCode::OK, |mark| Choose {
            mark,
            token: &token,
            problem: None,
        }),
        Ok(false) => knock.refuse(Refusal::Spent),
        Err(error) => knock.refuse(error.into()),
    }
}

/// The new password.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    csrfmiddlewaretoken: String,
}

/// POST `/user/password-reset/{token}`.
pub(crate) async fn set(
    Shared(state): Shared<State>,
    knock: Knock,
    Segments(token): Segments<String>,
    chosen: Result<Body<Chosen>, ApiError>,
) -> Response {
    let done = async {
        let Body(chosen) = chosen?;
        knock.check(&chosen.csrfmiddlewaretoken)?;
        let base_url = state.config.base_url();
        let door = knock.door(&state, &base_url);
        if resetting::set(&door, &token, chosen.password).await? {
            Ok(())
        } else {
            Err(Refusal::Spent)
        }
    };
    match done.await {
        Ok(()) => knock.says(
            "Your password has been set",
            "You are signed out everywhere. Sign in with the new password.",
        ),
        Err(Refusal::Error(Error::Invalid(said))) if !knock.json => {
            knock.form(StatusCode::BAD_REQUEST, |mark| Choose {
                mark,
                token: &token,
                problem: Some(sentence(&said)),
            })
        }
        Err(refusal) => knock.refuse(refusal),
    }
}
