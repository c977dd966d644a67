//! Queries over all resource types: GET on the base URL and POST to its `.search` (RFC 7644 sections 3.4.2.1 and 3.4.3).

use axum::extract::State as Shared;

use super::error::ScimError;
use super::message::{Answer, Message};
use super::{groups, reading, users};
use crate::domain::query::Page;
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
    let members = of_this_type(users::select(&caller, &state, &parameters, page).await)?;
    let (total, shown) = match &members {
        Ok(found) => (found.total, found.resources.len() as u64),
        Err(_) => (0, 0),
    };
    let left = Page {
        offset: page.offset.saturating_sub(total),
        count: page.count - shown,
    };
    let more = of_this_type(groups::select(&caller, &state, &parameters, left).await)?;
    match (members, more) {
        (Err(refusal), Err(_)) => Err(refusal.into()),
        (Ok(found), Err(_)) => Ok(Answer::list(page, found)),
        (members, Ok((mut found, view))) => {
            found.total += total;
            let before = members.map_or_else(|_| Vec::new(), |found| found.resources);
            groups::listed(&caller, page, (found, view), before).await
        }
    }
}

/// What was found, or that this type has no such attribute.
fn of_this_type<T>(found: Result<T, ScimError>) -> Result<Result<T, Error>, ScimError> {
    match found {
        Ok(found) => Ok(Ok(found)),
        Err(ScimError::Scim(refusal @ Error::InvalidFilter(_))) => Ok(Err(refusal)),
        Err(other) => Err(other),
    }
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
