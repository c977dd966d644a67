//! A SAML identity provider of the tests' own: one key, and answers to what rollright asks.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use jiff::SignedDuration;
use openssl::hash::MessageDigest;
use openssl::sign::Signer;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use super::fixtures::signer::{self, Key};
use crate::app::{App, Organization};
use crate::client::Answer;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// An identity provider.
pub(crate) struct Idp {
    pub(crate) entity: String,
    key: Key,
}

/// What it says of somebody.
#[derive(Clone)]
pub(crate) struct Person<'a> {
    pub(crate) subject: &'a str,
    pub(crate) email: Option<&'a str>,
    pub(crate) groups: Option<&'a [&'a str]>,
}

/// Somebody with this address, known by it, in these groups.
pub(crate) fn person<'a>(email: &'a str, groups: &'a [&'a str]) -> Person<'a> {
    Person {
        subject: email,
        email: Some(email),
        groups: Some(groups),
    }
}

/// A sign-in that was begun: the mark of the browser, and what the identity provider was asked.
pub(crate) struct Begun {
    pub(crate) cookie: String,
    pub(crate) request: String,
}

impl Idp {
    pub(crate) fn new(entity: &str) -> Self {
        Self::with(entity, signer::rsa())
    }

    /// One with this key.
    pub(crate) fn with(entity: &str, key: Key) -> Self {
        Self {
            entity: entity.to_owned(),
            key,
        }
    }

    /// What it says of itself.
    pub(crate) fn metadata(&self) -> String {
        format!(
            "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{}\">\
             <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
             <md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>\
             <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
             <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
             Location=\"https://idp.example/sso\"/></md:IDPSSODescriptor></md:EntityDescriptor>",
            self.entity,
            STANDARD.encode(&self.key.certificate)
        )
    }

    /// Makes a connection to it, with further settings; the connection.
    pub(crate) async fn connect(&self, own: &Organization, further: Value) -> Value {
        let mut wanted = json!({ "protocol": "saml", "metadata_xml": self.metadata() });
        for (name, value) in further.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        own.rest.post("/connections", &wanted).await.is(201)
    }

    /// A whole sign-in in one browser; the last answer.
    pub(crate) async fn sign_in(&self, app: &App, connection: &Value, who: &Person<'_>) -> Answer {
        let begun = begin(app, connection, "", None).await;
        self.answer(app, connection, &begun, who).await
    }

    /// The answer to what was asked, brought by the same browser.
    pub(crate) async fn answer(
        &self,
        app: &App,
        connection: &Value,
        begun: &Begun,
        who: &Person<'_>,
    ) -> Answer {
        let acs = connection["acs_url"].as_str().unwrap();
        let body = self.response(&begun.request, acs, who);
        post(app, acs, &begun.cookie, &body).await
    }

