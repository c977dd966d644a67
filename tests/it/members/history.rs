//! `/api/activity-logs` and `/api/fsm`: what happened lately.

use serde_json::{Value, json};

use super::Person;
use crate::app::App;

fn kinds(page: &Value) -> Vec<&str> {
    let all = page["results"].as_array().unwrap();
    all.iter()
        .map(|one| one["transition_name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_members_history_tells_each_role_and_who_gave_it_newest_first() {
    let app = App::start().await;
    let rest = &app.own.rest;
    app.own.user("ada@a.example").await;
    app.own.user("bea@a.example").await;
    app.own.assign("ada@a.example", Some("MA")).await;
    let number = app.own.number_of("ada@a.example").await;
    let path = format!("/fsm/organizations/1/membership-history/?user_id={number}");
    let page = rest.get(&path).await.is(200);
    let told = [
        "member.role_changed",
        "member.role_assigned",
        "member.created",
    ];
    let mut seen = kinds(&page);
    // The two of one moment, in whichever order.
    seen[..2].sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!((page["count"].as_u64(), seen), (Some(3), told.to_vec()));
    let changed = page["results"].as_array().unwrap().iter();
    let changed = changed
        .filter(|one| one["transition_name"] == "member.role_changed")
        .collect::<Vec<_>>();
    assert_eq!(
        (&changed[0]["state"], &changed[0]["previous_state"]),
        (&json!("MA"), &json!("AN"))
    );
    assert_eq!(
        changed[0]["triggered_by"],
        json!({ "id": 1, "email": crate::app::OWNER })
    );
    assert_eq!(changed[0]["reason"], "manual");
    assert_eq!(changed[0]["context_data"]["user_id"], number);
    // Pages, and links that keep what was asked for.
    let first = rest.get(&format!("{path}&page_size=2")).await.is(200);
    let next = first["next"].as_str().unwrap();
    let next = next.strip_prefix(&format!("{}/api", app.base)).unwrap();
    assert_eq!(kinds(&rest.get(next).await.is(200)), ["member.created"]);
    let none = rest
        .get(&format!("{path}&since=2999-01-01T00:00:00Z"))
        .await;
    assert_eq!(none.is(200)["count"], 0);
    rest.get("/fsm/organizations/1/membership-history?user_id=999999")
        .await
        .is_problem(404);
    rest.get("/fsm/organizations/1/membership-history?source=scim")
        .await
        .is_problem(400);
    app.finish();
}

#[tokio::test]
async fn places_groups_and_settings_have_their_own_history_for_administrators() {
    let app = App::start().await;
    let other = app.other();
    let rest = &app.own.rest;
    let ada = app.own.user("ada@a.example").await;
    let number = app.own.number_of("ada@a.example").await;
    app.own.group("team", &[&ada]).await;
    app.own.rules(&[("Manager", "team")]).await;
    rest.patch("/organizations/1", &json!({ "title": "Circle" }))
        .await
        .is(200);
    for (places, path) in [("projects", "members"), ("workspaces", "memberships")] {
        let made = rest
            .post(&format!("/{places}"), &json!({ "title": "One" }))
            .await
            .is(201);
        let id = &made["id"];
        let added = rest
            .post(
                &format!("/{places}/{id}/{path}/"),
                &json!({ "user": number }),
            )
            .await;
        assert!(matches!(added.status, 200 | 201), "{}", added.text);
        let history = format!("/fsm/{places}/{id}/membership-history/");
        let page = rest.get(&history).await.is(200);
        assert_eq!(page["count"], 1, "{page}");
        assert_eq!(
            page["results"][0]["context_data"]["facts"]["added"],
            json!([ada])
        );
        other.rest.get(&history).await.is_problem(404);
        rest.get(&format!("/fsm/{places}/999/membership-history/"))
            .await
            .is_problem(404);
    }
    let settings = rest
        .get("/fsm/organizations/0/settings-history/")
        .await
        .is(200);
    assert_eq!(
        kinds(&settings),
        ["organization.changed", "mapping.changed"]
    );
    assert_eq!(settings["results"][0]["state"], "Circle");
    let groups = rest
        .get("/fsm/organizations/1/idp-assignments-history/")
        .await
        .is(200);
    assert_eq!(kinds(&groups), ["mapping.changed", "group.created"]);
    let log = rest.get("/activity-logs/?user=1&page_size=3").await.is(200);
    assert_eq!(log["data"].as_array().unwrap().len(), 3);
    assert_eq!(
        log["data"][0]["extra_data"]["kind"],
        "workspace.members_changed"
    );
    assert_eq!(log["data"][0]["email"], crate::app::OWNER);
    rest.get("/activity-logs?method=GET").await.is_problem(400);
    let manager = Person::of(&app, "ada@a.example").await;
    for path in [
        "/activity-logs",
        "/fsm/organizations/1/membership-history",
        "/fsm/organizations/1/idp-assignments-history",
        "/fsm/organizations/1/settings-history",
        "/fsm/projects/1/role-history",
        "/fsm/workspaces/1/membership-history",
    ] {
        manager.get(path).await.is_problem(403);
    }
    app.finish();
}
