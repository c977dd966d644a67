//! `/api/users`: members as people; and what clients ask before they ask anything else.

use reqwest::Method;
use serde_json::json;

use super::Person;
use crate::app::{App, OWNER};

const PATH: &str = "/users/";

#[tokio::test]
async fn an_administrator_makes_a_member_who_signs_in_with_the_password_given() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let wanted = json!({
        "username": "Ada@a.example", "first_name": "Ada", "last_name": "Lovelace", "phone": "1",
        "password": "a password for Ada",
    });
    let made = rest.post(PATH, &wanted).await.is(201);
    assert_eq!(
        (&made["username"], &made["initials"], &made["phone"]),
        (&json!("Ada@a.example"), &json!("AL"), &json!("1"))
    );
    assert_eq!(made["organization_membership"]["role"], "AN");
    let number = made["id"].as_i64().unwrap();
    assert_eq!(rest.get(&format!("/users/{number}")).await.is(200), made);
    let listed = rest.get("/users").await.is(200);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[1], made);
    let form = json!({ "email": "ada@a.example", "password": "a password for Ada" });
    let headers = [("sec-fetch-site", "same-origin")];
    let page = app.anyone();
    let entered = page.send(
        Method::POST,
        "/user/login",
        &headers,
        Some(form.to_string()),
    );
    assert!(matches!(entered.await.status, 200 | 303));
    // Clients take these words for success where somebody is there already.
    let said = rest.post(PATH, &wanted).await.is_problem(400);
    assert!(said.contains("already exists"), "{said}");
    for bad in [
        json!({}),
        json!({ "username": "ada" }),
        json!({ "username": "eve@a.example", "password": "short" }),
        json!({ "username": "eve@a.example", "first_name": "two\nlines" }),
    ] {
        rest.post(PATH, &bad).await.is_problem(400);
    }
    assert_eq!(
        rest.get("/users").await.is(200),
        listed,
        "nothing half made"
    );
    let id = "SELECT CAST(id AS TEXT) FROM members WHERE user_name LIKE 'Ada%'";
    let id = app.place.database.texts(id, &[]).await;
    assert_eq!(
        app.events(&id[0]).await[..2],
        ["member.created", "password.set"]
    );
    app.finish();
}

#[tokio::test]
async fn whoever_is_no_administrator_makes_nobody_and_changes_only_their_own_name() {
    let app = App::start().await;
    let manager = Person::with_role(&app, "mary@a.example", "MA").await;
    let annotator = Person::with_role(&app, "anna@a.example", "AN").await;
    let (mary, anna) = (
        app.own.number_of("mary@a.example").await,
        app.own.number_of("anna@a.example").await,
    );
    let new = json!({ "username": "eve@a.example" });
    let name = json!({ "first_name": "Zoe" });
    for (who, own, other) in [(&manager, mary, anna), (&annotator, anna, mary)] {
        who.ask(Method::POST, PATH, Some(&new))
            .await
            .is_problem(403);
        for number in [other, 1, 999_999] {
            let path = format!("/users/{number}");
            who.ask(Method::PATCH, &path, Some(&name))
                .await
                .is_problem(403);
            who.ask(Method::DELETE, &path, None).await.is_problem(403);
        }
        let path = format!("/users/{own}");
        let changed = who.ask(Method::PATCH, &path, Some(&name)).await.is(200);
        assert_eq!(changed["first_name"], "Zoe");
        assert_eq!(who.get(&path).await.is(200)["first_name"], "Zoe");
        who.ask(Method::DELETE, &path, None).await.is_problem(405);
        for field in ["email", "password"] {
            let wanted = json!({ field: "someone@else.example" });
            who.ask(Method::PATCH, &path, Some(&wanted))
                .await
                .is_problem(405);
        }
    }
    manager.get("/users").await.is(200);
    manager.get(&format!("/users/{anna}")).await.is(200);
    manager.get("/users/999999").await.is_problem(404);
    annotator.get("/users").await.is_problem(403);
    for number in [mary, 999_999] {
        let path = format!("/users/{number}");
        annotator.get(&path).await.is_problem(403);
    }
    let rest = &app.own.rest;
    let path = format!("/users/{anna}");
    rest.patch(&path, &json!({ "last_name": "Li" }))
        .await
        .is(200);
    rest.delete(&path).await.is(204);
    for answer in [
        rest.get(&path).await,
        rest.patch(&path, &name).await,
        rest.delete(&path).await,
    ] {
        answer.is_problem(404);
    }
    rest.delete("/users/1").await.is_problem(405);
    app.finish();
}

#[tokio::test]
async fn a_user_of_another_organization_is_like_none() {
    let app = App::start().await;
    let other = app.other();
    let theirs = other.number_of("owner@b.example").await;
    assert_ne!(theirs, 1);
    let rest = &app.own.rest;
    let name = json!({ "first_name": "Zoe" });
    for number in [theirs, 999_999] {
        let path = format!("/users/{number}");
        let seen = rest.get(&path).await;
        assert_eq!(seen.status, 404);
        assert_eq!(rest.patch(&path, &name).await.status, 404);
        assert_eq!(rest.delete(&path).await.status, 404);
    }
    assert_eq!(other.role("owner@b.example").await, "OW manual");
    let known = rest.get("/users").await.is(200);
    assert_eq!(known[0]["email"], OWNER);
    assert_eq!(known.as_array().unwrap().len(), 1);
    app.finish();
}

#[tokio::test]
async fn clients_learn_the_version_and_that_the_server_is_up_without_a_key() {
    let app = App::start().await;
    for path in ["/health", "/health/"] {
        let up = app.anyone().get(path).await.is(200);
        assert_eq!(up, json!({ "status": "UP" }));
    }
    let version = app.anyone().get("/api/version/").await.is(200);
    assert_eq!(version["release"], env!("CARGO_PKG_VERSION"));
    assert!(version["label-studio-enterprise-backend"].is_object());
    app.finish();
}
