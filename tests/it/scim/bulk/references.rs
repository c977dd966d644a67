//! `bulkId:` in values and in paths: RFC 7644 sections 3.7.1 and 3.7.2.

use serde_json::{Value, json};

use super::{ENTERPRISE, id_of, led, path_of, post, refusal, statuses};
use crate::app::{App, group, patch, user};

#[tokio::test]
async fn a_reference_to_what_comes_before_or_after_is_resolved_in_values_and_paths() {
    let app = App::start().await;
    let rename = patch(json!([{ "op": "replace", "path": "displayName", "value": "Crew" }]));
    let leave = patch(json!([{ "op": "remove", "path": "members[value eq \"bulkId:eve\"]" }]));
    let results = app
        .own
        .bulk(json!([
            { "method": "PATCH", "path": "/Groups/bulkId:team", "data": rename },
            post("Groups", "team", &group("Team", &["bulkId:ada", "bulkId:bob", "bulkId:eve"])),
            post("Users", "ada", &user("ada@a.example")),
            post("Users", "bob", &led("bob@a.example", "bulkId:ada")),
            post("Users", "eve", &user("eve@a.example")),
            { "method": "PATCH", "path": "/Groups/bulkId:team", "data": leave },
            { "method": "DELETE", "path": "/Users/bulkId:eve" },
        ]))
        .await;
    assert_eq!(
        statuses(&results),
        ["200", "201", "201", "201", "201", "200", "204"]
    );
    let team = app.own.at(&results[1]).await.is(200);
    assert_eq!(path_of(&results[0]), path_of(&results[1]));
    assert_eq!(team["displayName"], "Crew");
    let mut members: Vec<&str> = team["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["value"].as_str().unwrap())
        .collect();
    members.sort_unstable();
    let mut expected = [id_of(&results[2]), id_of(&results[3])];
    expected.sort_unstable();
    assert_eq!(members, expected);
    let bob = app.own.at(&results[3]).await.is(200);
    assert_eq!(bob[ENTERPRISE]["manager"]["value"], id_of(&results[2]));
    app.own.at(&results[6]).await.is_scim_error(404, None);
    app.finish();
}

#[tokio::test]
async fn users_who_refer_to_each_other_in_a_circle_are_made() {
    let app = App::start().await;
    let results = app
        .own
        .bulk(json!([
            post("Groups", "team", &group("Team", &["bulkId:ada"])),
            post("Users", "ada", &led("ada@a.example", "bulkId:bob")),
            post("Users", "bob", &led("bob@a.example", "bulkId:eve")),
            post("Users", "eve", &led("eve@a.example", "bulkId:ada")),
            post("Users", "own", &led("own@a.example", "bulkId:own")),
        ]))
        .await;
    assert_eq!(statuses(&results), ["201"; 5]);
    for (index, manager) in [(1, 2), (2, 3), (3, 1), (4, 4)] {
        let read = app.own.at(&results[index]).await;
        assert_eq!(
            read.is(200)[ENTERPRISE]["manager"]["value"],
            id_of(&results[manager])
        );
        assert_eq!(read.header("etag").split('-').next(), Some("W/\"1"));
    }
    app.finish();
}

#[tokio::test]
async fn of_users_in_a_circle_none_is_made_where_one_cannot_be() {
    let app = App::start().await;
    app.own.user("bob@a.example").await;
    let before = app.own.scim.get("/Users").await.is(200);
    for wrong in [
        led("bob@a.example", "bulkId:ada"),
        json!({ "manager": "bulkId:ada" }),
    ] {
        let results = app
            .own
            .bulk(json!([
                post("Users", "ada", &led("ada@a.example", "bulkId:bob")),
                post("Users", "bob", &wrong),
                post("Groups", "team", &group("Team", &["bulkId:ada"])),
            ]))
            .await;
        assert!(refusal(&results[0], "409", None).contains("`bob`"));
        assert!(["409", "400"].contains(&results[1]["status"].as_str().unwrap()));
        assert!(
            !results[1]["response"]["detail"]
                .as_str()
                .unwrap()
                .contains("`ada`")
        );
        assert!(refusal(&results[2], "409", None).contains("`ada`"));
    }
    assert_eq!(app.own.scim.get("/Users").await.is(200), before);
    let groups = app.own.scim.get("/Groups").await.is(200);
    assert_eq!(groups["totalResults"], 0);
    app.finish();
}

/// The example of RFC 7644 section 3.7.1. No group can be in itself here, so it cannot be resolved.
#[tokio::test]
async fn groups_that_would_be_in_each_other_are_a_conflict_and_leave_nothing() {
    let app = App::start().await;
    let results = app
        .own
        .bulk(json!([
            post("Groups", "qwerty", &group("Group A", &["bulkId:ytrewq"])),
            post("Groups", "ytrewq", &group("Group B", &["bulkId:qwerty"])),
            post("Groups", "own", &group("Group C", &["bulkId:own"])),
            post("Groups", "over", &group("Group D", &["bulkId:qwerty"])),
            post("Groups", "good", &group("Group E", &[])),
        ]))
        .await;
    assert_eq!(statuses(&results), ["409", "409", "409", "409", "201"]);
    for (index, name) in [
        (0, "`ytrewq`"),
        (1, "`qwerty`"),
        (2, "`own`"),
        (3, "`qwerty`"),
    ] {
        assert!(refusal(&results[index], "409", None).contains(name));
    }
    let groups = app.own.scim.get("/Groups").await.is(200);
    assert_eq!(groups["totalResults"], 1);
    app.finish();
}

#[tokio::test]
async fn what_refers_to_a_failed_or_unknown_operation_is_a_conflict_that_names_it() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let title = patch(json!([{ "op": "add", "path": "title", "value": "x" }]));
    let results = app
        .own
        .bulk(json!([
            post("Users", "ada", &user("ada@a.example")),
            post("Groups", "team", &group("Team", &["bulkId:ada"])),
            post("Groups", "over", &group("Over", &["bulkId:team"])),
            { "method": "PATCH", "path": "/Users/bulkId:ada", "data": title },
            { "method": "PATCH", "path": "/Users/bulkId:nobody", "data": title },
            post("Users", "led", &led("led@a.example", "bulkId:nobody")),
            post("Users", "free", &user("free@a.example")),
        ]))
        .await;
    refusal(&results[0], "409", Some("uniqueness"));
    for (index, name) in [
        (1, "`ada`"),
        (2, "`team`"),
        (3, "`ada`"),
        (4, "`nobody`"),
        (5, "`nobody`"),
    ] {
        let sentence = refusal(&results[index], "409", None);
        assert!(sentence.contains(name), "{sentence}");
    }
    assert_eq!(results[6]["status"], "201");
    app.finish();
}

#[tokio::test]
async fn a_lenient_token_drops_no_reference() {
    let app = App::start().await;
    let made = [
        "scim-token",
        "create",
        "--organization",
        "1",
        "--profile",
        "lenient",
    ];
    let token = crate::app::printed(&app.place.run(&made));
    let client = app.own.scim.with(Some(&format!("Bearer {}", token.trim())));
    let message = super::bulk(json!([
        post("Groups", "a", &group("A", &["bulkId:b", "no id"])),
        post("Groups", "b", &group("B", &["bulkId:a"])),
        post("Groups", "c", &group("C", &["bulkId:ada", "no id"])),
        post("Users", "ada", &user("ada@a.example")),
    ]));
    let results = super::results(&client.post("/Bulk", &message).await);
    assert_eq!(statuses(&results), ["409", "409", "201", "201"]);
    let read: Value = app.own.at(&results[2]).await.is(200);
    assert_eq!(read["members"][0]["value"], id_of(&results[3]));
    app.finish();
}
