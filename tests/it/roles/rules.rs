//! R7, R10, R12: the mapping rules.

use serde_json::json;

use crate::app::App;

const ADA: &str = "ada@a.example";

#[tokio::test]
async fn a_rule_gives_only_roles_that_rules_may_give_and_a_refused_list_changes_nothing() {
    let app = App::start().await;
    let own = &app.own;
    own.rules(&[("Manager", "team")]).await;
    let before = own.rest.get("/scim/settings").await.is(200);
    assert_eq!(before["roles_groups"], json!([["Manager", "team"]]));
    for role in [
        "Owner",
        "Owner ",
        "OW",
        "owner",
        "Owner\0",
        "Deactivated",
        "Not Activated",
        "Inherit",
        "",
    ] {
        let rules = json!({ "roles_groups": [["Annotator", "all"], [role, "team"]] });
        for path in ["/scim/settings", "/saml/settings"] {
            own.rest.post(path, &rules).await.is_problem(400);
        }
    }
    for bad in [
        json!({ "roles_groups": [["Manager", ""]] }),
        json!({ "roles_groups": [["Manager", "a"], ["Annotator", "a"]] }),
        json!({ "roles_groups": "Manager" }),
        json!({ "roles_groups": [["Manager"]] }),
        json!({ "projects_groups": [{ "project_id": 1, "group": "a", "role": "Manager" }] }),
        json!({ "workspaces_groups": [["Nowhere", "a"]] }),
    ] {
        let refused = own.rest.post("/scim/settings", &bad).await;
        assert!(!refused.is_problem(400).is_empty());
    }
    assert_eq!(own.rest.get("/scim/settings").await.is(200), before);
    app.finish();
}

#[tokio::test]
async fn refused_saml_settings_change_nothing_at_all() {
    let app = App::start().await;
    let own = &app.own;
    let before = own.rest.get("/saml/settings").await.is(200);
    for bad in [
        json!({ "domain": "new.example", "manual_role_management": false, "roles_groups": [["Owner", "g"]] }),
        json!({ "mapping_email": "mail", "projects_groups": [{ "project_id": 7, "group": "g", "role": "Manager" }] }),
        json!({ "manual_role_management": false, "workspaces_groups": [["Nowhere", "g"]] }),
        json!({ "domain": "new.example", "roles_groups": [["Manager", "g"], ["Annotator", "g"]] }),
        json!({ "domain": "new.example", "roles_groups": [["Manager", "g"]], "metadata_xml": "<x/>" }),
    ] {
        own.rest.post("/saml/settings", &bad).await.is_problem(400);
        let after = own.rest.get("/saml/settings").await.is(200);
        assert_eq!(after, before, "{bad}");
    }
    app.finish();
}

#[tokio::test]
async fn rules_may_be_written_before_their_group_exists() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user(ADA).await;
    assert_eq!(own.rules(&[("Manager", "later")]).await, 0);
    own.group("later", &[&ada]).await;
    assert_eq!(own.role(ADA).await, "MA scim");
    app.finish();
}

#[tokio::test]
async fn the_rules_of_a_deleted_group_stay_and_match_nothing() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user(ADA).await;
    own.rules(&[("Manager", "team")]).await;
    let team = own.group("team", &[&ada]).await;
    own.scim.delete(&format!("/Groups/{team}")).await;
    assert_eq!(own.role(ADA).await, "AN manual");
    let rules = own.rest.get("/scim/settings").await.is(200);
    assert_eq!(rules["roles_groups"], json!([["Manager", "team"]]));
    own.group("team", &[&ada]).await;
    assert_eq!(own.role(ADA).await, "MA scim");
    app.finish();
}

