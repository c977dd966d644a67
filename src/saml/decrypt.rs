//! Encrypted elements, XML Encryption 1.1 as Core section 6 uses it: `EncryptedAssertion` and `EncryptedID`.
//!
//! Whatever is wrong with a ciphertext has one and the same text: who sends forged ones must learn nothing by it. What is
//! refused for its shape or its algorithms is refused before a key is touched. Nothing is fetched.
//!
//! Anybody can encrypt for us, so that something was encrypted says nothing of who wrote it: the caller must demand a
//! signature, inside or around.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::encrypt::Decrypter;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Padding;
use openssl::symm::{Cipher, Crypter, Mode, decrypt_aead};
use roxmltree::Node;

use super::xml::{elements, shown, text};
use super::{ENCRYPTION, SIGNATURE};

const OAEP_SHA1: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
const OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
const ENCRYPTION_11: &str = "http://www.w3.org/2009/xmlenc11#";
const ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";
const KEY: &str = "http://www.w3.org/2001/04/xmlenc#EncryptedKey";
/// An IdP that knows all our keys encrypts for each of them; each costs an RSA operation with each of our keys.
const MAX_KEYS: usize = 3;
const IV_OF_CBC: usize = 16;
const IV_OF_GCM: usize = 12;
const TAG_OF_GCM: usize = 16;

/// Why an encrypted element was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Built otherwise than is needed.
    #[error("the encrypted {of} is not built as SAML says: {problem}")]
    Shape {
        /// What is encrypted.
        of: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// An algorithm that is too weak.
    #[error(
        "the {of} is encrypted by an algorithm that is not allowed: {received}; set the identity provider to RSA-OAEP and AES-GCM"
    )]
    Algorithm {
        /// What is encrypted.
        of: &'static str,
        /// The algorithm.
        received: String,
    },
    /// AES-CBC, which lets a forger find the text out, around which nobody has signed.
    #[error(
        "the {of} is encrypted by AES-CBC in a Response that is not signed; set the identity provider to AES-GCM, or have it sign the Response"
    )]
    Unsigned {
        /// What is encrypted.
        of: &'static str,
    },
    /// Everything else.
    #[error(
        "the {of} cannot be decrypted; give the identity provider our metadata anew if our key has changed"
    )]
    Undecryptable {
        /// What is encrypted.
        of: &'static str,
    },
}

impl Refused {
    /// A code, as of every refusal.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "encryption_shape",
            Self::Algorithm { .. } => "forbidden_encryption",
            Self::Unsigned { .. } => "cbc_unsigned",
            Self::Undecryptable { .. } => "undecryptable",
        }
    }
}

/// Who may decrypt, and what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipient<'a> {
    /// Our private keys, PEM.
    pub(super) keys: &'a [String],
    /// Our entity ID.
    pub(super) name: &'a str,
    /// Whether the ciphertext is signed, as part of what is around it.
    pub(super) signed: bool,
}

/// The text of what is inside an `EncryptedAssertion` or `EncryptedID`.
pub(super) fn element(
    wrapper: Node<'_, '_>,
    of: &'static str,
    recipient: Recipient<'_>,
) -> Result<String, Refused> {
    let wrong = |problem| Refused::Shape { of, problem };
    let mut inside = elements(wrapper);
    let data = inside
        .next()
        .filter(|data| is(*data, "EncryptedData"))
        .ok_or_else(|| wrong("it must begin with its EncryptedData"))?;
    let siblings: Vec<_> = inside.collect();
    if !siblings.iter().all(|one| is(*one, "EncryptedKey")) {
        return Err(wrong("it must have nothing but EncryptedKeys besides"));
    }
    if data.attribute("Type").is_some_and(|kind| kind != ELEMENT) {
        return Err(wrong("it must be the encryption of an element"));
    }
    let parts = Parts::of(data, of)?;
    let cipher = Content::named(parts.algorithm, of)?;
    if !parts.parameters.is_empty() {
        return Err(wrong("its EncryptionMethod must have nothing inside"));
    }
    if cipher.chained && !recipient.signed {
        return Err(Refused::Unsigned { of });
    }
    let mut packed_keys = Vec::new();
    for key in keys(parts.key_info, &siblings).map_err(wrong)? {
        if key
            .attribute("Recipient")
            .is_none_or(|name| name == recipient.name)
        {
            let parts = Parts::of(key, of)?;
            packed_keys.push((Transport::read(&parts, of)?, parts.value));
        }
    }
    if packed_keys.is_empty() || packed_keys.len() > MAX_KEYS {
        return Err(wrong("it must have one EncryptedKey for us, or few"));
    }
    let undecryptable = Refused::Undecryptable { of };
    let value = decode(&parts.value).ok_or_else(|| undecryptable.clone())?;
    let keys = recipient
        .keys
        .iter()
        .filter_map(|pem| PKey::private_key_from_pem(pem.as_bytes()).ok());
    for key in keys {
        for (transport, packed) in &packed_keys {
            let opened = decode(packed)
                .and_then(|packed| transport.unwrap(&key, &packed).ok())
                .and_then(|secret| cipher.open(&secret, &value))
                .and_then(|plain| String::from_utf8(plain).ok());
            if let Some(plain) = opened {
                return Ok(plain);
            }
        }
    }
    Err(undecryptable)
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.has_tag_name((ENCRYPTION, name))
}

