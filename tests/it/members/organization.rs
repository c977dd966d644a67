//! The organization itself: title, contact, default role.

use reqwest::Method;
use serde_json::json;

use super::Person;
use crate::app::App;

#[tokio::test]
async fn the_organization_is_read_and_changed_under_each_of_its_names() {
    let app = App::start().await;
    let own = &app.own;
    let list = own.rest.get("/organizations/").await.is(200);
    assert_eq!(
        (list.as_array().unwrap().len(), &list[0]["id"]),
        (1, &json!(1))
    );
    for (path, title) in [
        ("/organizations/1", "One"),
        ("/organizations/0", "Two"),
        ("/organization/", "Three"),
    ] {
        let changed = own
            .rest
            .patch(path, &json!({ "title": title }))
            .await
            .is(200);
        assert_eq!(changed["title"], title);
        let read = own.rest.get(path).await.is(200);
        assert_eq!(read, changed);
        assert!(read["billing"]["manual_role_management"].as_bool().unwrap());
    }
    let contact = json!({ "contact_info": "help@a.example" });
    own.rest.patch("/organizations/1", &contact).await.is(200);
    let shown = own.rest.get("/organizations").await.is(200);
    assert_eq!(
        (&shown[0]["title"], &shown[0]["contact_info"]),
        (&json!("Three"), &json!("help@a.example"))
    );
    for bad in [
        json!({ "title": "" }),
        json!({ "title": "a\u{7}b" }),
        json!({ "title": "x".repeat(1001) }),
        json!({ "title": 5 }),
        json!({ "default_role": "OW" }),
        json!({ "default_role": "DI" }),
        json!({ "default_role": "XX" }),
    ] {
        own.rest
            .patch("/organizations/1", &bad)
            .await
            .is_problem(400);
    }
    assert_eq!(own.rest.get("/organizations").await.is(200), shown);
    let mut expected = vec!["organization.changed"; 4];
    expected.push("organization.created");
    assert_eq!(app.events("1").await, expected);
    app.finish();
}

#[tokio::test]
async fn who_joins_begins_with_the_default_role_of_that_moment() {
    let app = App::start().await;
    let own = &app.own;
    own.user("before@a.example").await;
    let path = "/organizations/0/set-default-role";
    let changed = own
        .rest
        .patch(path, &json!({ "default_role": "RE" }))
        .await
        .is(200);
    assert_eq!(
        (&changed["default_role"], &changed["organization"]),
        (&json!("RE"), &json!(1))
    );
    own.user("after@a.example").await;
    assert_eq!(own.role("before@a.example").await, "AN manual");
    assert_eq!(own.role("after@a.example").await, "RE manual");
    app.finish();
}

/// Security F2: who may do what to the organization.
#[tokio::test]
async fn only_the_owner_and_administrators_change_the_organization() {
    let app = App::start().await;
    let other = app.other();
    let before = app.own.rest.get("/organizations/1").await.is(200);
    let title = json!({ "title": "Mine" });
    for (name, role, status) in [
        ("an@a.example", "AN", 403),
        ("re@a.example", "RE", 403),
        ("ma@a.example", "MA", 403),
        ("ad@a.example", "AD", 200),
    ] {
        let person = Person::with_role(&app, name, role).await;
        person.get("/organizations/1").await.is(200);
        for path in ["/organizations/1", "/organization/"] {
            person
                .ask(Method::PATCH, path, Some(&title))
                .await
                .is(status);
        }
        let default = json!({ "default_role": "AN" });
        person
            .ask(
                Method::PATCH,
                "/organizations/0/set-default-role",
                Some(&default),
            )
            .await
            .is(status);
        person.get("/organizations/2").await.is_problem(404);
        let theirs = person
            .ask(Method::PATCH, "/organizations/2", Some(&title))
            .await;
        assert_eq!(theirs.status, 404);
    }
    assert_ne!(app.own.rest.get("/organizations/1").await.is(200), before);
    assert_eq!(
        other.rest.get("/organizations/0").await.is(200)["title"],
        "owner@b.example"
    );
    app.finish();
}
