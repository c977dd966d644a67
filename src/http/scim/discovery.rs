//! What this service provider can do: RFC 7644 section 4. No token is asked for. Who presents one reads the schemas of the
//! organization too.

use axum::extract::State as Shared;

use super::error::ScimError;
use super::message::Answer;
use super::{base, definitions};
use crate::app::receivers;
use crate::domain::error::Error;
use crate::http::extract::{Client, Parameters, ScimCaller, Segments};
use crate::scim::schema::Definitions;
use crate::scim::{discovery, security_event};
use crate::state::State;

/// The schemas that hold for who asks.
fn known(client: &Client) -> Definitions {
    match &client.0 {
        Some(caller) => definitions(caller),
        None => Definitions::standard().clone(),
    }
}

fn unfiltered(parameters: &Parameters) -> Result<(), ScimError> {
    match parameters.get("filter") {
        Some(_) => Err(ScimError::NoFilterHere),
        None => Ok(()),
    }
}

/// `/ServiceProviderConfig`
///
/// Security events are configured by organization, so only a client of one that has a receiver is told of them: what is
/// absent is not configured, RFC 9967 section 4. Whoever has no good token is answered as ever.
pub(crate) async fn service_provider_config(
    caller: Result<ScimCaller, ScimError>,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    unfiltered(&parameters)?;
    let told = match caller {
        Ok(ScimCaller(caller)) => receivers::any(&caller).await?,
        Err(ScimError::Unauthorized) => false,
        Err(failed) => return Err(failed),
    };
    let mut config = discovery::service_provider_config(&base(&state), state.config.max_body_bytes);
    if told {
        config["securityEvents"] = security_event::configuration();
    }
    Ok(Answer::message(&config))
}

/// `/ResourceTypes`
pub(crate) async fn resource_types(
    client: Client,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    unfiltered(&parameters)?;
    Ok(Answer::message(&discovery::resource_types(
        &base(&state),
        &known(&client),
    )))
}

/// `/ResourceTypes/{id}`
pub(crate) async fn resource_type(
    client: Client,
    Shared(state): Shared<State>,
    Segments(id): Segments<String>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    unfiltered(&parameters)?;
    let found = discovery::resource_type(&base(&state), &id, &known(&client))
        .ok_or(Error::NotFound("ResourceType"))?;
    Ok(Answer::message(&found))
}

/// `/Schemas`
pub(crate) async fn schemas(
    client: Client,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    unfiltered(&parameters)?;
    Ok(Answer::message(&discovery::schemas(
        &base(&state),
        &known(&client),
    )))
}

/// `/Schemas/{urn}`
pub(crate) async fn schema(
    client: Client,
    Shared(state): Shared<State>,
    Segments(urn): Segments<String>,
    parameters: Parameters,
) -> Result<Answer, ScimError> {
    unfiltered(&parameters)?;
    let found =
        discovery::schema(&base(&state), &urn, &known(&client)).ok_or(Error::NotFound("Schema"))?;
    Ok(Answer::message(&found))
}
