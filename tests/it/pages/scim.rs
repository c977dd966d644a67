//! The page of SCIM: tokens, whether requests come, and each of them.

use super::{Browser, leads, says};
use crate::app::{App, OWNER, user};

const PATH: &str = "/organization/scim";
const LIVE: &str = "/organization/scim/live";

#[tokio::test]
async fn a_token_is_shown_once_works_and_is_refused_when_it_is_revoked() {
    let app = App::start().await;
    let owner = Browser::of(&app, OWNER).await;
    let waiting = owner.open(LIVE).await;
    says(&waiting, 200, "Waiting for the first request");
    let page = owner.open(PATH).await;
    says(&page, 200, &format!("value=\"{}/scim/v2\"", app.base));
    says(&page, 200, "hx-get=\"/organization/scim/live\"");
    for (form, id) in [
        ("what=make&profile=x", "profile-problem"),
        ("what=make&profile=okta&expires=soon", "expires-problem"),
        (
            "what=make&profile=okta&expires=2001-01-01",
            "expires-problem",
        ),
    ] {
        let refused = owner.send(PATH, form).await;
        says(&refused, 400, &format!("id=\"{id}\""));
        assert!(!refused.text.contains("rr_scim_"));
    }
    let kept = owner
        .send(PATH, "what=make&profile=okta&expires=2001-01-01")
        .await;
    says(&kept, 400, "value=\"2001-01-01\"");
    let made = owner.send(PATH, "what=make&profile=entra").await;
    says(&made, 200, "It is shown this once");
    let token = made.text.split_once("value=\"rr_scim_").unwrap().1;
    let token = format!("Bearer rr_scim_{}", token.split_once('"').unwrap().0);
    let again = owner.open(PATH).await;
    assert!(!again.text.contains("rr_scim_"), "shown once");
    let client = app.own.scim.with(Some(&token));
    client.get("/Users").await.is(200);
    let live = owner.open(LIVE).await;
    says(&live, 200, "<span class=\"badge good\">received</span>");
    says(&live, 200, "GET /scim/v2/Users");
    // Another that was never presented, because a node may remember for a second one that was.
    let made = owner.send(PATH, "what=make&profile=lenient").await;
    let unused = made.text.split_once("value=\"rr_scim_").unwrap().1;
    let unused = unused.split_once('"').unwrap().0;
    let (_, row) = made.text.split_once("<strong>lenient</strong>").unwrap();
    let (_, id) = row.split_once("name=\"token\" value=\"").unwrap();
    let id = id.split_once('"').unwrap().0;
    let gone = owner.send(PATH, &format!("what=revoke&token={id}")).await;
    assert_eq!(leads(&gone), "/organization/scim?done=revoked");
    says(
        &owner.open(&leads(&gone)).await,
        200,
        "The token is revoked",
    );
    let refused = app.own.scim.with(Some(&format!("Bearer rr_scim_{unused}")));
    refused.get("/Users").await.is_scim_error(401, None);
    for id in [id, "x"] {
        let form = format!("what=revoke&token={id}");
        says(&owner.send(PATH, &form).await, 404, "Nothing here");
    }
    app.finish();
}

#[tokio::test]
async fn a_request_is_shown_with_its_bodies_and_replayed_first_to_see() {
    let app = App::start().await;
    let own = &app.own;
    let title = "<script>alert(1)</script>";
    let mut body = user("ada@a.example");
    body["title"] = title.into();
    let body = body.as_object().unwrap();
    // Of another organization first: nobody here sees it.
    let other = app.other();
    other.user("eve@b.example").await;
    let owner = Browser::of(&app, OWNER).await;
    says(&owner.open(LIVE).await, 200, "Waiting");
    let first = own.user("ada@a.example").await;
    let sent = serde_json::Value::Object(body.clone());
    let refused = own.scim.post("/Users", &sent).await;
    refused.is_scim_error(409, Some("uniqueness"));
    let page = owner.open(PATH).await;
    says(&page, 200, "<span class=\"badge bad\">409</span>");
    let (_, path) = page
        .text
        .split_once("href=\"/organization/scim/requests/")
        .unwrap();
    let path = format!("{PATH}/requests/{}", path.split_once('"').unwrap().0);
    let shown = owner.open(&path).await;
    says(&shown, 200, "ada@a.example");
    says(&shown, 200, "&#60;script&#62;alert(1)&#60;/script&#62;");
    assert!(!shown.text.contains("<script>alert"));
    let dry = owner.send(&path, "what=dry-run").await;
    says(&dry, 200, "Sent again now, it would be answered");
    says(&dry, 200, "Nothing would change.");
    own.scim
        .put(&format!("/Users/{first}"), &user("was@a.example"))
        .await
        .is(200);
    let dry = owner.send(&path, "what=dry-run").await;
    says(&dry, 200, "<span class=\"badge good\">201</span>");
    says(&dry, 200, "Do it for real");
    let list = own.scim.get("/Users").await.is(200);
    let total = &list["totalResults"];
    let done = owner.send(&path, "what=replay").await;
    says(&done, 200, "Sent again, it was answered");
    let now = own.scim.get("/Users").await.is(200);
    assert_eq!(now["totalResults"].as_i64(), total.as_i64().map(|n| n + 1));
    let twice = owner.send(&path, "what=replay").await;
    says(&twice, 409, "replayed already");
    for id in ["x", "0190a1b2-0000-7000-8000-000000000001"] {
        let path = format!("{PATH}/requests/{id}");
        says(&owner.open(&path).await, 404, "Nothing here");
        let sent = owner.send(&path, "what=dry-run").await;
        says(&sent, 404, "Nothing here");
    }
    app.finish();
}
