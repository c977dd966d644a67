//! No secret is ever in the log, whatever form it came in.

use reqwest::Method;
use serde_json::{Value, json};

use super::newest;
use crate::app::{App, USER};

const SECRET: &str = "hunter2-canary";

/// Everything that is stored of the log.
async fn stored(app: &App) -> String {
    let mut all = String::new();
    for sql in [
        "SELECT path || COALESCE(query, '') || COALESCE(detail, '') || COALESCE(subject_name, '') || words FROM request_log",
        "SELECT COALESCE(user_agent, '') || CAST(leniencies AS TEXT) FROM request_log",
        "SELECT COALESCE(request_body, '') || COALESCE(response_body, '') FROM request_log",
        "SELECT subject FROM request_log_subjects",
    ] {
        all.push_str(&app.place.database.texts(sql, &[]).await.concat());
    }
    all
}

#[tokio::test]
async fn a_password_is_masked_in_every_form() {
    let app = App::start().await;
    let id = app.own.user("ada@a.example").await;
    let path = format!("/Users/{id}");
    let filter = format!("password eq \"{SECRET}\"");
    let bodies: Vec<(Method, &str, Value)> = vec![
        (
            Method::POST,
            "/Users",
            json!({ "schemas": [USER], "userName": "a", "password": SECRET }),
        ),
        (
            Method::POST,
            "/Users",
            json!({ "schemas": [USER], "userName": "b", "PassWord": { "value": [SECRET] } }),
        ),
        (
            Method::PATCH,
            &path,
            json!({ "Operations": [{ "value": SECRET, "path": "password", "op": "replace" }] }),
        ),
        (
            Method::PATCH,
            &path,
            json!({ "Operations": [{ "op": "replace", "value": { format!("{USER}:password"): SECRET } }] }),
        ),
        (
            Method::PATCH,
            &path,
            json!({ "Operations": [{ "op": "remove", "path": format!("x[{filter}]") }] }),
        ),
        (
            Method::POST,
            "/Bulk",
            json!({ "Operations": [{ "method": "POST", "path": "/Users", "data": { "password": SECRET } }] }),
        ),
        (Method::POST, "/Users/.search", json!({ "filter": filter })),
        (
            Method::PUT,
            &path,
            json!({ "schemas": [USER], "userName": SECRET, "password": SECRET }),
        ),
        (
            Method::PUT,
            &path,
            json!({ "schemas": [USER], "userName": "x", "title": json!({ "password": SECRET }).to_string() }),
        ),
    ];
    for (method, path, body) in bodies {
        app.own
            .scim
            .send(method, path, &[], Some(body.to_string()))
            .await;
        let entry = newest(&app.own).await;
        assert_eq!(entry["masked"], true, "{body}");
        assert!(
            entry["request"]["body"].as_str().unwrap().contains("***"),
            "{entry}"
        );
    }
    let search = format!("/Users?filter=password%20eq%20%22{SECRET}%22&access_token={SECRET}");
    app.own.scim.get(&search).await;
    let broken = format!("{{\"password\": \"{SECRET}\"");
    app.own
        .scim
        .send(Method::POST, "/Users", &[], Some(broken))
        .await;
    let twice = format!("{{\"path\":\"password\",\"path\":\"x\",\"value\":\"{SECRET}\"}}");
    app.own
        .scim
        .send(Method::POST, "/Users", &[], Some(twice))
        .await;
    newest(&app.own).await;
    let all = stored(&app).await;
    assert!(!all.contains(SECRET), "{all}");
    app.finish();
}

#[tokio::test]
async fn a_credential_of_ours_is_masked_wherever_it_stands() {
    let app = App::start().await;
    let token = app.own.scim.authorization().to_owned();
    let token = token.strip_prefix("Bearer ").unwrap();
    let body = json!({ "schemas": [USER], "userName": "a", "title": format!("my {token}.") });
    let agent = format!("client/{token}");
    let headers = [("user-agent", agent.as_str())];
    let path = format!("/Users?x={token}");
    app.own
        .scim
        .send(Method::POST, &path, &headers, Some(body.to_string()))
        .await
        .is(201);
    let path = format!("/Users/{token}");
    app.own
        .scim
        .send(Method::GET, &path, &headers, None)
        .await
        .is_scim_error(404, None);
    let entry = newest(&app.own).await;
    assert_eq!(entry["path"], "/scim/v2/Users/***");
    let all = stored(&app).await;
    assert!(!all.contains(token), "{all}");
    app.finish();
}
