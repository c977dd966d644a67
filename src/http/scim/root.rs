//! Queries over all resource types: GET on the base URL and POST to its `.search` (RFC 7644 sections 3.4.2.1 and 3.4.3).

use axum::extract::State as Shared;

use super::error::ScimError;
use super::message::{Answer, Message};
use super::{groups, users};
use crate::domain::query::{Found, Page};
use crate::http::extract::{Parameters, ScimCaller};
use crate::scim::error::Error;
use crate::scim::{list, search};
use crate::state::State;

/// GET: users first, then groups. A filter that speaks of what only one type has selects among that type alone.
pub(crate) async fn list(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    let page = list::page(parameters.get("startIndex"), parameters.get("count"))?;
    let members = users::select(&caller, &state, &parameters, page).await;
    let (refused, mut found) = of_this_type(members)?;
    let left = Page {
        offset: page.offset.saturating_sub(found.total),
        count: page.count - found.resources.len() as u64,
    };
    let (refused_too, more) =
        of_this_type(groups::select(&caller, &state, &parameters, left).await)?;
    if let (Some(refusal), Some(_)) = (refused, refused_too) {
        return Err(refusal.into());
    }
    found.total += more.total;
    found.resources.extend(more.resources);
    Ok(Answer::list(page, found))
}

/// What was found; nothing, and why, where this type has no such attribute.
fn of_this_type<R>(
    found: Result<Found<R>, ScimError>,
) -> Result<(Option<Error>, Found<R>), ScimError> {
    match found {
        Ok(found) => Ok((None, found)),
        Err(ScimError::Scim(refusal @ Error::InvalidFilter(_))) => Ok((
            Some(refusal),
            Found {
                total: 0,
                resources: Vec::new(),
            },
        )),
        Err(other) => Err(other),
    }
}

/// POST to `.search`: the same, asked for in a body.
pub(crate) async fn search(
    caller: ScimCaller,
    state: Shared<State>,
    Message(body): Message,
) -> Result<Answer, ScimError> {
    list(caller, state, Parameters::of(search::parameters(&body)?)).await
}
