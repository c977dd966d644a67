//! Groups and rules: the form, the preview, and doing exactly what it showed.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::{Browser, leads, says};
use crate::app::{App, OWNER, Organization};
use crate::client::Answer;

const PATH: &str = "/organization/mapping";
const PAYLOADS: [&str; 3] = [
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "</option></datalist><svg onload=alert(1)>",
];

/// The form with these rows: group, place and role.
fn form(what: &str, rows: &[(&str, &str, &str)]) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("what", what);
    for (at, (group, place, role)) in (1..).zip(rows) {
        form.append_pair(&format!("group-{at}"), group);
        form.append_pair(&format!("place-{at}"), place);
        form.append_pair(&format!("role-{at}"), role);
    }
    form.finish()
}

fn unescaped(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}

/// What the page sends when its button is pressed: its hidden fields, as a browser reads them.
fn applied(preview: &Answer) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("what", "apply");
    for hidden in preview.text.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = hidden.split_once("\" value=\"").unwrap();
        let (value, _) = rest.split_once('"').unwrap();
        form.append_pair(name, &unescaped(value));
    }
    form.finish()
}

/// The page beside its navigation.
fn body(page: &Answer) -> &str {
    page.text.split_once("<main").unwrap().1
}

/// Everybody's role, by userName.
async fn roles(own: &Organization) -> BTreeMap<String, String> {
    let list = own.rest.get("/organizations/0/memberships?page_size=100");
    let list = list.await.is(200);
    let all = list["results"].as_array().unwrap().iter();
    all.map(|one| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&one["user"]["username"]), text(&one["role"]))
    })
    .collect()
}

async fn rules(own: &Organization) -> Value {
    own.rest.get("/scim/settings").await.is(200)
}

#[tokio::test]
async fn the_preview_page_names_exactly_who_then_changes() {
    let app = App::start().await;
    let own = &app.own;
    let mut ids = Vec::new();
    for at in 0..7 {
        ids.push(own.user(&format!("u{at}@a.example")).await);
    }
    let members = |from: usize, to: usize| -> Vec<&str> {
        ids[from..to].iter().map(String::as_str).collect()
    };
    own.group("one", &members(0, 3)).await;
    own.group("two", &members(2, 5)).await;
    own.group("three", &members(5, 6)).await;
    own.manual(false).await;
    own.rules(&[("Annotator", "one"), ("Manager", "three")])
        .await;
    let (before, kept) = (roles(own).await, rules(own).await);
    let owner = Browser::of(&app, OWNER).await;
    let rows = [
        ("one", "organization", "Annotator"),
        ("two", "organization", "Reviewer"),
        ("", "organization", "Manager"),
    ];
    let seen = owner.send(PATH, &form("preview", &rows)).await;
    says(&seen, 200, "Nothing is saved yet.");
    says(&seen, 200, "<span class=\"badge bad\">loses access</span>");
    says(&seen, 200, "three → Organization: Manager");
    assert_eq!(before, roles(own).await, "a preview changes nobody");
    assert_eq!(kept, rules(own).await, "and no rule");
    let done = owner.send(PATH, &applied(&seen)).await;
    let after = roles(own).await;
    let mut changed = 0;
    for (name, role) in &after {
        let moved = *role != before[name];
        assert_eq!(body(&seen).contains(name), moved, "{name}");
        changed += usize::from(moved);
    }
    assert_eq!(changed, 4, "{after:?}");
    assert_eq!(after["u5@a.example"], "DI");
    assert_eq!(leads(&done), format!("{PATH}?changed={changed}"));
    let said = "The rules are saved. 4 members have another role in the organization.";
    says(&owner.open(&leads(&done)).await, 200, said);
    // What holds already offers nothing to apply.
    let same = owner.send(PATH, &form("preview", &rows)).await;
    says(&same, 200, "There is nothing to save.");
    assert!(!same.text.contains("value=\"apply\""));
    app.finish();
}

#[tokio::test]
async fn what_was_previewed_is_refused_once_it_would_do_something_else() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user("ada@a.example").await;
    let bea = own.user("bea@a.example").await;
    let team = own.group("team", &[&ada]).await;
    let owner = Browser::of(&app, OWNER).await;
    let rows = [("team", "organization", "Manager")];
    let seen = owner.send(PATH, &form("preview", &rows)).await;
    assert!(!body(&seen).contains("bea@a.example"));
    own.add(&team, &bea).await;
    let (before, kept) = (roles(own).await, rules(own).await);
    let stale = owner.send(PATH, &applied(&seen)).await;
    says(&stale, 409, "Nothing was saved: something has changed");
    says(&stale, 409, "bea@a.example");
    let unmarked = owner.send(PATH, &form("apply", &rows)).await;
    says(&unmarked, 409, "Nothing was saved");
    assert_eq!((before, kept), (roles(own).await, rules(own).await));
    let done = owner.send(PATH, &applied(&stale)).await;
    assert_eq!(leads(&done), format!("{PATH}?changed=2"));
    let again = owner.send(PATH, &applied(&stale)).await;
    says(&again, 409, "There is nothing to save.");
    app.finish();
}

