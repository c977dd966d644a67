//! `/saml/<token>/…` and its settings, without an identity provider.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::{X509, X509NameBuilder};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::App;

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

/// What an identity provider would say of itself, with a key or without.
fn metadata(with_key: bool) -> String {
    let key = if with_key {
        let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let pair = PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap();
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("CN", "idp.example").unwrap();
        let name = name.build();
        let mut certificate = X509::builder().unwrap();
        certificate.set_subject_name(&name).unwrap();
        certificate.set_issuer_name(&name).unwrap();
        certificate.set_pubkey(&pair).unwrap();
        certificate
            .set_not_before(&Asn1Time::days_from_now(0).unwrap())
            .unwrap();
        certificate
            .set_not_after(&Asn1Time::days_from_now(30).unwrap())
            .unwrap();
        certificate.sign(&pair, MessageDigest::sha256()).unwrap();
        let der = STANDARD.encode(certificate.build().to_der().unwrap());
        format!(
            "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>\
             <ds:X509Certificate>{der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        )
    } else {
        String::new()
    };
    format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://idp.example/metadata\">\
         <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{key}\
         <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
         Location=\"https://idp.example/sso\"/></md:IDPSSODescriptor></md:EntityDescriptor>"
    )
}

/// Sets a connection up; its settings.
async fn connect(app: &App) -> Value {
    let wanted = json!({ "metadata_xml": metadata(true), "domain": "a.example" });
    app.own.rest.post("/saml/settings", &wanted).await.is(201)
}

fn path<'s>(app: &App, settings: &'s Value, name: &str) -> &'s str {
    settings[name]
        .as_str()
        .unwrap()
        .strip_prefix(&app.base)
        .unwrap()
}

#[tokio::test]
async fn nobody_signs_in_where_no_connection_is_ready() {
    let app = App::start().await;
    let fresh = app.own.rest.get("/saml/settings").await.is(200);
    let unready = fresh["token"].as_str().unwrap();
    for token in ["unknown", unready, "%00", "%FF", "..%2f", &"x".repeat(3000)] {
        let login = app.anyone().get(&format!("/saml/{token}/login")).await;
        assert_eq!(login.status, 404, "{token}");
        assert_eq!(login.header("content-type"), "text/html; charset=utf-8");
        let acs = format!("/saml/{token}/acs");
        let body = Some("SAMLResponse=AAAA".to_owned());
        let answer = app.anyone().send(Method::POST, &acs, &FORM, body).await;
        assert_eq!(answer.status, 404, "{token}");
    }
    app.finish();
}

#[tokio::test]
async fn the_metadata_is_there_before_that_of_the_identity_provider() {
    let app = App::start().await;
    let fresh = app.own.rest.get("/saml/settings").await.is(200);
    assert_eq!(
        app.own.rest.get("/saml/settings").await.is(200),
        fresh,
        "its URLs last"
    );
    let answer = app
        .anyone()
        .get(path(&app, &fresh, "sp_metadata_url"))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "application/samlmetadata+xml"
    );
    let document = roxmltree::Document::parse(&answer.text).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("entityID"), fresh["acs_url"].as_str());
    let acs = root.descendants().find(|node| {
        node.has_tag_name((
            "urn:oasis:names:tc:SAML:2.0:metadata",
            "AssertionConsumerService",
        ))
    });
    assert_eq!(
        acs.unwrap().attribute("Location"),
        fresh["acs_url"].as_str()
    );
    app.anyone().get("/saml/unknown/metadata").await;
    app.finish();
}

