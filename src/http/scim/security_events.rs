//! `/Events`: where a receiver fetches its security event tokens (RFC 9967, RFC 8936).

use std::time::Duration;

use axum::Json;
use axum::extract::State as Shared;
use serde_json::Value;

use super::error::ScimError;
use super::message::Message;
use crate::app::telling::{self, Poll};
use crate::http::extract::ScimCaller;
use crate::scim::security_event as set;
use crate::state::State;

/// For how long a request waits for something to tell: RFC 8936 section 2.2 leaves it to us.
const WAIT: Duration = Duration::from_secs(20);

/// POST: takes down what the receiver has, and answers with what is outstanding.
pub(crate) async fn poll(
    ScimCaller(caller): ScimCaller,
    Shared(state): Shared<State>,
    Message(body): Message,
) -> Result<Json<Value>, ScimError> {
    let request = set::parse(&body)?;
    let poll = Poll {
        acknowledged: request.acknowledged,
        problems: request.problems,
        most: request.most,
        wait: if request.at_once {
            Duration::ZERO
        } else {
            WAIT
        },
    };
    let issuer = state.config.base_url();
    let found = telling::poll(
        &caller,
        &state.bell,
        &poll,
        |receiver, event, external_id| set::token(&issuer, receiver, event, external_id),
    )
    .await?;
    let tokens = found.told.into_iter().map(|(_, token)| token);
    Ok(Json(set::answer(tokens, found.more)))
}
