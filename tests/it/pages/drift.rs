//! Drift: who and what the roll has that the directory does not know, and the other way round.

use serde_json::{Value, json};

use super::{Browser, says};
use crate::app::{App, OWNER, user};
use crate::sso::idp::{Idp, person, session};

const PATH: &str = "/organization/drift";

async fn names(app: &App, list: &str) -> Vec<String> {
    let found = app.own.rest.get("/drift").await.is(200);
    let results = found[list]["results"].as_array().unwrap();
    assert_eq!(found[list]["count"], results.len());
    let name = |one: &Value| {
        let name = one["name"].as_str().or(one["user_name"].as_str());
        name.unwrap().to_owned()
    };
    results.iter().map(name).collect()
}

#[tokio::test]
async fn who_was_made_by_hand_is_listed_until_the_directory_says_so() {
    let app = App::start().await;
    let own = &app.own;
    own.user("pushed@a.example").await;
    for name in [
        "written@a.example",
        "grouped@a.example",
        "alike@a.example",
        "left@a.example",
    ] {
        own.rest
            .post("/users", &json!({ "username": name }))
            .await
            .is(201);
    }
    let all = [
        OWNER,
        "written@a.example",
        "grouped@a.example",
        "alike@a.example",
        "left@a.example",
    ];
    assert_eq!(names(&app, "never_confirmed").await, all);
    // Who only reads confirms nothing.
    let mut found = Vec::new();
    for name in ["written", "grouped", "alike"] {
        let path = format!("/Users?filter=userName%20eq%20%22{name}@a.example%22");
        let list = own.scim.get(&path).await.is(200);
        found.push(list["Resources"][0].clone());
    }
    assert_eq!(names(&app, "never_confirmed").await, all);
    let id = |at: usize| found[at]["id"].as_str().unwrap();
    let mut body = user("written@a.example");
    body["externalId"] = "w".into();
    own.scim
        .put(&format!("/Users/{}", id(0)), &body)
        .await
        .is(200);
    own.group("Team", &[id(1)]).await;
    // What says nothing new is the word of the directory as well.
    let path = format!("/Users/{}", id(2));
    own.scim.put(&path, &found[2]).await.is(200);
    assert_eq!(
        names(&app, "never_confirmed").await,
        [OWNER, "left@a.example"]
    );
    let owner = Browser::of(&app, OWNER).await;
    let page = owner.open(PATH).await;
    let number = own.number_of("left@a.example").await;
    says(
        &page,
        200,
        &format!("/organization/members/{number}\">left@a.example"),
    );
    assert!(!page.text.contains("written@a.example"));
    app.finish();
}

#[tokio::test]
async fn people_known_by_sign_in_only_are_a_list_of_their_own() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example");
    let connection = idp.connect(&app.own, json!({})).await;
    let who = person("ada@a.example", &[]);
    session(&idp.sign_in(&app, &connection, &who).await);
    assert_eq!(names(&app, "sign_in_only").await, ["ada@a.example"]);
    assert_eq!(names(&app, "never_confirmed").await, [OWNER]);
    app.finish();
}

#[tokio::test]
async fn groups_are_compared_with_the_rules() {
    let app = App::start().await;
    let own = &app.own;
    let ada = own.user("ada@a.example").await;
    let inner = own.group("Inner", &[&ada]).await;
    own.group("Outer", &[&inner]).await;
    own.group("Loose <b>", &[&ada]).await;
    own.rules(&[("Reviewer", "Outer"), ("Manager", "Nobody pushed")])
        .await;
    assert_eq!(names(&app, "mapped_never_pushed").await, ["Nobody pushed"]);
    // Who is in a group within one that a rule names has something of it.
    assert_eq!(names(&app, "pushed_never_mapped").await, ["Loose <b>"]);
    let owner = Browser::of(&app, OWNER).await;
    let page = owner.open(PATH).await;
    says(&page, 200, "Nobody pushed");
    says(&page, 200, "/organization/mapping/group?name=Loose+%3Cb%3E");
    assert!(!page.text.contains("<b>"));
    own.group("Nobody pushed", &[]).await;
    assert!(names(&app, "mapped_never_pushed").await.is_empty());
    // Nothing of another organization.
    let other = app.other();
    other.group("Theirs", &[]).await;
    assert_eq!(names(&app, "pushed_never_mapped").await, ["Loose <b>"]);
    app.finish();
}

#[tokio::test]
async fn a_long_list_is_gone_through_part_by_part() {
    let app = App::start().await;
    let own = &app.own;
    for number in 0..120 {
        own.group(&format!("g{number:03}"), &[]).await;
    }
    let owner = Browser::of(&app, OWNER).await;
    let page = owner.open(PATH).await;
    says(&page, 200, "10 of 120");
    let page = owner
        .open(&format!("{PATH}?list=pushed_never_mapped&after=g009"))
        .await;
    says(&page, 200, "g010");
    says(&page, 200, "after=g059");
    assert!(!page.text.contains("g009<") && !page.text.contains("g060<"));
    let all = own
        .rest
        .get("/drift?list=pushed_never_mapped")
        .await
        .is(200);
    let part = &all["pushed_never_mapped"];
    assert_eq!(
        (&part["count"], &part["next_after"]),
        (&json!(120), &json!("g099"))
    );
    let rest = own
        .rest
        .get("/drift?list=pushed_never_mapped&after=g099")
        .await
        .is(200);
    let part = &rest["pushed_never_mapped"];
    assert_eq!(part["results"].as_array().unwrap().len(), 20);
    assert_eq!(part["next_after"], Value::Null);
    for query in ["list=x", "after=x", "list=sign_in_only&after=%00"] {
        own.rest.get(&format!("/drift?{query}")).await.is(400);
    }
    app.finish();
}
