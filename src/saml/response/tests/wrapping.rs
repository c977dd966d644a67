//! Signatures that are moved around, and second voices beside the signed one.
//!
//! XSW1 to XSW8 are the wrappings of Somorovsky and others, "On Breaking SAML: Be Whoever You Want to Be" (2012).

use super::*;

/// A genuine response with a signed assertion.
fn genuine() -> String {
    draft(Signing::Assertion).xml()
}

/// The assertion as an attacker writes it: another person, no signature.
fn evil() -> String {
    let assertion = swap(ASSERTION, "_a1", "_evil");
    swap(&assertion, "alice-1", "owner-1")
}

/// A response around anything.
fn around(inside: &str) -> String {
    swap(
        RESPONSE,
        "</samlp:Response>",
        &format!("{inside}</samlp:Response>"),
    )
}

#[test]
fn xsw_1_and_2_a_genuine_response_beside_or_in_the_signature_of_an_evil_one() {
    let signed = draft(Signing::Response).xml();
    let signature = signature_of(&signed);
    let bare = swap(&signed, signature, "");
    let inside = swap(
        signature,
        "</ds:Signature>",
        &format!("{bare}</ds:Signature>"),
    );
    let root = swap(&around(&evil()), "_r1", "_evil_r");
    let one = swap(&root, "</saml:Issuer>", &format!("</saml:Issuer>{inside}"));
    refuse(one, "misplaced_assertion");
    let two = swap(
        &root,
        "</saml:Issuer>",
        &format!("</saml:Issuer>{bare}{signature}"),
    );
    refuse(two, "unexpected_element");
}

#[test]
fn xsw_3_an_evil_assertion_before_the_genuine_one() {
    let genuine = genuine();
    let assertion = assertion_of(&genuine);
    refuse(around(&format!("{}{assertion}", evil())), "two_assertions");
    refuse(around(&format!("{assertion}{}", evil())), "two_assertions");
}

#[test]
fn xsw_4_an_evil_assertion_around_the_genuine_one() {
    let genuine = genuine();
    let assertion = assertion_of(&genuine);
    let wrapped = swap(
        &evil(),
        "</saml:Assertion>",
        &format!("{assertion}</saml:Assertion>"),
    );
    refuse(around(&wrapped), "misplaced_assertion");
}

#[test]
fn xsw_5_the_signature_moved_to_an_evil_assertion() {
    let genuine = genuine();
    let assertion = assertion_of(&genuine);
    let signature = signature_of(&genuine);
    let evil = swap(
        &evil(),
        "</saml:Issuer>",
        &format!("</saml:Issuer>{signature}"),
    );
    let bare = swap(assertion, signature, "");
    refuse(around(&format!("{evil}{bare}")), "two_assertions");
    refuse(around(&evil), "wrong_reference");
}

#[test]
fn xsw_6_and_8_the_genuine_assertion_inside_the_signature_of_an_evil_one() {
    let genuine = genuine();
    let signature = signature_of(&genuine);
    let bare = swap(assertion_of(&genuine), signature, "");
    for inside in [bare.clone(), format!("<ds:Object>{bare}</ds:Object>")] {
        let signature = swap(
            signature,
            "</ds:Signature>",
            &format!("{inside}</ds:Signature>"),
        );
        let evil = swap(
            &evil(),
            "</saml:Issuer>",
            &format!("</saml:Issuer>{signature}"),
        );
        refuse(around(&evil), "misplaced_assertion");
    }
}

#[test]
fn xsw_7_an_evil_assertion_inside_extensions() {
    let extensions = format!(
        "</saml:Issuer><samlp:Extensions>{}</samlp:Extensions>",
        evil()
    );
    refuse(
        swap(&genuine(), "</saml:Issuer>", &extensions),
        "misplaced_assertion",
    );
    let advice = format!("</saml:Subject><saml:Advice>{}</saml:Advice>", evil());
    for signing in SIGNINGS {
        let xml = draft(signing).assertion("</saml:Subject>", &advice).xml();
        refuse(xml, "misplaced_assertion");
    }
}

