//! `/user/password-reset`.

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::{OWN, PASSWORD, link, mails, member_with_password, opens, post, session, sign_in};
use crate::app::{App, OWNER};

const PATH: &str = "/user/password-reset";

#[tokio::test]
async fn a_mail_leads_to_a_new_password_once_and_ends_every_session() {
    let app = App::start().await;
    let before = session(&sign_in(&app, OWNER, PASSWORD).await);
    post(&app, PATH, &json!({ "email": "Owner@A.example" }))
        .await
        .is(200);
    let link = link(&app, OWNER, "/user/password-reset/").await;
    let page = app.anyone().get(&link).await;
    assert_eq!(page.status, 200);
    assert!(opens(&app, &before).await, "looking changes nothing");
    post(&app, &link, &json!({ "password": "short" }))
        .await
        .is_problem(400);
    post(&app, &link, &json!({ "password": "another long one" }))
        .await
        .is(200);
    assert!(!opens(&app, &before).await);
    assert_eq!(sign_in(&app, OWNER, PASSWORD).await.status, 401);
    session(&sign_in(&app, OWNER, "another long one").await);
    post(&app, &link, &json!({ "password": "yet another one" }))
        .await
        .is_problem(403);
    assert_eq!(app.anyone().get(&link).await.status, 403);
    app.finish();
}

/// Security H9 and I6: asking tells nobody whether there is an account, and mails nobody without end.
#[tokio::test]
async fn security_h9_asking_is_answered_alike_and_fills_no_mailbox() {
    let app = App::start().await;
    let ask = async |email: &str| post(&app, PATH, &json!({ "email": email })).await;
    let known = ask(OWNER).await;
    known.is(200);
    assert_eq!(
        ask("nobody@a.example").await.comparable(),
        known.comparable()
    );
    for _ in 0..5 {
        assert_eq!(ask(OWNER).await.comparable(), known.comparable());
        assert_eq!(
            ask("OWNER@a.example").await.comparable(),
            known.comparable()
        );
    }
    assert_eq!(mails(&app, OWNER).await.len(), 3);
    assert!(mails(&app, "nobody@a.example").await.is_empty());
    app.finish();
}

/// Security H11: one address, one link, for one purpose, for as long as the person has access.
#[tokio::test]
async fn security_h11_a_link_dies_with_the_access_and_leads_to_one_mailbox() {
    let app = App::start().await;
    member_with_password(&app, "ada@a.example", "her only password").await;
    for twice in [
        json!({ "email": ["ada@a.example", "eve@e.example"] }),
        json!({ "email": "ada@a.example,eve@e.example" }),
        json!({ "email": "ada@a.example\r\nBcc: eve@e.example" }),
        json!({ "email": { "a": "ada@a.example" } }),
    ] {
        post(&app, PATH, &twice).await.is_problem(400);
    }
    let headers = [OWN, ("content-type", "application/x-www-form-urlencoded")];
    let body = "email[]=ada@a.example&email[]=eve@e.example".to_owned();
    let answer = app
        .anyone()
        .send(Method::POST, PATH, &headers, Some(body))
        .await;
    assert_eq!(answer.status, 400);
    assert!(mails(&app, "eve@e.example").await.is_empty());

    post(&app, PATH, &json!({ "email": "ada@a.example" }))
        .await
        .is(200);
    let first = link(&app, "ada@a.example", "/user/password-reset/").await;
    app.own.assign("ada@a.example", Some("DI")).await;
    post(&app, &first, &json!({ "password": "eves own password" }))
        .await
        .is_problem(403);
    // Not even when she is back.
    app.own.assign("ada@a.example", Some("AN")).await;
    post(&app, &first, &json!({ "password": "eves own password" }))
        .await
        .is_problem(403);
    session(&sign_in(&app, "ada@a.example", "her only password").await);
    // Nor once it was sent to an address that she has no more.
    post(&app, PATH, &json!({ "email": "ada@a.example" }))
        .await
        .is(200);
    let second = link(&app, "ada@a.example", "/user/password-reset/").await;
    let sql = "UPDATE accounts SET email_key = 'other@a.example' WHERE email_key = 'ada@a.example'";
    assert_eq!(app.place.database.execute(sql).await, 1);
    post(&app, &second, &json!({ "password": "eves own password" }))
        .await
        .is_problem(403);
    for bad in ["x", "%00", "..%2f", &"x".repeat(5000)] {
        let path = format!("{PATH}/{bad}");
        let answer = post(&app, &path, &json!({ "password": "eves own password" })).await;
        assert!(
            matches!(answer.status, 403 | 404),
            "{bad}: {}",
            answer.status
        );
    }
    app.finish();
}

/// Security H10: a mail leads to where this server is reached, whatever the request says.
#[tokio::test]
async fn security_h10_no_header_decides_where_a_mail_leads() {
    let app = App::start_with(&["--base-url", "https://roll.example"]).await;
    let headers = [
        ("origin", "https://roll.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example;proto=http"),
    ];
    let body = Some(json!({ "email": OWNER }).to_string());
    app.anyone()
        .send(Method::POST, PATH, &headers, body)
        .await
        .is(200);
    let all = mails(&app, OWNER).await;
    assert!(
        all[0].contains("\nhttps://roll.example/user/password-reset/"),
        "{}",
        all[0]
    );
    assert!(!all[0].contains("evil.example"));
    app.finish();
}

#[tokio::test]
async fn of_many_who_use_a_link_at_once_one_sets_the_password() {
    let app = App::start().await;
    post(&app, PATH, &json!({ "email": OWNER })).await.is(200);
    let link = link(&app, OWNER, "/user/password-reset/").await;
    let mut tasks = JoinSet::new();
    for n in 0..8 {
        let (client, link) = (app.anyone(), link.clone());
        let body = json!({ "password": format!("the password {n}") }).to_string();
        tasks.spawn(async move {
            let answer = client.send(Method::POST, &link, &[OWN], Some(body)).await;
            (n, answer.status)
        });
    }
    let mut won = Vec::new();
    for (n, status) in tasks.join_all().await {
        assert!(matches!(status, 200 | 403 | 503), "{status}");
        if status == 200 {
            won.push(n);
        }
    }
    assert_eq!(won.len(), 1);
    session(&sign_in(&app, OWNER, &format!("the password {}", won[0])).await);
    app.finish();
}
