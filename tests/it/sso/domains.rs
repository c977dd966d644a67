//! `/api/domains`, the way from an address to a connection, and who must use one.

use reqwest::Method;
use serde_json::{Value, json};

use super::dns::Dns;
use super::idp::{Idp, begin, opens, person, refused, session};
use crate::app::{App, OWNER, Organization, Place, printed};
use crate::client::Answer;

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

async fn claim(own: &Organization, domain: &str) -> Value {
    own.rest
        .post("/domains", &json!({ "domain": domain }))
        .await
        .is(201)
}

fn vouch(app: &App, number: i64, domain: &str) -> std::process::Output {
    app.place.run(&[
        "domain",
        "verify",
        domain,
        "--organization",
        &number.to_string(),
    ])
}

/// What the sign-in page answers to an address.
async fn entry(app: &App, email: &str) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("email", email)
        .append_pair("next", "/projects/1")
        .finish();
    app.anyone()
        .send(Method::POST, "/saml/sso-domain", &FORM, Some(body))
        .await
}

#[tokio::test]
async fn a_domain_is_verified_by_a_txt_record_and_is_nobody_elses_then() {
    let dns = Dns::start();
    let place = Place::make().await;
    std::fs::write(
        place.folder.path().join("rollright.toml"),
        format!("dns_server = \"{}\"\n", dns.address),
    )
    .unwrap();
    let app = App::start_in(place, &[]);
    let other = app.other();
    let claimed = claim(&app.own, " Bücher.Example ").await;
    assert_eq!(claimed["domain"], "xn--bcher-kva.example");
    assert_eq!(
        claimed["record"]["name"],
        "_rollright.xn--bcher-kva.example"
    );
    let path = "/domains/xn--bcher-kva.example";
    let verify = format!("{path}/verify");
    let nothing = json!({});
    let said = app.own.rest.post(&verify, &nothing).await.is_problem(400);
    assert!(said.contains("TXT record"), "{said}");
    // Two may claim it, and have other records.
    let theirs = claim(&other, "bücher.example").await;
    let value = |domain: &Value| domain["record"]["value"].as_str().unwrap().to_owned();
    assert_ne!(value(&theirs), value(&claimed));
    dns.publish("xn--bcher-kva.example", &value(&claimed));
    other.rest.post(&verify, &nothing).await.is_problem(400);
    let verified = app.own.rest.post(&verify, &nothing).await.is(200);
    assert!(verified["verified_at"].is_string(), "{verified}");
    assert_eq!(app.own.rest.get(path).await.is(200), verified);
    dns.publish("_rollright.xn--bcher-kva.example", &value(&theirs));
    let said = other.rest.post(&verify, &nothing).await.is_problem(400);
    assert!(said.contains("belongs to another organization"), "{said}");
    assert_eq!(
        app.events("xn--bcher-kva.example").await,
        ["domain.claimed", "domain.claimed", "domain.verified"]
    );
    // Given up, it is free.
    app.own.rest.delete(path).await.is(204);
    app.own.rest.get(path).await.is_problem(404);
    other.rest.post(&verify, &nothing).await.is(200);
    app.own
        .rest
        .post("/domains", &json!({ "domain": "bücher.example" }))
        .await
        .is_problem(400);
    app.finish();
}

#[tokio::test]
async fn what_no_organization_can_own_is_refused_and_the_operator_vouches_without_dns() {
    let app = App::start().await;
    let rest = &app.own.rest;
    for bad in [
        "gmail.com",
        "Outlook.COM",
        "localhost",
        "127.0.0.1",
        "",
        "a b.example",
    ] {
        rest.post("/domains", &json!({ "domain": bad }))
            .await
            .is_problem(400);
        assert!(!vouch(&app, 1, bad).status.success(), "{bad}");
    }
    let unknown =
        json!({ "domain": "a.example", "connection": "018f0000-0000-7000-8000-000000000000" });
    rest.post("/domains", &unknown).await.is_problem(400);
    printed(&vouch(&app, 1, "Corp.Example"));
    printed(&vouch(&app, 1, "corp.example"));
    assert!(!vouch(&app, 99, "d.example").status.success());
    let list = rest.get("/domains").await.is(200);
    assert_eq!(list["count"], 1);
    assert!(list["results"][0]["verified_at"].is_string());
    claim(&app.own, "b.example").await;
    rest.post("/domains", &json!({ "domain": "B.example" }))
        .await
        .is_problem(400);
    app.finish();
}

