//! Metadata of an identity provider by URL: set, fetched again, and found to be no good.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::idp::{Begun, Idp, begin, person, post, session};
use super::publisher::Publisher;
use super::start;
use crate::app::App;

const ENTITY: &str = "https://idp.example/metadata";

/// What may be published that is no metadata of a provider, each with a word of the sentence about it.
fn bad(good: &str) -> Vec<(u16, Vec<u8>, &'static str)> {
    let key = good.find("<md:KeyDescriptor").unwrap();
    let after = good.find("<md:SingleSignOnService").unwrap();
    let keyless = format!("{}{}", &good[..key], &good[after..]);
    let with = |attribute: &str| good.replacen(" entityID", &format!(" {attribute} entityID"), 1);
    let entity = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    vec![
        (404, good.into(), "status 404"),
        (500, good.into(), "status 500"),
        (200, "".into(), "metadata_url"),
        (200, "<html><body>Sign in</body></html>".into(), "html"),
        (200, "<!DOCTYPE html><p>Sign in".into(), "metadata_url"),
        (200, keyless.into(), "no certificate"),
        (
            200,
            with("validUntil=\"2020-01-01T00:00:00Z\"").into(),
            "valid until 2020",
        ),
        (200, with("validUntil=\"soon\"").into(), "validUntil"),
        (200, format!("{entity}{good}").into(), "metadata_url"),
        (
            200,
            good.replace("https://idp.example/sso", "javascript:alert(1)")
                .into(),
            "Location",
        ),
        (200, vec![b' '; 50 << 20], "more than"),
        (200, vec![0xff; 10], "UTF-8"),
    ]
}

fn path(connection: &Value, what: &str) -> String {
    format!("/connections/{}{what}", connection["id"].as_str().unwrap())
}

async fn refresh(app: &App, connection: &Value) -> Value {
    let path = path(connection, "/metadata/refresh");
    app.own.rest.post(&path, &json!({})).await.is(200)
}

async fn sign_in(app: &App, idp: &Idp, connection: &Value) {
    let somebody = person("m@corp.example", &[]);
    session(&idp.sign_in(app, connection, &somebody).await);
}

/// Whether an answer of the provider is refused.
async fn is_refused(app: &App, idp: &Idp, connection: &Value, begun: &Begun) -> bool {
    let somebody = person("m@corp.example", &[]);
    let answer = idp.answer(app, connection, begun, &somebody).await;
    answer.status == 403
}

async fn by_url(app: &App, publisher: &Publisher) -> Value {
    let wanted = json!({ "protocol": "saml", "metadata_url": publisher.url });
    app.own.rest.post("/connections", &wanted).await.is(201)
}

#[tokio::test]
async fn metadata_is_fetched_from_its_url_when_that_is_set() {
    let app = start().await;
    let idp = Idp::new(ENTITY);
    // As some write it: no `use`, and a byte order mark.
    let document = idp.metadata().replace(" use=\"signing\"", "");
    let publisher = Publisher::start(format!("\u{feff}{document}")).await;
    let connection = by_url(&app, &publisher).await;
    assert_eq!(connection["metadata_url"], publisher.url.as_str());
    assert_eq!(connection["idp_entity_id"], ENTITY);
    assert_eq!(connection["metadata_problem"], Value::Null);
    assert!(connection["metadata_fetched_at"].is_string());
    assert_eq!(connection["ready"], true);
    sign_in(&app, &idp, &connection).await;
    // Who sends back what was read asks for nothing new.
    let rest = &app.own.rest;
    let same = json!({ "metadata_url": publisher.url, "metadata_xml": "ignored", "name": "ours" });
    let renamed = rest.patch(&path(&connection, ""), &same).await.is(200);
    assert_eq!(renamed["name"], "ours");
    assert_eq!(publisher.asked(), 1);
    // A document by hand, or no URL, ends the fetching.
    for wanted in [
        json!({ "metadata_url": "" }),
        json!({ "metadata_xml": idp.metadata() }),
    ] {
        let with = json!({ "metadata_url": publisher.url });
        rest.patch(&path(&connection, ""), &with).await.is(200);
        let by_hand = rest.patch(&path(&connection, ""), &wanted).await.is(200);
        assert_eq!(by_hand["metadata_url"], "");
        assert_eq!(by_hand["metadata_fetched_at"], Value::Null);
        assert_eq!(by_hand["ready"], true);
        let again = path(&connection, "/metadata/refresh");
        rest.post(&again, &json!({})).await.is_problem(400);
    }
    sign_in(&app, &idp, &connection).await;
    app.finish();
}

