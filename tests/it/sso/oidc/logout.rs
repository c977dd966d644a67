//! The end of a session, from here and from the provider.

use reqwest::Method;
use serde_json::{Value, json};

use super::provider::{Key, now};
use super::{Connection, alice, connect, start, whoami};
use crate::client::Answer;

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

async fn tell(connection: &Connection<'_>, token: &str) -> Answer {
    let path = connection.path("backchannel-logout");
    let body = Some(format!("logout_token={token}"));
    let client = connection.app.anyone();
    let answer = client.send(Method::POST, &path, &FORM, body).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    answer
}

#[tokio::test]
async fn the_provider_ends_a_session_by_its_name_or_all_of_a_person() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    let mut sessions = Vec::new();
    for sid in ["one", "two", "three"] {
        let mut claims = alice();
        claims["sid"] = sid.into();
        connection.provider.person("alice-1", claims);
        sessions.push(connection.session().await);
    }
    let mut bob = alice();
    bob["email"] = json!("bob@a.example");
    connection.provider.person("bob-1", bob);
    let bob = connection.session().await;
    let token = connection
        .provider
        .logout_token("logout+jwt", "j1", &json!({ "sid": "one" }));
    assert_eq!(tell(&connection, &token).await.status, 200);
    whoami(&app, &sessions[0]).await.is_problem(401);
    whoami(&app, &sessions[1]).await.is(200);
    // Both together must fit.
    let both = json!({ "sid": "two", "sub": "bob-1" });
    let token = connection.provider.logout_token("logout+jwt", "j2", &both);
    assert_eq!(tell(&connection, &token).await.status, 200);
    whoami(&app, &sessions[1]).await.is(200);
    let token = connection
        .provider
        .logout_token("logout+jwt", "j3", &json!({ "sub": "alice-1" }));
    assert_eq!(tell(&connection, &token).await.status, 200);
    whoami(&app, &sessions[1]).await.is_problem(401);
    whoami(&app, &sessions[2]).await.is_problem(401);
    whoami(&app, &bob).await.is(200);
    app.finish();
}

#[tokio::test]
async fn a_forged_logout_token_ends_nothing() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    let other = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    let session = connection.session().await;
    let of = |jti: &str, changes: Value| {
        let mut all = json!({ "sub": "alice-1" });
        for (name, value) in changes.as_object().unwrap() {
            all[name] = value.clone();
        }
        connection.provider.logout_token("logout+jwt", jti, &all)
    };
    let foreign = other
        .provider
        .logout_token("logout+jwt", "f", &json!({ "sub": "alice-1" }));
    let id_token = json!({
        "iss": connection.provider.issuer, "aud": "rollright", "sub": "alice-1", "iat": now(), "exp": now() + 300,
        "nonce": "n", "jti": "x",
    });
    let id_token = connection
        .provider
        .script
        .lock()
        .unwrap()
        .key
        .sign("JWT", &id_token);
    let good = of("good", json!({}));
    let (signed, _) = good.rsplit_once('.').unwrap();
    for (what, forged) in [
        ("with a nonce", of("1", json!({ "nonce": "n" }))),
        ("without events", of("2", json!({ "events": null }))),
        (
            "with another event",
            of("3", json!({ "events": { "urn:x": {} } })),
        ),
        (
            "for another audience",
            of("4", json!({ "aud": "somebody-else" })),
        ),
        (
            "of another issuer",
            of("5", json!({ "iss": other.provider.issuer })),
        ),
        ("of another provider", foreign),
        ("over", of("6", json!({ "exp": now() - 120 }))),
        ("old", of("7", json!({ "iat": now() - 3600 }))),
        ("of the future", of("8", json!({ "iat": now() + 3600 }))),
        ("without a jti", of("9", json!({ "jti": null }))),
        ("of nobody", of("10", json!({ "sub": null }))),
        ("an ID token", id_token),
        ("unsigned", format!("{signed}.")),
        ("without a signature", signed.to_owned()),
        ("no token", "x".to_owned()),
        (
            "of another key",
            Key::make("first").sign("logout+jwt", &json!({})),
        ),
    ] {
        let answer = tell(&connection, &forged).await;
        assert_eq!(answer.status, 400, "{what}");
        whoami(&app, &session).await.is(200);
    }
    let typed = connection
        .provider
        .logout_token("at+jwt", "t", &json!({ "sub": "alice-1" }));
    assert_eq!(tell(&connection, &typed).await.status, 400);
    assert_eq!(tell(&connection, &good).await.status, 200);
    whoami(&app, &session).await.is_problem(401);
    // A second time it is refused, also where there is a new session to end.
    let session = connection.session().await;
    assert_eq!(tell(&connection, &good).await.status, 400);
    whoami(&app, &session).await.is(200);
    let twice = format!("{0}&logout_token={0}", of("11", json!({})));
    assert_eq!(tell(&connection, &twice).await.status, 400);
    app.finish();
}

#[tokio::test]
async fn a_logout_ends_the_session_here_and_goes_on_to_the_provider() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    let second = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    let leave = async |connection: &Connection<'_>, session: &str| {
        let headers = [("cookie", session)];
        let path = connection.path("logout");
        let answer = app.anyone().send(Method::GET, &path, &headers, None).await;
        assert_eq!(answer.status, 303);
        assert!(answer.header("set-cookie").contains("Max-Age=0"));
        whoami(&app, session).await.is_problem(401);
        answer.header("location").to_owned()
    };
    let session = connection.session().await;
    let url = leave(&connection, &session).await;
    let end = format!("{}/end?id_token_hint=", connection.provider.issuer);
    assert!(url.starts_with(&end), "{url}");
    let query: std::collections::HashMap<String, String> = url::Url::parse(&url)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect();
    assert_eq!(query["client_id"], "rollright");
    assert_eq!(query["post_logout_redirect_uri"], format!("{}/", app.base));
    // Who is signed in through another connection, or not at all, is told nothing of the provider.
    let session = connection.session().await;
    assert_eq!(leave(&second, &session).await, "/");
    assert_eq!(leave(&connection, "rollright_session=gone").await, "/");
    app.finish();
}
