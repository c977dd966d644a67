//! The pages as a browser, and as a client without one, meet them.

use reqwest::Method;
use serde_json::json;

use super::{OWN, PASSWORD, cookie, link, opens, session};
use crate::app::{App, OWNER};
use crate::client::Answer;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn send(app: &App, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut all = vec![FORM];
    all.extend(headers);
    app.anyone()
        .send(Method::POST, path, &all, Some(body.to_owned()))
        .await
}

fn mark(page: &Answer) -> String {
    let (_, rest) = page
        .text
        .split_once("name=\"csrfmiddlewaretoken\" value=\"")
        .unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn a_browser_signs_in_by_a_form_and_goes_where_it_wanted() {
    let app = App::start().await;
    let page = app.anyone().get("/user/login?next=/sign-in-traces/x").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("value=\"/sign-in-traces/x\"") && !page.text.contains("<script"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("form-action 'self'"),
        "{policy}"
    );
    let body = "email=owner%40a.example&password=a+long+password&next=%2Fsign-in-traces%2Fx";
    let answer = send(&app, "/user/login", &[OWN], body).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/sign-in-traces/x")
    );
    assert!(opens(&app, &session(&answer)).await);
    for elsewhere in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "javascript%3Ax",
    ] {
        let body = format!("email=owner%40a.example&password=a+long+password&next={elsewhere}");
        let answer = send(&app, "/user/login", &[OWN], &body).await;
        assert_eq!(answer.header("location"), "/", "{elsewhere}");
    }
    let wrong = send(
        &app,
        "/user/login",
        &[OWN],
        "email=%3Cb%3E%40x&password=wrong-one",
    )
    .await;
    assert_eq!(wrong.status, 401);
    assert!(
        wrong.text.contains("is wrong") && !wrong.text.contains("<b>@x"),
        "{}",
        wrong.text
    );
    app.finish();
}

/// A client of Label Studio fetches the form, and sends its mark back from cookie and field.
#[tokio::test]
async fn a_client_without_a_browser_signs_in_with_the_mark_of_the_form() {
    let app = App::start().await;
    let page = app.anyone().get("/user/login/").await;
    let mark = mark(&page);
    let jar = cookie(&page, "csrftoken").unwrap();
    assert_eq!(jar, format!("csrftoken={mark}"));
    let body =
        format!("email=owner%40a.example&password=a+long+password&csrfmiddlewaretoken={mark}");
    let answer = send(&app, "/user/login/", &[("cookie", &jar)], &body).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let session = session(&answer);
    let headers = [("cookie", session.as_str())];
    let me = app
        .anyone()
        .send(Method::GET, "/api/current-user/token", &headers, None)
        .await;
    assert_eq!(me.is(200)["token"], "owner-token-a");
    app.finish();
}

/// Security I2 and I3: no other site signs anybody in, up or out, or asks for a mail.
#[tokio::test]
async fn security_i3_a_form_of_another_site_does_nothing() {
    let app = App::start().await;
    let page = app.anyone().get("/user/login").await;
    let mark = mark(&page);
    let jar = format!("csrftoken={mark}");
    let body =
        format!("email=owner%40a.example&password=a+long+password&csrfmiddlewaretoken={mark}");
    let unmarked = "email=owner%40a.example&password=a+long+password";
    for (headers, body) in [
        (
            &[("origin", "https://evil.example"), ("cookie", jar.as_str())][..],
            body.as_str(),
        ),
        (&[("origin", "null"), ("cookie", jar.as_str())], &body),
        (
            &[("sec-fetch-site", "cross-site"), ("cookie", jar.as_str())],
            &body,
        ),
        (
            &[("sec-fetch-site", "same-site"), ("cookie", jar.as_str())],
            &body,
        ),
        (&[], unmarked),
        (&[("cookie", jar.as_str())], unmarked),
        (&[], &body),
        (
            &[("cookie", "csrftoken=")],
            "email=owner%40a.example&password=a+long+password&csrfmiddlewaretoken=",
        ),
    ] {
        for path in [
            "/user/login",
            "/user/signup",
            "/user/password-reset",
            "/user/confirm/x",
            "/user/password-reset/x",
        ] {
            let answer = send(&app, path, headers, body).await;
            assert_eq!(answer.status, 403, "{path}: {}", answer.text);
            assert!(cookie(&answer, "rollright_session").is_none());
        }
    }
    assert!(super::mails(&app, OWNER).await.is_empty());
    let session = session(&super::sign_in(&app, OWNER, PASSWORD).await);
    let headers = [
        ("sec-fetch-site", "cross-site"),
        ("cookie", session.as_str()),
    ];
    for method in [Method::GET, Method::POST] {
        let answer = app.anyone().send(method, "/logout", &headers, None).await;
        assert_eq!(answer.status, 403);
    }
    let foreign = json!({ "email": OWNER, "password": PASSWORD }).to_string();
    let headers = [
        ("origin", "https://evil.example"),
        ("content-type", "text/plain"),
    ];
    let answer = app
        .anyone()
        .send(Method::POST, "/user/login", &headers, Some(foreign))
        .await;
    assert_eq!(answer.status, 415);
    assert!(opens(&app, &session).await);
    app.finish();
}

#[tokio::test]
async fn signing_up_and_setting_a_password_go_by_forms_too() {
    let app = App::start().await;
    for path in ["/user/signup", "/user/password-reset", "/user/login"] {
        let page = app.anyone().get(path).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("csrfmiddlewaretoken"));
    }
    let body = "email=eve%40new.example&password=eves+long+password";
    let answer = send(&app, "/user/signup/", &[OWN], body).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("mailbox"));
    let confirm = link(&app, "eve@new.example", "/user/confirm/").await;
    let answer = send(&app, &confirm, &[OWN], "").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
    assert!(opens(&app, &session(&answer)).await);
    send(
        &app,
        "/user/password-reset",
        &[OWN],
        "email=eve%40new.example",
    )
    .await
    .is(200);
    let reset = link(&app, "eve@new.example", "/user/password-reset/").await;
    assert!(app.anyone().get(&reset).await.text.contains("new-password"));
    let answer = send(&app, &reset, &[OWN], "password=eves+second+password").await;
    assert_eq!(answer.status, 200);
    let body = "email=eve%40new.example&password=eves+second+password";
    session(&send(&app, "/user/login", &[OWN], body).await);
    app.finish();
}