/// Security J1, J19.
#[tokio::test]
async fn what_is_no_metadata_of_a_provider_is_refused_with_a_sentence_and_nothing_is_kept() {
    let app = start().await;
    let idp = Idp::new(ENTITY);
    let publisher = Publisher::start("").await;
    let before = idp.connect(&app.own, json!({})).await;
    let wanted = json!({ "metadata_url": publisher.url, "name": "changed" });
    for (status, body, word) in bad(&idp.metadata()) {
        publisher.says(status, body);
        let rest = &app.own.rest;
        let answer = rest.patch(&path(&before, ""), &wanted).await;
        let said = answer.is_problem(400);
        assert!(said.contains(word), "{word}: {said}");
        let valid = rest
            .post("/saml/settings/validate-metadata-url", &wanted)
            .await
            .is(200);
        assert_eq!(valid["valid"], false);
        assert!(valid["problem"].as_str().unwrap().contains(word), "{valid}");
        rest.post("/saml/settings", &wanted).await.is_problem(400);
        let made = json!({ "protocol": "saml", "metadata_url": publisher.url });
        rest.post("/connections", &made).await.is_problem(400);
    }
    let asked = publisher.asked();
    publisher.leads_to(&publisher.url.replace("/metadata", "/elsewhere"));
    let said = app
        .own
        .rest
        .patch(&path(&before, ""), &wanted)
        .await
        .is_problem(400);
    assert!(said.contains("status 302"), "{said}");
    assert_eq!(publisher.asked(), asked + 1, "nobody went where it leads");
    for url in [
        "",
        "idp.example",
        "file:///etc/passwd",
        "http://127.0.0.1:1/",
        "http://u:p@idp.example/",
    ] {
        let wanted = json!({ "metadata_url": url });
        let valid = app
            .own
            .rest
            .post("/saml/settings/validate-metadata-url", &wanted)
            .await
            .is(200);
        assert_eq!(valid["valid"], false, "{url}");
    }
    let after = app.own.rest.get(&path(&before, "")).await.is(200);
    assert_eq!(after, before);
    let list = app.own.rest.get("/connections").await.is(200);
    assert_eq!(list["count"], 1);
    app.finish();
}

#[tokio::test]
async fn a_private_address_is_not_asked_unless_the_operator_lets_it() {
    let app = App::start().await;
    let publisher = Publisher::start(Idp::new(ENTITY).metadata()).await;
    let secure = publisher.url.replace("http:", "https:");
    for url in [&publisher.url, &secure] {
        let wanted = json!({ "protocol": "saml", "metadata_url": url });
        let said = app
            .own
            .rest
            .post("/connections", &wanted)
            .await
            .is_problem(400);
        assert!(said.contains("https") && said.contains("public"), "{said}");
        let path = "/saml/settings/validate-metadata-url";
        let valid = app.own.rest.post(path, &wanted).await.is(200);
        assert_eq!(valid["valid"], false);
    }
    assert_eq!(publisher.asked(), 0);
    assert_eq!(app.own.rest.get("/connections").await.is(200)["count"], 0);
    app.finish();
}

/// Security J19.
#[tokio::test]
async fn what_goes_wrong_when_metadata_is_fetched_again_leaves_the_last_good_copy_in_use() {
    let app = start().await;
    let idp = Idp::new(ENTITY);
    let good = idp.metadata();
    let publisher = Publisher::start(good.clone()).await;
    let connection = by_url(&app, &publisher).await;
    let fetched = connection["metadata_fetched_at"].clone();
    let other = Idp::new("https://other.example/metadata").metadata();
    let bad = bad(&good).into_iter();
    for (status, body, word) in bad.chain([(200, other.into(), "another identity provider")]) {
        publisher.says(status, body);
        let shown = refresh(&app, &connection).await;
        let problem = shown["metadata_problem"].as_str().unwrap();
        assert!(problem.contains(word), "{word}: {problem}");
        assert_eq!(shown["metadata_fetched_at"], fetched);
        assert_eq!(shown["metadata_xml"], good.as_str());
        assert_eq!(shown["idp_entity_id"], ENTITY);
        assert_eq!(shown["ready"], true);
    }
    sign_in(&app, &idp, &connection).await;
    let id = connection["id"].as_str().unwrap();
    let told = app.events(id).await.len();
    refresh(&app, &connection).await;
    assert_eq!(
        app.events(id).await.len(),
        told,
        "the same problem is no news"
    );
    publisher.says(200, good.clone());
    let shown = refresh(&app, &connection).await;
    assert_eq!(shown["metadata_problem"], Value::Null);
    assert_ne!(shown["metadata_fetched_at"], fetched);
    let told = app.events(id).await.len();
    // Another copy of the same is no news either.
    publisher.says(200, format!("{good}\n"));
    let shown = refresh(&app, &connection).await;
    assert_eq!(shown["metadata_xml"], format!("{good}\n"));
    assert_eq!(app.events(id).await.len(), told);
    app.finish();
}

