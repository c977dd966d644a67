//! Responses whose Assertion or NameID is encrypted, for our keys and not.

use std::sync::LazyLock;

use openssl::rsa::Padding;

use super::fixtures::sealed::{self, CBC, GCM, OAEP_SHA1};
use super::*;
use crate::domain::trace::Trace;

const OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
const SHA256: &str = "<ds:DigestMethod xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" \
    Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod>\
    <x:MGF xmlns:x=\"http://www.w3.org/2009/xmlenc11#\" Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha256\"></x:MGF>";

/// Our keys: one that is used, and the one before it.
static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let pem = |key: &Key| key.private.private_key_to_pem_pkcs8().unwrap();
    [&*signer::OTHER_KEY, &*OWN]
        .map(|key| String::from_utf8(pem(key)).unwrap())
        .into()
});
static OWN: LazyLock<Key> = LazyLock::new(signer::rsa);

/// How an IdP encrypts.
#[derive(Clone, Copy)]
struct Way {
    transport: &'static str,
    parameters: &'static str,
    padding: Padding,
    content: &'static str,
    /// Whether the `EncryptedKey` stands beside the `EncryptedData`.
    beside: bool,
    recipient: Option<&'static str>,
    key: &'static LazyLock<Key>,
    /// The last byte of what is filled up, in CBC; the right one where it is 0.
    filling: u8,
}

const WAY: Way = Way {
    transport: OAEP_SHA1,
    parameters: "",
    padding: Padding::PKCS1_OAEP,
    content: GCM[1],
    beside: false,
    recipient: None,
    key: &OWN,
    filling: 0,
};

fn encrypted(wrapper: &str, plain: &str, way: Way) -> String {
    let key = signer::public(way.key);
    let way = sealed::Way {
        transport: way.transport,
        parameters: way.parameters,
        padding: way.padding,
        content: way.content,
        beside: way.beside,
        recipient: way.recipient,
        filling: way.filling,
    };
    sealed::encrypted(wrapper, plain, way, &key)
}

/// A Response with its Assertion encrypted, signed as told: the Assertion inside, the Response around, or both.
fn response(assertion: &str, signing: Signing, way: Way) -> String {
    let sign = |text: &str, id| signer::sign(text, id, &signer::IDP_KEY, &Method::default());
    let inner = match signing {
        Signing::Assertion | Signing::Both => sign(assertion, "_a1"),
        Signing::Response | Signing::Nothing => assertion.to_owned(),
    };
    let end = "</samlp:Response>";
    let sealed = encrypted("EncryptedAssertion", &inner, way);
    let text = swap(RESPONSE, end, &format!("{sealed}{end}"));
    match signing {
        Signing::Response | Signing::Both => sign(&text, "_r1"),
        Signing::Assertion | Signing::Nothing => text,
    }
}

fn read(xml: &str, keys: &[String]) -> Result<Identity, Refusal> {
    let names = AttributeNames::default();
    let expected = Expected {
        acs_url: ACS,
        audience: ACS,
        idp_entity_id: IDP,
        certificates: std::slice::from_ref(&signer::IDP_KEY.certificate),
        attributes: &names,
        skew_seconds: 60,
        keys,
        idp_initiated: false,
        force_authn: false,
    };
    verify(&STANDARD.encode(xml), &expected, NOW, &mut Trace::default())
}

#[track_caller]
fn refused(xml: &str, reason: &str) -> String {
    let refused = read(xml, &KEYS).unwrap_err();
    assert_eq!(refused.reason(), reason, "{refused}");
    refused.to_string()
}

#[test]
fn an_encrypted_assertion_is_read_that_was_signed_inside_or_around() {
    for signing in SIGNINGS {
        for content in GCM {
            for (transport, parameters) in [(OAEP_SHA1, ""), (OAEP, SHA256)] {
                for beside in [false, true] {
                    let way = Way {
                        transport,
                        parameters,
                        content,
                        beside,
                        ..WAY
                    };
                    let read = read(&response(ASSERTION, signing, way), &KEYS);
                    assert_eq!(
                        read,
                        Ok(alice()),
                        "{signing:?} {content} {transport} {beside}"
                    );
                }
            }
        }
    }
    // Either of our keys opens, whichever stands first.
    let way = Way {
        key: &signer::OTHER_KEY,
        recipient: Some(ACS),
        ..WAY
    };
    assert_eq!(
        read(&response(ASSERTION, Signing::Assertion, way), &KEYS),
        Ok(alice())
    );
}

/// Security J13.
#[test]
fn a_chained_cipher_is_taken_only_where_the_response_is_signed() {
    for content in CBC {
        let way = Way { content, ..WAY };
        for signing in [Signing::Response, Signing::Both] {
            assert_eq!(read(&response(ASSERTION, signing, way), &KEYS), Ok(alice()));
        }
        refused(
            &response(ASSERTION, Signing::Assertion, way),
            "cbc_unsigned",
        );
        refused(&response(ASSERTION, Signing::Nothing, way), "cbc_unsigned");
    }
}

