//! Signatures that are absent, of another key, too weak, or built to do more than to sign.

use super::signer::{ENVELOPED, EXCLUSIVE, IDP_KEY, Method, OTHER_KEY};
use super::*;
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::PKey;
use openssl::sign::Signer;

#[test]
fn an_unsigned_response_is_refused_whatever_it_says() {
    refuse(draft(Signing::Nothing).xml(), "unsigned");
    for signing in [Signing::Assertion, Signing::Response] {
        let xml = draft(signing).xml();
        let stripped = swap(&xml, signature_of(&xml), "");
        refuse(swap(&stripped, "alice-1", "owner-1"), "unsigned");
    }
}

/// Security J1.
#[test]
fn a_connection_without_a_certificate_refuses_everything() {
    let names = AttributeNames::default();
    for (signing, reason) in [
        (Signing::Both, "no_certificate"),
        (Signing::Nothing, "unsigned"),
    ] {
        let refused = verified(draft(signing).xml().as_bytes(), &[], &names, NOW);
        assert_eq!(refused.unwrap_err().reason(), reason);
    }
    let rubbish = [b"rubbish".to_vec(), Vec::new()];
    let refused = verified(draft(Signing::Both).xml().as_bytes(), &rubbish, &names, NOW);
    assert_eq!(refused.unwrap_err().reason(), "bad_signature");
}

#[test]
fn what_was_changed_after_signing_is_refused() {
    for signing in SIGNINGS {
        for (from, to) in [
            ("alice-1", "owner-1"),
            ("alice@corp.test", "owner@corp.test"),
            (">eng<", ">owners<"),
            ("Recipient=\"https://sp", "Recipient=\"https://sq"),
        ] {
            refuse(swap(&draft(signing).xml(), from, to), "bad_signature");
        }
    }
    // With both signed, each signature must fit.
    let xml = draft(Signing::Both).xml();
    let inner = signature_of(assertion_of(&xml));
    let broken = swap(inner, "<ds:SignatureValue>", "<ds:SignatureValue>AAAA");
    refuse(swap(&xml, inner, &broken), "bad_signature");
}

#[test]
fn a_key_that_comes_with_the_response_is_not_trusted() {
    for signing in SIGNINGS {
        refuse(draft(signing).signed_by(&OTHER_KEY).xml(), "bad_signature");
        let xml = draft(signing).signed_by(&OTHER_KEY).xml();
        let foreign = STANDARD.encode(&OTHER_KEY.certificate);
        let trusted = STANDARD.encode(&IDP_KEY.certificate);
        refuse(xml.replace(&foreign, &trusted), "bad_signature");
    }
}

#[test]
fn an_hmac_keyed_with_the_certificate_is_refused() {
    let uri = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
    let method = Method {
        signature: uri,
        ..Method::default()
    };
    let xml = draft(Signing::Assertion).method(method).xml();
    let info = part(&xml, "<ds:SignedInfo>", "</ds:SignedInfo>");
    let alone = swap(
        info,
        "<ds:SignedInfo",
        "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
    );
    let key = PKey::hmac(&IDP_KEY.certificate).unwrap();
    let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
    let value = STANDARD.encode(signer.sign_oneshot_to_vec(alone.as_bytes()).unwrap());
    let old = part(&xml, "<ds:SignatureValue>", "</ds:SignatureValue>");
    let new = format!("<ds:SignatureValue>{value}</ds:SignatureValue>");
    refuse(swap(&xml, old, &new), "forbidden_algorithm");
}

#[test]
fn sha_1_is_refused_in_the_signature_and_in_the_digest() {
    let weak_signature = Method {
        signature: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        signature_hash: MessageDigest::sha1(),
        ..Method::default()
    };
    let weak_digest = Method {
        digest: "http://www.w3.org/2000/09/xmldsig#sha1",
        digest_hash: MessageDigest::sha1(),
        ..Method::default()
    };
    for method in [weak_signature, weak_digest] {
        for signing in SIGNINGS {
            refuse(
                draft(signing).method(method.clone()).xml(),
                "forbidden_algorithm",
            );
        }
    }
}

#[test]
fn a_second_digest_elsewhere_is_not_looked_at() {
    let xml = draft(Signing::Assertion).xml();
    let evil = swap(ASSERTION, "alice-1", "owner-1");
    let digest = STANDARD.encode(hash(MessageDigest::sha256(), evil.as_bytes()).unwrap());
    let detail = format!(
        "<samlp:StatusDetail><ds:DigestValue xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{digest}\
         </ds:DigestValue></samlp:StatusDetail></samlp:Status>"
    );
    let xml = swap(&xml, "</samlp:Status>", &detail);
    refuse(swap(&xml, "alice-1", "owner-1"), "bad_signature");
}

