//! Fetching tokens, and saying which were had (RFC 8936).

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::feed::{ALL, NOTICES, WHOLE, set_up, sets};
use crate::app::App;

#[tokio::test]
async fn a_token_comes_again_until_it_is_acknowledged_and_then_never() {
    let app = App::start().await;
    let feed = set_up(&app, &app.own, &[ALL[0]]).await;
    for n in 0..3 {
        app.own.user(&format!("u{n}@a.example")).await;
    }
    let at_once = json!({ "returnImmediately": true });
    let mut all = feed.next(&[]).await;
    while all.len() < 3 {
        all = feed.next(&[]).await;
    }
    assert_eq!(sets(&feed.poll(&at_once).await), all, "the same again");
    // The middle one first: what is before it is still outstanding.
    let ack = |set: &Value| json!({ "ack": [set["jti"]], "returnImmediately": true });
    let left = sets(&feed.poll(&ack(&all[1])).await);
    assert_eq!(left, [all[0].clone(), all[2].clone()]);
    let left = sets(&feed.poll(&ack(&all[0])).await);
    assert_eq!(left, [all[2].clone()]);
    // Again, and with what was never told: nothing happens.
    let odd = json!({ "ack": [all[0]["jti"], "x", format!("{}.99999", feed.id), format!("{}.-1", feed.id)],
        "returnImmediately": true });
    assert_eq!(sets(&feed.poll(&odd).await), [all[2].clone()]);
    let none = feed.poll(&ack(&all[2])).await;
    assert_eq!(none, json!({ "sets": {}, "moreAvailable": false }));
    let receipts = app
        .place
        .database
        .texts("SELECT CAST(seq AS TEXT) FROM event_receipts", &[])
        .await;
    assert!(receipts.is_empty(), "nothing is kept that is not needed");
    app.finish();
}

#[tokio::test]
async fn an_answer_has_at_most_what_was_asked_for_and_says_whether_there_is_more() {
    let app = App::start().await;
    let feed = set_up(&app, &app.own, &[ALL[0]]).await;
    for n in 0..3 {
        app.own.user(&format!("u{n}@a.example")).await;
    }
    super::trail(&app, &app.own).await;
    let two = feed.poll(&json!({ "maxEvents": 2 })).await;
    assert_eq!((sets(&two).len(), &two["moreAvailable"]), (2, &json!(true)));
    let have: Vec<Value> = sets(&two).iter().map(|set| set["jti"].clone()).collect();
    // To say what it has and to ask for nothing is not put off.
    let only = feed.poll(&json!({ "maxEvents": 0, "ack": have })).await;
    assert_eq!(only, json!({ "sets": {}, "moreAvailable": true }));
    let last = feed.poll(&json!({ "maxEvents": 2 })).await;
    assert_eq!(
        (sets(&last).len(), &last["moreAvailable"]),
        (1, &json!(false))
    );
    app.finish();
}

#[tokio::test]
async fn a_token_that_could_not_be_taken_is_noted_and_comes_no_more() {
    let app = App::start().await;
    let feed = set_up(&app, &app.own, &[ALL[0]]).await;
    app.own.user("ada@a.example").await;
    let told = feed.next(&[]).await;
    let jti = told[0]["jti"].as_str().unwrap();
    let answer = feed
        .poll(&json!({
            "setErrs": { jti: { "err": "invalid_audience", "description": "é".repeat(2000) } },
            "returnImmediately": true,
        }))
        .await;
    assert_eq!(answer["sets"], json!({}));
    let path = format!("/scim/receivers/{}", feed.id);
    let shown = app.own.rest.get(&path).await.is(200);
    assert_eq!(shown["problem"]["err"], "invalid_audience");
    assert_eq!(shown["problem"]["description"], "é".repeat(512));
    assert_eq!(shown["acknowledged"], shown["problem"]["seq"]);
    app.finish();
}

