//! `/Users`: RFC 7644 sections 3.3 to 3.6.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};

use super::error::ScimError;
use super::message::{Answer, Message};
use super::{base, definitions, is_known, lists, projection, reading, seen};
use serde_json::Value;

use crate::app::{Caller, provisioning};
use crate::domain::MemberId;
use crate::domain::error::Error;
use crate::domain::member::Member;
use crate::http::extract::{Parameters, ScimCaller, Segments};
use crate::scim::patch::PatchOp;
use crate::scim::projection::Projection;
use crate::scim::schema::{Definitions, Kind};
use crate::scim::{must_not_name_another, search, user};
use crate::secret;
use crate::state::State;

/// The id that a path names; what is none names nothing that there is.
pub(super) fn id(text: &str) -> Result<MemberId, ScimError> {
    MemberId::parse(text).ok_or(ScimError::Domain(Error::NotFound("User")))
}

fn answer(caller: &Caller, member: Member, kept: &Projection, state: &State) -> Answer {
    let etag = user::etag(&member);
    tagged(caller, member, etag, kept, state)
}

fn tagged(
    caller: &Caller,
    member: Member,
    etag: String,
    kept: &Projection,
    state: &State,
) -> Answer {
    let base = base(state);
    let location = format!("{base}/Users/{}", member.id);
    let mut resource = user::rendered(member, &etag, &base, &definitions(caller));
    kept.apply(&mut resource);
    Answer::resource(&resource, location, etag)
}

/// POST: makes a member.
pub(crate) async fn create(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, definitions(&caller).of(Kind::User))?;
    let member = made(&caller, MemberId(secret::id_at(caller.now)), &body).await?;
    Ok(answer(&caller, member, &kept, &state).created())
}

/// Makes a member under this id, from the body of a POST.
pub(super) async fn made(caller: &Caller, id: MemberId, body: &Value) -> Result<Member, ScimError> {
    Ok(provisioning::create_member(caller, id, user::parse(body, &reading(caller))?).await?)
}

/// GET of one.
pub(crate) async fn get(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    Segments(path): Segments<String>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, definitions(&caller).of(Kind::User))?;
    let member = provisioning::find_member(&caller, id(&path)?).await?;
    let etag = user::etag(&member);
    if is_known(&headers, &etag) {
        return Ok(Answer::unchanged(etag));
    }
    Ok(tagged(&caller, member, etag, &kept, &state))
}

/// GET of those that a filter selects.
pub(crate) async fn list(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    lists::answer(&caller, &state, &parameters, &[Kind::User]).await
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

/// A member as an answer shows it.
pub(super) fn shown(
    member: Member,
    kept: &Projection,
    base: &str,
    definitions: &Definitions,
) -> Value {
    let etag = user::etag(&member);
    let mut resource = user::rendered(member, &etag, base, definitions);
    kept.apply(&mut resource);
    resource
}

/// PUT: puts what the client says in the place of everything that a client can say.
pub(crate) async fn replace(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    Segments(path): Segments<String>,
    headers: HeaderMap,
    parameters: Parameters,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, definitions(&caller).of(Kind::User))?;
    let member = replaced(&caller, &path, seen(&headers), &body).await?;
    Ok(answer(&caller, member, &kept, &state))
}

/// The member after a PUT with this body.
pub(super) async fn replaced(
    caller: &Caller,
    path: &str,
    seen: Option<Vec<i64>>,
    body: &Value,
) -> Result<Member, ScimError> {
    let reading = reading(caller);
    must_not_name_another(body, path, &reading)?;
    let wanted = user::replacement(body, &reading)?;
    let change = |before: &_| Ok::<_, ScimError>(user::replaced(before, wanted, &reading)?);
    provisioning::change_member(caller, id(path)?, seen, change).await
}

/// PATCH: all operations or none.
pub(crate) async fn patch(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    Segments(path): Segments<String>,
    headers: HeaderMap,
    parameters: Parameters,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, definitions(&caller).of(Kind::User))?;
    let member = patched(&caller, &path, seen(&headers), &body).await?;
    Ok(answer(&caller, member, &kept, &state))
}

/// The member after a PATCH with this body.
pub(super) async fn patched(
    caller: &Caller,
    path: &str,
    seen: Option<Vec<i64>>,
    body: &Value,
) -> Result<Member, ScimError> {
    let reading = reading(caller);
    let operations = PatchOp::parse(body, &reading)?;
    operations.must_not_name_another(path, &reading)?;
    let change = |profile: &_| Ok::<_, ScimError>(user::patch(profile, &operations, &reading)?);
    provisioning::change_member(caller, id(path)?, seen, change).await
}

/// DELETE: the member is gone, with every personal word.
pub(crate) async fn delete(
    ScimCaller(caller): ScimCaller,
    Segments(path): Segments<String>,
    headers: HeaderMap,
) -> Result<StatusCode, ScimError> {
    deleted(&caller, &path, seen(&headers)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes the member.
pub(super) async fn deleted(
    caller: &Caller,
    path: &str,
    seen: Option<Vec<i64>>,
) -> Result<(), ScimError> {
    Ok(provisioning::delete_member(caller, id(path)?, seen).await?)
}
