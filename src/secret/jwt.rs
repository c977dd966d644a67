//! Tokens that say themselves what they are for: JSON Web Tokens (RFC 7519), signed by HMAC-SHA-256 and by nothing else.
//!
//! The head of every one of them is the same text, so no token chooses how it is verified. Whether what a token says
//! still holds is not known here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use crate::domain::Timestamp;

/// `{"alg":"HS256","typ":"JWT"}`, in base64url.
const HEAD: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
/// The longest token that is read, in bytes.
const LONGEST: usize = 1024;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Use {
    /// To get an access token; itself presented only where a client cannot exchange it.
    Refresh,
    /// To ask.
    Access,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// What it is for.
    pub(crate) token_type: Use,
    /// Until when it is good, in seconds.
    pub(crate) exp: i64,
    /// When it was made, in seconds.
    pub(crate) iat: i64,
    /// The personal access token that it is, or comes from.
    pub(crate) jti: Uuid,
    /// The number of the member whose it is, for clients to read.
    pub(crate) user_id: i64,
}

/// Head and claims, which open nothing without a signature.
pub(crate) fn unsigned(claims: &Claims) -> String {
    let claims = serde_json::to_vec(claims).expect("claims are always JSON");
    format!("{HEAD}.{}", URL_SAFE_NO_PAD.encode(claims))
}

/// The token.
pub(crate) fn sign(key: &str, claims: &Claims) -> String {
    let said = unsigned(claims);
    let signature = URL_SAFE_NO_PAD.encode(mac(key, &said).finalize().into_bytes());
    format!("{said}.{signature}")
}

/// What a token says, if it was signed with the key and is good now.
pub(crate) fn verify(key: &str, token: &str, now: Timestamp) -> Option<Claims> {
    if token.len() > LONGEST {
        return None;
    }
    let (said, signature) = token.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac(key, said).verify_slice(&signature).ok()?;
    read(said).filter(|claims| now.0 < claims.exp.saturating_mul(1000))
}

/// What head and claims say that anybody may have written.
pub(crate) fn read(said: &str) -> Option<Claims> {
    let claims = said.strip_prefix(HEAD)?.strip_prefix('.')?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

/// Whether a text looks like a token of this kind.
pub(crate) fn looks_like(text: &str) -> bool {
    text.starts_with("eyJ") && text.bytes().filter(|byte| *byte == b'.').count() == 2
}

fn mac(key: &str, said: &str) -> Hmac<Sha256> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(said.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            token_type: Use::Refresh,
            exp: 2_000,
            iat: 1_000,
            jti: Uuid::from_u128(7),
            user_id: 3,
        }
    }

    #[test]
    fn a_token_says_what_it_was_made_to_say_until_it_ends() {
        let token = sign("key", &claims());
        assert!(looks_like(&token));
        let head = URL_SAFE_NO_PAD.decode(HEAD).unwrap();
        assert_eq!(head, br#"{"alg":"HS256","typ":"JWT"}"#);
        assert_eq!(verify("key", &token, Timestamp(1_999_999)), Some(claims()));
        assert_eq!(verify("key", &token, Timestamp(2_000_000)), None);
        assert_eq!(token.rsplit_once('.').unwrap().0, unsigned(&claims()));
    }

    #[test]
    fn nothing_but_the_key_makes_a_token_good() {
        let now = Timestamp(0);
        let token = sign("key", &claims());
        assert_eq!(verify("other", &token, now), None);
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let (said, signature) = token.rsplit_once('.').unwrap();
        let body = said.split_once('.').unwrap().1;
        let mut bent = signature.to_owned().into_bytes();
        bent[0] ^= 1;
        let bent = String::from_utf8(bent).unwrap();
        for forged in [
            said.to_owned(),
            format!("{said}."),
            format!("{said}.{bent}"),
            format!("{said}.{}", &signature[..10]),
            format!("{}.{body}.", encode(r#"{"alg":"none"}"#)),
            format!(
                "{}.{body}.{signature}",
                encode(r#"{"alg":"none","typ":"JWT"}"#)
            ),
            format!(
                "{}.{body}.{signature}",
                encode(r#"{"alg":"HS384","typ":"JWT"}"#)
            ),
            "a".repeat(5000),
            String::new(),
            "..".to_owned(),
        ] {
            assert_eq!(verify("key", &forged, now), None, "{forged}");
        }
        // Another head, although rightly signed.
        let said = format!("{}.{body}", encode(r#"{"typ":"JWT","alg":"HS256"}"#));
        let signature = URL_SAFE_NO_PAD.encode(mac("key", &said).finalize().into_bytes());
        assert_eq!(verify("key", &format!("{said}.{signature}"), now), None);
    }
}
