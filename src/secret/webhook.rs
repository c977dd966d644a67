//! Secrets and signatures of webhooks, by Standard Webhooks 1.0: HMAC-SHA-256 in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// A new secret: the prefix, then 256 random bits in base64.
pub(crate) fn new_secret() -> String {
    let mut secret = PREFIX.to_owned();
    STANDARD.encode_string(super::random_bytes::<32>(), &mut secret);
    secret
}

/// The signature of a message, with its version: `v1,…`. Nothing where the secret is none of ours.
pub(crate) fn sign(secret: &str, id: &str, seconds: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    Some(format!(
        "v1,{}",
        STANDARD.encode(mac.finalize().into_bytes())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message and the signature that the specification's own libraries test themselves with.
    #[test]
    fn a_signature_is_that_of_standard_webhooks() {
        let signature = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(
            signature.as_deref(),
            Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
        assert!(sign(&new_secret(), "a", 1, "b").is_some());
        assert_eq!(sign("another", "a", 1, "b"), None);
    }
}
