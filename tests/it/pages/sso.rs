//! The pages of single sign-on: connections, their settings, our keys, and how sign-ins through them go.

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::{Browser, leads, says};
use crate::app::{App, OWNER};
use crate::sso::idp::{Idp, begin, person, session};

const PATH: &str = "/organization/sso";

/// A form with these fields.
fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Adds a connection in the page; its path.
async fn add(owner: &Browser<'_>, provider: &str, protocol: &str) -> String {
    let wanted = [("provider", provider), ("protocol", protocol)];
    let made = leads(&owner.send(PATH, &form(&wanted)).await);
    made.strip_suffix("?done=made").unwrap().to_owned()
}

/// What is kept of a connection.
async fn kept(app: &App, path: &str) -> Value {
    let id = path.strip_prefix(PATH).unwrap();
    let path = format!("/connections{id}");
    app.own.rest.get(&path).await.is(200)
}

/// The least that is typed to save a SAML connection, and more.
fn saml<'a>(more: &[(&'a str, &'a str)]) -> String {
    let mut all = vec![
        ("what", "save"),
        ("name", "Corp"),
        ("idp_provider", "okta"),
        ("mapping_email", "Email"),
        ("mapping_first_name", "FirstName"),
        ("mapping_last_name", "LastName"),
        ("mapping_groups", "Groups"),
        ("clock_skew", "60"),
    ];
    all.extend(more);
    form(&all)
}

