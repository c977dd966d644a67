//! `sortBy` and `sortOrder`, RFC 7644 section 3.4.2.3.

use serde_json::{Value, json};

use super::{counted, each, list, query, walked};
use crate::app::{App, USER};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn people() -> Vec<Value> {
    let person = |name: &str, mut more: Value| {
        more["schemas"] = json!([USER, ENTERPRISE]);
        more["userName"] = json!(name);
        more
    };
    vec![
        person(
            "Eve",
            json!({ "title": "b", "locale": "en", "emails": [{ "value": "Z@x" }, { "value": "a@x", "primary": true }],
                "externalId": "b", ENTERPRISE: { "department": "Ops", "manager": { "value": "b" } } }),
        ),
        person(
            "bob",
            json!({ "title": "C", "locale": "DE", "emails": [{ "value": "M@x" }, { "value": "b@x" }],
                "externalId": "B", ENTERPRISE: { "department": "dev", "manager": { "value": "B" } } }),
        ),
        person(
            "Ada",
            json!({ "title": "a", "locale": "fr", "emails": [{ "type": "work" }] }),
        ),
        person(
            "dan",
            json!({ "active": false, "emails": [{ "value": "q@x", "primary": true }] }),
        ),
    ]
}

#[tokio::test]
async fn resources_are_in_the_order_that_the_attribute_and_its_case_give() {
    let app = App::start().await;
    for one in people() {
        app.own.scim.post("/Users", &one).await.is(201);
    }
    // Without the owner, who has none of these.
    let filter = "not (userName eq \"owner@a.example\")";
    let department = format!("{ENTERPRISE}:department");
    let manager = format!("{ENTERPRISE}:manager");
    for (by, ascending) in [
        ("userName", ["Ada", "bob", "dan", "Eve"]),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:USERNAME",
            ["Ada", "bob", "dan", "Eve"],
        ),
        ("title", ["Ada", "Eve", "bob", "dan"]),
        ("locale", ["bob", "Eve", "Ada", "dan"]),
        ("emails", ["Eve", "bob", "dan", "Ada"]),
        ("emails.value", ["Eve", "bob", "dan", "Ada"]),
        ("externalId", ["bob", "Eve", "Ada", "dan"]),
        (department.as_str(), ["bob", "Eve", "Ada", "dan"]),
        (manager.as_str(), ["bob", "Eve", "Ada", "dan"]),
        ("active", ["dan", "Eve", "bob", "Ada"]),
        ("meta.created", ["Eve", "bob", "Ada", "dan"]),
        ("id", ["Eve", "bob", "Ada", "dan"]),
        ("emails.type", ["Ada", "Eve", "bob", "dan"]),
        ("profileUrl", ["Eve", "bob", "Ada", "dan"]),
    ] {
        for (order, descending) in [("Ascending", false), ("descending", true)] {
            let pairs = [("sortBy", by), ("sortOrder", order), ("filter", filter)];
            let page = list(&app.own.scim, "/Users", &pairs).await;
            let mut expected = ascending.to_vec();
            if descending {
                expected.reverse();
            }
            assert_eq!(each(&page, "userName"), expected, "{by} {order}");
            let all = each(&page, "id");
            for count in 1..=5 {
                let by_cursor = walked(&app.own, "/Users", &pairs, count).await.0;
                assert_eq!(by_cursor, all, "{by} {order} {count}");
                let by_index = counted(&app.own, "/Users", &pairs, count, 4).await;
                assert_eq!(by_index, all, "{by} {order} {count}");
            }
        }
    }
    app.finish();
}

#[tokio::test]
async fn groups_and_the_root_are_sorted_too() {
    let app = App::start().await;
    for name in ["b", "C", "a"] {
        app.own.group(name, &[]).await;
        app.own.user(&format!("{name}@a.example")).await;
    }
    let pairs = [("sortBy", "displayName"), ("sortOrder", "descending")];
    let page = list(&app.own.scim, "/Groups", &pairs).await;
    assert_eq!(each(&page, "displayName"), ["C", "b", "a"]);
    for by in ["meta.location", "meta.version", "schemas"] {
        let page = list(&app.own.scim, "/Groups", &[("sortBy", by)]).await;
        assert_eq!(page["totalResults"], 3, "{by}");
    }
    // What only one type has leaves the other in the order of its ids.
    let page = list(&app.own.scim, "", &[("sortBy", "userName")]).await;
    let names = each(&page, "userName");
    assert_eq!(
        names[..4],
        [
            "a@a.example",
            "b@a.example",
            "C@a.example",
            "owner@a.example"
        ]
    );
    assert_eq!(each(&page, "displayName")[4..], ["b", "C", "a"]);
    let (walked, _) = walked(&app.own, "", &[("sortBy", "userName")], 3).await;
    assert_eq!(walked, each(&page, "id"));
    app.finish();
}

#[tokio::test]
async fn what_cannot_be_sorted_by_is_refused_with_a_sentence() {
    let app = App::start().await;
    for (path, pairs, word) in [
        (
            "/Users",
            [("sortBy", "usrName"), ("sortOrder", "")],
            "userName",
        ),
        (
            "/Users",
            [("sortBy", "name"), ("sortOrder", "")],
            "name.formatted",
        ),
        (
            "/Users",
            [("sortBy", "password"), ("sortOrder", "")],
            "password",
        ),
        (
            "/Users",
            [("sortBy", "urn:x:y"), ("sortOrder", "")],
            "urn:x:y",
        ),
        (
            "/Users",
            [
                ("sortBy", "userName; DROP TABLE members"),
                ("sortOrder", ""),
            ],
            "DROP",
        ),
        (
            "/Users",
            [("sortBy", "userName"), ("sortOrder", "up")],
            "ascending",
        ),
        (
            "/Groups",
            [("sortBy", "userName"), ("sortOrder", "")],
            "userName",
        ),
        (
            "/Groups",
            [("sortBy", "members"), ("sortOrder", "")],
            "members",
        ),
        ("", [("sortBy", "nothing"), ("sortOrder", "")], "nothing"),
    ] {
        let answer = app.own.scim.get(&format!("{path}?{}", query(&pairs))).await;
        let sentence = answer.is_scim_error(400, Some("invalidValue"));
        assert!(sentence.contains(word), "{pairs:?}: {sentence}");
    }
    app.finish();
}
