//! `GET /scim/v2/Users`

use serde_json::json;

use crate::app::{App, Organization, USER};

async fn names(organization: &Organization, query: &str) -> Vec<String> {
    let list = organization
        .scim
        .get(&format!("/Users?{query}"))
        .await
        .is(200);
    let all = list["Resources"].as_array().unwrap();
    let mut names: Vec<String> = all
        .iter()
        .map(|one| one["userName"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn pages_hold_each_user_once() {
    let app = App::start().await;
    for n in 0..7 {
        app.own.user(&format!("u{n}@a.example")).await;
    }
    let mut seen = Vec::new();
    for start in [1, 4, 7, 10] {
        let path = format!("/Users?startIndex={start}&count=3");
        let page = app.own.scim.get(&path).await.is(200);
        assert_eq!(page["totalResults"], 8);
        assert_eq!(page["startIndex"], start);
        let resources = page["Resources"].as_array().unwrap();
        assert_eq!(page["itemsPerPage"], resources.len());
        seen.extend(resources.iter().map(|one| one["id"].to_string()));
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((count, seen.len()), (8, 8));
    app.finish();
}

#[tokio::test]
async fn filters_select_what_they_say() {
    let app = App::start().await;
    let body = json!({
        "schemas": [USER], "userName": "ada@a.example", "externalId": "X-1", "title": "100%_sure",
        "emails": [{ "value": "Ada@Mail.example", "type": "work" }],
    });
    let ada = app.own.scim.post("/Users", &body).await.is(201);
    let bob = app.own.user("bob@a.example").await;
    app.own.set_active(&bob, false).await;
    let id = ada["id"].as_str().unwrap();
    let ada = ["ada@a.example"];
    for filter in [
        "userName eq \"ADA@a.example\"".to_owned(),
        "externalId eq \"X-1\"".to_owned(),
        format!("id eq \"{id}\""),
        "emails[type eq \"work\" and value eq \"ada@mail.example\"]".to_owned(),
        "emails.value sw \"ada@\"".to_owned(),
        "title co \"%_\"".to_owned(),
        "title pr and active eq true".to_owned(),
        "not (userName sw \"bob\") and not (userName sw \"owner\")".to_owned(),
    ] {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("filter", &filter)
            .finish();
        assert_eq!(names(&app.own, &query).await, ada, "{filter}");
    }
    for (filter, count) in [
        ("externalId eq \"x-1\"", 0),
        ("title co \"%sure\"", 0),
        ("active eq false", 1),
        ("id pr", 3),
        ("userName eq \"' OR 1=1 --\"", 0),
        (
            "groups.value eq \"00000000-0000-0000-0000-000000000000\"",
            0,
        ),
    ] {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("filter", filter)
            .finish();
        assert_eq!(names(&app.own, &query).await.len(), count, "{filter}");
    }
    app.finish();
}

/// Security C12, D8 and D9, and more in `security/queries.rs`.
#[tokio::test]
async fn a_filter_that_cannot_be_used_is_refused_and_not_passed_over() {
    let app = App::start().await;
    let deep = "(".repeat(3000);
    let long = "userName eq \"a\" or ".repeat(500) + "userName eq \"a\"";
    for filter in [
        "userName",
        "userName eq",
        "userName eq 5",
        "active gt true",
        "nothing eq \"a\"",
        "password sw \"a\"",
        "password pr",
        "userName eq \"a\\u0000b\"",
        "externalId sw \"\\u0000\"",
        "userName eq \"a\") or (userName pr",
        "<script>alert(1)</script>",
        &deep,
        &long,
    ] {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("filter", filter)
            .finish();
        let answer = app.own.scim.get(&format!("/Users?{query}")).await;
        let body = answer.is(400);
        assert_eq!(body["scimType"], "invalidFilter", "{filter}");
    }
    for query in ["count=abc", "startIndex=abc", "attributes=a.b.c.d"] {
        let status = app.own.scim.get(&format!("/Users?{query}")).await.status;
        assert!([200, 400].contains(&status), "{query}: {status}");
    }
    app.finish();
}
