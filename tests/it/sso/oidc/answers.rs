//! What comes back from the provider by way of the browser.

use reqwest::Method;
use serde_json::json;

use super::provider::SECRET;
use super::{alice, connect, cookie, is_refusal, start, whoami};
use crate::app::OWNER;

/// Security K1.
#[tokio::test]
async fn a_state_is_of_one_browser_and_one_connection_and_used_once() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    let second = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    let sent = connection.begin("").await;
    let other = connection.begin("").await;
    let code = connection.provider.code(&sent.url);
    let good = format!("code={code}&state={}", sent.state);
    for (mark, query) in [
        (&*other.cookie, &*good),
        ("", &*good),
        (&*sent.cookie, &*format!("code={code}")),
        (&*sent.cookie, &*format!("code={code}&state=")),
        (&*sent.cookie, &*format!("code={code}&state=%00")),
        (&*sent.cookie, &*format!("code={code}&state=unknown")),
        (&*sent.cookie, &*format!("{good}&state={}", sent.state)),
        (&*sent.cookie, &*format!("{good}&state=unknown")),
    ] {
        is_refusal(&connection.back(mark, query).await);
    }
    // Of another connection it is not, though the organization is the same.
    is_refusal(&second.back(&sent.cookie, &good).await);
    assert_eq!(connection.provider.asked("/token"), 0);
    assert_eq!(second.provider.asked("/token"), 0);
    let answer = connection.back(&sent.cookie, &good).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    whoami(&app, &cookie(&answer)).await.is(200);
    is_refusal(&connection.back(&sent.cookie, &good).await);
    assert_eq!(connection.provider.asked("/token"), 1);
    app.finish();
}

/// Security K7.
#[tokio::test]
async fn of_twenty_who_bring_one_code_at_once_one_gets_a_session() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    let sent = connection.begin("").await;
    let code = connection.provider.code(&sent.url);
    let path = connection.path(&format!("callback?code={code}&state={}", sent.state));
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (client, path, mark) = (app.anyone(), path.clone(), sent.cookie.clone());
        all.spawn(async move {
            let headers = [("cookie", &*mark)];
            client
                .send(reqwest::Method::GET, &path, &headers, None)
                .await
        });
    }
    let answers = all.join_all().await;
    let good = answers.iter().filter(|answer| answer.status == 303).count();
    assert_eq!(good, 1);
    let others = answers.iter().filter(|answer| answer.status != 303);
    others.for_each(is_refusal);
    assert_eq!(connection.provider.asked("/token"), 1);
    let sessions = "SELECT subject FROM sessions";
    assert_eq!(app.place.database.texts(sessions, &[]).await, ["alice-1"]);
    app.finish();
}

/// Security K5.
#[tokio::test]
async fn an_answer_of_another_provider_never_reaches_the_token_endpoint() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    let evil = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    let advertised = json!({ "authorization_response_iss_parameter_supported": true });
    connection.provider.script.lock().unwrap().discovery = advertised;
    for iss in [
        format!("&iss={}", evil.provider.issuer),
        String::new(),
        "&iss=".to_owned(),
        format!("&iss={0}&iss={0}", connection.provider.issuer),
    ] {
        let sent = connection.begin("").await;
        let code = connection.provider.code(&sent.url);
        let query = format!("code={code}&state={}{iss}", sent.state);
        is_refusal(&connection.back(&sent.cookie, &query).await);
    }
    assert_eq!(connection.provider.asked("/token"), 0);
    let sent = connection.begin("").await;
    let code = connection.provider.code(&sent.url);
    let query = format!(
        "code={code}&state={}&iss={}",
        sent.state, connection.provider.issuer
    );
    let answer = connection.back(&sent.cookie, &query).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    app.finish();
}

/// Security K1: a code is bound to the request that it was asked for with, so that one that was caught helps nobody.
#[tokio::test]
async fn a_code_is_no_use_without_the_verifier_of_its_own_request() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    let victim = connection.begin("").await;
    let attacker = connection.begin("").await;
    let challenge = |url: &str| {
        let url = url::Url::parse(url).unwrap();
        let found = url.query_pairs().find(|(name, _)| name == "code_challenge");
        found.unwrap().1.into_owned()
    };
    assert_ne!(challenge(&victim.url), challenge(&attacker.url));
    assert_eq!(challenge(&victim.url).len(), 43, "SHA-256");
    let caught = connection.provider.code(&victim.url);
    let query = format!("code={caught}&state={}", attacker.state);
    is_refusal(&connection.back(&attacker.cookie, &query).await);
    assert_eq!(connection.provider.asked("/token"), 1);
    let none: [String; 0] = [];
    let sessions = "SELECT subject FROM sessions";
    assert_eq!(app.place.database.texts(sessions, &[]).await, none);
    connection.session().await;
    app.finish();
}

