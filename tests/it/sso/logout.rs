//! Single logout: begun here, and begun by the identity provider.

use reqwest::Method;
use serde_json::{Value, json};

use super::idp::{Idp, opens, person, post, session};
use super::publisher::Publisher;
use super::queries::{Sent, message, path, query};
use super::start;
use crate::app::App;
use crate::client::Answer;

const SLO: &str = "https://idp.example/slo";
const RULES: [(&str, &str); 1] = [("Annotator", "eng")];

#[expect(
    clippy::disallowed_methods,
    reason = "the identity provider has its own clock"
)]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// A connection to an IdP that takes part in logging out.
async fn connect(app: &App, idp: &Idp, further: Value) -> Value {
    app.own.rules(&RULES).await;
    let binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
    let slo = format!("<md:SingleLogoutService Binding=\"{binding}\" Location=\"{SLO}\"/>");
    let metadata = idp.metadata();
    let metadata = metadata.replace("<md:SingleSignOn", &format!("{slo}<md:SingleSignOn"));
    let mut wanted = json!({ "metadata_xml": metadata });
    let fields = wanted.as_object_mut().unwrap();
    fields.extend(further.as_object().unwrap().clone());
    idp.connect(&app.own, wanted).await
}

async fn alice(app: &App, idp: &Idp, connection: &Value) -> String {
    let who = person("alice@a.example", &["eng"]);
    session(&idp.sign_in(app, connection, &who).await)
}

/// What the identity provider asks or answers.
fn said(name: &str, id: &str, to: &str, inside: &str) -> String {
    let now = now();
    format!(
        "<samlp:{name} xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" Destination=\"{to}\" ID=\"{id}\" \
         IssueInstant=\"{now:.0}\" Version=\"2.0\"><saml:Issuer \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://idp.example/metadata</saml:Issuer>{inside}\
         </samlp:{name}>"
    )
}

fn request(id: &str, to: &str, subject: &str, sessions: &[&str]) -> String {
    let sessions: Vec<String> = sessions
        .iter()
        .map(|one| format!("<samlp:SessionIndex>{one}</samlp:SessionIndex>"))
        .collect();
    let sessions = sessions.concat();
    let inside = format!(
        "<saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{subject}</saml:NameID>{sessions}"
    );
    said("LogoutRequest", id, to, &inside)
}

fn response(answered: &str, to: &str, status: &str) -> String {
    let inside = format!(
        "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:{status}\"></samlp:StatusCode>\
         </samlp:Status>"
    );
    let text = said("LogoutResponse", "_x1", to, &inside);
    text.replace(
        " ID=\"_x1\"",
        &format!(" ID=\"_x1\" InResponseTo=\"{answered}\""),
    )
}

async fn get(app: &App, url: &str, cookie: &str) -> Answer {
    let headers: Vec<(&str, &str)> = match cookie {
        "" => Vec::new(),
        cookie => vec![("cookie", cookie)],
    };
    app.anyone().send(Method::GET, url, &headers, None).await
}

#[tokio::test]
async fn a_session_ends_here_first_and_then_at_the_identity_provider() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = connect(&app, &idp, json!({})).await;
    let keys = format!("/connections/{}/keys", connection["id"].as_str().unwrap());
    let to = connection["slo_url"].as_str().unwrap();
    let slo = path(&app, &connection, "slo_url");
    for (status, expected) in [("Success", 303), ("Responder", 200)] {
        let cookie = alice(&app, &idp, &connection).await;
        let left = get(&app, path(&app, &connection, "logout_url"), &cookie).await;
        assert_eq!(left.status, 303, "{}", left.text);
        assert!(!opens(&app, &cookie).await, "it has ended here already");
        let sent = Sent::read(left.header("location"));
        assert!(left.header("location").starts_with(SLO));
        let key = app.own.rest.get(&keys).await.is(200)["results"][0]["certificate"].clone();
        assert!(sent.is_signed_by(&key));
        assert!(sent.document.contains(
            "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">alice@a.example</saml:NameID>\
             <samlp:SessionIndex>_s1</samlp:SessionIndex>"
        ));
        let all = left.headers.get_all("set-cookie").iter();
        let mark = all
            .map(|value| value.to_str().unwrap())
            .find(|value| value.contains("browser="));
        let mark = mark.unwrap().split(';').next().unwrap();
        let answer = response(&sent.attribute("ID"), to, status);
        let good = query(&idp, "SAMLResponse", &answer, "");
        // Not of another browser, not without a signature, not to nothing.
        assert_eq!(get(&app, &format!("{slo}?{good}"), "").await.status, 403);
        let unsigned = good.split("&SigAlg").next().unwrap();
        assert_eq!(
            get(&app, &format!("{slo}?{unsigned}"), mark).await.status,
            403
        );
        let other = query(&idp, "SAMLResponse", &response("_other", to, status), "");
        assert_eq!(get(&app, &format!("{slo}?{other}"), mark).await.status, 403);
        let came = get(&app, &format!("{slo}?{good}"), mark).await;
        assert_eq!(came.status, expected, "{}", came.text);
        assert_eq!(
            get(&app, &format!("{slo}?{good}"), mark).await.status,
            403,
            "once"
        );
    }
    app.finish();
}

