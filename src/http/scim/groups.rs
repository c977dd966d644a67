//! `/Groups`: RFC 7644 sections 3.3 to 3.6. Members are read only where the answer shows them.

use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, StatusCode};

use super::error::ScimError;
use super::message::{Answer, Message};
use super::{base, is_known, projection, seen};
use crate::app::{Caller, groups};
use crate::domain::GroupId;
use crate::domain::error::Error;
use crate::domain::group::{Group, GroupMember};
use crate::http::extract::{Parameters, ScimCaller};
use crate::scim::patch::PatchOp;
use crate::scim::projection::Projection;
use crate::scim::schema::Kind;
use crate::scim::{group, list};
use crate::state::State;

fn id(text: &str) -> Result<GroupId, ScimError> {
    GroupId::parse(text).ok_or(ScimError::Domain(Error::NotFound("Group")))
}

/// The group as it is answered, with its members where they are asked for.
async fn answer(
    caller: &Caller,
    found: &Group,
    kept: &Projection,
    state: &State,
) -> Result<Answer, ScimError> {
    let members = if kept.wants("members") {
        Some(groups::members_of(caller, &[found.id]).await?)
    } else {
        None
    };
    let members: Option<Vec<GroupMember>> =
        members.map(|rows| rows.into_iter().map(|(_, member)| member).collect());
    let base = base(state);
    let mut resource = group::resource(found, members.as_deref(), &base);
    kept.apply(&mut resource);
    Ok(Answer::resource(
        &resource,
        format!("{base}/Groups/{}", found.id),
        group::etag(found),
    ))
}

/// POST: makes a group.
pub(crate) async fn create(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, Kind::Group)?;
    let made = groups::create_group(&caller, group::content(&body)?).await?;
    Ok(answer(&caller, &made, &kept, &state).await?.created())
}

/// GET of one.
pub(crate) async fn get(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    Path(path): Path<String>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, Kind::Group)?;
    let found = groups::find_group(&caller, id(&path)?).await?;
    let etag = group::etag(&found);
    if is_known(&headers, &etag) {
        return Ok(Answer::unchanged(etag));
    }
    answer(&caller, &found, &kept, &state).await
}

/// GET of those that a filter selects.
pub(crate) async fn list(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, Kind::Group)?;
    let page = list::page(parameters.get("startIndex"), parameters.get("count"))?;
    let base = base(&state);
    let query = group::query(parameters.get("filter"), &base)?;
    let found = groups::list_groups(&caller, &query, page).await?;
    let ids: Vec<GroupId> = found.resources.iter().map(|group| group.id).collect();
    let members = if kept.wants("members") && !ids.is_empty() {
        groups::members_of(&caller, &ids).await?
    } else {
        Vec::new()
    };
    let mut members = members.into_iter().peekable();
    let mut resources = Vec::with_capacity(ids.len());
    for one in &found.resources {
        // Both are sorted by the group's id.
        let mut of_this = Vec::new();
        while let Some((_, member)) = members.next_if(|(id, _)| *id == one.id) {
            of_this.push(member);
        }
        let of_this = kept.wants("members").then_some(of_this.as_slice());
        let mut resource = group::resource(one, of_this, &base);
        kept.apply(&mut resource);
        resources.push(resource);
    }
    Ok(Answer::message(&list::response(
        found.total,
        page.offset + 1,
        resources,
    )))
}

/// PUT: puts what the client says in the place of the whole group.
pub(crate) async fn replace(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    Path(path): Path<String>,
    headers: HeaderMap,
    parameters: Parameters,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, Kind::Group)?;
    let content = group::content(&body)?;
    let changed = groups::replace_group(&caller, id(&path)?, seen(&headers), content).await?;
    answer(&caller, &changed, &kept, &state).await
}

/// PATCH: all operations or none. The answer shows the members only where the client asks for them by `attributes`:
/// else adding one to 100,000 would cost reading them all.
pub(crate) async fn patch(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    Path(path): Path<String>,
    headers: HeaderMap,
    parameters: Parameters,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    let kept = match parameters
        .get("attributes")
        .or(parameters.get("excludedAttributes"))
    {
        Some(_) => projection(&parameters, Kind::Group)?,
        None => Projection::parse(None, Some("members"), Kind::Group)?,
    };
    let changes = group::changes(&PatchOp::parse(&body)?)?;
    let group = groups::change_group(&caller, id(&path)?, seen(&headers), changes).await?;
    answer(&caller, &group, &kept, &state).await
}

/// DELETE: the group is gone; its rules stay and match nothing.
pub(crate) async fn delete(
    ScimCaller(caller): ScimCaller,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, ScimError> {
    groups::delete_group(&caller, id(&path)?, seen(&headers)).await?;
    Ok(StatusCode::NO_CONTENT)
}
