//! `POST /scim/v2/Bulk`

mod limits;
mod order;
mod random;
mod references;
mod results;

use serde_json::{Value, json};

use crate::app::Organization;
use crate::client::Answer;

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A bulk request.
fn bulk(operations: Value) -> Value {
    let mut message = json!({ "schemas": [REQUEST] });
    message["Operations"] = operations;
    message
}

/// A POST in it.
fn post(kind: &str, bulk_id: &str, data: &Value) -> Value {
    json!({ "method": "POST", "path": format!("/{kind}"), "bulkId": bulk_id, "data": data })
}

/// A User with a manager.
fn led(user_name: &str, manager: &str) -> Value {
    let mut body = crate::app::user(user_name);
    body[ENTERPRISE] = json!({ "manager": { "value": manager } });
    body
}

impl Organization {
    /// The results of a bulk request, which as a whole must succeed.
    async fn bulk(&self, operations: Value) -> Vec<Value> {
        results(&self.scim.post("/Bulk", &bulk(operations)).await)
    }

    /// What the path of a location tells.
    async fn at(&self, result: &Value) -> Answer {
        self.scim.get(path_of(result)).await
    }
}

#[track_caller]
fn results(answer: &Answer) -> Vec<Value> {
    let body = answer.is(200);
    assert_eq!(answer.header("content-type"), "application/scim+json");
    assert_eq!(body["schemas"], json!([RESPONSE]));
    body["Operations"].as_array().unwrap().clone()
}

/// The path of a result's location, below the base URL.
fn path_of(result: &Value) -> &str {
    let location = result["location"].as_str().unwrap();
    location.split_once("/scim/v2").unwrap().1
}

/// The id of what a result is about.
fn id_of(result: &Value) -> &str {
    path_of(result).rsplit_once('/').unwrap().1
}

fn statuses(results: &[Value]) -> Vec<&str> {
    let status = |result: &'_ Value| result["status"].as_str().map(str::to_owned);
    assert!(results.iter().all(|result| status(result).is_some()));
    results
        .iter()
        .filter_map(|result| result["status"].as_str())
        .collect()
}

/// The sentence of a refused operation, whose form is checked.
#[track_caller]
fn refusal<'r>(result: &'r Value, status: &str, scim_type: Option<&str>) -> &'r str {
    assert_eq!(result["status"], status, "{result}");
    let response = &result["response"];
    assert_eq!(
        response["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:Error"])
    );
    assert_eq!(response["status"], status, "{result}");
    assert_eq!(response["scimType"].as_str(), scim_type, "{result}");
    assert_eq!(result.get("version"), None, "{result}");
    response["detail"].as_str().unwrap()
}