#[tokio::test]
async fn an_answer_that_cannot_be_verified_is_a_page_and_no_session() {
    let app = App::start().await;
    let settings = connect(&app).await;
    let acs = path(&app, &settings, "acs_url");
    let post = async |body: String| {
        app.anyone()
            .send(Method::POST, acs, &FORM, Some(body))
            .await
    };
    let encoded = |text: &str| {
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLResponse", &STANDARD.encode(text))
            .finish()
    };
    let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
    for garbage in [
        "SAMLResponse=".to_owned(),
        "SAMLResponse=%%%".to_owned(),
        "SAMLResponse=AAAA".to_owned(),
        encoded("<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>"),
        encoded("<!DOCTYPE r [<!ENTITY a \"b\">]><r>&a;</r>"),
        encoded("\0"),
        encoded(&deep),
        encoded(&"<a/>".repeat(1000)),
    ] {
        let answer = post(garbage.clone()).await;
        assert_eq!(answer.status, 403, "{garbage}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("set-cookie"), "");
    }
    for malformed in ["", "RelayState=x", "SAMLResponse=AAAA&SAMLResponse=BBBB"] {
        assert_eq!(post(malformed.to_owned()).await.status, 400, "{malformed}");
    }
    let large = format!("SAMLResponse={}", "A".repeat(1024 * 1024));
    assert!([400, 413].contains(&post(large).await.status));
    let json = [("content-type", "application/json")];
    let answer = app
        .anyone()
        .send(Method::POST, acs, &json, Some("{}".to_owned()))
        .await;
    assert_eq!(answer.status, 400);
    app.anyone().get(acs).await.is(405);
    app.finish();
}

#[tokio::test]
async fn a_sign_on_begins_at_the_identity_provider_and_is_bound_to_the_browser() {
    for (base, name, flags) in [
        (
            None,
            "rollright_browser=",
            "; Path=/; HttpOnly; Max-Age=600",
        ),
        (
            Some("https://roll.example"),
            "__Host-rollright_browser=",
            "; Path=/; HttpOnly; Max-Age=600; Secure; SameSite=None",
        ),
    ] {
        let options = base.map_or(Vec::new(), |base| vec!["--base-url", base]);
        let app = App::start_with(&options).await;
        let settings = connect(&app).await;
        let login = settings["login_url"].as_str().unwrap();
        let login = login.strip_prefix(base.unwrap_or(&app.base)).unwrap();
        let answer = app
            .anyone()
            .get(&format!("{login}?next=//evil.example"))
            .await;
        assert_eq!(answer.status, 303);
        assert!(
            answer
                .header("location")
                .starts_with("https://idp.example/sso?SAMLRequest=")
        );
        let cookie = answer.header("set-cookie");
        assert!(
            cookie.starts_with(name) && cookie.ends_with(flags),
            "{cookie}"
        );
        let targets = "SELECT target FROM authn_requests";
        assert_eq!(app.place.database.texts(targets, &[]).await, ["/"]);
        app.finish();
    }
}

#[tokio::test]
async fn the_cookie_of_a_session_has_the_flags_of_its_base_url_and_is_taken_away_at_the_end() {
    for (base, name, secure) in [
        (None, "rollright_session=", ""),
        (
            Some("https://roll.example"),
            "__Host-rollright_session=",
            "; Secure",
        ),
    ] {
        let options = base.map_or(Vec::new(), |base| vec!["--base-url", base]);
        let app = App::start_with(&options).await;
        let settings = app.own.rest.get("/saml/settings").await.is(200);
        let logout = settings["logout_url"].as_str().unwrap();
        let logout = logout.strip_prefix(base.unwrap_or(&app.base)).unwrap();
        let cookie = app.session(crate::app::OWNER).await;
        assert!(cookie.starts_with(name), "{cookie}");
        let mine = [("cookie", cookie.as_str())];
        let api = "/api/current-user/whoami";
        app.anyone()
            .send(Method::GET, api, &mine, None)
            .await
            .is(200);
        let answer = app.anyone().send(Method::GET, logout, &mine, None).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/"));
        let expected = format!("{name}; Path=/; HttpOnly; Max-Age=0{secure}; SameSite=Lax");
        assert_eq!(answer.header("set-cookie"), expected);
        app.anyone()
            .send(Method::GET, api, &mine, None)
            .await
            .is_problem(401);
        app.finish();
    }
}

/// Security J1: metadata without a certificate is no metadata.
#[tokio::test]
async fn settings_that_would_let_anybody_in_are_refused_with_a_sentence() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let before = connect(&app).await;
    assert_eq!(before["idp_entity_id"], "https://idp.example/metadata");
    assert_eq!(before["domain"], "a.example");
    let doctype = metadata(true).replacen("<md:", "<!DOCTYPE x><md:", 1);
    for (document, word) in [
        (metadata(false), "no certificate"),
        (doctype, ""),
        (metadata(true) + "<x/>", ""),
        ("<html/>".to_owned(), "html"),
        (
            metadata(true).replace("https://idp.example/sso", "javascript:alert(1)"),
            "Location",
        ),
    ] {
        let wanted = json!({ "metadata_xml": document, "domain": "evil.example" });
        let said = rest.post("/saml/settings", &wanted).await.is_problem(400);
        assert!(!said.is_empty() && said.contains(word), "{said}");
    }
    for wanted in [
        json!({ "metadata_url": "http://127.0.0.1/latest" }),
        json!({ "mapping_email": " " }),
        json!({ "domain": "a\0b" }),
        json!({ "split_groups": "perhaps" }),
    ] {
        rest.post("/saml/settings", &wanted).await.is_problem(400);
    }
    let mut after = rest.get("/saml/settings").await.is(200);
    let mut before = before;
    for shown in [&mut before, &mut after] {
        shown.as_object_mut().unwrap().remove("members_changed");
    }
    assert_eq!(after, before);
    // A part alone leaves the rest as it is.
    let changed = rest
        .post("/saml/settings", &json!({ "mapping_groups": "memberOf" }))
        .await
        .is(201);
    assert_eq!(changed["mapping_groups"], "memberOf");
    assert_eq!(changed["idp_entity_id"], before["idp_entity_id"]);
    assert_eq!(changed["token"], before["token"]);
    app.finish();
}
