//! `PUT /scim/v2/Groups/{id}`

use reqwest::Method;
use serde_json::json;

use crate::app::{App, GROUP, group};

#[tokio::test]
async fn exactly_the_members_that_were_sent_are_in_the_group() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let bob = app.own.user("bob@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    let path = format!("/Groups/{team}");
    app.own.rules(&[("Manager", "Team")]).await;
    let changed = app
        .own
        .scim
        .put(&path, &group("Team", &[&bob]))
        .await
        .is(200);
    assert_eq!(changed["members"].as_array().unwrap().len(), 1);
    assert_eq!(changed["members"][0]["value"], bob);
    assert_eq!(app.own.scim.get(&path).await.is(200), changed);
    assert_eq!(app.own.role("ada@a.example").await, "AN manual");
    assert_eq!(app.own.role("bob@a.example").await, "MA scim");

    // The whole group is what was sent: without members it is empty.
    let empty = json!({ "schemas": [GROUP], "displayName": "Team" });
    app.own.scim.put(&path, &empty).await.is(200);
    assert_eq!(app.own.role("bob@a.example").await, "AN manual");
    assert_eq!(
        app.events(&team).await,
        ["group.changed", "group.changed", "group.created"]
    );
    app.finish();
}

#[tokio::test]
async fn writing_what_was_read_changes_nothing() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    let path = format!("/Groups/{team}");
    let read = app.own.scim.get(&path).await.is(200);
    assert_eq!(app.own.scim.put(&path, &read).await.is(200), read);
    assert_eq!(app.events(&team).await, ["group.created"]);
    app.finish();
}

#[tokio::test]
async fn a_refused_replacement_leaves_the_group_as_it_was() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    app.own.group("Other", &[]).await;
    let path = format!("/Groups/{team}");
    let before = app.own.scim.get(&path).await;
    let stranger = "00000000-0000-0000-0000-000000000000";
    let answer = app
        .own
        .scim
        .put(&path, &group("Renamed", &[stranger]))
        .await;
    answer.is_scim_error(400, Some("invalidValue"));
    let answer = app.own.scim.put(&path, &group("OTHER", &[])).await;
    answer.is_scim_error(409, Some("uniqueness"));
    let stale = [("if-match", "W/\"0\"")];
    for (method, body) in [
        (Method::PUT, Some(group("Team", &[]).to_string())),
        (Method::DELETE, None),
    ] {
        let answer = app.own.scim.send(method, &path, &stale, body).await;
        answer.is_scim_error(412, None);
    }
    let after = app.own.scim.get(&path).await;
    assert_eq!(after.is(200), before.is(200));
    assert_eq!(after.header("etag"), before.header("etag"));
    app.finish();
}
