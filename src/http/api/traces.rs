//! `/api/sign-in-traces`: how sign-ins went, check by check; and what the last one through a connection carried.

use axum::Json;
use axum::extract::State as Shared;
use serde_json::{Value, json};

use super::PageOf;
use super::error::ApiError;
use crate::app::connections;
use crate::app::sign_on::traces::{self, Wanted};
use crate::domain::error::Error;
use crate::domain::trace::{Carried, Kept, Outcome};
use crate::domain::{ConnectionId, MemberId};
use crate::http::extract::{ApiCaller, Parameters, Segments};
use crate::state::State;

/// GET: a page of traces, newest first; perhaps only those with this `outcome`, through this `connection` or of this
/// `member` (a SCIM id).
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let page = PageOf::read(&parameters, 30)?;
    let mut path = "/api/sign-in-traces".to_owned();
    let mut given = |name: &str| {
        let text = parameters.get(name).filter(|text| !text.is_empty())?;
        let joint = if path.contains('?') { '&' } else { '?' };
        path = format!("{path}{joint}{name}={text}");
        Some(text.to_owned())
    };
    let strange = |name: &str| Error::Invalid(format!("{name} is not one that there is"));
    let wanted = Wanted {
        outcome: given("outcome")
            .map(|text| Outcome::from_name(&text).ok_or_else(|| strange("outcome")))
            .transpose()?,
        connection: given("connection")
            .map(|text| ConnectionId::parse(&text).ok_or_else(|| strange("connection")))
            .transpose()?,
        member: given("member")
            .map(|text| MemberId::parse(&text).ok_or_else(|| strange("member")))
            .transpose()?,
    };
    let (total, found) = traces::list(&caller, &wanted, page.offset(), page.size).await?;
    let results: Vec<Value> = found.iter().map(shape).collect();
    let base_url = state.config.base_url();
    Ok(Json(page.envelope(&base_url, &path, total, &results)))
}

/// GET of one trace.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Segments(number): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(shape(&traces::find(&caller, &number).await?)))
}

/// GET of `/api/connections/{id}/preview`: what the last sign-in through the connection carried, and what was made of it.
pub(crate) async fn preview(
    ApiCaller(caller): ApiCaller,
    Segments(text): Segments<String>,
) -> Result<Json<Value>, ApiError> {
    let missing = || Error::NotFound("connection");
    let id = ConnectionId::parse(&text).ok_or_else(missing)?;
    let connection = connections::find(&caller, id).await?;
    let names = &connection.attributes;
    let last = traces::last(&caller, id).await?;
    Ok(Json(json!({
        "mapping": {
            "email": names.email,
            "first_name": names.first_name,
            "last_name": names.last_name,
            "groups": names.groups,
        },
        "last": last.as_ref().map(shape),
    })))
}

fn shape(kept: &Kept) -> Value {
    let lists = |all: &[Carried]| -> Value {
        all.iter()
            .map(|one| json!({ "name": one.name, "values": one.values }))
            .collect()
    };
    json!({
        "number": kept.number,
        "connection": kept.connection,
        "at": kept.at.to_string(),
        "outcome": kept.outcome.name(),
        "reason": kept.reason,
        "member": kept.member,
        "checks": kept.trace.checks,
        "attributes": lists(&kept.trace.attributes),
        "read": lists(&kept.trace.read),
        "groups": kept.trace.groups,
        "role": kept.trace.role,
    })
}