#[tokio::test]
async fn a_bad_row_is_named_and_everything_typed_is_kept() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user("ada@a.example").await;
    own.group("team", &[&ada]).await;
    let title = json!({ "title": "Cats" });
    let project = own.rest.post("/projects", &title).await.is(201)["id"].clone();
    let workspace = own.rest.post("/workspaces", &title).await.is(201)["id"].clone();
    let (project, workspace) = (
        format!("project-{project}"),
        format!("workspace-{workspace}"),
    );
    let owner = Browser::of(&app, OWNER).await;
    let bad = [
        ("team", project.as_str(), "Reviewer"),
        ("crew", workspace.as_str(), "Manager"),
        ("team", "organization", "Owner"),
        ("crew", "project-999", "Manager"),
    ];
    for what in ["preview", "apply"] {
        let refused = owner.send(PATH, &form(what, &bad)).await;
        says(&refused, 400, "Nothing is saved: 3 rules say below");
        says(&refused, 400, "Rule 2: Nobody has a role of their own");
        says(&refused, 400, "Rule 3: A rule cannot give the role Owner");
        says(&refused, 400, "Rule 4: This place is not there");
        assert!(!refused.text.contains("Rule 1:"));
        says(&refused, 400, "name=\"group-2\" value=\"crew\"");
        let chosen = format!("<option value=\"{workspace}\" selected>");
        assert_eq!(refused.text.matches(&chosen).count(), 1);
        says(&refused, 400, "<option selected>Reviewer</option>");
    }
    assert_eq!(rules(own).await["roles_groups"], json!([]));
    let good = [
        ("team", project.as_str(), "Reviewer"),
        ("team", workspace.as_str(), ""),
    ];
    let seen = owner.send(PATH, &form("preview", &good)).await;
    says(&seen, 200, "team → Project Cats: Reviewer");
    says(&seen, 200, "team → Workspace Cats");
    // Back to the rules, with what was typed.
    let back = owner.send(PATH, &form("edit", &good)).await;
    says(
        &back,
        200,
        &format!("<option value=\"{project}\" selected>"),
    );
    says(&back, 200, "name=\"group-5\"");
    leads(&owner.send(PATH, &applied(&seen)).await);
    let explained = own.explain("ada@a.example").await;
    assert_eq!(explained["projects"][0]["role"], "RE");
    app.finish();
}

#[tokio::test]
async fn groups_and_rules_that_miss_each_other_are_shown() {
    let app = App::start().await;
    let own = &app.own;
    let mut ids = Vec::new();
    for at in 0..51 {
        ids.push(own.user(&format!("u{at:02}@a.example")).await);
    }
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    own.group("Data Science", &all).await;
    own.group("empty", &[]).await;
    own.group("spare", &[&ids[0]]).await;
    own.rules(&[
        ("Manager", "data science"),
        ("Manager", "empty"),
        ("Annotator", "later"),
    ])
    .await;
    let owner = Browser::of(&app, OWNER).await;
    let page = owner.open(PATH).await;
    says(&page, 200, "but there is “Data Science”");
    says(&page, 200, "A rule names “data science”.");
    says(&page, 200, "Nobody is in this group.");
    says(&page, 200, "No group has this name yet.");
    says(&page, 200, "<td data-label=\"Members\">51</td>");
    let unnamed = page.text.matches("no rule names it").count();
    assert_eq!(unnamed, 1, "{}", page.text);
    let path = "/organization/mapping/group?name=Data+Science";
    says(&page, 200, &format!("href=\"{path}\""));
    let group = owner.open(path).await;
    says(&group, 200, "1–50 of 51");
    assert!(group.text.contains("u49@") && !group.text.contains("u50@"));
    let next = owner.open(&format!("{path}&page=2")).await;
    says(&next, 200, "u50@a.example");
    for nothing in ["data+science", "", "%00", "later"] {
        let path = format!("/organization/mapping/group?name={nothing}");
        says(&owner.open(&path).await, 404, "Nothing here");
    }
    app.finish();
}