#[tokio::test]
async fn the_identity_provider_ends_sessions_with_a_signed_request_and_gets_a_signed_answer() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = connect(&app, &idp, json!({})).await;
    let slo = path(&app, &connection, "slo_url");
    let to = connection["slo_url"].as_str().unwrap();
    let logout = path(&app, &connection, "logout_url");
    let at_logout = connection["logout_url"].as_str().unwrap();
    // By each binding and at each address, of one session or all.
    for (turn, (place, address, sessions, posted)) in [
        (slo, to, &["_s1"][..], false),
        (logout, at_logout, &[], false),
        (slo, to, &["_s9", "_s1"], true),
        (logout, at_logout, &[], true),
    ]
    .into_iter()
    .enumerate()
    {
        let cookie = alice(&app, &idp, &connection).await;
        let owner = app.session(crate::app::OWNER).await;
        let id = format!("_l{turn}");
        for other in [
            request(&format!("{id}o"), address, "alice@a.example", &["_s9"]),
            request(&format!("{id}p"), address, "bob@a.example", &[]),
        ] {
            let sent = query(&idp, "SAMLRequest", &other, "");
            assert_eq!(get(&app, &format!("{place}?{sent}"), "").await.status, 303);
        }
        assert!(opens(&app, &cookie).await, "others were meant");
        let text = request(&id, address, "alice@a.example", sessions);
        let send = async || {
            if posted {
                let signed = idp.signed(&text, &id);
                message(&app, place, "SAMLRequest", &signed, "to/here").await
            } else {
                let sent = query(&idp, "SAMLRequest", &text, "to/here");
                get(&app, &format!("{place}?{sent}"), "").await
            }
        };
        let answer = send().await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert!(!opens(&app, &cookie).await && opens(&app, &owner).await);
        assert!(answer.header("location").starts_with(SLO));
        assert!(answer.header("location").contains("&RelayState=to%2Fhere&"));
        let answered = Sent::read(answer.header("location"));
        assert_eq!(answered.attribute("InResponseTo"), id);
        let keys = format!("/connections/{}/keys", connection["id"].as_str().unwrap());
        let key = app.own.rest.get(&keys).await.is(200)["results"][0]["certificate"].clone();
        assert!(answered.is_signed_by(&key));
        assert_eq!(send().await.status, 403, "it is used once");
    }
    let ended = "SELECT kind FROM events WHERE kind = 'session.ended'";
    assert_eq!(app.place.database.texts(ended, &[]).await.len(), 4);
    app.finish();
}

