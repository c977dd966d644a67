//! A signer of XML that is already canonical.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use openssl::x509::{X509Builder, X509NameBuilder};

pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(super) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// A key and its certificate.
pub(in crate::saml) struct Key {
    pub(in crate::saml) private: PKey<Private>,
    /// DER.
    pub(in crate::saml) certificate: Vec<u8>,
}

/// The key of the IdP.
pub(in crate::saml) static IDP_KEY: LazyLock<Key> = LazyLock::new(rsa);
/// Another IdP's key, in a certificate with the same subject.
pub(in crate::saml) static OTHER_KEY: LazyLock<Key> = LazyLock::new(rsa);
/// A key on an elliptic curve.
pub(in crate::saml) static EC_KEY: LazyLock<Key> = LazyLock::new(|| {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    certified(PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap())
});

pub(super) fn rsa() -> Key {
    certified(PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap())
}

fn certified(private: PKey<Private>) -> Key {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "idp.test").unwrap();
    let name = name.build();
    let mut serial = BigNum::new().unwrap();
    serial.rand(120, MsbOption::MAYBE_ZERO, false).unwrap();
    let mut certificate = X509Builder::new().unwrap();
    certificate.set_version(2).unwrap();
    certificate
        .set_serial_number(&serial.to_asn1_integer().unwrap())
        .unwrap();
    certificate.set_subject_name(&name).unwrap();
    certificate.set_issuer_name(&name).unwrap();
    certificate.set_pubkey(&private).unwrap();
    certificate
        .set_not_before(&Asn1Time::days_from_now(0).unwrap())
        .unwrap();
    certificate
        .set_not_after(&Asn1Time::days_from_now(30).unwrap())
        .unwrap();
    certificate.sign(&private, MessageDigest::sha256()).unwrap();
    Key {
        certificate: certificate.build().to_der().unwrap(),
        private,
    }
}

/// How to sign.
#[derive(Clone)]
pub(in crate::saml) struct Method {
    pub(in crate::saml) signature: &'static str,
    pub(in crate::saml) signature_hash: MessageDigest,
    pub(super) digest: &'static str,
    pub(super) digest_hash: MessageDigest,
    /// What stands in `Transforms`, canonical.
    pub(super) transforms: String,
    /// Signed instead of the digest of the element.
    pub(super) digest_value: Option<String>,
}

impl Default for Method {
    fn default() -> Self {
        Self {
            signature: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            signature_hash: MessageDigest::sha256(),
            digest: "http://www.w3.org/2001/04/xmlenc#sha256",
            digest_hash: MessageDigest::sha256(),
            transforms: [ENVELOPED, EXCLUSIVE]
                .map(|one| format!("<ds:Transform Algorithm=\"{one}\"></ds:Transform>"))
                .concat(),
            digest_value: None,
        }
    }
}

/// Puts a Signature into an element, after its Issuer.
pub(in crate::saml) fn sign(text: &str, id: &str, key: &Key, method: &Method) -> String {
    let digest = match &method.digest_value {
        Some(value) => value.clone(),
        None => STANDARD.encode(hash(method.digest_hash, text.as_bytes()).unwrap()),
    };
    // Inside the Signature the namespace is in force already; alone it must be declared.
    let alone = " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"";
    let signed_info = |declared: &str| {
        format!(
            "<ds:SignedInfo{declared}><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\">\
             </ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"{signature}\"></ds:SignatureMethod>\
             <ds:Reference URI=\"#{id}\"><ds:Transforms>{transforms}</ds:Transforms>\
             <ds:DigestMethod Algorithm=\"{method_of_digest}\"></ds:DigestMethod>\
             <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>",
            signature = method.signature,
            transforms = method.transforms,
            method_of_digest = method.digest,
        )
    };
    let value = STANDARD.encode(raw(
        key,
        method.signature_hash,
        signed_info(alone).as_bytes(),
    ));
    let certificate = STANDARD.encode(&key.certificate);
    let signature = format!(
        "<ds:Signature{alone}>{}<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>\
         <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
        signed_info(""),
    );
    let issuer = "</saml:Issuer>";
    let at = text
        .find(issuer)
        .map_or_else(|| text.find('>').unwrap() + 1, |start| start + issuer.len());
    format!("{}{signature}{}", &text[..at], &text[at..])
}

fn raw(key: &Key, digest: MessageDigest, text: &[u8]) -> Vec<u8> {
    if key.private.id() == Id::EC {
        // XML Signature 1.1 section 6.4.3: the two numbers side by side, not DER.
        let digest = hash(digest, text).unwrap();
        let pair = EcdsaSig::sign(&digest, &key.private.ec_key().unwrap()).unwrap();
        return [pair.r(), pair.s()]
            .map(|number| number.to_vec_padded(32).unwrap())
            .concat();
    }
    let mut signer = Signer::new(digest, &key.private).unwrap();
    signer.update(text).unwrap();
    signer.sign_to_vec().unwrap()
}
