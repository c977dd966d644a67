//! `/api/invite` and `/api/invites`: the link by which people sign up, and invitations by mail.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::PageOf;
use super::body::Body;
use super::error::ApiError;
use super::members::role;
use crate::app::invitations::{self, Wanted};
use crate::domain::error::Error;
use crate::domain::{ProjectId, WorkspaceId};
use crate::http::extract::{ApiCaller, Parameters};
use crate::state::State;

fn shown(state: &State, token: &str) -> Value {
    let base = state.config.base_url();
    json!({ "token": token, "invite_url": format!("{base}/user/signup/?token={token}") })
}

/// GET: the link.
pub(crate) async fn link(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
) -> Result<Json<Value>, ApiError> {
    let token = invitations::link(&caller, &state.vault).await?;
    Ok(Json(shown(&state, &token)))
}

/// POST: another link in the place of the present one.
pub(crate) async fn reset(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let token = invitations::reset_link(&caller, &state.vault).await?;
    Ok((StatusCode::CREATED, Json(shown(&state, &token))))
}

/// Whom to invite, and into what.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    emails: Vec<String>,
    role: Option<String>,
    projects: Option<Vec<ProjectId>>,
    workspaces: Option<Vec<WorkspaceId>>,
    user_type: Option<String>,
}

/// POST: invites people by mail.
pub(crate) async fn send(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Body(asked): Body<Asked>,
) -> Result<Json<Value>, ApiError> {
    if asked
        .user_type
        .as_deref()
        .is_some_and(|kind| !["", "standard"].contains(&kind))
    {
        return Err(invalid("`user_type` can only be standard"));
    }
    let code = asked.role.ok_or_else(|| invalid("`role` is missing"))?;
    let wanted = Wanted {
        emails: asked.emails,
        role: role(&code)?,
        projects: asked.projects.unwrap_or_default(),
        workspaces: asked.workspaces.unwrap_or_default(),
    };
    let base = state.config.base_url();
    let (invited, members) = invitations::invite(&caller, &state.vault, &base, &wanted).await?;
    Ok(Json(
        json!({ "invited": invited, "members_already": members }),
    ))
}

fn invalid(sentence: &str) -> ApiError {
    Error::Invalid(sentence.to_owned()).into()
}

/// Whose invitation.
#[derive(Debug, Deserialize)]
pub(crate) struct Whose {
    email: String,
}

/// POST: takes an invitation back.
pub(crate) async fn revoke(
    ApiCaller(caller): ApiCaller,
    Body(whose): Body<Whose>,
) -> Result<Json<Value>, ApiError> {
    invitations::revoke(&caller, &whose.email).await?;
    Ok(Json(json!({ "revoked": whose.email })))
}

/// GET: a page of invitations that were neither used nor taken back.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read(&parameters, 30)?;
    let slice = page.slice();
    let found = invitations::list(&caller, slice.offset, slice.count).await?;
    let results: Vec<Value> = found
        .resources
        .iter()
        .map(|(one, by)| {
            json!({
                "email": one.email,
                "role": one.role.code(),
                "projects": one.projects,
                "workspaces": one.workspaces,
                "invited_at": one.created.to_string(),
                "expires_at": one.expires.to_string(),
                "expired": one.expires <= caller.now,
                "lse_fields": {
                    "invited_at": one.created.to_string(),
                    "invited_by": by,
                    "invite_activated": false,
                    "invite_expired": one.expires <= caller.now,
                    "invite_expired_at": one.expires.to_string(),
                },
            })
        })
        .collect();
    let base = state.config.base_url();
    Ok(Json(page.envelope(
        &base,
        "/api/invites",
        found.total,
        &results,
    )))
}

/// A token of an invitation or a link.
#[derive(Debug, Deserialize)]
pub(crate) struct Token {
    token: String,
}

/// POST: whoever is signed in becomes a member of the organization that a token is of, with the account that they have.
pub(crate) async fn accept(
    ApiCaller(caller): ApiCaller,
    Body(wanted): Body<Token>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let member = invitations::accept_signed_in(&caller, &wanted.token).await?;
    Ok((
        StatusCode::CREATED,
        Json(json!({ "organization": member.0, "role": member.1.code() })),
    ))
}
