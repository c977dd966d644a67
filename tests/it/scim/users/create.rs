//! `POST /scim/v2/Users`

use serde_json::json;

use crate::app::{App, USER, user};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[tokio::test]
async fn a_user_that_was_created_is_read_as_it_was_answered_and_is_a_member() {
    let app = App::start().await;
    let body = json!({
        "schemas": [USER, ENTERPRISE],
        "userName": "Ada@A.example",
        "externalId": "00u1",
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "emails": [{ "value": "ada@a.example", "type": "work", "primary": true }],
        "active": true,
        ENTERPRISE: { "department": "Engines" },
        "id": "mine",
        "meta": { "resourceType": "User" },
        "groups": [],
    });
    let answer = app.own.scim.post("/Users", &body).await;
    let made = answer.is(201);
    let id = made["id"].as_str().unwrap();
    assert_ne!(id, "mine");
    assert_eq!(made["userName"], "Ada@A.example");
    assert_eq!(made["emails"], body["emails"]);
    assert_eq!(made[ENTERPRISE], body[ENTERPRISE]);
    assert_eq!(made["meta"]["resourceType"], "User");
    let location = format!("{}/scim/v2/Users/{id}", app.base);
    assert_eq!(answer.header("location"), location);
    assert_eq!(made["meta"]["location"], location);
    assert_eq!(answer.header("etag"), made["meta"]["version"]);
    assert_eq!(answer.header("content-type"), "application/scim+json");

    let read = app.own.scim.get(&format!("/Users/{id}")).await.is(200);
    assert_eq!(read, made);
    assert_eq!(app.own.role("Ada@A.example").await, "AN manual");
    assert_eq!(app.events(id).await, ["member.created"]);
    app.finish();
}

/// Security C9, and more in `security/users.rs`.
#[tokio::test]
async fn a_user_name_that_differs_by_case_or_composition_alone_is_taken() {
    let app = App::start().await;
    app.own.user("Åsa@a.example").await;
    for taken in ["åsa@A.EXAMPLE", "A\u{30a}SA@a.example"] {
        let answer = app.own.scim.post("/Users", &user(taken)).await;
        answer.is_scim_error(409, Some("uniqueness"));
    }
    app.own.user("asa@a.example").await;
    let list = app.own.scim.get("/Users?count=0").await.is(200);
    assert_eq!(list["totalResults"], 3);
    app.finish();
}

#[tokio::test]
async fn sharp_s_is_not_double_s() {
    let app = App::start().await;
    app.own.user("straße@a.example").await;
    app.own.user("strasse@a.example").await;
    app.finish();
}

#[tokio::test]
async fn a_user_who_is_created_inactive_is_deactivated() {
    let app = App::start().await;
    let body = json!({ "schemas": [USER], "userName": "ada@a.example", "active": false });
    let made = app.own.scim.post("/Users", &body).await.is(201);
    assert_eq!(made["active"], false);
    assert_eq!(app.own.role("ada@a.example").await, "DI scim");
    app.finish();
}

/// Security C1, by POST.
#[tokio::test]
async fn nothing_that_a_client_sends_gives_a_role_or_the_organization() {
    let app = App::start().await;
    let body = json!({
        "schemas": [USER], "userName": "eve@a.example", "role": "OW", "isOwner": true, "owner": true,
        "org_id": 2, "password_hash": "x", "seat": 1,
        "roles": [{ "value": "Owner", "primary": true }],
        "urn:example:params:scim:schemas:internal:1.0": { "role": 5, "pinned_role": 5 },
    });
    let made = app.own.scim.post("/Users", &body).await.is(201);
    assert_eq!(app.own.role("eve@a.example").await, "AN manual");
    assert!(made.get("password").is_none());
    app.finish();
}

/// Security C12 (filters on it: `users/list.rs`).
#[tokio::test]
async fn a_password_is_taken_and_never_shown() {
    let app = App::start().await;
    let body =
        json!({ "schemas": [USER], "userName": "ada@a.example", "password": "canary-secret" });
    let made = app.own.scim.post("/Users", &body).await;
    made.is(201);
    assert!(!made.text.contains("canary"));
    let details = "SELECT CAST(details AS TEXT) FROM event_details";
    let details = app.place.database.texts(details, &[]).await;
    assert!(!details.concat().contains("canary"), "{details:?}");
    app.finish();
}

/// Security C5 and C11, and more in `security/users.rs`.
#[tokio::test]
async fn an_ambiguous_or_unusable_body_is_refused_and_makes_nobody() {
    let app = App::start().await;
    for (body, scim_type) in [
        (
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}"#,
            "invalidValue",
        ),
        (
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":""}"#,
            "invalidValue",
        ),
        (
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":5}"#,
            "invalidValue",
        ),
        (
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","active":"maybe"}"#,
            "invalidValue",
        ),
        (
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","Active":true,"active":false}"#,
            "invalidSyntax",
        ),
        (
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a\u0000b"}"#,
            "invalidValue",
        ),
        (
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","externalId":"\u0000"}"#,
            "invalidValue",
        ),
        (
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","title":"\u0000"}"#,
            "invalidValue",
        ),
        (
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","urn:x:y":{"a":"\u0000"}}"#,
            "invalidValue",
        ),
        (r#"{"userName":"a"}"#, "invalidSyntax"),
        ("[]", "invalidSyntax"),
    ] {
        let answer = app
            .own
            .scim
            .send(reqwest::Method::POST, "/Users", &[], Some(body.to_owned()));
        answer.await.is_scim_error(400, Some(scim_type));
    }
    let list = app.own.scim.get("/Users?count=0").await.is(200);
    assert_eq!(list["totalResults"], 1, "the Owner alone");
    app.finish();
}
