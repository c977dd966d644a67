//! `/user/signup?token=`: signing up by an invitation or by an organization's link (R15).

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{OWN, PASSWORD, link, mails, post, session, sign_in, within};
use crate::app::{App, OWNER};

const PATH: &str = "/user/signup";
const LONG: &str = "eves long password";

/// The token of the organization's link.
async fn open_link(app: &App) -> String {
    let found = app.own.rest.get("/invite").await.is(200);
    found["token"].as_str().unwrap().to_owned()
}

/// The token of an invitation that is sent to an address.
async fn invite(app: &App, wanted: &Value) -> String {
    app.own
        .rest
        .post("/invite/send-email", wanted)
        .await
        .is(200);
    let to = wanted["emails"][0].as_str().unwrap();
    let path = link(app, to, "/user/signup/?token=").await;
    path.rsplit_once('=').unwrap().1.to_owned()
}

fn body(email: &str, token: &str) -> Value {
    json!({ "email": email, "password": LONG, "token": token })
}

#[tokio::test]
async fn who_signs_up_by_the_link_waits_until_somebody_gives_them_a_role() {
    let app = App::start().await;
    let token = open_link(&app).await;
    let page = app.anyone().get(&format!("{PATH}?token={token}")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains(&token) && page.text.contains(OWNER));
    post(&app, PATH, &body("eve@new.example", &token))
        .await
        .is(200);
    assert!(app.own.rest.get("/users").await.is(200)[1].is_null());
    let confirm = link(&app, "eve@new.example", "/user/confirm/").await;
    let answer = post(&app, &confirm, &json!({})).await;
    assert!(answer.is(200)["detail"].as_str().unwrap().contains("waits"));
    assert!(super::cookie(&answer, "rollright_session").is_none());
    assert_eq!(app.own.role("eve@new.example").await, "NO manual");
    sign_in(&app, "eve@new.example", LONG).await.is_problem(403);
    post(&app, &confirm, &json!({})).await.is_problem(403);
    app.own.assign("eve@new.example", Some("AN")).await;
    let cookie = session(&sign_in(&app, "eve@new.example", LONG).await);
    let me = within(&app, &cookie, Method::GET, "/current-user/whoami", None).await;
    assert_eq!(me.is(200)["organization_membership"]["organization_id"], 1);
    // Nobody is told whether an address has an account, but its mailbox.
    let known = post(&app, PATH, &body(OWNER, &token)).await;
    let unknown = post(&app, PATH, &body("una@new.example", &token)).await;
    assert_eq!(known.comparable(), unknown.comparable());
    let told = mails(&app, OWNER).await.pop().unwrap();
    assert!(!told.contains("/user/confirm/") && told.contains("/user/signup/?token="));
    app.finish();
}

/// Security H1: resetting the link makes it useless, also to who has begun.
#[tokio::test]
async fn a_link_that_is_reset_ends_every_sign_up_that_came_by_it() {
    let app = App::start().await;
    let token = open_link(&app).await;
    post(&app, PATH, &body("eve@new.example", &token))
        .await
        .is(200);
    let confirm = link(&app, "eve@new.example", "/user/confirm/").await;
    app.own
        .rest
        .post("/invite/reset-token", &json!({}))
        .await
        .is(201);
    post(&app, &confirm, &json!({})).await.is_problem(403);
    assert_eq!(sign_in(&app, "eve@new.example", LONG).await.status, 401);
    post(&app, PATH, &body("eve@new.example", &token))
        .await
        .is_problem(403);
    let page = app.anyone().get(&format!("{PATH}?token={token}")).await;
    assert_eq!(page.status, 403);
    let known = "SELECT email FROM accounts";
    assert_eq!(app.place.database.texts(known, &[]).await, [OWNER]);
    app.finish();
}

#[tokio::test]
async fn an_invitation_lets_its_address_in_at_once_with_role_projects_and_workspaces() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let named = json!({ "title": "One" });
    let project = rest.post("/projects", &named).await.is(201)["id"].clone();
    let space = rest.post("/workspaces", &named).await.is(201)["id"].clone();
    let wanted = json!({
        "emails": ["Eve@new.example"], "role": "RE", "projects": [project], "workspaces": [space],
    });
    let token = invite(&app, &wanted).await;
    let page = app.anyone().get(&format!("{PATH}?token={token}")).await;
    assert!(page.text.contains("Eve@new.example"), "{}", page.text);
    for (email, password, status) in [
        ("mallory@new.example", LONG, 403),
        ("", LONG, 403),
        ("eve@new.example", "short", 400),
    ] {
        let wrong = json!({ "email": email, "password": password, "token": token });
        post(&app, PATH, &wrong).await.is_problem(status);
    }
    let entered = post(&app, PATH, &body("eve@NEW.example", &token)).await;
    let cookie = session(&entered);
    let me = within(&app, &cookie, Method::GET, "/current-user/whoami", None).await;
    let me = me.is(200);
    assert_eq!(me["organization_membership"]["role"], "RE");
    assert_eq!(me["username"], "Eve@new.example");
    assert_eq!(me["workspaces"], json!([space]));
    let inside = rest
        .get(&format!("/projects/{project}/members"))
        .await
        .is(200);
    let inside = inside.as_array().unwrap().iter();
    assert!(inside.map(|one| &one["id"]).any(|id| *id == me["id"]));
    post(&app, PATH, &body("eve@new.example", &token))
        .await
        .is_problem(403);
    session(&sign_in(&app, "eve@new.example", LONG).await);
    let id = "SELECT CAST(id AS TEXT) FROM members WHERE user_name LIKE 'Eve%'";
    let id = app.place.database.texts(id, &[]).await;
    assert_eq!(
        app.events(&id[0]).await[..2],
        ["invitation.accepted", "member.created"]
    );
    app.finish();
}