#[tokio::test]
async fn whatever_groups_are_called_no_page_runs_it() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user("ada@a.example").await;
    for name in PAYLOADS {
        own.group(name, &[&ada]).await;
        let title = json!({ "title": name });
        own.rest.post("/projects", &title).await.is(201);
        own.rest.post("/workspaces", &title).await.is(201);
    }
    let owner = Browser::of(&app, OWNER).await;
    let rows = PAYLOADS.map(|name| (name, "organization", "Manager"));
    let seen = owner.send(PATH, &form("preview", &rows)).await;
    let odd = PAYLOADS.map(|name| (name, name, name));
    let refused = owner.send(PATH, &form("preview", &odd)).await;
    assert_eq!(refused.status, 400);
    leads(&owner.send(PATH, &applied(&seen)).await);
    assert_eq!(
        rules(own).await["roles_groups"].as_array().unwrap().len(),
        3
    );
    let mut pages = vec![seen, refused, owner.open(PATH).await];
    for name in PAYLOADS {
        let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let path = format!("/organization/mapping/group?name={name}");
        let page = owner.open(&path).await;
        says(&page, 200, "ada@a.example");
        pages.push(page);
    }
    for page in pages {
        for tag in ["<script>alert", "<img", "<svg onload"] {
            assert!(!page.text.contains(tag), "{}", page.text);
        }
    }
    app.finish();
}

#[tokio::test]
async fn rules_leave_as_a_file_and_a_file_is_previewed_too() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user("ada@a.example").await;
    own.group("team", &[&ada]).await;
    own.rules(&[("Reviewer", "team"), ("Manager", "later")])
        .await;
    let owner = Browser::of(&app, OWNER).await;
    let file = owner.open("/organization/mapping/export").await;
    says(&file, 200, "group = \"team\"");
    assert!(file.header("content-disposition").starts_with("attachment"));
    let path = "/organization/mapping/import";
    let same = owner.upload(path, &file.text, "").await;
    says(&same, 200, "There is nothing to save.");
    let other = file.text.replace("Reviewer", "Manager");
    let seen = owner.upload(path, &other, "").await;
    says(&seen, 200, "team → Organization: Manager");
    says(&seen, 200, "ada@a.example");
    assert_eq!(own.role("ada@a.example").await, "RE scim");
    let done = owner.send(PATH, &applied(&seen)).await;
    assert_eq!(leads(&done), format!("{PATH}?changed=1"));
    assert_eq!(own.role("ada@a.example").await, "MA scim");
    for bad in [
        "[[roles]]\ngroup = 1",
        "\u{1}",
        "[[roles]]\ngroup = \"a\"\nrole = \"Owner\"",
    ] {
        let refused = owner.upload(path, bad, "").await;
        says(&refused, 400, "id=\"file-problem\"");
        says(&refused, 400, "value=\"team\"");
    }
    app.finish();
}

#[tokio::test]
async fn a_name_with_a_line_break_survives_the_form() {
    let app = App::start().await;
    let rules = json!({ "roles_groups": [["Manager", "Two\nlines"]] });
    app.own.rest.post("/scim/settings", &rules).await.is(201);
    let owner = Browser::of(&app, OWNER).await;
    let page = owner.open("/organization/mapping").await;
    says(&page, 200, "name=\"exact-1\" value=\"Two%0Alines\"");
    // A browser drops the line break from the field.
    let rows = "exact-1=Two%250Alines&group-1=Twolines&place-1=organization&role-1=Manager";
    let rows = format!("{rows}&group-2=b&place-2=organization&role-2=Reviewer");
    let preview = owner
        .send("/organization/mapping", &format!("what=preview&{rows}"))
        .await;
    says(&preview, 200, "What these rules do");
    let (_, removed) = preview.text.split_once("<h2>Rules</h2>").unwrap();
    assert!(!removed.contains("deleted"), "{removed}");
    leads(
        &owner
            .send("/organization/mapping", &applied(&preview))
            .await,
    );
    let kept = app.own.rest.get("/scim/settings").await.is(200);
    let wanted = json!([["Manager", "Two\nlines"], ["Reviewer", "b"]]);
    assert_eq!(kept["roles_groups"], wanted);
    // Another name typed over it is another name.
    let other = owner
        .send(
            "/organization/mapping",
            "what=preview&exact-1=Two%250Alines&group-1=c&place-1=organization&role-1=Manager",
        )
        .await;
    says(&other, 200, "name=\"group-1\" value=\"c\"");
    app.finish();
}
