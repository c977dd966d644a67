//! `/api/organizations/{id}/seat-report`: who has a seat, from where their role comes, and which groups stand behind it.

use axum::Json;
use axum::extract::State as Shared;
use serde_json::{Value, json};

use super::error::ApiError;
use super::member_filter::{Asked, path_with};
use super::{PageOf, must_be_own};
use crate::app::seats;
use crate::domain::mapping::Mapping;
use crate::domain::role::RoleSource;
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::state::State;

/// GET: a page of the report, with the filters of the members' list.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(organization): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let page = PageOf::read(&parameters, 30)?;
    let asked = Asked::read(&parameters)?;
    let report = seats::report(&caller, &asked.filter, asked.order, page.slice()).await?;
    let results: Vec<Value> = report
        .members
        .resources
        .iter()
        .map(|(member, groups)| {
            json!({
                "user_id": member.number,
                "email": member.profile.email().unwrap_or(&member.profile.user_name),
                "role": member.role.code(),
                "role_source": member.role_source.name(),
                "user_type": "standard",
                "takes_seat": member.role.has_access(),
                "idp_assignments": assignments(&report.mapping, groups),
            })
        })
        .collect();
    let path = format!("/api/organizations/{}/seat-report", caller.organization.0);
    let path = path_with(&path, &parameters);
    let base = state.config.base_url();
    let mut answer = page.envelope(&base, &path, report.members.total, &results);
    answer["seats"] = json!({
        "limit": report.seats.limit,
        "used": report.seats.used,
        "waiting": report.seats.waiting,
    });
    Ok(Json(answer))
}

/// What each group gives: what a rule says, or nothing any more.
fn assignments(mapping: &Mapping, groups: &[(String, RoleSource)]) -> Vec<Value> {
    groups
        .iter()
        .flat_map(|(group, source)| given(mapping, group, source.name()))
        .collect()
}

fn given(mapping: &Mapping, group: &str, source: &str) -> Vec<Value> {
    let one = |kind: Option<&str>, more: Value, status: &str| {
        let mut shown = json!({
            "group_name": group,
            "source": source,
            "kind": kind,
            "mapping_status": status,
        });
        if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), more) {
            shown.extend(more);
        }
        shown
    };
    let configured = |kind, more| one(Some(kind), more, "configured");
    let roles = mapping.roles.iter().filter(|rule| rule.group == group);
    let projects = mapping.projects.iter().filter(|rule| rule.group == group);
    let workspaces = mapping.workspaces.iter().filter(|rule| rule.group == group);
    let all: Vec<Value> = roles
        .map(|rule| configured("organization", json!({ "role": rule.role.code() })))
        .chain(projects.map(|rule| {
            let more = json!({ "project": rule.project, "role": rule.role.name() });
            configured("project", more)
        }))
        .chain(
            workspaces.map(|rule| configured("workspace", json!({ "workspace": rule.workspace }))),
        )
        .collect();
    if all.is_empty() {
        return vec![one(None, json!({}), "orphaned")];
    }
    all
}
