//! A Response whose Assertion is encrypted.
//!
//! What is decrypted goes through the same gate as what comes in the clear, and must be signed in itself, unless the
//! Response was signed around the ciphertext: anybody can encrypt for us.

use roxmltree::Document;

use super::gate::{self, Shape};
use super::{Expected, LIMITS, Message, attributes, claims, signature};
use crate::domain::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::trace::Trace;
use crate::saml::refusal::Refusal;
use crate::saml::xml::{self, named};
use crate::saml::{ASSERTION, decrypt};

const OF: &str = "assertion";

/// Verifies a document, with its text, that has passed the gate.
pub(super) fn verify(
    (text, document): (&str, &Document<'_>),
    shape: &Shape<'_>,
    expected: &Expected<'_>,
    now: Timestamp,
    trace: &mut Trace,
) -> Result<Identity, Refusal> {
    if expected.certificates.is_empty() {
        return Err(Refusal::NoCertificate);
    }
    // The ciphertext is taken from what was signed, where something was.
    let around = if shape.response_is_signed {
        signature::signed_part(text, expected.certificates)?
    } else {
        text.to_owned()
    };
    let around = xml::parse(&around, LIMITS).map_err(|_| Refusal::SignedPartDiffers)?;
    let response = around.root_element();
    let sealed = gate::check_structure(&around)?;
    if response.attribute("ID") != Some(shape.response_id)
        || !sealed.has_tag_name((ASSERTION, "EncryptedAssertion"))
    {
        return Err(Refusal::SignedPartDiffers);
    }
    let recipient = expected.recipient(shape.response_is_signed);
    let plain = decrypt::element(sealed, OF, recipient)?;
    let undecryptable = || decrypt::Refused::Undecryptable { of: OF };
    let plain = xml::without_declaration(&plain).map_err(|_| undecryptable())?;
    let inner = xml::parse(plain, LIMITS).map_err(|_| undecryptable())?;
    if !inner.root_element().has_tag_name((ASSERTION, "Assertion")) {
        return Err(undecryptable().into());
    }
    trace.passed("decryption", "the Assertion is encrypted for a key of ours");
    attributes::note(&inner, trace);
    let (id, signed) = gate::check_alone(&inner, "Assertion")?;
    if !signed && !shape.response_is_signed {
        return Err(Refusal::Unsigned);
    }
    let signed_text = if signed {
        signature::signed_part(plain, expected.certificates)?
    } else {
        plain.to_owned()
    };
    let signed_part = if signed { "Assertion" } else { "Response" };
    trace.passed(
        "signature",
        format!("the {signed_part} is signed by a key of the identity provider"),
    );
    let verified = xml::parse(&signed_text, LIMITS).map_err(|_| Refusal::SignedPartDiffers)?;
    let assertion = verified.root_element();
    gate::check_no_assertion_inside(assertion)?;
    if !assertion.has_tag_name((ASSERTION, "Assertion")) || assertion.attribute("ID") != Some(id) {
        return Err(Refusal::SignedPartDiffers);
    }
    let message = Message {
        response: if shape.response_is_signed {
            response
        } else {
            document.root_element()
        },
        response_is_signed: shape.response_is_signed,
        assertion,
    };
    debug_assert!(
        named(message.response, ASSERTION, "Assertion")
            .next()
            .is_none()
    );
    claims::identity(&message, expected, now, trace)
}