#[test]
fn what_anybody_could_have_encrypted_is_refused() {
    let evil = swap(ASSERTION, "alice-1", "owner-1");
    refused(&response(&evil, Signing::Nothing, WAY), "unsigned");
    let sign = |key: &Key| signer::sign(&evil, "_a1", key, &Method::default());
    let foreign = response(&sign(&signer::OTHER_KEY), Signing::Nothing, WAY);
    refused(&foreign, "bad_signature");
    let bent = swap(&sign(&signer::IDP_KEY), "owner-1", "other-1");
    refused(&response(&bent, Signing::Nothing, WAY), "bad_signature");
    // The Response is signed, but not around this ciphertext.
    let genuine = response(ASSERTION, Signing::Response, WAY);
    let other = encrypted("EncryptedAssertion", &evil, WAY);
    let sealed = part(
        &genuine,
        "<saml:EncryptedAssertion",
        "</saml:EncryptedAssertion>",
    );
    refused(&swap(&genuine, sealed, &other), "bad_signature");
    // The signed Assertion is inside another one.
    let wrapped = swap(
        &evil,
        "</saml:Assertion>",
        &format!(
            "{}</saml:Assertion>",
            sign(&signer::IDP_KEY).replace("_a1", "_a2")
        ),
    );
    refused(
        &response(&wrapped, Signing::Nothing, WAY),
        "misplaced_assertion",
    );
    let twice = swap(&genuine, sealed, &sealed.repeat(2).replacen("_k", "_k2", 1));
    refused(&twice, "two_assertions");
}

/// Security J15.
#[test]
fn whatever_is_wrong_with_a_ciphertext_has_one_text() {
    let mut texts = Vec::new();
    let good = response(ASSERTION, Signing::Assertion, WAY);
    for way in [
        Way {
            key: &signer::IDP_KEY,
            ..WAY
        },
        Way {
            padding: Padding::PKCS1,
            ..WAY
        },
    ] {
        let xml = response(ASSERTION, Signing::Assertion, way);
        texts.push(refused(&xml, "undecryptable"));
    }
    let values: Vec<&str> = good
        .split("<e:CipherValue>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap())
        .collect();
    for value in &values {
        for bad in [
            "",
            "AAAA",
            "!",
            "A",
            &value[..value.len() / 8 * 4],
            &value.replacen(&value[20..24], "AAAA", 1),
        ] {
            texts.push(refused(&swap(&good, value, bad), "undecryptable"));
        }
    }
    for filling in [17, 255] {
        let way = Way {
            content: CBC[0],
            filling,
            ..WAY
        };
        texts.push(refused(
            &response(ASSERTION, Signing::Response, way),
            "undecryptable",
        ));
    }
    for plain in ["", "not xml", "<a/>", "<!DOCTYPE a><a/>", RESPONSE] {
        texts.push(refused(
            &response(plain, Signing::Nothing, WAY),
            "undecryptable",
        ));
    }
    texts.push(read(&good, &[]).unwrap_err().to_string());
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
}

/// Security J13.
#[test]
fn weak_algorithms_and_what_points_elsewhere_are_refused_before_a_key_is_touched() {
    let good = response(ASSERTION, Signing::Assertion, WAY);
    for (from, to) in [
        ("xmlenc#rsa-oaep-mgf1p", "xmlenc#rsa-1_5"),
        ("xmlenc11#aes256-gcm", "xmlenc11#aes192-gcm"),
        ("2009/xmlenc11#aes256-gcm", "2001/04/xmlenc#tripledes-cbc"),
    ] {
        refused(&swap(&good, from, to), "forbidden_encryption");
    }
    let value = part(&good, "<e:CipherData>", "</e:CipherData>");
    let elsewhere = "<e:CipherData><e:CipherReference URI=\"http://evil.test/\"></e:CipherReference></e:CipherData>";
    let beside = response(
        ASSERTION,
        Signing::Assertion,
        Way {
            beside: true,
            ..WAY
        },
    );
    for bad in [
        swap(&good, value, elsewhere),
        swap(&good, "xmlenc#Element", "xmlenc#Content"),
        swap(&beside, "URI=\"#_k\"", "URI=\"#_r1\""),
        swap(&beside, "URI=\"#_k\"", "URI=\"http://evil.test/key\""),
        response(
            ASSERTION,
            Signing::Assertion,
            Way {
                recipient: Some("https://other.test/"),
                ..WAY
            },
        ),
        swap(
            &good,
            "<e:EncryptedKey ",
            "<e:AgreementMethod></e:AgreementMethod><e:EncryptedKey ",
        ),
    ] {
        refused(&bad, "encryption_shape");
    }
}

#[test]
fn an_encrypted_name_is_read_where_its_assertion_is_signed() {
    let plain = "<saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
        Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">alice-1</saml:NameID>";
    let node = part(ASSERTION, "<saml:NameID ", "</saml:NameID>");
    for content in [GCM[0], CBC[1]] {
        let sealed = encrypted("EncryptedID", plain, Way { content, ..WAY });
        let xml = draft(Signing::Assertion).assertion(node, &sealed).xml();
        assert_eq!(read(&xml, &KEYS), Ok(alice()));
    }
    for other in ["", "<a/>", &ASSERTION.replace("_a1", "_a2")] {
        let sealed = encrypted("EncryptedID", other, WAY);
        let xml = draft(Signing::Assertion).assertion(node, &sealed).xml();
        refused(&xml, "undecryptable");
    }
}
