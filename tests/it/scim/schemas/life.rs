//! `/api/scim/schemas`: made, changed and taken away by administrators.

use serde_json::{Value, json};

use super::{BADGE, badged, schema};
use crate::app::App;

const SCHEMAS: &str = "/scim/schemas";

#[tokio::test]
async fn a_schema_is_made_read_changed_and_taken_away() {
    let app = App::start().await;
    let rest = &app.own.rest;
    assert_eq!(rest.get(SCHEMAS).await.is(200)["count"], 0);
    let made = rest
        .post(SCHEMAS, &schema(&json!([{ "name": "number" }])))
        .await
        .is(201);
    assert_eq!(made["resourceType"], "User");
    assert_eq!(made["attributes"][0]["mutability"], "readWrite");
    let one = format!("{SCHEMAS}/{}", BADGE.to_uppercase());
    assert_eq!(rest.get(&one).await.is(200), made);
    assert_eq!(rest.get(SCHEMAS).await.is(200)["results"], json!([made]));

    // What was read puts nothing new there.
    let path = format!("{SCHEMAS}/{BADGE}");
    assert_eq!(rest.put(&path, &made).await.is(200), made);
    let mut wanted =
        schema(&json!([{ "name": "number" }, { "name": "door", "multiValued": true }]));
    wanted["required"] = true.into();
    let changed = rest.put(&path, &wanted).await.is(200);
    assert_eq!(changed["required"], true);
    assert_eq!(changed["meta"]["created"], made["meta"]["created"]);
    assert_eq!(rest.get(&path).await.is(200), changed);

    assert_eq!(rest.delete(&path).await.status, 204);
    rest.get(&path).await.is_problem(404);
    rest.put(&path, &wanted).await.is_problem(404);
    rest.delete(&path).await.is_problem(404);
    let happened = app.events(BADGE).await;
    assert_eq!(
        happened,
        ["schema.changed", "schema.created", "schema.deleted"]
    );
    app.finish();
}

#[tokio::test]
async fn a_definition_that_makes_no_sense_is_refused_whole() {
    let app = App::start().await;
    let rest = &app.own.rest;
    for wanted in [
        json!({}),
        schema(&json!([])),
        schema(&json!([{ "name": "a" }, { "name": "A" }])),
        schema(&json!([{ "name": "a", "type": "complex" }])),
        json!({ "id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": [{ "name": "a" }] }),
        json!({ "id": "badge", "attributes": [{ "name": "a" }] }),
    ] {
        rest.post(SCHEMAS, &wanted).await.is_problem(400);
    }
    let wanted = schema(&json!([{ "name": "a", "returned": "never" }]));
    let made = rest.post(SCHEMAS, &wanted).await.is(201);
    let twice = rest.post(SCHEMAS, &wanted).await.is_problem(400);
    assert!(twice.contains("another Schema has this id"), "{twice}");
    // An attribute of the one would read like the other.
    let mut near = wanted.clone();
    near["id"] = format!("{BADGE}:number").into();
    rest.post(SCHEMAS, &near).await.is_problem(400);

    let path = format!("{SCHEMAS}/{BADGE}");
    for attributes in [
        json!([{ "name": "b" }]),
        json!([{ "name": "a" }]),
        json!([{ "name": "a", "returned": "never", "type": "integer" }]),
        json!([{ "name": "a", "returned": "never", "multiValued": true }]),
    ] {
        rest.put(&path, &schema(&attributes)).await.is_problem(400);
    }
    let mut other = wanted.clone();
    other["resourceType"] = "Group".into();
    rest.put(&path, &other).await.is_problem(400);
    assert_eq!(rest.get(SCHEMAS).await.is(200)["results"], json!([made]));
    app.finish();
}

