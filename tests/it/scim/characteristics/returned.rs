//! `returned`, and `writeOnly`: what nobody reads leaves by no way.

use serde_json::{Value, json};

use super::{BADGE, at, made, refused, selected, with};
use crate::app::patch;
use crate::scim::schemas::badged;

fn attributes() -> Value {
    json!([
        { "name": "pin", "returned": "never" },
        { "name": "code", "mutability": "writeOnly" },
        { "name": "note", "returned": "request" },
        { "name": "number", "returned": "always" },
        { "name": "free" },
        { "name": "doors", "type": "complex", "multiValued": true, "subAttributes": [
            { "name": "value" }, { "name": "secret", "returned": "never" }, { "name": "floor", "returned": "request" },
        ] },
    ])
}

fn full() -> Value {
    json!({
        "pin": "pin-1234", "code": "code-1234", "note": "n", "number": "1", "free": "f",
        "doors": [{ "value": "d", "secret": "secret-1234", "floor": "1" }],
    })
}

#[tokio::test]
async fn what_is_never_returned_is_in_no_answer() {
    let app = with(&attributes()).await;
    let scim = &app.own.scim;
    let mut answers = Vec::new();
    let body = badged("ada", &full());
    let created = scim.post("/Users", &body).await;
    let path = format!("/Users/{}", created.is(201)["id"].as_str().unwrap());
    answers.push(created.text);
    let named = "attributes=userName,urn:example:params:scim:schemas:extension:badge:2.0:User:pin";
    for path in [
        path.clone(),
        format!("{path}?{named}"),
        format!("{path}?attributes={BADGE}:code,{BADGE}:doors.secret"),
        format!("{path}?attributes={BADGE}"),
        format!("/Users?{named}"),
        "/Users".to_owned(),
        "/?count=100".to_owned(),
    ] {
        answers.push(scim.get(&path).await.text);
    }
    answers.push(scim.put(&path, &body).await.text);
    answers.push(
        scim.patch(&path, &at("replace", "pin", &json!("pin-1234")))
            .await
            .text,
    );
    let search = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "attributes": [format!("{BADGE}:pin")] });
    answers.push(scim.post("/Users/.search", &search).await.text);
    for answer in answers {
        assert!(!answer.contains("1234"), "{answer}");
    }
    for filter in [
        format!("{BADGE}:pin pr"),
        format!("{BADGE}:pin sw \"pin\""),
        format!("{BADGE}:code eq \"code-1234\""),
        format!("not ({BADGE}:code eq \"x\")"),
        format!("{BADGE}:doors[secret sw \"s\"]"),
        format!("{BADGE}:doors.secret pr"),
    ] {
        let sentence = refused(&app, &filter).await;
        assert!(sentence.contains("never returned"), "{sentence}");
    }
    let probe = at("remove", "doors[secret sw \"s\"]", &json!(null));
    scim.patch(&path, &probe)
        .await
        .is_scim_error(400, Some("invalidFilter"));
    app.finish();
}

#[tokio::test]
async fn what_is_never_returned_is_not_in_the_request_log() {
    let app = with(&attributes()).await;
    let ada = made(&app, "ada", &full()).await;
    app.own
        .scim
        .patch(&ada, &at("replace", "pin", &json!("pin-1234")))
        .await
        .is(200);
    app.own
        .scim
        .put(&ada, &badged("ada", &json!({ "code": ["code-1234"] })))
        .await
        .is_scim_error(400, Some("invalidValue"));
    let mut seen = 0;
    while seen < 3 {
        let list = app.own.rest.get("/scim/requests").await.is(200);
        let entries = list["results"].as_array().cloned().unwrap_or_default();
        seen = entries
            .iter()
            .filter(|entry| entry["path"].as_str().unwrap().contains("/Users"))
            .count();
        for entry in entries {
            let path = format!("/scim/requests/{}", entry["id"].as_str().unwrap());
            let entry = app.own.rest.get(&path).await;
            assert!(!entry.text.contains("1234"), "{}", entry.text);
        }
    }
    app.finish();
}

#[tokio::test]
async fn what_only_is_hidden_leaves_the_extension_out_of_the_answer() {
    let app = with(&attributes()).await;
    let ada = made(&app, "ada", &json!({ "pin": "1234" })).await;
    let shown = app.own.scim.get(&ada).await.is(200);
    assert_eq!(shown.get(BADGE), None);
    assert_eq!(shown["schemas"], json!([crate::app::USER]));
    assert_eq!(
        selected(&app, &format!("{BADGE} pr")).await,
        Vec::<String>::new()
    );
    app.finish();
}

#[tokio::test]
async fn what_is_returned_on_request_or_always_is() {
    let app = with(&attributes()).await;
    let ada = made(&app, "ada", &full()).await;
    let shown = async |query: &str| {
        let read = app.own.scim.get(&format!("{ada}?{query}")).await.is(200);
        read[BADGE].clone()
    };
    assert_eq!(
        shown("").await,
        json!({ "number": "1", "free": "f", "doors": [{ "value": "d" }] })
    );
    assert_eq!(shown("attributes=userName").await, json!({ "number": "1" }));
    assert_eq!(
        shown(&format!("attributes={BADGE}:note")).await,
        json!({ "number": "1", "note": "n" })
    );
    assert_eq!(
        shown(&format!("attributes={BADGE}:doors.floor")).await,
        json!({ "number": "1", "doors": [{ "floor": "1" }] })
    );
    assert_eq!(
        shown(&format!("excludedAttributes={BADGE}")).await,
        json!({ "number": "1" })
    );
    assert_eq!(
        shown(&format!("excludedAttributes={BADGE}:number,{BADGE}:free")).await,
        json!({ "number": "1", "doors": [{ "value": "d" }] })
    );
    // Whoever writes it may ask for it in the same request.
    let named = format!("attributes={BADGE}:note");
    let (whole, change) = (badged("ada", &full()), at("replace", "note", &json!("m")));
    let scim = &app.own.scim;
    let new = badged("bob", &full());
    for (answer, note) in [
        (
            scim.post(&format!("/Users?{named}"), &new).await.is(201),
            "n",
        ),
        (
            scim.put(&format!("{ada}?{named}"), &whole).await.is(200),
            "n",
        ),
        (
            scim.patch(&format!("{ada}?{named}"), &change).await.is(200),
            "m",
        ),
    ] {
        assert_eq!(answer[BADGE], json!({ "number": "1", "note": note }));
    }
    app.finish();
}

#[tokio::test]
async fn a_put_of_what_was_read_loses_nothing_of_what_was_not() {
    let app = with(&attributes()).await;
    let scim = &app.own.scim;
    let ada = made(&app, "ada", &full()).await;
    let read = scim.get(&ada).await.is(200);
    let again = scim.put(&ada, &read).await.is(200);
    assert_eq!(again, read);
    let asked = format!("{ada}?attributes={BADGE}:note,{BADGE}:doors.floor");
    let kept = scim.get(&asked).await.is(200);
    assert_eq!(kept[BADGE]["note"], "n");
    assert_eq!(kept[BADGE]["doors"], json!([{ "floor": "1" }]));
    // A value that nobody reads may be written, and taken away.
    for change in [
        at("add", "pin", &json!("5678")),
        at("remove", "pin", &json!(null)),
    ] {
        let before = scim.get(&ada).await.header("etag").to_owned();
        let after = scim.patch(&ada, &change).await;
        after.is(200);
        assert_ne!(after.header("etag"), before);
    }
    scim.patch(&ada, &patch(json!([{ "op": "remove", "path": BADGE }])))
        .await
        .is(200);
    app.finish();
}
