//! ID tokens and keys that are not as they should be.

use serde_json::json;

use super::provider::{Key, now};
use super::{alice, connect, is_refusal, start};

/// Security K1 (the nonce), K3.
#[tokio::test]
async fn a_token_that_is_wrong_in_one_thing_begins_no_session() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    let now = now();
    for (claim, value, reason) in [
        ("iss", json!("https://evil.example"), "wrong_issuer"),
        ("aud", json!("somebody-else"), "wrong_audience"),
        (
            "aud",
            json!(["rollright", "somebody-else"]),
            "wrong_audience",
        ),
        ("azp", json!("somebody-else"), "wrong_party"),
        ("exp", json!(now - 120), "expired"),
        ("iat", json!(now + 3600), "not_yet_valid"),
        ("iat", json!(now - 3600), "expired"),
        ("nbf", json!(now + 3600), "not_yet_valid"),
        ("nonce", json!("of another"), "wrong_nonce"),
        ("nonce", json!(null), "wrong_nonce"),
        ("sub", json!(""), "bad_subject"),
        ("sub", json!("a\0b"), "malformed"),
        ("at_hash", json!("AAAA"), "wrong_access_token"),
    ] {
        let mut claims = alice();
        connection.provider.person("alice-1", claims.clone());
        claims["sub"] = json!("alice-1");
        claims[claim] = value;
        connection.provider.script.lock().unwrap().claims = claims;
        connection.refuses(reason).await;
    }
    assert_eq!(
        app.place
            .database
            .texts("SELECT subject FROM sessions", &[])
            .await
            .len(),
        0
    );
    connection.provider.person("alice-1", alice());
    connection.session().await;
    app.finish();
}

/// Security K2.
#[tokio::test]
async fn a_new_key_is_fetched_once_and_unknown_ones_make_no_storm() {
    let app = start().await;
    app.own.rules(&[("Annotator", "Labelers")]).await;
    let connection = connect(&app, &app.own).await;
    connection.provider.person("alice-1", alice());
    connection.session().await;
    assert_eq!(connection.provider.asked("/jwks"), 1);
    let second = Key::make("second");
    {
        let mut script = connection.provider.script.lock().unwrap();
        script.published.push(second.clone());
        script.key = second;
    }
    connection.session().await;
    connection.session().await;
    assert_eq!(connection.provider.asked("/jwks"), 2);
    connection.provider.script.lock().unwrap().key = Key::make("unpublished");
    for _ in 0..5 {
        connection.refuses("unknown_key").await;
    }
    assert_eq!(connection.provider.asked("/jwks"), 2);
    // Under the name of a good key another one helps nobody.
    connection.provider.script.lock().unwrap().key = Key::make("first");
    connection.refuses("bad_signature").await;
    assert_eq!(connection.provider.asked("/jwks"), 2);
    app.finish();
}

/// Security K6.
#[tokio::test]
async fn a_provider_that_is_not_who_it_should_be_is_not_gone_to() {
    let app = start().await;
    let connection = connect(&app, &app.own).await;
    for discovery in [
        json!({ "issuer": "https://evil.example" }),
        json!({ "authorization_endpoint": "javascript:alert(1)" }),
        json!({ "token_endpoint": null }),
    ] {
        let fresh = connect(&app, &app.own).await;
        fresh.provider.script.lock().unwrap().discovery = discovery;
        for _ in 0..3 {
            is_refusal(&app.anyone().get(&fresh.path("login")).await);
        }
        // Nor asked again at once.
        assert_eq!(fresh.provider.asked("/.well-known/openid-configuration"), 1);
    }
    connection.begin("").await;
    app.finish();
}

/// Security K6: neither to a genuine provider nor into a private network.
#[tokio::test]
async fn a_provider_that_sends_elsewhere_is_not_followed() {
    let app = start().await;
    let genuine = connect(&app, &app.own).await;
    let target = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    target.set_nonblocking(true).unwrap();
    let discovery = "/.well-known/openid-configuration";
    for place in [
        format!("{}{discovery}", genuine.provider.issuer),
        format!("http://{}/latest", target.local_addr().unwrap()),
    ] {
        let moved = connect(&app, &app.own).await;
        moved.provider.script.lock().unwrap().moved = Some(place);
        is_refusal(&app.anyone().get(&moved.path("login")).await);
        assert_eq!(moved.provider.asked(discovery), 1);
    }
    assert_eq!(genuine.provider.asked(discovery), 0);
    assert!(target.accept().is_err(), "it was followed");
    genuine.begin("").await;
    app.finish();
}

/// Security K6.
#[tokio::test]
async fn a_provider_in_a_private_network_is_reached_only_where_the_operator_allows_it() {
    let app = crate::app::App::start().await;
    let connection = connect(&app, &app.own).await;
    is_refusal(&app.anyone().get(&connection.path("login")).await);
    assert_eq!(
        connection
            .provider
            .asked("/.well-known/openid-configuration"),
        0
    );
    app.finish();
}
