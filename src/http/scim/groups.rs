//! `/Groups`: RFC 7644 sections 3.3 to 3.6. Members are read only where the answer shows them.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::error::ScimError;
use super::message::{Answer, Message};
use super::stream_groups::{self, View};
use super::{base, definitions, is_known, lists, projection, reading, seen};
use crate::app::group_members::{self, Reading};
use crate::app::{Caller, groups};
use crate::domain::GroupId;
use crate::domain::error::Error;
use crate::domain::group::{Group, GroupMember};
use crate::http::extract::{Parameters, ScimCaller, Segments};
use crate::scim::patch::PatchOp;
use crate::scim::projection::Projection;
use crate::scim::schema::Kind;
use crate::scim::{group, must_not_name_another, search};
use crate::secret;
use crate::state::State;

/// The id that a path names; what is none names nothing that there is.
pub(super) fn id(text: &str) -> Result<GroupId, ScimError> {
    GroupId::parse(text).ok_or(ScimError::Domain(Error::NotFound("Group")))
}

/// The group as it is answered, with its members where they are asked for.
async fn answer(
    caller: &Caller,
    found: &Group,
    kept: Projection,
    state: &State,
) -> Result<Answer, ScimError> {
    let view = view(kept, state);
    let Some(members) = few_members(caller, &[found.id], &view).await? else {
        let mut reading = Reading::start(caller, view.named()).await?;
        // Read again, so that what is said of the group and of its members is of one moment.
        let found = reading.groups(&[found.id]).await?.pop();
        let found = found.ok_or(Error::NotFound("Group"))?;
        let told = (group::etag(&found), location(&found, &view));
        return Ok(Answer::streamed(
            stream_groups::one(view, reading, found),
            Some(told),
        ));
    };
    Ok(whole(found, members, &view))
}

/// The group with these members.
fn whole(found: &Group, members: Vec<(GroupId, GroupMember)>, view: &View) -> Answer {
    let members: Vec<GroupMember> = members.into_iter().map(|(_, member)| member).collect();
    let resource = view.resource(found, &members);
    Answer::resource(&resource, location(found, view), group::etag(found))
}

fn location(found: &Group, view: &View) -> String {
    format!("{}/Groups/{}", view.base, found.id)
}

fn view(kept: Projection, state: &State) -> View {
    let base = base(state);
    View { kept, base }
}

/// The members of these groups as far as they are asked for; `None` where they are too many to be held.
async fn few_members(
    caller: &Caller,
    ids: &[GroupId],
    view: &View,
) -> Result<Option<Vec<(GroupId, GroupMember)>>, Error> {
    if !view.members() {
        return Ok(Some(Vec::new()));
    }
    group_members::few(caller, ids, view.named(), group_members::MOST).await
}

/// POST: makes a group.
pub(crate) async fn create(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, definitions(&caller).of(Kind::Group))?;
    let made = made(&caller, GroupId(secret::id_at(caller.now)), &body).await?;
    Ok(answer(&caller, &made, kept, &state).await?.created())
}

/// Makes a group under this id, from the body of a POST.
pub(super) async fn made(caller: &Caller, id: GroupId, body: &Value) -> Result<Group, ScimError> {
    let content = group::content(body, &reading(caller))?;
    Ok(groups::create_group(caller, id, content).await?)
}

/// GET of one.
pub(crate) async fn get(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    Segments(path): Segments<String>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, definitions(&caller).of(Kind::Group))?;
    let found = groups::find_group(&caller, id(&path)?).await?;
    let etag = group::etag(&found);
    if is_known(&headers, &etag) {
        return Ok(Answer::unchanged(etag));
    }
    answer(&caller, &found, kept, &state).await
}

/// GET of those that a filter selects.
pub(crate) async fn list(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    lists::answer(&caller, &state, &parameters, &[Kind::Group]).await
}

/// POST to `.search`: the same, asked for in a body.
pub(crate) async fn search(
    caller: ScimCaller,
    state: Shared<State>,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    let parameters = search::parameters(&body, &reading(&caller.0))?;
    list(caller, state, Parameters::of(parameters)).await
}

