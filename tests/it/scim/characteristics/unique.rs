//! `uniqueness`: one resource of the organization has a value, whoever is first.

use serde_json::{Value, json};

use super::{BADGE, at, made, with};
use crate::app::{App, patch, user};
use crate::scim::schemas::{badged, schema};

fn attributes() -> Value {
    json!([
        { "name": "number", "uniqueness": "server" },
        { "name": "card", "uniqueness": "global", "caseExact": true, "returned": "never" },
        { "name": "codes", "type": "integer", "multiValued": true, "uniqueness": "server" },
        { "name": "doors", "type": "complex", "multiValued": true, "subAttributes": [{ "name": "value", "uniqueness": "server" }] },
        { "name": "free" },
    ])
}

#[tokio::test]
async fn a_value_that_another_has_is_refused_everywhere() {
    let app = with(&attributes()).await;
    let scim = &app.own.scim;
    let ada = made(
        &app,
        "ada",
        &json!({ "number": "A1", "card": "c", "codes": [1, 2], "doors": [{ "value": "d" }] }),
    )
    .await;
    let bob = made(&app, "bob", &json!({ "number": "B1", "card": "C" })).await;
    let before = scim.get(&bob).await.is(200);
    for (attribute, value) in [
        ("number", json!(" a1")),
        ("card", json!("c")),
        ("codes", json!([3, 2])),
        ("codes", json!([2.0])),
        ("doors", json!([{ "value": "D" }])),
    ] {
        let badge = json!({ attribute: value });
        for answer in [
            scim.post("/Users", &badged("eve", &badge)).await,
            scim.put(&bob, &badged("bob", &badge)).await,
            scim.patch(&bob, &at("add", attribute, &value)).await,
        ] {
            let sentence = answer.is_scim_error(409, Some("uniqueness"));
            assert!(
                sentence.contains(&format!("{BADGE}:{attribute}")),
                "{sentence}"
            );
        }
    }
    assert_eq!(scim.get(&bob).await.is(200), before);
    // Who has it keeps it, and may have it twice.
    let twice = patch(json!([{ "op": "add", "path": format!("{BADGE}:free"), "value": "f" }]));
    scim.patch(&ada, &twice).await.is(200);
    // What nobody has any more is free.
    scim.patch(&ada, &at("remove", "number", &json!(null)))
        .await
        .is(200);
    scim.patch(&bob, &at("replace", "number", &json!("a1")))
        .await
        .is(200);
    assert_eq!(scim.delete(&bob).await.status, 204);
    scim.patch(&ada, &at("add", "number", &json!("A1")))
        .await
        .is(200);
    app.finish();
}

#[tokio::test]
async fn another_organization_may_have_the_same_value() {
    let app = with(&attributes()).await;
    let other = app.other();
    other
        .rest
        .post("/scim/schemas", &schema(&attributes()))
        .await
        .is(201);
    made(&app, "ada", &json!({ "number": "1" })).await;
    other
        .scim
        .post("/Users", &badged("ada", &json!({ "number": "1" })))
        .await
        .is(201);
    app.finish();
}

#[tokio::test]
async fn of_many_who_ask_at_once_one_gets_a_value() {
    let app = with(&attributes()).await;
    let mut tasks = Vec::new();
    for number in 0..8 {
        let scim = app.own.scim.clone();
        tasks.push(tokio::spawn(async move {
            let body = badged(
                &format!("user{number}"),
                &json!({ "number": "1", "codes": [number % 2, 7] }),
            );
            let (answer, _) = scim
                .patiently(reqwest::Method::POST, "/Users", Some(&body))
                .await;
            answer.status
        }));
    }
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done.sort_unstable();
    assert_eq!(done, [201, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(
        app.own
            .scim
            .get("/Users?filter=userName%20sw%20%22user%22")
            .await
            .is(200)["totalResults"],
        1
    );
    app.finish();
}

#[tokio::test]
async fn a_value_is_free_once_its_schema_is_gone() {
    let app = App::start().await;
    let wanted = schema(&json!([{ "name": "number", "uniqueness": "server" }]));
    let path = format!("/scim/schemas/{BADGE}");
    app.own.rest.post("/scim/schemas", &wanted).await.is(201);
    made(&app, "ada", &json!({ "number": "1" })).await;
    assert_eq!(app.own.rest.delete(&path).await.status, 204);
    made(&app, "bob", &json!({ "number": "1" })).await;
    app.own.rest.post("/scim/schemas", &wanted).await.is(201);
    // Both have it now. The first who writes it again has it, and the other then has not.
    made(&app, "eve", &json!({ "number": "1" })).await;
    app.own.scim.post("/Users", &user("carol")).await.is(201);
    let answer = app
        .own
        .scim
        .post("/Users", &badged("dan", &json!({ "number": "1" })))
        .await;
    answer.is_scim_error(409, Some("uniqueness"));
    app.finish();
}
