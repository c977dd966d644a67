//! What comes before what, and where it ends: each operation once.

use serde_json::{Value, json};

use super::{bulk, post, refusal, results, statuses};
use crate::app::{App, group, patch, user};

/// Security E6.
#[tokio::test]
async fn operations_on_one_resource_happen_in_their_order() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    let title = patch(json!([{ "op": "add", "path": "title", "value": "x" }]));
    let late =
        patch(json!([{ "op": "add", "path": "members", "value": [{ "value": "bulkId:late" }] }]));
    let results = app
        .own
        .bulk(json!([
            { "method": "DELETE", "path": format!("/Users/{ada}") },
            { "method": "PATCH", "path": format!("/Users/{ada}"), "data": title },
            { "method": "DELETE", "path": format!("/Users/{ada}") },
            // The name is free again, and stays in this order.
            post("Users", "again", &user("ada@a.example")),
            // Waits for the last, and the one after it waits for this.
            { "method": "PATCH", "path": format!("/Groups/{team}"), "data": late },
            { "method": "DELETE", "path": format!("/Groups/{team}") },
            post("Users", "late", &user("late@a.example")),
        ]))
        .await;
    assert_eq!(
        statuses(&results),
        ["204", "404", "404", "201", "200", "204", "201"]
    );
    app.finish();
}

/// Security E6.
#[tokio::test]
async fn the_same_thing_made_twice_is_made_once() {
    let app = App::start().await;
    let results = app
        .own
        .bulk(json!([
            post("Users", "one", &user("ada@a.example")),
            post("Users", "two", &user("ada@a.example")),
            post(
                "Groups",
                "three",
                &group("Team", &["bulkId:one", "bulkId:one"])
            ),
            post("Groups", "four", &group("team", &[])),
        ]))
        .await;
    assert_eq!(statuses(&results), ["201", "409", "201", "409"]);
    let members = app.own.at(&results[2]).await.is(200)["members"].clone();
    assert_eq!(members.as_array().unwrap().len(), 1);
    app.finish();
}

/// Security E6.
#[tokio::test]
async fn after_so_many_errors_nothing_more_is_done_nor_answered() {
    let app = App::start().await;
    app.own.user("taken@a.example").await;
    let taken = |n: u32| post("Users", &format!("bad{n}"), &user("taken@a.example"));
    let good = |n: u32| {
        post(
            "Users",
            &format!("good{n}"),
            &user(&format!("u{n}@a.example")),
        )
    };
    let ask = async |limit: Value, operations: Value| {
        let mut message = bulk(operations);
        message["failOnErrors"] = limit;
        results(&app.own.scim.post("/Bulk", &message).await)
    };
    let done = ask(
        json!(2),
        json!([good(1), taken(1), good(2), taken(2), good(3), taken(3)]),
    )
    .await;
    assert_eq!(statuses(&done), ["201", "409", "201", "409"]);
    let done = ask(json!(1), json!([taken(1), good(4)])).await;
    assert_eq!(statuses(&done), ["409"]);
    refusal(&done[0], "409", Some("uniqueness"));
    let done = ask(json!(3), json!([taken(1), good(5), taken(2)])).await;
    assert_eq!(statuses(&done), ["409", "201", "409"]);
    // What comes last is done first here: the answer keeps the order of the request.
    let waits = post("Groups", "team", &group("Team", &["bulkId:good6"]));
    let done = ask(json!(1), json!([waits, taken(1), good(6)])).await;
    assert_eq!(statuses(&done), ["409"]);
    assert_eq!(done[0]["bulkId"], "bad1");
    let all = app.own.scim.get("/Users?attributes=userName").await.text;
    for (n, made) in [
        (1, true),
        (2, true),
        (3, false),
        (4, false),
        (5, true),
        (6, false),
    ] {
        assert_eq!(all.contains(&format!("u{n}@a.example")), made, "{n}");
    }
    for limit in [json!("1"), json!(1.5), json!([])] {
        let mut message = bulk(json!([good(7)]));
        message["failOnErrors"] = limit;
        let refused = app.own.scim.post("/Bulk", &message).await;
        refused.is_scim_error(400, Some("invalidValue"));
    }
    app.finish();
}
