//! The characteristics of RFC 7643 section 7, each at an attribute that an organization has defined, and at those of the
//! standard schemas that have it.

mod filters;
mod mutability;
mod returned;
mod standard;
mod types;
mod unique;

use serde_json::{Value, json};

use super::schemas::{BADGE, badged, schema};
use crate::app::{App, patch};

/// A server whose organization has defined these attributes.
async fn with(attributes: &Value) -> App {
    let app = App::start().await;
    app.own
        .rest
        .post("/scim/schemas", &schema(attributes))
        .await
        .is(201);
    app
}

/// Makes a User with something under the extension; the path.
async fn made(app: &App, user_name: &str, badge: &Value) -> String {
    let made = app
        .own
        .scim
        .post("/Users", &badged(user_name, badge))
        .await
        .is(201);
    format!("/Users/{}", made["id"].as_str().unwrap())
}

/// One operation at an attribute of the extension.
fn at(op: &str, attribute: &str, value: &Value) -> Value {
    let mut operation = json!({ "op": op, "path": format!("{BADGE}:{attribute}") });
    if !value.is_null() {
        operation["value"] = value.clone();
    }
    patch(json!([operation]))
}

/// The userNames that a filter selects, sorted.
async fn selected(app: &App, filter: &str) -> Vec<String> {
    let mut url = reqwest::Url::parse("http://x/Users").unwrap();
    url.query_pairs_mut().append_pair("filter", filter);
    let path = format!("/Users?{}", url.query().unwrap());
    let found = app.own.scim.get(&path).await.is(200);
    let resources = found["Resources"].as_array().cloned().unwrap_or_default();
    let mut names: Vec<String> = resources
        .iter()
        .map(|one| one["userName"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// That a filter is none.
async fn refused(app: &App, filter: &str) -> String {
    let mut url = reqwest::Url::parse("http://x/Users").unwrap();
    url.query_pairs_mut().append_pair("filter", filter);
    let path = format!("/Users?{}", url.query().unwrap());
    app.own
        .scim
        .get(&path)
        .await
        .is_scim_error(400, Some("invalidFilter"))
}
