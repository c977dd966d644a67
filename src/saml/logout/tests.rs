//! Logout messages as an IdP sends them, and as those send them who should not.

use openssl::hash::MessageDigest;

use super::*;
use crate::saml::response::tests::signer::{self, IDP_KEY, Key, OTHER_KEY};

/// 2026-03-01T09:30:00Z
const NOW: Timestamp = Timestamp(1_772_357_400_000);
const SLO: &str = "https://sp.test/saml/7/slo";
const IDP: &str = "https://idp.test/metadata";

const REQUEST: &str = "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
    Destination=\"https://sp.test/saml/7/slo\" ID=\"_l1\" IssueInstant=\"2026-03-01T09:29:58Z\" \
    NotOnOrAfter=\"2026-03-01T09:34:58Z\" Version=\"2.0\">\
    <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://idp.test/metadata</saml:Issuer>\
    <saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">alice-1</saml:NameID>\
    <samlp:SessionIndex>_s1</samlp:SessionIndex></samlp:LogoutRequest>";

const RESPONSE: &str = "<samlp:LogoutResponse xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
    Destination=\"https://sp.test/saml/7/slo\" ID=\"_l2\" InResponseTo=\"_q1\" IssueInstant=\"2026-03-01T09:29:58Z\" \
    Version=\"2.0\"><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://idp.test/metadata\
    </saml:Issuer><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\">\
    </samlp:StatusCode></samlp:Status></samlp:LogoutResponse>";

fn pem(key: &Key) -> String {
    String::from_utf8(key.private.private_key_to_pem_pkcs8().unwrap()).unwrap()
}

fn signed(text: &str, id: &str, key: &Key) -> String {
    signer::sign(text, id, key, &signer::Method::default())
}

