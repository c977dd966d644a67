//! R12: the rules as a file, on the command line.

use serde_json::json;

use crate::app::{App, printed};

#[tokio::test]
async fn rules_go_into_a_file_and_come_back_and_a_plan_names_who_changes() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user("ada@a.example").await;
    own.group("team", &[&ada]).await;
    let title = json!({ "title": "Circle" });
    own.rest.post("/workspaces", &title).await.is(201);
    let title = json!({ "title": "Cats" });
    let project = own.rest.post("/projects", &title).await.is(201)["id"].clone();
    let rules = json!({
        "roles_groups": [["Reviewer", "team \"A\""], ["Annotator", "team"]],
        "projects_groups": [{ "project_id": project, "group": "team", "role": "Manager" }],
        "workspaces_groups": [["Circle", "team"]],
    });
    own.rest.post("/scim/settings", &rules).await.is(201);
    let before = own.rest.get("/scim/settings").await.is(200);
    let organization = own.number.to_string();
    let mapping = |arguments: &[&str]| {
        let all = [
            &["mapping", arguments[0], "--organization", &organization],
            &arguments[1..],
        ];
        app.place.run(&all.concat())
    };
    let exported = printed(&mapping(&["export"]));
    let file = app.place.folder.path().join("rules.toml");
    let path = file.to_str().unwrap();
    std::fs::write(&file, &exported).unwrap();

    // The same rules do nothing.
    let plan = printed(&mapping(&["plan", path]));
    assert!(
        plan.contains("\n0 members change") || plan.starts_with("0 members change"),
        "{plan}"
    );
    std::fs::write(
        &file,
        exported.replace("\"Annotator\"", "\"Administrator\""),
    )
    .unwrap();
    let plan = printed(&mapping(&["plan", path]));
    assert!(
        plan.contains("ada@a.example: Annotator -> Administrator"),
        "{plan}"
    );
    assert_eq!(own.rest.get("/scim/settings").await.is(200), before);
    let mark = plan
        .split("--mark ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();

    // Not without having seen a plan, and not if it would do something else by now.
    assert!(!mapping(&["apply", path]).status.success());
    let bea = own.user("bea@a.example").await;
    own.group("team \"A\"", &[&bea]).await;
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"Reviewer\"", "\"Manager\"")).unwrap();
    let refused = mapping(&["apply", path, "--mark", mark]);
    assert!(!refused.status.success());
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(
        told.contains("the effect of these rules has changed"),
        "{told}"
    );
    assert_eq!(own.rest.get("/scim/settings").await.is(200), before);

    let plan = printed(&mapping(&["plan", path]));
    let mark = plan
        .split("--mark ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    let done = printed(&mapping(&["apply", path, "--mark", mark]));
    assert!(done.trim_end().ends_with("in force."), "{done}");
    assert!(own.role("ada@a.example").await.starts_with("AD"));
    assert!(own.role("bea@a.example").await.starts_with("MA"));
    std::fs::write(&file, &exported).unwrap();
    printed(&mapping(&["apply", path, "--yes"]));
    assert_eq!(own.rest.get("/scim/settings").await.is(200), before);

    for (bad, sentence) in [
        (
            "[[roles]]\ngroup = \"a\"\nrole = \"Owner\"\n",
            "cannot give the role Owner",
        ),
        ("[[rules]]\n", "unknown field"),
    ] {
        std::fs::write(&file, bad).unwrap();
        let refused = mapping(&["apply", path, "--yes"]);
        let told = String::from_utf8(refused.stderr).unwrap();
        assert!(
            !refused.status.success() && told.contains(sentence),
            "{told}"
        );
    }
    assert_eq!(own.rest.get("/scim/settings").await.is(200), before);
    app.finish();
}