#[tokio::test]
async fn the_rules_of_a_renamed_group_follow_it() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user(ADA).await;
    let project = own
        .rest
        .post("/projects", &json!({ "title": "P" }))
        .await
        .is(201);
    own.rest
        .post("/workspaces", &json!({ "title": "W" }))
        .await
        .is(201);
    let rules = json!({
        "roles_groups": [["Manager", "old"]],
        "projects_groups": [{ "project_id": project["id"], "group": "old", "role": "Reviewer" }],
        "workspaces_groups": [["W", "old"]],
    });
    own.rest.post("/scim/settings", &rules).await.is(201);
    let team = own.group("old", &[&ada]).await;
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "new" }]);
    own.change(&format!("/Groups/{team}"), rename).await;
    assert_eq!(own.role(ADA).await, "MA scim");
    let saved = own.rest.get("/scim/settings").await.is(200);
    assert_eq!(saved["roles_groups"], json!([["Manager", "new"]]));
    assert_eq!(saved["projects_groups"][0]["group"], "new");
    assert_eq!(saved["workspaces_groups"], json!([["W", "new"]]));
    let explained = own.explain(ADA).await;
    assert_eq!(explained["why"][0]["group"], "new");
    // A new group of the old name has no rule.
    let bob = own.user("bob@a.example").await;
    own.group("old", &[&bob]).await;
    assert_eq!(own.role("bob@a.example").await, "AN manual");
    app.finish();
}

#[tokio::test]
async fn a_group_renamed_onto_a_name_that_has_rules_has_the_higher_of_both() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user(ADA).await;
    let project = own
        .rest
        .post("/projects", &json!({ "title": "P" }))
        .await
        .is(201);
    let id = &project["id"];
    let rules = json!({
        "roles_groups": [["Manager", "old"], ["Reviewer", "new"]],
        "projects_groups": [
            { "project_id": id, "group": "old", "role": "Annotator" },
            { "project_id": id, "group": "new", "role": "Manager" },
        ],
    });
    own.rest.post("/scim/settings", &rules).await.is(201);
    let team = own.group("old", &[&ada]).await;
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "new" }]);
    own.change(&format!("/Groups/{team}"), rename).await;
    assert_eq!(own.role(ADA).await, "MA scim");
    let saved = own.rest.get("/scim/settings").await.is(200);
    assert_eq!(saved["roles_groups"], json!([["Manager", "new"]]));
    // What was read can be saved again.
    let again = own.rest.post("/scim/settings", &saved).await.is(201);
    assert_eq!(again["roles_groups"], saved["roles_groups"]);
    assert_eq!(again["members_changed"], 0);
    app.finish();
}

#[tokio::test]
async fn a_rule_names_a_group_exactly_and_a_near_miss_is_hinted_at() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user(ADA).await;
    own.rules(&[("Administrator", "Admins")]).await;
    own.group("ADMINS", &[&ada]).await;
    own.group("Аdmins", &[&ada]).await;
    assert_eq!(own.role(ADA).await, "AN manual");
    let explained = own.explain(ADA).await;
    let unmatched = explained["groups_without_rule"].as_array().unwrap();
    let hint = |name: &str| {
        let found = unmatched.iter().find(|one| one["group"] == name).unwrap();
        found["hint"].as_str().map(str::to_owned)
    };
    let hinted = hint("ADMINS").unwrap();
    assert!(hinted.contains("\"Admins\""), "{hinted}");
    assert_eq!(
        hint("Аdmins"),
        None,
        "a letter of another alphabet is another name"
    );
    app.finish();
}

#[tokio::test]
async fn saving_rules_takes_effect_on_every_member_at_once() {
    let app = App::start().await;
    let own = &app.own;
    // More than one statement handles at a time.
    let mut ids = Vec::new();
    for n in 0..620 {
        ids.push(own.user(&format!("u{n}@a.example")).await);
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    own.group("all", &ids).await;
    own.group("some", &ids[..10]).await;
    assert_eq!(own.rules(&[("Reviewer", "all")]).await, 620);
    assert_eq!(own.rules(&[("Reviewer", "all")]).await, 0);
    assert_eq!(
        own.rules(&[("Reviewer", "all"), ("Manager", "some")]).await,
        10
    );
    let count = async |role: &str| {
        let path = format!("/organizations/0/memberships?role={role}&page_size=1");
        own.rest.get(&path).await.is(200)["count"].clone()
    };
    assert_eq!(
        (count("MA").await, count("RE").await),
        (json!(10), json!(610))
    );
    assert_eq!(own.rules(&[]).await, 620);
    assert_eq!(count("AN").await, 620);
    app.finish();
}
