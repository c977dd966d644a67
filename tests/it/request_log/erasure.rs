//! Who is deleted is erased from the log, too (R14).

use reqwest::Method;
use serde_json::{Value, json};

use super::{logged, whole};
use crate::app::{App, USER, patch};

/// Everything that is stored of the log.
async fn stored(app: &App) -> String {
    let mut all = String::new();
    for sql in [
        "SELECT path || ' ' || COALESCE(query, '') || COALESCE(detail, '') || COALESCE(subject_name, '') || words FROM request_log",
        "SELECT CAST(leniencies AS TEXT) FROM request_log",
        "SELECT COALESCE(request_body, '') || COALESCE(response_body, '') FROM request_log",
        "SELECT subject FROM request_log_subjects",
    ] {
        all.push_str(&app.place.database.texts(sql, &[]).await.concat());
    }
    all.to_lowercase()
}

/// Names a person in every way that a client has.
async fn talk_of(app: &App) -> String {
    let scim = &app.own.scim;
    let body = json!({
        "schemas": [USER], "userName": "canary@a.example", "displayName": "Canary Bird", "externalId": "canary-7",
        "emails": [{ "value": "canary.bird@home.example" }], "name": { "givenName": "Canary" },
    });
    let made = scim.post("/Users", &body).await.is(201);
    let id = made["id"].as_str().unwrap().to_owned();
    scim.post("/Users", &body)
        .await
        .is_scim_error(409, Some("uniqueness"));
    let other =
        json!({ "schemas": [USER], "userName": "", "emails": [{ "value": "CANARY@a.example" }] });
    scim.post("/Users", &other)
        .await
        .is_scim_error(400, Some("invalidValue"));
    scim.get("/Users?filter=userName%20eq%20%22CANARY@a.example%22")
        .await
        .is(200);
    scim.get("/Users?filter=externalId+eq+%22canary-7%22")
        .await
        .is(200);
    scim.get("/Users?filter=emails+co+%22canary%22")
        .await
        .is(200);
    scim.get("/Users/canary@a.example")
        .await
        .is_scim_error(404, None);
    scim.get("/Users").await.is(200);
    scim.get("/").await.is(200);
    let change = json!([{ "op": "replace", "path": "title", "value": "Canary" }]);
    scim.patch(&format!("/Users/{id}"), &patch(change))
        .await
        .is(200);
    let member = json!([{ "op": "add", "path": "members", "value": [{ "value": id, "display": "Canary Bird" }] }]);
    let group = app.own.group("Team", &[]).await;
    scim.patch(&format!("/Groups/{group}"), &patch(member))
        .await
        .is(200);
    let display = format!("/Groups/{group}?attributes=members.value,members.display");
    scim.get(&display).await.is(200);
    let broken = "canary@a.example".to_owned();
    scim.send(Method::POST, "/Users", &[], Some(broken))
        .await
        .is_scim_error(400, Some("invalidSyntax"));
    id
}

#[tokio::test]
async fn after_a_deletion_no_row_holds_the_persons_name_or_address() {
    let app = App::start().await;
    let id = talk_of(&app).await;
    let bob = app.own.user("bob@a.example").await;
    let before = logged(&app.own, "").await;
    assert!(stored(&app).await.contains("canary"));
    app.own.scim.delete(&format!("/Users/{id}")).await;

    let after = logged(&app.own, "").await;
    let all = stored(&app).await;
    assert!(!all.contains("canary"), "{all}");
    assert!(all.contains("bob@a.example"));
    // What was done stays, to which id and with what success.
    assert_eq!(after.len(), before.len() + 1);
    let of_member = |entries: &[Value]| -> Vec<Value> {
        let entries = entries.iter().filter(|one| one["subject"]["id"] == *id);
        entries
            .map(|one| json!([one["method"], one["path"], one["status"]]))
            .collect()
    };
    assert_eq!(of_member(&after)[1..], of_member(&before));
    for entry in &after {
        let entry = whole(&app.own, entry).await;
        if entry["erased"] == true {
            assert_eq!(entry["request"], json!({ "body": null, "note": null }));
            assert_eq!(entry["response"], json!({ "body": null, "note": null }));
        }
    }
    let kept = logged(&app.own, &format!("?subject={bob}")).await;
    assert_eq!(kept[0]["erased"], false);
    app.finish();
}

#[tokio::test]
async fn what_still_waits_to_be_written_is_erased_as_well() {
    let app = App::start().await;
    let id = talk_of(&app).await;
    // Nobody has read the log yet: what was said before is written after the deletion.
    app.own.scim.delete(&format!("/Users/{id}")).await;
    logged(&app.own, "").await;
    let all = stored(&app).await;
    assert!(!all.contains("canary"), "{all}");
    app.finish();
}

#[tokio::test]
async fn who_is_deleted_by_an_admin_is_erased_and_who_comes_again_is_somebody_new() {
    let app = App::start().await;
    talk_of(&app).await;
    logged(&app.own, "").await;
    let number = app.own.number_of("canary@a.example").await;
    let path = format!("/organizations/0/memberships/{number}");
    assert_eq!(app.own.rest.delete(&path).await.status, 204);
    logged(&app.own, "").await;
    let all = stored(&app).await;
    assert!(!all.contains("canary"), "{all}");
    app.own.user("canary@a.example").await;
    let found = logged(&app.own, "?search=canary").await;
    assert_eq!(found.len(), 1);
    app.finish();
}