/// How groups are shown, as the parameters ask for.
pub(super) fn shown(
    caller: &Caller,
    state: &State,
    parameters: &Parameters,
) -> Result<View, ScimError> {
    let kept = projection(parameters, definitions(caller).of(Kind::Group))?;
    Ok(view(kept, state))
}

/// The list of these resources and then these groups. `message` makes it of resources that are whole.
pub(super) async fn listed(
    caller: &Caller,
    view: View,
    message: impl FnOnce(Vec<Value>) -> Value,
    mut before: Vec<Value>,
    groups: &[Group],
) -> Result<Answer, ScimError> {
    let ids: Vec<GroupId> = groups.iter().map(|group| group.id).collect();
    let Some(members) = few_members(caller, &ids, &view).await? else {
        let mut reading = Reading::start(caller, view.named()).await?;
        let groups = reading.groups(&ids).await?;
        let count = before.len() + groups.len();
        let body = stream_groups::page(view, reading, message(before), count, groups);
        return Ok(Answer::streamed(body, None));
    };
    before.extend(view.resources(groups, members));
    Ok(Answer::message(&message(before)))
}

/// PUT: puts what the client says in the place of the whole group.
pub(crate) async fn replace(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    Segments(path): Segments<String>,
    headers: HeaderMap,
    parameters: Parameters,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, definitions(&caller).of(Kind::Group))?;
    let changed = replaced(&caller, &path, seen(&headers), &body).await?;
    answer(&caller, &changed, kept, &state).await
}

/// The group after a PUT with this body.
pub(super) async fn replaced(
    caller: &Caller,
    path: &str,
    seen: Option<Vec<i64>>,
    body: &Value,
) -> Result<Group, ScimError> {
    let reading = reading(caller);
    must_not_name_another(body, path, &reading)?;
    let content = group::content(body, &reading)?;
    Ok(groups::replace_group(caller, id(path)?, seen, content).await?)
}

/// Up to how many members a changed group is answered whole.
const SHOWN: usize = 20;

/// PATCH: all operations or none. The answer is the whole group where it is small or where `attributes` or
/// `excludedAttributes` say what is wanted, else 204 (RFC 7644 section 3.5.2 allows both): adding one member to 100,000
/// must not cost reading them all. Where the token's profile says so, it is 204 whatever the size.
pub(crate) async fn patch(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    Segments(path): Segments<String>,
    headers: HeaderMap,
    parameters: Parameters,
    Message(body): Message,
) -> Result<Response, ScimError> {
    let kept = projection(&parameters, definitions(&caller).of(Kind::Group))?;
    let found = patched(&caller, &path, seen(&headers), &body).await?;
    if kept != Projection::parse(None, None, definitions(&caller).of(Kind::Group))? {
        return Ok(answer(&caller, &found, kept, &state).await?.into_response());
    }
    if caller.leniency.answers_group_changes_with_nothing() {
        return Ok(Answer::nothing(group::etag(&found)).into_response());
    }
    let few = group_members::few(&caller, &[found.id], false, SHOWN).await?;
    Ok(match few {
        Some(members) => whole(&found, members, &view(kept, &state)).into_response(),
        None => Answer::nothing(group::etag(&found)).into_response(),
    })
}

/// The group after a PATCH with this body.
pub(super) async fn patched(
    caller: &Caller,
    path: &str,
    seen: Option<Vec<i64>>,
    body: &Value,
) -> Result<Group, ScimError> {
    let reading = reading(caller);
    let operations = PatchOp::parse(body, &reading)?;
    operations.must_not_name_another(path, &reading)?;
    let changes = group::changes(&operations, &reading)?;
    Ok(groups::change_group(caller, id(path)?, seen, changes).await?)
}

/// DELETE: the group is gone; its rules stay and match nothing.
pub(crate) async fn delete(
    ScimCaller(caller): ScimCaller,
    Segments(path): Segments<String>,
    headers: HeaderMap,
) -> Result<StatusCode, ScimError> {
    deleted(&caller, &path, seen(&headers)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes the group.
pub(super) async fn deleted(
    caller: &Caller,
    path: &str,
    seen: Option<Vec<i64>>,
) -> Result<(), ScimError> {
    Ok(groups::delete_group(caller, id(path)?, seen).await?)
}
