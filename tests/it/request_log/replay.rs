//! Doing a request of the log again.

use reqwest::Method;
use serde_json::{Value, json};

use super::{logged, newest, whole};
use crate::app::{App, OWNER, Organization, USER, group, patch, user};
use crate::client::Answer;

async fn replay(organization: &Organization, entry: &Value, dry_run: bool) -> Answer {
    let path = format!("/scim/requests/{}/replay", entry["id"].as_str().unwrap());
    let wanted = json!({ "dry_run": dry_run });
    organization.rest.post(&path, &wanted).await
}

/// Everything that is stored, as far as it could change.
async fn stored(app: &App) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [
        "SELECT user_name || CAST(attributes AS TEXT) || CAST(version AS TEXT) || CAST(role AS TEXT) FROM members ORDER BY id",
        "SELECT display_name || CAST(version AS TEXT) FROM groups ORDER BY id",
        "SELECT CAST(group_id AS TEXT) || CAST(member_id AS TEXT) FROM group_members ORDER BY group_id, member_id",
        "SELECT group_name || CAST(role AS TEXT) FROM role_rules ORDER BY group_name",
        "SELECT kind FROM events ORDER BY id",
        "SELECT CAST(details AS TEXT) FROM event_details ORDER BY event_id",
        "SELECT mark FROM departures ORDER BY mark",
        "SELECT COALESCE(email, '') FROM accounts ORDER BY id",
        "SELECT path || CAST(erased AS TEXT) || COALESCE(CAST(replay_status AS TEXT), '') FROM request_log ORDER BY id",
        "SELECT subject FROM request_log_subjects ORDER BY subject",
        "SELECT hash FROM sessions ORDER BY hash",
    ] {
        all.extend(app.place.database.texts(sql, &[]).await);
    }
    all
}

#[tokio::test]
async fn a_request_that_failed_is_done_again_as_the_admin_who_asks() {
    let app = App::start().await;
    let first = app.own.user("ada@a.example").await;
    app.own
        .scim
        .post("/Users", &user("ada@a.example"))
        .await
        .is_scim_error(409, Some("uniqueness"));
    let entry = newest(&app.own).await;

    // Still in the way.
    let again = replay(&app.own, &entry, false).await.is(200);
    assert_eq!(again["status"], 409);
    assert_eq!(again["body"]["scimType"], "uniqueness");
    assert_eq!(again["changed"], json!([]));

    assert_eq!(
        app.own.scim.delete(&format!("/Users/{first}")).await.status,
        204
    );
    // What the failed request said of her was erased with her.
    let erased = replay(&app.own, &entry, false).await.is_problem(409);
    assert!(erased.contains("deleted"), "{erased}");

    let bob = app.own.user("bob@a.example").await;
    let body = group("Team", &["0190a1b2-0000-7000-8000-000000000001", &bob]);
    app.own
        .scim
        .post("/Groups", &body)
        .await
        .is_scim_error(400, Some("invalidValue"));
    let entry = newest(&app.own).await;
    assert_eq!(replay(&app.own, &entry, false).await.is(200)["status"], 400);

    app.own.group("Team", &[]).await;
    app.own
        .scim
        .post("/Groups", &group("TEAM", &[&bob]))
        .await
        .is_scim_error(409, Some("uniqueness"));
    let entry = newest(&app.own).await;
    let blocker = logged(&app.own, "?method=POST&status=201&search=team").await;
    let blocker = blocker[0]["subject"]["id"].as_str().unwrap().to_owned();
    app.own.scim.delete(&format!("/Groups/{blocker}")).await;
    let done = replay(&app.own, &entry, false).await.is(200);
    assert_eq!(
        (&done["status"], &done["dry_run"]),
        (&json!(201), &json!(false))
    );
    assert_eq!(done["body"]["members"][0]["value"], bob);
    assert_eq!(done["changed"][0]["kind"], "group.created");
    let made = done["body"]["id"].as_str().unwrap();
    app.own.scim.get(&format!("/Groups/{made}")).await.is(200);
    let actor = "SELECT actor_kind FROM events WHERE subject = $1";
    assert_eq!(app.place.database.texts(actor, &[made]).await, ["member"]);
    assert_eq!(
        app.events(entry["id"].as_str().unwrap()).await,
        ["scim_request.replayed"]
    );

    let marked = whole(&app.own, &entry).await;
    assert_eq!(marked["replayed"]["status"], 201);
    let again = replay(&app.own, &entry, false).await.is_problem(409);
    assert!(again.contains("already"), "{again}");
    replay(&app.own, &entry, true).await.is_problem(409);
    // The replay itself is no request of a provisioning client.
    assert_eq!(logged(&app.own, "?status=201&search=team").await.len(), 1);
    app.finish();
}

