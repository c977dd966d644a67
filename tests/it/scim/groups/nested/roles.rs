//! Rules reach whoever is in a group through others (R5), at once (R9), and say through which (R6).

use reqwest::Method;
use serde_json::json;

use super::{of_group, put_into};
use crate::app::{App, group};

async fn roles(app: &App) -> [String; 2] {
    [
        app.own.role("ada@a.example").await,
        app.own.role("bob@a.example").await,
    ]
}

#[tokio::test]
async fn a_rule_of_a_group_reaches_the_members_of_the_groups_in_it() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let bob = app.own.user("bob@a.example").await;
    let inner = app.own.group("Inner", &[&ada]).await;
    let middle = app.own.group("Middle", &[]).await;
    let outer = app.own.group("Outer", &[]).await;
    app.own
        .rules(&[("Manager", "Outer"), ("Reviewer", "Inner")])
        .await;
    assert_eq!(roles(&app).await, ["RE scim", "AN manual"]);

    // Groups come: from above, then from below.
    put_into(&app.own, &outer, of_group(&middle)).await.is(200);
    put_into(&app.own, &middle, of_group(&inner)).await.is(200);
    assert_eq!(roles(&app).await, ["MA scim", "AN manual"]);
    // Members come and go at the bottom.
    app.own.add(&inner, &bob).await;
    assert_eq!(roles(&app).await, ["MA scim", "MA scim"]);
    app.own.remove(&inner, &bob).await;
    assert_eq!(roles(&app).await, ["MA scim", "AN manual"]);
    // Rules come and go at the top.
    let rules = [("Annotator", "Middle"), ("Reviewer", "Inner")];
    assert_eq!(app.own.rules(&rules).await, 1);
    assert_eq!(roles(&app).await, ["RE scim", "AN manual"]);
    let rules = [("Administrator", "Outer"), ("Reviewer", "Inner")];
    assert_eq!(app.own.rules(&rules).await, 1);
    assert_eq!(roles(&app).await, ["AD scim", "AN manual"]);
    // Groups go.
    app.own.remove(&middle, &inner).await;
    assert_eq!(roles(&app).await, ["RE scim", "AN manual"]);
    // A new group with all in it.
    let all = group("All", &[&middle, &inner, &bob]);
    app.own.scim.post("/Groups", &all).await.is(201);
    let rules = [("Manager", "All")];
    assert_eq!(app.own.rules(&rules).await, 2);
    assert_eq!(roles(&app).await, ["MA scim", "MA scim"]);
    app.finish();
}

#[tokio::test]
async fn where_there_are_two_ways_to_a_group_the_loss_of_one_changes_nothing() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    app.own.user("bob@a.example").await;
    let inner = app.own.group("Inner", &[&ada]).await;
    let left = app.own.group("Left", &[&inner]).await;
    let right = app.own.group("Right", &[&inner]).await;
    let outer = app.own.group("Outer", &[&left, &right]).await;
    app.own.rules(&[("Manager", "Outer")]).await;
    app.own.remove(&outer, &left).await;
    assert_eq!(roles(&app).await[0], "MA scim");
    put_into(&app.own, &outer, of_group(&left)).await.is(200);
    app.own.remove(&right, &inner).await;
    assert_eq!(roles(&app).await[0], "MA scim");
    app.own.remove(&left, &inner).await;
    assert_eq!(roles(&app).await[0], "AN manual");
    app.finish();
}

/// Security E12.
#[tokio::test]
async fn deleting_a_group_takes_away_what_it_and_those_above_it_gave() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let bob = app.own.user("bob@a.example").await;
    let inner = app.own.group("Inner", &[&ada]).await;
    let middle = app.own.group("Middle", &[&inner, &bob]).await;
    app.own.group("Outer", &[&middle]).await;
    let rules = [
        ("Manager", "Outer"),
        ("Annotator", "Middle"),
        ("Reviewer", "Inner"),
    ];
    app.own.rules(&rules).await;
    assert_eq!(roles(&app).await, ["MA scim", "MA scim"]);
    let gone = app.own.scim.delete(&format!("/Groups/{middle}")).await;
    assert_eq!(gone.status, 204);
    assert_eq!(roles(&app).await, ["RE scim", "AN manual"]);
    let told = app.events(&ada).await;
    assert_eq!(
        told.iter()
            .filter(|kind| *kind == "member.role_changed")
            .count(),
        2
    );
    app.finish();
}

