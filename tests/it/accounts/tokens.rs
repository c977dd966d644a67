//! `/api/token` and `/api/current-user/token`: personal access tokens and user tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

use super::{member_with_password, session, sign_in, within};
use crate::app::{App, OWNER};
use crate::client::Client;

const PASSWORD: &str = "her only password";

/// Ada, an Annotator, as she asks in a session.
async fn ada(app: &App) -> String {
    member_with_password(app, "ada@a.example", PASSWORD).await;
    session(&sign_in(app, "ada@a.example", PASSWORD).await)
}

/// A personal access token, made in a session.
async fn personal(app: &App, cookie: &str) -> String {
    let made = within(app, cookie, Method::POST, "/token/", Some(json!({})))
        .await
        .is(201);
    made["token"].as_str().unwrap().to_owned()
}

/// The access token for it, as a client of Label Studio gets one: without any other credential.
async fn access(app: &App, refresh: &str) -> String {
    let nobody = app.own.rest.with(None);
    let answer = nobody
        .post("/token/refresh/", &json!({ "refresh": refresh }))
        .await
        .is(200);
    answer["access"].as_str().unwrap().to_owned()
}

fn bearer(app: &App, token: &str) -> Client {
    app.own.rest.with(Some(&format!("Bearer {token}")))
}

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_personal_token_is_exchanged_for_one_of_a_few_minutes_that_opens_the_api() {
    let app = App::start().await;
    let cookie = ada(&app).await;
    let refresh = personal(&app, &cookie).await;
    let said = claims(&refresh);
    assert_eq!(said["token_type"], "refresh");
    assert_eq!(
        said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(),
        73_000 * 86_400
    );
    let access = access(&app, &refresh).await;
    let said = claims(&access);
    assert_eq!(
        said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(),
        300
    );
    let me = bearer(&app, &access)
        .get("/current-user/whoami")
        .await
        .is(200);
    assert_eq!(me["email"], "ada@a.example");
    assert_eq!(me["id"], said["user_id"]);
    // The other header that clients have for it.
    let headers = [("x-api-key", access.as_str())];
    let nobody = app.own.rest.with(None);
    nobody
        .send(Method::GET, "/current-user/whoami", &headers, None)
        .await
        .is(200);
    // Not the long-lived one itself, and not where it can be read.
    bearer(&app, &refresh)
        .get("/current-user/whoami")
        .await
        .is_problem(401);
    let list = within(&app, &cookie, Method::GET, "/token", None)
        .await
        .is(200);
    let shown = list[0]["token"].as_str().unwrap();
    assert_eq!(shown, refresh.rsplit_once('.').unwrap().0);
    assert!(list[0]["created_at"].is_string() && list[0]["expires_at"].is_string());
    // One at a time.
    within(&app, &cookie, Method::POST, "/token/", Some(json!({})))
        .await
        .is_problem(409);
    app.finish();
}

#[tokio::test]
async fn a_token_is_rotated_and_ended_by_whom_it_is_of_and_nobody_else() {
    let app = App::start().await;
    let cookie = ada(&app).await;
    let first = personal(&app, &cookie).await;
    let old = access(&app, &first).await;
    // Somebody else who has found it can do neither.
    app.own
        .rest
        .post("/token/rotate/", &json!({ "refresh": first }))
        .await
        .is_problem(400);
    app.own
        .rest
        .post("/token/blacklist/", &json!({ "refresh": first }))
        .await
        .is_problem(404);
    let rotated = bearer(&app, &old)
        .post("/token/rotate/", &json!({ "refresh": first }))
        .await
        .is(200);
    let second = rotated["refresh"].as_str().unwrap().to_owned();
    let nobody = app.own.rest.with(None);
    nobody
        .post("/token/refresh/", &json!({ "refresh": first }))
        .await
        .is_problem(401);
    bearer(&app, &old)
        .get("/current-user/whoami")
        .await
        .is_problem(401);
    let fresh = access(&app, &second).await;
    bearer(&app, &fresh)
        .post("/token/rotate/", &json!({ "refresh": first }))
        .await
        .is_problem(400);
    // Without its signature, as the list shows it.
    let shown = second.rsplit_once('.').unwrap().0;
    let ended = bearer(&app, &fresh)
        .post("/token/blacklist/", &json!({ "refresh": shown }))
        .await;
    assert_eq!(ended.status, 204);
    bearer(&app, &fresh)
        .get("/current-user/whoami")
        .await
        .is_problem(401);
    nobody
        .post("/token/refresh/", &json!({ "refresh": second }))
        .await
        .is_problem(401);
    let again = within(
        &app,
        &cookie,
        Method::POST,
        "/token/blacklist",
        Some(json!({ "refresh": second })),
    );
    again.await.is_problem(404);
    personal(&app, &cookie).await;
    app.finish();
}

/// R13, security G1 and I10: a token is worth what its member is, at each request.
#[tokio::test]
async fn security_i10_a_token_has_the_power_of_its_member_and_dies_with_the_access() {
    let app = App::start().await;
    let cookie = ada(&app).await;
    app.own.assign("ada@a.example", Some("AD")).await;
    let user_token = within(&app, &cookie, Method::GET, "/current-user/token", None)
        .await
        .is(200);
    let user_token = user_token["token"].as_str().unwrap().to_owned();
    let refresh = personal(&app, &cookie).await;
    let access = access(&app, &refresh).await;
    let kinds = [
        bearer(&app, &access),
        app.own.rest.with(Some(&format!("Token {user_token}"))),
    ];
    for client in &kinds {
        client.get("/scim/tokens").await.is(200);
    }
    app.own.assign("ada@a.example", Some("AN")).await;
    for client in &kinds {
        client.get("/scim/tokens").await.is_problem(403);
        client.get("/current-user/whoami").await.is(200);
    }
    app.own.assign("ada@a.example", Some("DI")).await;
    for client in &kinds {
        client.get("/current-user/whoami").await.is_problem(401);
    }
    // For good, whatever becomes of her.
    app.own.assign("ada@a.example", Some("AN")).await;
    for client in &kinds {
        client.get("/current-user/whoami").await.is_problem(401);
    }
    let nobody = app.own.rest.with(None);
    nobody
        .post("/token/refresh/", &json!({ "refresh": refresh }))
        .await
        .is_problem(401);
    app.finish();
}

