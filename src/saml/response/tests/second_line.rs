//! The checks behind the verification, which nothing gets as far as while the gate and the verifier do their work.
//!
//! So they are asked directly, with a signed text that is not of the document that the gate saw.

use super::*;
use crate::saml::response::{LIMITS, Message, gate};
use crate::saml::xml;

/// What is read of a document, if this is what the verifier gave.
fn read(document: &str, signed: &str) -> Result<Vec<String>, Refusal> {
    let document = xml::parse(document, LIMITS).unwrap();
    let signed = xml::parse(signed, LIMITS).unwrap();
    let shape = gate::check(&document).unwrap();
    let message = Message::read(&document, &signed, &shape)?;
    Ok(vec![
        xml::all_text(message.response),
        xml::all_text(message.assertion),
    ])
}

#[track_caller]
fn differs(document: &str, signed: &str, reason: &str) {
    let refused = read(document, signed).unwrap_err();
    assert_eq!(refused.reason(), reason, "{refused}");
}

#[test]
fn only_the_signed_text_is_read() {
    let document = draft(Signing::Response).xml();
    let signed = swap(&document, "alice-1", "signed-1");
    for text in read(&document, &signed).unwrap() {
        assert!(text.contains("signed-1") && !text.contains("alice-1"));
    }
    let document = draft(Signing::Assertion).xml();
    let signed = swap(ASSERTION, "alice-1", "signed-1");
    let texts = read(&document, &signed).unwrap();
    assert!(texts[0].contains("alice-1") && texts[1].contains("signed-1"));
}

#[test]
fn a_signed_text_of_another_element_is_refused() {
    let document = draft(Signing::Assertion).xml();
    for (signed, reason) in [
        (swap(ASSERTION, "_a1", "_a2"), "signed_part_differs"),
        (
            swap(ASSERTION, "2.0:assertion", "2.1:assertion"),
            "signed_part_differs",
        ),
        (
            ASSERTION.replace("saml:Assertion", "saml:Other"),
            "signed_part_differs",
        ),
        (document.clone(), "signed_part_differs"),
        (
            swap(
                ASSERTION,
                "</saml:Subject>",
                "<saml:Assertion></saml:Assertion></saml:Subject>",
            ),
            "misplaced_assertion",
        ),
    ] {
        differs(&document, &signed, reason);
    }
}

#[test]
fn a_signed_text_of_another_response_is_refused() {
    for signing in [Signing::Response, Signing::Both] {
        let document = draft(signing).xml();
        let twice = swap(
            &document,
            "</samlp:Response>",
            &format!("{}</samlp:Response>", ASSERTION.replace("_a1", "_a2")),
        );
        for (signed, reason) in [
            (
                swap(&document, "ID=\"_r1\"", "ID=\"_r2\""),
                "signed_part_differs",
            ),
            (
                swap(&document, "ID=\"_a1\"", "ID=\"_a2\""),
                "signed_part_differs",
            ),
            (ASSERTION.to_owned(), "not_a_response"),
            (twice, "two_assertions"),
        ] {
            differs(&document, &signed, reason);
        }
    }
}
