//! Sealing what must be read again: AES-256-GCM under the key of the installation.
//!
//! A seal holds for one place: what was sealed for one cannot be opened for another, so that nobody who can write to the
//! database moves a secret to where it would be sent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use sha2::{Digest as _, Sha256};

const NONCE: usize = 12;
const TAG: usize = 16;

/// The key of the installation.
#[derive(Clone)]
pub(crate) struct SealingKey([u8; 32]);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey")
    }
}

impl SealingKey {
    /// The key that a text of enough chance stands for.
    pub(crate) fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// Another key, for one purpose, from which this one cannot be told.
    pub(crate) fn derive(&self, purpose: &str) -> String {
        super::keyed_hash(&super::hex(&self.0), purpose)
    }

    /// Seals a text for a place.
    pub(crate) fn seal(&self, place: &str, text: &str) -> anyhow::Result<String> {
        let nonce = super::random_bytes::<NONCE>();
        let mut tag = [0; TAG];
        let cipher = Cipher::aes_256_gcm();
        let sealed = encrypt_aead(
            cipher,
            &self.0,
            Some(&nonce),
            place.as_bytes(),
            text.as_bytes(),
            &mut tag,
        )?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &tag, &sealed].concat()))
    }

    /// What was sealed for the place under this key.
    pub(crate) fn open(&self, place: &str, sealed: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, rest) = bytes.split_at_checked(NONCE)?;
        let (tag, sealed) = rest.split_at_checked(TAG)?;
        let cipher = Cipher::aes_256_gcm();
        let text =
            decrypt_aead(cipher, &self.0, Some(nonce), place.as_bytes(), sealed, tag).ok()?;
        String::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_key_in_its_place_and_nowhere_else() {
        let key = SealingKey::of("one");
        let sealed = key.seal("here", "hush").unwrap();
        assert!(!sealed.contains("hush"));
        assert_eq!(key.open("here", &sealed).as_deref(), Some("hush"));
        assert_eq!(key.open("there", &sealed), None);
        assert_eq!(SealingKey::of("two").open("here", &sealed), None);
        let mut bent = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        bent[NONCE + TAG] ^= 1;
        assert_eq!(key.open("here", &URL_SAFE_NO_PAD.encode(bent)), None);
        for short in ["", "AA", "not base64!"] {
            assert_eq!(key.open("here", short), None);
        }
        assert_ne!(key.seal("here", "hush").unwrap(), sealed);
    }
}
