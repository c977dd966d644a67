//! R13: who loses a role while their request is still coming.

use std::io::{Read, Write};
use std::net::TcpStream;

use reqwest::Method;
use serde_json::json;

use crate::app::App;

/// Sends the head of a request, does something meanwhile, sends the body; the answer.
async fn with_a_late_body(
    app: &App,
    head: &str,
    body: &str,
    meanwhile: impl AsyncFnOnce(),
) -> String {
    let address = app.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "{head}\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The credential was looked up, and the handler waits for the body.
    let mut answer = [0; 25];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    meanwhile().await;
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn an_administrator_deactivated_while_a_body_is_coming_changes_nothing_any_more() {
    let app = App::start().await;
    let own = &app.own;
    own.user("ada@a.example").await;
    own.user("ben@a.example").await;
    own.assign("ada@a.example", Some("AD")).await;
    let cookie = app.session("ada@a.example").await;
    let ben = own.number_of("ben@a.example").await;
    let head = format!(
        "PATCH /api/organizations/0/memberships HTTP/1.1\r\nCookie: {cookie}\r\nOrigin: {}",
        app.base
    );
    let body = json!({ "user_id": ben, "role": "AD" }).to_string();
    let answer = with_a_late_body(&app, &head, &body, async || {
        own.assign("ada@a.example", Some("DI")).await;
    })
    .await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert_eq!(own.role("ben@a.example").await, "AN manual");
    app.finish();
}

#[tokio::test]
async fn nobody_changes_their_own_role() {
    let app = App::start().await;
    let own = &app.own;
    own.user("ada@a.example").await;
    own.assign("ada@a.example", Some("AD")).await;
    let cookie = app.session("ada@a.example").await;
    let ada = own.number_of("ada@a.example").await;
    let headers = [("cookie", cookie.as_str()), ("origin", app.base.as_str())];
    let path = "/api/organizations/0/memberships";
    for role in [json!("MA"), json!("AD"), json!(null)] {
        let body = json!({ "user_id": ada, "role": role });
        let answer = app
            .anyone()
            .send(Method::PATCH, path, &headers, Some(body.to_string()))
            .await;
        answer.is_problem(403);
    }
    assert_eq!(own.role("ada@a.example").await, "AD manual");
    app.finish();
}

#[tokio::test]
async fn a_name_that_stands_twice_in_a_body_is_refused() {
    let app = App::start().await;
    let scim = format!("Authorization: {}", app.own.scim.authorization());
    let twice = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a@a.example","userName":"b@a.example"}"#;
    let head = format!("POST /scim/v2/Users HTTP/1.1\r\n{scim}");
    let answer = with_a_late_body(&app, &head, twice, async || {}).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("invalidSyntax"), "{answer}");
    let all = app.own.scim.get("/Users").await.is(200);
    assert_eq!(all["totalResults"], 1);
    app.finish();
}
