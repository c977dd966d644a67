//! `POST /Schemas`, where the token's profile allows it.

use reqwest::Method;
use serde_json::json;

use super::{BADGE, badged, schema};
use crate::app::App;

#[tokio::test]
async fn a_lenient_client_defines_schemas_and_uses_them_at_once() {
    let app = App::start().await;
    let client = app.own.client("lenient").await;
    let wanted = schema(&json!([{ "name": "number", "type": "integer" }]));
    let answer = client.post("/Schemas", &wanted).await;
    let made = answer.is(201);
    let path = format!("/Schemas/{BADGE}");
    assert_eq!(client.get(&path).await.is(200), made);
    client
        .post("/Schemas", &wanted)
        .await
        .is_scim_error(409, Some("uniqueness"));
    client
        .post("/Schemas", &json!({}))
        .await
        .is_scim_error(400, Some("invalidValue"));
    client
        .post("/Users", &badged("ada", &json!({ "number": "7" })))
        .await
        .is_scim_error(400, Some("invalidValue"));
    let ada = client
        .post("/Users", &badged("ada", &json!({ "number": 7 })))
        .await
        .is(201);
    assert_eq!(ada[BADGE], json!({ "number": 7 }));
    // Other clients of the organization read by it too.
    app.own
        .scim
        .post("/Users", &badged("bob", &json!({ "number": true })))
        .await
        .is_scim_error(400, Some("invalidValue"));
    let more = schema(&json!([{ "name": "number", "type": "integer" }, { "name": "x" }]));
    let changed = client.put(&path, &more).await.is(200);
    assert_eq!(changed["attributes"][1]["name"], "x");
    assert_eq!(client.delete(&path).await.status, 204);
    client.get(&path).await.is_scim_error(404, None);
    client.delete(&path).await.is_scim_error(404, None);
    app.finish();
}

#[tokio::test]
async fn to_other_clients_schemas_are_only_to_be_read() {
    let app = App::start().await;
    let body = schema(&json!([{ "name": "a" }])).to_string();
    let path = format!("/Schemas/{BADGE}");
    for profile in ["rfc", "entra", "okta"] {
        let client = app.own.client(profile).await;
        for (method, path) in [
            (Method::POST, "/Schemas"),
            (Method::PUT, path.as_str()),
            (Method::DELETE, path.as_str()),
            (Method::PATCH, path.as_str()),
        ] {
            let answer = client.send(method, path, &[], Some(body.clone())).await;
            answer.is_scim_error(405, None);
            assert_eq!(
                answer.header("allow").replace(' ', "").split(',').next(),
                Some("GET")
            );
        }
    }
    let nobody = app.own.scim.with(None);
    let answer = nobody.send(Method::POST, "/Schemas", &[], Some(body)).await;
    answer.is_scim_error(405, None);
    app.finish();
}
