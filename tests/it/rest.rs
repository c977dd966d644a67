//! The REST API's lists, bodies and refusals.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, OWNER};

#[tokio::test]
async fn following_the_links_of_a_filtered_list_shows_each_member_with_the_role_once() {
    let app = App::start().await;
    let mut ids = Vec::new();
    for n in 0..9 {
        ids.push(app.own.user(&format!("u{n}@a.example")).await);
    }
    let some: Vec<&str> = ids.iter().step_by(2).map(String::as_str).collect();
    app.own.group("team", &some).await;
    app.own.rules(&[("Manager", "team")]).await;
    for (filter, expected) in [
        ("", 10),
        ("&role=MA", 5),
        ("&role=OW,MA", 6),
        ("&role=DI", 0),
        ("&role=", 10),
    ] {
        let first = format!(
            "{}/api/organizations/1/memberships?page=1&page_size=2{filter}",
            app.base
        );
        let (mut next, mut seen) = (Some(first), Vec::new());
        while let Some(url) = next {
            let path = url.strip_prefix(&format!("{}/api", app.base)).unwrap();
            let page = app.own.rest.get(path).await.is(200);
            assert_eq!(page["count"], expected, "{path}");
            let results = page["results"].as_array().unwrap();
            assert!(results.len() <= 2);
            seen.extend(
                results
                    .iter()
                    .map(|one| one["user"]["id"].as_i64().unwrap()),
            );
            assert_eq!(page["previous"].is_null(), seen.len() <= 2, "{page}");
            next = page["next"].as_str().map(str::to_owned);
        }
        assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
        assert_eq!(seen.len(), expected);
    }
    for (query, size) in [
        ("page_size=5000", 10),
        ("page=2", 0),
        ("page_size=3&page=4", 1),
    ] {
        let path = format!("/organizations/0/memberships/?{query}");
        let page = app.own.rest.get(&path).await.is(200);
        assert_eq!(page["results"].as_array().unwrap().len(), size, "{query}");
    }
    for bad in [
        "page=0",
        "page=x",
        "page_size=0",
        "page_size=-2",
        "page=99999999999999999999",
        "role=XX",
        "role=Manager",
    ] {
        let path = format!("/organizations/0/memberships?{bad}");
        app.own.rest.get(&path).await.is_problem(400);
    }
    app.finish();
}

#[tokio::test]
async fn a_body_that_cannot_be_used_is_refused_for_what_it_is() {
    let app = App::start().await;
    let post = async |headers: &[(&str, &str)], body: String| {
        app.own
            .rest
            .send(Method::POST, "/projects", headers, Some(body))
            .await
    };
    let deep = format!("{{\"title\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for bad in [
        "",
        "{",
        "[]",
        "{}",
        "{\"title\":5}",
        "{\"title\":\"\"}",
        "{\"title\":\"a\\u0000\"}",
        "{\"title\":\"a\",\"\\u0000\":1}",
        &deep,
    ] {
        post(&[], bad.to_owned()).await.is_problem(400);
    }
    post(&[], format!("{{\"title\":\"{}\"}}", "x".repeat(1 << 20)))
        .await
        .is_problem(413);
    for headers in [
        [("content-type", "text/plain")],
        [("content-encoding", "gzip")],
    ] {
        post(&headers, "{\"title\":\"a\"}".to_owned())
            .await
            .is_problem(415);
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let made = post(&form, "title=A+project".to_owned()).await.is(201);
    assert_eq!(made["title"], "A project");
    app.own
        .rest
        .send(Method::DELETE, "/projects", &[], None)
        .await
        .is_problem(405);
    let list = app.own.rest.get("/projects").await.is(200);
    assert_eq!(list["count"], 1);
    app.finish();
}

#[tokio::test]
async fn a_role_is_assigned_by_its_code_and_nothing_else() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let number = app.own.number_of("ada@a.example").await;
    let path = "/organizations/0/memberships";
    for role in [
        json!("XX"),
        json!("Manager"),
        json!(3),
        json!([]),
        json!("ma"),
        json!("MA\u{0}"),
    ] {
        let wanted = json!({ "user_id": number, "role": role });
        app.own.rest.patch(path, &wanted).await.is_problem(400);
    }
    app.own
        .rest
        .patch(path, &json!({ "user_id": number }))
        .await
        .is_problem(400);
    app.own
        .rest
        .patch(path, &json!({ "user_id": 99_999, "role": "MA" }))
        .await
        .is_problem(404);
    let changed = app.own.assign("ada@a.example", Some("MA")).await;
    assert_eq!(
        (&changed["role"], &changed["role_source"]),
        (&json!("MA"), &json!("manual"))
    );
    let id = "SELECT CAST(id AS TEXT) FROM members WHERE user_name LIKE 'ada%'";
    let id = app.place.database.texts(id, &[]).await;
    let kinds = [
        "member.created",
        "member.role_assigned",
        "member.role_changed",
    ];
    assert_eq!(app.events(&id[0]).await, kinds);
    app.finish();
}

#[tokio::test]
async fn every_event_tells_who_did_it_in_which_request() {
    let app = App::start().await;
    let trace = [("x-request-id", "trace-7")];
    let body = crate::app::user("ada@a.example").to_string();
    app.own
        .scim
        .send(Method::POST, "/Users", &trace, Some(body))
        .await
        .is(201);
    let mine = "SELECT actor_kind || ' ' || kind FROM events WHERE request_id = $1";
    let told = app.place.database.texts(mine, &["trace-7"]).await;
    assert_eq!(told, ["scim_token member.created"]);
    // A request that is refused, or changes nothing, leaves none.
    let trace = [("x-request-id", "trace-8")];
    let body = crate::app::user("ADA@a.example").to_string();
    app.own
        .scim
        .send(Method::POST, "/Users", &trace, Some(body))
        .await
        .is_scim_error(409, Some("uniqueness"));
    let told = app.place.database.texts(mine, &["trace-8"]).await;
    assert!(told.is_empty(), "{told:?}");
    app.finish();
}

#[tokio::test]
async fn the_operators_endpoints_tell_nothing_of_an_organization() {
    let app = App::start().await;
    app.own.user("canary@a.example").await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = app.anyone().get(path).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.text.contains("canary") && !answer.text.contains(OWNER));
    }
    let page = app.anyone().get("/").await;
    assert_eq!((page.status, page.header("location")), (303, "/user/login"));
    let me: Value = app.own.rest.get("/current-user/whoami").await.is(200);
    assert_eq!(me["username"], OWNER);
    app.finish();
}
