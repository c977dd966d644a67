//! What is kept of a request, and finding it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{logged, newest, whole};
use crate::app::{App, patch, user};

#[tokio::test]
async fn a_request_is_kept_with_what_was_sent_and_answered() {
    let app = App::start().await;
    let body = r#"{ "userName":"ada@a.example", "schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}"#;
    let headers = [
        ("user-agent", "Okta SCIM Client 1.0.0"),
        ("x-request-id", "trace-1"),
        ("content-type", "application/scim+json"),
    ];
    let made = app
        .own
        .scim
        .send(
            Method::POST,
            "/Users?attributes=userName",
            &headers,
            Some(body.to_owned()),
        )
        .await;
    let id = made.is(201)["id"].clone();
    let entry = newest(&app.own).await;
    assert_eq!(entry["request"], json!({ "body": body, "note": null }));
    let answered: Value =
        serde_json::from_str(entry["response"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(answered, made.json());
    for (name, value) in [
        ("method", json!("POST")),
        ("path", json!("/scim/v2/Users")),
        ("query", json!("attributes=userName")),
        ("status", json!(201)),
        ("user_agent", json!("Okta SCIM Client 1.0.0")),
        ("content_type", json!("application/scim+json")),
        ("request_id", json!("trace-1")),
        (
            "subject",
            json!({ "type": "User", "id": id, "name": "ada@a.example" }),
        ),
        ("leniencies", json!([])),
        ("masked", json!(false)),
        ("erased", json!(false)),
        ("replayed", json!(null)),
    ] {
        assert_eq!(entry[name], value, "{name}");
    }
    assert_eq!(entry["token"]["profile"], "rfc");
    assert!(entry["duration_us"].as_i64().unwrap() > 0);
    app.finish();
}

#[tokio::test]
async fn a_refusal_is_kept_with_its_word_and_its_sentence() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let refused = app.own.scim.post("/Users", &user("ADA@a.example")).await;
    let sentence = refused.is_scim_error(409, Some("uniqueness"));
    let entry = newest(&app.own).await;
    assert_eq!(
        (&entry["status"], &entry["scim_type"], &entry["detail"]),
        (&json!(409), &json!("uniqueness"), &json!(sentence))
    );
    app.finish();
}

#[tokio::test]
async fn a_wrong_path_and_discovery_are_kept_where_the_token_is_good() {
    let app = App::start().await;
    let scim = &app.own.scim;
    for (path, status) in [("/Userz", 404), ("/Users/1/2", 404), ("/Schemas", 200)] {
        assert_eq!(scim.get(path).await.status, status);
        let entry = newest(&app.own).await;
        assert_eq!(entry["path"], format!("/scim/v2{path}"));
        assert_eq!(entry["status"], status);
    }
    assert_eq!(scim.delete("/Users").await.status, 405);
    assert_eq!(newest(&app.own).await["status"], 405);
    let nobody = scim.with(Some(
        "Bearer rr_scim_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ));
    nobody.get("/Users").await.is_scim_error(401, None);
    scim.with(None).get("/Schemas").await.is(200);
    assert_eq!(logged(&app.own, "").await.len(), 4);
    app.finish();
}

#[tokio::test]
async fn entries_are_found_by_everything_that_a_search_may_say() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let bob = app.own.user("bob@a.example").await;
    let team = app.own.group("Team", &[&ada]).await;
    app.own
        .scim
        .get("/Users?filter=userName%20eq%20%22Ada@a.example%22")
        .await
        .is(200);
    app.own
        .scim
        .get(&format!("/Groups/{bob}"))
        .await
        .is_scim_error(404, None);
    app.own
        .scim
        .post("/Users", &user("bob@a.example"))
        .await
        .is_scim_error(409, Some("uniqueness"));
    let all = logged(&app.own, "").await;
    assert_eq!(all.len(), 6);
    let token = all[0]["token"]["id"].as_str().unwrap();
    let middle = all[2]["at"].as_str().unwrap();
    for (query, expected) in [
        ("?status=201".to_owned(), 3),
        ("?status=4xx".to_owned(), 2),
        ("?status=409".to_owned(), 1),
        ("?failed=true".to_owned(), 2),
        ("?failed=false".to_owned(), 6),
        ("?method=get".to_owned(), 2),
        (format!("?token={token}"), 6),
        ("?token=0190a1b2-0000-7000-8000-000000000001".to_owned(), 0),
        // Made; and shown with Ada.
        (format!("?subject={team}"), 2),
        // Made; and found by a filter.
        (format!("?subject={ada}"), 2),
        ("?search=ADA@A.example".to_owned(), 2),
        ("?search=another%20user%20has".to_owned(), 1),
        ("?search=100%25".to_owned(), 0),
        ("?search=_eam".to_owned(), 0),
        ("?search=team".to_owned(), 1),
        ("?from=2020-01-01T00:00:00Z".to_owned(), 6),
        ("?to=2020-01-01T00:00:00Z".to_owned(), 0),
        (format!("?to={middle}&search=team"), 1),
        ("?lenient=true".to_owned(), 0),
        ("?method=POST&failed=true&search=bob".to_owned(), 1),
    ] {
        let list = app
            .own
            .rest
            .get(&format!("/scim/requests{query}"))
            .await
            .is(200);
        assert_eq!(
            list["results"].as_array().unwrap().len(),
            expected,
            "{query}"
        );
        assert_eq!(list["count"], expected, "{query}");
    }
    for query in [
        "?status=4x",
        "?status=99",
        "?token=7",
        "?from=yesterday",
        "?failed=1",
        "?before=7",
        "?search=%00",
        "?page_size=0",
    ] {
        app.own
            .rest
            .get(&format!("/scim/requests{query}"))
            .await
            .is_problem(400);
    }
    app.finish();
}

#[tokio::test]
async fn a_bulk_request_in_which_an_operation_failed_is_among_what_failed() {
    let app = App::start().await;
    let bulk = async |names: &[&str]| {
        let operations: Vec<Value> = names
            .iter()
            .map(|name| json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": user(name) }))
            .collect();
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
        let body = json!({ "schemas": schemas, "Operations": operations });
        app.own.scim.post("/Bulk", &body).await.is(200);
    };
    bulk(&["ada", "bob"]).await;
    assert_eq!(logged(&app.own, "?failed=true").await.len(), 0);
    bulk(&["eve", "Ada"]).await;
    // More answers than anybody is looked for in.
    let many: Vec<String> = (0..100).map(|n| format!("u{n}@a.example")).collect();
    let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
    many.push("bob");
    bulk(&many).await;
    let failed = logged(&app.own, "?failed=true").await;
    assert_eq!(failed.len(), 2);
    assert_eq!(failed[0]["path"], "/scim/v2/Bulk");
    assert_eq!(failed[0]["status"], 200);
    app.finish();
}

#[tokio::test]
async fn pages_follow_each_other_and_hold_every_entry_once() {
    let app = App::start().await;
    for n in 0..7 {
        app.own.user(&format!("u{n}@a.example")).await;
        app.own.scim.get("/Groups").await.is(200);
    }
    let mut path = "/scim/requests?method=POST&page_size=3".to_owned();
    let (mut names, mut pages) = (Vec::new(), 0);
    loop {
        let page = app.own.rest.get(&path).await.is(200);
        assert_eq!(page["count"], 7);
        for entry in page["results"].as_array().unwrap() {
            assert!(entry.get("request").is_none());
            names.push(entry["subject"]["name"].as_str().unwrap().to_owned());
        }
        pages += 1;
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = next.split_once("/api").unwrap().1.to_owned();
    }
    let expected: Vec<String> = (0..7).rev().map(|n| format!("u{n}@a.example")).collect();
    assert_eq!((names, pages), (expected, 3));
    app.finish();
}

#[tokio::test]
async fn only_admins_of_the_organization_read_its_log() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let other = app.other();
    other.user("bea@b.example").await;
    let own = newest(&app.own).await;
    let path = format!("/scim/requests/{}", own["id"].as_str().unwrap());
    let foreign = other.rest.get(&path).await;
    let unknown = other
        .rest
        .get("/scim/requests/0190a1b2-0000-7000-8000-000000000001")
        .await;
    foreign.is_problem(404);
    assert_eq!(foreign.comparable(), unknown.comparable());
    other.rest.get("/scim/requests/7").await.is_problem(404);
    assert_eq!(logged(&other, "").await.len(), 1);
    assert_eq!(logged(&other, "?search=ada").await.len(), 0);

    app.own.assign("ada@a.example", Some("MA")).await;
    let session = app.session("ada@a.example").await;
    for path in ["/api/scim/requests", &format!("/api{path}")] {
        let manager = [("cookie", session.as_str())];
        let answer = app.anyone().send(Method::GET, path, &manager, None).await;
        answer.is_problem(403);
        app.anyone().get(path).await.is_problem(401);
        let client = app.anyone().with(Some(app.own.scim.authorization()));
        client.get(path).await.is_problem(401);
    }
    app.finish();
}

#[tokio::test]
async fn a_long_body_is_cut_and_a_long_list_is_not_kept() {
    let app = App::start().await;
    let members: Vec<String> = (0..25).map(|n| format!("u{n}@a.example")).collect();
    for name in &members {
        app.own.user(name).await;
    }
    app.own.scim.get("/Users?count=20").await.is(200);
    assert_eq!(newest(&app.own).await["response"]["note"], json!(null));
    app.own.scim.get("/Users?count=21").await.is(200);
    assert_eq!(
        newest(&app.own).await["response"],
        json!({ "body": null, "note": "many_people" })
    );

    let title = json!([{ "op": "add", "path": "title", "value": "x".repeat(65_000) }, { "op": "add", "path": "nickName", "value": "n".repeat(2000) }]);
    let group = app
        .own
        .scim
        .patch("/Users/0190a1b2-0000-7000-8000-000000000001", &patch(title))
        .await;
    group.is_scim_error(404, None);
    let entry = newest(&app.own).await;
    assert_eq!(entry["request"]["note"], "cut");
    assert_eq!(entry["request"]["body"].as_str().unwrap().len(), 65_536);

    let nowhere = app.own.scim.post("/Userz", &user("ada@a.example")).await;
    nowhere.is_scim_error(404, None);
    assert_eq!(
        newest(&app.own).await["request"],
        json!({ "body": null, "note": "unread" })
    );
    for (body, kept) in [
        ("userName is ada".to_owned(), Some("userName is ada")),
        ("\u{1}".to_owned(), None),
        ("x".repeat(2000), None),
        ("{\"pass\\u0077ord\": \"x\"".to_owned(), None),
        ("x".repeat(1_100_000), None),
    ] {
        let answer = app
            .own
            .scim
            .send(Method::POST, "/Users", &[], Some(body))
            .await;
        assert!(matches!(answer.status, 400 | 413));
        let entry = newest(&app.own).await;
        assert_eq!(entry["request"]["body"].as_str(), kept);
        assert_eq!(entry["request"]["note"].is_null(), kept.is_some());
    }
    app.finish();
}

#[tokio::test]
async fn what_was_read_leniently_stands_in_the_entry() {
    let app = App::start().await;
    let lenient = [
        "scim-token",
        "create",
        "--organization",
        "1",
        "--profile",
        "entra",
    ];
    let token = crate::app::printed(&app.place.run(&lenient));
    let client = app.own.scim.with(Some(&format!("Bearer {}", token.trim())));
    let unknown = "0190a1b2-0000-7000-8000-000000000001";
    client
        .post("/Groups", &crate::app::group("Team", &["not-an-id"]))
        .await
        .is(201);
    let lenient = logged(&app.own, "?lenient=true").await;
    assert_eq!(lenient.len(), 1);
    let entry = whole(&app.own, &lenient[0]).await;
    assert_eq!(entry["token"]["profile"], "entra");
    assert!(
        entry["leniencies"][0]
            .as_str()
            .unwrap()
            .contains("not-an-id"),
        "{entry}"
    );
    assert_eq!(
        logged(&app.own, &format!("?subject={unknown}")).await.len(),
        0
    );
    app.finish();
}