#[tokio::test]
async fn nothing_but_a_signature_of_ours_makes_a_token_good() {
    let app = App::start().await;
    let cookie = ada(&app).await;
    let refresh = personal(&app, &cookie).await;
    let access = access(&app, &refresh).await;
    let (said, signature) = access.rsplit_once('.').unwrap();
    let body = said.split_once('.').unwrap().1;
    let head = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let mut owners = claims(&access);
    owners["user_id"] = json!(1);
    let owners = URL_SAFE_NO_PAD.encode(owners.to_string());
    for forged in [
        format!("{said}."),
        format!("{}.{body}.", head(r#"{"alg":"none","typ":"JWT"}"#)),
        format!("{}.{body}.{signature}", head(r#"{"alg":"none"}"#)),
        format!("{}.{owners}.{signature}", said.split_once('.').unwrap().0),
        format!("{said}.{}", &signature[1..]),
        refresh.clone(),
    ] {
        bearer(&app, &forged)
            .get("/current-user/whoami")
            .await
            .is_problem(401);
        let nobody = app.own.rest.with(None);
        if forged != refresh {
            nobody
                .post("/token/refresh/", &json!({ "refresh": forged }))
                .await
                .is_problem(401);
        }
    }
    for body in [
        json!({}),
        json!({ "refresh": "" }),
        json!({ "refresh": access }),
    ] {
        app.own
            .rest
            .with(None)
            .post("/token/refresh/", &body)
            .await
            .is_problem(401);
    }
    // Security A2: no token of a person opens SCIM.
    for token in [&access, &refresh] {
        let client = app.own.scim.with(Some(&format!("Bearer {token}")));
        client.get("/Users").await.is_scim_error(401, None);
    }
    app.finish();
}

#[tokio::test]
async fn a_user_token_is_read_again_and_reset_by_its_owner() {
    let app = App::start().await;
    let path = "/current-user/token";
    let found = app.own.rest.get(path).await.is(200);
    assert_eq!(
        found,
        json!({ "token": "owner-token-a", "detail": "owner-token-a" })
    );
    let reset = app
        .own
        .rest
        .post("/current-user/reset-token/", &json!({}))
        .await
        .is(201);
    let token = reset["token"].as_str().unwrap();
    assert!(token.starts_with("rr_pat_"));
    app.own.rest.get(path).await.is_problem(401);
    let client = app.own.rest.with(Some(&format!("Token {token}")));
    assert_eq!(client.get(path).await.is(200)["token"], token);
    // Nobody reads it behind the server's back.
    let sealed = app
        .place
        .database
        .texts("SELECT sealed FROM user_tokens", &[])
        .await;
    assert!(!sealed.is_empty() && sealed.iter().all(|sealed| !sealed.contains(token)));
    app.finish();
}

#[tokio::test]
async fn an_organization_turns_either_kind_of_token_off() {
    let app = App::start().await;
    let cookie = session(&sign_in(&app, OWNER, super::PASSWORD).await);
    let refresh = personal(&app, &cookie).await;
    let access = access(&app, &refresh).await;
    let settings = "/jwt/settings";
    let ask = async |body: Option<Value>| {
        let method = if body.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        within(&app, &cookie, method, settings, body).await
    };
    let found = ask(None).await.is(200);
    assert_eq!(
        found,
        json!({ "api_token_ttl_days": 73_000, "api_tokens_enabled": true, "legacy_api_tokens_enabled": true })
    );
    for bad in [
        json!({}),
        json!({ "api_token_ttl_days": 0 }),
        json!({ "api_token_ttl_days": 73_001 }),
    ] {
        ask(Some(bad)).await.is_problem(400);
    }
    let wanted = json!({ "api_token_ttl_days": 30, "api_tokens_enabled": false, "legacy_api_tokens_enabled": false });
    assert_eq!(ask(Some(wanted.clone())).await.is(200), wanted);
    assert_eq!(ask(None).await.is(200), wanted);
    app.own
        .rest
        .get("/current-user/whoami")
        .await
        .is_problem(401);
    bearer(&app, &access)
        .get("/current-user/whoami")
        .await
        .is_problem(401);
    let nobody = app.own.rest.with(None);
    nobody
        .post("/token/refresh/", &json!({ "refresh": refresh }))
        .await
        .is_problem(401);
    for (method, path) in [
        (Method::POST, "/token"),
        (Method::GET, "/current-user/token"),
        (Method::POST, "/current-user/reset-token"),
    ] {
        within(&app, &cookie, method, path, Some(json!({})))
            .await
            .is_problem(403);
    }
    let on = json!({ "api_token_ttl_days": 30, "api_tokens_enabled": true, "legacy_api_tokens_enabled": true });
    ask(Some(on)).await.is(200);
    app.own.rest.get("/current-user/whoami").await.is(200);
    let body = json!({ "refresh": refresh });
    let rotated = within(&app, &cookie, Method::POST, "/token/rotate", Some(body))
        .await
        .is(200);
    let said = claims(rotated["refresh"].as_str().unwrap());
    assert_eq!(
        said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(),
        30 * 86_400
    );
    app.finish();
}
