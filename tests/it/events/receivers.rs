//! Who sets receivers of security event tokens up, and how.

use serde_json::{Value, json};

use super::feed::{ALL, Feed, set_up, token_id};
use super::{column, trail};
use crate::app::App;

#[tokio::test]
async fn a_receiver_is_set_up_shown_changed_and_ended() {
    let app = App::start().await;
    let token = token_id(&app.own).await;
    let head = trail(&app, &app.own).await.len();
    let given = json!({ "scim_token": token, "audience": "https://app.example", "events": [ALL[4], ALL[0], ALL[4]] });
    let made = app.own.rest.post("/scim/receivers", &given).await.is(201);
    let path = format!("/scim/receivers/{}", made["id"].as_str().unwrap());
    assert_eq!(made["events"], json!([ALL[0], ALL[4]]), "each once");
    assert_eq!(made["acknowledged"], head, "from now on");
    assert_eq!(
        (&made["scim_token"], &made["problem"]),
        (&json!(token), &Value::Null)
    );
    assert_eq!(app.own.rest.get(&path).await.is(200), made);
    let page = app.own.rest.get("/scim/receivers").await.is(200);
    assert_eq!(
        (&page["count"], &page["results"]),
        (&json!(1), &json!([made]))
    );

    let wanted = json!({ "audience": "other", "events": [ALL[5]], "after": 0 });
    let changed = app.own.rest.patch(&path, &wanted).await.is(200);
    assert_eq!(
        (&changed["audience"], &changed["acknowledged"]),
        (&json!("other"), &json!(0))
    );
    assert_eq!(changed["scim_token"], token);
    assert_eq!(app.own.rest.patch(&path, &json!({})).await.is(200), changed);

    app.own.rest.delete(&path).await.is(204);
    app.own.rest.get(&path).await.is_problem(404);
    app.own.rest.patch(&path, &json!({})).await.is_problem(404);
    app.own.rest.delete(&path).await.is_problem(404);
    let events = trail(&app, &app.own).await;
    let kinds = column(&events, "kind");
    assert_eq!(
        kinds[head..],
        [
            "event_receiver.created",
            "event_receiver.changed",
            "event_receiver.changed",
            "event_receiver.deleted",
        ]
    );
    app.finish();
}

#[tokio::test]
async fn a_receiver_that_cannot_be_is_refused_and_nothing_is_kept() {
    let app = App::start().await;
    let other = app.other();
    let own = token_id(&app.own).await;
    let foreign = token_id(&other).await;
    let good = json!({ "scim_token": own, "audience": "a", "events": [ALL[0]] });
    for (name, value, says) in [
        ("scim_token", json!(null), "`scim_token` is missing"),
        ("scim_token", json!("x"), "id of a SCIM token"),
        ("scim_token", json!(foreign), "of this organization"),
        ("audience", json!(null), "`audience` is missing"),
        ("audience", json!(""), "`audience` must be a text"),
        ("audience", json!("a\u{0}"), "U+0000"),
        (
            "audience",
            json!("a".repeat(1025)),
            "`audience` must be a text",
        ),
        ("events", json!(null), "`events` is missing"),
        ("events", json!([]), "at least one"),
        ("events", json!(["urn:other"]), "urn:other"),
        ("events", json!([ALL[0], ALL[1]]), "choose one"),
        ("after", json!(-1), "`after` must be"),
        ("after", json!(1000), "`after` must be"),
    ] {
        let mut given = good.clone();
        given[name] = value;
        let answer = app.own.rest.post("/scim/receivers", &given).await;
        let detail = answer.is_problem(400);
        assert!(detail.contains(says), "{given}: {detail}");
    }
    let page = app.own.rest.get("/scim/receivers").await.is(200);
    assert_eq!(page["count"], 0);
    app.own.rest.post("/scim/receivers", &good).await.is(201);
    let taken = app
        .own
        .rest
        .post("/scim/receivers", &good)
        .await
        .is_problem(400);
    assert!(taken.contains("scim_token"), "{taken}");
    app.finish();
}

