//! `DELETE /scim/v2/Users/{id}`

use serde_json::json;

use crate::app::{App, USER, patch, user};

#[tokio::test]
async fn a_deleted_user_is_gone_from_everywhere_and_no_personal_word_stays() {
    let app = App::start().await;
    let body = json!({
        "schemas": [USER], "userName": "canary@a.example", "displayName": "Canary Bird", "externalId": "canary-7",
    });
    let made = app.own.scim.post("/Users", &body).await.is(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let path = format!("/Users/{id}");
    let title = json!([{ "op": "add", "path": "title", "value": "Canary" }]);
    app.own.change(&path, title).await;
    let group = app.own.group("Team", &[&id]).await;
    let before = app.own.scim.get(&format!("/Groups/{group}")).await;

    assert_eq!(app.own.scim.delete(&path).await.status, 204);
    app.own.scim.get(&path).await.is_scim_error(404, None);
    app.own.scim.delete(&path).await.is_scim_error(404, None);
    app.own
        .scim
        .put(&path, &user("x@a.example"))
        .await
        .is_scim_error(404, None);
    let title = patch(json!([{ "op": "add", "path": "title", "value": "x" }]));
    app.own
        .scim
        .patch(&path, &title)
        .await
        .is_scim_error(404, None);
    let after = app.own.scim.get(&format!("/Groups/{group}")).await;
    assert!(
        after.is(200)["members"]
            .as_array()
            .is_none_or(Vec::is_empty)
    );
    assert_ne!(after.header("etag"), before.header("etag"));

    let events = app.events(&id).await;
    assert_eq!(
        events,
        ["member.changed", "member.created", "member.deleted"]
    );
    for sql in [
        "SELECT CAST(details AS TEXT) FROM event_details",
        "SELECT CAST(facts AS TEXT) FROM events",
        "SELECT user_name || display_name || CAST(attributes AS TEXT) FROM members",
        "SELECT COALESCE(email, '') FROM accounts",
        "SELECT mark FROM departures",
    ] {
        let rows = app.place.database.texts(sql, &[]).await;
        let kept = rows.concat().to_lowercase();
        assert!(!kept.contains("canary"), "{sql}: {kept}");
    }
    app.finish();
}

#[tokio::test]
async fn who_is_created_again_is_somebody_new() {
    let app = App::start().await;
    let first = app.own.user("ada@a.example").await;
    app.own.group("Team", &[&first]).await;
    app.own.rules(&[("Manager", "Team")]).await;
    assert_eq!(app.own.role("ada@a.example").await, "MA scim");
    let number = app.own.number_of("ada@a.example").await;
    app.own.scim.delete(&format!("/Users/{first}")).await;
    let second = app.own.user("ada@a.example").await;
    assert_ne!(first, second);
    assert_ne!(number, app.own.number_of("ada@a.example").await);
    assert_eq!(app.own.role("ada@a.example").await, "AN manual");
    app.finish();
}
