//! Random tokens and identifiers, their hashes, and passwords: the only maker of randomness.
//!
//! It stores nothing and knows no account. Hashing a password takes tens of milliseconds of one core, on purpose:
//! call it from a thread that may block.

pub(crate) mod jwt;
pub(crate) mod key_pair;
pub(crate) mod seal;
pub(crate) mod webhook;

use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context as _, anyhow};
use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::domain::Timestamp;

/// The SHA-256 of a token, in small hexadecimal digits: what is stored and looked up instead of the token.
///
/// A token has 256 random bits, so its hash needs no salt, and a look-up by it tells nothing by its time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TokenHash(pub(crate) String);

/// A new token: the prefix, then 256 random bits in base64url without padding.
pub(crate) fn random_token(prefix: &str) -> String {
    let mut token = prefix.to_owned();
    URL_SAFE_NO_PAD.encode_string(random_bytes::<32>(), &mut token);
    token
}

/// The key under which a token is stored.
pub(crate) fn hash(token: &str) -> TokenHash {
    TokenHash(hex(&Sha256::digest(token.as_bytes())))
}

/// A mark that only who holds the key can make or recognize: HMAC-SHA-256 in small hexadecimal digits.
pub(crate) fn keyed_hash(key: &str, text: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

/// A new identifier (UUID version 7) that sorts by the moment it was made.
pub(crate) fn id_at(now: Timestamp) -> Uuid {
    let milliseconds = u64::try_from(now.0).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random_bytes::<10>()).into_uuid()
}

/// The same for things that come one after the other: those of one process sort in their turn within a millisecond too.
pub(crate) fn id_in_turn_at(now: Timestamp) -> Uuid {
    static TURN: AtomicU16 = AtomicU16::new(0);
    let milliseconds = u64::try_from(now.0).unwrap_or(0);
    let [high, low] = TURN.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let mut bytes = random_bytes::<10>();
    // Twelve bits stand before the others; the four highest are the version's.
    (bytes[0], bytes[1]) = (high & 0x0f, low);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
}

/// The least identifier that can have been made at a moment or after it.
pub(crate) fn least_id_at(moment: Timestamp) -> Uuid {
    let milliseconds = u64::try_from(moment.0).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &[0; 10]).into_uuid()
}

/// A new `ID` of a SAML message: 160 random bits, after a sign that an XML `ID` may begin with.
pub(crate) fn request_id() -> String {
    format!("_{}", hex(&random_bytes::<20>()))
}

/// 64 random bits.
pub(crate) fn random_u64() -> u64 {
    u64::from_ne_bytes(random_bytes())
}

/// The Argon2id hash of a password with a random salt, as a PHC string.
pub(crate) fn hash_password(password: &SecretString) -> anyhow::Result<String> {
    let hash: PasswordHash = hasher()
        .hash_password_with_salt(password.expose_secret().as_bytes(), &random_bytes::<16>())
        .map_err(|error| anyhow!("{error}"))
        .context("cannot hash the password")?;
    Ok(hash.to_string())
}

/// Whether a password is the one of a hash. Takes as long as making the hash.
pub(crate) fn password_fits(password: &SecretString, hash: &str) -> bool {
    let password = password.expose_secret().as_bytes();
    hasher().verify_password(password, hash).is_ok()
}

/// Whether two marks are the same, without telling by the time where they differ.
pub(crate) fn same(one: &str, other: &str) -> bool {
    hash(one) == hash(other)
}

/// Argon2id with 19 MiB, two passes and one lane: the least that OWASP's Password Storage Cheat Sheet recommends.
fn hasher() -> Argon2<'static> {
    let params =
        Params::new(19 * 1024, 2, 1, None).expect("these parameters are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that makes randomness"
)]
fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

fn hex(bytes: &[u8]) -> String {
    // Not by `write!`: every request with a token comes through here.
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_its_prefix_and_43_letters_and_is_never_the_same() {
        let token = random_token("rr_scim_");
        let random = token.strip_prefix("rr_scim_").unwrap();
        assert_eq!(random.len(), 43);
        assert!(
            random
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_ne!(token, random_token("rr_scim_"));
    }

    #[test]
    fn the_hash_of_a_token_is_its_sha256_in_small_hexadecimal_digits() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash("abc"), TokenHash(expected.to_owned()));
    }

    #[test]
    fn a_mark_depends_on_the_key_and_the_text() {
        // Test case 2 of RFC 4231.
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(keyed_hash("Jefe", "what do ya want for nothing?"), expected);
        assert_ne!(keyed_hash("jefe", "what do ya want for nothing?"), expected);
    }

    #[test]
    fn identifiers_are_version_7_and_sort_by_their_moment() {
        let earlier = id_at(Timestamp(1_700_000_000_000));
        let later = id_at(Timestamp(1_700_000_000_001));
        assert_eq!(earlier.get_version_num(), 7);
        assert!(earlier < later);
        assert_ne!(earlier, id_at(Timestamp(1_700_000_000_000)));
        let (first, second) = (
            id_in_turn_at(Timestamp(1_700_000_000_000)),
            id_in_turn_at(Timestamp(1_700_000_000_000)),
        );
        assert!(first < second && second < later);
        assert!(least_id_at(Timestamp(1_700_000_000_000)) < earlier);
        assert!(least_id_at(Timestamp(1_700_000_000_001)) > earlier);
    }

    #[test]
    fn a_saml_id_has_160_random_bits_and_does_not_begin_with_a_digit() {
        let id = request_id();
        assert_eq!(id.len(), 41);
        assert!(id.starts_with('_'));
        assert_ne!(id, request_id());
        assert_ne!(random_u64(), random_u64());
    }

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let password = SecretString::from("correct horse");
        let hash = hash_password(&password).unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let fits = |word: &str| {
            hasher()
                .verify_password(word.as_bytes(), hash.as_str())
                .is_ok()
        };
        assert!(fits("correct horse"));
        assert!(!fits("correct hors"));
        assert_ne!(hash, hash_password(&password).unwrap());
    }
}
