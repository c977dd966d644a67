//! What HTTP means at every SCIM endpoint: RFC 7644 sections 3.1, 3.3, 3.8 and 3.14.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::app::{App, Organization, group, patch, user};
use crate::client::Answer;

const UNKNOWN: &str = "00000000-0000-0000-0000-000000000000";

/// One resource of each kind: its path, a body that replaces it, and a PATCH that changes it.
async fn resources(own: &Organization) -> [(String, Value, Value); 2] {
    let (ada, team) = (
        own.user("ada@a.example").await,
        own.group("Team", &[]).await,
    );
    let change = |n: u32| {
        patch(json!([{ "op": "replace", "path": "externalId", "value": format!("x{n}") }]))
    };
    [
        (format!("/Users/{ada}"), user("eve@a.example"), change(1)),
        (format!("/Groups/{team}"), group("Crew", &[]), change(2)),
    ]
}

#[tokio::test]
async fn what_is_made_says_where_it_is() {
    let app = App::start().await;
    for (path, body) in [
        ("/Users", user("ada@a.example")),
        ("/Groups", group("Team", &[])),
    ] {
        for query in ["", "?attributes=id"] {
            let mut body = body.clone();
            body["externalId"] = json!(query);
            for name in ["userName", "displayName"] {
                if let Some(text) = body.get(name).and_then(Value::as_str) {
                    body[name] = json!(format!("{}{text}", query.len()));
                }
            }
            let made = app.own.scim.post(&format!("{path}{query}"), &body).await;
            let id = made.is(201)["id"].as_str().unwrap().to_owned();
            let location = made.header("location");
            assert_eq!(location, format!("{}/scim/v2{path}/{id}", app.base));
            assert_eq!(made.header("content-type"), "application/scim+json");
            let read = app.own.scim.get(&format!("{path}/{id}")).await;
            assert_eq!(read.is(200)["meta"]["location"], location);
            assert_eq!(read.header("location"), location);
            assert_eq!(read.header("etag"), made.header("etag"));
        }
    }
    app.finish();
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let app = App::start().await;
    let [(one, ..), (other, ..)] = resources(&app.own).await;
    let unknown = format!("/Users/{UNKNOWN}");
    for path in [
        one.as_str(),
        &other,
        "/Users",
        "/Groups?count=1",
        "/",
        "/ServiceProviderConfig",
        "/ResourceTypes",
        "/ResourceTypes/User",
        "/Schemas",
        &unknown,
        "/Users?filter=x",
        "/Nothing",
        "/Bulk",
        "/Me",
    ] {
        let get = app.own.scim.get(path).await;
        let head = app.own.scim.send(Method::HEAD, path, &[], None).await;
        assert_eq!(head.text, "", "{path}");
        let (status, headers, _) = get.comparable();
        assert_eq!(
            (status, headers),
            (head.comparable().0, head.comparable().1),
            "{path}"
        );
    }
    app.finish();
}

#[tokio::test]
async fn options_tells_the_methods_of_every_endpoint() {
    let app = App::start().await;
    let [(one, ..), (other, ..)] = resources(&app.own).await;
    for (path, methods) in [
        (one.as_str(), "GET,HEAD,PUT,PATCH,DELETE"),
        (&other, "GET,HEAD,PUT,PATCH,DELETE"),
        ("/Users", "GET,HEAD,POST"),
        ("/Groups/", "GET,HEAD,POST"),
        ("/.search", "POST"),
        ("/Users/.search", "POST"),
        ("/Bulk", "POST"),
        ("/Me", "GET,HEAD,PUT,PATCH,DELETE,POST"),
        ("/Schemas", "GET,HEAD,POST"),
        ("/ServiceProviderConfig", "GET,HEAD"),
    ] {
        let asked = app.own.scim.send(Method::OPTIONS, path, &[], None).await;
        assert_eq!((asked.status, asked.text.as_str()), (204, ""), "{path}");
        let mut told: Vec<&str> = asked.header("allow").split(',').map(str::trim).collect();
        let mut expected: Vec<&str> = methods.split(',').collect();
        told.sort_unstable();
        expected.sort_unstable();
        assert_eq!(told, expected, "{path}");
        let refused = app.own.scim.send(Method::TRACE, path, &[], None).await;
        refused.is_scim_error(405, None);
        assert_eq!(refused.header("allow"), asked.header("allow"));
    }
    let nowhere = app.own.scim.send(Method::OPTIONS, "/Nothing", &[], None);
    nowhere.await.is_scim_error(404, None);
    let rest = app.own.rest.send(Method::OPTIONS, "/projects", &[], None);
    rest.await.is_problem(405);
    app.finish();
}

