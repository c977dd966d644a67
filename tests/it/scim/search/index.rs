//! What is looked up by the index of values, and what bounds the rest.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{each, list, query};
use crate::app::{App, USER, printed};
use crate::scim::schemas::{badged, schema};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[tokio::test]
async fn the_index_follows_every_change_of_a_user() {
    let app = App::start().await;
    let body = json!({
        "schemas": [USER, ENTERPRISE], "userName": "ada", "title": "Dr", "displayName": "Ada",
        "emails": [{ "value": "A@x.example", "type": "work" }], ENTERPRISE: { "department": "Ops" },
    });
    let ada = app.own.scim.post("/Users", &body).await.is(201);
    let ada = format!("/Users/{}", ada["id"].as_str().unwrap());
    let found = async |filter: &str| {
        let page = list(&app.own.scim, "/Users", &[("filter", filter)]).await;
        each(&page, "userName") == ["ada"]
    };
    assert!(found("emails eq \"a@X.example\" and title pr").await);
    assert!(found(&format!("{ENTERPRISE}:department sw \"o\"")).await);
    let change = json!([
        { "op": "replace", "path": "emails[type eq \"work\"].value", "value": "b@x.example" },
        { "op": "remove", "path": "title" },
    ]);
    app.own.change(&ada, change).await;
    assert!(!found("emails eq \"a@x.example\"").await);
    assert!(found("emails eq \"b@x.example\"").await);
    assert!(found("emails[type eq \"work\"].value eq \"b@x.example\"").await);
    assert!(!found("emails[type eq \"home\"].value eq \"b@x.example\"").await);
    assert!(!found("title pr").await);
    let bare = json!({ "schemas": [USER], "userName": "ada" });
    app.own.scim.put(&ada, &bare).await.is(200);
    assert!(!found("emails pr or displayName pr").await);
    assert!(found("not (emails.value pr) and not (userName sw \"owner\")").await);
    app.own.scim.delete(&ada).await;
    let left = "SELECT value_key FROM member_values";
    assert!(app.place.database.texts(left, &[]).await.is_empty());
    app.finish();
}

#[tokio::test]
async fn values_that_differ_after_what_the_index_keeps_are_told_apart() {
    let app = App::start().await;
    for last in ["a", "b"] {
        let body = json!({ "schemas": [USER], "userName": last, "title": format!("{}{last}", "é".repeat(500)) });
        app.own.scim.post("/Users", &body).await.is(201);
    }
    let long = "é".repeat(500);
    for (filter, expected) in [
        (format!("title eq \"{long}b\""), &["b"][..]),
        (format!("title sw \"{long}\""), &["a", "b"]),
        (format!("title sw \"{long}a\""), &["a"]),
        ("title ew \"éb\"".to_owned(), &["b"]),
        ("title co \"éa\"".to_owned(), &["a"]),
        (format!("title gt \"{long}a\""), &["b"]),
        (format!("title le \"{long}a\""), &["a"]),
        (format!("title ne \"{long}a\" and title pr"), &["b"]),
    ] {
        let pairs = [("filter", filter.as_str()), ("sortBy", "userName")];
        let page = list(&app.own.scim, "/Users", &pairs).await;
        assert_eq!(each(&page, "userName"), expected, "{filter}");
    }
    app.finish();
}

#[tokio::test]
async fn a_database_from_before_the_index_is_brought_up_to_date() {
    let app = App::start().await;
    for n in 0..3 {
        let body = json!({ "schemas": [USER], "userName": format!("u{n}"), "title": "Dr" });
        app.own.scim.post("/Users", &body).await.is(201);
    }
    let database = &app.place.database;
    database.execute("DELETE FROM member_values").await;
    database
        .execute("INSERT INTO members_without_values SELECT organization_id, id FROM members")
        .await;
    printed(&app.place.run(&["migrate"]));
    let page = list(&app.own.scim, "/Users", &[("filter", "title eq \"dr\"")]).await;
    assert_eq!(page["totalResults"], 3);
    let left = database.texts(
        "SELECT CAST(member_id AS TEXT) FROM members_without_values",
        &[],
    );
    assert!(left.await.is_empty());
    app.finish();
}

/// Security D3 and D4, and more in the filter's own tests.
#[tokio::test]
async fn hostile_filters_are_refused_at_once() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let many = |text: &str| text.repeat(10_000);
    let terms = |text: &str, count: usize| vec![text; count].join(" or ");
    for filter in [
        many("("),
        many("not ("),
        many("["),
        many("emails["),
        format!("{}userName pr{}", many("not ("), many(")")),
        terms("userName eq \"a\"", 50_000),
        "x".repeat(1 << 20),
    ] {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter,
        });
        for path in ["/Users/.search", "/Groups/.search", "/.search"] {
            let mut quickest = Duration::MAX;
            for _ in 0..3 {
                let before = Instant::now();
                let answer = app.own.scim.post(path, &body).await;
                quickest = quickest.min(before.elapsed());
                assert!([400, 413].contains(&answer.status), "{}", answer.status);
            }
            // Most of it is the way of a body of some hundred kilobytes.
            assert!(quickest < Duration::from_millis(500), "{quickest:?}");
        }
        let short: String = filter.chars().take(20_000).collect();
        let path = format!("/Users?{}", query(&[("filter", &short)]));
        let answer = app.own.scim.get(&path).await;
        answer.is_scim_error(400, Some("invalidFilter"));
    }
    // As many comparisons as fit are answered, whatever the engine thinks of long expressions.
    for term in [
        "title pr",
        "id pr",
        "userName eq \"x\"",
        "not (title sw \"x\")",
    ] {
        let count = 8192 / (term.len() + 4);
        let filter = terms(term, count);
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter,
        });
        app.own.scim.post("/Users/.search", &body).await.is(200);
    }
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "attributes": vec!["userName"; 10_000],
    });
    app.own.scim.post("/Users/.search", &body).await.is(200);
    app.finish();
}

#[tokio::test]
async fn a_filter_of_1024_terms_is_answered_and_a_longer_one_refused() {
    let app = App::start().await;
    let shortest = schema(&json!([{ "name": "a" }]));
    let schemas = "/scim/schemas";
    app.own.rest.post(schemas, &shortest).await.is(201);
    let ask = |terms: usize| {
        let filter = vec!["a pr"; terms].join(" or ");
        json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter })
    };
    let lenient = app.own.client("lenient").await;
    lenient
        .post("/Users", &badged("ada", &json!({ "a": "x" })))
        .await
        .is(201);
    let found = lenient.post("/Users/.search", &ask(1024)).await.is(200);
    assert_eq!(found["totalResults"], 1);
    let refused = lenient.post("/Users/.search", &ask(1025)).await;
    refused.is_scim_error(400, Some("invalidFilter"));
    app.finish();
}