#[test]
fn a_signature_with_parts_too_many_is_refused() {
    let xml = draft(Signing::Assertion).xml();
    let info = part(&xml, "<ds:SignedInfo>", "</ds:SignedInfo>");
    let other = info.replace("<ds:DigestValue>", "<ds:DigestValue>AAAA");
    let reference = part(&xml, "<ds:Reference ", "</ds:Reference>");
    let point =
        "<ds:KeyInfo><ds:RetrievalMethod URI=\"http://127.0.0.1:9/key\"></ds:RetrievalMethod>";
    let value = part(&xml, "<ds:SignatureValue>", "</ds:SignatureValue>");
    let object = "<ds:Object></ds:Object></ds:Signature>";
    for (from, to) in [
        (info, format!("{info}{other}")),
        (info, format!("{other}{info}")),
        (reference, format!("{reference}{reference}")),
        ("<ds:KeyInfo>", point.to_owned()),
        ("</ds:Signature>", object.to_owned()),
        (value, format!("{value}{value}")),
        (
            "<ds:SignatureValue>",
            "<ds:SignatureValue><x></x>".to_owned(),
        ),
        ("<ds:DigestValue>", "<ds:DigestValue><x></x>".to_owned()),
        (
            "<ds:X509Certificate>",
            "<ds:X509Certificate><x></x>".to_owned(),
        ),
        (value, String::new()),
        (reference, String::new()),
    ] {
        refuse(swap(&xml, from, &to), "signature_shape");
    }
}

#[test]
fn a_reference_to_anything_but_the_element_itself_is_refused() {
    for signing in SIGNINGS {
        let xml = draft(signing).xml();
        let id = if signing == Signing::Assertion {
            "_a1"
        } else {
            "_r1"
        };
        let uri = format!(" URI=\"#{id}\"");
        for other in [
            " URI=\"http://127.0.0.1:9/x\"",
            " URI=\"file:///etc/hostname\"",
            " URI=\"\"",
            "",
            " URI=\"#\"",
            " URI=\"#xpointer(id('_a1'))\"",
            " URI=\"#xpointer(/)\"",
            " URI=\"#element(/1/3)\"",
            " URI=\"_a1\"",
            " URI=\"#_s1\"",
        ] {
            refuse(swap(&xml, &uri, other), "wrong_reference");
        }
    }
}

#[test]
fn transforms_that_run_programs_are_refused_before_they_run() {
    let xslt = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><xsl:stylesheet \
        version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"><xsl:template match=\"/\">\
        <xsl:copy-of select=\"document('http://127.0.0.1:9/x')\"/></xsl:template></xsl:stylesheet></ds:Transform>";
    let xpath = |test: &str| {
        format!(
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>{test}</ds:XPath>\
             </ds:Transform>"
        )
    };
    let transform = |uri: &str| format!("<ds:Transform Algorithm=\"{uri}\"></ds:Transform>");
    let usual = Method::default().transforms;
    for transforms in [
        format!("{usual}{xslt}"),
        format!("{xslt}{usual}"),
        format!("{}{}", xpath("true()"), transform(EXCLUSIVE)),
        format!("{}{}", xpath("count(//*[count(//*) > 1]) > 0"), usual),
        format!(
            "{}{}",
            usual,
            xpath("not(ancestor-or-self::*[local-name()='Attribute'])")
        ),
        transform(EXCLUSIVE),
        transform(ENVELOPED),
        format!("{}{}", transform(EXCLUSIVE), transform(ENVELOPED)),
        format!(
            "{}{}",
            transform(ENVELOPED),
            transform("http://www.w3.org/2000/09/xmldsig#base64")
        ),
        format!(
            "{}{}",
            transform(ENVELOPED),
            transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
        ),
        format!(
            "{}{}",
            transform(ENVELOPED),
            transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")
        ),
        String::new(),
    ] {
        let method = Method {
            transforms,
            ..Method::default()
        };
        for signing in SIGNINGS {
            refuse(
                draft(signing).method(method.clone()).xml(),
                "forbidden_transform",
            );
        }
    }
    let xml = draft(Signing::Assertion).xml();
    let inclusive =
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\">";
    let exclusive =
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
    refuse(swap(&xml, exclusive, inclusive), "forbidden_transform");
}

#[test]
fn a_canonicalization_that_fails_signs_nothing() {
    // libxml2 refuses a relative namespace; a verifier that takes the empty result has the digest of nothing.
    let nothing = STANDARD.encode(hash(MessageDigest::sha256(), b"").unwrap());
    for digest_value in [None, Some(nothing)] {
        let method = Method {
            digest_value,
            ..Method::default()
        };
        let xml = draft(Signing::Assertion)
            .assertion("<saml:Subject>", "<saml:Subject xmlns:v=\"./x\" v:a=\"1\">")
            .method(method)
            .xml();
        refuse(xml, "bad_signature");
    }
}
