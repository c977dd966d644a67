//! `/api/sign-in-traces`, the preview of a connection, and tests of it.

use reqwest::Method;
use serde_json::{Value, json};

use super::idp::{Idp, begin, opens, person, post, refused, session};
use crate::app::{App, OWNER};
use crate::client::Answer;

async fn traces(app: &App, query: &str) -> Vec<Value> {
    let list = app
        .own
        .rest
        .get(&format!("/sign-in-traces{query}"))
        .await
        .is(200);
    let results = list["results"].as_array().unwrap().clone();
    assert_eq!(list["count"], results.len());
    results
}

async fn page(app: &App, path: &str, cookie: &str) -> Answer {
    app.anyone()
        .send(Method::GET, path, &[("cookie", cookie)], None)
        .await
}

#[tokio::test]
async fn a_trace_says_what_came_how_each_check_went_and_what_followed() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    app.own.rules(&[("Manager", "leads")]).await;
    let connection = idp.connect(&app.own, json!({})).await;
    session(
        &idp.sign_in(
            &app,
            &connection,
            &person("canary@corp.example", &["leads", "x"]),
        )
        .await,
    );
    let all = traces(&app, "").await;
    let trace = &all[0];
    assert_eq!(trace["outcome"], "signed_in");
    assert_eq!(trace["connection"], connection["id"]);
    assert_eq!(
        (&trace["role"], &trace["reason"]),
        (&json!("MA"), &Value::Null)
    );
    assert_eq!(trace["groups"], json!(["leads", "x"]));
    let checks: Vec<&str> = trace["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| {
            assert_eq!(check["passed"], true, "{check}");
            check["name"].as_str().unwrap()
        })
        .collect();
    for name in [
        "structure",
        "signature",
        "response",
        "issuer",
        "subject_confirmation",
        "conditions",
        "request",
        "member",
        "role",
    ] {
        assert!(checks.contains(&name), "{name} is not in {checks:?}");
    }
    // Personal words are masked, also those that nobody asked for.
    let text = trace.to_string().to_lowercase();
    assert!(
        !text.contains("canary") && text.contains("department"),
        "{text}"
    );
    let path = format!(
        "/connections/{}/preview",
        connection["id"].as_str().unwrap()
    );
    let preview = app.own.rest.get(&path).await.is(200);
    assert_eq!(&preview["last"], trace);
    assert_eq!(preview["mapping"]["groups"], "Groups");
    app.finish();
}

#[tokio::test]
async fn what_was_refused_has_a_trace_under_the_number_on_the_page() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = idp.connect(&app.own, json!({})).await;
    let acs = connection["acs_url"].as_str().unwrap();
    let who = person("a@corp.example", &[]);
    let begun = begin(&app, &connection, "", None).await;
    let good = idp.response(&begun.request, acs, &who);
    let forged = post(&app, acs, &begun.cookie, &good.replace("a@corp", "b@corp")).await;
    let garbage = post(&app, acs, &begun.cookie, "<html/>").await;
    let elsewhere = post(&app, acs, "rollright_browser=another", &good).await;
    let pending = post(
        &app,
        acs,
        &begun.cookie,
        &idp.response(&begun.request, acs, &who),
    )
    .await;
    for (answer, reason, sentence) in [
        (&forged, "bad_signature", "could not be verified"),
        (&garbage, "not_a_response", "could not be verified"),
        (&elsewhere, "unknown_request", "not begun in this browser"),
        (&pending, "replayed", "used already"),
    ] {
        let number = refused(answer, sentence);
        let trace = app
            .own
            .rest
            .get(&format!("/sign-in-traces/{number}"))
            .await
            .is(200);
        assert_eq!(
            (&trace["outcome"], &trace["reason"]),
            (&json!("refused"), &json!(reason))
        );
        let last = trace["checks"].as_array().unwrap().last().unwrap();
        assert_eq!(last["passed"], false, "{trace}");
    }
    assert_eq!(traces(&app, "?outcome=refused").await.len(), 4);
    assert_eq!(traces(&app, "?outcome=tested").await.len(), 0);
    app.own
        .rest
        .get("/sign-in-traces?outcome=lost")
        .await
        .is_problem(400);
    // Nobody else sees any of it.
    let other = app.other();
    assert_eq!(other.rest.get("/sign-in-traces").await.is(200)["count"], 0);
    other
        .rest
        .get(&format!("/sign-in-traces/{}", refused(&forged, "")))
        .await
        .is_problem(404);
    app.finish();
}