#[tokio::test]
async fn an_address_leads_to_the_connection_of_its_verified_domain_alone() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = idp
        .connect(&app.own, json!({ "domain": "corp.example, b.example" }))
        .await;
    let unknown = entry(&app, "a@unknown.example").await;
    assert_eq!(unknown.status, 200);
    assert_eq!(app.anyone().get("/user/login").await.status, 200);
    // Claimed by the connection, and not verified yet.
    for email in [
        "a@corp.example",
        "a@b.example",
        "nonsense",
        "",
        "a@gmail.com",
    ] {
        assert_eq!(
            entry(&app, email).await.comparable(),
            unknown.comparable(),
            "{email}"
        );
    }
    printed(&vouch(&app, 1, "corp.example"));
    let found = entry(&app, "A@CORP.example").await;
    let expected = format!(
        "{}?next=%2Fprojects%2F1",
        connection["login_url"].as_str().unwrap()
    );
    assert_eq!(
        (found.status, found.header("location")),
        (303, expected.as_str())
    );
    assert_eq!(
        entry(&app, "a@sub.corp.example").await.comparable(),
        unknown.comparable()
    );
    assert_eq!(
        entry(&app, "a@b.example").await.comparable(),
        unknown.comparable()
    );
    let path = format!("/connections/{}", connection["id"].as_str().unwrap());
    app.own
        .rest
        .patch(&path, &json!({ "enabled": false }))
        .await
        .is(200);
    assert_eq!(
        entry(&app, "a@corp.example").await.comparable(),
        unknown.comparable()
    );
    app.own
        .rest
        .patch(&path, &json!({ "enabled": true, "domain": "b.example" }))
        .await
        .is(200);
    assert_eq!(
        entry(&app, "a@corp.example").await.comparable(),
        unknown.comparable()
    );
    assert_eq!(app.own.rest.get("/domains").await.is(200)["count"], 1);
    app.finish();
}

/// Security J11.
#[tokio::test]
async fn an_account_that_others_have_a_part_in_is_linked_only_where_the_domain_is_verified() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = idp.connect(&app.own, json!({})).await;
    // The Owner's account was made at the command line: no IdP may take it over by its address.
    let who = person(OWNER, &[]);
    refused(
        &idp.sign_in(&app, &connection, &who).await,
        "signs in another way",
    );
    printed(&vouch(&app, 1, "other.example"));
    refused(
        &idp.sign_in(&app, &connection, &who).await,
        "signs in another way",
    );
    printed(&vouch(&app, 1, "a.example"));
    let cookie = session(&idp.sign_in(&app, &connection, &who).await);
    assert!(opens(&app, &cookie).await);
    assert_eq!(app.own.role(OWNER).await, "OW manual");
    // Another organization's IdP says the same address: there it is a guest, and the account is not touched.
    let other = app.other();
    other.rules(&[("Annotator", "all")]).await;
    let foreign = Idp::new("https://evil.example/metadata");
    let theirs = foreign.connect(&other, json!({})).await;
    for email in [OWNER, "new@a.example"] {
        let cookie = session(
            &foreign
                .sign_in(&app, &theirs, &person(email, &["all"]))
                .await,
        );
        let answer = app
            .anyone()
            .send(
                Method::GET,
                "/api/current-user/whoami",
                &[("cookie", &cookie)],
                None,
            )
            .await;
        assert_eq!(
            answer.is(200)["organization_membership"]["organization_id"],
            other.number
        );
    }
    let named = "SELECT email FROM accounts WHERE email_key = $1";
    assert_eq!(app.place.database.texts(named, &[OWNER]).await, [OWNER]);
    let none: [String; 0] = [];
    assert_eq!(
        app.place.database.texts(named, &["new@a.example"]).await,
        none
    );
    app.finish();
}

