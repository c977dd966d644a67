//! Queries over all resource types: GET on the base URL and POST to its `.search` (RFC 7644 sections 3.4.2.1 and 3.4.3).

use axum::extract::State as Shared;

use super::error::ScimError;
use super::lists;
use super::message::{Answer, Message};
use super::reading;
use crate::http::extract::{Parameters, ScimCaller};
use crate::scim::schema::Kind;
use crate::scim::search;
use crate::state::State;

/// GET: users first, then groups. A filter that speaks of what only one type has selects among that type alone.
pub(crate) async fn list(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    lists::answer(&caller, &state, &parameters, &[Kind::User, Kind::Group]).await
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
