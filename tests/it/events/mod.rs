//! The audit trail (R18): numbered without a gap, chained, and read by number.

mod chain;
mod feed;
mod keeping;
mod many;
mod polling;
mod receivers;
mod tokens;
mod trail;
mod waiting;

use serde_json::Value;

use crate::app::{App, Organization};

/// A part of the trail.
pub(super) async fn get(organization: &Organization, query: &str) -> Value {
    let path = format!("/events?{query}");
    organization.rest.get(&path).await.is(200)
}

pub(super) fn results(page: &Value) -> Vec<Value> {
    page["results"].as_array().unwrap().clone()
}

/// How many events there are of an organization, numbered or not.
pub(super) async fn written(app: &App, organization: &Organization) -> usize {
    let sql = "SELECT CAST(id AS TEXT) FROM events WHERE CAST(organization_id AS TEXT) = $1";
    let number = organization.number.to_string();
    app.place.database.texts(sql, &[&number]).await.len()
}

/// The whole trail of an organization, as soon as every event that there is now has its number.
pub(super) async fn trail(app: &App, organization: &Organization) -> Vec<Value> {
    let all = written(app, organization).await;
    let mut events: Vec<Value> = Vec::new();
    for _ in 0..60 {
        let page = get(
            organization,
            &format!("after={}&limit=1000&wait=1", events.len()),
        )
        .await;
        events.extend(results(&page));
        if events.len() >= all {
            return events;
        }
    }
    panic!("of {all} events only {} have a number", events.len());
}

pub(super) fn column<'e>(events: &'e [Value], name: &str) -> Vec<&'e str> {
    events
        .iter()
        .map(|event| event[name].as_str().unwrap_or_default())
        .collect()
}