#[tokio::test]
async fn every_answer_with_one_resource_has_its_entity_tag() {
    let app = App::start().await;
    for (path, whole, change) in resources(&app.own).await {
        let seen = |answer: &Answer| {
            let etag = answer.header("etag").to_owned();
            assert!(etag.starts_with("W/\""), "{etag}");
            assert_eq!(answer.is(200)["meta"]["version"], etag);
            etag
        };
        let first = seen(&app.own.scim.get(&path).await);
        let second = seen(&app.own.scim.put(&path, &whole).await);
        let third = seen(&app.own.scim.patch(&path, &change).await);
        assert!(first != second && second != third);
        assert_eq!(seen(&app.own.scim.get(&path).await), third);
        // Nothing changed, nothing new.
        assert_eq!(seen(&app.own.scim.patch(&path, &change).await), third);
        let list = app.own.scim.get(path.rsplit_once('/').unwrap().0).await;
        assert_eq!(list.header("etag"), "");
    }
    app.finish();
}

#[tokio::test]
async fn what_is_known_is_not_sent_again_however_the_client_names_it() {
    let app = App::start().await;
    for (path, _, change) in resources(&app.own).await {
        let etag = app.own.scim.get(&path).await.header("etag").to_owned();
        let strong = etag.trim_start_matches("W/").to_owned();
        let listed = format!("W/\"0\", {etag}");
        let ask = async |tag: &str| {
            let headers = [("if-none-match", tag)];
            app.own.scim.send(Method::GET, &path, &headers, None).await
        };
        for known in [&etag, &strong, "*", &listed] {
            let answer = ask(known).await;
            assert_eq!((answer.status, answer.text.as_str()), (304, ""), "{known}");
            assert_eq!(answer.header("etag"), etag);
        }
        ask("W/\"0\"").await.is(200);
        app.own.scim.patch(&path, &change).await.is(200);
        ask(&etag).await.is(200);
    }
    app.finish();
}

#[tokio::test]
async fn a_writer_who_names_a_state_writes_onto_that_state_alone() {
    let app = App::start().await;
    for (path, whole, change) in resources(&app.own).await {
        let old = app.own.scim.get(&path).await.header("etag").to_owned();
        let rename = patch(json!([{ "op": "replace", "path": "externalId", "value": "new" }]));
        app.own.scim.patch(&path, &rename).await.is(200);
        let before = app.own.scim.get(&path).await;
        let etag = before.header("etag").to_owned();
        let write = async |method: Method, tag: &str| {
            let body = match method {
                Method::PUT => Some(whole.to_string()),
                Method::PATCH => Some(change.to_string()),
                _ => None,
            };
            let headers = [("if-match", tag)];
            app.own.scim.send(method, &path, &headers, body).await
        };
        for stale in [
            &old,
            old.trim_start_matches("W/"),
            "W/\"0\"",
            "rubbish",
            "",
            "W/\"*\"",
        ] {
            for method in [Method::PUT, Method::PATCH, Method::DELETE] {
                let answer = write(method, stale).await;
                answer.is_scim_error(412, None);
            }
        }
        assert_eq!(app.own.scim.get(&path).await.is(200), before.is(200));
        let listed = format!("{old} , {etag}");
        let now = write(Method::PATCH, &listed).await;
        let now = now.is(200)["meta"]["version"].as_str().unwrap().to_owned();
        write(Method::PUT, now.trim_start_matches("W/"))
            .await
            .is(200);
        write(Method::PATCH, " * ").await.is(200);
        write(Method::DELETE, &now).await.is_scim_error(412, None);
        assert_eq!(write(Method::DELETE, "*").await.status, 204);
        write(Method::DELETE, "*").await.is_scim_error(404, None);
    }
    app.finish();
}

