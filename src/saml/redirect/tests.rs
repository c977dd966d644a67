//! Queries that are made here, by ourselves and by senders who encode otherwise.

use openssl::hash::hash;

use super::*;
use crate::saml::response::tests::signer::{EC_KEY, IDP_KEY, Key, OTHER_KEY};

const RSA: &str = "http%3a%2f%2fwww.w3.org%2f2001%2f04%2fxmldsig-more%23rsa-sha256";

fn certificates() -> Vec<Vec<u8>> {
    vec![OTHER_KEY.certificate.clone(), IDP_KEY.certificate.clone()]
}

fn pem(key: &Key) -> String {
    String::from_utf8(key.private.private_key_to_pem_pkcs8().unwrap()).unwrap()
}

/// A query signed as it stands.
fn sign(query: &str, key: &Key, digest: MessageDigest) -> String {
    let mut signer = Signer::new(digest, &key.private).unwrap();
    signer.update(query.as_bytes()).unwrap();
    let signature = STANDARD.encode(signer.sign_to_vec().unwrap());
    format!(
        "{query}&Signature={}",
        utf8_percent_encode(&signature, QUERY)
    )
}

/// As senders do that escape in small letters and leave what need not be escaped.
fn message(text: &str) -> String {
    let encoded = STANDARD.encode(deflate(text));
    encoded
        .replace('/', "%2f")
        .replace('=', "%3d")
        .replace('+', "%2b")
}

fn read_own(query: &str) -> Result<Received, Refused> {
    read(query, &certificates())
}

#[test]
fn what_we_sign_is_verified_over_the_query_as_it_stands() {
    for (carried, relay_state) in [
        (Carried::Request, ""),
        (Carried::Request, "/projects/1?a=b c"),
        (Carried::Response, "https://idp.test/after?x=1&y=%20"),
    ] {
        let sent = url(Outgoing {
            destination: "https://idp.test/slo?tenant=a%20b",
            carried,
            document: "<a>ä</a>",
            relay_state,
            key: Some(&pem(&IDP_KEY)),
        });
        let sent = sent.unwrap();
        let query = sent
            .strip_prefix("https://idp.test/slo?tenant=a%20b&")
            .unwrap();
        let expected = Received {
            carried,
            document: "<a>ä</a>".to_owned(),
            relay_state: relay_state.to_owned(),
        };
        assert_eq!(read_own(query), Ok(expected));
        let bent = query.replace("SAMLRe", "RelayState=&SAMLRe");
        assert!(read_own(&bent).is_err());
    }
}

#[test]
fn a_signature_of_a_sender_who_escapes_otherwise_fits() {
    let query = format!(
        "SAMLRequest={}&RelayState=a+b&SigAlg={RSA}",
        message("<a/>")
    );
    let signed = sign(&query, &IDP_KEY, MessageDigest::sha256());
    let read = read_own(&signed).unwrap();
    assert_eq!(
        (read.document.as_str(), read.relay_state.as_str()),
        ("<a/>", "a b")
    );
    // The order of what is sent does not matter, that of what is signed does.
    let parts: Vec<&str> = signed.split('&').collect();
    let turned = [parts[3], parts[1], parts[2], parts[0]].join("&");
    assert_eq!(read_own(&turned), Ok(read));
    let stripped = signed.replace("RelayState=a+b&", "");
    assert_eq!(read_own(&stripped), Err(Refused::BadSignature(2)));
    let other = signed.replace("RelayState=a+b", "RelayState=a%20b");
    assert_eq!(read_own(&other), Err(Refused::BadSignature(2)));
}

