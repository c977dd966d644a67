//! `/api/session-policy`, and who may change it.

use reqwest::Method;
use serde_json::json;

use super::{PASSWORD, member_with_password, opens, session, sign_in, within};
use crate::app::{App, OWNER};
use crate::database::Database;

const PATH: &str = "/session-policy/";

#[tokio::test]
async fn sessions_end_by_their_age_and_by_being_left_alone() {
    let app = App::start().await;
    member_with_password(&app, "ada@a.example", "her only password").await;
    let cookie = session(&sign_in(&app, "ada@a.example", "her only password").await);
    let owner = session(&sign_in(&app, OWNER, PASSWORD).await);
    let ask = async |body| within(&app, &owner, Method::PATCH, PATH, Some(body)).await;
    let found = within(&app, &cookie, Method::GET, PATH, None).await.is(200);
    assert_eq!(
        found,
        json!({ "max_session_age": 11_520, "max_time_between_activity": 4_320 })
    );
    for bad in [
        json!({ "max_session_age": 0 }),
        json!({ "max_time_between_activity": -1 }),
        json!({ "max_session_age": "x" }),
    ] {
        ask(bad).await.is_problem(400);
    }
    ask(json!({ "max_time_between_activity": 30 }))
        .await
        .is(200);
    assert!(opens(&app, &cookie).await);
    // As if half an hour had gone by.
    let sql = match app.place.database {
        Database::Postgres { .. } => {
            "UPDATE sessions SET created_at = created_at - interval '31 minutes', used_at = created_at - interval '31 minutes'"
        }
        Database::Sqlite(_) => {
            "UPDATE sessions SET created_at = created_at - 1860000, used_at = created_at - 1860000"
        }
    };
    app.place.database.execute(sql).await;
    assert!(!opens(&app, &cookie).await);
    // Used a moment ago, it goes on; until it is too old.
    let owner = session(&sign_in(&app, OWNER, PASSWORD).await);
    let ask = async |body| within(&app, &owner, Method::PATCH, PATH, Some(body)).await;
    ask(json!({ "max_session_age": 60, "max_time_between_activity": 45 }))
        .await
        .is(200);
    let cookie = session(&sign_in(&app, "ada@a.example", "her only password").await);
    for alive in [true, false] {
        app.place.database.execute(sql).await;
        assert_eq!(opens(&app, &cookie).await, alive);
    }
    app.finish();
}

#[tokio::test]
async fn the_owner_alone_says_how_long_sessions_last_and_administrators_what_of_tokens() {
    let app = App::start().await;
    member_with_password(&app, "ada@a.example", "her only password").await;
    for (role, tokens) in [("AD", 200), ("MA", 403), ("AN", 403)] {
        app.own.assign("ada@a.example", Some(role)).await;
        let cookie = session(&sign_in(&app, "ada@a.example", "her only password").await);
        let body = Some(json!({ "max_session_age": 60 }));
        within(&app, &cookie, Method::PATCH, PATH, body)
            .await
            .is_problem(403);
        let body = Some(json!({ "api_token_ttl_days": 5 }));
        let answer = within(&app, &cookie, Method::POST, "/jwt/settings", body).await;
        assert_eq!(answer.status, tokens, "{role}");
        within(&app, &cookie, Method::GET, "/jwt/settings/", None)
            .await
            .is(200);
        let mails = within(&app, &cookie, Method::GET, "/mails", None).await;
        assert_eq!(mails.status, tokens, "{role}");
    }
    app.finish();
}
