//! SAML 2.0, as an identity provider: metadata, and a signed response to each request.
//!
//! The XML is written canonical from the beginning: attributes in their order, empty elements with an end, and every
//! text escaped as canonical XML does it.

use std::io::Read as _;

use askama::Template;
use axum::extract::{OriginalUri, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use serde::Deserialize;

use super::key::Key;
use super::{Demo, Inner, WARNING, refuse, somebody};
use crate::demo::directory::Person;
use crate::demo::pages::page;
use crate::domain::Timestamp;
use crate::secret;

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The largest request that is read.
const LARGEST: u64 = 64 * 1024;
/// For how many seconds a response can be used.
const LIFE: i64 = 300;

fn entity_id(demo: &Inner) -> String {
    format!("{}/saml/metadata", demo.own)
}

/// GET: what the identity provider says of itself.
pub(super) async fn metadata(State(demo): State<Demo>) -> Response {
    let demo = &demo.0;
    let document = format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{}\">\
         <md:IDPSSODescriptor protocolSupportEnumeration=\"{PROTOCOL}\"><md:KeyDescriptor use=\"signing\">\
         <ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>{}\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService \
         Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"{}/saml/sso\"/>\
         </md:IDPSSODescriptor></md:EntityDescriptor>",
        value(&entity_id(demo)),
        demo.idp.key.certificate,
        value(&demo.own)
    );
    let kind = (header::CONTENT_TYPE, "application/samlmetadata+xml");
    ([kind], document).into_response()
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "SAMLRequest", default)]
    request: String,
    #[serde(rename = "RelayState", default)]
    relay_state: String,
}

#[derive(Template)]
#[template(path = "demo_post.html")]
struct Post<'a> {
    warning: &'a str,
    name: String,
    to: &'a str,
    response: String,
    relay_state: &'a str,
}

/// GET: a request, by the HTTP-Redirect binding. The answer is a form that sends itself, to the one place that is known.
pub(super) async fn sso(
    State(demo): State<Demo>,
    headers: HeaderMap,
    uri: OriginalUri,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(peer) = demo.0.idp.peer.get() else {
        return refuse("The demo is not set up yet.");
    };
    let Some(request) = request_id(&asked.request, &peer.acs_url) else {
        return refuse("This is no request of the server beside the demo.");
    };
    let person = match somebody(&demo, &headers, &uri).await {
        Ok(person) => person,
        Err(page) => return page,
    };
    let said = Said {
        issuer: &entity_id(&demo.0),
        acs_url: &peer.acs_url,
        request: &request,
        now: demo.0.clock.now(),
    };
    match said.response(&person, &demo.0.idp.key) {
        Ok(xml) => {
            let post = Post {
                warning: WARNING,
                name: person.name(),
                to: &peer.acs_url,
                response: STANDARD.encode(xml),
                relay_state: &asked.relay_state,
            };
            page(&demo, StatusCode::OK, &post)
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The ID of a request, where it is one and comes from the server.
fn request_id(packed: &str, acs_url: &str) -> Option<String> {
    let deflated = STANDARD.decode(packed).ok()?;
    let mut document = String::new();
    let mut inflated = DeflateDecoder::new(&deflated[..]).take(LARGEST);
    inflated.read_to_string(&mut document).ok()?;
    let document = roxmltree::Document::parse(&document).ok()?;
    let root = document.root_element();
    let ours = root.has_tag_name((PROTOCOL, "AuthnRequest"))
        && root.attribute("AssertionConsumerServiceURL") == Some(acs_url);
    root.attribute("ID").filter(|_| ours).map(str::to_owned)
}

/// What a response says beside who it is.
struct Said<'a> {
    issuer: &'a str,
    acs_url: &'a str,
    /// The ID of the request that is answered.
    request: &'a str,
    now: Timestamp,
}

impl Said<'_> {
    /// A response of which the assertion is signed.
    fn response(&self, person: &Person, key: &Key) -> anyhow::Result<String> {
        let id = secret::request_id();
        let (acs, request) = (value(self.acs_url), value(self.request));
        let issuer = format!("<saml:Issuer>{}</saml:Issuer>", text(self.issuer));
        let now = self.now;
        let until = now.plus_seconds(LIFE);
        let attribute = |name: &str, value: &str| {
            format!(
                "<saml:Attribute Name=\"{name}\"><saml:AttributeValue>{}</saml:AttributeValue></saml:Attribute>",
                text(value)
            )
        };
        let begin = format!(
            "<saml:Assertion xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" IssueInstant=\"{now}\" Version=\"2.0\">{issuer}"
        );
        let rest = format!(
            "<saml:Subject><saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">{subject}\
             </saml:NameID><saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
             <saml:SubjectConfirmationData InResponseTo=\"{request}\" NotOnOrAfter=\"{until}\" Recipient=\"{acs}\">\
             </saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>\
             <saml:Conditions NotBefore=\"{now}\" NotOnOrAfter=\"{until}\"><saml:AudienceRestriction><saml:Audience>{audience}\
             </saml:Audience></saml:AudienceRestriction></saml:Conditions>\
             <saml:AuthnStatement AuthnInstant=\"{now}\" SessionIndex=\"{session}\"><saml:AuthnContext>\
             <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef>\
             </saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{email}{first}{last}\
             </saml:AttributeStatement></saml:Assertion>",
            audience = text(self.acs_url),
            subject = text(&person.key),
            session = secret::request_id(),
            email = attribute("Email", &person.user_name),
            first = attribute("FirstName", &person.given),
            last = attribute("LastName", &person.family),
        );
        let signature = key.signature(&format!("{begin}{rest}"), &id)?;
        Ok(format!(
            "<samlp:Response xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" Destination=\"{acs}\" \
             ID=\"{response}\" InResponseTo=\"{request}\" IssueInstant=\"{now}\" Version=\"2.0\">{issuer}\
             <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode>\
             </samlp:Status>{begin}{signature}{rest}</samlp:Response>",
            response = secret::request_id(),
        ))
    }
}

/// The text of an element, as canonical XML has it.
fn text(text: &str) -> String {
    escaped(text, ('>', "&gt;"))
}

/// The value of an attribute, as canonical XML has it.
fn value(text: &str) -> String {
    escaped(text, ('"', "&quot;"))
}

/// Names of people have no control characters; what else has some loses them.
fn escaped(text: &str, own: (char, &str)) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            letter if letter == own.0 => safe.push_str(own.1),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => safe.push(letter),
        }
    }
    safe
}
