//! `/api/scim/removals`: the brake on mass removals. Security E8.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::App;
use crate::scim::schemas::{badged, schema};

const PATH: &str = "/scim/removals";

async fn people(app: &App, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(app.own.user(&format!("p{number}@a.example")).await);
    }
    ids
}

async fn delete(app: &App, ids: &[String]) {
    for id in ids {
        let path = format!("/Users/{id}");
        assert_eq!(app.own.scim.delete(&path).await.status, 204);
        app.own.scim.get(&path).await.is_scim_error(404, None);
    }
}

async fn kept(app: &App, sql: &'static str) -> String {
    app.place.database.texts(sql, &[]).await.concat()
}

#[tokio::test]
async fn deletions_beyond_the_share_wait_and_end_access_at_once() {
    let app = App::start().await;
    let ids = people(&app, 29).await;
    let group = app
        .own
        .group("Team", &[ids[0].as_str(), ids[11].as_str(), &ids[28]])
        .await;
    app.own.rules(&[("Reviewer", "Team")]).await;
    assert_eq!(app.own.role("p11@a.example").await, "RE scim");
    let before = app.own.membership("p11@a.example").await["user"]["id"].clone();
    let cookie = app.session("p11@a.example").await;

    // 10 of 30 always go; the eleventh is more than a fifth.
    delete(&app, &ids[..10]).await;
    let state = app.own.rest.get(PATH).await.is(200);
    assert_eq!(
        (&state["share"], &state["count"]),
        (&json!(20), &json!(0)),
        "{state}"
    );
    delete(&app, &ids[10..13]).await;
    let state = app.own.rest.get(PATH).await.is(200);
    assert_eq!(state["count"], 3, "{state}");
    let names: Vec<&Value> = state["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["user_name"])
        .collect();
    assert_eq!(names, ["p10@a.example", "p11@a.example", "p12@a.example"]);
    assert_eq!(
        app.events("1")
            .await
            .concat()
            .matches("removals.held")
            .count(),
        1
    );
    // Access has ended, whatever is kept.
    let whoami = "/api/current-user/whoami";
    let answer = app
        .anyone()
        .send(Method::GET, whoami, &[("cookie", &cookie)], None)
        .await;
    assert_eq!(answer.status, 401);
    let text = kept(&app, "SELECT CAST(details AS TEXT) FROM event_details").await;
    assert!(text.contains("p11@") && !text.contains("p9@"), "{text}");

    // A mistake: everybody is there again as they were.
    let answer = app
        .own
        .rest
        .post(PATH, &json!({ "decision": "restore" }))
        .await
        .is(200);
    assert_eq!(answer, json!({ "count": 3, "taken": [] }));
    assert_eq!(app.own.role("p11@a.example").await, "RE scim");
    assert_eq!(
        app.own.membership("p11@a.example").await["user"]["id"],
        before
    );
    let shown = app.own.scim.get(&format!("/Groups/{group}")).await.is(200);
    let members = shown["members"].as_array().unwrap();
    assert!(members.iter().any(|one| one["value"] == ids[11]), "{shown}");
    app.own
        .scim
        .get(&format!("/Users/{}", ids[12]))
        .await
        .is(200);
    assert_eq!(app.own.rest.get(PATH).await.is(200)["count"], 0);
    app.finish();
}

#[tokio::test]
async fn who_is_taken_back_is_found_and_keeps_what_only_one_may_have() {
    let app = App::start().await;
    let unique = json!([{ "name": "number", "uniqueness": "server" }]);
    let schemas = "/scim/schemas";
    app.own.rest.post(schemas, &schema(&unique)).await.is(201);
    let mut ids = people(&app, 12).await;
    let mut ada = badged("ada", &json!({ "number": "A1" }));
    ada["title"] = "Dr".into();
    ada["emails"] = json!([{ "value": "ada@a.example", "type": "work" }]);
    let made = app.own.scim.post("/Users", &ada).await.is(201);
    ids.push(made["id"].as_str().unwrap().to_owned());
    delete(&app, &ids).await;
    let filter = "/Users?filter=title%20eq%20%22dr%22%20and%20emails%20eq%20%22ada@a.example%22";
    let found = async || app.own.scim.get(filter).await.is(200)["totalResults"].clone();
    assert_eq!(found().await, 0);
    let restore = json!({ "decision": "restore" });
    app.own.rest.post(PATH, &restore).await.is(200);
    assert_eq!(found().await, 1);
    let eve = badged("eve", &json!({ "number": "a1" }));
    let refused = app.own.scim.post("/Users", &eve).await;
    refused.is_scim_error(409, Some("uniqueness"));
    app.finish();
}

#[tokio::test]
async fn a_deletion_that_was_meant_is_finished_and_leaves_no_personal_word() {
    let app = App::start().await;
    let ids = people(&app, 14).await;
    delete(&app, &ids[..12]).await;
    let wanted = json!({ "decision": "erase", "members": [ids[10]] });
    let answer = app.own.rest.post(PATH, &wanted).await.is(200);
    assert_eq!(answer["count"], 1);
    for sql in [
        "SELECT CAST(details AS TEXT) FROM event_details",
        "SELECT user_name FROM held_members",
        "SELECT COALESCE(email, '') FROM accounts",
    ] {
        let text = kept(&app, sql).await;
        assert!(
            !text.contains("p10@") && text.contains("p11@"),
            "{sql}: {text}"
        );
    }
    app.own
        .rest
        .post(PATH, &json!({ "decision": "erase" }))
        .await
        .is(200);
    assert_eq!(app.own.rest.get(PATH).await.is(200)["count"], 0);
    app.finish();
}

#[tokio::test]
async fn who_is_made_again_while_their_deletion_waits_is_somebody_new() {
    let app = App::start().await;
    let ids = people(&app, 14).await;
    delete(&app, &ids[..12]).await;
    let again = app.own.user("P11@a.example").await;
    assert_ne!(again, ids[11]);
    assert_eq!(
        app.own.membership("P11@a.example").await["user"]["email"],
        "P11@a.example"
    );
    // One gave way; the other is taken back.
    assert_eq!(app.own.rest.get(PATH).await.is(200)["count"], 1);
    let answer = app
        .own
        .rest
        .post(PATH, &json!({ "decision": "restore" }))
        .await
        .is(200);
    assert_eq!(answer["count"], 1);
    app.finish();
}

#[tokio::test]
async fn the_share_is_set_by_administrators_alone_and_nothing_waits_without_one() {
    let app = App::start().await;
    let ids = people(&app, 14).await;
    app.own
        .rest
        .patch(PATH, &json!({ "share": 101 }))
        .await
        .is_problem(400);
    let set = app
        .own
        .rest
        .patch(PATH, &json!({ "share": 0 }))
        .await
        .is(200);
    assert_eq!(set["share"], 0);
    delete(&app, &ids[..12]).await;
    assert_eq!(app.own.rest.get(PATH).await.is(200)["count"], 0);
    let wrong = json!({ "decision": "perhaps" });
    app.own.rest.post(PATH, &wrong).await.is_problem(400);
    let other = app.other();
    assert_eq!(other.rest.get(PATH).await.is(200)["share"], 20);
    let cookie = app.session("p13@a.example").await;
    let path = "/api/scim/removals";
    let answer = app
        .anyone()
        .send(Method::GET, path, &[("cookie", &cookie)], None)
        .await;
    assert_eq!(answer.status, 403);
    app.finish();
}

#[tokio::test]
async fn an_emptied_group_and_a_wave_of_deactivations_leave_the_owner_and_can_be_taken_back() {
    let app = App::start().await;
    let ids = people(&app, 12).await;
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let group = app.own.group("Team", &all).await;
    app.own.rules(&[("Manager", "Team")]).await;
    let emptied = json!({ "schemas": [crate::app::GROUP], "displayName": "Team", "members": [] });
    app.own
        .scim
        .put(&format!("/Groups/{group}"), &emptied)
        .await
        .is(200);
    for id in &ids {
        app.own.set_active(id, false).await;
    }
    assert_eq!(app.own.role(crate::app::OWNER).await, "OW manual");
    assert_eq!(app.own.role("p3@a.example").await, "DI scim");
    for id in &ids {
        app.own.set_active(id, true).await;
        app.own.add(&group, id).await;
    }
    assert_eq!(app.own.role("p3@a.example").await, "MA scim");
    app.finish();
}
