//! `PUT /scim/v2/Users/{id}`

use reqwest::Method;
use serde_json::json;

use crate::app::{App, USER, user};

#[tokio::test]
async fn what_is_left_out_is_cleared() {
    let app = App::start().await;
    let body = json!({ "schemas": [USER], "userName": "ada@a.example", "title": "Countess", "externalId": "1" });
    let made = app.own.scim.post("/Users", &body).await.is(201);
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    let changed = app
        .own
        .scim
        .put(&path, &user("ada@b.example"))
        .await
        .is(200);
    assert_eq!(changed["userName"], "ada@b.example");
    assert!(changed.get("title").is_none() && changed.get("externalId").is_none());
    assert_eq!(app.own.scim.get(&path).await.is(200), changed);
    let id = made["id"].as_str().unwrap();
    assert_eq!(app.events(id).await, ["member.changed", "member.created"]);
    app.finish();
}

#[tokio::test]
async fn writing_what_was_read_changes_nothing() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    app.own.group("Team", &[&ada]).await;
    let path = format!("/Users/{ada}");
    let read = app.own.scim.get(&path).await.is(200);
    assert_eq!(app.own.scim.put(&path, &read).await.is(200), read);
    assert_eq!(app.events(&ada).await, ["member.created"]);
    app.finish();
}

#[tokio::test]
async fn a_number_that_a_database_writes_in_another_way_is_the_same_number() {
    let app = App::start().await;
    let numbers = r#"{"large":1e16,"zero":-0.0,"whole":5.0,"small":1e-7,"exact":9007199254740993}"#;
    let said = |numbers: &str| {
        format!(
            r#"{{"schemas":["{USER}"],"userName":"ada","urn:example:numbers:2.0:User":{numbers}}}"#
        )
    };
    let send = async |method, path: &str, body: String| {
        app.own.scim.send(method, path, &[], Some(body)).await
    };
    let made = send(Method::POST, "/Users", said(numbers)).await.is(201);
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    let again = send(Method::PUT, &path, said(numbers)).await.is(200);
    assert_eq!(again["meta"], made["meta"]);
    let other = numbers.replace("740993", "740992");
    let changed = send(Method::PUT, &path, said(&other)).await.is(200);
    assert_ne!(changed["meta"]["version"], made["meta"]["version"]);
    app.finish();
}

/// Security E9, and more in `security/writes.rs`.
#[tokio::test]
async fn a_writer_who_has_read_an_older_state_is_refused() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let path = format!("/Users/{ada}");
    let etag = app.own.scim.get(&path).await.header("etag").to_owned();
    let title = json!([{ "op": "add", "path": "title", "value": "x" }]);
    app.own.change(&path, title).await;
    let body = || Some(user("eve@a.example").to_string());
    for stale in [etag.as_str(), "W/\"77\"", "\"rubbish\""] {
        let headers = [("if-match", stale)];
        for (method, body) in [(Method::PUT, body()), (Method::DELETE, None)] {
            let answer = app.own.scim.send(method, &path, &headers, body).await;
            answer.is_scim_error(412, None);
        }
    }
    let now = app.own.scim.get(&path).await;
    assert_eq!(now.is(200)["userName"], "ada@a.example");
    let etag = now.header("etag").to_owned();
    let headers = [("if-match", etag.as_str())];
    let answer = app
        .own
        .scim
        .send(Method::PUT, &path, &headers, body())
        .await;
    answer.is(200);
    let answer = app
        .own
        .scim
        .send(Method::DELETE, &path, &[("if-match", "*")], None);
    assert_eq!(answer.await.status, 204);
    app.finish();
}

#[tokio::test]
async fn a_client_may_name_several_states_that_it_knows() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let path = format!("/Users/{ada}");
    let both = [("if-match", "W/\"1\", W/\"5\"")];
    let body = Some(user("eve@a.example").to_string());
    app.own
        .scim
        .send(Method::PUT, &path, &both, body)
        .await
        .is(200);
    app.finish();
}

#[tokio::test]
async fn an_unknown_user_is_not_made_by_put() {
    let app = App::start().await;
    let path = "/Users/00000000-0000-0000-0000-000000000000";
    let answer = app.own.scim.put(path, &user("ada@a.example")).await;
    answer.is_scim_error(404, None);
    let list = app.own.scim.get("/Users?count=0").await.is(200);
    assert_eq!(list["totalResults"], 1);
    app.finish();
}

#[tokio::test]
async fn a_user_name_that_another_has_is_refused() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let bob = app.own.user("bob@a.example").await;
    let path = format!("/Users/{bob}");
    let answer = app.own.scim.put(&path, &user("ADA@a.example")).await;
    answer.is_scim_error(409, Some("uniqueness"));
    let read = app.own.scim.get(&path).await.is(200);
    assert_eq!(read["userName"], "bob@a.example");
    app.own
        .scim
        .put(&path, &user("BOB@a.example"))
        .await
        .is(200);
    app.finish();
}