#[tokio::test]
async fn single_sign_on_is_required_once_an_administrator_has_shown_that_it_works() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let rest = &app.own.rest;
    app.own.rules(&[("Manager", "leads")]).await;
    let connection = idp.connect(&app.own, json!({})).await;
    let through = session(
        &idp.sign_in(&app, &connection, &person("m@corp.example", &["leads"]))
            .await,
    );
    let by_link = app.session("m@corp.example").await;
    let owner = app.session(OWNER).await;
    let policy = "/connections/policy";
    let on = json!({ "sso_required": true });
    assert_eq!(
        rest.get(policy).await.is(200),
        json!({ "sso_required": false })
    );
    let said = rest.patch(policy, &on).await.is_problem(400);
    assert!(
        said.contains("signed in through a connection yourself"),
        "{said}"
    );
    // A test that goes well is enough.
    printed(&vouch(&app, 1, "a.example"));
    let begun = begin(&app, &connection, "?test=1", Some(&owner)).await;
    idp.answer(&app, &connection, &begun, &person(OWNER, &[]))
        .await;
    assert_eq!(rest.patch(policy, &on).await.is(200), on);
    assert!(
        opens(&app, &through).await,
        "a session of the connection goes on"
    );
    assert!(!opens(&app, &by_link).await, "one by a link has ended");
    assert!(opens(&app, &owner).await, "the Owner's has not");
    let refused = app
        .place
        .run(&["login-link", "--username", "m@corp.example"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("single sign-on"));
    assert!(opens(&app, &app.session(OWNER).await).await);
    rest.patch(policy, &json!({ "sso_required": false }))
        .await
        .is(200);
    assert!(opens(&app, &app.session("m@corp.example").await).await);
    app.finish();
}

#[tokio::test]
async fn single_sign_on_is_required_of_the_people_of_one_domain() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let rest = &app.own.rest;
    app.own.rules(&[("Manager", "leads")]).await;
    let connection = idp.connect(&app.own, json!({})).await;
    for email in ["m@corp.example", "m@b.example"] {
        session(
            &idp.sign_in(&app, &connection, &person(email, &["leads"]))
                .await,
        );
    }
    let (corp, b) = (
        app.session("m@corp.example").await,
        app.session("m@b.example").await,
    );
    let path = "/domains/corp.example";
    claim(&app.own, "corp.example").await;
    let on = json!({ "sso_required": true });
    let said = rest.patch(path, &on).await.is_problem(400);
    assert!(said.contains("verified"), "{said}");
    printed(&vouch(&app, 1, "corp.example"));
    printed(&vouch(&app, 1, "a.example"));
    session(&idp.sign_in(&app, &connection, &person(OWNER, &[])).await);
    // A link that was made before does not work any more either.
    let said = printed(
        &app.place
            .run(&["login-link", "--username", "m@corp.example"]),
    );
    let changed = rest
        .patch(
            path,
            &json!({ "sso_required": true, "connection": connection["id"] }),
        )
        .await;
    assert_eq!(changed.is(200)["connection"], connection["id"]);
    assert!(!opens(&app, &corp).await && opens(&app, &b).await);
    let link = said.trim().rsplit_once("/login-link/").unwrap().1;
    let answer = app.anyone().get(&format!("/login-link/{link}")).await;
    assert_eq!(answer.status, 403);
    // With its connection, what is required of the domain ends.
    let one = format!("/connections/{}", connection["id"].as_str().unwrap());
    rest.delete(&one).await.is(204);
    let after = rest.get(path).await.is(200);
    assert_eq!(
        (&after["connection"], &after["sso_required"]),
        (&Value::Null, &json!(false))
    );
    app.finish();
}
