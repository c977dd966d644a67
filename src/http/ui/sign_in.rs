//! `/user/login` and `/saml/sso-domain`: from an e-mail address to the connection of its domain.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use url::form_urlencoded;

use super::error::PageError;
use super::page;
use crate::app::domains;
use crate::http::api::body::Body;
use crate::http::api::error::ApiError;
use crate::http::extract::Parameters;
use crate::http::sso::Urls;
use crate::state::State;

/// The form leads on to an identity provider, which browsers count as a place that the form goes to.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action *; frame-ancestors 'none'; base-uri 'none'";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Form<'a> {
    next: &'a str,
    problem: Option<&'static str>,
}

fn form(status: StatusCode, next: &str, problem: Option<&'static str>) -> Response {
    let mut answer = page(status, &Form { next, problem });
    answer.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    answer
}

/// GET: the form.
pub(crate) async fn show(parameters: Parameters) -> Response {
    form(StatusCode::OK, parameters.get("next").unwrap_or("/"), None)
}

/// Who wants in, and where to.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    email: String,
    #[serde(default)]
    next: String,
}

/// POST: to the connection. Where there is none, for whatever reason, the answer is one and the same.
pub(crate) async fn lead(
    Shared(state): Shared<State>,
    wanted: Result<Body<Wanted>, ApiError>,
) -> Result<Response, PageError> {
    let Body(wanted) = wanted?;
    let Some(connection) = domains::route(&state.db, &wanted.email).await? else {
        let sentence = "There is no single sign-on for this address. Check it, or ask your administrator how you sign in.";
        return Ok(form(StatusCode::OK, &wanted.next, Some(sentence)));
    };
    let login = Urls::of(&state.config.base_url(), &connection).login;
    let next: String = form_urlencoded::byte_serialize(wanted.next.as_bytes()).collect();
    Ok(Redirect::to(&format!("{login}?next={next}")).into_response())
}
