//! Seats (R16): who has access takes one, nothing exceeds the limit, and who has to wait comes in when one is free.

use serde_json::json;

use super::{Person, seats};
use crate::app::App;

#[tokio::test]
async fn whom_rules_would_activate_beyond_the_limit_waits_and_comes_in_when_a_seat_is_free() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user("ada@a.example").await;
    assert_eq!(
        seats(&app, 3),
        "2 of 3 seats are taken, 0 members wait for one\n"
    );
    let bob = own.user("bob@a.example").await;
    let cyd = own.user("cyd@a.example").await;
    let dan = own.user("dan@a.example").await;
    own.group("leads", &[&cyd, &dan, &ada]).await;
    own.rules(&[("Manager", "leads")]).await;
    for (name, role) in [
        ("ada", "MA scim"),
        ("bob", "AN manual"),
        ("cyd", "NO scim"),
        ("dan", "NO scim"),
    ] {
        assert_eq!(own.role(&format!("{name}@a.example")).await, role, "{name}");
    }
    // The reason is shown.
    let why = own.explain("cyd@a.example").await;
    let won = why["why"]
        .as_array()
        .unwrap()
        .iter()
        .find(|step| step["won"] == true)
        .unwrap()
        .clone();
    assert_eq!(won["considered"], "no_seat", "{why}");
    let info = own.rest.get("/billing/info").await.is(200)["billing_checks"]["users"].clone();
    assert_eq!(
        info,
        json!({ "count": 3, "limit": 3, "reached": true, "total": 0, "waiting": 2 })
    );
    // By hand it is refused.
    for role in ["AN", "AD"] {
        let wanted = json!({ "user_id": own.number_of("dan@a.example").await, "role": role });
        own.rest
            .patch("/organizations/0/memberships", &wanted)
            .await
            .is_problem(403);
    }
    // Each way in which a seat becomes free lets the first in who waits.
    own.set_active(&bob, false).await;
    assert_eq!(own.role("cyd@a.example").await, "MA scim");
    own.set_active(&bob, true).await;
    assert_eq!(own.role("bob@a.example").await, "NO manual");
    own.scim.delete(&format!("/Users/{ada}")).await.is(204);
    // Bob joined before Dan.
    assert_eq!(own.role("bob@a.example").await, "AN manual");
    assert_eq!(own.role("dan@a.example").await, "NO scim");
    own.assign("bob@a.example", Some("DI")).await;
    assert_eq!(own.role("dan@a.example").await, "MA scim");
    app.finish();
}

#[tokio::test]
async fn a_limit_that_is_lowered_takes_nobodys_access_and_one_that_is_raised_lets_in() {
    let app = App::start().await;
    let own = &app.own;
    for name in ["ada", "bob", "cyd"] {
        own.user(&format!("{name}@a.example")).await;
    }
    seats(&app, 2);
    assert_eq!(own.role("cyd@a.example").await, "AN manual");
    own.user("dan@a.example").await;
    own.assign("ada@a.example", Some("DI")).await;
    assert_eq!(own.role("dan@a.example").await, "NO manual");
    // A change of role takes no seat.
    own.assign("bob@a.example", Some("RE")).await;
    seats(&app, 4);
    assert_eq!(own.role("dan@a.example").await, "AN manual");
    own.user("eve@a.example").await;
    assert_eq!(own.role("eve@a.example").await, "NO manual");
    app.place
        .run(&["seats", "--organization", "1", "--unlimited"]);
    assert_eq!(own.role("eve@a.example").await, "AN manual");
    let none = app
        .place
        .run(&["seats", "--organization", "1", "--limit", "0"]);
    assert_eq!(none.status.code(), Some(1));
    app.finish();
}

#[tokio::test]
async fn the_report_tells_who_has_a_seat_and_which_groups_stand_behind_it() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let ada = app.own.user("ada@a.example").await;
    app.own.user("bea@a.example").await;
    app.own.group("team", &[&ada]).await;
    app.own.group("lunch", &[&ada]).await;
    let named = json!({ "title": "One" });
    let project = rest.post("/projects", &named).await.is(201)["id"].clone();
    rest.post("/workspaces", &named).await.is(201);
    let rules = json!({
        "roles_groups": [["Manager", "team"]],
        "workspaces_groups": [["One", "team"]],
        "projects_groups": [{ "project_id": project, "group": "team", "role": "Reviewer" }],
    });
    rest.post("/scim/settings", &rules).await.is(201);
    app.own.assign("bea@a.example", Some("DI")).await;
    seats(&app, 5);
    let path = "/organizations/0/seat-report";
    let page = rest.get(path).await.is(200);
    assert_eq!(
        (&page["count"], &page["seats"]),
        (&json!(3), &json!({ "limit": 5, "used": 2, "waiting": 0 }))
    );
    let told = |at: usize| {
        let one = &page["results"][at];
        let source = one["role_source"].as_str().unwrap();
        let role = one["role"].as_str().unwrap();
        format!("{} {role} {source} {}", one["email"], one["takes_seat"])
    };
    assert_eq!(told(1), "\"ada@a.example\" MA scim true");
    assert_eq!(told(2), "\"bea@a.example\" DI manual false");
    let assigned = page["results"][1]["idp_assignments"].as_array().unwrap();
    let assigned: Vec<String> = assigned
        .iter()
        .map(|one| {
            let words = ["group_name", "source", "kind", "mapping_status"];
            let words = words.map(|word| one[word].as_str().unwrap_or("-"));
            format!(
                "{} {}",
                words.join(" "),
                one["role"].as_str().unwrap_or("-")
            )
        })
        .collect();
    assert_eq!(
        assigned,
        [
            "lunch scim - orphaned -",
            "team scim organization configured MA",
            "team scim project configured Reviewer",
            "team scim workspace configured -",
        ]
    );
    assert_eq!(page["results"][2]["idp_assignments"], json!([]));
    let some = rest.get(&format!("{path}?role=MA&page_size=1")).await;
    assert_eq!(some.is(200)["count"], 1);
    let manager = Person::of(&app, "ada@a.example").await;
    manager.get(path).await.is_problem(403);
    rest.get("/organizations/2/seat-report")
        .await
        .is_problem(404);
    app.finish();
}