#[tokio::test]
async fn owner_and_administrators_alone_see_receivers_and_only_their_own() {
    let app = App::start().await;
    let other = app.other();
    let feed = set_up(&app, &app.own, &[ALL[0]]).await;
    let path = format!("/scim/receivers/{}", feed.id);
    other.rest.get(&path).await.is_problem(404);
    other.rest.patch(&path, &json!({})).await.is_problem(404);
    other.rest.delete(&path).await.is_problem(404);
    assert_eq!(other.rest.get("/scim/receivers").await.is(200)["count"], 0);

    app.own.user("ma@a.example").await;
    app.own.assign("ma@a.example", Some("MA")).await;
    let cookie = app.session("ma@a.example").await;
    let headers = [
        ("cookie", cookie.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    let anyone = app.anyone();
    let body = json!({ "scim_token": "x" }).to_string();
    for (method, path, body) in [
        ("GET", "/api/scim/receivers".to_owned(), None),
        ("GET", format!("/api{path}"), None),
        ("PATCH", format!("/api{path}"), Some("{}".to_owned())),
        ("DELETE", format!("/api{path}"), None),
    ] {
        let method = method.parse().unwrap();
        anyone
            .send(method, &path, &headers, body)
            .await
            .is_problem(403);
    }
    let refused = anyone
        .send(
            reqwest::Method::POST,
            "/api/scim/receivers",
            &headers,
            Some(body),
        )
        .await;
    assert!(matches!(refused.status, 400 | 403), "{}", refused.text);
    anyone.get("/api/scim/receivers").await.is_problem(401);
    app.finish();
}

#[tokio::test]
async fn security_events_are_shown_to_clients_of_an_organization_that_has_a_receiver() {
    let app = App::start().await;
    let other = app.other();
    let path = "/ServiceProviderConfig";
    assert!(app.own.scim.get(path).await.is(200)["securityEvents"].is_null());
    let feed = set_up(&app, &app.own, &[ALL[0]]).await;
    let shown = &app.own.scim.get(path).await.is(200)["securityEvents"];
    assert_eq!(shown, &json!({ "asyncRequest": "none", "eventUris": ALL }));
    assert!(feed.scim.get(path).await.is(200)["securityEvents"].is_object());
    for client in [
        other.scim.clone(),
        app.own.scim.with(None),
        app.own.scim.with(Some("Bearer rr_scim_x")),
    ] {
        assert!(client.get(path).await.is(200)["securityEvents"].is_null());
    }
    app.finish();
}

#[tokio::test]
async fn what_cannot_be_done_asynchronously_is_done_at_once() {
    let app = App::start().await;
    // RFC 9967 section 2.5.1.1: the service provider may answer as ever.
    let headers = [("prefer", "respond-async")];
    let body = crate::app::user("ada@a.example").to_string();
    let made = app
        .own
        .scim
        .send(reqwest::Method::POST, "/Users", &headers, Some(body))
        .await;
    assert_eq!((made.status, made.header("preference-applied")), (201, ""));
    app.finish();
}

#[tokio::test]
async fn a_receiver_may_be_given_another_token_and_keeps_its_place() {
    let app = App::start().await;
    let feed = set_up(&app, &app.own, &[ALL[0]]).await;
    app.own.user("ada@a.example").await;
    let first = feed.next(&[]).await;
    let made = app.own.rest.post("/scim/tokens", &json!({})).await.is(201);
    let wanted = json!({ "scim_token": made["id"] });
    let path = format!("/scim/receivers/{}", feed.id);
    app.own.rest.patch(&path, &wanted).await.is(200);
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let renewed = Feed {
        id: feed.id.clone(),
        scim: feed.scim.with(Some(&bearer)),
    };
    assert_eq!(renewed.next(&[]).await, first);
    feed.scim
        .post("/Events", &json!({}))
        .await
        .is_scim_error(404, None);
    app.finish();
}
