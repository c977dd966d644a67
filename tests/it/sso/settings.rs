//! `/api/saml/settings` beyond reading and writing: by URL, tried first, and taken back.

use reqwest::Method;
use serde_json::{Value, json};

use super::idp::{Idp, person, session};
use super::publisher::Publisher;
use super::start;
use crate::app::App;

const ENTITY: &str = "https://idp.example/metadata";

#[tokio::test]
async fn the_settings_of_label_studios_clients_take_metadata_by_url_and_rules_at_once() {
    let app = start().await;
    let idp = Idp::new(ENTITY);
    let publisher = Publisher::start(idp.metadata()).await;
    let valid = json!({ "metadata_url": publisher.url });
    let rest = &app.own.rest;
    let path = "/saml/settings/validate-metadata-url";
    assert_eq!(
        rest.post(path, &valid).await.is(200),
        json!({ "valid": true })
    );
    assert_eq!(rest.get("/saml/settings").await.is(200)["metadata_url"], "");
    let wanted = json!({
        "metadata_url": publisher.url, "metadata_xml": "", "idp_provider": "okta", "roles_groups": [["Manager", "leads"]],
    });
    let saved = rest.post("/saml/settings", &wanted).await.is(201);
    assert_eq!(saved["metadata_url"], publisher.url.as_str());
    assert_eq!(saved["idp_entity_id"], ENTITY);
    // What was read is sent back whole, and is no change.
    assert_eq!(rest.post("/saml/settings", &saved).await.is(201), saved);
    assert_eq!(publisher.asked(), 2);
    session(
        &idp.sign_in(&app, &saved, &person("m@corp.example", &["leads"]))
            .await,
    );
    assert_eq!(app.own.role("m@corp.example").await, "MA saml");
    app.finish();
}

#[tokio::test]
async fn settings_that_are_deleted_are_as_they_were_at_first_and_the_urls_stay() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let fresh = rest.get("/saml/settings").await.is(200);
    let idp = Idp::new(ENTITY);
    let wanted = json!({
        "metadata_xml": idp.metadata(), "domain": "corp.example", "mapping_groups": "memberOf", "idp_provider": "okta",
        "manual_role_management": false, "split_groups": true, "roles_groups": [["Manager", "leads"]],
    });
    let saved = rest.post("/saml/settings", &wanted).await.is(201);
    assert_ne!(saved["idp_entity_id"], fresh["idp_entity_id"]);
    let answer = rest.delete("/saml/settings").await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!(rest.get("/saml/settings").await.is(200), fresh);
    assert_eq!(rest.get("/domains").await.is(200)["count"], 0);
    assert_eq!(rest.get("/connections").await.is(200)["count"], 1);
    // Twice is as once.
    assert_eq!(rest.delete("/saml/settings").await.status, 204);
    assert_eq!(rest.get("/saml/settings").await.is(200), fresh);
    app.finish();
}

#[tokio::test]
async fn people_keep_their_access_and_lose_what_groups_gave_when_settings_are_deleted() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let idp = Idp::new(ENTITY);
    let wanted = json!({
        "metadata_xml": idp.metadata(), "manual_role_management": false, "roles_groups": [["Manager", "leads"]],
    });
    let saved = rest.post("/saml/settings", &wanted).await.is(201);
    session(
        &idp.sign_in(&app, &saved, &person("m@corp.example", &["leads"]))
            .await,
    );
    assert_eq!(app.own.role("m@corp.example").await, "MA saml");
    assert_eq!(rest.delete("/saml/settings").await.status, 204);
    assert_eq!(app.own.role("m@corp.example").await, "AN manual");
    app.finish();
}

#[tokio::test]
async fn a_domain_can_be_listed_unless_it_is_everybodys_or_anothers() {
    let app = App::start().await;
    let other = app.other();
    let number = other.number.to_string();
    let vouched = ["domain", "verify", "b.example", "--organization", &number];
    assert!(app.place.run(&vouched).status.success());
    let valid = async |domain: &str| {
        let wanted = json!({ "domain": domain });
        let path = "/saml/settings/validate-domain";
        app.own.rest.post(path, &wanted).await.is(200)["valid"].clone()
    };
    for (domain, good) in [
        ("a.example", true),
        ("a.example, c.example", true),
        ("b.example", false),
        ("a.example,B.Example", false),
        ("gmail.com", false),
        ("not a domain", false),
        ("", false),
    ] {
        assert_eq!(valid(domain).await, good, "{domain}");
    }
    let list = app.own.rest.get("/domains").await.is(200);
    assert_eq!(list["count"], 0, "nothing is claimed");
    app.finish();
}

#[tokio::test]
async fn nobody_but_administrators_has_the_server_fetch_or_forget_anything() {
    let app = start().await;
    let idp = Idp::new(ENTITY);
    let publisher = Publisher::start(idp.metadata()).await;
    let connection = idp.connect(&app.own, json!({})).await;
    app.own.rules(&[("Manager", "managers")]).await;
    let manager = person("m@corp.example", &["managers"]);
    let manager = session(&idp.sign_in(&app, &connection, &manager).await);
    let id = connection["id"].as_str().unwrap();
    let own = format!("/api/connections/{id}");
    let refresh = format!("{own}/metadata/refresh");
    let body = json!({ "protocol": "saml", "metadata_url": publisher.url, "domain": "a.example" });
    for (method, path) in [
        (Method::POST, "/api/connections"),
        (Method::PATCH, &own),
        (Method::POST, &refresh),
        (Method::POST, "/api/saml/settings"),
        (Method::DELETE, "/api/saml/settings"),
        (Method::POST, "/api/saml/settings/validate-metadata-url"),
        (Method::POST, "/api/saml/settings/validate-domain"),
    ] {
        for (cookie, status) in [(manager.as_str(), 403), ("", 401)] {
            let headers = [
                ("cookie", cookie),
                ("content-type", "application/json"),
                ("origin", &app.base),
            ];
            let body = Some(body.to_string());
            let answer = app
                .anyone()
                .send(method.clone(), path, &headers, body)
                .await;
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        }
    }
    assert_eq!(publisher.asked(), 0);
    // Of another organization, a connection is not even there.
    let other = app.other();
    let path = format!("/connections/{id}/metadata/refresh");
    other.rest.post(&path, &Value::Null).await.is_problem(404);
    assert_eq!(publisher.asked(), 0);
    app.finish();
}
