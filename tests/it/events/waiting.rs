//! Waiting for events, and the end of waiting.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{get, results, trail};
use crate::app::App;

#[tokio::test]
async fn who_waits_is_answered_soon_after_something_happened() {
    let app = App::start().await;
    let last = trail(&app, &app.own).await.len();
    let started = Instant::now();
    let query = format!("after={last}&wait=25");
    let (page, ada) = tokio::join!(get(&app.own, &query), app.own.user("ada@a.example"));
    assert_eq!(results(&page)[0]["subject"], ada);
    assert!(started.elapsed() < Duration::from_secs(10));
    app.finish();
}

#[tokio::test]
async fn what_the_command_line_did_reaches_who_waits_too() {
    let app = App::start().await;
    let last = trail(&app, &app.own).await.len();
    let query = format!("after={last}&wait=25");
    let made = async {
        let said = app
            .place
            .run(&["scim-token", "create", "--organization", "1"]);
        crate::app::printed(&said)
    };
    let (page, _) = tokio::join!(get(&app.own, &query), made);
    assert_eq!(results(&page)[0]["kind"], "scim_token.created");
    app.finish();
}

#[tokio::test]
async fn where_nothing_happens_the_answer_is_empty_after_the_wait() {
    let app = App::start().await;
    let last = trail(&app, &app.own).await.len();
    let started = Instant::now();
    let page = get(&app.own, &format!("after={last}&wait=1")).await;
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(
        (&page["results"], &page["next_after"]),
        (&json!([]), &json!(last))
    );
    app.finish();
}

#[tokio::test]
async fn who_loses_the_role_while_waiting_sees_nothing_more() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    app.own.assign("ada@a.example", Some("AD")).await;
    let cookie = app.session("ada@a.example").await;
    let last = trail(&app, &app.own).await.len();
    let path = format!("/api/events?after={last}&wait=25");
    let headers = [("cookie", cookie.as_str())];
    let anyone = app.anyone();
    let waiting = anyone.send(reqwest::Method::GET, &path, &headers, None);
    let barred = async {
        // What is told of her own deactivation is not for her any more.
        app.own.set_active(&ada, false).await;
    };
    let (answer, ()) = tokio::join!(waiting, barred);
    // The request may have come after the deactivation, and then it has no credential at all.
    assert!(matches!(answer.status, 401 | 403), "{}", answer.text);
    app.finish();
}

#[tokio::test]
async fn a_server_that_stops_lets_who_waits_go_and_leaves_no_event_without_a_number() {
    let mut app = App::start().await;
    let last = trail(&app, &app.own).await.len();
    let started = Instant::now();
    let query = format!("after={last}&wait=25");
    let (page, ()) = tokio::join!(get(&app.own, &query), async {
        app.own.user("ada@a.example").await;
        app.stop();
    });
    assert!(results(&page).len() <= 1);
    assert!(started.elapsed() < Duration::from_secs(15));
    app.ended();
    let left = app
        .place
        .database
        .texts("SELECT CAST(number AS TEXT) FROM events_unordered", &[])
        .await;
    assert!(left.is_empty(), "{left:?}");
    app.finish();
}