fn decode(value: &str) -> Option<Vec<u8>> {
    let packed: String = value.split_ascii_whitespace().collect();
    STANDARD.decode(packed).ok()
}

/// The `EncryptedKey`s of a ciphertext: in its `KeyInfo`, and beside it. What a `RetrievalMethod` names must be one of those
/// beside it.
fn keys<'a, 'i>(
    key_info: Option<Node<'a, 'i>>,
    siblings: &[Node<'a, 'i>],
) -> Result<Vec<Node<'a, 'i>>, &'static str> {
    let mut found = siblings.to_vec();
    for child in key_info.into_iter().flat_map(elements) {
        if is(child, "EncryptedKey") {
            found.push(child);
        } else if child.has_tag_name((SIGNATURE, "RetrievalMethod")) {
            let id = child.attribute("URI").and_then(|uri| uri.strip_prefix('#'));
            let known = id.is_some() && siblings.iter().any(|key| key.attribute("Id") == id);
            let plain = elements(child).next().is_none();
            if !known || !plain || child.attribute("Type").is_some_and(|kind| kind != KEY) {
                return Err("its RetrievalMethod must name an EncryptedKey beside it");
            }
        } else if !["KeyName", "X509Data"]
            .iter()
            .any(|name| child.has_tag_name((SIGNATURE, *name)))
        {
            return Err("its KeyInfo must have nothing but names of keys and EncryptedKeys");
        }
    }
    Ok(found)
}

/// What `EncryptedData` and `EncryptedKey` have in common.
struct Parts<'a, 'i> {
    algorithm: &'a str,
    parameters: Vec<Node<'a, 'i>>,
    key_info: Option<Node<'a, 'i>>,
    value: String,
}

impl<'a, 'i> Parts<'a, 'i> {
    fn of(node: Node<'a, 'i>, of: &'static str) -> Result<Self, Refused> {
        let problem =
            "it must have EncryptionMethod, perhaps KeyInfo, and CipherData with a CipherValue";
        let wrong = Refused::Shape { of, problem };
        let mut parts = elements(node).peekable();
        let method = parts
            .next()
            .filter(|method| is(*method, "EncryptionMethod"));
        let key_info = parts.next_if(|part| part.has_tag_name((SIGNATURE, "KeyInfo")));
        let data = parts.next().filter(|data| is(*data, "CipherData"));
        // What an EncryptedKey may say of what it is for, and who has it; nothing is taken from it.
        let rest_is_plain =
            parts.all(|rest| is(rest, "ReferenceList") || is(rest, "CarriedKeyName"));
        let value = data.and_then(|data| {
            let mut inside = elements(data);
            let value = inside.next().filter(|value| is(*value, "CipherValue"))?;
            if inside.next().is_some() {
                return None;
            }
            text(value)
        });
        match (method, value) {
            (Some(method), Some(value)) if rest_is_plain => Ok(Self {
                algorithm: method.attribute("Algorithm").unwrap_or("nothing"),
                parameters: elements(method).collect(),
                key_info,
                value,
            }),
            _ => Err(wrong),
        }
    }
}

/// How a key is packed: RSA-OAEP, and never PKCS #1 version 1.5.
struct Transport {
    /// The digest, and that of the mask; `None` is SHA-1 for both.
    digest: Option<MessageDigest>,
}

