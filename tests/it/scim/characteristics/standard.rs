//! What the standard schemas say of their attributes.

use serde_json::json;

use crate::app::{App, USER, patch, user};

#[tokio::test]
async fn a_certificate_is_base64_and_an_address_of_a_page_is_a_uri() {
    let app = App::start().await;
    for (attribute, wrong, right) in [
        (
            "x509Certificates",
            json!([{ "value": "-----BEGIN" }]),
            json!([{ "value": "MIIB" }]),
        ),
        (
            "profileUrl",
            json!("not a page"),
            json!("https://example.com/ada"),
        ),
        (
            "photos",
            json!([{ "value": "a b" }]),
            json!([{ "value": "https://example.com/a.png", "type": "any kind" }]),
        ),
    ] {
        let mut body = user(attribute);
        body[attribute] = wrong;
        let sentence = app
            .own
            .scim
            .post("/Users", &body)
            .await
            .is_scim_error(400, Some("invalidValue"));
        assert!(sentence.contains(attribute), "{sentence}");
        body[attribute] = right.clone();
        let made = app.own.scim.post("/Users", &body).await.is(201);
        assert_eq!(made[attribute], right);
    }
    app.finish();
}

#[tokio::test]
async fn a_password_is_taken_and_goes_nowhere() {
    let app = App::start().await;
    let scim = &app.own.scim;
    let mut body = user("ada");
    body["password"] = "a very secret word".into();
    let made = scim.post("/Users", &body).await;
    let path = format!("/Users/{}", made.is(201)["id"].as_str().unwrap());
    let change =
        patch(json!([{ "op": "replace", "path": "password", "value": "another secret word" }]));
    let changed = scim.patch(&path, &change).await;
    changed.is(200);
    assert_eq!(changed.header("etag"), made.header("etag"));
    let asked = scim.get(&format!("{path}?attributes=password")).await;
    for answer in [&made, &changed, &asked] {
        assert!(!answer.text.contains("secret word"), "{}", answer.text);
    }
    scim.get("/Users?filter=password%20pr")
        .await
        .is_scim_error(400, Some("invalidFilter"));
    let config = scim.get("/ServiceProviderConfig").await.is(200);
    assert_eq!(config["changePassword"]["supported"], false);
    app.finish();
}

#[tokio::test]
async fn what_only_the_service_says_is_passed_over_in_a_body_and_refused_in_a_patch() {
    let app = App::start().await;
    let scim = &app.own.scim;
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let body = json!({
        "schemas": [USER, enterprise], "userName": "ada", "id": "5", "groups": [{ "value": "5" }], "meta": { "version": "x" },
        enterprise: { "manager": { "value": "m", "displayName": "Nobody" } },
    });
    let made = scim.post("/Users", &body).await.is(201);
    assert_eq!(made.get("groups"), None);
    assert_eq!(made[enterprise]["manager"], json!({ "value": "m" }));
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    for (name, value) in [
        ("id", json!("5")),
        ("groups", json!([{ "value": "5" }])),
        ("meta.created", json!("2026-01-01T00:00:00Z")),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName",
            json!("x"),
        ),
    ] {
        let change = patch(json!([{ "op": "replace", "path": name, "value": value }]));
        scim.patch(&path, &change)
            .await
            .is_scim_error(400, Some("mutability"));
    }
    assert_eq!(scim.get(&path).await.is(200), made);
    app.finish();
}

#[tokio::test]
async fn canonical_values_are_suggestions() {
    let app = App::start().await;
    let mut body = user("ada");
    body["emails"] = json!([{ "value": "ada@a.example", "type": "moon" }]);
    let made = app.own.scim.post("/Users", &body).await.is(201);
    assert_eq!(made["emails"], body["emails"]);
    app.finish();
}