/// Security E12.
#[tokio::test]
async fn who_loses_access_with_a_group_above_loses_sessions_too() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let inner = app.own.group("Inner", &[&ada]).await;
    let outer = app.own.group("Outer", &[&inner]).await;
    app.own.rules(&[("Manager", "Outer")]).await;
    app.own.manual(false).await;
    let cookie = app.session("ada@a.example").await;
    let own = [("cookie", cookie.as_str())];
    let path = "/api/current-user/whoami";
    let who = app.anyone().send(Method::GET, path, &own, None).await;
    assert_eq!(who.status, 200, "{}", who.text);
    let gone = app.own.scim.delete(&format!("/Groups/{outer}")).await;
    assert_eq!(gone.status, 204);
    assert_eq!(app.own.role("ada@a.example").await, "DI scim");
    let who = app.anyone().send(Method::GET, path, &own, None).await;
    assert_eq!(who.status, 401);
    app.finish();
}

#[tokio::test]
async fn a_renamed_group_takes_its_rules_along_for_those_below() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    app.own.user("bob@a.example").await;
    let inner = app.own.group("Inner", &[&ada]).await;
    let outer = app.own.group("Outer", &[&inner]).await;
    app.own
        .rules(&[("Manager", "Outer"), ("Administrator", "Later")])
        .await;
    let rename = |name: &str| json!([{ "op": "replace", "path": "displayName", "value": name }]);
    let path = format!("/Groups/{outer}");
    app.own.change(&path, rename("Other")).await;
    assert_eq!(roles(&app).await[0], "MA scim");
    // The name that has a rule already: the higher stays.
    app.own.change(&path, rename("Later")).await;
    assert_eq!(roles(&app).await[0], "AD scim");
    // Away and renamed in one request.
    let both = json!([
        { "op": "replace", "path": "displayName", "value": "Last" },
        { "op": "remove", "path": "members[type eq \"Group\"]" },
    ]);
    app.own.change(&path, both).await;
    assert_eq!(roles(&app).await[0], "AN manual");
    app.finish();
}

#[tokio::test]
async fn the_explanation_says_through_which_group_an_indirect_one_came() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let inner = app.own.group("Inner", &[&ada]).await;
    let middle = app.own.group("Middle", &[&inner]).await;
    let outer = app.own.group("Outer", &[&middle]).await;
    app.own.rules(&[("Manager", "Outer")]).await;
    let why = app.own.explain("ada@a.example").await;
    let step = &why["why"][0];
    assert_eq!(
        (&step["group"], &step["through"]),
        (&json!("Outer"), &json!("Inner"))
    );
    assert_eq!(
        step["says"],
        "the group \"Outer\", which \"Inner\" is in, gives Manager"
    );
    let unmatched: Vec<&str> = why["groups_without_rule"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["group"].as_str().unwrap())
        .collect();
    assert_eq!(unmatched, ["Inner", "Middle"]);
    app.own.add(&outer, &ada).await;
    let why = app.own.explain("ada@a.example").await;
    assert_eq!(why["why"][0]["through"], json!(null));
    assert_eq!(why["why"][0]["says"], "the group \"Outer\" gives Manager");
    assert_eq!(why["why"].as_array().unwrap().len(), 2);
    app.finish();
}

#[tokio::test]
async fn a_project_rule_reaches_the_members_of_the_groups_in_it_once() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let first = app.own.group("First", &[&ada]).await;
    let second = app.own.group("Second", &[&ada]).await;
    app.own.group("Outer", &[&first, &second]).await;
    let project = json!({ "title": "Rocks" });
    let project = app.own.rest.post("/projects", &project).await.is(201);
    let rule = json!({ "project_id": project["id"], "group": "Outer", "role": "Reviewer" });
    let rules = json!({ "projects_groups": [rule] });
    let saved = app.own.rest.post("/scim/settings", &rules).await;
    assert_eq!(saved.status, 201, "{}", saved.text);
    let why = app.own.explain("ada@a.example").await;
    assert_eq!(why["projects"][0]["role"], "RE");
    assert_eq!(
        why["projects"][0]["considered"].as_array().unwrap().len(),
        1
    );
    app.finish();
}
