//! What this service provider can do: RFC 7644 section 4. The same for everybody, so no token is asked for.

use axum::extract::State as Shared;

use super::base;
use super::error::ScimError;
use super::message::Answer;
use crate::domain::error::Error;
use crate::http::extract::{Parameters, Segments};
use crate::scim::discovery;
use crate::scim::schema::Definitions;
use crate::state::State;

fn unfiltered(parameters: &Parameters) -> Result<(), ScimError> {
    match parameters.get("filter") {
        Some(_) => Err(ScimError::NoFilterHere),
        None => Ok(()),
    }
}

/// `/ServiceProviderConfig`
pub(crate) async fn service_provider_config(
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    unfiltered(&parameters)?;
    Ok(Answer::message(&discovery::service_provider_config(
        &base(&state),
        state.config.max_body_bytes,
    )))
}

/// `/ResourceTypes`
pub(crate) async fn resource_types(
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    unfiltered(&parameters)?;
    Ok(Answer::message(&discovery::resource_types(
        &base(&state),
        Definitions::standard(),
    )))
}

/// `/ResourceTypes/{id}`
pub(crate) async fn resource_type(
    Shared(state): Shared<State>,
    Segments(id): Segments<String>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    unfiltered(&parameters)?;
    let found = discovery::resource_type(&base(&state), &id, Definitions::standard())
        .ok_or(Error::NotFound("ResourceType"))?;
    Ok(Answer::message(&found))
}

/// `/Schemas`
pub(crate) async fn schemas(
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    unfiltered(&parameters)?;
    Ok(Answer::message(&discovery::schemas(
        &base(&state),
        Definitions::standard(),
    )))
}

/// `/Schemas/{urn}`
pub(crate) async fn schema(
    Shared(state): Shared<State>,
    Segments(urn): Segments<String>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    unfiltered(&parameters)?;
    let found = discovery::schema(&base(&state), &urn, Definitions::standard())
        .ok_or(Error::NotFound("Schema"))?;
    Ok(Answer::message(&found))
}
