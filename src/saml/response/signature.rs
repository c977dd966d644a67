//! The signature: first its shape, then whether it fits, then exactly what it covers.
//!
//! samael is called only on a document whose signatures have passed [`check_shape`]: it would otherwise fetch what a
//! Reference names and run any transform before it verifies. All signatures of a document must fit.

use std::panic::catch_unwind;

use roxmltree::Node;
use samael::crypto::{
    AllowedSignatureAlgorithm,
    CertificateDer,
    CryptoProvider as _,
    ReduceMode,
    // By this name and not as `Crypto`, which without xmlsec is a verifier that lets everything through.
    XmlSec,
};

use crate::saml::SIGNATURE;
use crate::saml::refusal::Refusal;
use crate::saml::xml::{elements, named, shown, text};

const ALLOWED: [AllowedSignatureAlgorithm; 6] = [
    AllowedSignatureAlgorithm::RsaSha256,
    AllowedSignatureAlgorithm::RsaSha384,
    AllowedSignatureAlgorithm::RsaSha512,
    AllowedSignatureAlgorithm::EcdsaSha256,
    AllowedSignatureAlgorithm::EcdsaSha384,
    AllowedSignatureAlgorithm::EcdsaSha512,
];
/// Enveloped signature, XML Signature section 6.6.4.
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// Exclusive canonicalization without comments.
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// Checks that a signature is of the element around it and built as Core section 5.4 says, with nothing more.
pub(super) fn check_shape(
    signature: Node<'_, '_>,
    of: &'static str,
    id: &str,
) -> Result<(), Refusal> {
    let wrong = |problem| Refusal::SignatureShape { of, problem };
    let parts: Vec<_> = elements(signature).collect();
    let (signed_info, value, key_info) = match parts[..] {
        [signed_info, value] => (signed_info, value, None),
        [signed_info, value, key_info] => (signed_info, value, Some(key_info)),
        _ => {
            return Err(wrong(
                "it must have SignedInfo, SignatureValue, and at most a KeyInfo",
            ));
        }
    };
    if !is(signed_info, "SignedInfo")
        || !is(value, "SignatureValue")
        || !key_info.is_none_or(|key_info| is(key_info, "KeyInfo"))
    {
        return Err(wrong(
            "it must have SignedInfo, SignatureValue, and at most a KeyInfo",
        ));
    }
    if text(value).is_none() {
        return Err(wrong("its SignatureValue must be text"));
    }
    if let Some(key_info) = key_info {
        check_key_info(key_info).map_err(wrong)?;
    }
    check_signed_info(signed_info, of, id)
}

fn check_signed_info(signed_info: Node<'_, '_>, of: &'static str, id: &str) -> Result<(), Refusal> {
    let wrong = |problem| Refusal::SignatureShape { of, problem };
    let parts: Vec<_> = elements(signed_info).collect();
    let [canonicalization, method, reference] = parts[..] else {
        return Err(wrong("its SignedInfo must have exactly one Reference"));
    };
    if !is(canonicalization, "CanonicalizationMethod")
        || !is(method, "SignatureMethod")
        || !is(reference, "Reference")
    {
        return Err(wrong("its SignedInfo must have exactly one Reference"));
    }
    check_exclusive(canonicalization, of)?;
    let signature_uris = ALLOWED.map(|allowed| allowed.signature_uri());
    check_algorithm(method, &signature_uris, of)?;
    let uri = reference.attribute("URI");
    if uri.and_then(|uri| uri.strip_prefix('#')) != Some(id) {
        return Err(Refusal::WrongReference {
            of,
            received: uri.map_or_else(|| "nothing".to_owned(), shown),
        });
    }
    let parts: Vec<_> = elements(reference).collect();
    let [transforms, digest_method, digest_value] = parts[..] else {
        return Err(wrong("its Reference must have transforms and a digest"));
    };
    if !is(transforms, "Transforms")
        || !is(digest_method, "DigestMethod")
        || !is(digest_value, "DigestValue")
        || text(digest_value).is_none()
    {
        return Err(wrong("its Reference must have transforms and a digest"));
    }
    check_algorithm(
        digest_method,
        &ALLOWED.map(|allowed| allowed.digest_uri()),
        of,
    )?;
    check_transforms(transforms, of)
}