#[tokio::test]
async fn two_receivers_are_told_the_same_change_each_at_its_own_pace() {
    let app = App::start().await;
    let (one, two) = (
        set_up(&app, &app.own, &NOTICES).await,
        set_up(&app, &app.own, &WHOLE).await,
    );
    let other = app.other();
    let foreign = set_up(&app, &other, &NOTICES).await;
    app.own.user("ada@a.example").await;
    let first = one.next(&[]).await;
    one.poll(&json!({ "ack": [first[0]["jti"]], "maxEvents": 0 }))
        .await;
    let second = two.next(&[]).await;
    assert_eq!(first[0]["txn"], second[0]["txn"], "one change");
    assert_ne!(first[0]["jti"], second[0]["jti"], "two tokens");
    // Nobody takes down for another, nor another organization.
    two.poll(&json!({ "ack": [first[0]["jti"]], "maxEvents": 0 }))
        .await;
    assert_eq!(two.next(&[]).await, second);
    let there = foreign
        .poll(&json!({ "ack": [second[0]["jti"]], "returnImmediately": true }))
        .await;
    assert_eq!(there["sets"], json!({}));
    assert_eq!(two.next(&[]).await, second);
    app.finish();
}

#[tokio::test]
async fn a_receiver_waits_for_what_happens_unless_it_says_that_it_does_not() {
    let app = App::start().await;
    let feed = set_up(&app, &app.own, &[ALL[0]]).await;
    let started = Instant::now();
    assert_eq!(
        feed.poll(&json!({ "returnImmediately": true })).await,
        json!({ "sets": {}, "moreAvailable": false })
    );
    let message = json!({});
    let (answer, ada) = tokio::join!(feed.poll(&message), app.own.user("ada@a.example"));
    assert_eq!(sets(&answer)[0]["sub_id"]["uri"], format!("/Users/{ada}"));
    assert!(started.elapsed() < Duration::from_secs(15));
    app.finish();
}

#[tokio::test]
async fn a_token_that_is_revoked_while_its_receiver_waits_ends_the_waiting() {
    let app = App::start().await;
    let feed = set_up(&app, &app.own, &[ALL[0]]).await;
    let path = format!("/scim/receivers/{}", feed.id);
    let shown = app.own.rest.get(&path).await.is(200);
    let token = format!("/scim/tokens/{}", shown["scim_token"].as_str().unwrap());
    let started = Instant::now();
    let message = json!({});
    let (answer, revoked) = tokio::join!(
        feed.scim.post("/Events", &message),
        app.own.rest.delete(&token)
    );
    revoked.is(204);
    assert!(matches!(answer.status, 401 | 404), "{}", answer.text);
    assert!(started.elapsed() < Duration::from_secs(10));
    app.finish();
}

#[tokio::test]
async fn who_is_no_receiver_or_asks_what_cannot_be_is_refused() {
    let app = App::start().await;
    let detail = app
        .own
        .scim
        .post("/Events", &json!({}))
        .await
        .is_scim_error(404, None);
    assert!(detail.contains("event receiver"), "{detail}");
    let anyone = app.own.scim.with(None);
    anyone
        .post("/Events", &json!({}))
        .await
        .is_scim_error(401, None);
    let user_token = app.own.scim.with(Some(app.own.rest.authorization()));
    user_token
        .post("/Events", &json!({}))
        .await
        .is_scim_error(401, None);
    let feed = set_up(&app, &app.own, &[ALL[0]]).await;
    for (body, scim_type) in [
        (json!([]), "invalidSyntax"),
        (json!({ "maxEvents": -1 }), "invalidValue"),
        (json!({ "ack": "x" }), "invalidValue"),
        (json!({ "setErrs": { "x": 1 } }), "invalidValue"),
    ] {
        let answer = feed.scim.post("/Events", &body).await;
        answer.is_scim_error(400, Some(scim_type));
    }
    feed.scim.get("/Events").await.is_scim_error(405, None);
    app.finish();
}

#[tokio::test]
async fn the_request_log_keeps_which_tokens_were_fetched_and_not_what_they_say() {
    let app = App::start().await;
    let feed = set_up(&app, &app.own, &[ALL[1]]).await;
    app.own.user("ada@a.example").await;
    let jti = feed.next(&[]).await[0]["jti"].clone();
    let entry = crate::request_log::newest(&app.own).await;
    assert_eq!(entry["path"], "/scim/v2/Events");
    let entry = entry.to_string();
    assert!(entry.contains(jti.as_str().unwrap()), "{entry}");
    assert!(!entry.contains("eyJ"), "{entry}");
    app.finish();
}
