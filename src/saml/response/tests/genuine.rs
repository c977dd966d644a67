//! What must be accepted.

use super::signer::{EC_KEY, IDP_KEY, Method, OTHER_KEY};
use super::*;
use openssl::hash::MessageDigest;

#[test]
fn a_genuine_response_is_accepted_however_it_is_signed() {
    for signing in SIGNINGS {
        assert_eq!(accept(draft(signing).xml()), alice(), "{signing:?}");
    }
}

#[test]
fn a_declaration_and_broken_lines_of_base64_do_no_harm() {
    let xml = draft(Signing::Both).xml();
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{xml}\n");
    assert_eq!(accept(declared), alice());
    let encoded = STANDARD.encode(xml);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let names = AttributeNames::default();
    let certificates = [IDP_KEY.certificate.clone()];
    let expected = Expected {
        acs_url: ACS,
        audience: ACS,
        idp_entity_id: IDP,
        certificates: &certificates,
        attributes: &names,
        skew_seconds: 60,
        keys: &[],
        idp_initiated: false,
        force_authn: false,
    };
    assert_eq!(
        verify(
            &lines.join("\r\n"),
            &expected,
            NOW,
            &mut crate::domain::trace::Trace::default()
        ),
        Ok(alice())
    );
}

#[test]
fn every_allowed_algorithm_is_accepted() {
    let more = "http://www.w3.org/2001/04/xmldsig-more#";
    let rsa = [
        ("rsa-sha384", MessageDigest::sha384()),
        ("rsa-sha512", MessageDigest::sha512()),
    ];
    for (name, signature_hash) in rsa {
        let method = Method {
            signature: Box::leak(format!("{more}{name}").into_boxed_str()),
            signature_hash,
            digest: "http://www.w3.org/2001/04/xmlenc#sha512",
            digest_hash: MessageDigest::sha512(),
            ..Method::default()
        };
        assert_eq!(accept(draft(Signing::Both).method(method).xml()), alice());
    }
}

#[test]
fn a_key_on_an_elliptic_curve_is_accepted_and_the_order_of_certificates_does_not_matter() {
    let method = Method {
        signature: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        ..Method::default()
    };
    let curve = draft(Signing::Both).signed_by(&EC_KEY).method(method).xml();
    let rsa = draft(Signing::Both).xml();
    let names = AttributeNames::default();
    let mut certificates = vec![
        b"rubbish".to_vec(),
        OTHER_KEY.certificate.clone(),
        EC_KEY.certificate.clone(),
        IDP_KEY.certificate.clone(),
    ];
    for _ in 0..certificates.len() {
        certificates.rotate_left(1);
        for xml in [&curve, &rsa] {
            let identity = verified(xml.as_bytes(), &certificates, &names, NOW);
            assert_eq!(identity, Ok(alice()));
        }
    }
}

#[test]
fn what_simplesamlphp_sends_is_accepted() {
    // Namespaces declared at the Assertion, typed values, an e-mail address as NameID, a SessionIndex.
    let value = |text: &str| {
        format!(
            "<saml:AttributeValue xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:string\">{text}"
        )
    };
    let xml = draft(Signing::Both)
        .assertion(
            "2.0:nameid-format:persistent\">alice-1",
            "1.1:nameid-format:emailAddress\">alice@corp.test",
        )
        .assertion("<saml:AttributeValue>alice", &value("alice"))
        .assertion("<saml:AttributeValue>eng", &value("eng"))
        .assertion(
            "Name=\"Groups\"",
            "Name=\"Groups\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:basic\"",
        )
        .xml();
    // Canonicalization leaves out what is declared and not used, so this changes no digest.
    let declared = " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"";
    let xml = swap(
        &xml,
        "<saml:Assertion",
        &format!("<saml:Assertion{declared}"),
    );
    let xml = swap(
        &xml,
        "<samlp:Response",
        "<samlp:Response xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
    );
    let expected = Identity {
        subject: Subject::Lasting("alice@corp.test".to_owned()),
        at_idp: AtIdp {
            subject: "alice@corp.test".to_owned(),
            hint: "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">\
                alice@corp.test</saml:NameID>"
                .to_owned(),
            ..alice().at_idp
        },
        ..alice()
    };
    assert_eq!(accept(xml), expected);
}

#[test]
fn prefixes_that_opensaml_lists_for_canonicalization_are_accepted() {
    let listed = format!(
        "<ds:Transform Algorithm=\"{}\"></ds:Transform><ds:Transform Algorithm=\"{EXCLUSIVE}\">\
         <ec:InclusiveNamespaces xmlns:ec=\"{EXCLUSIVE}\" PrefixList=\"xs\"></ec:InclusiveNamespaces></ds:Transform>",
        signer::ENVELOPED,
        EXCLUSIVE = signer::EXCLUSIVE,
    );
    let method = Method {
        transforms: listed,
        ..Method::default()
    };
    let xml = draft(Signing::Assertion)
        .assertion(
            "2.0:assertion\"",
            "2.0:assertion\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"",
        )
        .method(method)
        .xml();
    assert_eq!(accept(xml), alice());
}

#[test]
fn an_extension_that_nobody_knows_is_passed_over() {
    let extension =
        "</saml:Issuer><samlp:Extensions><x:Any xmlns:x=\"urn:x\">1</x:Any></samlp:Extensions>";
    for signing in SIGNINGS {
        let xml = draft(signing).response("</saml:Issuer>", extension).xml();
        assert_eq!(accept(xml), alice());
    }
}

#[test]
fn an_unsigned_response_need_not_repeat_what_its_assertion_says() {
    let xml = draft(Signing::Assertion)
        .response(" Destination=\"https://sp.test/saml/7/acs\"", "")
        .response(" InResponseTo=\"_q1\"", "")
        .xml();
    let issuer = "<saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://idp.test/metadata</saml:Issuer>";
    assert_eq!(accept(swap(&xml, issuer, "")), alice());
}

#[test]
fn thousands_of_groups_are_read_quickly() {
    let groups = (0..3000)
        .map(|n| format!("<saml:AttributeValue>team-{n:04}</saml:AttributeValue>"))
        .collect::<Vec<_>>()
        .concat();
    for signing in SIGNINGS {
        let first = "<saml:AttributeValue>admins</saml:AttributeValue>";
        let xml = draft(signing).assertion(first, &groups).xml();
        let AssertedGroups::Known(read) = accept(xml).groups else {
            panic!("unknown");
        };
        assert_eq!(read.len(), 3001);
    }
}
