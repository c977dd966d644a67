//! What is answered: RFC 7644 section 3.7.3.

use reqwest::Method;
use serde_json::json;

use super::{bulk, post, refusal, results, statuses};
use crate::app::{App, group, patch, user};

#[tokio::test]
async fn every_operation_has_its_result_in_the_order_of_the_request() {
    let app = App::start().await;
    let bob = app.own.user("bob@a.example").await;
    let eve = app.own.user("eve@a.example").await;
    let title = patch(json!([{ "op": "add", "path": "title", "value": "x" }]));
    let results = app
        .own
        .bulk(json!([
            post("Users", "ada", &user("ada@a.example")),
            { "method": "put", "path": format!("/Users/{bob}"), "data": user("bob@a.example") },
            { "method": "PATCH", "path": format!("Users/{eve}/"), "data": title, "bulkId": "mine" },
            { "method": "DELETE", "path": format!("/Users/{eve}") },
            post("Groups", "team", &group("Team", &[])),
        ]))
        .await;
    assert_eq!(statuses(&results), ["201", "200", "200", "204", "201"]);
    for (result, method) in results
        .iter()
        .zip(["POST", "PUT", "PATCH", "DELETE", "POST"])
    {
        assert_eq!(result["method"], method);
        assert_eq!(result.get("response"), None, "{result}");
        assert!(result["location"].is_string(), "{result}");
        // What is there has a version, and what is gone has none.
        if method == "DELETE" {
            assert_eq!(result.get("version"), None);
            app.own.at(result).await.is_scim_error(404, None);
        }
    }
    for index in [0, 1, 4] {
        let read = app.own.at(&results[index]).await;
        assert_eq!(results[index]["version"], read.header("etag"));
        assert_eq!(results[index]["location"], read.is(200)["meta"]["location"]);
    }
    assert_eq!(results[0]["bulkId"], "ada");
    assert_eq!(results[1].get("bulkId"), None);
    assert_eq!(results[2]["bulkId"], "mine");
    app.finish();
}

#[tokio::test]
async fn what_fails_is_told_as_a_single_request_would_and_the_rest_is_done() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let wrong = json!({ "schemas": [crate::app::USER] });
    let nobody = "/Users/00000000-0000-0000-0000-000000000000";
    let deactivate = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
    let owner = app
        .own
        .scim
        .get("/Users?filter=userName%20eq%20%22owner@a.example%22")
        .await
        .is(200);
    let owner = owner["Resources"][0]["id"].as_str().unwrap();
    let results = app
        .own
        .bulk(json!([
            post("Users", "again", &user("ADA@a.example")),
            post("Users", "wrong", &wrong),
            { "method": "PUT", "path": nobody, "data": user("x@a.example") },
            { "method": "DELETE", "path": "/Groups/5" },
            { "method": "PATCH", "path": format!("/Users/{owner}"), "data": deactivate },
            { "method": "PATCH", "path": format!("/Users/{ada}"), "data": {} },
            post("Users", "good", &user("good@a.example")),
        ]))
        .await;
    refusal(&results[0], "409", Some("uniqueness"));
    refusal(&results[1], "400", Some("invalidValue"));
    refusal(&results[2], "404", None);
    refusal(&results[3], "404", None);
    refusal(&results[4], "403", None);
    refusal(&results[5], "400", Some("invalidSyntax"));
    assert_eq!(results[6]["status"], "201");
    // What a POST did not make is nowhere; all else has an address.
    for (index, result) in results.iter().enumerate() {
        assert_eq!(result.get("location").is_none(), index < 2, "{result}");
    }
    assert_eq!(results[0]["bulkId"], "again");
    app.finish();
}

#[tokio::test]
async fn a_version_is_looked_at_for_its_operation_alone() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[]).await;
    let title = patch(json!([{ "op": "add", "path": "title", "value": "x" }]));
    let (of_ada, of_team) = (format!("/Users/{ada}"), format!("/Groups/{team}"));
    let results = app
        .own
        .bulk(json!([
            { "method": "PATCH", "path": of_ada, "version": "W/\"7\"", "data": title },
            { "method": "PATCH", "path": of_ada, "version": "W/\"1-abc\"", "data": title },
            { "method": "PUT", "path": of_ada, "version": "W/\"1\"", "data": user("ada@a.example") },
            { "method": "DELETE", "path": of_team, "version": "nonsense" },
            { "method": "DELETE", "path": of_ada, "version": "*" },
            { "method": "DELETE", "path": of_team, "version": "W/\"1\", W/\"9\"" },
        ]))
        .await;
    assert_eq!(
        statuses(&results),
        ["412", "200", "412", "412", "204", "204"]
    );
    refusal(&results[0], "412", None);
    app.finish();
}

#[tokio::test]
async fn each_operation_is_recorded_and_one_that_fails_is_not() {
    let app = App::start().await;
    let results = app
        .own
        .bulk(json!([
            post("Users", "ada", &user("ada@a.example")),
            post("Users", "again", &user("ada@a.example")),
            post("Groups", "team", &group("Team", &["bulkId:ada"])),
        ]))
        .await;
    assert_eq!(statuses(&results), ["201", "409", "201"]);
    let ada = super::id_of(&results[0]);
    assert_eq!(app.events(ada).await, ["member.created"]);
    assert_eq!(
        app.events(super::id_of(&results[2])).await,
        ["group.created"]
    );
    let read = app.own.at(&results[0]).await.is(200);
    assert_eq!(read["groups"][0]["display"], "Team");
    app.finish();
}

#[tokio::test]
async fn a_bulk_request_follows_the_rules_of_every_other() {
    let app = App::start().await;
    let good = bulk(json!([]));
    assert!(results(&app.own.scim.post("/Bulk/", &good).await).is_empty());
    app.own.scim.get("/Bulk").await.is_scim_error(405, None);
    let nobody = app.own.scim.with(None);
    nobody.post("/Bulk", &good).await.is_scim_error(401, None);
    let user_token = app.own.scim.with(Some("Bearer owner-token-a"));
    user_token
        .post("/Bulk", &good)
        .await
        .is_scim_error(401, None);
    let plain = [("content-type", "text/plain")];
    let plain = app
        .own
        .scim
        .send(Method::POST, "/Bulk", &plain, Some(good.to_string()));
    plain.await.is_scim_error(415, None);
    for wrong in [
        "{",
        "[]",
        "{\"schemas\":[]}",
        "{\"schemas\":[],\"schemas\":[]}",
    ] {
        app.own
            .scim
            .send(Method::POST, "/Bulk", &[], Some(wrong.to_owned()))
            .await
            .is_scim_error(400, Some("invalidSyntax"));
    }
    app.finish();
}