fn with<T>(read: impl FnOnce(&Expected<'_>) -> T) -> T {
    read(&Expected {
        destinations: &[SLO.to_owned(), "https://sp.test/saml/7/logout".to_owned()],
        entity_id: "https://sp.test/saml/7/acs",
        idp_entity_id: IDP,
        certificates: std::slice::from_ref(&IDP_KEY.certificate),
        keys: &[],
        skew_seconds: 60,
    })
}

fn posted(carried: Carried, text: &str) -> Result<Message, Refusal> {
    with(|expected| read_post(carried, &STANDARD.encode(text), expected, NOW))
}

fn redirected(carried: Carried, text: &str) -> Result<Received, Refusal> {
    let url = redirect::url(Outgoing {
        destination: SLO,
        carried,
        document: text,
        relay_state: "there",
        key: Some(&pem(&IDP_KEY)),
    });
    let url = url.unwrap();
    with(|expected| read_redirect(url.split_once('?').unwrap().1, expected, NOW))
}

fn request() -> Message {
    Message::Request {
        id: "_l1".to_owned(),
        subject: "alice-1".to_owned(),
        sessions: vec!["_s1".to_owned()],
        usable_until: Timestamp::parse("2026-03-01T09:42:00Z").unwrap(),
    }
}

#[track_caller]
fn refused(result: Result<impl std::fmt::Debug, Refusal>, reason: &str) {
    let refusal = result.unwrap_err();
    assert_eq!(refusal.reason(), reason, "{refusal}");
}

#[test]
fn a_signed_message_is_read_by_either_binding() {
    let read = posted(Carried::Request, &signed(REQUEST, "_l1", &IDP_KEY));
    assert_eq!(read, Ok(request()));
    let read = redirected(Carried::Request, REQUEST).unwrap();
    assert_eq!(
        (read.message, read.relay_state.as_str()),
        (request(), "there")
    );
    let answer = Message::Response {
        in_response_to: "_q1".to_owned(),
        success: true,
    };
    let read = posted(Carried::Response, &signed(RESPONSE, "_l2", &IDP_KEY));
    assert_eq!(read, Ok(answer.clone()));
    assert_eq!(
        redirected(Carried::Response, RESPONSE).unwrap().message,
        answer
    );
    let partly = RESPONSE.replace("status:Success", "status:Responder");
    let read = redirected(Carried::Response, &partly).unwrap().message;
    assert!(matches!(read, Message::Response { success: false, .. }));
}

#[test]
fn a_message_that_is_not_signed_by_the_identity_provider_is_refused() {
    refused(posted(Carried::Request, REQUEST), "unsigned");
    refused(posted(Carried::Response, RESPONSE), "unsigned");
    refused(
        posted(Carried::Request, &signed(REQUEST, "_l1", &OTHER_KEY)),
        "bad_signature",
    );
    let bent = signed(REQUEST, "_l1", &IDP_KEY).replace("alice-1", "owner-1");
    refused(posted(Carried::Request, &bent), "bad_signature");
    let method = signer::Method {
        signature: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        signature_hash: MessageDigest::sha1(),
        ..signer::Method::default()
    };
    let weak = signer::sign(REQUEST, "_l1", &IDP_KEY, &method);
    refused(posted(Carried::Request, &weak), "forbidden_algorithm");
    let nobody = with(|expected| {
        let none = Expected {
            certificates: &[],
            ..*expected
        };
        read_post(
            Carried::Request,
            &STANDARD.encode(signed(REQUEST, "_l1", &IDP_KEY)),
            &none,
            NOW,
        )
    });
    refused(nobody, "no_certificate");
}

#[test]
fn a_signature_of_something_inside_says_nothing() {
    // A genuine signed element of the same IdP, pasted into a message of one's own.
    let other = signed(&REQUEST.replace("_l1", "_l9"), "_l9", &IDP_KEY);
    let at = REQUEST.find("<samlp:SessionIndex>").unwrap();
    let paste = |inside: &str| format!("{}{inside}{}", &REQUEST[..at], &REQUEST[at..]);
    refused(
        posted(Carried::Request, &paste(&other)),
        "misplaced_signature",
    );
    let assertion = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_a1\">\
        <saml:Issuer>x</saml:Issuer></saml:Assertion>";
    let assertion = signed(assertion, "_a1", &IDP_KEY);
    refused(
        posted(Carried::Request, &paste(&assertion)),
        "misplaced_assertion",
    );
    let extensions = paste(&format!("<samlp:Extensions>{assertion}</samlp:Extensions>"));
    refused(posted(Carried::Request, &extensions), "misplaced_assertion");
    // The Signature itself moved to where it signs another element.
    let start = other.find("<ds:Signature").unwrap();
    let end = other.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let issuer = REQUEST.find("</saml:Issuer>").unwrap() + "</saml:Issuer>".len();
    let moved = format!(
        "{}{}{}",
        &REQUEST[..issuer],
        &other[start..end],
        &REQUEST[issuer..]
    );
    refused(posted(Carried::Request, &moved), "wrong_reference");
    refused(posted(Carried::Request, "<!DOCTYPE a><a/>"), "doctype");
    refused(
        posted(Carried::Request, &signed(RESPONSE, "_l2", &IDP_KEY)),
        "unexpected_element",
    );
}

#[test]
fn a_message_must_be_for_this_connection_and_of_this_moment() {
    for (from, to, reason) in [
        (
            "https://sp.test/saml/7/slo",
            "https://sp.test/saml/8/slo",
            "wrong_destination",
        ),
        (
            " Destination=\"https://sp.test/saml/7/slo\"",
            "",
            "wrong_destination",
        ),
        (IDP, "https://idp.test/other", "wrong_issuer"),
        ("09:29:58Z\" Not", "09:18:00Z\" Not", "expired"),
        ("09:29:58Z\" Not", "09:40:00Z\" Not", "not_yet_valid"),
        ("09:34:58Z", "09:28:00Z", "expired"),
        ("IssueInstant=\"2026-03-01T09:29:58Z\" ", "", "bad_time"),
        ("Version=\"2.0\"", "Version=\"1.1\"", "not_a_response"),
        ("ID=\"_l1\"", "ID=\"1\"", "bad_id"),
        ("alice-1", "", "bad_name_id"),
        (
            "samlp:LogoutRequest",
            "samlp:AuthnRequest",
            "unexpected_element",
        ),
    ] {
        let text = REQUEST.replace(from, to);
        assert_ne!(text, REQUEST, "{from}");
        refused(redirected(Carried::Request, &text), reason);
    }
    let name = REQUEST.find("<saml:NameID").unwrap();
    let until = REQUEST.find("<samlp:SessionIndex").unwrap();
    let none = format!("{}{}", &REQUEST[..name], &REQUEST[until..]);
    refused(redirected(Carried::Request, &none), "not_once");
    let all = REQUEST.replace("<samlp:SessionIndex>_s1</samlp:SessionIndex>", "");
    let read = redirected(Carried::Request, &all).unwrap().message;
    assert!(matches!(read, Message::Request { sessions, .. } if sessions.is_empty()));
    let unasked = RESPONSE.replace(" InResponseTo=\"_q1\"", "");
    refused(redirected(Carried::Response, &unasked), "unsolicited");
    // At either of our addresses.
    let other = REQUEST.replace("/7/slo", "/7/logout");
    assert!(redirected(Carried::Request, &other).is_ok());
}

#[test]
fn what_we_send_names_the_person_as_the_sign_on_did() {
    let key = pem(&IDP_KEY);
    let head = Head {
        id: "_m1",
        issue_instant: NOW,
        destination: SLO,
        issuer: IDP,
        key: &key,
    };
    let person = "<saml:NameID Format=\"f\" NameQualifier=\"q\">alice-1</saml:NameID>";
    let url = request_url(head, person, Some("_s<1")).unwrap();
    let query = url.split_once('?').unwrap().1;
    let received = redirect::read(query, std::slice::from_ref(&IDP_KEY.certificate)).unwrap();
    assert!(received.document.contains(person));
    // In the order of the schema.
    let expected =
        format!("{person}<samlp:SessionIndex>_s&lt;1</samlp:SessionIndex></samlp:LogoutRequest>");
    assert!(received.document.ends_with(&expected));
    let read = with(|expected| read_redirect(query, expected, NOW)).unwrap();
    let Message::Request { id, sessions, .. } = read.message else {
        panic!("it is a request");
    };
    assert_eq!((id.as_str(), sessions), ("_m1", vec!["_s<1".to_owned()]));
    let url = response_url(head, "_l1", "https://idp.test/after?a=1").unwrap();
    let query = url.split_once('?').unwrap().1;
    let read = with(|expected| read_redirect(query, expected, NOW)).unwrap();
    assert_eq!(read.relay_state, "https://idp.test/after?a=1");
    let answer = Message::Response {
        in_response_to: "_l1".to_owned(),
        success: true,
    };
    assert_eq!(read.message, answer);
}
