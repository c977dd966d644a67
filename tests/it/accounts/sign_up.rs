//! `/user/signup` and `/user/confirm/{token}`.

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::{OWN, PASSWORD, cookie, link, mails, opens, post, session, sign_in, within};
use crate::app::{App, OWNER};

const PATH: &str = "/user/signup";

#[tokio::test]
async fn who_confirms_the_address_owns_a_new_organization() {
    let app = App::start().await;
    let wanted = json!({ "email": "Eve@New.example", "password": "eves long password" });
    let answer = post(&app, PATH, &wanted).await;
    answer.is(200);
    assert!(
        cookie(&answer, "rollright_session").is_none(),
        "not before the address is proved"
    );
    assert_eq!(
        sign_in(&app, "eve@new.example", "eves long password")
            .await
            .status,
        401
    );
    let confirm = link(&app, "Eve@New.example", "/user/confirm/").await;
    let page = app.anyone().get(&confirm).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        sign_in(&app, "eve@new.example", "eves long password")
            .await
            .status,
        401,
        "looking confirms nothing"
    );
    let entered = post(&app, &confirm, &json!({})).await;
    let me = within(
        &app,
        &session(&entered),
        Method::GET,
        "/current-user/whoami",
        None,
    )
    .await;
    let me = me.is(200);
    assert_eq!(me["organization_membership"]["role"], "OW");
    assert_eq!(me["active_organization_meta"]["title"], "Eve@New.example");
    assert_eq!(me["active_organization_meta"]["email"], "Eve@New.example");
    assert_ne!(me["active_organization"], 1);
    assert_eq!(me["org_membership"].as_array().unwrap().len(), 1);
    assert_eq!(
        me["org_membership"][0]["organization_id"],
        me["active_organization"]
    );
    post(&app, &confirm, &json!({})).await.is_problem(403);
    session(&sign_in(&app, "eve@new.example", "eves long password").await);
    app.finish();
}

/// Security H12 and I6: an address that has an account is not taken, and nobody but its mailbox is told.
#[tokio::test]
async fn security_h12_an_address_that_is_known_is_answered_as_any_other() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let sign_up = async |email: &str| {
        post(
            &app,
            PATH,
            &json!({ "email": email, "password": "eves long password" }),
        )
        .await
    };
    let unknown = sign_up("eve@new.example").await;
    unknown.is(200);
    for known in [OWNER, "OWNER@A.example", "ada@a.example"] {
        assert_eq!(sign_up(known).await.comparable(), unknown.comparable());
    }
    let told = mails(&app, OWNER).await;
    assert!(told[0].contains("has an account already"), "{}", told[0]);
    assert!(!told[0].contains("/user/confirm/"));
    assert_eq!(sign_in(&app, OWNER, "eves long password").await.status, 401);
    session(&sign_in(&app, OWNER, PASSWORD).await);
    // A mailbox is not filled by others.
    for _ in 0..5 {
        sign_up("eve@new.example").await.is(200);
    }
    assert_eq!(mails(&app, "eve@new.example").await.len(), 3);
    app.finish();
}

/// Whoever signs up with the address of somebody else gets nothing, also where the directory brings that person later.
#[tokio::test]
async fn nobody_waits_in_an_account_for_its_person() {
    let app = App::start().await;
    let wanted = json!({ "email": "ada@a.example", "password": "eves long password" });
    post(&app, PATH, &wanted).await.is(200);
    let confirm = link(&app, "ada@a.example", "/user/confirm/").await;
    app.own.user("ada@a.example").await;
    post(&app, &confirm, &json!({})).await.is_problem(403);
    assert_eq!(
        sign_in(&app, "ada@a.example", "eves long password")
            .await
            .status,
        401
    );
    app.finish();
}

/// Security H6: where signing up is closed it is, by every way, and for links that were sent before too.
#[tokio::test]
async fn security_h6_closed_is_closed() {
    let mut app = App::start().await;
    let wanted = json!({ "email": "eve@new.example", "password": "eves long password" });
    post(&app, PATH, &wanted).await.is(200);
    let confirm = link(&app, "eve@new.example", "/user/confirm/").await;
    let settings = app.place.folder.path().join("rollright.toml");
    std::fs::write(settings, "disable_signup_without_link = true").unwrap();
    app.restart();
    post(&app, PATH, &wanted).await.is_problem(403);
    post(&app, &confirm, &json!({})).await.is_problem(403);
    assert_eq!(app.anyone().get(PATH).await.status, 403);
    let login = app.anyone().get("/user/login").await;
    assert!(!login.text.contains("/user/signup"));
    let token =
        json!({ "email": "eve@new.example", "password": "eves long password", "token": "guessed" });
    post(&app, PATH, &token).await.is_problem(403);
    app.finish();
}

#[tokio::test]
async fn what_is_no_address_or_no_password_signs_nobody_up() {
    let app = App::start().await;
    for (email, password) in [
        ("", "eves long password"),
        ("eve", "eves long password"),
        ("eve@new.example\r\nBcc: a@b.example", "eves long password"),
        ("<script>@new.example", "eves long password"),
        ("eve@new.example", "short"),
        ("eve@new.example", ""),
        ("eve@new.example", &"x".repeat(129)),
    ] {
        let wanted = json!({ "email": email, "password": password });
        post(&app, PATH, &wanted).await.is_problem(400);
    }
    assert!(mails(&app, "eve@new.example").await.is_empty());
    app.finish();
}

#[tokio::test]
async fn of_many_who_confirm_at_once_one_makes_the_organization() {
    let app = App::start().await;
    for _ in 0..2 {
        let wanted = json!({ "email": "eve@new.example", "password": "eves long password" });
        post(&app, PATH, &wanted).await.is(200);
    }
    let confirm = link(&app, "eve@new.example", "/user/confirm/").await;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (client, confirm) = (app.anyone(), confirm.clone());
        tasks.spawn(async move {
            let body = Some("{}".to_owned());
            client.send(Method::POST, &confirm, &[OWN], body).await
        });
    }
    let answers = tasks.join_all().await;
    let entered: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert_eq!(entered.len(), 1);
    assert!(opens(&app, &session(entered[0])).await);
    let titles = app
        .place
        .database
        .texts(
            "SELECT title FROM organizations WHERE title = $1",
            &["eve@new.example"],
        )
        .await;
    assert_eq!(titles.len(), 1);
    app.finish();
}
