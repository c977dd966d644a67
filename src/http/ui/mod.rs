//! Pages: made here, readable without script, and with nothing from another server.
//!
//! `frame.rs` says who is signed in and what the navigation shows, `routes.rs` lists every page, `error.rs` renders why
//! there is none. `docs/architecture.md` tells how a page is added.

pub(crate) mod accounts;
pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod drift;
pub(crate) mod error;
pub(crate) mod frame;
pub(crate) mod home;
pub(crate) mod mapping;
pub(crate) mod members;
pub(crate) mod paging;
pub(crate) mod places;
pub(crate) mod problems;
pub(crate) mod profile;
pub(crate) mod removals;
pub(crate) mod routes;
pub(crate) mod scim;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sso;
pub(crate) mod traces;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A page's own scripts, styles and images, its forms to this server; nothing inline, nothing from elsewhere, no frame
/// around it.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    sentence: &'a str,
    /// The request's id: the log and the audit trail tell more under it.
    number: Option<&'a str>,
}

/// A page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let mut answer = (
                status,
                [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
                html,
            )
                .into_response();
            let headers = answer.headers_mut();
            headers.insert(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(POLICY),
            );
            // With `no-referrer` a browser calls the origin of a page's own form "null".
            headers.insert(
                header::REFERRER_POLICY,
                HeaderValue::from_static("same-origin"),
            );
            answer
        }
        Err(error) => {
            super::report(&error.into());
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A dead end, in one sentence.
pub(crate) fn refusal(status: StatusCode, title: &str, sentence: &str) -> Response {
    page(
        status,
        &Message {
            title,
            sentence,
            number: None,
        },
    )
}

/// The same, with the number under which the log and the audit trail tell more.
pub(crate) fn numbered_refusal(
    status: StatusCode,
    title: &str,
    sentence: &str,
    number: &str,
) -> Response {
    page(
        status,
        &Message {
            title,
            sentence,
            number: Some(number),
        },
    )
}

/// A path that leads nowhere.
pub(crate) fn not_found() -> Response {
    refusal(
        StatusCode::NOT_FOUND,
        "Nothing here",
        "There is no page at this address.",
    )
}

/// What a use case says, as a sentence of a page: with a capital letter, and a full stop.
pub(super) fn sentence(said: &str) -> String {
    let mut letters = said.chars();
    let mut whole: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    if !whole.ends_with(['.', '!', '?']) {
        whole.push('.');
    }
    whole
}
