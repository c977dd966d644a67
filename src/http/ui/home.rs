//! `/`: who is signed in, with which roles and why. And `/login-link/{link}`, by which an operator lets somebody in.

use askama::Template;
use axum::extract::State as Shared;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::error::PageError;
use super::frame::{Frame, Person};
use super::{page, refusal};
use crate::app::{members, role_mapping, setup};
use crate::http::api::{error::ApiError, says};
use crate::http::cookies;
use crate::http::extract::Segments;
use crate::http::middleware::RequestId;
use crate::state::State;

/// A role in a project, for the page.
struct InProject {
    project: i64,
    role: &'static str,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    number: i64,
    reasons: Vec<(String, Option<String>)>,
    groups: Vec<String>,
    projects: Vec<InProject>,
    base_url: String,
    administers: bool,
}

/// GET `/`.
pub(crate) async fn home(
    Shared(state): Shared<State>,
    person: Person,
) -> Result<Response, PageError> {
    let (member, organization) = members::myself(&person.caller).await?;
    let standing = role_mapping::own_standing(&person.caller, member.id, member.number).await?;
    let reasons = standing
        .why
        .steps
        .iter()
        .map(|step| (says(step), step.lost_because.clone()))
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
        frame: person.frame,
        number: organization.id.0,
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