#[tokio::test]
async fn an_account_that_is_there_accepts_signed_in_or_with_its_password() {
    let app = App::start().await;
    let other = app.other();
    let cookie = {
        let form = json!({ "email": "owner@b.example", "password": "another password" });
        session(&post(&app, "/user/login", &form).await)
    };
    let token = invite(
        &app,
        &json!({ "emails": ["owner@b.example"], "role": "MA" }),
    )
    .await;
    let wrong = post(&app, PATH, &body("owner@b.example", &token)).await;
    wrong.is_problem(401);
    // A page with a button, for who is signed in.
    let headers = [("cookie", cookie.as_str())];
    let path = format!("{PATH}?token={token}");
    let page = app.anyone().send(Method::GET, &path, &headers, None).await;
    assert!(page.text.contains("Join") && !page.text.contains("password"));
    let ask = async |headers: &[(&str, &str)]| {
        let wanted = json!({ "token": token }).to_string();
        app.anyone()
            .send(Method::POST, PATH, headers, Some(wanted))
            .await
    };
    let foreign = [
        ("cookie", cookie.as_str()),
        ("sec-fetch-site", "cross-site"),
    ];
    ask(&foreign).await.is_problem(403);
    ask(&[("cookie", cookie.as_str()), OWN]).await.is(200);
    assert_eq!(app.own.role("owner@b.example").await, "MA manual");
    assert_eq!(other.role("owner@b.example").await, "OW manual");
    // Whoever cannot sign in anywhere yet shows the password instead.
    let link = open_link(&app).await;
    post(&app, PATH, &body("eve@new.example", &link))
        .await
        .is(200);
    let confirm = super::link(&app, "eve@new.example", "/user/confirm/").await;
    post(&app, &confirm, &json!({})).await.is(200);
    let wanted = json!({ "emails": ["eve@new.example"], "role": "AN" });
    other.rest.post("/invite/send-email", &wanted).await.is(200);
    let path = super::link(&app, "eve@new.example", "/user/signup/?token=").await;
    let token = path.rsplit_once('=').unwrap().1;
    let entered = post(&app, PATH, &body("eve@new.example", token)).await;
    let me = within(
        &app,
        &session(&entered),
        Method::GET,
        "/current-user/whoami",
        None,
    )
    .await;
    assert_eq!(me.is(200)["active_organization"], other.number);
    assert_eq!(app.own.role("eve@new.example").await, "NO manual");
    app.finish();
}

/// Security H6: where signing up is closed, a link or an invitation is the only way in.
#[tokio::test]
async fn security_h6_a_link_opens_what_is_closed_without_one() {
    let mut app = App::start().await;
    let plain = json!({ "email": "eve@new.example", "password": LONG });
    post(&app, PATH, &plain).await.is(200);
    let confirm = link(&app, "eve@new.example", "/user/confirm/").await;
    let settings = app.place.folder.path().join("rollright.toml");
    std::fs::write(settings, "disable_signup_without_link = true").unwrap();
    app.restart();
    post(&app, PATH, &plain).await.is_problem(403);
    post(&app, &confirm, &json!({})).await.is_problem(403);
    for bad in ["guessed", ""] {
        post(&app, PATH, &body("eve@new.example", bad))
            .await
            .is_problem(403);
        let page = app.anyone().get(&format!("{PATH}?token={bad}")).await;
        assert_eq!(page.status, 403);
    }
    let token = open_link(&app).await;
    let page = app.anyone().get(&format!("{PATH}?token={token}")).await;
    assert_eq!(page.status, 200);
    post(&app, PATH, &body("una@new.example", &token))
        .await
        .is(200);
    let confirm = link(&app, "una@new.example", "/user/confirm/").await;
    post(&app, &confirm, &json!({})).await.is(200);
    assert_eq!(app.own.role("una@new.example").await, "NO manual");
    let token = invite(
        &app,
        &json!({ "emails": ["ivy@new.example"], "role": "AN" }),
    )
    .await;
    session(&post(&app, PATH, &body("ivy@new.example", &token)).await);
    app.finish();
}

#[tokio::test]
async fn of_20_who_use_one_invitation_at_once_one_becomes_a_member() {
    let app = App::start().await;
    let token = invite(
        &app,
        &json!({ "emails": ["eve@new.example"], "role": "AN" }),
    )
    .await;
    let mut all = JoinSet::new();
    for n in 0..20 {
        let mut wanted = body("eve@new.example", &token);
        wanted["password"] = format!("password number {n}").into();
        let client = app.anyone();
        all.spawn(async move {
            let headers = [OWN];
            client
                .send(Method::POST, PATH, &headers, Some(wanted.to_string()))
                .await
                .status
        });
    }
    let statuses = all.join_all().await;
    let good = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(good, 1, "{statuses:?}");
    let expected = |status: &u16| matches!(status, 200 | 401 | 403 | 429);
    assert!(statuses.iter().all(expected), "{statuses:?}");
    let members = "SELECT user_name FROM members WHERE user_name LIKE 'eve%'";
    assert_eq!(app.place.database.texts(members, &[]).await.len(), 1);
    let accounts = "SELECT email FROM accounts WHERE email LIKE 'eve%'";
    assert_eq!(app.place.database.texts(accounts, &[]).await.len(), 1);
    session(&sign_in(&app, OWNER, PASSWORD).await);
    app.finish();
}