#[tokio::test]
async fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let app = App::start().await;
    let scim = &app.own.scim;
    let ada = app.own.user("ada@a.example").await;
    let bob = app.own.user("bob@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    app.own
        .rules(&[("Manager", "Team"), ("Reviewer", "Crew")])
        .await;
    app.session("ada@a.example").await;
    let stale = [("if-match", "W/\"99\"")];
    let (to_ada, to_team) = (format!("/Users/{ada}"), format!("/Groups/{team}"));
    let members = json!([{ "op": "add", "path": "members", "value": [{ "value": bob }] }, { "op": "replace", "path": "displayName", "value": "Crew" }]);
    let title = json!([{ "op": "add", "path": "title", "value": "x" }, { "op": "replace", "path": "active", "value": false }]);
    let mut requests = Vec::new();
    for (method, path, body) in [
        (Method::DELETE, &to_ada, None),
        (Method::PATCH, &to_ada, Some(patch(title))),
        (Method::PUT, &to_ada, Some(user("eve@a.example"))),
        (Method::PATCH, &to_team, Some(patch(members))),
        (Method::PUT, &to_team, Some(group("Crew", &[&bob]))),
        (Method::DELETE, &to_team, None),
    ] {
        scim.send(method, path, &stale, body.map(|body| body.to_string()))
            .await
            .is_scim_error(412, None);
        requests.push(newest(&app.own).await);
    }
    // As if the client had read the present state: what was refused is what is done again.
    app.place
        .database
        .execute("UPDATE request_log SET if_match = NULL")
        .await;
    for body in [user("new@a.example"), user("")] {
        app.own.scim.post("/Users", &body).await;
        newest(&app.own).await;
    }
    app.place
        .database
        .execute(
            "UPDATE request_log SET status = 503 WHERE method = 'POST' AND path = '/scim/v2/Users'",
        )
        .await;
    requests.extend(logged(&app.own, "?method=POST&status=503&page_size=2").await);

    let before = stored(&app).await;
    let mut told = Vec::new();
    for entry in &requests {
        let answer = replay(&app.own, entry, true).await.is(200);
        assert_eq!(answer["dry_run"], true);
        let kinds: Vec<&str> = answer["would_change"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["kind"].as_str().unwrap())
            .collect();
        told.push(format!("{} {}", answer["status"], kinds.join(" ")));
        assert_eq!(stored(&app).await, before, "{entry}");
    }
    assert_eq!(
        told,
        [
            "204 member.deleted",
            "200 member.changed member.role_changed",
            "200 member.changed",
            // Of two rules that a renaming brings together the higher stays, so Ada keeps her role.
            "200 group.changed mapping.changed member.role_changed",
            "200 group.changed mapping.changed member.role_changed member.role_changed",
            "204 group.deleted member.role_changed",
            "400 ",
            "409 ",
        ]
    );
    // And for real, once.
    let done = replay(&app.own, &requests[3], false).await.is(200);
    assert_eq!(done["status"], 200);
    assert_ne!(stored(&app).await, before);
    app.finish();
}

#[tokio::test]
async fn what_was_masked_cut_done_or_only_read_cannot_be_done_again() {
    let app = App::start().await;
    let scim = &app.own.scim;
    let secret = json!({ "schemas": [USER], "userName": "", "password": "hunter2" });
    let long = json!({ "schemas": [USER], "userName": "", "title": "x".repeat(65_000), "nickName": "n".repeat(2_000) });
    for (method, path, body, expected) in [
        (Method::POST, "/Users", Some(secret), "secret"),
        (Method::POST, "/Users", Some(long), "not kept whole"),
        (
            Method::POST,
            "/Users",
            Some(user("ada@a.example")),
            "succeeded",
        ),
        (Method::GET, "/Users/7", None, "only a POST"),
        (
            Method::POST,
            "/Users/.search",
            Some(json!({})),
            "only a POST",
        ),
        (Method::POST, "/Bulk", Some(json!({})), "only a POST"),
        (Method::DELETE, "/Users", None, "only a POST"),
        (
            Method::POST,
            "/Userz",
            Some(user("ada@a.example")),
            "only a POST",
        ),
    ] {
        scim.send(method, path, &[], body.map(|body| body.to_string()))
            .await;
        let entry = newest(&app.own).await;
        for dry_run in [true, false] {
            let refused = replay(&app.own, &entry, dry_run).await.is_problem(409);
            assert!(refused.contains(expected), "{refused}");
        }
    }
    let unknown = "/scim/requests/0190a1b2-0000-7000-8000-000000000001/replay";
    app.own.rest.post(unknown, &json!({})).await.is_problem(404);
    app.finish();
}

#[tokio::test]
async fn only_admins_replay_and_only_what_is_theirs() {
    let app = App::start().await;
    let other = app.other();
    app.own
        .scim
        .post("/Users", &user(""))
        .await
        .is_scim_error(400, Some("invalidValue"));
    let entry = newest(&app.own).await;
    replay(&other, &entry, true).await.is_problem(404);

    app.own.user("ada@a.example").await;
    app.own.assign("ada@a.example", Some("MA")).await;
    let session = app.session("ada@a.example").await;
    let path = format!(
        "/api/scim/requests/{}/replay",
        entry["id"].as_str().unwrap()
    );
    let headers = [
        ("cookie", session.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    let asked = app
        .anyone()
        .send(Method::POST, &path, &headers, Some("{}".to_owned()))
        .await;
    asked.is_problem(403);
    app.anyone().post(&path, &json!({})).await.is_problem(401);
    // A client cannot stand in for anybody, whatever it sends.
    for header in ["standing", "x-standing", "caller", "x-rollright-caller"] {
        let headers = [(header, OWNER)];
        let answer = app
            .own
            .scim
            .with(None)
            .send(Method::GET, "/Users", &headers, None)
            .await;
        answer.is_scim_error(401, None);
    }
    app.finish();
}

#[tokio::test]
async fn of_many_who_replay_at_once_one_does() {
    let app = App::start().await;
    let blocker = app.own.group("Team", &[]).await;
    app.own
        .scim
        .post("/Groups", &group("team", &[]))
        .await
        .is_scim_error(409, Some("uniqueness"));
    let entry = newest(&app.own).await;
    app.own.scim.delete(&format!("/Groups/{blocker}")).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (rest, path) = (
            app.own.rest.clone(),
            format!("/scim/requests/{}/replay", entry["id"].as_str().unwrap()),
        );
        tasks.spawn(async move {
            rest.patiently(Method::POST, &path, Some(&json!({ "dry_run": false })))
                .await
                .0
                .status
        });
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    app.finish();
}
