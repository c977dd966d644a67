//! A Response in, an [`Identity`] or a [`Refusal`] out.
//!
//! The order is the point. The gate refuses every structure but the one that is needed, before any code in C sees it;
//! then the signature is verified; then the bytes that were signed, and only those, are parsed and read. What an
//! unsigned Response says around a signed Assertion may make us refuse, and can never grant anything.
//!
//! Blocks the thread for some milliseconds. Makes no difference between what is refused: that a person who signs in
//! sees one sentence for all of it is the caller's to do.

mod attributes;
mod claims;
mod encrypted;
pub(super) mod gate;
pub(super) mod signature;

#[cfg(test)]
pub(super) mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node};

use super::decrypt::Recipient;
use super::refusal::Refusal;
use super::xml::{self, Limits, named};
use super::{ASSERTION, PROTOCOL};
use crate::domain::Timestamp;
use crate::domain::connection::AttributeNames;
use crate::domain::identity::Identity;
use crate::domain::trace::Trace;

/// The longest form field.
const MAX_ENCODED: usize = 512 * 1024;
pub(super) const LIMITS: Limits = Limits {
    bytes: 256 * 1024,
    nodes: 20_000,
    asides: false,
};

/// What a response must agree with: facts of one connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// Where this connection gets responses.
    pub(crate) acs_url: &'a str,
    /// Our entity ID.
    pub(crate) audience: &'a str,
    /// The IdP's entity ID.
    pub(crate) idp_entity_id: &'a str,
    /// The IdP's certificates, DER. Any one may have signed.
    pub(crate) certificates: &'a [Vec<u8>],
    /// Where to find what we want to know of a person.
    pub(crate) attributes: &'a AttributeNames,
    /// By how much the clocks may differ.
    pub(crate) skew_seconds: i64,
    /// Our private keys, PEM. Any one may decrypt.
    pub(crate) keys: &'a [String],
    /// Whether an answer to no request is taken.
    pub(crate) idp_initiated: bool,
    /// Whether the IdP was to ask for credentials, so that nobody can have signed in long ago.
    pub(crate) force_authn: bool,
}

impl<'a> Expected<'a> {
    /// We, as those for whom something is encrypted; whether that is signed is the caller's to know.
    fn recipient(&self, signed: bool) -> Recipient<'a> {
        Recipient {
            keys: self.keys,
            name: self.audience,
            signed,
        }
    }
}

/// Verifies the form field `SAMLResponse` of the HTTP-POST binding, Bindings section 3.5.4.
///
/// Not checked here, because only the store knows: that `in_response_to` is an open request of this browser and
/// connection, and that `assertion_id` was not used before. `trace` is told each step that went well; that it was
/// refused, and why, is the caller's to add.
pub(crate) fn verify(
    encoded: &str,
    expected: &Expected<'_>,
    now: Timestamp,
    trace: &mut Trace,
) -> Result<Identity, Refusal> {
    let decoded = decode(encoded)?;
    let text = xml::without_declaration(&decoded)?;
    let document = xml::parse(text, LIMITS)?;
    attributes::note(&document, trace);
    let shape = gate::check(&document)?;
    trace.passed(
        "structure",
        "it is one Response with one Assertion, signed where a signature may be",
    );
    if shape.assertion_id.is_none() {
        return encrypted::verify((text, &document), &shape, expected, now, trace);
    }
    let signed_text = signature::signed_part(text, expected.certificates)?;
    let signed = if shape.response_is_signed {
        "Response"
    } else {
        "Assertion"
    };
    trace.passed(
        "signature",
        format!("the {signed} is signed by a key of the identity provider"),
    );
    let signed_document =
        xml::parse(&signed_text, LIMITS).map_err(|_| Refusal::SignedPartDiffers)?;
    let message = Message::read(&document, &signed_document, &shape)?;
    claims::identity(&message, expected, now, trace)
}

/// Whether something in the form field may be encrypted, so that a private key is needed; a guess that is right where it
/// says no: the name of an element cannot be written in another way.
pub(crate) fn may_be_encrypted(encoded: &str) -> bool {
    decode(encoded).is_ok_and(|text| text.contains("Encrypted"))
}

fn decode(encoded: &str) -> Result<String, Refusal> {
    if encoded.len() > MAX_ENCODED {
        return Err(Refusal::TooLarge {
            bytes: encoded.len(),
            limit: MAX_ENCODED,
        });
    }
    // IdPs break the lines, as MIME does; XML's base64Binary allows it.
    let packed: String = encoded.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(packed).map_err(|_| Refusal::NotBase64)?;
    String::from_utf8(bytes).map_err(|_| Refusal::NotUtf8)
}

/// The two elements that are read.
struct Message<'a, 'i> {
    /// The Response: signed, or good for refusing only.
    response: Node<'a, 'i>,
    /// Whether the Response is signed.
    response_is_signed: bool,
    /// The Assertion, always signed: itself, or with the Response.
    assertion: Node<'a, 'i>,
}

impl<'a, 'i> Message<'a, 'i> {
    /// Takes the elements from what was signed, which must be what the gate let through.
    fn read(
        document: &'a Document<'i>,
        signed_document: &'a Document<'i>,
        shape: &gate::Shape<'_>,
    ) -> Result<Self, Refusal> {
        let root = signed_document.root_element();
        let (response, assertion) = if shape.response_is_signed {
            gate::check_structure(signed_document)?;
            (root, named(root, ASSERTION, "Assertion").next())
        } else {
            gate::check_no_assertion_inside(root)?;
            (document.root_element(), Some(root))
        };
        let same = |node: Node<'_, '_>, namespace, name, id| {
            node.has_tag_name((namespace, name)) && node.attribute("ID") == Some(id)
        };
        assertion
            .filter(|assertion| {
                shape
                    .assertion_id
                    .is_some_and(|id| same(*assertion, ASSERTION, "Assertion", id))
                    && same(response, PROTOCOL, "Response", shape.response_id)
            })
            .map(|assertion| Self {
                response,
                response_is_signed: shape.response_is_signed,
                assertion,
            })
            .ok_or(Refusal::SignedPartDiffers)
    }
}
