//! Who sets webhooks up, and what is refused.

use reqwest::Method;
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{start, webhook};
use crate::app::App;

#[tokio::test]
async fn a_webhook_is_kept_and_its_secret_shown_once() {
    let app = start().await;
    let receiver = Receiver::start().await;
    let wanted = json!({
        "url": receiver.url, "events": ["session.created", "member.deleted", "member.deleted"],
        "description": "To the wiki", "enabled": false, "after": 0,
    });
    let made = app.own.rest.post("/webhooks", &wanted).await.is(201);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 50);
    assert_eq!(made["events"], json!(["member.deleted", "session.created"]));
    let mut record = made.clone();
    record.as_object_mut().unwrap().remove("secret");
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    assert_eq!(app.own.rest.get(&path).await.is(200), record);
    let list = app.own.rest.get("/webhooks").await.is(200);
    assert_eq!((&list["count"], &list["results"][0]), (&json!(1), &record));
    // Not in the database either, nor in the trail.
    let stored = app
        .place
        .database
        .texts("SELECT secret FROM webhooks", &[])
        .await;
    assert!(!stored[0].contains(&secret[6..]));
    let events = app.own.rest.get("/events").await;
    assert!(!events.text.contains(&secret[6..]));
    let wanted = json!({ "description": "To the board", "events": ["*"] });
    let changed = app.own.rest.patch(&path, &wanted).await.is(200);
    assert_eq!(
        (&changed["events"], &changed["url"]),
        (&json!(["*"]), &record["url"])
    );
    assert_eq!(app.own.rest.delete(&path).await.status, 204);
    app.own.rest.get(&path).await.is_problem(404);
    let id = made["id"].as_str().unwrap();
    let kinds = ["webhook.changed", "webhook.created", "webhook.deleted"];
    assert_eq!(app.events(id).await, kinds);
    app.finish();
}

/// L1, L4: what only the server can reach is not posted to, and one sentence says no more than that.
#[tokio::test]
async fn only_a_public_address_by_https_is_posted_to() {
    let app = App::start().await;
    for url in [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.8/",
        "https://user:pass@example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "",
        "hook",
    ] {
        let wanted = json!({ "url": url, "events": ["*"] });
        let refused = app
            .own
            .rest
            .post("/webhooks", &wanted)
            .await
            .is_problem(400);
        assert!(refused.contains("public address"), "{url}: {refused}");
    }
    // A name of a private address is told only when it is looked up; how that failed is not told.
    let (path, _) = webhook(&app.own, "https://localhost:1/hook", &["*"]).await;
    let tested = app
        .own
        .rest
        .post(&format!("{path}/test"), &json!({}))
        .await
        .is(200);
    assert_eq!(tested["problem"], "there was no answer within 10 seconds");
    assert_eq!(tested["status"], Value::Null);
    app.finish();
}

#[tokio::test]
async fn what_makes_no_webhook_is_refused_with_the_reason() {
    let app = start().await;
    let good = json!({ "url": "https://example.com/hook", "events": ["*"], "enabled": false });
    for (name, value, said) in [
        ("url", Value::Null, "`url`"),
        ("url", json!(7), "string"),
        ("url", json!("https://example.com/#a"), "`url`"),
        (
            "url",
            json!(format!("https://example.com/{}", "a".repeat(3000))),
            "`url`",
        ),
        ("events", Value::Null, "`events`"),
        ("events", json!([]), "`events`"),
        ("events", json!(["member.exploded"]), "`events`"),
        ("events", json!("*"), "sequence"),
        ("after", json!(-1), "`after`"),
        ("after", json!(1_000_000), "`after`"),
        ("description", json!("a\nb"), "`description`"),
        ("description", json!("a".repeat(256)), "`description`"),
    ] {
        let mut wanted = good.clone();
        wanted[name] = value;
        let refused = app
            .own
            .rest
            .post("/webhooks", &wanted)
            .await
            .is_problem(400);
        assert!(refused.contains(said), "{name}: {refused}");
    }
    for _ in 0..10 {
        app.own.rest.post("/webhooks", &good).await.is(201);
    }
    let refused = app.own.rest.post("/webhooks", &good).await.is_problem(400);
    assert!(refused.contains("at most 10"), "{refused}");
    app.finish();
}

/// A3, B13, F2: admins of the organization alone; another's webhook is unknown.
#[tokio::test]
async fn webhooks_are_of_admins_and_of_their_organization() {
    let app = start().await;
    let other = app.other();
    let (path, _) = webhook(&app.own, "https://example.com/hook", &["*"]).await;
    let unknown = "/webhooks/018f0000-0000-7000-8000-000000000000".to_owned();
    let ada = app.own.user("ada@a.example").await;
    let group = app.own.group("Managers", &[&ada]).await;
    app.own.rules(&[("Manager", "Managers")]).await;
    let cookie = app.session("ada@a.example").await;
    let scim = app.own.rest.with(Some(app.own.scim.authorization()));
    for (method, rest) in [
        (Method::GET, ""),
        (Method::PATCH, ""),
        (Method::DELETE, ""),
        (Method::POST, "/test"),
        (Method::POST, "/rotate-secret"),
        (Method::GET, "/deliveries"),
        (
            Method::POST,
            "/deliveries/018f0000-0000-7000-8000-000000000000/resend",
        ),
    ] {
        let body = || Some("{}".to_owned());
        let ask = async |client: &crate::client::Client, path: &str, headers: &[(&str, &str)]| {
            client
                .send(method.clone(), &format!("{path}{rest}"), headers, body())
                .await
        };
        let foreign = ask(&other.rest, &path, &[]).await;
        foreign.is_problem(404);
        assert_eq!(
            foreign.comparable(),
            ask(&other.rest, &unknown, &[]).await.comparable()
        );
        ask(&scim, &path, &[]).await.is_problem(401);
        let manager = [
            ("cookie", cookie.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        let nobody = app.own.rest.with(None);
        ask(&nobody, &path, &manager).await.is_problem(403);
        // I2.
        let elsewhere = [
            ("cookie", cookie.as_str()),
            ("sec-fetch-site", "cross-site"),
        ];
        ask(&nobody, &path, &elsewhere).await.is_problem(403);
    }
    assert_eq!(other.rest.get("/webhooks").await.is(200)["count"], 0);
    app.own.remove(&group, &ada).await;
    app.finish();
}
