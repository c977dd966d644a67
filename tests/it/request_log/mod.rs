//! `/api/scim/requests`: what the provisioning clients sent. Reading waits for what this server has seen, so no test
//! has to.

mod erasure;
mod reading;
mod replay;
mod retention;
mod secrets;

use serde_json::Value;

use crate::app::Organization;

/// The entries that a query selects, newest first.
pub(super) async fn logged(organization: &Organization, query: &str) -> Vec<Value> {
    let list = organization
        .rest
        .get(&format!("/scim/requests{query}"))
        .await;
    list.is(200)["results"].as_array().unwrap().clone()
}

/// An entry with its bodies.
pub(super) async fn whole(organization: &Organization, entry: &Value) -> Value {
    let path = format!("/scim/requests/{}", entry["id"].as_str().unwrap());
    organization.rest.get(&path).await.is(200)
}

/// The newest entry, with its bodies.
pub(super) async fn newest(organization: &Organization) -> Value {
    let entries = logged(organization, "?page_size=1").await;
    whole(organization, &entries[0]).await
}