#[tokio::test]
async fn an_organization_has_fifty_schemas_of_its_own_at_most_and_nobody_elses() {
    let app = App::start().await;
    let other = app.other();
    let numbered = |number: u32| json!({ "id": format!("urn:example:s{number}"), "attributes": [{ "name": "a" }] });
    for number in 0..50 {
        app.own.rest.post(SCHEMAS, &numbered(number)).await.is(201);
    }
    let more = app
        .own
        .rest
        .post(SCHEMAS, &numbered(50))
        .await
        .is_problem(400);
    assert!(more.contains("at most 50"), "{more}");
    assert_eq!(other.rest.get(SCHEMAS).await.is(200)["count"], 0);
    let path = format!("{SCHEMAS}/urn:example:s1");
    other.rest.delete(&path).await.is_problem(404);
    other.rest.post(SCHEMAS, &numbered(1)).await.is(201);
    app.own.rest.get(&path).await.is(200);
    app.finish();
}

#[tokio::test]
async fn only_the_owner_and_administrators_define_schemas() {
    let app = App::start().await;
    app.anyone().get("/api/scim/schemas").await.is_problem(401);
    app.own.user("ada@a.example").await;
    app.own.manual(true).await;
    app.own.assign("ada@a.example", Some("MA")).await;
    let session = app.session("ada@a.example").await;
    let origin = ("sec-fetch-site", "same-origin");
    let headers = [("cookie", session.as_str()), origin];
    for (method, path, body) in [
        (reqwest::Method::GET, "/api/scim/schemas".to_owned(), None),
        (
            reqwest::Method::POST,
            "/api/scim/schemas".to_owned(),
            Some(schema(&json!([{ "name": "a" }])).to_string()),
        ),
        (
            reqwest::Method::DELETE,
            format!("/api/scim/schemas/{BADGE}"),
            None,
        ),
    ] {
        let answer = app.anyone().send(method, &path, &headers, body).await;
        answer.is_problem(403);
    }
    app.finish();
}

#[tokio::test]
async fn values_outlive_their_definition_unless_they_were_never_to_be_seen() {
    let app = App::start().await;
    let (rest, scim) = (&app.own.rest, &app.own.scim);
    let path = format!("{SCHEMAS}/{BADGE}");
    let open = schema(&json!([{ "name": "number" }]));
    rest.post(SCHEMAS, &open).await.is(201);
    let ada = scim
        .post("/Users", &badged("ada", &json!({ "NUMBER": "7" })))
        .await
        .is(201);
    let ada = format!("/Users/{}", ada["id"].as_str().unwrap());
    assert_eq!(rest.delete(&path).await.status, 204);
    // Like any extension that nobody has defined.
    assert_eq!(
        scim.get(&ada).await.is(200)[BADGE],
        json!({ "number": "7" })
    );
    let free = json!({ "number": 7, "free": [1, 2] });
    let replaced = scim.put(&ada, &badged("ada", &free)).await.is(200);
    assert_eq!(replaced[BADGE], free);

    // A definition holds for what is written from now on; what is there may not fit, and is no fault of who changes
    // something else.
    let hidden = schema(&json!([{ "name": "number" }, { "name": "pin", "returned": "never" }]));
    rest.post(SCHEMAS, &hidden).await.is(201);
    assert_eq!(scim.get(&ada).await.is(200)[BADGE], free);
    let title = crate::app::patch(json!([{ "op": "add", "path": "title", "value": "t" }]));
    assert_eq!(scim.patch(&ada, &title).await.is(200)[BADGE], free);
    let number =
        crate::app::patch(json!([{ "op": "add", "path": format!("{BADGE}:number"), "value": 8 }]));
    scim.patch(&ada, &number)
        .await
        .is_scim_error(400, Some("invalidValue"));

    let pin = crate::app::patch(
        json!([{ "op": "replace", "value": { BADGE: { "number": "8", "pin": "1234" } } }]),
    );
    let changed = scim.patch(&ada, &pin).await.is(200);
    assert_eq!(changed[BADGE], json!({ "number": "8" }));
    let refused = rest.delete(&path).await.is_problem(400);
    assert!(refused.contains("would then"), "{refused}");
    scim.patch(
        &ada,
        &crate::app::patch(json!([{ "op": "remove", "path": BADGE }])),
    )
    .await
    .is(200);
    assert_eq!(rest.delete(&path).await.status, 204);
    assert_eq!(scim.get(&ada).await.is(200).get(BADGE), None::<&Value>);
    app.finish();
}
