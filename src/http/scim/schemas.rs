//! `/Schemas`, where a provisioning client may define them: its profile says so. To others these methods do not exist.

use axum::extract::{FromRequest as _, Request, State as Shared};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::base;
use super::error::ScimError;
use super::message::{Answer, Message};
use crate::app::{Caller, schemas};
use crate::domain::schema::CustomSchema;
use crate::http::extract::{Client, Segments};
use crate::scim::{definition, discovery};
use crate::state::State;

/// Who may define schemas.
fn allowed(client: Client) -> Result<Caller, NoMethod> {
    let caller = client.0;
    caller
        .filter(|caller| caller.leniency.defines_schemas())
        .ok_or(NoMethod)
}

/// The answer to a method that is not there.
#[derive(Debug)]
pub(crate) struct NoMethod;

impl IntoResponse for NoMethod {
    fn into_response(self) -> Response {
        let mut answer = ScimError::NoMethod.into_response();
        let methods = HeaderValue::from_static("GET,HEAD");
        answer.headers_mut().insert(header::ALLOW, methods);
        answer
    }
}

/// The body, which is not even read of who may not send it.
async fn read(request: Request, caller: &Caller, state: &State) -> Result<CustomSchema, ScimError> {
    let Message(body) = Message::from_request(request, state).await?;
    Ok(definition::read(&body, caller.now)?)
}

fn answer(schema: &CustomSchema, state: &State) -> Answer {
    Answer::message(&discovery::located(&schema.schema, &base(state)))
}

/// POST: defines an extension.
pub(crate) async fn create(
    client: Client,
    Shared(state): Shared<State>,
    request: Request,
) -> Result<Response, NoMethod> {
    let caller = allowed(client)?;
    let made = async {
        let wanted = read(request, &caller, &state).await?;
        let made = schemas::create(&caller, &state.remembered, wanted).await?;
        Ok::<_, ScimError>(answer(&made, &state).created())
    };
    Ok(made.await.into_response())
}

/// PUT: puts another definition in its place.
pub(crate) async fn replace(
    client: Client,
    Shared(state): Shared<State>,
    Segments(urn): Segments<String>,
    request: Request,
) -> Result<Response, NoMethod> {
    let caller = allowed(client)?;
    let changed = async {
        let wanted = read(request, &caller, &state).await?;
        let changed = schemas::replace(&caller, &state.remembered, &urn, wanted).await?;
        Ok::<_, ScimError>(answer(&changed, &state))
    };
    Ok(changed.await.into_response())
}

/// DELETE: takes it away.
pub(crate) async fn delete(
    client: Client,
    Shared(state): Shared<State>,
    Segments(urn): Segments<String>,
) -> Result<Response, NoMethod> {
    let caller = allowed(client)?;
    let deleted = schemas::delete(&caller, &state.remembered, &urn).await;
    Ok(deleted
        .map(|()| StatusCode::NO_CONTENT)
        .map_err(ScimError::from)
        .into_response())
}
