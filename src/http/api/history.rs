//! `/api/activity-logs` and `/api/fsm`: what happened lately, in the shapes that Label Studio's clients know. Our own
//! shape, the trail, is at `/api/events`.

use axum::Json;
use axum::extract::State as Shared;
use serde_json::{Value, json};

use super::error::ApiError;
use super::member_filter::{moment, number, repeated};
use super::{PageOf, must_be_own};
use crate::app::Caller;
use crate::app::history::{self, Asked, Happened, Of};
use crate::domain::error::Error;
use crate::domain::{MemberNumber, ProjectId, WorkspaceId};
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::state::State;

/// Refuses filters that we do not have: to pass them over would show what was not asked for.
fn none_of(parameters: &Parameters, names: &[&str]) -> Result<(), ApiError> {
    let asked = |name: &&&str| parameters.get(name).is_some_and(|value| !value.is_empty());
    match names.iter().find(asked) {
        None => Ok(()),
        Some(name) => Err(Error::Invalid(format!(
            "`{name}` is not supported here; /api/events has the whole trail"
        ))
        .into()),
    }
}

/// GET `/api/activity-logs`: everything, newest first.
pub(crate) async fn activity(
    ApiCaller(caller): ApiCaller,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    none_of(
        &parameters,
        &["project", "workspace", "method", "search", "ordering"],
    )?;
    let page = PageOf::read(&parameters, 30)?;
    let asked = Asked {
        by: number(&parameters, "user")?.map(MemberNumber),
        since: moment(&parameters, "start_date")?,
        until: moment(&parameters, "end_date")?,
        member: None,
    };
    let found = history::list(&caller, Of::Everything, &asked, page.slice()).await?;
    let own = caller.organization.0;
    let data: Vec<Value> = found
        .resources
        .iter()
        .map(|one| {
            let (by, entry) = (one.by.as_ref(), &one.entry);
            json!({
                "id": one.seq,
                "datetime": entry.at.to_string(),
                "organization_id": own,
                "user_id": by.map(|member| member.number),
                "email": by.map_or("", |member| member.profile.email().unwrap_or(&member.profile.user_name)),
                // These are not the requests but what came of them.
                "request_method": "",
                "request_url": "",
                "response_code": "",
                "duration": null,
                "project_id": null,
                "workspace_owner_id": null,
                "extra_data": {
                    "event": entry.id,
                    "kind": entry.kind,
                    "actor": entry.actor_kind,
                    "subject": entry.subject,
                    "request_id": entry.request,
                    "facts": entry.facts,
                },
            })
        })
        .collect();
    Ok(Json(json!({
        "data": data,
        "recordsTotal": found.total,
        "recordsFiltered": found.total,
    })))
}

/// GET: who joined and left, and as what.
pub(crate) async fn members(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(organization): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    page(&caller, &state, Of::Members, "membership", &parameters).await
}

/// GET: who is in which group of the directory, and which group gives what.
pub(crate) async fn assignments(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(organization): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    page(&caller, &state, Of::Groups, "idp-assignments", &parameters).await
}

/// GET: what the organization has said of itself.
pub(crate) async fn settings(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(organization): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    page(&caller, &state, Of::Settings, "settings", &parameters).await
}

/// GET: who is in a project by hand, and as what. Under two names: memberships and roles change in one.
pub(crate) async fn project(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(id): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let of = Of::Project(ProjectId(id));
    page(&caller, &state, of, "membership", &parameters).await
}

/// GET: who is in a workspace by hand.
pub(crate) async fn workspace(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(id): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let of = Of::Workspace(WorkspaceId(id));
    page(&caller, &state, of, "membership", &parameters).await
}

async fn page(
    caller: &Caller,
    state: &State,
    of: Of,
    name: &str,
    parameters: &Parameters,
) -> Result<Json<Value>, ApiError> {
    none_of(
        parameters,
        &["source", "user_type", "kind", "group_name", "ordering"],
    )?;
    if of != Of::Members {
        none_of(parameters, &["user_id"])?;
    }
    let page = PageOf::read(parameters, 30)?;
    let asked = Asked {
        member: number(parameters, "user_id")?.map(MemberNumber),
        since: moment(parameters, "since")?,
        until: moment(parameters, "until")?,
        by: None,
    };
    let found = history::list(caller, of, &asked, page.slice()).await?;
    let results: Vec<Value> = found.resources.iter().map(shown).collect();
    let place = match of {
        Of::Project(id) => format!("projects/{}", id.0),
        Of::Workspace(id) => format!("workspaces/{}", id.0),
        Of::Everything | Of::Members | Of::Groups | Of::Settings => {
            format!("organizations/{}", caller.organization.0)
        }
    };
    let path = format!("/api/fsm/{place}/{name}-history/");
    let path = repeated(&path, &["user_id", "since", "until"], parameters);
    let base = state.config.base_url();
    Ok(Json(page.envelope(&base, &path, found.total, &results)))
}

/// A change: from what to what, through what, by whom.
fn shown(one: &Happened) -> Value {
    let (entry, facts) = (&one.entry, &one.entry.facts);
    let (member, by) = (one.to.as_ref(), one.by.as_ref());
    json!({
        "id": entry.id,
        "state": facts.get("after").or_else(|| facts.get("role")).or_else(|| facts.get("roles")),
        "previous_state": facts.get("before"),
        "transition_name": entry.kind,
        "reason": facts.get("source"),
        "context_data": {
            "user_id": member.map(|member| member.number),
            "subject": entry.subject,
            "actor": entry.actor_kind,
            "facts": facts,
        },
        "triggered_by": by.map(|member| json!({
            "id": member.number,
            "email": member.profile.email().unwrap_or(&member.profile.user_name),
        })),
        "created_at": entry.at.to_string(),
    })
}
