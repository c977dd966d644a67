//! `/scim/v2/Me`: RFC 7644 section 3.11.

use reqwest::Method;
use serde_json::json;

use crate::app::{App, OWNER, patch, terminate, user};
use crate::client::{Answer, Client};

const ADA: &str = "ada@a.example";

/// A member with a user token: planted as the program does it when it starts.
fn with_token(app: &App, user_name: &str, token: &str) -> Client {
    let options = ["--username", user_name, "--user-token", token];
    let (mut second, line, _out) = app.place.serve(&options);
    assert!(line.starts_with("listening"), "{line}");
    terminate(&second);
    assert_eq!(second.wait().unwrap().code(), Some(0));
    app.own.scim.with(Some(&format!("Bearer {token}")))
}

fn title() -> serde_json::Value {
    patch(json!([{ "op": "add", "path": "title", "value": "Boss" }]))
}

/// Whatever the answer, it says where the User always is.
#[track_caller]
fn is_about(answer: &Answer, id: &str) {
    let location = answer.header("location");
    assert!(
        location.ends_with(&format!("/scim/v2/Users/{id}")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_member_reads_their_own_user_and_no_other() {
    let app = App::start().await;
    let ada = app.own.user(ADA).await;
    let client = with_token(&app, ADA, "token-of-ada");
    let read = client.get("/Me").await;
    let direct = app.own.scim.get(&format!("/Users/{ada}")).await;
    assert_eq!(read.is(200), direct.is(200));
    is_about(&read, &ada);
    assert_eq!(read.header("content-location"), read.header("location"));
    assert_eq!(read.is(200)["meta"]["location"], read.header("location"));
    assert_eq!(read.header("etag"), direct.header("etag"));

    let head = client.send(Method::HEAD, "/Me", &[], None).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(head.header("etag"), read.header("etag"));
    let known = [("if-none-match", read.header("etag"))];
    let unchanged = client.send(Method::GET, "/Me", &known, None).await;
    assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
    is_about(&unchanged, &ada);
    let some = client.get("/Me/?attributes=userName").await.is(200);
    assert_eq!(some["userName"], ADA);
    assert_eq!(some.get("meta"), None);
    let most = client.get("/Me?excludedAttributes=meta").await.is(200);
    assert_eq!(most.get("meta"), None);
    // The other word for the same token.
    let token = client.with(Some("Token token-of-ada"));
    assert_eq!(token.get("/Me").await.is(200)["id"], ada);

    // Nothing else of SCIM opens.
    for path in ["/Users", &format!("/Users/{ada}"), "/Groups", "/"] {
        client.get(path).await.is_scim_error(401, None);
    }
    app.finish();
}

/// Security C13: what the rules allow a member, on this path as on others.
#[tokio::test]
async fn only_owner_and_administrators_change_themselves_and_only_as_the_rules_say() {
    let app = App::start().await;
    let ada = app.own.user(ADA).await;
    let client = with_token(&app, ADA, "token-of-ada");
    let before = client.get("/Me").await;
    for role in [None, Some("MA"), Some("RE")] {
        app.own.assign(ADA, role).await;
        for answer in [
            client.patch("/Me", &title()).await,
            client.put("/Me", &user(ADA)).await,
            client.delete("/Me").await,
        ] {
            answer.is_scim_error(403, None);
            is_about(&answer, &ada);
        }
    }
    assert_eq!(client.get("/Me").await.is(200), before.is(200));

    app.own.assign(ADA, Some("AD")).await;
    let changed = client.patch("/Me", &title()).await;
    assert_eq!(changed.is(200)["title"], "Boss");
    is_about(&changed, &ada);
    let stale = [("if-match", before.header("etag"))];
    let whole = Some(user(ADA).to_string());
    let refused = client.send(Method::PUT, "/Me", &stale, whole).await;
    refused.is_scim_error(412, None);
    let replaced = client.put("/Me", &user(ADA)).await;
    assert_eq!(replaced.is(200).get("title"), None);
    // What nobody may do to themselves.
    let inactive = patch(json!([{ "op": "replace", "value": { "active": false } }]));
    let refused = client.patch("/Me", &inactive).await;
    assert!(refused.is_scim_error(403, None).contains("yourself"));
    let mut whole = user(ADA);
    whole["active"] = json!(false);
    client.put("/Me", &whole).await.is_scim_error(403, None);
    let refused = client.delete("/Me").await;
    assert!(refused.is_scim_error(403, None).contains("yourself"));
    assert_eq!(client.get("/Me").await.is(200)["active"], true);
    assert_eq!(
        app.events(&ada)
            .await
            .iter()
            .filter(|kind| *kind == "member.changed")
            .count(),
        2
    );
    app.finish();
}

#[tokio::test]
async fn the_owner_stays_the_owner() {
    let app = App::start().await;
    let owner = app.own.scim.with(Some("Bearer owner-token-a"));
    assert_eq!(owner.get("/Me").await.is(200)["userName"], OWNER);
    assert_eq!(owner.patch("/Me", &title()).await.is(200)["title"], "Boss");
    let inactive = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
    owner.patch("/Me", &inactive).await.is_scim_error(403, None);
    owner.delete("/Me").await.is_scim_error(403, None);
    assert_eq!(app.own.role(OWNER).await, "OW manual");
    app.finish();
}

#[tokio::test]
async fn a_scim_token_is_nobody() {
    let app = App::start().await;
    for method in [
        Method::GET,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::POST,
    ] {
        let body = Some(user("x@a.example").to_string());
        let answer = app.own.scim.send(method.clone(), "/Me", &[], body).await;
        let sentence = answer.is_scim_error(501, None);
        assert!(sentence.contains("user token"), "{method}: {sentence}");
        assert_eq!(answer.header("location"), "");
    }
    // Nor does a member make themselves.
    let owner = app.own.scim.with(Some("Bearer owner-token-a"));
    let answer = owner.post("/Me", &user("x@a.example")).await;
    answer.is_scim_error(501, None);
    app.finish();
}

#[tokio::test]
async fn without_a_good_user_token_nobody_is_anybody() {
    let app = App::start().await;
    let ada = app.own.user(ADA).await;
    let client = with_token(&app, ADA, "token-of-ada");
    let session = app.session(OWNER).await;
    let nobody = app.own.scim.with(None);
    let cookie = [("cookie", session.as_str())];
    let cookie = nobody.send(Method::GET, "/Me", &cookie, None).await;
    cookie.is_scim_error(401, None);
    for wrong in [
        "Bearer wrong",
        "Basic b3duZXI6cGFzcw==",
        "Bearer rr_scim_wrong",
        "Bearer",
        &format!("Bearer {}", session.split_once('=').unwrap().1),
    ] {
        let answer = app.own.scim.with(Some(wrong)).get("/Me").await;
        answer.is_scim_error(401, None);
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    app.own.set_active(&ada, false).await;
    client.get("/Me").await.is_scim_error(401, None);
    app.own.set_active(&ada, true).await;
    client.get("/Me").await.is_scim_error(401, None);
    app.finish();
}

#[tokio::test]
async fn discovery_says_which_token_opens_what() {
    let app = App::start().await;
    let config = app.own.scim.get("/ServiceProviderConfig").await.is(200);
    let schemes = config["authenticationSchemes"].as_array().unwrap();
    assert_eq!(schemes.len(), 2);
    assert_eq!(
        (&schemes[0]["primary"], &schemes[1]["primary"]),
        (&json!(true), &json!(false))
    );
    assert!(schemes[1]["description"].as_str().unwrap().contains("/Me"));
    app.finish();
}
