//! `/api/scim/settings`: the mapping rules. The same rules serve SAML (R10).

use std::collections::HashMap;

use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::error::ApiError;
use crate::app::mapping_preview::{self, Move, Place};
use crate::app::{Caller, projects, role_mapping};
use crate::domain::mapping::{Mapping, MappingChange, ProjectRule, RoleRule, WorkspaceRule};
use crate::domain::role::Role;
use crate::domain::{ProjectId, WorkspaceId};
use crate::http::extract::ApiCaller;

/// The lists of rules as clients write them; one that is absent or `null` stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are the names of the wire")]
pub(crate) struct Lists {
    /// `[role, group]`
    roles_groups: Option<Vec<(String, String)>>,
    /// `[workspace title, group]`
    workspaces_groups: Option<Vec<(String, String)>>,
    projects_groups: Option<Vec<ProjectGroup>>,
}

#[derive(Debug, Clone, Deserialize)]
struct ProjectGroup {
    project_id: ProjectId,
    group: String,
    role: String,
}

/// GET: the rules.
pub(crate) async fn get(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    let mapping = role_mapping::find(&caller).await?;
    Ok(Json(written(&caller, &mapping).await?))
}

/// What is to be saved.
#[derive(Debug, Deserialize)]
pub(crate) struct Saving {
    #[serde(flatten)]
    lists: Lists,
    /// Of a preview: nothing is saved that would do something else than was seen there.
    mark: Option<String>,
}

/// POST: saves rules, with effect on every member before the answer.
pub(crate) async fn change(
    ApiCaller(caller): ApiCaller,
    Body(saving): Body<Saving>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let change = read(&caller, saving.lists).await?;
    let (mapping, moved) = match &saving.mark {
        None => role_mapping::change(&caller, change).await?,
        Some(mark) => {
            let done = mapping_preview::apply(&caller, change, mark).await?;
            (done.after, done.members_changed)
        }
    };
    let mut answer = written(&caller, &mapping).await?;
    answer["members_changed"] = json!(moved);
    Ok((StatusCode::CREATED, Json(answer)))
}

/// POST: what saving these rules would do. Saves nothing.
pub(crate) async fn preview(
    ApiCaller(caller): ApiCaller,
    Body(lists): Body<Lists>,
) -> Result<Json<Value>, ApiError> {
    let change = read(&caller, lists).await?;
    let seen = mapping_preview::preview(&caller, change).await?;
    let counts: Vec<Value> = seen
        .counts
        .iter()
        .map(|(moved, members)| {
            let mut counted = written_move(*moved);
            counted["members"] = json!(members);
            counted
        })
        .collect();
    let movers: Vec<Value> = seen
        .movers
        .iter()
        .map(|mover| {
            let mut moved = written_move(mover.moved);
            moved["id"] = json!(mover.number);
            moved["user_name"] = json!(mover.user_name);
            moved
        })
        .collect();
    let both = |(before, after): (i64, i64)| json!({ "before": before, "after": after });
    Ok(Json(json!({
        "mark": seen.mark,
        "rules": written(&caller, &seen.after).await?,
        "members_changed": seen.members_changed,
        "losing_access": seen.losing_access,
        "seats": {
            "limit": seen.seats.limit,
            "used": both(seen.seats.used),
            "waiting": both(seen.seats.waiting),
        },
        "counts": counts,
        "movers": movers,
    })))
}

fn written_move(moved: Move) -> Value {
    let (place, id) = match moved.place {
        Place::Organization => ("organization", None),
        Place::Project(id) => ("project", Some(id.0)),
        Place::Workspace(id) => ("workspace", Some(id.0)),
    };
    json!({
        "place": place,
        "place_id": id,
        "before": moved.before.map(Role::code),
        "after": moved.after.map(Role::code),
    })
}

/// Reads lists of rules.
pub(super) async fn read(caller: &Caller, lists: Lists) -> Result<MappingChange, ApiError> {
    let mut wanted = MappingChange::default();
    if let Some(rules) = lists.roles_groups {
        wanted.roles = Some(
            rules
                .into_iter()
                .map(|(role, group)| RoleRule::written(&role, group))
                .collect::<Result<_, _>>()?,
        );
    }
    if let Some(rules) = lists.projects_groups {
        wanted.projects = Some(
            rules
                .into_iter()
                .map(|rule| ProjectRule::written(rule.project_id, &rule.role, rule.group))
                .collect::<Result<_, _>>()?,
        );
    }
    if let Some(rules) = lists.workspaces_groups {
        let known = projects::list_workspaces(caller).await?;
        wanted.workspaces = Some(
            rules
                .into_iter()
                .map(|(title, group)| WorkspaceRule::written(&known, &title, group))
                .collect::<Result<_, _>>()?,
        );
    }
    Ok(wanted)
}

/// The rules as clients read them.
pub(super) async fn written(caller: &Caller, mapping: &Mapping) -> Result<Value, ApiError> {
    let titles: HashMap<WorkspaceId, String> = projects::list_workspaces(caller)
        .await?
        .into_iter()
        .map(|workspace| (workspace.id, workspace.title))
        .collect();
    let roles: Vec<Value> = mapping
        .roles
        .iter()
        .map(|rule| json!([rule.role.name(), rule.group]))
        .collect();
    let workspaces: Vec<Value> = mapping
        .workspaces
        .iter()
        .map(|rule| json!([titles.get(&rule.workspace), rule.group]))
        .collect();
    let projects: Vec<Value> = mapping
        .projects
        .iter()
        .map(|rule| json!({ "project_id": rule.project, "group": rule.group, "role": rule.role.name() }))
        .collect();
    Ok(json!({
        "roles_groups": roles,
        "workspaces_groups": workspaces,
        "projects_groups": projects,
        "user_type_groups": [],
        "user_type_capacities": {},
    }))
}