#[tokio::test]
async fn a_key_that_the_provider_begins_to_use_is_found_at_the_first_sign_in_and_not_sought_often()
{
    let app = start().await;
    let (old, new) = (Idp::new(ENTITY), Idp::new(ENTITY));
    let publisher = Publisher::start(old.metadata()).await;
    let connection = by_url(&app, &publisher).await;
    sign_in(&app, &old, &connection).await;
    assert_eq!(publisher.asked(), 1);
    publisher.says(200, new.metadata());
    sign_in(&app, &new, &connection).await;
    assert_eq!(publisher.asked(), 2);
    let told = "SELECT actor_kind FROM events WHERE subject = $1 AND kind = 'connection.changed' ORDER BY actor_kind";
    let id = connection["id"].as_str().unwrap();
    let actors = app.place.database.texts(told, &[id]).await;
    assert_eq!(actors, ["member", "server"]);
    // Neither the old key nor a stranger's is good, and neither makes the server ask again so soon.
    let stranger = Idp::new(ENTITY);
    for idp in [&old, &stranger, &old] {
        let begun = begin(&app, &connection, "", None).await;
        assert!(is_refused(&app, idp, &connection, &begun).await);
    }
    assert_eq!(publisher.asked(), 2);
    sign_in(&app, &new, &connection).await;
    app.finish();
}

#[tokio::test]
async fn what_a_stranger_signs_is_refused_also_where_metadata_cannot_be_fetched() {
    let app = start().await;
    let (idp, stranger) = (Idp::new(ENTITY), Idp::new(ENTITY));
    let publisher = Publisher::start(idp.metadata()).await;
    let connection = by_url(&app, &publisher).await;
    publisher.says(503, "");
    let begun = begin(&app, &connection, "", None).await;
    assert!(is_refused(&app, &stranger, &connection, &begun).await);
    assert_eq!(publisher.asked(), 2);
    // Not even what is not signed, or not XML, has the server ask.
    let acs = connection["acs_url"].as_str().unwrap();
    assert_eq!(post(&app, acs, &begun.cookie, "<a/>").await.status, 403);
    assert_eq!(publisher.asked(), 2);
    assert!(!is_refused(&app, &idp, &connection, &begun).await);
    let shown = app.own.rest.get(&path(&connection, "")).await.is(200);
    assert!(shown["metadata_problem"].as_str().unwrap().contains("503"));
    app.finish();
}

#[tokio::test]
async fn the_server_fetches_by_itself_what_is_due() {
    let mut app = start().await;
    let (old, new) = (Idp::new(ENTITY), Idp::new(ENTITY));
    let publisher = Publisher::start(old.metadata()).await;
    let connection = by_url(&app, &publisher).await;
    // A refused sign-in notes when the metadata was asked for: a moment that has passed on both engines.
    let begun = begin(&app, &connection, "", None).await;
    assert!(is_refused(&app, &new, &connection, &begun).await);
    assert_eq!(publisher.asked(), 2);
    publisher.says(200, new.metadata());
    let past = "UPDATE connections SET metadata_due = metadata_asked";
    assert_eq!(app.place.database.execute(past).await, 1);
    app.restart();
    let shown = loop {
        let shown = app.own.rest.get(&path(&connection, "")).await.is(200);
        if shown["metadata_xml"] == new.metadata() {
            break shown;
        }
    };
    assert_eq!(shown["metadata_problem"], Value::Null);
    assert_eq!(publisher.asked(), 3);
    let due = "SELECT token FROM connections WHERE metadata_due > metadata_asked";
    assert_eq!(app.place.database.texts(due, &[]).await.len(), 1);
    app.finish();
}

#[tokio::test]
async fn of_many_who_sign_in_by_a_new_key_one_has_the_server_fetch_it() {
    let app = start().await;
    let (old, new) = (Idp::new(ENTITY), Idp::new(ENTITY));
    let publisher = Publisher::start(old.metadata()).await;
    let connection = by_url(&app, &publisher).await;
    sign_in(&app, &old, &connection).await;
    publisher.says(200, new.metadata());
    let acs = connection["acs_url"].as_str().unwrap();
    let path = acs.strip_prefix(&app.base).unwrap().to_owned();
    let mut browsers = JoinSet::new();
    for _ in 0..8 {
        let begun = begin(&app, &connection, "", None).await;
        let document = new.response(&begun.request, acs, &person("m@corp.example", &[]));
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLResponse", &STANDARD.encode(document))
            .finish();
        let (client, path) = (app.anyone(), path.clone());
        browsers.spawn(async move {
            let form = ("content-type", "application/x-www-form-urlencoded");
            let headers = [form, ("cookie", &begun.cookie)];
            let answer = client.send(Method::POST, &path, &headers, Some(body));
            answer.await.status
        });
    }
    let statuses = browsers.join_all().await;
    // Who comes while it is being fetched is refused, and tries again.
    assert!(statuses.contains(&303), "{statuses:?}");
    assert!(statuses.iter().all(|status| [303, 403].contains(status)));
    assert_eq!(publisher.asked(), 2);
    sign_in(&app, &new, &connection).await;
    app.finish();
}
