//! The list of members: filters, order, pages, and those who were members.

use serde_json::json;

use super::{Person, names};
use crate::app::{App, OWNER, USER};

#[tokio::test]
async fn each_filter_leaves_whom_it_names_and_links_keep_to_it() {
    let app = App::start().await;
    for (name, given, family) in [
        ("ada@a.example", "Ada", "Lovelace"),
        ("alan@a.example", "Alan", "Turing"),
        ("grace@a.example", "Grace", "Hopper"),
    ] {
        let body = json!({
            "schemas": [USER], "userName": name,
            "name": { "givenName": given, "familyName": family },
            "emails": [{ "value": format!("work-{name}"), "primary": true }],
        });
        app.own.scim.post("/Users", &body).await.is(201);
    }
    app.own.assign("alan@a.example", Some("MA")).await;
    for (query, expected) in [
        ("search=ada", vec!["ada@a.example"]),
        ("search=LOVE", vec!["ada@a.example"]),
        ("search=a", vec!["ada@a.example", "alan@a.example"]),
        ("search=work-g", vec!["grace@a.example"]),
        ("search=ada+love", vec!["ada@a.example"]),
        ("search=ada+turing", vec![]),
        ("search=%25", vec![]),
        ("search=_da", vec![]),
        ("role=MA", vec!["alan@a.example"]),
        ("role=MA,OW", vec![OWNER, "alan@a.example"]),
        ("role=AN&search=a", vec!["ada@a.example"]),
        ("user_type=flex", vec![]),
        (
            "user_type=flex,standard&search=a",
            vec!["ada@a.example", "alan@a.example"],
        ),
        ("tags=1", vec![]),
        (
            "ordering=-id&role=AN",
            vec!["grace@a.example", "ada@a.example"],
        ),
        (
            "ordering=role",
            vec!["ada@a.example", "grace@a.example", "alan@a.example", OWNER],
        ),
        (
            "ordering=-user__username",
            vec![OWNER, "grace@a.example", "alan@a.example", "ada@a.example"],
        ),
        (
            "ordering=email",
            vec![OWNER, "ada@a.example", "alan@a.example", "grace@a.example"],
        ),
        (
            "ordering=-email",
            vec!["grace@a.example", "alan@a.example", "ada@a.example", OWNER],
        ),
        (
            "page_size=-1",
            vec![OWNER, "ada@a.example", "alan@a.example", "grace@a.example"],
        ),
        (
            "user__last_activity__gte=2000-01-01T00:00:00Z&role=OW",
            vec![OWNER],
        ),
        ("user__last_activity__lte=2000-01-01T00:00:00Z", vec![]),
    ] {
        let path = format!("/organizations/0/memberships?{query}");
        let page = app.own.rest.get(&path).await.is(200);
        assert_eq!(names(&page), expected, "{query}");
        assert_eq!(page["count"], expected.len(), "{query}");
    }
    // A link leads through the same list.
    let page = app
        .own
        .rest
        .get("/organizations/1/memberships/?search=a&ordering=-id&page_size=1")
        .await
        .is(200);
    assert_eq!(names(&page), ["alan@a.example"]);
    let next = page["next"].as_str().unwrap();
    let path = next.strip_prefix(&format!("{}/api", app.base)).unwrap();
    let page = app.own.rest.get(path).await.is(200);
    assert_eq!(names(&page), ["ada@a.example"]);
    assert!(page["next"].is_null() && page["previous"].is_string());
    for bad in [
        "role=XX",
        "tags=x",
        "ordering=password",
        "is_deleted=maybe",
        "exclude_project_id=x",
        "user__last_activity__gte=yesterday",
    ] {
        let path = format!("/organizations/0/memberships?{bad}");
        app.own.rest.get(&path).await.is_problem(400);
    }
    app.finish();
}

#[tokio::test]
async fn the_other_ways_to_search_say_what_they_cannot_do() {
    let app = App::start().await;
    let path = "/organizations/0/memberships/search";
    let page = app.own.rest.get(path).await.is(200);
    assert_eq!(names(&page), [OWNER]);
    for none in [
        json!({}),
        json!({ "filters": null }),
        json!({ "filters": { "items": [] } }),
    ] {
        let page = app.own.rest.post(path, &none).await.is(200);
        assert_eq!(names(&page), [OWNER]);
    }
    let some = json!({ "filters": { "items": [{ "filter": "filter:user__email" }] } });
    app.own.rest.post(path, &some).await.is_problem(400);
    app.own
        .rest
        .get(&format!("{path}?filters=[1]"))
        .await
        .is_problem(400);
    let schema = app
        .own
        .rest
        .get("/organizations/1/memberships/filter-schema")
        .await
        .is(200);
    assert_eq!(schema, json!({ "version": 1, "filters": [] }));
    for of in ["membership", "skills"] {
        let path = format!("/organizations/1/memberships/filter-options/{of}");
        assert_eq!(app.own.rest.get(&path).await.is(200), json!([]));
    }
    app.finish();
}

/// R14, Security G4 and G10: what is left of somebody is a number.
#[tokio::test]
async fn who_was_deleted_is_the_deleted_user_and_cannot_be_deleted_again() {
    let app = App::start().await;
    let own = &app.own;
    own.user("ada@a.example").await;
    let number = own.number_of("ada@a.example").await;
    let path = format!("/organizations/1/memberships/{number}/");
    let place = own.rest.get(&path).await.is(200);
    assert_eq!(
        (&place["user"], &place["organization"]),
        (&json!(number), &json!(1))
    );
    own.rest.delete(&path).await.is(204);
    own.rest.get(&path).await.is_problem(404);
    own.rest.delete(&path).await.is_problem(404);
    let change = json!({ "user_id": number, "role": "AN" });
    own.rest
        .patch("/organizations/0/memberships", &change)
        .await
        .is_problem(404);
    let former = "/organizations/1/memberships?is_deleted=true";
    let page = own.rest.get(former).await.is(200);
    assert_eq!(page["count"], 1);
    let user = &page["results"][0]["user"];
    assert_eq!(
        (
            &user["id"],
            &user["first_name"],
            &user["last_name"],
            &user["initials"]
        ),
        (
            &json!(number),
            &json!("Deleted"),
            &json!("User"),
            &json!("DU")
        )
    );
    assert!(!page.to_string().contains("ada"), "{page}");
    // The same address is somebody new.
    own.user("ada@a.example").await;
    assert_ne!(own.number_of("ada@a.example").await, number);
    assert_eq!(own.rest.get(former).await.is(200)["count"], 1);
    app.finish();
}

#[tokio::test]
async fn who_is_below_a_manager_sees_no_list_and_nobody_deletes_themselves() {
    let app = App::start().await;
    let manager = Person::with_role(&app, "mary@a.example", "MA").await;
    let reviewer = Person::with_role(&app, "rob@a.example", "RE").await;
    let list = "/organizations/0/memberships";
    manager.get(list).await.is(200);
    for path in [
        list,
        "/organizations/0/memberships?is_deleted=true",
        "/organizations/0/memberships/search",
    ] {
        reviewer.get(path).await.is_problem(403);
    }
    let owner = app.own.number_of(OWNER).await;
    let path = format!("{list}/{owner}");
    app.own.rest.delete(&path).await.is_problem(405);
    manager
        .ask(reqwest::Method::DELETE, &path, None)
        .await
        .is_problem(403);
    app.finish();
}