#[test]
fn two_elements_with_one_id_are_refused() {
    let genuine = genuine();
    let assertion = assertion_of(&genuine);
    let twin = swap(&evil(), "_evil", "_a1");
    for inside in [format!("{twin}{assertion}"), format!("{assertion}{twin}")] {
        refuse(around(&inside), "duplicate_id");
    }
    let other = "<samlp:Status Id=\"_a1\">";
    refuse(swap(&genuine, "<samlp:Status>", other), "duplicate_id");
}

#[test]
fn two_signed_assertions_are_refused() {
    let genuine = genuine();
    let second = Draft {
        assertion: evil(),
        ..draft(Signing::Assertion)
    };
    let second = signer::sign(&second.assertion, "_evil", second.key, &second.method);
    refuse(
        around(&format!("{}{second}", assertion_of(&genuine))),
        "two_assertions",
    );
    let both = around(&format!("{ASSERTION}{}", evil()));
    let method = Method::default();
    refuse(
        signer::sign(&both, "_r1", &signer::IDP_KEY, &method),
        "two_assertions",
    );
}

#[test]
fn an_assertion_in_another_namespace_is_an_assertion_too() {
    let genuine = genuine();
    let other =
        "<samlp:Extensions><e:Assertion xmlns:e=\"urn:evil\"></e:Assertion></samlp:Extensions>";
    let xml = swap(
        &genuine,
        "<samlp:Status>",
        &format!("{other}<samlp:Status>"),
    );
    refuse(xml, "misplaced_assertion");
    let child = "<e:Assertion xmlns:e=\"urn:evil\"></e:Assertion><samlp:Status>";
    refuse(
        swap(&genuine, "<samlp:Status>", child),
        "unexpected_element",
    );
}

#[test]
fn an_id_in_a_namespace_is_refused() {
    let prefixed = "<saml:Assertion saml:ID=\"_b\" ";
    refuse(
        swap(&genuine(), "<saml:Assertion ", prefixed),
        "namespaced_id",
    );
    let xml = "<samlp:Status xml:id=\"_b\">";
    refuse(swap(&genuine(), "<samlp:Status>", xml), "namespaced_id");
}

#[test]
fn a_signed_failure_with_an_assertion_in_a_second_signature_is_refused() {
    let failure = swap(RESPONSE, "status:Success", "status:Responder");
    let signed = signer::sign(&failure, "_r1", &signer::IDP_KEY, &Method::default());
    refuse(&signed, "not_success");
    let signature = signature_of(&signed);
    let decoy = swap(
        signature,
        "</ds:Signature>",
        &format!("<ds:Object>{}</ds:Object></ds:Signature>", evil()),
    );
    let xml = swap(&signed, signature, &format!("{signature}{decoy}"));
    refuse(xml, "misplaced_assertion");
    let beside = swap(
        &signed,
        "</samlp:Response>",
        &format!("{}</samlp:Response>", evil()),
    );
    refuse(beside, "bad_signature");
}

#[test]
fn a_signature_somewhere_else_is_refused() {
    let signed = draft(Signing::Both).xml();
    let signature = signature_of(&signed).to_owned();
    let genuine = genuine();
    let twice = swap(
        &genuine,
        "<samlp:Status>",
        &format!("{signature}{signature}<samlp:Status>"),
    );
    refuse(twice, "two_signatures");
    let deep = swap(
        &genuine,
        "</saml:Subject>",
        &format!("{signature}</saml:Subject>"),
    );
    refuse(deep, "misplaced_signature");
    let other = "<e:Signature xmlns:e=\"urn:evil\"></e:Signature></saml:Subject>";
    refuse(
        swap(&genuine, "</saml:Subject>", other),
        "misplaced_signature",
    );
}