#[tokio::test]
async fn a_provider_that_says_no_is_one_page_and_its_code_is_not_asked_for() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    let sent = connection.begin("").await;
    let code = connection.provider.code(&sent.url);
    let query = format!(
        "error=access_denied&error_description=%3Cb%3Eno&code={code}&state={}",
        sent.state
    );
    let answer = connection.back(&sent.cookie, &query).await;
    is_refusal(&answer);
    assert!(!answer.text.contains("<b>no"), "{}", answer.text);
    let query = format!("code={code}&state={}", sent.state);
    is_refusal(&connection.back(&sent.cookie, &query).await);
    let sent = connection.begin("").await;
    is_refusal(
        &connection
            .back(&sent.cookie, &format!("state={}", sent.state))
            .await,
    );
    assert_eq!(connection.provider.asked("/token"), 0);
    connection.session().await;
    app.finish();
}

/// Security K8.
#[tokio::test]
async fn a_sign_on_ends_on_a_path_of_this_server() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    for (next, target) in [
        ("?next=//evil.example", "/"),
        ("?next=https://evil.example", "/"),
        ("?next=/%5Cevil.example", "/"),
        ("?next=javascript:alert(1)", "/"),
        ("?next=/projects/1", "/projects/1"),
    ] {
        let sent = connection.begin(next).await;
        let code = connection.provider.code(&sent.url);
        let query = format!("code={code}&state={}", sent.state);
        let answer = connection.back(&sent.cookie, &query).await;
        assert_eq!((answer.status, answer.header("location")), (303, target));
    }
    app.finish();
}

#[tokio::test]
async fn a_change_of_the_connection_counts_at_once_and_a_disabled_one_refuses_everywhere() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    connection.session().await;
    let shown = connection.change(json!({ "client_secret": "wrong" })).await;
    assert_eq!(shown["has_client_secret"], true);
    assert!(!shown.to_string().contains("wrong") && shown.get("client_secret").is_none());
    connection.refuses("token_refused").await;
    connection.change(json!({ "client_secret": SECRET })).await;
    connection.session().await;
    // As a public client it is known by its id alone.
    let shown = connection.change(json!({ "client_secret": "" })).await;
    assert_eq!(shown["has_client_secret"], false);
    connection.session().await;
    connection.change(json!({ "client_secret": SECRET })).await;
    let sent = connection.begin("").await;
    let code = connection.provider.code(&sent.url);
    connection.change(json!({ "enabled": false })).await;
    let query = format!("code={code}&state={}", sent.state);
    assert_eq!(connection.back(&sent.cookie, &query).await.status, 404);
    for what in ["login", "callback", "logout"] {
        let answer = app.anyone().get(&connection.path(what)).await;
        assert_eq!(answer.status, 404, "{what}");
    }
    connection.change(json!({ "enabled": true })).await;
    connection.session().await;
    // A secret is told to the issuer for which it was given, and to no other.
    let other = super::Provider::start().await;
    let shown = connection.change(json!({ "issuer": other.issuer })).await;
    assert_eq!(shown["has_client_secret"], false);
    let sealed = "SELECT CAST(settings AS TEXT) FROM connections";
    let kept = app.place.database.texts(sealed, &[]).await;
    assert!(!kept.iter().any(|text| text.contains(SECRET)));
    app.finish();
}

#[tokio::test]
async fn a_test_of_a_connection_signs_nobody_in_and_ends_on_its_trace() {
    let app = start().await;
    app.own.rules(&[("Reviewer", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    // A test works before people can sign in.
    connection.change(json!({ "enabled": false })).await;
    let owner = app.session(OWNER).await;
    let login = connection.path("login?test=1");
    let asked = |cookie: String| {
        let (client, login) = (app.anyone(), login.clone());
        async move {
            client
                .send(Method::GET, &login, &[("cookie", &cookie)], None)
                .await
        }
    };
    assert_eq!(asked(String::new()).await.status, 403);
    let begun = asked(owner.clone()).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let url = url::Url::parse(begun.header("location")).unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state");
    let query = format!(
        "code={}&state={}",
        connection.provider.code(url.as_str()),
        state.unwrap().1
    );
    let mark = begun.header("set-cookie").split(';').next().unwrap();
    let cookie = format!("{owner}; {mark}");
    let answer = connection.back(&cookie, &query).await;
    assert_eq!((answer.status, answer.header("set-cookie")), (303, ""));
    let place = answer.header("location").to_owned();
    let shown = app
        .anyone()
        .send(Method::GET, &place, &[("cookie", &owner)], None)
        .await;
    for word in ["The test went well", "alice@a.example", "id_token"] {
        assert!(shown.text.contains(word), "{word}: {}", shown.text);
    }
    let members = app
        .own
        .rest
        .get("/organizations/0/memberships")
        .await
        .is(200);
    assert_eq!(members["count"], 1);
    // It is used up like any other.
    assert_eq!(connection.back(&cookie, &query).await.status, 404);
    connection.change(json!({ "enabled": true })).await;
    is_refusal(&connection.back(&cookie, &query).await);
    app.finish();
}