#[test]
fn a_key_on_a_curve_signs_in_either_form() {
    let uri = RSA.replace("rsa-sha256", "ecdsa-sha256");
    let query = format!("SAMLResponse={}&SigAlg={uri}", message("<a/>"));
    let certificates = [IDP_KEY.certificate.clone(), EC_KEY.certificate.clone()];
    let der = sign(&query, &EC_KEY, MessageDigest::sha256());
    assert!(read(&der, &certificates).is_ok());
    let digest = hash(MessageDigest::sha256(), query.as_bytes()).unwrap();
    let pair = EcdsaSig::sign(&digest, &EC_KEY.private.ec_key().unwrap()).unwrap();
    let raw = [pair.r(), pair.s()]
        .map(|n| n.to_vec_padded(32).unwrap())
        .concat();
    let raw = STANDARD.encode(raw);
    let signed = format!("{query}&Signature={}", utf8_percent_encode(&raw, QUERY));
    assert!(read(&signed, &certificates).is_ok());
    assert!(
        read(
            &signed.replace("SAMLResponse", "SAMLRequest"),
            &certificates
        )
        .is_err()
    );
    // Not by a certificate of another kind of key.
    assert!(read(&signed, &certificates[..1]).is_err());
}

#[test]
fn what_is_not_signed_by_a_known_key_and_a_strong_algorithm_is_refused() {
    let query = format!("SAMLRequest={}&SigAlg={RSA}", message("<a/>"));
    let good = sign(&query, &IDP_KEY, MessageDigest::sha256());
    assert!(read_own(&good).is_ok());
    assert_eq!(read(&good, &[]), Err(Refused::BadSignature(0)));
    assert_eq!(
        read(&good, std::slice::from_ref(&OTHER_KEY.certificate)),
        Err(Refused::BadSignature(1))
    );
    assert_eq!(read_own(&query), Err(Refused::Unsigned));
    let unnamed = good.replace(&format!("&SigAlg={RSA}"), "");
    assert_eq!(read_own(&unnamed), Err(Refused::Unsigned));
    for (weak, digest) in [
        (
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            MessageDigest::sha1(),
        ),
        (
            "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
            MessageDigest::sha1(),
        ),
        (
            "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
            MessageDigest::md5(),
        ),
        ("", MessageDigest::sha256()),
    ] {
        let query = format!(
            "SAMLRequest={}&SigAlg={}",
            message("<a/>"),
            utf8_percent_encode(weak, QUERY)
        );
        let refused = read_own(&sign(&query, &IDP_KEY, digest));
        assert_eq!(refused, Err(Refused::ForbiddenAlgorithm(weak.to_owned())));
    }
    for bent in ["&Signature=", "&Signature=!", "&Signature=AAAA"] {
        assert_eq!(
            read_own(&format!("{query}{bent}")),
            Err(Refused::BadSignature(2))
        );
    }
}

#[test]
fn a_parameter_that_is_there_twice_is_refused() {
    let query = format!("SAMLRequest={}&SigAlg={RSA}", message("<a/>"));
    let good = sign(&query, &IDP_KEY, MessageDigest::sha256());
    for name in [
        "SAMLRequest",
        "SigAlg",
        "Signature",
        "SAMLEncoding",
        "RelayState",
    ] {
        for twice in [
            format!("{good}&{name}=x&{name}=x"),
            format!("{name}=x&{name}&{good}"),
        ] {
            assert_eq!(read_own(&twice), Err(Refused::Twice(name)));
        }
    }
    assert_eq!(
        read_own(&format!("{good}&SAMLResponse=x")),
        Err(Refused::NotOneMessage)
    );
    assert_eq!(read_own(""), Err(Refused::NotOneMessage));
    assert_eq!(
        read_own(&format!("{good}&SAMLEncoding=x")),
        Err(Refused::Encoding)
    );
    assert!(read_own(&format!("a=1&a=2&{good}")).is_ok());
}

/// Security J17.
#[test]
fn a_message_that_inflates_without_end_is_refused() {
    let many = "A".repeat(MAX_MESSAGE);
    for (text, fits) in [
        (many.clone(), true),
        (many + "A", false),
        ("B".repeat(50 << 20), false),
    ] {
        let query = format!("SAMLRequest={}&SigAlg={RSA}", message(&text));
        let read = read_own(&sign(&query, &IDP_KEY, MessageDigest::sha256()));
        assert_eq!(read.is_ok(), fits);
    }
    for garbage in ["AAAA", "%%%", "", "%ff"] {
        let query = format!("SAMLRequest={garbage}&SigAlg={RSA}");
        let read = read_own(&sign(&query, &IDP_KEY, MessageDigest::sha256()));
        assert!(
            read.is_err_and(|refused| refused == Refused::Inflating),
            "{garbage}"
        );
    }
}