    /// A Response whose Assertion is signed, for this request.
    pub(crate) fn response(&self, request: &str, acs: &str, who: &Person<'_>) -> String {
        let document = roxmltree::Document::parse(request).unwrap();
        let id = document.root_element().attribute("ID").unwrap();
        let now = document.root_element().attribute("IssueInstant").unwrap();
        let until = now.parse::<jiff::Timestamp>().unwrap() + SignedDuration::from_mins(5);
        let until = format!("{until:.0}");
        let entity = &self.entity;
        let attribute = |name: &str, values: &[&str]| {
            let values = values.join("</saml:AttributeValue><saml:AttributeValue>");
            let values = match values.as_str() {
                "" => String::new(),
                _ => format!("<saml:AttributeValue>{values}</saml:AttributeValue>"),
            };
            format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>")
        };
        let email = who.email.map(|email| attribute("Email", &[email]));
        let groups = who.groups.map(|groups| attribute("Groups", groups));
        let attributes = [email, groups].into_iter().flatten().collect::<String>()
            + &attribute("Department", &["Canary"]);
        let assertion = format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_a{id}\" IssueInstant=\"{now}\" \
             Version=\"2.0\"><saml:Issuer>{entity}</saml:Issuer><saml:Subject>\
             <saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">{subject}</saml:NameID>\
             <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData \
             InResponseTo=\"{id}\" NotOnOrAfter=\"{until}\" Recipient=\"{acs}\"></saml:SubjectConfirmationData>\
             </saml:SubjectConfirmation></saml:Subject><saml:Conditions NotOnOrAfter=\"{until}\">\
             <saml:AudienceRestriction><saml:Audience>{acs}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
             <saml:AuthnStatement AuthnInstant=\"{now}\" SessionIndex=\"_s1\"><saml:AuthnContext>\
             <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>\
             </saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{attributes}</saml:AttributeStatement>\
             </saml:Assertion>",
            subject = who.subject,
        );
        format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" Destination=\"{acs}\" ID=\"_r1\" \
             InResponseTo=\"{id}\" IssueInstant=\"{now}\" Version=\"2.0\">\
             <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{entity}</saml:Issuer><samlp:Status>\
             <samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode></samlp:Status>\
             {}</samlp:Response>",
            self.signed(&assertion, &format!("_a{id}"))
        )
    }

    /// The same for no request: what the IdP begins by itself.
    pub(crate) fn unasked(&self, request: &str, acs: &str, who: &Person<'_>) -> String {
        let document = roxmltree::Document::parse(request).unwrap();
        let id = document.root_element().attribute("ID").unwrap();
        let text = self.response(request, acs, who);
        let start = text.find("<saml:Assertion ").unwrap();
        let end = text.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
        let assertion = &text[start..end];
        let signature = assertion.find("<ds:Signature ").unwrap();
        let after = assertion.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
        let plain = format!("{}{}", &assertion[..signature], &assertion[after..]);
        let plain = plain.replace(&format!("InResponseTo=\"{id}\" "), "");
        let around = text.replace(assertion, &self.signed(&plain, &format!("_a{id}")));
        around.replace(&format!("InResponseTo=\"{id}\" "), "")
    }

    /// The signature of a text, RSA with SHA-256.
    pub(crate) fn raw(&self, text: &str) -> Vec<u8> {
        let mut signer = Signer::new(MessageDigest::sha256(), &self.key.private).unwrap();
        signer.update(text.as_bytes()).unwrap();
        signer.sign_to_vec().unwrap()
    }

    /// Puts a signature behind the Issuer of an element that is canonical.
    pub(crate) fn signed(&self, text: &str, id: &str) -> String {
        signer::sign(text, id, &self.key, &signer::Method::default())
    }
}

/// Begins a sign-in, or a test with the query `?test=1` and the cookie of an administrator.
pub(crate) async fn begin(
    app: &App,
    connection: &Value,
    query: &str,
    session: Option<&str>,
) -> Begun {
    let login = local(app, connection["login_url"].as_str().unwrap());
    let cookie = session.map(|cookie| ("cookie", cookie));
    let headers: Vec<(&str, &str)> = cookie.into_iter().collect();
    let answer = app
        .anyone()
        .send(Method::GET, &format!("{login}{query}"), &headers, None)
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let url = Url::parse(answer.header("location")).unwrap();
    let (_, packed) = url
        .query_pairs()
        .find(|(name, _)| name == "SAMLRequest")
        .unwrap();
    let mut request = String::new();
    DeflateDecoder::new(&STANDARD.decode(packed.as_bytes()).unwrap()[..])
        .read_to_string(&mut request)
        .unwrap();
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    Begun {
        cookie: cookie.to_owned(),
        request,
    }
}

/// Brings a response to the ACS.
pub(crate) async fn post(app: &App, acs: &str, cookie: &str, response: impl AsRef<[u8]>) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLResponse", &STANDARD.encode(response))
        .finish();
    let headers = [FORM, ("cookie", cookie)];
    app.anyone()
        .send(Method::POST, local(app, acs), &headers, Some(body))
        .await
}

fn local<'u>(app: &App, url: &'u str) -> &'u str {
    url.strip_prefix(&app.base).unwrap()
}

/// The cookie of the session that was begun.
#[track_caller]
pub(crate) fn session(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("rollright_session="), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

/// The number on a page that refuses somebody, with this word in its sentence.
#[track_caller]
pub(crate) fn refused(answer: &Answer, word: &str) -> String {
    assert_eq!(answer.status, 403, "{}", answer.text);
    assert!(answer.text.contains(word), "{}", answer.text);
    assert_eq!(answer.header("set-cookie"), "");
    let number = answer.text.split_once("Number: <code>").unwrap().1;
    number.split('<').next().unwrap().to_owned()
}

/// Whether a cookie opens the API.
pub(crate) async fn opens(app: &App, cookie: &str) -> bool {
    let answer = app
        .anyone()
        .send(
            Method::GET,
            "/api/current-user/whoami",
            &[("cookie", cookie)],
            None,
        )
        .await;
    answer.status == 200
}
