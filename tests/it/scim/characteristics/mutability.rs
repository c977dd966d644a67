//! `required` and `mutability`.

use serde_json::{Value, json};

use super::{BADGE, at, made, with};
use crate::app::{patch, user};
use crate::scim::schemas::{badged, schema};

fn attributes() -> Value {
    json!([
        { "name": "number", "required": true },
        { "name": "shown", "mutability": "readOnly" },
        { "name": "since", "mutability": "immutable" },
        { "name": "free" },
    ])
}

#[tokio::test]
async fn what_is_required_must_be_there_and_stays() {
    let app = with(&attributes()).await;
    let scim = &app.own.scim;
    // Who has nothing of the extension need not have its attributes.
    scim.post("/Users", &user("nobody")).await.is(201);
    let missing = scim
        .post("/Users", &badged("ada", &json!({ "free": "f" })))
        .await;
    let sentence = missing.is_scim_error(400, Some("invalidValue"));
    assert!(sentence.contains(&format!("{BADGE}:number")), "{sentence}");
    let ada = made(&app, "ada", &json!({ "number": "1", "free": "f" })).await;
    scim.put(&ada, &badged("ada", &json!({ "free": "f" })))
        .await
        .is_scim_error(400, Some("invalidValue"));
    for change in [
        at("remove", "number", &json!(null)),
        patch(json!([{ "op": "replace", "path": BADGE, "value": { "number": null } }])),
    ] {
        scim.patch(&ada, &change)
            .await
            .is_scim_error(400, Some("mutability"));
    }
    // The whole extension may go.
    let gone = scim
        .patch(&ada, &patch(json!([{ "op": "remove", "path": BADGE }])))
        .await
        .is(200);
    assert_eq!(gone.get(BADGE), None);
    assert_eq!(gone["schemas"], json!([crate::app::USER]));
    app.finish();
}

#[tokio::test]
async fn a_required_extension_is_in_every_user() {
    let app = crate::app::App::start().await;
    let scim = &app.own.scim;
    let old = scim.post("/Users", &user("old")).await.is(201);
    let old = format!("/Users/{}", old["id"].as_str().unwrap());
    let mut wanted = schema(&attributes());
    wanted["required"] = true.into();
    app.own.rest.post("/scim/schemas", &wanted).await.is(201);
    scim.post("/Users", &user("new"))
        .await
        .is_scim_error(400, Some("invalidValue"));
    scim.put(&old, &user("old"))
        .await
        .is_scim_error(400, Some("invalidValue"));
    // Who was there before may be changed in other things.
    scim.patch(
        &old,
        &patch(json!([{ "op": "add", "path": "title", "value": "t" }])),
    )
    .await
    .is(200);
    let ada = made(&app, "ada", &json!({ "number": "1" })).await;
    let remove = patch(json!([{ "op": "remove", "path": BADGE }]));
    scim.patch(&ada, &remove)
        .await
        .is_scim_error(400, Some("mutability"));
    app.finish();
}

#[tokio::test]
async fn what_is_read_only_is_passed_over_in_a_body_and_refused_in_a_patch() {
    let app = with(&attributes()).await;
    let ada = made(&app, "ada", &json!({ "number": "1", "shown": "s" })).await;
    assert_eq!(
        app.own.scim.get(&ada).await.is(200)[BADGE],
        json!({ "number": "1" })
    );
    let put = app
        .own
        .scim
        .put(
            &ada,
            &badged("ada", &json!({ "number": "2", "shown": "s" })),
        )
        .await;
    assert_eq!(put.is(200)[BADGE], json!({ "number": "2" }));
    for change in [
        at("add", "shown", &json!("s")),
        at("remove", "shown", &json!(null)),
        patch(json!([{ "op": "add", "value": { BADGE: { "shown": "s" } } }])),
        patch(json!([{ "op": "add", "path": BADGE, "value": { "shown": "s" } }])),
    ] {
        app.own
            .scim
            .patch(&ada, &change)
            .await
            .is_scim_error(400, Some("mutability"));
    }
    app.finish();
}

#[tokio::test]
async fn what_is_immutable_is_written_once() {
    let app = with(&attributes()).await;
    let scim = &app.own.scim;
    let ada = made(&app, "ada", &json!({ "number": "1" })).await;
    scim.patch(&ada, &at("add", "since", &json!("2020")))
        .await
        .is(200);
    let before = scim.get(&ada).await.is(200);
    for change in [
        at("replace", "since", &json!("2021")),
        at("remove", "since", &json!(null)),
        patch(json!([{ "op": "remove", "path": BADGE }])),
    ] {
        scim.patch(&ada, &change)
            .await
            .is_scim_error(400, Some("mutability"));
    }
    let other = badged("ada", &json!({ "number": "1", "since": "2021" }));
    let sentence = scim
        .put(&ada, &other)
        .await
        .is_scim_error(400, Some("mutability"));
    assert!(sentence.contains("since"), "{sentence}");
    assert_eq!(scim.get(&ada).await.is(200), before);
    // The same is no change, and silence leaves it (RFC 7644 section 3.5.1).
    scim.patch(&ada, &at("replace", "since", &json!("2020")))
        .await
        .is(200);
    let kept = scim
        .put(&ada, &badged("ada", &json!({ "number": "2" })))
        .await
        .is(200);
    assert_eq!(kept[BADGE], json!({ "number": "2", "since": "2020" }));
    app.finish();
}
