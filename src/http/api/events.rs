//! `/api/events`: the audit trail, by number.

use std::time::Duration;

use axum::Json;
use axum::extract::State as Shared;
use serde_json::{Value, json};

use super::error::ApiError;
use crate::app::trail::{self, Asked};
use crate::domain::error::Error;
use crate::domain::event::Kind;
use crate::domain::event::recorded::Numbered;
use crate::http::extract::{ApiCaller, Parameters};
use crate::state::State;

/// GET: the events behind `after`, oldest first, at most `limit`, perhaps those of one `kind` or `subject`; where there
/// is none, after up to `wait` seconds.
pub(crate) async fn list(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let asked = Asked {
        after: number(&parameters, "after", 0, 0, i64::MAX)?,
        limit: usize::try_from(number(&parameters, "limit", 100, 1, 1000)?).unwrap_or(1000),
        kind: kind(&parameters)?,
        subject: text(&parameters, "subject")?,
        wait: Duration::from_secs(number(&parameters, "wait", 0, 0, 25)?.unsigned_abs()),
    };
    let part = trail::list(&caller, &state.bell, &asked).await?;
    let next = (part.reached < part.last).then(|| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("after", &part.reached.to_string());
        query.append_pair("limit", &asked.limit.to_string());
        let kind = asked.kind.map(Kind::name);
        for (name, value) in [("kind", kind), ("subject", asked.subject.as_deref())] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        format!("{}/api/events?{}", state.config.base_url(), query.finish())
    });
    let results: Vec<Value> = part.events.iter().map(shown).collect();
    Ok(Json(json!({
        "count": part.last,
        "next": next,
        "previous": null,
        "next_after": part.reached,
        "results": results,
    })))
}

/// An event, as it is told.
pub(in crate::http) fn shown(event: &Numbered) -> Value {
    let entry = &event.entry;
    json!({
        "seq": event.seq,
        "hash": event.hash,
        "id": entry.id,
        "organization": entry.organization,
        "at": entry.at.to_string(),
        "kind": entry.kind,
        "actor": { "kind": entry.actor_kind, "id": entry.actor },
        "subject": entry.subject,
        "request_id": entry.request,
        "facts": entry.facts,
        "details": event.details,
    })
}

/// The kind that is asked for, which must be one that there is: a word that is spelt wrongly would find nothing for ever.
fn kind(parameters: &Parameters) -> Result<Option<Kind>, ApiError> {
    let Some(text) = parameters.get("kind").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let kind = Kind::from_name(text).ok_or_else(|| {
        let known = Kind::ALL.map(Kind::name).join(", ");
        Error::Invalid(format!("kind must be one of {known}"))
    })?;
    Ok(Some(kind))
}

/// A text, where there is one. PostgreSQL does not even compare one that holds U+0000.
fn text(parameters: &Parameters, name: &str) -> Result<Option<String>, ApiError> {
    match parameters.get(name) {
        None | Some("") => Ok(None),
        Some(text) if text.contains('\0') => {
            Err(Error::Invalid(format!("{name} must not hold U+0000")).into())
        }
        Some(text) => Ok(Some(text.to_owned())),
    }
}

/// A whole number within limits.
fn number(
    parameters: &Parameters,
    name: &str,
    otherwise: i64,
    least: i64,
    most: i64,
) -> Result<i64, ApiError> {
    match parameters.get(name) {
        None | Some("") => Ok(otherwise),
        Some(text) => text
            .parse::<i64>()
            .ok()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| {
                let least_most = match most {
                    i64::MAX => format!("from {least} on"),
                    _ => format!("from {least} to {most}"),
                };
                Error::Invalid(format!("{name} must be a number {least_most}")).into()
            }),
    }
}