#[tokio::test]
async fn a_test_creates_nothing_and_ends_on_its_trace_with_all_values() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    app.own.rules(&[("Reviewer", "rev")]).await;
    let connection = idp.connect(&app.own, json!({})).await;
    let owner = app.session(OWNER).await;
    let begun = begin(&app, &connection, "?test=1", Some(&owner)).await;
    let who = person("canary@corp.example", &["rev"]);
    let answer = idp.answer(&app, &connection, &begun, &who).await;
    assert_eq!(
        (answer.status, answer.header("set-cookie")),
        (303, ""),
        "{}",
        answer.text
    );
    let place = answer.header("location").to_owned();
    let shown = page(&app, &place, &owner).await;
    assert_eq!(shown.status, 200);
    for word in [
        "The test went well",
        "canary@corp.example",
        "RE",
        "signature",
    ] {
        assert!(shown.text.contains(word), "{word}: {}", shown.text);
    }
    let members = app
        .own
        .rest
        .get("/organizations/0/memberships")
        .await
        .is(200);
    assert_eq!(members["count"], 1);
    let kinds = app
        .place
        .database
        .texts("SELECT kind FROM events WHERE kind LIKE $1", &["member.%"])
        .await;
    assert_eq!(kinds, ["member.created"], "the Owner alone");
    assert_eq!(traces(&app, "?outcome=tested").await.len(), 1);
    // It is used up like any other.
    refused(
        &idp.answer(&app, &connection, &begun, &who).await,
        "used already",
    );
    // Without groups that give a role, the test says that it would have been refused.
    let begun = begin(&app, &connection, "?test=1", Some(&owner)).await;
    let off = app.own.user("off@corp.example").await;
    app.own.set_active(&off, false).await;
    let answer = idp
        .answer(&app, &connection, &begun, &person("off@corp.example", &[]))
        .await;
    let shown = page(&app, answer.header("location"), &owner).await;
    assert!(
        shown.text.contains("would have been refused"),
        "{}",
        shown.text
    );
    let of = format!("?member={off}");
    assert_eq!(traces(&app, &of).await[0]["reason"], "deactivated");
    app.finish();
}

#[tokio::test]
async fn only_an_administrator_of_the_organization_begins_a_test_and_sees_its_trace() {
    let app = App::start().await;
    let other = app.other();
    let idp = Idp::new("https://idp.example/metadata");
    app.own.rules(&[("Manager", "leads")]).await;
    let connection = idp.connect(&app.own, json!({})).await;
    let login = connection["login_url"]
        .as_str()
        .unwrap()
        .strip_prefix(&app.base)
        .unwrap();
    let test = format!("{login}?test=1");
    let manager = session(
        &idp.sign_in(&app, &connection, &person("m@corp.example", &["leads"]))
            .await,
    );
    let stranger = app.session("owner@b.example").await;
    let number = traces(&app, "").await[0]["number"]
        .as_str()
        .unwrap()
        .to_owned();
    let trace = format!("/sign-in-traces/{number}");
    for (cookie, of_trace) in [("", 303), (&manager, 403), (&stranger, 404)] {
        let answer = page(&app, &test, cookie).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
        assert_eq!(page(&app, &trace, cookie).await.status, of_trace);
    }
    assert_eq!(other.rest.get("/sign-in-traces").await.is(200)["count"], 0);
    app.finish();
}

#[tokio::test]
async fn the_traces_of_a_member_go_with_the_member() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    app.own.rules(&[("Annotator", "all")]).await;
    let connection = idp.connect(&app.own, json!({})).await;
    let cookie = session(
        &idp.sign_in(&app, &connection, &person("m@corp.example", &["all"]))
            .await,
    );
    assert_eq!(traces(&app, "").await.len(), 1);
    let number = app.own.number_of("m@corp.example").await;
    app.own
        .rest
        .delete(&format!("/organizations/0/memberships/{number}"))
        .await
        .is(204);
    assert_eq!(traces(&app, "").await.len(), 0);
    assert!(!opens(&app, &cookie).await);
    app.finish();
}

#[tokio::test]
async fn a_connection_that_is_not_enabled_can_be_tested_and_nothing_more() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    app.own.rules(&[("Reviewer", "rev")]).await;
    let settings = json!({ "idp_initiated": true });
    let connection = idp.connect(&app.own, settings).await;
    let path = format!("/connections/{}", connection["id"].as_str().unwrap());
    let owner = app.session(OWNER).await;
    let who = person("ada@corp.example", &["rev"]);
    let before = begin(&app, &connection, "", None).await;
    let off = json!({ "enabled": false });
    app.own.rest.patch(&path, &off).await.is(200);
    let acs = connection["acs_url"].as_str().unwrap();
    let begun = begin(&app, &connection, "?test=1", Some(&owner)).await;
    let answered = idp.response(&begun.request, acs, &who);
    // To another browser it answers as if it were not there.
    for cookie in ["", "rollright_browser=another", before.cookie.as_str()] {
        assert_eq!(post(&app, acs, cookie, &answered).await.status, 404);
    }
    // In the browser of the test nobody is signed in either: by what was asked before, or by what nobody asked.
    let unasked = idp.unasked(&begun.request, acs, &who);
    refused(
        &post(&app, acs, &begun.cookie, &unasked).await,
        "not begun in this browser",
    );
    let begun = begin(&app, &connection, "?test=1", Some(&owner)).await;
    let answer = idp.answer(&app, &connection, &begun, &who).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (303, ""));
    let shown = page(&app, answer.header("location"), &owner).await;
    assert!(shown.text.contains("The test went well"), "{}", shown.text);
    assert_eq!(
        app.own
            .rest
            .get("/organizations/0/memberships")
            .await
            .is(200)["count"],
        1
    );
    // Whose test is over has no more than others.
    let again = idp.answer(&app, &connection, &begun, &who).await;
    assert_eq!(again.status, 404);
    let login = connection["login_url"].as_str().unwrap();
    let login = login.strip_prefix(&app.base).unwrap();
    assert_eq!(app.anyone().get(login).await.status, 404);
    assert_eq!(
        app.anyone().get(&format!("{login}?test=1")).await.status,
        403
    );
    app.finish();
}
