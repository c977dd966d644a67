//! R6, R12: what a change of the rules would do is shown before it is done, and only what was shown is done.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::app::{App, Organization};

const PREVIEW: &str = "/scim/settings/preview";
const EVENTS: &str = "SELECT CAST(COUNT(*) AS TEXT) FROM events";

/// The role of everybody in the organization, by number.
async fn roles(own: &Organization) -> BTreeMap<i64, String> {
    let path = "/organizations/0/memberships?page_size=100";
    let list = own.rest.get(path).await.is(200);
    let all = list["results"].as_array().unwrap().iter();
    all.map(|one| {
        let role = one["role"].as_str().unwrap().to_owned();
        (one["user"]["id"].as_i64().unwrap(), role)
    })
    .collect()
}

/// From what to what each of those goes whom the preview names, in the organization.
fn named(preview: &Value) -> BTreeMap<i64, (String, String)> {
    let movers = preview["movers"].as_array().unwrap().iter();
    let movers = movers.filter(|mover| mover["place"] == "organization");
    movers
        .map(|mover| {
            let role = |key: &str| mover[key].as_str().unwrap().to_owned();
            let id = mover["id"].as_i64().unwrap();
            (id, (role("before"), role("after")))
        })
        .collect()
}

fn mark(preview: &Value) -> &str {
    preview["mark"].as_str().unwrap()
}

#[tokio::test]
async fn exactly_those_change_whom_the_preview_names_and_until_then_nobody() {
    let app = App::start().await;
    let own = &app.own;
    let mut ids = Vec::new();
    for at in 0..9 {
        ids.push(own.user(&format!("u{at}@a.example")).await);
    }
    let members = |from: usize, to: usize| -> Vec<&str> {
        ids[from..to].iter().map(String::as_str).collect()
    };
    own.group("one", &members(0, 4)).await;
    own.group("two", &members(2, 7)).await;
    own.group("three", &members(6, 8)).await;
    own.manual(false).await;
    own.rules(&[("Annotator", "one"), ("Manager", "three")])
        .await;
    let mappings = [
        json!([["Reviewer", "one"], ["Manager", "two"]]),
        json!([["Annotator", "two"], ["Administrator", "three"]]),
        json!([]),
        json!([
            ["Reviewer", "two"],
            ["Reviewer", "three"],
            ["Annotator", "nobody"]
        ]),
        json!([["Annotator", "one"], ["Manager", "three"]]),
    ];
    for rules in mappings {
        let before = roles(own).await;
        let trail = app.place.database.texts(EVENTS, &[]).await;
        let wanted = json!({ "roles_groups": rules });
        let seen = own.rest.post(PREVIEW, &wanted).await.is(200);
        assert_eq!(roles(own).await, before, "a preview changes nothing");
        let kept = own.rest.get("/scim/settings").await.is(200);
        assert_ne!(kept["roles_groups"], rules);
        let after = app.place.database.texts(EVENTS, &[]).await;
        assert_eq!(after, trail, "and leaves no event");
        let mut saving = wanted.clone();
        saving["mark"] = seen["mark"].clone();
        let saved = own.rest.post("/scim/settings", &saving).await.is(201);
        let named = named(&seen);
        assert_eq!(saved["members_changed"], named.len());
        assert_eq!(seen["members_changed"], named.len());
        let now = roles(own).await;
        let mut lost = 0;
        for (id, role) in &before {
            let moved = (role.clone(), now[id].clone());
            assert_eq!(named.get(id), (role != &now[id]).then_some(&moved));
            lost += usize::from(role != "DI" && now[id] == "DI");
        }
        assert_eq!(seen["losing_access"], lost);
        let used = |roles: &BTreeMap<i64, String>| {
            roles
                .values()
                .filter(|role| *role != "DI" && *role != "NO")
                .count()
        };
        let taken = json!({ "before": used(&before), "after": used(&now) });
        assert_eq!(seen["seats"]["used"], taken);
        let owner = own.number_of("owner@a.example").await;
        assert_eq!((now[&owner].as_str(), named.get(&owner)), ("OW", None));
    }
    app.finish();
}

