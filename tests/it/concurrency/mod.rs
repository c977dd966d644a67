//! Many at once: nobody's change is lost, no role is left behind (R9), and the only complaint is "try again".

mod groups;
mod members;
mod tenants;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::app::{Organization, patch};
use crate::client::Client;

pub(super) fn add(member: &str) -> Value {
    patch(json!([{ "op": "add", "path": "members", "value": [{ "value": member }] }]))
}

pub(super) fn remove(member: &str) -> Value {
    patch(json!([{ "op": "remove", "path": format!("members[value eq \"{member}\"]") }]))
}

pub(super) fn rename(name: &str) -> Value {
    patch(json!([{ "op": "replace", "value": { "displayName": name } }]))
}

pub(super) async fn users(organization: &Organization, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(organization.user(&format!("u{n}@a.example")).await);
    }
    ids
}

/// One client's requests, one after the other; what was answered, and how often it had to ask again.
pub(crate) async fn busy(
    client: Client,
    requests: Vec<(Method, String, Option<Value>)>,
) -> (Vec<u16>, u32) {
    let (mut statuses, mut again) = (Vec::new(), 0);
    for (method, path, body) in requests {
        let (answer, refused) = client.patiently(method, &path, body.as_ref()).await;
        statuses.push(answer.status);
        again += refused;
    }
    (statuses, again)
}

/// Lets all run at once; every status, and how often somebody had to ask again.
pub(crate) async fn all(tasks: JoinSet<(Vec<u16>, u32)>) -> (Vec<u16>, u32) {
    let done = tasks.join_all().await;
    let again = done.iter().map(|(_, again)| again).sum();
    (
        done.into_iter()
            .flat_map(|(statuses, _)| statuses)
            .collect(),
        again,
    )
}
