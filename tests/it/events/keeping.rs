//! What is never in the trail, and what does not happen without it.

use serde_json::json;

use super::trail;
use crate::app::{App, PATCH, USER};

/// What no event may hold, whoever it was given to.
const SECRETS: [&str; 6] = [
    "canary-posted",
    "canary-put",
    "canary-patched",
    "canary-in-an-object",
    // The Owner's, given at the start.
    "a long password",
    "owner-token-a",
];

#[tokio::test]
async fn no_password_and_no_token_is_in_an_event() {
    let app = App::start().await;
    let body = |password: &str, title: &str| json!({ "schemas": [USER], "userName": "ada@a.example", "password": password, "title": title });
    let made = app.own.scim.post("/Users", &body(SECRETS[0], "a")).await;
    let path = format!("/Users/{}", made.is(201)["id"].as_str().unwrap());
    app.own
        .scim
        .put(&path, &body(SECRETS[1], "b"))
        .await
        .is(200);
    for value in [
        json!({ "op": "replace", "path": "password", "value": SECRETS[2] }),
        json!({ "op": "add", "value": { "password": SECRETS[3], "title": "c" } }),
    ] {
        let message = json!({ "schemas": [PATCH], "Operations": [value] });
        app.own.scim.patch(&path, &message).await.is(200);
    }
    let token = app.own.rest.post("/scim/tokens", &json!({})).await.is(201);
    let cookie = app.session("ada@a.example").await;
    let events = trail(&app, &app.own).await;
    let all = serde_json::to_string(&events).unwrap();
    assert!(all.contains("\"title\":\"c\""), "{all}");
    let session = cookie.split('=').nth(1).unwrap();
    for secret in SECRETS.into_iter().chain([
        token["token"].as_str().unwrap(),
        app.own.scim.authorization().trim_start_matches("Bearer "),
        session,
    ]) {
        assert!(!all.contains(secret), "{secret}");
    }
    app.finish();
}

#[tokio::test]
async fn what_cannot_be_recorded_does_not_happen() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let before = trail(&app, &app.own).await;
    for (lost, kept) in [
        (
            "ALTER TABLE events RENAME TO lost",
            "ALTER TABLE lost RENAME TO events",
        ),
        (
            "ALTER TABLE events_unordered RENAME TO lost",
            "ALTER TABLE lost RENAME TO events_unordered",
        ),
    ] {
        app.place.database.execute(lost).await;
        for (method, path, body) in [
            (
                "POST",
                "/Users".to_owned(),
                crate::app::user("eve@a.example"),
            ),
            ("DELETE", format!("/Users/{ada}"), json!({})),
            ("POST", "/Groups".to_owned(), crate::app::group("Team", &[])),
        ] {
            // Past the client, whose answers are never a fault of the server's.
            let answer = reqwest::Client::new()
                .request(
                    method.parse().unwrap(),
                    format!("{}/scim/v2{path}", app.base),
                )
                .header("authorization", app.own.scim.authorization())
                .header("content-type", "application/json")
                .body(body.to_string())
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 500, "{method} {path}");
        }
        app.place.database.execute(kept).await;
    }
    app.own.scim.get(&format!("/Users/{ada}")).await.is(200);
    for (path, filter) in [
        ("Users", "userName eq \"eve@a.example\""),
        ("Groups", "displayName eq \"Team\""),
    ] {
        let found = app.own.scim.get(&format!("/{path}?filter={filter}")).await;
        assert_eq!(found.is(200)["totalResults"], 0);
    }
    assert_eq!(trail(&app, &app.own).await, before);
    app.finish();
}
