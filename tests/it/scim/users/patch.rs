//! `PATCH /scim/v2/Users/{id}`

use serde_json::json;

use crate::app::{App, patch};

/// Security E3.
#[tokio::test]
async fn the_operations_of_a_request_are_done_all_or_none() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let path = format!("/Users/{ada}");
    let before = app.own.scim.get(&path).await.is(200);
    let bad = patch(json!([
        { "op": "add", "path": "title", "value": "Countess" },
        { "op": "replace", "path": "active", "value": "perhaps" },
    ]));
    app.own
        .scim
        .patch(&path, &bad)
        .await
        .is_scim_error(400, Some("invalidValue"));
    assert_eq!(app.own.scim.get(&path).await.is(200), before);
    assert_eq!(app.events(&ada).await, ["member.created"]);

    let good = json!([
        { "op": "Add", "path": "title", "value": "Countess" },
        { "op": "replace", "value": { "name.familyName": "King", "nickName": "A" } },
        { "op": "remove", "path": "nickName" },
    ]);
    let after = app.own.change(&path, good).await;
    assert_eq!(after["title"], "Countess");
    assert_eq!(after["name"]["familyName"], "King");
    assert!(after.get("nickName").is_none());
    assert_eq!(app.own.scim.get(&path).await.is(200), after);
    assert_eq!(app.events(&ada).await, ["member.changed", "member.created"]);
    app.finish();
}

#[tokio::test]
async fn what_changes_nothing_leaves_the_version_and_no_event() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let path = format!("/Users/{ada}");
    let before = app.own.scim.get(&path).await.is(200);
    let same = json!([{ "op": "replace", "path": "active", "value": true }]);
    assert_eq!(app.own.change(&path, same).await, before);
    assert_eq!(app.events(&ada).await, ["member.created"]);
    app.finish();
}

/// Security C3, and more in `security/users.rs`.
#[tokio::test]
async fn what_only_the_server_may_say_cannot_be_changed() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let path = format!("/Users/{ada}");
    let before = app.own.scim.get(&path).await.is(200);
    for operation in [
        json!({ "op": "replace", "path": "id", "value": "x" }),
        json!({ "op": "replace", "path": "meta.version", "value": "x" }),
        json!({ "op": "add", "path": "groups", "value": [{ "value": "x" }] }),
        json!({ "op": "remove", "path": "userName" }),
    ] {
        let answer = app.own.scim.patch(&path, &patch(json!([operation]))).await;
        answer.is_scim_error(400, Some("mutability"));
    }
    let answer = app
        .own
        .scim
        .patch(&path, &patch(json!([{ "op": "remove" }])))
        .await;
    answer.is_scim_error(400, Some("noTarget"));
    assert_eq!(app.own.scim.get(&path).await.is(200), before);
    app.finish();
}

#[tokio::test]
async fn the_sign_in_address_of_an_account_follows_its_directory_and_no_other() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let path = format!("/Users/{ada}");
    let rename = |to: &str| json!([{ "op": "replace", "path": "userName", "value": to }]);
    app.own.change(&path, rename("ada@new.example")).await;
    let keys = "SELECT COALESCE(email_key, '-') FROM accounts ORDER BY 1";
    let keys = app.place.database.texts(keys, &[]).await;
    assert_eq!(keys, ["ada@new.example", "owner@a.example"]);

    // The Owner's account was not made by the directory: what SCIM says changes the member alone.
    let filter = "/Users?filter=userName%20eq%20%22owner@a.example%22";
    let owner = app.own.scim.get(filter).await.is(200);
    let id = owner["Resources"][0]["id"].as_str().unwrap();
    app.own
        .change(&format!("/Users/{id}"), rename("mallory@a.example"))
        .await;
    let keys = "SELECT email_key FROM accounts WHERE home_organization_id IS NULL";
    let keys = app.place.database.texts(keys, &[]).await;
    assert_eq!(keys, ["owner@a.example"]);
    app.finish();
}
