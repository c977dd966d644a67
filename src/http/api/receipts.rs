//! `/api/members/{id}/receipt`: what became of somebody who left, each effect with its time.

use axum::Json;
use serde_json::{Value, json};

use super::error::ApiError;
use crate::app::receipts::{self, Receipt, State};
use crate::domain::MemberNumber;
use crate::domain::receipt::What;
use crate::http::extract::{ApiCaller, Segments};

/// GET.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Segments(member): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    let receipt = receipts::find(&caller, MemberNumber(member)).await?;
    let effects: Vec<Value> = receipt
        .effects
        .iter()
        .map(|effect| {
            json!({
                "at": effect.at.to_string(),
                "effect": word(&effect.what),
                "says": says(&effect.what, &receipt),
                "actor": { "kind": effect.actor_kind, "id": effect.actor },
                "request_id": effect.request,
                "event": effect.event,
            })
        })
        .collect();
    let delivered: Vec<Value> = receipt
        .delivered
        .iter()
        .map(|one| json!({ "at": one.at.to_string(), "url": one.url, "kind": one.kind }))
        .collect();
    Ok(Json(json!({
        "id": receipt.number,
        "member": receipt.id,
        "state": match receipt.state {
            State::Present => "present",
            State::Barred => "without_access",
            State::Waiting => "waiting",
            State::Gone => "deleted",
        },
        "complete": receipt.whole,
        "effects": effects,
        "delivered": delivered,
    })))
}

/// The word for an effect.
fn word(what: &What) -> &'static str {
    match what {
        What::Told => "told",
        What::AccessEnded(..) => "access_ended",
        What::SessionsEnded(_) => "sessions_ended",
        What::TokensEnded(_) => "tokens_ended",
        What::SeatFreed => "seat_freed",
        What::LeftGroup(_) => "left_group",
        What::LeftProject(_) => "left_project",
        What::LeftWorkspace(_) => "left_workspace",
        What::Deleted => "deleted",
        What::Held => "held",
        What::Erased => "erased",
    }
}

/// An effect in words.
pub(in crate::http) fn says(what: &What, receipt: &Receipt) -> String {
    let many = |count: &Option<i64>, one: &str| match count {
        None => format!("Every {one} ended; how many there were is not written down"),
        Some(0) => format!("There was no {one} to end"),
        Some(1) => format!("1 {one} ended"),
        Some(count) => format!("{count} {one}s ended"),
    };
    match what {
        What::Told => "The directory said: not active".to_owned(),
        What::AccessEnded(before, after) if before.has_access() => {
            format!("Access ended: {} became {}", before.name(), after.name())
        }
        What::AccessEnded(before, after) => format!("{} became {}", before.name(), after.name()),
        What::SessionsEnded(count) => many(count, "session"),
        What::TokensEnded(count) => many(count, "token"),
        What::SeatFreed => {
            "The seat was given back, and with the role every role in projects".to_owned()
        }
        What::LeftGroup(id) => match receipt.groups.get(id) {
            Some(name) => format!("Left the group “{name}”"),
            None => format!("Left the group {id}"),
        },
        What::LeftProject(id) => format!("Left project {id}"),
        What::LeftWorkspace(id) => format!("Left workspace {id}"),
        What::Deleted => "Deleted".to_owned(),
        What::Held => {
            "What is known of them is kept: the brake held, and an administrator decides".to_owned()
        }
        What::Erased => "Personal data erased".to_owned(),
    }
}
