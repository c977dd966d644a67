//! Our own keys in a connection: made when they are needed, and changed without a gap.

use serde_json::{Value, json};

use super::idp::Idp;
use super::queries::{Sent, path};
use crate::app::App;

async fn login(app: &App, connection: &Value) -> Sent {
    let answer = app.anyone().get(path(app, connection, "login_url")).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    Sent::read(answer.header("location"))
}

/// The metadata of an IdP that wants requests signed.
fn wants_signed(idp: &Idp) -> String {
    let wish = "<md:IDPSSODescriptor WantAuthnRequestsSigned=\"true\" ";
    idp.metadata().replace("<md:IDPSSODescriptor ", wish)
}

/// The certificates of one use in our metadata.
async fn published(app: &App, connection: &Value, usage: &str) -> Vec<String> {
    let metadata = app
        .anyone()
        .get(path(app, connection, "sp_metadata_url"))
        .await;
    assert_eq!(metadata.status, 200);
    let document = roxmltree::Document::parse(&metadata.text).unwrap();
    let keys = document
        .descendants()
        .filter(|node| node.attribute("use") == Some(usage));
    keys.flat_map(|key| key.descendants())
        .filter(|node| node.tag_name().name() == "X509Certificate")
        .map(|node| node.text().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn requests_are_signed_where_an_administrator_or_the_identity_provider_wants_it() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = idp.connect(&app.own, json!({})).await;
    let keys = format!("/connections/{}/keys", connection["id"].as_str().unwrap());
    let plain = login(&app, &connection).await;
    assert!(!plain.document.contains("ForceAuthn"));
    assert_eq!(app.own.rest.get(&keys).await.is(200)["count"], 0);
    for wanted in [
        json!({ "sign_requests": true, "force_authn": true }),
        json!({ "sign_requests": false, "metadata_xml": wants_signed(&idp) }),
    ] {
        let at = format!("/connections/{}", connection["id"].as_str().unwrap());
        let changed = app.own.rest.patch(&at, &wanted).await.is(200);
        let sent = login(&app, &changed).await;
        assert_eq!(sent.attribute("ForceAuthn"), "true");
        let all = app.own.rest.get(&keys).await.is(200);
        assert_eq!(
            (&all["count"], &all["results"][0]["signs"]),
            (&json!(1), &json!(true))
        );
        assert!(sent.is_signed_by(&all["results"][0]["certificate"]));
        let metadata = app
            .anyone()
            .get(path(&app, &changed, "sp_metadata_url"))
            .await;
        assert!(metadata.text.contains("AuthnRequestsSigned=\"true\""));
    }
    app.finish();
}

#[tokio::test]
async fn a_key_is_changed_while_old_and_new_are_in_the_metadata() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let rest = &app.own.rest;
    let connection = idp
        .connect(&app.own, json!({ "sign_requests": true }))
        .await;
    let keys = format!("/connections/{}/keys", connection["id"].as_str().unwrap());
    assert_eq!(published(&app, &connection, "signing").await.len(), 1);
    let old = rest.get(&keys).await.is(200)["results"][0].clone();
    let new = rest.post(&keys, &json!({})).await.is(201);
    assert_eq!(
        (&old["signs"], &new["signs"]),
        (&json!(true), &json!(false))
    );
    let both = [&old["certificate"], &new["certificate"]].map(|one| one.as_str().unwrap());
    for usage in ["signing", "encryption"] {
        assert_eq!(published(&app, &connection, usage).await, both);
    }
    assert!(
        login(&app, &connection)
            .await
            .is_signed_by(&old["certificate"])
    );
    let at = |key: &Value| format!("{keys}/{}", key["id"].as_str().unwrap());
    rest.delete(&at(&old)).await.is_problem(400);
    for wrong in [json!({}), json!({ "signs": false })] {
        rest.patch(&at(&new), &wrong).await.is_problem(400);
    }
    let signs = rest
        .patch(&at(&new), &json!({ "signs": true }))
        .await
        .is(200);
    assert_eq!(signs["signs"], true);
    assert!(
        login(&app, &connection)
            .await
            .is_signed_by(&new["certificate"])
    );
    rest.delete(&at(&new)).await.is_problem(400);
    rest.delete(&at(&old)).await.is(204);
    rest.delete(&at(&old)).await.is_problem(404);
    assert_eq!(published(&app, &connection, "encryption").await, [both[1]]);
    let words = app.events(new["id"].as_str().unwrap()).await;
    assert_eq!(words, ["connection_key.created", "connection_key.signs"]);
    let words = app.events(old["id"].as_str().unwrap()).await;
    assert_eq!(words, ["connection_key.created", "connection_key.deleted"]);
    let sql = "SELECT sealed_key FROM connection_keys";
    for sealed in app.place.database.texts(sql, &[]).await {
        assert!(!sealed.contains("PRIVATE"));
    }
    app.finish();
}

#[tokio::test]
async fn keys_are_few_and_of_the_own_organization_and_administrators_alone() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = idp.connect(&app.own, json!({})).await;
    let keys = format!("/connections/{}/keys", connection["id"].as_str().unwrap());
    let first = app.own.rest.post(&keys, &json!({})).await.is(201);
    assert_eq!(first["signs"], true);
    for _ in 0..2 {
        app.own.rest.post(&keys, &json!({})).await.is(201);
    }
    app.own.rest.post(&keys, &json!({})).await.is_problem(400);
    let other = app.other().rest;
    let one = format!("{keys}/{}", first["id"].as_str().unwrap());
    other.get(&keys).await.is_problem(404);
    other.post(&keys, &json!({})).await.is_problem(404);
    other
        .patch(&one, &json!({ "signs": true }))
        .await
        .is_problem(404);
    other.delete(&one).await.is_problem(404);
    app.own.rest.with(None).get(&keys).await.is_problem(401);
    for nothing in ["x", "00000000-0000-7000-8000-000000000000"] {
        app.own
            .rest
            .delete(&format!("{keys}/{nothing}"))
            .await
            .is_problem(404);
    }
    let oidc = app
        .own
        .rest
        .post("/connections", &json!({ "protocol": "oidc" }))
        .await
        .is(201);
    let keys = format!("/connections/{}/keys", oidc["id"].as_str().unwrap());
    app.own.rest.post(&keys, &json!({})).await.is_problem(400);
    app.finish();
}

#[tokio::test]
async fn a_certificate_of_the_identity_provider_that_ends_soon_is_shown() {
    let app = App::start().await;
    let connection = Idp::new("https://idp.example/metadata")
        .connect(&app.own, json!({}))
        .await;
    let shown = &connection["certificates"];
    assert_eq!(shown[0]["subject"], "CN=idp.test");
    assert_eq!(shown[0]["expires_soon"], true);
    assert_eq!(shown[0]["warning"], "the certificate ends within 30 days");
    assert_eq!(shown[1], Value::Null);
    app.finish();
}