/// Exactly the two transforms, in their order. Core section 5.4.4 allows either alone; each of the attacks on
/// transforms needs another one, and every IdP that was tried sends both.
fn check_transforms(transforms: Node<'_, '_>, of: &'static str) -> Result<(), Refusal> {
    let parts: Vec<_> = elements(transforms).collect();
    if let [enveloped, exclusive] = parts[..]
        && is(enveloped, "Transform")
        && is(exclusive, "Transform")
        && enveloped.attribute("Algorithm") == Some(ENVELOPED)
        && elements(enveloped).next().is_none()
    {
        return check_exclusive(exclusive, of);
    }
    let algorithms: Vec<_> = parts
        .iter()
        .map(|part| part.attribute("Algorithm").unwrap_or("nothing"))
        .collect();
    Err(Refusal::ForbiddenTransform {
        of,
        received: shown(&algorithms.join(", ")),
    })
}

/// Exclusive canonicalization, which may name prefixes to keep; Shibboleth writes them for `xsi:type`.
fn check_exclusive(node: Node<'_, '_>, of: &'static str) -> Result<(), Refusal> {
    let algorithm = node.attribute("Algorithm").unwrap_or("nothing");
    let inside: Vec<_> = elements(node).collect();
    let plain = match inside[..] {
        [] => true,
        [prefixes] => {
            prefixes.has_tag_name((EXCLUSIVE, "InclusiveNamespaces"))
                && elements(prefixes).next().is_none()
        }
        _ => false,
    };
    if algorithm == EXCLUSIVE && plain {
        return Ok(());
    }
    Err(Refusal::ForbiddenTransform {
        of,
        received: shown(algorithm),
    })
}

fn check_algorithm(node: Node<'_, '_>, allowed: &[&str], of: &'static str) -> Result<(), Refusal> {
    let algorithm = node.attribute("Algorithm").unwrap_or("nothing");
    if allowed.contains(&algorithm) && elements(node).next().is_none() {
        return Ok(());
    }
    Err(Refusal::ForbiddenAlgorithm {
        of,
        received: shown(algorithm),
    })
}

/// The key that a signature brings is never used. It may not point elsewhere all the same.
fn check_key_info(key_info: Node<'_, '_>) -> Result<(), &'static str> {
    for child in elements(key_info) {
        if !["KeyName", "KeyValue", "X509Data"]
            .iter()
            .any(|name| is(child, name))
        {
            return Err("its KeyInfo must have nothing but a name, a key or certificates");
        }
        if named(child, SIGNATURE, "X509Certificate").any(|certificate| text(certificate).is_none())
        {
            return Err("its X509Certificate must be text");
        }
    }
    Ok(())
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.has_tag_name((SIGNATURE, name))
}

/// Verifies every signature of a document that has passed the gate, and gives the text that was signed: of the
/// Response if that is signed, else of the Assertion.
///
/// One certificate at a time, because samael gives up at the first that is of another kind of key.
pub(in crate::saml) fn signed_part(
    document: &str,
    certificates: &[Vec<u8>],
) -> Result<String, Refusal> {
    if certificates.is_empty() {
        return Err(Refusal::NoCertificate);
    }
    for certificate in certificates {
        if let Ok(signed) = reduce(document, certificate)? {
            return Ok(signed);
        }
    }
    Err(Refusal::BadSignature {
        certificates: certificates.len(),
    })
}

/// samael's verification. A panic in it becomes a refusal.
fn reduce(
    document: &str,
    certificate: &[u8],
) -> Result<Result<String, samael::crypto::CryptoError>, Refusal> {
    let certificate = [CertificateDer::from(certificate.to_vec())];
    catch_unwind(|| {
        XmlSec::reduce_xml_to_signed_with_allowed_algorithms(
            document,
            &certificate,
            ReduceMode::PreDigest,
            Some(&ALLOWED),
        )
    })
    .map_err(|_| Refusal::VerifierFailed)
}

/// Whether the verifier can take the key from a certificate.
///
/// samael offers no way to ask, so it is given a signature that cannot fit, and the reason is looked at: with a key it
/// finds that out, without one it does not get so far.
pub(in crate::saml) fn can_read(certificate: &[u8]) -> bool {
    let probe = format!(
        "<a ID=\"a\"><Signature xmlns=\"{SIGNATURE}\"><SignedInfo>\
        <CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/><SignatureMethod Algorithm=\"{method}\"/>\
        <Reference URI=\"#a\"><Transforms><Transform Algorithm=\"{ENVELOPED}\"/></Transforms>\
        <DigestMethod Algorithm=\"{digest}\"/><DigestValue>AA==</DigestValue></Reference></SignedInfo>\
        <SignatureValue>AA==</SignatureValue></Signature></a>",
        method = ALLOWED[0].signature_uri(),
        digest = ALLOWED[0].digest_uri(),
    );
    match reduce(&probe, certificate) {
        Ok(Err(error)) => !format!("{error:?}").contains("KeyLoadError"),
        Ok(Ok(_)) | Err(_) => false,
    }
}
