//! How long the log is kept, and how much of it.

use super::logged;
use crate::app::{App, Place};

/// A server with these settings.
async fn with(settings: &str) -> App {
    let place = Place::make().await;
    std::fs::write(place.folder.path().join("rollright.toml"), settings).unwrap();
    App::start_in(place, &[])
}

#[tokio::test]
async fn nothing_is_kept_where_the_log_is_off() {
    let app = with("request_log_days = 0").await;
    app.own.user("ada@a.example").await;
    assert!(logged(&app.own, "").await.is_empty());
    app.finish();
}

#[tokio::test]
async fn what_waits_is_written_before_the_server_ends() {
    let mut app = App::start().await;
    for n in 0..30 {
        app.own.user(&format!("u{n}@a.example")).await;
    }
    app.restart();
    let rows = app
        .place
        .database
        .texts("SELECT path FROM request_log", &[])
        .await;
    assert_eq!(rows.len(), 30);
    app.finish();
}

#[tokio::test]
async fn an_entry_that_is_too_old_goes_when_the_next_one_is_written() {
    let mut app = App::start().await;
    app.own.scim.get("/Users").await.is(200);
    app.own.scim.get("/Groups").await.is(200);
    app.restart();
    for sql in [
        "DELETE FROM request_log_subjects",
        "UPDATE request_log SET id = '00000000-0000-7000-8000-000000000001' WHERE path = '/scim/v2/Users'",
    ] {
        app.place.database.execute(sql).await;
    }
    app.own.scim.get("/Groups").await.is(200);
    let entries = logged(&app.own, "").await;
    let paths: Vec<&str> = entries
        .iter()
        .filter_map(|one| one["path"].as_str())
        .collect();
    assert_eq!(paths, ["/scim/v2/Groups", "/scim/v2/Groups"]);
    app.finish();
}

#[tokio::test]
async fn the_oldest_entries_go_where_there_are_too_many_for_an_organization() {
    let app = with("request_log_max_bytes = 20000").await;
    let other = app.other();
    other.user("bea@b.example").await;
    for n in 0..60 {
        app.own.user(&format!("u{n:02}@a.example")).await;
    }
    let entries = logged(&app.own, "?page_size=100").await;
    assert!((5..30).contains(&entries.len()), "{}", entries.len());
    assert_eq!(entries[0]["subject"]["name"], "u59@a.example");
    assert_eq!(logged(&other, "").await.len(), 1);
    app.finish();
}
