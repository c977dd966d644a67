//! `/api/scim/removals`: deletions by the directory that wait because there were so many of them at once.

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::error::ApiError;
use crate::app::departures::{self, Decision};
use crate::domain::MemberId;
use crate::domain::error::Error;
use crate::http::extract::ApiCaller;

/// GET: the share, how many deletions wait, and the first 500 of them.
pub(crate) async fn get(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    let waiting = departures::waiting(&caller, None).await?;
    let members: Vec<Value> = waiting
        .members
        .into_iter()
        .map(|one| {
            json!({ "id": one.id, "user_name": one.profile.user_name, "held_at": one.since.to_string() })
        })
        .collect();
    Ok(Json(
        json!({ "share": waiting.share, "count": waiting.total, "results": members }),
    ))
}

/// What an administrator sets.
#[derive(Debug, Deserialize)]
pub(crate) struct Share {
    share: i16,
}

/// PATCH: sets the share in percent.
pub(crate) async fn set(
    caller: ApiCaller,
    Body(wanted): Body<Share>,
) -> Result<Json<Value>, ApiError> {
    departures::set_share(&caller.0, wanted.share).await?;
    get(caller).await
}

/// What an administrator decides.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    decision: String,
    /// SCIM ids; absent means all.
    members: Option<Vec<String>>,
}

/// POST: erases what was kept, or takes the deletions back.
pub(crate) async fn decide(
    ApiCaller(caller): ApiCaller,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Value>, ApiError> {
    let decision = match wanted.decision.as_str() {
        "erase" => Decision::Erase,
        "restore" => Decision::Restore,
        _ => {
            let sentence = "`decision` must be `erase` or `restore`";
            return Err(Error::Invalid(sentence.to_owned()).into());
        }
    };
    let read = |text: &String| MemberId::parse(text).ok_or(Error::NotFound("deletion that waits"));
    let only = wanted
        .members
        .map(|members| members.iter().map(read).collect::<Result<Vec<_>, _>>())
        .transpose()?;
    let (done, taken) = departures::decide(&caller, decision, only.as_deref()).await?;
    Ok(Json(json!({ "count": done, "taken": taken })))
}