impl Transport {
    /// Either with SHA-1 throughout, which in OAEP has no known weakness, or with SHA-256 throughout.
    fn read(parts: &Parts<'_, '_>, of: &'static str) -> Result<Self, Refused> {
        let forbidden = |received: &str| Refused::Algorithm {
            of,
            received: shown(received),
        };
        let mut digest = None;
        let mut mask = None;
        for parameter in &parts.parameters {
            let place = if parameter.has_tag_name((SIGNATURE, "DigestMethod")) {
                &mut digest
            } else if parameter.has_tag_name((ENCRYPTION_11, "MGF")) {
                &mut mask
            } else {
                return Err(forbidden(parameter.tag_name().name()));
            };
            let algorithm = parameter.attribute("Algorithm").unwrap_or("nothing");
            if place.replace(algorithm).is_some() || elements(*parameter).next().is_some() {
                return Err(forbidden(algorithm));
            }
        }
        let sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
        let mask_sha1 = "http://www.w3.org/2009/xmlenc11#mgf1sha1";
        match (
            parts.algorithm,
            digest.unwrap_or(sha1),
            mask.unwrap_or(mask_sha1),
        ) {
            (OAEP_SHA1, digest, _) if digest == sha1 && mask.is_none() => Ok(Self { digest: None }),
            (OAEP, digest, mask) if digest == sha1 && mask == mask_sha1 => {
                Ok(Self { digest: None })
            }
            (
                OAEP,
                "http://www.w3.org/2001/04/xmlenc#sha256",
                "http://www.w3.org/2009/xmlenc11#mgf1sha256",
            ) => Ok(Self {
                digest: Some(MessageDigest::sha256()),
            }),
            (OAEP | OAEP_SHA1, digest, mask) => Err(forbidden(&format!("{digest} {mask}"))),
            (other, ..) => Err(forbidden(other)),
        }
    }

    fn unwrap(&self, key: &PKey<Private>, packed: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let mut decrypter = Decrypter::new(key)?;
        decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
        if let Some(digest) = self.digest {
            decrypter.set_rsa_oaep_md(digest)?;
            decrypter.set_rsa_mgf1_md(digest)?;
        }
        let mut secret = vec![0; decrypter.decrypt_len(packed)?];
        let length = decrypter.decrypt(packed, &mut secret)?;
        secret.truncate(length);
        Ok(secret)
    }
}

/// How the content is encrypted.
struct Content {
    cipher: Cipher,
    /// AES-CBC, which by itself does not notice that a ciphertext was changed.
    chained: bool,
}

impl Content {
    fn named(uri: &str, of: &'static str) -> Result<Self, Refused> {
        let (cipher, chained) = match uri {
            "http://www.w3.org/2009/xmlenc11#aes128-gcm" => (Cipher::aes_128_gcm(), false),
            "http://www.w3.org/2009/xmlenc11#aes256-gcm" => (Cipher::aes_256_gcm(), false),
            "http://www.w3.org/2001/04/xmlenc#aes128-cbc" => (Cipher::aes_128_cbc(), true),
            "http://www.w3.org/2001/04/xmlenc#aes256-cbc" => (Cipher::aes_256_cbc(), true),
            _ => {
                return Err(Refused::Algorithm {
                    of,
                    received: shown(uri),
                });
            }
        };
        Ok(Self { cipher, chained })
    }

    fn open(&self, secret: &[u8], value: &[u8]) -> Option<Vec<u8>> {
        if secret.len() != self.cipher.key_len() {
            return None;
        }
        if self.chained {
            let (iv, sealed) = value.split_at_checked(IV_OF_CBC)?;
            return self.unchain(secret, iv, sealed);
        }
        let (iv, rest) = value.split_at_checked(IV_OF_GCM)?;
        let (sealed, tag) = rest.split_at_checked(rest.len().checked_sub(TAG_OF_GCM)?)?;
        decrypt_aead(self.cipher, secret, Some(iv), &[], sealed, tag).ok()
    }

    /// The last byte says how many are filling, XML Encryption section 5.2.2; the others of them may be anything.
    fn unchain(&self, secret: &[u8], iv: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let block = self.cipher.block_size();
        if sealed.is_empty() || !sealed.len().is_multiple_of(block) {
            return None;
        }
        let mut crypter = Crypter::new(self.cipher, Mode::Decrypt, secret, Some(iv)).ok()?;
        crypter.pad(false);
        let mut plain = vec![0; sealed.len() + block];
        let mut length = crypter.update(sealed, &mut plain).ok()?;
        length += crypter.finalize(&mut plain[length..]).ok()?;
        plain.truncate(length);
        let filling = usize::from(*plain.last()?);
        if !(1..=block).contains(&filling) {
            return None;
        }
        plain.truncate(length.checked_sub(filling)?);
        Some(plain)
    }
}