#[tokio::test]
async fn of_many_who_write_onto_one_state_at_once_one_does() {
    let app = App::start().await;
    for (path, _, _) in resources(&app.own).await {
        let etag = app.own.scim.get(&path).await.header("etag").to_owned();
        let mut writers = JoinSet::new();
        for n in 0..8 {
            let change =
                patch(json!([{ "op": "replace", "path": "externalId", "value": format!("w{n}") }]));
            let (client, path, etag) = (app.own.scim.clone(), path.clone(), etag.clone());
            writers.spawn(async move {
                let headers = [("if-match", etag.as_str())];
                let body = Some(change.to_string());
                client
                    .send(Method::PATCH, &path, &headers, body)
                    .await
                    .status
            });
        }
        let mut statuses = writers.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412], "{path}");
    }
    app.finish();
}

#[tokio::test]
async fn nothing_is_made_by_put_and_what_is_deleted_stays_so() {
    let app = App::start().await;
    for (path, whole, change) in resources(&app.own).await {
        let kind = path.rsplit_once('/').unwrap().0;
        let unknown = format!("{kind}/{UNKNOWN}");
        app.own
            .scim
            .put(&unknown, &whole)
            .await
            .is_scim_error(404, None);
        app.own.scim.get(&unknown).await.is_scim_error(404, None);
        assert_eq!(app.own.scim.delete(&path).await.status, 204);
        for answer in [
            app.own.scim.get(&path).await,
            app.own.scim.patch(&path, &change).await,
            app.own.scim.put(&path, &whole).await,
            app.own.scim.delete(&path).await,
        ] {
            answer.is_scim_error(404, None);
        }
    }
    app.finish();
}

#[tokio::test]
async fn a_deleted_user_leaves_every_group_and_the_name_is_free() {
    let app = App::start().await;
    let ada = app.own.user("ada@a.example").await;
    let bob = app.own.user("bob@a.example").await;
    let teams = [
        app.own.group("One", &[&ada, &bob]).await,
        app.own.group("Two", &[&ada]).await,
    ];
    assert_eq!(
        app.own.scim.delete(&format!("/Users/{ada}")).await.status,
        204
    );
    for team in &teams {
        let read = app.own.scim.get(&format!("/Groups/{team}")).await;
        assert!(!read.text.contains(&ada), "{}", read.text);
    }
    let again = app.own.user("ADA@a.example").await;
    assert_ne!(again, ada);
    let read = app.own.scim.get(&format!("/Users/{again}")).await.is(200);
    assert!(read["groups"].as_array().is_none_or(Vec::is_empty));
    app.finish();
}

#[tokio::test]
async fn an_answer_is_scim_whatever_the_client_would_accept() {
    let app = App::start().await;
    let [(path, ..), _] = resources(&app.own).await;
    for accept in [
        "application/scim+json",
        "application/json",
        "application/scim+json, application/json;q=0.9",
        "*/*",
        "application/*;q=0.1",
        // What we do not have; an answer helps more than 406.
        "text/html",
        "application/xml;q=1.0",
        "",
        "nonsense",
    ] {
        let headers = [("accept", accept)];
        let answer = app.own.scim.send(Method::GET, &path, &headers, None).await;
        answer.is(200);
        assert_eq!(answer.header("content-type"), "application/scim+json");
        let refused = app.own.scim.send(Method::GET, "/Users/x", &headers, None);
        refused.await.is_scim_error(404, None);
    }
    app.finish();
}
