//! Organization > Projects and Workspaces: the lists, and who is in one of them and through what.

use serde_json::json;

use super::{Browser, leads, says};
use crate::app::{App, OWNER};

const PROJECTS: &str = "/organization/projects";
const WORKSPACES: &str = "/organization/workspaces";

/// The number at the end of a path.
fn last(path: &str) -> i64 {
    let path = path.split('?').next().unwrap();
    path.rsplit('/').next().unwrap().parse().unwrap()
}

/// The row of a table in which somebody stands.
fn row<'a>(page: &'a str, name: &str) -> &'a str {
    let rows = page.split("<tr>").skip(1);
    let mut found = rows.filter(|row| row.contains(&format!(">{name}<")));
    let row = found.next().expect(name);
    row.split("</tr>").next().unwrap()
}

#[tokio::test]
async fn a_project_is_made_found_renamed_and_deleted() {
    let app = App::start().await;
    let owner = Browser::of(&app, OWNER).await;
    says(&owner.open(PROJECTS).await, 200, "There is no project yet.");
    let made = owner.send(WORKSPACES, "title=Seattle").await;
    let workspace = last(&leads(&made));
    for (form, field) in [
        ("title=+&description=kept".to_owned(), "title"),
        ("title=kept&workspace=999".to_owned(), "workspace"),
        ("title=kept&workspace=x".to_owned(), "workspace"),
        (
            format!("title={}&description=kept", "x".repeat(256)),
            "title",
        ),
    ] {
        let refused = owner.send(PROJECTS, &form).await;
        says(&refused, 400, &format!("id=\"{field}-problem\""));
        says(&refused, 400, "kept");
    }
    let form = format!("title=Cats+%26+dogs&description=pets&workspace={workspace}");
    let made = owner.send(PROJECTS, &form).await;
    let path = leads(&made);
    says(&owner.open(&path).await, 200, "The project is made.");
    let path = path.split('?').next().unwrap();
    for query in ["?search=DOGS", &format!("?workspace={workspace}"), ""] {
        let list = owner.open(&format!("{PROJECTS}{query}")).await;
        says(&list, 200, "Cats &#38; dogs");
        says(&list, 200, ">Seattle</a>");
    }
    let none = owner.open(&format!("{PROJECTS}?search=birds")).await;
    says(&none, 200, "No project is like this.");
    let refused = owner.send(path, "what=save&title=&description=kept").await;
    says(&refused, 400, "id=\"title-problem\"");
    says(&refused, 400, ">kept</textarea>");
    let refused = owner.send(path, "what=save&title=kept&workspace=999").await;
    says(&refused, 400, "id=\"workspace-problem\"");
    let saved = owner.send(path, "what=save&title=Birds&archived=on").await;
    says(&owner.open(&leads(&saved)).await, 200, "<h1>Birds</h1>");
    says(&owner.open(PROJECTS).await, 200, "There is no project yet.");
    let archived = owner.open(&format!("{PROJECTS}?archived=yes")).await;
    says(&archived, 200, "badge\">archived");
    let rest = app
        .own
        .rest
        .get(&format!("/projects/{}", last(path)))
        .await
        .is(200);
    assert_eq!(rest["workspace"], json!(null));
    let deleted = owner.send(path, "what=delete").await;
    says(
        &owner.open(&leads(&deleted)).await,
        200,
        "The project is deleted.",
    );
    for path in [path.to_owned(), format!("{PROJECTS}/x")] {
        says(&owner.open(&path).await, 404, "Nothing here");
        says(&owner.send(&path, "what=delete").await, 404, "Nothing here");
    }
    app.finish();
}

#[tokio::test]
async fn who_is_in_a_project_is_shown_with_role_and_reason_and_changed_by_hand() {
    let app = App::start().await;
    let own = &app.own;
    let (ada, bob) = (
        own.user("ada@a.example").await,
        own.user("bob@a.example").await,
    );
    own.user("cyd@a.example").await;
    own.group("Everybody", &[&ada, &bob]).await;
    own.group("Team <1>", &[&ada]).await;
    own.rules(&[("Annotator", "Everybody")]).await;
    let made = own
        .rest
        .post("/projects", &json!({ "title": "Cats" }))
        .await;
    let project = made.is(201)["id"].as_i64().unwrap();
    let rules = json!({ "projects_groups": [{ "project_id": project, "group": "Team <1>", "role": "Reviewer" }] });
    own.rest.post("/scim/settings", &rules).await.is(201);
    let manager = Browser::with_role(&app, "ma@a.example", "MA").await;
    let path = format!("{PROJECTS}/{project}");
    let page = manager.open(&path).await;
    says(&page, 200, "1–2 of 2");
    let owner = row(&page.text, OWNER);
    assert!(owner.contains("as Owner"), "{owner}");
    let by_rule = row(&page.text, "ada@a.example");
    assert!(
        by_rule.contains("group “Team &#60;1&#62;” (SCIM): Reviewer"),
        "{by_rule}"
    );
    assert!(by_rule.contains("badge info\">Reviewer<") && !by_rule.contains("value=\"remove\""));
    assert!(!page.text.contains("bob@a.example"));

    let found = manager.open(&format!("{path}?find=bob")).await;
    says(&found, 200, "aria-label=\"Add bob@a.example\"");
    let nobody = manager.open(&format!("{path}?find=nobody")).await;
    says(&nobody, 200, "Nobody who could be added is called so.");
    let bob = own.number_of("bob@a.example").await;
    let ada = own.number_of("ada@a.example").await;
    let added = manager
        .send(&path, &format!("what=add&member={bob}&role=Inherit"))
        .await;
    let page = manager.open(&leads(&added)).await;
    let by_hand = row(&page.text, "bob@a.example");
    assert!(by_hand.contains("by hand: Inherit") && by_hand.contains("badge info\">Annotator<"));
    // By hand more than the rule gives; and taken back, the rule speaks.
    let form = format!("what=role&member={ada}&role=Manager&view=search%3Dada%26page%3D1");
    let given = manager.send(&path, &form).await;
    assert_eq!(leads(&given), format!("{path}?search=ada&page=1&done=role"));
    let page = manager.open(&leads(&given)).await;
    let both = row(&page.text, "ada@a.example");
    assert!(both.contains("badge info\">Manager<") && both.contains("by hand: Manager"));
    assert!(
        both.contains("<option value=\"Manager\" selected>"),
        "{both}"
    );
    leads(
        &manager
            .send(&path, &format!("what=remove&member={ada}"))
            .await,
    );
    let page = manager.open(&path).await;
    assert!(row(&page.text, "ada@a.example").contains("badge info\">Reviewer<"));
    assert!(
        !manager
            .open(&format!("{path}?find=bob"))
            .await
            .text
            .contains("Add bob")
    );
    for (form, status, told) in [
        (
            format!("what=role&member={ada}&role="),
            400,
            "Choose a role.",
        ),
        (
            format!("what=role&member={ada}&role=Owner"),
            400,
            "Choose a role.",
        ),
        (
            "what=add&member=999&role=Manager".to_owned(),
            404,
            "Nothing here",
        ),
        ("what=remove&member=x".to_owned(), 404, "Nothing here"),
    ] {
        says(&manager.send(&path, &form).await, status, told);
    }
    app.finish();
}

