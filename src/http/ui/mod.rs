//! Pages: who is signed in, and clear dead ends. No script, and nothing from another server.

pub(crate) mod accounts;
pub(crate) mod sign_in;
pub(crate) mod traces;

use askama::Template;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::api::error::ApiError;
use super::cookies;
use super::extract::{Segments, Visitor};
use super::middleware::RequestId;
use crate::app::{members, role_mapping, setup};
use crate::state::State;

/// Styles stand in the page itself, so that a page is one answer.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A role in a project, for the page.
struct InProject {
    project: i64,
    role: &'static str,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    name: String,
    email: String,
    organization: String,
    number: i64,
    role: &'static str,
    reasons: Vec<(String, Option<String>)>,
    groups: Vec<String>,
    projects: Vec<InProject>,
    base_url: String,
    administers: bool,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    sentence: &'a str,
    /// The request's id: the log and the audit trail tell more under it.
    number: Option<&'a str>,
}

pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let mut answer = (
                status,
                [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
                html,
            )
                .into_response();
            answer.headers_mut().insert(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(POLICY),
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

/// GET `/`: who is signed in, with which roles and why.
pub(crate) async fn home(
    Shared(state): Shared<State>,
    Visitor(visitor): Visitor,
) -> Result<Response, ApiError> {
    let Some(caller) = visitor else {
        let sentence = "Sign in through your organization's single sign-on, or with a link from your administrator. An operator makes one with the command: rollright login-link";
        return Ok(refusal(
            StatusCode::UNAUTHORIZED,
            "You are not signed in",
            sentence,
        ));
    };
    let (member, organization) = members::myself(&caller).await?;
    let standing = role_mapping::own_standing(&caller, member.id, member.number).await?;
    let reasons = standing
        .why
        .steps
        .iter()
        .map(|step| (super::api::says(step), step.lost_because.clone()))
        .collect();
    let projects = standing
        .projects
        .iter()
        .filter_map(|standing| {
            Some(InProject {
                project: standing.project.0,
                role: standing.role?.name(),
            })
        })
        .collect();
    let home = Home {
        name: member.profile.display_name(),
        email: member.profile.email().unwrap_or_default().to_owned(),
        organization: organization.title,
        number: organization.id.0,
        role: member.role.name(),
        reasons,
        groups: standing.groups,
        projects,
        base_url: state.config.base_url().into_owned(),
        administers: member.role.administers(),
    };
    Ok(page(StatusCode::OK, &home))
}

/// GET `/login-link/{link}`: signs somebody in, once.
pub(crate) async fn login_link(
    Shared(state): Shared<State>,
    Segments(link): Segments<String>,
    request: axum::extract::Request,
) -> Result<Response, ApiError> {
    // Whoever only looks at the head of a page does not use the link up.
    if request.method() == Method::HEAD {
        return Ok(StatusCode::OK.into_response());
    }
    let id = request
        .extensions()
        .get::<RequestId>()
        .map_or("", RequestId::as_str);
    let browser = cookies::user_agent(request.headers());
    let now = state.clock.now();
    match setup::use_login_link(&state.db, now, &link, browser, id).await? {
        Some(session) => {
            let cookie =
                cookies::set_session(&session, setup::SESSION_LIFE, &state.config.base_url());
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
        }
        None => Ok(refusal(
            StatusCode::FORBIDDEN,
            "This link does not work any more",
            "It was used before, or it is older than an hour. Ask for a new one.",
        )),
    }
}
