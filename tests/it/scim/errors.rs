//! Refusals: always in SCIM's form, never a fault of the server's, never a word of its inside.

use reqwest::Method;
use serde_json::json;

use crate::app::{App, user};

const SOME: &str = "/Users/00000000-0000-0000-0000-000000000000";

#[tokio::test]
async fn without_a_good_scim_token_every_endpoint_is_closed() {
    let app = App::start().await;
    let good = app.own.scim.authorization().to_owned();
    let token = good.strip_prefix("Bearer ").unwrap();
    let session = app.session(crate::app::OWNER).await;
    let bad = [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer rr_scim_".to_owned(),
        format!("Basic {token}"),
        format!("Token {token}"),
        format!("Bearer {}", &token[..token.len() - 1]),
        format!("Bearer {token}A"),
        format!("Bearer {}", token.to_uppercase()),
        format!("Bearer {token},x"),
        format!("Bearer {token} x"),
        format!("Bearer rr_scim_{}", "a".repeat(8000)),
        "Bearer owner-token-a".to_owned(),
        format!("Bearer {}", session.split_once('=').unwrap().1),
    ];
    for authorization in &bad {
        let client = app.own.scim.with(Some(authorization));
        let answer = client.get("/Users").await;
        answer.is_scim_error(401, None);
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"SCIM\"");
        assert!(!answer.text.contains(token));
    }
    let nobody = app.own.scim.with(None);
    let cookie = [("cookie", session.as_str())];
    nobody
        .send(Method::GET, "/Users", &cookie, None)
        .await
        .is_scim_error(401, None);
    nobody
        .get(&format!("/Users?access_token={token}"))
        .await
        .is_scim_error(401, None);
    for path in ["/Users", "/Users/", SOME, "/Groups", "/Groups/x"] {
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            // Nothing of the body is looked at.
            let answer = nobody.send(method, path, &[], Some("{".to_owned())).await;
            assert!(
                [401, 405].contains(&answer.status),
                "{path}: {}",
                answer.text
            );
        }
    }
    let two = [("authorization", "Bearer x")];
    app.own
        .scim
        .send(Method::GET, "/Users", &two, None)
        .await
        .is_scim_error(401, None);
    app.finish();
}

#[tokio::test]
async fn a_revoked_or_foreign_kind_of_token_opens_nothing() {
    let app = App::start().await;
    // The user token on SCIM, the SCIM token on the REST API.
    let crossed = app.own.scim.with(Some("Bearer owner-token-a"));
    crossed.get("/Users").await.is_scim_error(401, None);
    let crossed = app.own.rest.with(Some(app.own.scim.authorization()));
    for path in [
        "/current-user/whoami",
        "/scim/settings",
        "/saml/settings",
        "/projects",
    ] {
        let answer = crossed.get(path).await;
        answer.is_problem(401);
        assert!(answer.header("www-authenticate").starts_with("Token"));
    }
    // Not used before it is revoked: for a second a node may remember one that was.
    let made =
        crate::app::printed(
            &app.place
                .run(&["scim-token", "create", "--organization", "1"]),
        );
    let list = crate::app::printed(
        &app.place
            .run(&["scim-token", "list", "--organization", "1"]),
    );
    let id = list.lines().last().unwrap().split(' ').next().unwrap();
    crate::app::printed(
        &app.place
            .run(&["scim-token", "revoke", id, "--organization", "1"]),
    );
    let client = app.own.scim.with(Some(&format!("Bearer {}", made.trim())));
    client.get("/Users").await.is_scim_error(401, None);
    app.finish();
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_told_apart() {
    let app = App::start().await;
    for path in ["/Nothing", "/users", "/Users/a/b", "/Bulk/x", "/Users/%2F"] {
        app.own.scim.get(path).await.is_scim_error(404, None);
    }
    let anyone = app.anyone();
    for other in [
        "/scim/v1/Users",
        "/scim/v3/Users/x",
        "/scim/v1",
        "/scim/v2.1/Groups/",
    ] {
        let refused = anyone.get(other).await;
        refused.is_scim_error(400, Some("invalidVers"));
    }
    anyone.get("/api/nothing").await.is_problem(404);
    let page = anyone.get("/nothing").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (404, "text/html; charset=utf-8")
    );
    for (method, path) in [
        (Method::PUT, "/Users"),
        (Method::DELETE, "/Groups"),
        (Method::POST, SOME),
    ] {
        let answer = app.own.scim.send(method, path, &[], None).await;
        answer.is_scim_error(405, None);
        assert!(
            answer.header("allow").contains("GET"),
            "{:?}",
            answer.headers
        );
    }
    app.finish();
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_for_what_it_is() {
    let app = App::start().await;
    let post = async |headers: &[(&str, &str)], body: String| {
        app.own
            .scim
            .send(Method::POST, "/Users", headers, Some(body))
            .await
    };
    let ada = user("ada@a.example").to_string();
    for kind in ["text/plain", "application/xml", "multipart/form-data"] {
        post(&[("content-type", kind)], ada.clone())
            .await
            .is_scim_error(415, None);
    }
    let gzip = [
        ("content-encoding", "gzip"),
        ("content-type", "application/scim+json"),
    ];
    post(&gzip, ada.clone()).await.is_scim_error(415, None);
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_inside = format!("{{\"userName\":\"a\",\"x\":{deep}}}");
    for bad in [
        "",
        "{",
        "nonsense",
        "{\"a\":1}}",
        "\u{feff}{}",
        "{\"a\":\"\\ud800\"}",
        &deep,
        &deep_inside,
    ] {
        post(&[], bad.to_owned())
            .await
            .is_scim_error(400, Some("invalidSyntax"));
    }
    let large = json!({ "userName": "x".repeat(1024 * 1024) }).to_string();
    post(&[], large).await.is_scim_error(413, None);
    for (kind, name) in [
        ("application/scim+json; charset=utf-8", "a@a.example"),
        ("Application/JSON", "b@a.example"),
    ] {
        post(&[("content-type", kind)], user(name).to_string())
            .await
            .is(201);
    }
    app.finish();
}

#[tokio::test]
async fn every_answer_has_safe_headers_and_an_id() {
    let app = App::start().await;
    let given = [("x-request-id", "trace-1")];
    let answer = app.own.scim.send(Method::GET, "/Users", &given, None).await;
    assert_eq!(answer.header("x-request-id"), "trace-1");
    for answer in [
        answer,
        app.anyone().get("/scim/nothing").await,
        app.anyone().get("/").await,
    ] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert!(!answer.header("x-request-id").is_empty());
    }
    app.finish();
}