#[tokio::test]
async fn a_workspace_has_members_and_projects_and_goes_when_it_is_empty() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user("ada@a.example").await;
    own.group("Team", &[&ada]).await;
    own.rules(&[("Annotator", "Team")]).await;
    own.user("bob@a.example").await;
    own.assign("bob@a.example", Some("RE")).await;
    let owner = Browser::of(&app, OWNER).await;
    let made = owner.send(WORKSPACES, "title=Seattle").await;
    let path = leads(&made);
    let path = path.split('?').next().unwrap();
    let twice = owner
        .send(WORKSPACES, "title=Seattle&description=kept")
        .await;
    says(&twice, 400, "id=\"title-problem\"");
    says(&twice, 400, ">kept</textarea>");
    let rules = json!({ "workspaces_groups": [["Seattle", "Team"]] });
    own.rest.post("/scim/settings", &rules).await.is(201);
    let bob = own.number_of("bob@a.example").await;
    let found = owner.open(&format!("{path}?find=bob")).await;
    says(&found, 200, "Add bob@a.example");
    let added = owner.send(path, &format!("what=add&member={bob}")).await;
    let page = owner.open(&leads(&added)).await;
    assert!(row(&page.text, "ada@a.example").contains("by a rule"));
    let by_hand = row(&page.text, "bob@a.example");
    assert!(by_hand.contains("by hand") && by_hand.contains("value=\"remove\""));

    let form = format!("title=Cats&workspace={}", last(path));
    let project = leads(&owner.send(PROJECTS, &form).await);
    says(&owner.open(path).await, 200, ">Cats</a>");
    let through = owner.open(&project).await;
    assert!(row(&through.text, "bob@a.example").contains("through the workspace"));
    let full = owner.send(path, "what=delete").await;
    says(&full, 400, "There are projects in this workspace");
    let removed = owner.send(path, &format!("what=remove&member={bob}")).await;
    assert!(
        !owner
            .open(&leads(&removed))
            .await
            .text
            .contains("bob@a.example")
    );
    let saved = owner
        .send(path, "what=save&title=Portland&archived=on")
        .await;
    says(&owner.open(&leads(&saved)).await, 200, "<h1>Portland</h1>");
    says(
        &owner.send(path, "what=save&title=").await,
        400,
        "id=\"title-problem\"",
    );
    says(
        &owner.open(WORKSPACES).await,
        200,
        "There is no workspace yet.",
    );
    let all = owner
        .open(&format!("{WORKSPACES}?archived=all&search=PORT"))
        .await;
    says(&all, 200, "Portland");
    leads(
        &owner
            .send(&project.replace("?done=made", ""), "what=delete")
            .await,
    );
    let deleted = owner.send(path, "what=delete").await;
    says(
        &owner.open(&leads(&deleted)).await,
        200,
        "The workspace is deleted.",
    );
    says(&owner.open(path).await, 404, "Nothing here");
    app.finish();
}

#[tokio::test]
async fn projects_and_their_people_are_listed_in_pages() {
    let app = App::start().await;
    for number in 0..51 {
        let title = format!("Project {number:02}");
        app.own
            .rest
            .post("/projects", &json!({ "title": title }))
            .await
            .is(201);
    }
    let owner = Browser::of(&app, OWNER).await;
    says(&owner.open(PROJECTS).await, 200, "1–50 of 51");
    let next = owner
        .open(&format!("{PROJECTS}?search=project&page=2"))
        .await;
    says(&next, 200, "51–51 of 51");
    says(
        &next,
        200,
        "href=\"/organization/projects?search=project&#38;page=1\"",
    );
    let reviewer = Browser::with_role(&app, "re@a.example", "RE").await;
    for path in [PROJECTS, WORKSPACES] {
        let refused = reviewer.open(path).await;
        says(&refused, 403, "Manager");
        says(&refused, 403, OWNER);
    }
    app.finish();
}