/// Security J18.
#[tokio::test]
async fn nobody_is_logged_out_by_a_message_that_is_not_the_identity_provider_s() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let evil = Idp::new("https://idp.example/metadata");
    let connection = connect(&app, &idp, json!({})).await;
    let other = connect(&app, &evil, json!({})).await;
    let cookie = alice(&app, &idp, &connection).await;
    let slo = path(&app, &connection, "slo_url");
    let to = connection["slo_url"].as_str().unwrap();
    let text = request("_l1", to, "alice@a.example", &[]);
    let good = query(&idp, "SAMLRequest", &text, "");
    let unsigned = good.split("&SigAlg").next().unwrap().to_owned();
    for bad in [
        unsigned,
        query(&evil, "SAMLRequest", &text, ""),
        format!("{good}&SAMLRequest=x"),
        good.replace("rsa-sha256", "rsa-sha1"),
        query(
            &idp,
            "SAMLRequest",
            &request("_l1", "https://sp.test/slo", "alice@a.example", &[]),
            "",
        ),
        query(&idp, "SAMLRequest", "<!DOCTYPE a><a/>", ""),
        "SAMLRequest=AAAA".to_owned(),
        String::new(),
    ] {
        let answer = get(&app, &format!("{slo}?{bad}"), "").await;
        assert_eq!(answer.status, 403, "{bad}");
        assert!(opens(&app, &cookie).await, "{bad}");
    }
    for bad in [text.clone(), evil.signed(&text, "_l1"), "<a/>".to_owned()] {
        let answer = message(&app, slo, "SAMLRequest", &bad, "").await;
        assert_eq!(answer.status, 403, "{bad}");
    }
    // The IdP of another connection speaks for its own people alone.
    let address = other["slo_url"].as_str().unwrap();
    let foreign = query(
        &evil,
        "SAMLRequest",
        &request("_l1", address, "alice@a.example", &[]),
        "",
    );
    let answer = get(
        &app,
        &format!("{}?{foreign}", path(&app, &other, "slo_url")),
        "",
    )
    .await;
    assert_eq!(answer.status, 303);
    assert!(opens(&app, &cookie).await);
    // A connection that is switched off does not listen, and yet everybody can leave.
    let at = format!("/connections/{}", connection["id"].as_str().unwrap());
    app.own
        .rest
        .patch(&at, &json!({ "enabled": false }))
        .await
        .is(200);
    assert_eq!(get(&app, &format!("{slo}?{good}"), "").await.status, 404);
    let left = get(&app, path(&app, &connection, "logout_url"), &cookie).await;
    assert_eq!((left.status, left.header("location")), (303, "/"));
    assert!(!opens(&app, &cookie).await);
    app.finish();
}

/// Security J7.
#[tokio::test]
async fn the_identity_provider_begins_only_where_a_connection_lets_it() {
    let app = App::start().await;
    let idp = Idp::new("https://idp.example/metadata");
    let connection = connect(&app, &idp, json!({})).await;
    let acs = connection["acs_url"].as_str().unwrap();
    let who = person("alice@a.example", &["eng"]);
    let begun = |id: &str| {
        let now = now();
        let asked = format!("<a ID=\"{id}\" IssueInstant=\"{now:.0}\"/>");
        let text = idp.unasked(&asked, acs, &who);
        assert!(!text.contains("InResponseTo"));
        text
    };
    assert_eq!(post(&app, acs, "", &begun("_1")).await.status, 403);
    let at = format!("/connections/{}", connection["id"].as_str().unwrap());
    app.own
        .rest
        .patch(&at, &json!({ "idp_initiated": true }))
        .await
        .is(200);
    let genuine = begun("_2");
    let cookie = session(&post(&app, acs, "", &genuine).await);
    assert!(opens(&app, &cookie).await);
    assert_eq!(post(&app, acs, "", &genuine).await.status, 403, "once");
    for (turn, (relay_state, target)) in [
        ("/projects/1", "/projects/1"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ]
    .into_iter()
    .enumerate()
    {
        let place = path(&app, &connection, "acs_url");
        let text = begun(&format!("_r{turn}"));
        let answer = message(&app, place, "SAMLResponse", &text, relay_state).await;
        assert_eq!((answer.status, answer.header("location")), (303, target));
    }
    // An answer to a request that this browser never made is none, however the connection is set.
    let asked = format!("<a ID=\"_q\" IssueInstant=\"{:.0}\"/>", now());
    let answer = post(&app, acs, "", &idp.response(&asked, acs, &who)).await;
    assert_eq!(answer.status, 403);
    app.finish();
}

#[tokio::test]
async fn a_logout_that_is_signed_by_a_new_key_of_the_provider_ends_the_session() {
    let app = start().await;
    app.own.rules(&RULES).await;
    let entity = "https://idp.example/metadata";
    let (old, new, stranger) = (Idp::new(entity), Idp::new(entity), Idp::new(entity));
    let publisher = Publisher::start(old.metadata()).await;
    let connection = old
        .connect(&app.own, json!({ "metadata_url": publisher.url }))
        .await;
    let cookie = alice(&app, &old, &connection).await;
    publisher.says(200, new.metadata());
    let to = connection["slo_url"].as_str().unwrap();
    let slo = path(&app, &connection, "slo_url");
    let document = request("_l1", to, "alice@a.example", &[]);
    for (idp, status) in [(&new, 200), (&stranger, 403), (&old, 403)] {
        let query = query(idp, "SAMLRequest", &document, "");
        let answer = get(&app, &format!("{slo}?{query}"), "").await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(!opens(&app, &cookie).await);
    }
    assert_eq!(publisher.asked(), 2);
    app.finish();
}
