//! R8: roles in projects, and places in workspaces.

use serde_json::{Value, json};

use crate::app::{App, Organization};

const ADA: &str = "ada@a.example";

async fn project_role(organization: &Organization, project: &Value) -> Value {
    let explained = organization.explain(ADA).await;
    let all = explained["projects"].as_array().unwrap();
    let found = all.iter().find(|one| one["project"] == *project);
    found.map_or(Value::Null, |one| one["role"].clone())
}

#[tokio::test]
async fn the_highest_project_rule_wins_and_inherit_means_the_role_of_the_organization() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user(ADA).await;
    let project = own
        .rest
        .post("/projects", &json!({ "title": "P" }))
        .await
        .is(201)["id"]
        .clone();
    let rule =
        |group: &str, role: &str| json!({ "project_id": project, "group": group, "role": role });
    let rules = json!({
        "roles_groups": [["Reviewer", "re"], ["Administrator", "ad"]],
        "projects_groups": [rule("in", "Inherit"), rule("an", "Annotator"), rule("ma", "Manager")],
        "workspaces_groups": [],
    });
    own.rest.post("/scim/settings", &rules).await.is(201);
    assert_eq!(project_role(own, &project).await, Value::Null);
    let mut ids = std::collections::BTreeMap::new();
    for (group, expected) in [
        ("in", "AN"),
        ("re", "RE"),
        ("an", "AN"),
        ("ma", "MA"),
        ("ad", "AD"),
    ] {
        ids.insert(group, own.group(group, &[&ada]).await);
        assert_eq!(project_role(own, &project).await, expected, "{group}");
    }
    own.set_active(&ada, false).await;
    assert_eq!(project_role(own, &project).await, Value::Null);
    own.set_active(&ada, true).await;
    own.remove(&ids["ad"], &ada).await;
    own.remove(&ids["ma"], &ada).await;
    own.remove(&ids["an"], &ada).await;
    assert_eq!(project_role(own, &project).await, "RE");
    own.assign(ADA, Some("NO")).await;
    assert_eq!(project_role(own, &project).await, Value::Null);
    app.finish();
}

#[tokio::test]
async fn who_asks_for_themselves_sees_their_projects_workspaces_and_groups() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user(ADA).await;
    let workspace = own
        .rest
        .post("/workspaces", &json!({ "title": "W" }))
        .await
        .is(201);
    let again = own.rest.post("/workspaces", &json!({ "title": "w" })).await;
    again.is_problem(400);
    let draft = json!({ "title": "P", "workspace": workspace["id"] });
    let project = own.rest.post("/projects", &draft).await.is(201);
    let rules = json!({
        "projects_groups": [{ "project_id": project["id"], "group": "team", "role": "Reviewer" }],
        "workspaces_groups": [["W", "team"]],
    });
    own.rest.post("/scim/settings", &rules).await.is(201);
    own.group("team", &[&ada]).await;
    let cookie = app.session(ADA).await;
    let ask = async |path: &str| {
        let headers = [("cookie", cookie.as_str())];
        let anyone = app.anyone();
        anyone
            .send(reqwest::Method::GET, path, &headers, None)
            .await
    };
    let me = ask("/api/current-user/whoami").await.is(200);
    assert_eq!(me["username"], ADA);
    assert_eq!(me["org_membership"][0]["role"], "AN");
    assert_eq!(
        me["project_roles"],
        json!([{ "project": project["id"], "role": "RE" }])
    );
    assert_eq!(me["workspaces"], json!([workspace["id"]]));
    assert_eq!(me["groups"], json!(["team"]));
    // An Annotator sees nothing of others, and nothing of the rules.
    for path in [
        "/api/organizations/0/memberships",
        "/api/scim/settings",
        "/api/saml/settings",
        "/api/projects",
        "/api/workspaces",
    ] {
        ask(path).await.is_problem(403);
    }
    let number = own.number_of(ADA).await;
    ask(&format!("/api/members/{number}/explain")).await.is(200);
    ask(&format!("/api/members/{}/explain", number + 1))
        .await
        .is_problem(403);
    let page = ask("/").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("Annotator") && page.text.contains("team"),
        "{}",
        page.text
    );
    app.finish();
}
