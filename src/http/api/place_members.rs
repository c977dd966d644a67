//! Who is in a project or a workspace, and as what: one by one, many at once, in pages and as CSV.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::error::ApiError;
use super::member_filter::{Asked, flag, numbers, path_with};
use super::places::ALL;
use super::selection::{Deleted, MaybeBody, Selection};
use super::{PageOf, shapes};
use crate::app::places::{self, InPlace, Place};
use crate::app::{Caller, members, role_mapping};
use crate::domain::error::Error;
use crate::domain::listing::{MemberFilter, MemberOrder, Way};
use crate::domain::role::ProjectRole;
use crate::domain::tag::plain_cell;
use crate::domain::{MemberNumber, ProjectId, WorkspaceId};
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::state::State;

fn invalid(sentence: &str) -> ApiError {
    Error::Invalid(sentence.to_owned()).into()
}

/// One member, in the body or in a parameter.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Who {
    user: Option<MemberNumber>,
    user_id: Option<MemberNumber>,
}

impl Who {
    fn number(&self, parameters: &Parameters) -> Result<MemberNumber, ApiError> {
        for name in ["user", "user_id"] {
            if let [number] = numbers(parameters, name)?[..] {
                return Ok(MemberNumber(number));
            }
        }
        self.user
            .or(self.user_id)
            .ok_or_else(|| invalid("`user` is missing: the number of a member"))
    }
}

/// POST: puts a member into a project.
pub(crate) async fn add_to_project(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    parameters: Parameters,
    Body(who): Body<Who>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let user = who.number(&parameters)?;
    places::move_one(&caller, Place::Project(ProjectId(id)), user, true).await?;
    Ok((StatusCode::CREATED, Json(json!({ "user": user }))))
}

/// POST: puts a member into a workspace.
pub(crate) async fn add_to_workspace(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    parameters: Parameters,
    Body(who): Body<Who>,
) -> Result<Json<Value>, ApiError> {
    let user = who.number(&parameters)?;
    places::move_one(&caller, Place::Workspace(WorkspaceId(id)), user, true).await?;
    Ok(Json(json!({ "user": user, "workspace": id })))
}

