//! The gate: only a document of the one shape that is needed gets past it.
//!
//! It verifies nothing and reads no claim. It answers every attack that works by structure: wrapping, copies of
//! identifiers, signatures in odd places. What is not expected is refused, not skipped.

use std::collections::HashSet;

use roxmltree::{Document, Node};

use super::signature;
use crate::saml::refusal::Refusal;
use crate::saml::xml::{elements, is_ncname, named, shown};
use crate::saml::{ASSERTION, PROTOCOL, SIGNATURE};

/// What the gate saw.
pub(super) struct Shape<'a> {
    /// The `ID` of the Response.
    pub(super) response_id: &'a str,
    /// The `ID` of the Assertion.
    pub(super) assertion_id: &'a str,
    /// Whether the Response has a Signature, which then covers all.
    pub(super) response_is_signed: bool,
}

/// Checks the whole document as it came.
pub(super) fn check<'a>(document: &'a Document<'_>) -> Result<Shape<'a>, Refusal> {
    let response = document.root_element();
    let assertion = check_structure(document)?;
    let response_id = id(response, "Response")?;
    let assertion_id = id(assertion, "Assertion")?;
    let of_response = signature_of(response, "Response")?;
    let of_assertion = signature_of(assertion, "Assertion")?;
    let places = [of_response, of_assertion];
    if document
        .descendants()
        .any(|node| node.tag_name().name() == "Signature" && !places.contains(&Some(node)))
    {
        return Err(Refusal::MisplacedSignature);
    }
    if let Some(node) = of_response {
        signature::check_shape(node, "Response", response_id)?;
    }
    if let Some(node) = of_assertion {
        signature::check_shape(node, "Assertion", assertion_id)?;
    }
    if places == [None, None] {
        return Err(Refusal::Unsigned);
    }
    Ok(Shape {
        response_id,
        assertion_id,
        response_is_signed: of_response.is_some(),
    })
}

/// Checks a Response and gives its only Assertion, Core section 3.3.3.
pub(super) fn check_structure<'a, 'i>(document: &'a Document<'i>) -> Result<Node<'a, 'i>, Refusal> {
    let response = document.root_element();
    if !response.has_tag_name((PROTOCOL, "Response"))
        || response.attribute("Version") != Some("2.0")
    {
        return Err(Refusal::NotAResponse {
            received: shown(response.tag_name().name()),
        });
    }
    check_ids(document)?;
    for child in elements(response) {
        check_child(child)?;
    }
    for name in ["Issuer", "Extensions"] {
        let count = elements(response)
            .filter(|child| child.tag_name().name() == name)
            .count();
        if count > 1 {
            return Err(not_once(name, count));
        }
    }
    let statuses = named(response, PROTOCOL, "Status").count();
    if statuses != 1 {
        return Err(not_once("Status", statuses));
    }
    check_no_assertion_inside(response)?;
    let encrypted = named(response, ASSERTION, "EncryptedAssertion").count();
    let mut assertions = named(response, ASSERTION, "Assertion");
    let first = assertions.next();
    let all = encrypted + usize::from(first.is_some()) + assertions.count();
    match (first, all) {
        // An IdP that could not sign anybody on says so without an assertion.
        (_, 0) => {
            super::claims::check_status(response)?;
            Err(Refusal::NoAssertion)
        }
        (Some(assertion), 1) if assertion.attribute("Version") == Some("2.0") => Ok(assertion),
        (Some(_), 1) => Err(Refusal::NotAResponse {
            received: "an Assertion of another version".to_owned(),
        }),
        (None, 1) => Err(Refusal::Encrypted("assertion")),
        (_, all) => Err(Refusal::TwoAssertions(all)),
    }
}

/// Checks an Assertion that was signed by itself.
pub(super) fn check_no_assertion_inside(root: Node<'_, '_>) -> Result<(), Refusal> {
    let around = root.has_tag_name((PROTOCOL, "Response"));
    for node in root.descendants().filter(|node| *node != root) {
        let name = node.tag_name().name();
        let belongs = around
            && node.parent() == Some(root)
            && node.tag_name().namespace() == Some(ASSERTION)
            && name != "Response";
        // By local name, whatever the namespace: nobody else's reader may be led astray either.
        if matches!(name, "Assertion" | "EncryptedAssertion" | "Response") && !belongs {
            return Err(Refusal::MisplacedAssertion(shown(name)));
        }
    }
    Ok(())
}

fn check_child(child: Node<'_, '_>) -> Result<(), Refusal> {
    let name = child.tag_name().name();
    let namespace = match name {
        "Issuer" | "Assertion" | "EncryptedAssertion" => ASSERTION,
        "Extensions" | "Status" => PROTOCOL,
        "Signature" => SIGNATURE,
        _ => "",
    };
    if child.tag_name().namespace() == Some(namespace) {
        Ok(())
    } else {
        Err(Refusal::UnexpectedElement {
            parent: "Response",
            received: shown(name),
        })
    }
}

/// Whatever anybody might take for an identifier is unique and has no namespace.
fn check_ids(document: &Document<'_>) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    let ids = document
        .descendants()
        .flat_map(|node| node.attributes())
        .filter(|attribute| attribute.name().eq_ignore_ascii_case("id"));
    for id in ids {
        if id.namespace().is_some() {
            return Err(Refusal::NamespacedId);
        }
        if !seen.insert(id.value()) {
            return Err(Refusal::DuplicateId(shown(id.value())));
        }
    }
    Ok(())
}

fn id<'a>(node: Node<'a, '_>, of: &'static str) -> Result<&'a str, Refusal> {
    node.attribute("ID")
        .filter(|id| is_ncname(id))
        .ok_or(Refusal::BadId { of })
}

fn signature_of<'a, 'i>(
    node: Node<'a, 'i>,
    of: &'static str,
) -> Result<Option<Node<'a, 'i>>, Refusal> {
    let mut signatures = named(node, SIGNATURE, "Signature");
    let first = signatures.next();
    match signatures.next() {
        Some(_) => Err(Refusal::TwoSignatures { of }),
        None => Ok(first),
    }
}

fn not_once(name: &'static str, count: usize) -> Refusal {
    Refusal::NotOnce {
        parent: "Response",
        name,
        count,
    }
}
