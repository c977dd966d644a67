//! `/api/sessions`.

use reqwest::Method;
use serde_json::{Value, json};

use super::idp::{Idp, begin, opens, person, post, session};
use crate::app::{App, OWNER};
use crate::client::Answer;

async fn ask(app: &App, method: Method, path: &str, cookie: &str) -> Answer {
    let headers = [("cookie", cookie), ("sec-fetch-site", "same-origin")];
    app.anyone()
        .send(method, &format!("/api{path}"), &headers, None)
        .await
}

#[tokio::test]
async fn everybody_sees_and_ends_their_own_sessions_alone() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    app.own.rules(&[("Annotator", "all")]).await;
    let connection = idp.connect(&app.own, json!({})).await;
    let mut cookies = Vec::new();
    for _ in 0..3 {
        let answer = idp
            .sign_in(&app, &connection, &person("a@corp.example", &["all"]))
            .await;
        cookies.push(session(&answer));
    }
    let by_link = app.session("a@corp.example").await;
    let owner = app.session(OWNER).await;
    let list = ask(&app, Method::GET, "/sessions", &cookies[0])
        .await
        .is(200);
    assert_eq!(list["count"], 4);
    let all = list["results"].as_array().unwrap();
    let current: Vec<&Value> = all.iter().filter(|one| one["current"] == true).collect();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0]["connection"], connection["id"]);
    assert_eq!(
        all.iter().filter(|one| one["connection"].is_null()).count(),
        1,
        "the link's"
    );
    // Another one's is unknown, whoever asks.
    let others = ask(&app, Method::GET, "/sessions", &owner).await.is(200);
    let id = others["results"][0]["id"].as_str().unwrap();
    for id in [id, "018f0000-0000-7000-8000-000000000000", "x"] {
        ask(
            &app,
            Method::DELETE,
            &format!("/sessions/{id}"),
            &cookies[0],
        )
        .await
        .is_problem(404);
    }
    let link = all.iter().find(|one| one["connection"].is_null()).unwrap();
    let path = format!("/sessions/{}", link["id"].as_str().unwrap());
    assert_eq!(
        ask(&app, Method::DELETE, &path, &cookies[0]).await.status,
        204
    );
    assert!(!opens(&app, &by_link).await);
    // Everywhere else.
    let ended = ask(&app, Method::DELETE, "/sessions", &cookies[1])
        .await
        .is(200);
    assert_eq!(ended["ended"], 2);
    for (cookie, open) in [
        (&cookies[0], false),
        (&cookies[1], true),
        (&cookies[2], false),
        (&owner, true),
    ] {
        assert_eq!(opens(&app, cookie).await, open);
    }
    app.finish();
}

#[tokio::test]
async fn an_administrator_ends_the_sessions_of_a_member_of_their_organization() {
    let app = App::start().await;
    let other = app.other();
    let idp = Idp::new("https://idp.example/metadata");
    app.own.rules(&[("Manager", "leads")]).await;
    let connection = idp.connect(&app.own, json!({})).await;
    let cookie = session(
        &idp.sign_in(&app, &connection, &person("m@corp.example", &["leads"]))
            .await,
    );
    let number = app.own.number_of("m@corp.example").await;
    let path = format!("/members/{number}/sessions");
    ask(&app, Method::DELETE, &path, &cookie)
        .await
        .is_problem(403);
    other.rest.delete(&path).await.is_problem(404);
    assert!(opens(&app, &cookie).await);
    assert_eq!(app.own.rest.delete(&path).await.is(200)["ended"], 1);
    assert_eq!(app.own.rest.delete(&path).await.is(200)["ended"], 0);
    assert!(!opens(&app, &cookie).await);
    let kinds = app
        .place
        .database
        .texts(
            "SELECT kind FROM events WHERE kind = $1",
            &["session.ended"],
        )
        .await;
    assert_eq!(kinds.len(), 1);
    app.finish();
}

#[tokio::test]
async fn of_many_first_sign_ons_of_one_person_at_once_all_get_in() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    app.own.rules(&[("Annotator", "all")]).await;
    let connection = idp.connect(&app.own, json!({})).await;
    let acs = connection["acs_url"].as_str().unwrap();
    let mut sent = Vec::new();
    for _ in 0..6 {
        let begun = begin(&app, &connection, "", None).await;
        let response = idp.response(&begun.request, acs, &person("m@corp.example", &["all"]));
        sent.push((begun.cookie, response));
    }
    let bring = async |at: usize| post(&app, acs, &sent[at].0, &sent[at].1).await;
    let answers = tokio::join!(bring(0), bring(1), bring(2), bring(3), bring(4), bring(5));
    for answer in <[_; 6]>::from(answers) {
        session(&answer);
    }
    let members = app
        .own
        .rest
        .get("/organizations/0/memberships")
        .await
        .is(200);
    assert_eq!(members["count"], 2, "the Owner, and one");
    app.finish();
}
