//! What the identity provider signs with: RSA with SHA-256, as a JSON Web Signature and as a signature in XML.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::Timestamp;
use crate::secret::key_pair;

const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The name of the one key in the key set.
const KEY_ID: &str = "demo";

/// A key and its certificate.
pub(super) struct Key {
    pair: PKey<Private>,
    /// DER in base64.
    pub(super) certificate: String,
}

impl Key {
    /// A new one.
    pub(super) fn make(now: Timestamp) -> anyhow::Result<Self> {
        let made = key_pair::make("rollright demo, not for production", now)?;
        Ok(Self {
            pair: PKey::private_key_from_pem(made.private.as_bytes())?,
            certificate: STANDARD.encode(made.certificate),
        })
    }

    fn sign(&self, text: &str) -> anyhow::Result<Vec<u8>> {
        let mut signer = Signer::new(MessageDigest::sha256(), &self.pair)?;
        Ok(signer.sign_oneshot_to_vec(text.as_bytes())?)
    }

    /// The public half, as a JSON Web Key.
    pub(super) fn jwk(&self) -> anyhow::Result<Value> {
        let rsa = self.pair.rsa()?;
        Ok(json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": KEY_ID,
            "n": URL_SAFE_NO_PAD.encode(rsa.n().to_vec()),
            "e": URL_SAFE_NO_PAD.encode(rsa.e().to_vec()),
        }))
    }

    /// A JSON Web Token with these claims, RS256.
    pub(super) fn token(&self, claims: &Value) -> anyhow::Result<String> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": KEY_ID });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(&text)?);
        Ok(format!("{text}.{signature}"))
    }

    /// The signature of an element with this ID, to stand behind its Issuer. The text of the element must be canonical
    /// already, by exclusive canonicalization.
    pub(super) fn signature(&self, element: &str, id: &str) -> anyhow::Result<String> {
        let digest = STANDARD.encode(Sha256::digest(element.as_bytes()));
        // Inside the Signature its namespace is in force already; by itself it must be declared.
        let signed_info = |declared: &str| {
            format!(
                "<ds:SignedInfo{declared}><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
                 <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"></ds:SignatureMethod>\
                 <ds:Reference URI=\"#{id}\"><ds:Transforms>\
                 <ds:Transform Algorithm=\"{SIGNATURE}enveloped-signature\"></ds:Transform>\
                 <ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform></ds:Transforms>\
                 <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod>\
                 <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
            )
        };
        let declared = format!(" xmlns:ds=\"{SIGNATURE}\"");
        let value = STANDARD.encode(self.sign(&signed_info(&declared))?);
        Ok(format!(
            "<ds:Signature{declared}>{}<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>\
             <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
            signed_info(""),
            self.certificate
        ))
    }
}