#[tokio::test]
async fn a_connection_is_added_told_what_to_paste_and_completed_by_pasted_metadata() {
    let app = App::start().await;
    let owner = Browser::of(&app, OWNER).await;
    says(&owner.open(PATH).await, 200, "There is no connection yet");
    for (wanted, id) in [
        ("provider=x&protocol=saml", "provider-problem"),
        ("provider=okta&protocol=x", "protocol-problem"),
    ] {
        let wanted = format!("{wanted}&name=Kept");
        let refused = owner.send(PATH, &wanted).await;
        says(&refused, 400, &format!("id=\"{id}\""));
        says(&refused, 400, "value=\"Kept\"");
    }
    let path = add(&owner, "okta", "saml").await;
    let made = kept(&app, &path).await;
    assert_eq!(
        (&made["name"], &made["idp_provider"], &made["mapping_email"]),
        (&json!("Okta"), &json!("okta"), &json!("email"))
    );
    let page = owner.open(&format!("{path}?done=made")).await;
    for name in ["acs_url", "sp_metadata_url", "slo_url", "login_url"] {
        let value = format!("value=\"{}\"", made[name].as_str().unwrap());
        says(&page, 200, &value);
    }
    for word in [
        "Audience URI (SP Entity ID)",
        "user.firstName",
        "not complete",
    ] {
        says(&page, 200, word);
    }
    assert!(!page.text.contains("?test=1"), "there is nothing to test");
    let idp = Idp::new("https://idp.example/metadata");
    let metadata = idp.metadata();
    let typed = [
        ("metadata_xml", metadata.as_str()),
        ("force_authn", "true"),
        ("preset", "default"),
    ];
    let saved = owner.send(&path, &saml(&typed)).await;
    assert_eq!(leads(&saved), format!("{path}?done=saved"));
    let now = kept(&app, &path).await;
    assert_eq!(
        (&now["enabled"], &now["ready"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(now["idp_entity_id"], "https://idp.example/metadata");
    assert_eq!(
        (&now["force_authn"], &now["just_in_time"], &now["name"]),
        (&json!(true), &json!(false), &json!("Corp"))
    );
    assert_eq!(now["mapping_first_name"], "FirstName");
    assert_eq!(now["token"], made["token"], "the URLs stay");
    let page = owner.open(&leads(&saved)).await;
    for word in ["Saved.", "CN=idp.test", "ends in ", "?test=1", "disabled"] {
        says(&page, 200, word);
    }
    let list = owner.open(PATH).await;
    for word in ["Corp", "SAML", "ends in ", "none this week"] {
        says(&list, 200, word);
    }
    leads(&owner.send(&path, "what=enable").await);
    // Saved again without metadata, what is known of the provider stays.
    leads(&owner.send(&path, &saml(&[])).await);
    assert_eq!(kept(&app, &path).await["ready"], true);
    app.finish();
}

#[tokio::test]
async fn a_refused_form_comes_again_with_the_field_named_and_everything_kept() {
    let app = App::start().await;
    let owner = Browser::of(&app, OWNER).await;
    let path = add(&owner, "custom", "saml").await;
    let before = kept(&app, &path).await;
    let url = "https://idp.example/metadata";
    for (typed, field) in [
        (&[("metadata_xml", "<html/>")][..], "metadata_xml"),
        (
            &[("metadata_url", url), ("metadata_xml", "<a/>")],
            "metadata_url",
        ),
        (
            &[("metadata_url", "ftp://idp.example/metadata")],
            "metadata_url",
        ),
        (&[("clock_skew", "soon")], "clock_skew"),
        (&[("clock_skew", "301")], "clock_skew"),
        (&[("mapping_email", " ")], "mapping_email"),
        (&[("domain", "gmail.com")], "domain"),
        (&[("idp_entity_id", "https://idp.example")], "sso_url"),
        (
            &[
                ("idp_entity_id", "https://idp.example"),
                ("sso_url", "https://idp.example/sso"),
                ("certificate", "none"),
            ],
            "certificate",
        ),
    ] {
        let mut all = vec![("name", "<b>Mine</b>"), ("idp_initiated", "true")];
        all.extend(typed);
        let refused = owner.send(&path, &saml(&all)).await;
        says(&refused, 400, "Nothing is changed");
        says(&refused, 400, "value=\"&#60;b&#62;Mine&#60;/b&#62;\"");
        let (_, shown) = refused
            .text
            .split_once(&format!(" name=\"{field}\""))
            .unwrap();
        assert!(
            shown.split('>').next().unwrap().contains("aria-invalid"),
            "{field}: {}",
            refused.text
        );
        let (_, switch) = refused.text.split_once("name=\"idp_initiated\"").unwrap();
        assert!(switch.split('>').next().unwrap().contains("checked"));
        for (name, value) in typed.iter().filter(|(_, value)| !value.contains('<')) {
            let kept = refused.text.contains(&format!("\"{value}\""))
                || refused.text.contains(&format!(">{value}<"));
            assert!(kept || value.trim().is_empty(), "{name}={value}");
        }
    }
    assert_eq!(kept(&app, &path).await, before, "nothing half done");
    says(
        &owner.send(&path, "what=x").await,
        400,
        "what is to be done",
    );
    app.finish();
}

#[tokio::test]
async fn three_values_do_where_a_provider_has_no_metadata() {
    let app = App::start().await;
    let owner = Browser::of(&app, OWNER).await;
    let path = add(&owner, "custom", "saml").await;
    let idp = Idp::new("https://idp.example/metadata");
    let metadata = idp.metadata();
    let (_, certificate) = metadata.split_once("<ds:X509Certificate>").unwrap();
    let certificate = certificate.split('<').next().unwrap();
    let pem =
        format!("-----BEGIN CERTIFICATE-----\r\n{certificate}\r\n-----END CERTIFICATE-----\r\n");
    let typed = [
        ("idp_entity_id", "https://idp.example/metadata"),
        ("sso_url", "https://idp.example/sso"),
        ("certificate", pem.as_str()),
        ("just_in_time", "true"),
    ];
    leads(&owner.send(&path, &saml(&typed)).await);
    leads(&owner.send(&path, "what=enable").await);
    let connection = kept(&app, &path).await;
    assert_eq!(connection["ready"], true);
    app.own.rules(&[("Manager", "leads")]).await;
    let who = person("ada@corp.example", &["leads"]);
    session(&idp.sign_in(&app, &connection, &who).await);
    assert_eq!(app.own.role("ada@corp.example").await, "MA saml");
    app.finish();
}

#[tokio::test]
async fn a_client_secret_is_kept_until_another_is_given_and_never_shown() {
    let app = App::start().await;
    let owner = Browser::of(&app, OWNER).await;
    let path = add(&owner, "keycloak", "oidc").await;
    let made = kept(&app, &path).await;
    let page = owner.open(&path).await;
    for name in [
        "redirect_uri",
        "backchannel_logout_uri",
        "post_logout_redirect_uri",
    ] {
        let value = format!("value=\"{}\"", made[name].as_str().unwrap());
        says(&page, 200, &value);
    }
    let oidc = |more: &[(&str, &str)]| {
        let mut all = vec![
            ("preset", "auth0"),
            ("clock_skew", "60"),
            ("graph_group", "id"),
        ];
        all.extend([("what", "save"), ("client_id", "roll")]);
        all.extend(more);
        form(&all)
    };
    let issuer = ("issuer", "https://op.example/realms/a");
    let secret = ("client_secret", "s3cret-canary");
    let scopes = ("scopes", " email  groups ");
    let saved = owner.send(&path, &oidc(&[issuer, secret, scopes])).await;
    assert_eq!(leads(&saved), format!("{path}?done=saved"));
    let now = kept(&app, &path).await;
    assert_eq!(now["has_client_secret"], true);
    assert_eq!(now["scopes"], json!(["email", "groups"]));
    let refused = owner
        .send(&path, &oidc(&[("issuer", "ftp://op.example"), secret]))
        .await;
    says(&refused, 400, "The issuer must be an https URL");
    for page in [&refused, &owner.open(&path).await] {
        assert!(!page.text.contains("s3cret-canary"), "{}", page.text);
    }
    leads(&owner.send(&path, &oidc(&[issuer])).await);
    assert_eq!(kept(&app, &path).await["has_client_secret"], true);
    let public = [issuer, ("public", "true")];
    leads(&owner.send(&path, &oidc(&public)).await);
    assert_eq!(kept(&app, &path).await["has_client_secret"], false);
    app.finish();
}

#[tokio::test]
async fn a_key_of_ours_takes_the_place_of_another_by_buttons() {
    let app = App::start().await;
    let owner = Browser::of(&app, OWNER).await;
    let path = add(&owner, "custom", "saml").await;
    let keys = format!("/connections{}/keys", path.strip_prefix(PATH).unwrap());
    let list = async || app.own.rest.get(&keys).await.is(200)["results"].clone();
    for made in 1..=2 {
        let done = owner.send(&path, "what=make-key").await;
        assert_eq!(leads(&done), format!("{path}?done=key"));
        assert_eq!(list().await.as_array().unwrap().len(), made);
    }
    let all = list().await;
    let [old, new] = [0, 1].map(|at| all[at]["id"].as_str().unwrap().to_owned());
    let refused = owner
        .send(&path, &format!("what=delete-key&key={old}"))
        .await;
    says(&refused, 400, "let another key sign before");
    leads(&owner.send(&path, &format!("what=sign&key={new}")).await);
    let gone = owner
        .send(&path, &format!("what=delete-key&key={old}"))
        .await;
    says(&owner.open(&leads(&gone)).await, 200, "The key is deleted");
    let left = list().await;
    assert_eq!(
        (&left[0]["id"], &left[0]["signs"]),
        (&json!(new), &json!(true))
    );
    for key in [old.as_str(), "x", ""] {
        let sent = owner.send(&path, &format!("what=sign&key={key}")).await;
        says(&sent, 404, "Nothing here");
    }
    app.finish();
}

#[tokio::test]
async fn the_page_shows_the_last_attempts_and_what_the_last_one_carried() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = idp.connect(&app.own, json!({})).await;
    app.own.rules(&[("Reviewer", "rev")]).await;
    let owner = Browser::of(&app, OWNER).await;
    let path = format!("{PATH}/{}", connection["id"].as_str().unwrap());
    let last = format!("{path}/last");
    says(&owner.open(&last).await, 200, "Nobody has tried this week");
    let page = owner.open(&path).await;
    let test = format!(
        "href=\"{}?test=1\"",
        connection["login_url"].as_str().unwrap()
    );
    says(&page, 200, &test);
    says(&page, 200, &format!("hx-get=\"{last}\""));
    let admin = app.session(OWNER).await;
    let begun = begin(&app, &connection, "?test=1", Some(&admin)).await;
    let script = "&lt;script&gt;alert(1)&lt;/script&gt;";
    let groups = ["rev", script];
    let who = person("eve@corp.example", &groups);
    let answer = idp.answer(&app, &connection, &begun, &who).await;
    let trace = leads(&answer);
    let shown = owner.open(&last).await;
    for word in [
        &format!("href=\"{trace}\""),
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "eve@corp.example",
        "Department",
    ] {
        says(&shown, 200, word);
    }
    assert!(!shown.text.contains("<script>"));
    session(
        &idp.sign_in(&app, &connection, &person("ada@corp.example", &["rev"]))
            .await,
    );
    let page = owner.open(&path).await;
    says(&page, 200, "signed in");
    says(&page, 200, ">Reviewer</span>");
    assert!(!page.text.contains("ada@corp.example"), "masked");
    assert!(
        !owner.open(PATH).await.text.contains("none this week"),
        "the list says when"
    );
    app.finish();
}

#[tokio::test]
async fn a_connection_is_disabled_enabled_and_after_a_question_deleted() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = idp.connect(&app.own, json!({ "name": "Corp" })).await;
    let id = connection["id"].as_str().unwrap();
    let path = format!("{PATH}/{id}");
    let owner = Browser::of(&app, OWNER).await;
    for (what, badge) in [("disable", "disabled"), ("enable", "enabled")] {
        let done = owner.send(&path, &format!("what={what}")).await;
        let page = owner.open(&leads(&done)).await;
        says(&page, 200, &format!(">{badge}</span>"));
        assert_eq!(kept(&app, &path).await["enabled"], what == "enable");
    }
    let asked = owner.open(&format!("{path}/delete")).await;
    says(&asked, 200, "Delete Corp?");
    let gone = owner.send(&format!("{path}/delete"), "").await;
    assert_eq!(leads(&gone), format!("{PATH}?done=deleted"));
    says(&owner.open(&leads(&gone)).await, 200, "is deleted");
    app.own
        .rest
        .get(&format!("/connections/{id}"))
        .await
        .is_problem(404);
    let theirs = idp.connect(&app.other(), json!({})).await;
    for id in [theirs["id"].as_str().unwrap(), id, "x"] {
        for end in ["", "/delete", "/last"] {
            says(
                &owner.open(&format!("{PATH}/{id}{end}")).await,
                404,
                "Nothing here",
            );
        }
        for (end, body) in [("", "what=disable"), ("/delete", "")] {
            let sent = owner.send(&format!("{PATH}/{id}{end}"), body).await;
            says(&sent, 404, "Nothing here");
        }
    }
    app.finish();
}
