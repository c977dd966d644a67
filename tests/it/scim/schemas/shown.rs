//! `/Schemas` and `/ResourceTypes` for who has a token.

use serde_json::json;

use super::{BADGE, schema};
use crate::app::App;

#[tokio::test]
async fn discovery_shows_the_schemas_of_an_organization_to_its_clients_alone() {
    let app = App::start().await;
    let other = app.other();
    let mut wanted = schema(&json!([{ "name": "number", "canonicalValues": ["1", "2"] }]));
    wanted["required"] = true.into();
    app.own.rest.post("/scim/schemas", &wanted).await.is(201);
    let one = format!("/Schemas/{BADGE}");
    let shown = app.own.scim.get(&one).await.is(200);
    assert_eq!(
        shown["schemas"],
        json!(["urn:ietf:params:scim:schemas:core:2.0:Schema"])
    );
    assert_eq!(shown["attributes"][0]["canonicalValues"], json!(["1", "2"]));
    assert_eq!(
        shown["meta"]["location"],
        format!("{}/scim/v2{one}", app.base)
    );
    let all = app.own.scim.get("/Schemas").await.is(200);
    assert_eq!(all["totalResults"], 4);
    assert!(all["Resources"].as_array().unwrap().contains(&shown));
    let user = app.own.scim.get("/ResourceTypes/User").await.is(200);
    let extensions = user["schemaExtensions"].as_array().unwrap();
    assert!(extensions.contains(&json!({ "schema": BADGE, "required": true })));
    let group = app.own.scim.get("/ResourceTypes/Group").await.is(200);
    assert_eq!(group["schemaExtensions"], json!([]));

    let nobody = app.own.scim.with(None);
    let stranger = app.own.scim.with(Some("Bearer rr_scim_nothing"));
    for client in [&other.scim, &nobody, &stranger] {
        client.get(&one).await.is_scim_error(404, None);
        assert_eq!(client.get("/Schemas").await.is(200)["totalResults"], 3);
        let user = client.get("/ResourceTypes/User").await.is(200);
        assert_eq!(user["schemaExtensions"].as_array().unwrap().len(), 1);
    }
    app.finish();
}
