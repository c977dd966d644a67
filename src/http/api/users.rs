//! `/api/users`: members as people, for the clients of Label Studio that know them so.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::error::ApiError;
use super::member_filter::Asked;
use super::{body::Body, places, shapes};
use crate::app::accounts::profile;
use crate::app::people::{self, New};
use crate::app::{Caller, members as use_cases};
use crate::domain::MemberNumber;
use crate::domain::error::Error;
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::state::State;

/// GET: the members, as many as an answer without pages may hold.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let asked = Asked::read(&parameters)?;
    let found = use_cases::list(&caller, &asked.filter, asked.order, places::ALL).await?;
    let own = caller.organization.0;
    let all = found.resources.iter();
    Ok(Json(all.map(|one| shapes::person(one, own)).collect()))
}

/// Who is to be a member.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    username: Option<String>,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    password: Option<SecretString>,
}

/// POST: makes a member with an account.
pub(crate) async fn create(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let email = filled(wanted.email)
        .or(filled(wanted.username))
        .ok_or_else(|| {
            Error::Invalid("`username` is missing: the e-mail address of who joins".to_owned())
        })?;
    let new = New {
        email,
        about: profile::Change {
            given_name: wanted.first_name,
            family_name: wanted.last_name,
            phone: wanted.phone,
        },
        password: wanted.password,
    };
    match people::create(&caller, &state.hasher, new).await {
        Ok(made) => Ok((StatusCode::CREATED, shown(&caller, &made))),
        // Clients look for these words, and take them for success.
        Err(Error::Duplicate { .. }) => {
            Err(Error::Invalid("a user with this e-mail address already exists".to_owned()).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// GET of one.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    let found = people::find(&caller, MemberNumber(id)).await?;
    Ok(shown(&caller, &found))
}

/// What of somebody can be changed. `null` leaves a thing as it is; what is not known is passed over.
#[derive(Deserialize)]
pub(crate) struct Change {
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    password: Option<SecretString>,
}

/// PATCH of one.
pub(crate) async fn change(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
    Body(wanted): Body<Change>,
) -> Result<Json<Value>, ApiError> {
    if wanted.email.is_some() {
        return Err(ApiError::ReadOnly("email"));
    }
    if wanted.password.is_some() {
        return Err(ApiError::ReadOnly("password"));
    }
    let change = profile::Change {
        given_name: wanted.first_name,
        family_name: wanted.last_name,
        phone: wanted.phone,
    };
    let changed = people::change(&caller, MemberNumber(id), change).await?;
    Ok(shown(&caller, &changed))
}

/// DELETE of one: as a membership is deleted.
pub(crate) async fn delete(
    ApiCaller(caller): ApiCaller,
    Segments(id): Segments<i64>,
) -> Result<StatusCode, ApiError> {
    if use_cases::is_myself(&caller, MemberNumber(id)).await? {
        return Err(ApiError::Oneself);
    }
    use_cases::delete(&caller, MemberNumber(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(caller: &Caller, person: &use_cases::Listed) -> Json<Value> {
    Json(shapes::person(person, caller.organization.0))
}