/// DELETE: takes a member out of a project.
pub(crate) async fn remove_from_project(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    parameters: Parameters,
    MaybeBody(who): MaybeBody<Who>,
) -> Result<StatusCode, ApiError> {
    let user = who.number(&parameters)?;
    places::move_one(&caller, Place::Project(ProjectId(id)), user, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// DELETE: takes a member out of a workspace.
pub(crate) async fn remove_from_workspace(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    parameters: Parameters,
    MaybeBody(who): MaybeBody<Who>,
) -> Result<StatusCode, ApiError> {
    let user = who.number(&parameters)?;
    places::move_one(&caller, Place::Workspace(WorkspaceId(id)), user, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn moved(
    caller: &Caller,
    place: Place,
    selection: Selection,
    parameters: &Parameters,
    into: bool,
) -> Result<u64, ApiError> {
    let filter = selection.of(parameters)?.filter(parameters)?;
    Ok(places::move_members(caller, place, &filter, into).await?)
}

/// POST: puts many into a project.
pub(crate) async fn add_many_to_project(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    parameters: Parameters,
    Body(selection): Body<Selection>,
) -> Result<Json<Value>, ApiError> {
    let place = Place::Project(ProjectId(id));
    let assignments = moved(&caller, place, selection, &parameters, true).await?;
    Ok(Json(
        json!({ "assignments": assignments, "skipped_user_ids": [] }),
    ))
}

/// POST: puts many into a workspace.
pub(crate) async fn add_many_to_workspace(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    parameters: Parameters,
    Body(selection): Body<Selection>,
) -> Result<Json<Value>, ApiError> {
    let place = Place::Workspace(WorkspaceId(id));
    let assignments = moved(&caller, place, selection, &parameters, true).await?;
    Ok(Json(json!({ "assignments": assignments })))
}

/// DELETE: takes many out of a project. 200, since clients read the number.
pub(crate) async fn remove_many_from_project(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    parameters: Parameters,
    MaybeBody(selection): MaybeBody<Selection>,
) -> Result<Json<Deleted>, ApiError> {
    let place = Place::Project(ProjectId(id));
    let deleted = moved(&caller, place, selection, &parameters, false).await?;
    Ok(Json(Deleted { deleted }))
}

/// DELETE: takes many out of a workspace. 200, since clients read the number.
pub(crate) async fn remove_many_from_workspace(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    parameters: Parameters,
    MaybeBody(selection): MaybeBody<Selection>,
) -> Result<Json<Deleted>, ApiError> {
    let place = Place::Workspace(WorkspaceId(id));
    let deleted = moved(&caller, place, selection, &parameters, false).await?;
    Ok(Json(Deleted { deleted }))
}

fn in_project(one: &InPlace, organization: i64) -> Value {
    let mut shown = shapes::membership(&one.listed, organization);
    let (role, tags) = (shown["role"].take(), shown["tags"].take());
    let mut user = shown["user"].take();
    user["organization_membership"] = json!({ "organization_id": organization, "role": role, "active": true, "user_type": "standard", "flex": null });
    user["tags"] = tags;
    user["user_type"] = json!("standard");
    user["implicit_member"] = json!(one.by_hand.is_none());
    user["project_role"] = json!(one.own_role().map(|(role, _)| code(role)));
    user["project_role_source"] = json!(one.own_role().map(|(_, source)| source.name()));
    user
}

fn way(parameters: &Parameters) -> Result<Way, ApiError> {
    Ok(match flag(parameters, "implicit")? {
        None => Way::Any,
        Some(true) => Way::Implicit,
        Some(false) => Way::Explicit,
    })
}

/// GET: a page of the members of a project.
pub(crate) async fn page_of_project(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(id): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let place = Place::Project(ProjectId(id));
    let path = format!("/api/projects/{id}/members/paginated/");
    page(&caller, &state, place, &path, &parameters).await
}

/// GET: a page of the members of a workspace.
pub(crate) async fn page_of_workspace(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Segments(id): Segments<i64>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let place = Place::Workspace(WorkspaceId(id));
    let path = format!("/api/workspaces/{id}/memberships/paginated/");
    page(&caller, &state, place, &path, &parameters).await
}

async fn page(
    caller: &Caller,
    state: &State,
    place: Place,
    path: &str,
    parameters: &Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read(parameters, 30)?;
    let asked = Asked::read(parameters)?;
    let path = path_with(path, parameters);
    let way = way(parameters)?;
    let found =
        places::list_members(caller, place, way, asked.filter, asked.order, page.slice()).await?;
    let own = caller.organization.0;
    let shown = found.resources.iter();
    let results: Vec<Value> = shown.map(|one| in_project(one, own)).collect();
    let base = state.config.base_url();
    Ok(Json(page.envelope(&base, &path, found.total, &results)))
}

async fn all(
    caller: &Caller,
    place: Place,
    filter: MemberFilter,
) -> Result<Vec<InPlace>, ApiError> {
    let order = (MemberOrder::Number, false);
    let found = places::list_members(caller, place, Way::Any, filter, order, ALL).await?;
    Ok(found.resources)
}

/// GET: the members of a project, without pages.
pub(crate) async fn list_of_project(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    let found = all(
        &caller,
        Place::Project(ProjectId(id)),
        MemberFilter::default(),
    )
    .await?;
    let own = caller.organization.0;
    Ok(Json(found.iter().map(|one| in_project(one, own)).collect()))
}

/// GET: the members of a workspace, without pages.
pub(crate) async fn list_of_workspace(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    let place = Place::Workspace(WorkspaceId(id));
    let found = all(&caller, place, MemberFilter::default()).await?;
    let own = caller.organization.0;
    let shown = |one: &InPlace| json!({ "user": in_project(one, own), "workspace": id });
    Ok(Json(found.iter().map(shown).collect()))
}

/// GET: the members of a project as CSV. No cell is a formula.
pub(crate) async fn export(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    parameters: Parameters,
) -> Result<Response, ApiError> {
    let filter = Asked::read(&parameters)?.filter;
    let found = all(&caller, Place::Project(ProjectId(id)), filter).await?;
    let mut list = csv::Writer::from_writer(Vec::new());
    let failed = |_| invalid("the list cannot be written");
    list.write_record(["id", "email", "name", "role", "project_role", "implicit"])
        .map_err(failed)?;
    for one in &found {
        let member = &one.listed.member;
        list.write_record([
            member.number.0.to_string(),
            plain_cell(member.profile.email().unwrap_or(&member.profile.user_name)),
            plain_cell(&member.profile.display_name()),
            member.role.code().to_owned(),
            one.own_role().map_or("", |(role, _)| code(role)).to_owned(),
            one.by_hand.is_none().to_string(),
        ])
        .map_err(failed)?;
    }
    let list = list
        .into_inner()
        .map_err(|_| invalid("the list cannot be written"))?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], list).into_response())
}

fn code(role: ProjectRole) -> &'static str {
    match role {
        ProjectRole::Manager => "MA",
        ProjectRole::Reviewer => "RE",
        ProjectRole::Annotator => "AN",
        ProjectRole::Inherit => "",
    }
}

/// A role in a project.
#[derive(Debug, Deserialize)]
pub(crate) struct NewRole {
    project: ProjectId,
    user: MemberNumber,
    role: String,
}

/// POST: gives a role in a project by hand.
pub(crate) async fn give_role(
    ApiCaller(caller): ApiCaller,
    Body(new): Body<NewRole>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let role = [
        ProjectRole::Manager,
        ProjectRole::Reviewer,
        ProjectRole::Annotator,
    ]
    .into_iter()
    .find(|role| code(*role) == new.role)
    .ok_or_else(|| invalid("`role` must be MA, RE or AN"))?;
    let given = places::give_role(&caller, new.project, new.user, role).await?;
    Ok((
        StatusCode::CREATED,
        Json(role_shown(
            given.id,
            given.project,
            given.number,
            given.role,
        )),
    ))
}

fn role_shown(id: i64, project: ProjectId, user: MemberNumber, role: ProjectRole) -> Value {
    json!({ "id": id, "project": project, "user": user, "role": code(role), "role_source": "manual" })
}

/// DELETE: takes such a role back.
pub(crate) async fn take_role(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
) -> Result<StatusCode, ApiError> {
    places::take_role(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// GET: the roles that were given by hand in a project.
pub(crate) async fn list_roles(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    let all = places::list_roles(&caller, ProjectId(id)).await?;
    let shown = all
        .iter()
        .map(|one| role_shown(one.id, one.project, one.number, one.role));
    Ok(Json(shown.collect()))
}

/// GET: the roles of whoever asks, in all projects or in some.
pub(crate) async fn own_roles(
    ApiCaller(caller): ApiCaller,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let only = numbers(&parameters, "ids")?;
    let (member, _) = members::myself(&caller).await?;
    let standing = role_mapping::own_standing(&caller, member.id, member.number).await?;
    let mut roles = shapes::project_roles(&standing.projects);
    roles.retain(|one| {
        only.is_empty() || one["project"].as_i64().is_some_and(|id| only.contains(&id))
    });
    for one in &mut roles {
        one["user"] = json!(member.number);
    }
    Ok(Json(roles.into()))
}
