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
    /// The `ID` of the Assertion; none where it is encrypted.
    pub(super) assertion_id: Option<&'a str>,
    /// Whether the Response has a Signature, which then covers all.
    pub(super) response_is_signed: bool,
}

/// Checks the whole document as it came.
pub(super) fn check<'a>(document: &'a Document<'_>) -> Result<Shape<'a>, Refusal> {
    let response = document.root_element();
    let assertion = check_structure(document)?;
    let response_id = id(response, "Response")?;
    let of_response = signature_of(response, "Response")?;
    if assertion.has_tag_name((ASSERTION, "EncryptedAssertion")) {
        check_signatures(document, &[(of_response, "Response", response_id)])?;
        return Ok(Shape {
            response_id,
            assertion_id: None,
            response_is_signed: of_response.is_some(),
        });
    }
    let assertion_id = id(assertion, "Assertion")?;
    let of_assertion = signature_of(assertion, "Assertion")?;
    check_signatures(
        document,
        &[
            (of_response, "Response", response_id),
            (of_assertion, "Assertion", assertion_id),
        ],
    )?;
    if of_response.is_none() && of_assertion.is_none() {
        return Err(Refusal::Unsigned);
    }
    Ok(Shape {
        response_id,
        assertion_id: Some(assertion_id),
        response_is_signed: of_response.is_some(),
    })
}

/// No signatures but these, each of the element that it is in and of the one shape.
fn check_signatures(
    document: &Document<'_>,
    expected: &[(Option<Node<'_, '_>>, &'static str, &str)],
) -> Result<(), Refusal> {
    let misplaced = document.descendants().any(|node| {
        node.tag_name().name() == "Signature" && !expected.iter().any(|(at, ..)| *at == Some(node))
    });
    if misplaced {
        return Err(Refusal::MisplacedSignature);
    }
    for (signature, of, id) in expected {
        if let Some(signature) = signature {
            signature::check_shape(*signature, of, id)?;
        }
    }
    Ok(())
}

/// Checks a document that is one element alone, such as an Assertion that was encrypted; its `ID`, and whether it is
/// signed.
pub(in crate::saml) fn check_alone<'a>(
    document: &'a Document<'_>,
    name: &'static str,
) -> Result<(&'a str, bool), Refusal> {
    let root = document.root_element();
    if root.attribute("Version") != Some("2.0") {
        return Err(Refusal::NotAResponse {
            received: format!("{name} of another version"),
        });
    }
    check_ids(document)?;
    check_no_assertion_inside(root)?;
    let id = id(root, name)?;
    let signature = signature_of(root, name)?;
    check_signatures(document, &[(signature, name, id)])?;
    Ok((id, signature.is_some()))
}

/// Checks a Response and gives its only Assertion, encrypted or not, Core section 3.3.3.
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
    let assertions: Vec<_> = elements(response)
        .filter(|child| ["Assertion", "EncryptedAssertion"].contains(&child.tag_name().name()))
        .collect();
    match assertions[..] {
        // An IdP that could not sign anybody on says so without an assertion.
        [] => {
            super::claims::check_status(response)?;
            Err(Refusal::NoAssertion)
        }
        [one]
            if one.tag_name().name() == "EncryptedAssertion"
                || one.attribute("Version") == Some("2.0") =>
        {
            Ok(one)
        }
        [_] => Err(Refusal::NotAResponse {
            received: "an Assertion of another version".to_owned(),
        }),
        _ => Err(Refusal::TwoAssertions(assertions.len())),
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