#[tokio::test]
async fn a_preview_is_good_for_nothing_once_its_effect_would_be_another() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user("ada@a.example").await;
    let bea = own.user("bea@a.example").await;
    let team = own.group("team", &[&ada]).await;
    let wanted = json!({ "roles_groups": [["Manager", "team"]] });
    let seen = own.rest.post(PREVIEW, &wanted).await.is(200);
    let save = async |preview: &Value, roles: Value| {
        let saving = json!({ "roles_groups": roles, "mark": mark(preview) });
        own.rest.post("/scim/settings", &saving).await
    };
    let manager = json!([["Manager", "team"]]);
    own.add(&team, &bea).await;
    save(&seen, manager.clone()).await.is_problem(412);
    assert!(own.role("ada@a.example").await.starts_with("AN"));
    // The same preview for other rules is none either.
    let seen = own.rest.post(PREVIEW, &wanted).await.is(200);
    save(&seen, json!([["Reviewer", "team"]]))
        .await
        .is_problem(412);
    let again = own.rest.post(PREVIEW, &wanted).await.is(200);
    assert_eq!(mark(&seen), mark(&again), "the same facts, the same mark");
    save(&seen, manager.clone()).await.is(201);
    // Done once, there is nothing left of it to do.
    save(&seen, manager).await.is_problem(412);
    assert!(own.role("bea@a.example").await.starts_with("MA"));
    // Nor does the mark of somebody else's organization help.
    let other = app.other();
    let foreign = other.rest.post(PREVIEW, &wanted).await.is(200);
    save(&foreign, json!([])).await.is_problem(412);
    app.finish();
}

#[tokio::test]
async fn a_preview_tells_of_projects_workspaces_and_seats_too() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user("ada@a.example").await;
    own.user("bea@a.example").await;
    own.group("team", &[&ada]).await;
    let title = json!({ "title": "Cats" });
    let project = own.rest.post("/projects", &title).await.is(201)["id"].clone();
    let title = json!({ "title": "Circle" });
    let workspace = own.rest.post("/workspaces", &title).await.is(201)["id"].clone();
    let wanted = json!({
        "projects_groups": [{ "project_id": project, "group": "team", "role": "Reviewer" }],
        "workspaces_groups": [["Circle", "team"]],
    });
    let seen = own.rest.post(PREVIEW, &wanted).await.is(200);
    let number = own.number_of("ada@a.example").await;
    let mover = |place: &str, id: &Value, after: &str| {
        json!({
            "place": place, "place_id": id, "before": null, "after": after,
            "id": number, "user_name": "ada@a.example",
        })
    };
    let movers = json!([
        mover("project", &project, "RE"),
        mover("workspace", &workspace, "AN")
    ]);
    assert_eq!(
        (&seen["movers"], &seen["members_changed"]),
        (&movers, &json!(0))
    );
    let kept = json!({ "place": "organization", "place_id": null, "before": "AN", "after": "AN", "members": 1 });
    assert_eq!(seen["counts"][0], kept, "who keeps their role is counted");
    let mut saving = wanted;
    saving["mark"] = seen["mark"].clone();
    own.rest.post("/scim/settings", &saving).await.is(201);
    let explained = own.explain("ada@a.example").await;
    assert_eq!(explained["projects"][0]["role"], "RE");
    app.finish();
}

#[tokio::test]
async fn a_preview_is_for_administrators_and_of_rules_that_could_be_saved() {
    let app = App::start().await;
    let own = &app.own;
    for bad in [
        json!({ "roles_groups": [["Owner", "team"]] }),
        json!({ "projects_groups": [{ "project_id": 1, "group": "a", "role": "Manager" }] }),
        json!({ "workspaces_groups": [["Nowhere", "a"]] }),
    ] {
        let refused = own.rest.post(PREVIEW, &bad).await;
        assert!(!refused.is_problem(400).is_empty());
    }
    let nobody = app.anyone();
    let path = format!("/api{PREVIEW}");
    nobody.post(&path, &json!({})).await.is_problem(401);
    app.finish();
}
