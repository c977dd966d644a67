//! `/Users`: RFC 7644 sections 3.3 to 3.6.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};

use super::error::ScimError;
use super::message::{Answer, Message};
use super::{base, is_known, projection, seen};
use serde_json::Value;

use crate::app::{Caller, provisioning};
use crate::domain::MemberId;
use crate::domain::error::Error;
use crate::domain::member::Member;
use crate::domain::query::{Found, Page};
use crate::http::extract::{Parameters, ScimCaller, Segments};
use crate::scim::patch::PatchOp;
use crate::scim::projection::Projection;
use crate::scim::schema::Kind;
use crate::scim::{list, search, user};
use crate::state::State;

fn id(text: &str) -> Result<MemberId, ScimError> {
    MemberId::parse(text).ok_or(ScimError::Domain(Error::NotFound("User")))
}

fn answer(member: Member, kept: &Projection, state: &State) -> Answer {
    let etag = user::etag(&member);
    tagged(member, etag, kept, state)
}

fn tagged(member: Member, etag: String, kept: &Projection, state: &State) -> Answer {
    let base = base(state);
    let location = format!("{base}/Users/{}", member.id);
    let mut resource = user::rendered(member, &etag, &base);
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
    let kept = projection(&parameters, Kind::User)?;
    let member = provisioning::create_member(&caller, user::parse(&body)?).await?;
    Ok(answer(member, &kept, &state).created())
}

/// GET of one.
pub(crate) async fn get(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    Segments(path): Segments<String>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    let kept = projection(&parameters, Kind::User)?;
    let member = provisioning::find_member(&caller, id(&path)?).await?;
    let etag = user::etag(&member);
    if is_known(&headers, &etag) {
        return Ok(Answer::unchanged(etag));
    }
    Ok(tagged(member, etag, &kept, &state))
}

/// GET of those that a filter selects.
pub(crate) async fn list(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    let page = list::page(parameters.get("startIndex"), parameters.get("count"))?;
    let found = select(&caller, &state, &parameters, page).await?;
    Ok(Answer::list(page, found))
}

/// POST to `.search`: the same, asked for in a body.
pub(crate) async fn search(
    caller: ScimCaller,
    state: Shared<State>,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    list(caller, state, Parameters::of(search::parameters(&body)?)).await
}

/// The rendered members on a page of those that the parameters ask for.
pub(super) async fn select(
    caller: &Caller,
    state: &State,
    parameters: &Parameters,
    page: Page,
) -> Result<Found<Value>, ScimError> {
    let kept = projection(parameters, Kind::User)?;
    let base = base(state);
    let query = user::query(parameters.get("filter"), &base)?;
    let found = provisioning::list_members(caller, &query, page).await?;
    let render = |member: Member| {
        let etag = user::etag(&member);
        let mut resource = user::rendered(member, &etag, &base);
        kept.apply(&mut resource);
        resource
    };
    Ok(Found {
        total: found.total,
        resources: found.resources.into_iter().map(render).collect(),
    })
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
    let kept = projection(&parameters, Kind::User)?;
    let profile = user::parse(&body)?;
    let change = |_: &_| Ok::<_, ScimError>(profile);
    let member = provisioning::change_member(&caller, id(&path)?, seen(&headers), change).await?;
    Ok(answer(member, &kept, &state))
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
    let kept = projection(&parameters, Kind::User)?;
    let operations = PatchOp::parse(&body)?;
    let change = |profile: &_| Ok::<_, ScimError>(user::patch(profile, &operations)?);
    let member = provisioning::change_member(&caller, id(&path)?, seen(&headers), change).await?;
    Ok(answer(member, &kept, &state))
}

/// DELETE: the member is gone, with every personal word.
pub(crate) async fn delete(
    ScimCaller(caller): ScimCaller,
    Segments(path): Segments<String>,
    headers: HeaderMap,
) -> Result<StatusCode, ScimError> {
    provisioning::delete_member(&caller, id(&path)?, seen(&headers)).await?;
    Ok(StatusCode::NO_CONTENT)
}
