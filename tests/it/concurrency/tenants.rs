//! What one organization asks for does not keep another from being served.

use reqwest::Method;
use tokio::task::JoinSet;

use crate::app::{App, user};
use crate::database::Database;

/// More than there are connections to PostgreSQL.
const WRITERS: usize = 40;

#[tokio::test]
async fn writers_who_wait_leave_connections_to_another_organization() {
    let app = App::start().await;
    let other = app.other();
    // On SQLite one writer never waits for another in the database.
    if let Database::Postgres { .. } = app.place.database {
        let held = app.place.database.hold_organization(app.own.number).await;
        let mut waiting = JoinSet::new();
        for n in 0..WRITERS {
            let client = app.own.scim.clone();
            let body = user(&format!("u{n}@a.example")).to_string();
            waiting.spawn(async move {
                let answer = client.send(Method::POST, "/Users", &[], Some(body)).await;
                answer.status
            });
        }
        app.place.database.until_somebody_waits(8).await;
        for n in 0..5 {
            other.user(&format!("o{n}@b.example")).await;
            other.scim.get("/Users").await.is(200);
        }
        drop(held);
        assert_eq!(waiting.join_all().await, vec![201; WRITERS]);
    }
    app.finish();
}

#[tokio::test]
async fn tables_are_analyzed_as_they_grow() {
    let app = App::start().await;
    if let Database::Postgres { .. } = app.place.database {
        for n in 0..130 {
            app.own.user(&format!("u{n}@a.example")).await;
        }
        // Negative before the first analysis.
        let sql = "SELECT CAST(reltuples AS TEXT) FROM pg_class WHERE relname = 'members'";
        let mut rows = Vec::new();
        for _ in 0..2000 {
            rows = app.place.database.texts(sql, &[]).await;
            if rows != ["-1"] {
                break;
            }
        }
        let rows: f64 = rows[0].parse().unwrap();
        assert!(rows >= 100.0, "{rows}");
    }
    app.finish();
}
