//! The tokens of provisioning clients, as administrators keep them through the REST API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, printed, user};

const TOKENS: &str = "/scim/tokens";

#[tokio::test]
async fn a_token_is_shown_once_and_ends_when_it_is_revoked() {
    let app = App::start().await;
    let wanted = json!({ "profile": "entra", "expires_at": "2999-01-01T00:00:00Z" });
    let made = app.own.rest.post(TOKENS, &wanted).await.is(201);
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("rr_scim_"));
    assert_eq!(made["profile"], "entra");
    assert_eq!(made["expires_at"], "2999-01-01T00:00:00.000Z");
    assert_eq!(made["last_used_at"], Value::Null);

    let found = async || {
        let list = app.own.rest.get(TOKENS).await;
        assert!(!list.text.contains(token), "{}", list.text);
        let list = list.is(200);
        // The other is the one of the harness, made at the command line.
        assert_eq!(list["count"], 2, "{list}");
        assert_eq!(list["results"][0]["profile"], "rfc");
        list["results"][1].clone()
    };
    let mut record = made.clone();
    record.as_object_mut().unwrap().remove("token");
    assert_eq!(found().await, record);

    let client = app.own.scim.with(Some(&format!("Bearer {token}")));
    client.post("/Users", &user("ada@a.example")).await.is(201);
    let used = found().await["last_used_at"].clone();
    assert!(used.as_str() > made["created_at"].as_str(), "{used}");
    let said = printed(
        &app.place
            .run(&["scim-token", "list", "--organization", "1"]),
    );
    let line = said.lines().last().unwrap();
    assert!(
        line.contains("  entra  ") && line.contains("used 20"),
        "{line}"
    );

    // One that was never presented, because a node may remember for a second one that was.
    let unused = app.own.rest.post(TOKENS, &json!({})).await.is(201);
    assert_eq!(
        (&unused["profile"], &unused["expires_at"]),
        (&json!("rfc"), &Value::Null)
    );
    let id = unused["id"].as_str().unwrap();
    let path = format!("{TOKENS}/{id}");
    assert_eq!(app.own.rest.delete(&path).await.status, 204);
    let refused = unused["token"].as_str().unwrap();
    let refused = app.own.scim.with(Some(&format!("Bearer {refused}")));
    refused.get("/Users").await.is_scim_error(401, None);
    app.own.rest.delete(&path).await.is_problem(404);
    let list = app
        .own
        .rest
        .get(&format!("{TOKENS}/?page=3&page_size=1"))
        .await
        .is(200);
    assert_eq!(list["results"][0]["id"], id);
    assert!(list["results"][0]["revoked_at"].is_string());
    assert_eq!(
        app.events(id).await,
        ["scim_token.created", "scim_token.revoked"]
    );
    app.finish();
}

#[tokio::test]
async fn the_last_use_of_a_token_is_not_written_again_within_a_minute() {
    let app = App::start().await;
    // As if it had been used when it was made, a moment ago.
    let sql = "UPDATE scim_tokens SET last_used_at = created_at";
    assert_eq!(app.place.database.execute(sql).await, 1);
    app.own.scim.get("/Users").await.is(200);
    let list = app.own.rest.get(TOKENS).await.is(200);
    let found = &list["results"][0];
    assert_eq!(found["last_used_at"], found["created_at"]);
    app.finish();
}

#[tokio::test]
async fn what_makes_no_sense_makes_no_token() {
    let app = App::start().await;
    for bad in [
        json!({ "profile": "RFC" }),
        json!({ "profile": "" }),
        json!({ "profile": 5 }),
        json!({ "expires_at": "tomorrow" }),
        json!({ "expires_at": "2020-01-01T00:00:00Z" }),
        json!({ "expires_at": 5 }),
        json!([]),
    ] {
        app.own.rest.post(TOKENS, &bad).await.is_problem(400);
    }
    for id in ["x", "1", "00000000-0000-0000-0000-000000000000"] {
        let path = format!("{TOKENS}/{id}");
        app.own.rest.delete(&path).await.is_problem(404);
    }
    let path = format!("{TOKENS}/00000000-0000-0000-0000-000000000000");
    app.own.rest.get(&path).await.is_problem(405);
    let list = app.own.rest.get(TOKENS).await.is(200);
    assert_eq!(list["count"], 1);
    app.finish();
}

#[tokio::test]
async fn only_administrators_see_make_and_end_tokens_and_only_their_own() {
    let app = App::start().await;
    let other = app.other();
    let theirs = other.rest.get(TOKENS).await.is(200);
    let theirs = theirs["results"][0]["id"].as_str().unwrap().to_owned();
    app.own
        .rest
        .delete(&format!("{TOKENS}/{theirs}"))
        .await
        .is_problem(404);
    other.scim.get("/Users").await.is(200);

    let mine = app.own.rest.get(TOKENS).await.is(200);
    assert_eq!(mine["count"], 1);
    let mine = mine["results"][0]["id"].as_str().unwrap().to_owned();
    let name = "ada@a.example";
    app.own.user(name).await;
    for (role, allowed) in [("MA", false), ("RE", false), ("AN", false), ("AD", true)] {
        app.own.assign(name, Some(role)).await;
        let cookie = app.session(name).await;
        let headers = [
            ("cookie", cookie.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        let nobody = app.own.rest.with(None);
        let ask = async |method: Method, path: &str, body: Option<&str>| {
            let body = body.map(str::to_owned);
            nobody.send(method, path, &headers, body).await
        };
        let answers = [
            ask(Method::GET, TOKENS, None).await.status,
            ask(Method::POST, TOKENS, Some("{}")).await.status,
            ask(Method::DELETE, &format!("{TOKENS}/{mine}"), None)
                .await
                .status,
        ];
        let expected = if allowed { [200, 201, 204] } else { [403; 3] };
        assert_eq!(answers, expected, "{role}");
    }
    // A SCIM token is no credential here, so a provisioning client makes itself no second one.
    let client = app.own.rest.with(Some(app.own.scim.authorization()));
    client.post(TOKENS, &json!({})).await.is_problem(401);
    app.finish();
}
