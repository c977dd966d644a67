//! A compact JWS (RFC 7515) becomes claims once its signature is verified, and never before.
//!
//! The algorithm is one of a fixed list, whatever the token, the key or the provider says; keys come from the provider's
//! key set alone, so `jwk`, `jku`, `x5c` and `x5u` of the header are not read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm as Algorithm};
use openidconnect::{AccessToken, AccessTokenHash, JsonWebKey as _, JwsSigningAlgorithm as _};
use serde::Deserialize;
use serde_json::Value;

use super::claims::{Claims, has_nul};
use super::provider::Keys;
use super::refusal::{Refusal, shown};

/// The longest token that is read, in bytes.
const LONGEST: usize = 256 * 1024;

/// What signs: never a shared secret, never nothing.
const ALLOWED: [(&str, Algorithm); 9] = [
    ("RS256", Algorithm::RsaSsaPkcs1V15Sha256),
    ("RS384", Algorithm::RsaSsaPkcs1V15Sha384),
    ("RS512", Algorithm::RsaSsaPkcs1V15Sha512),
    ("PS256", Algorithm::RsaSsaPssSha256),
    ("PS384", Algorithm::RsaSsaPssSha384),
    ("PS512", Algorithm::RsaSsaPssSha512),
    ("ES256", Algorithm::EcdsaP256Sha256),
    ("ES384", Algorithm::EcdsaP384Sha384),
    ("EdDSA", Algorithm::EdDsa),
];

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<Value>,
    crit: Option<Value>,
}

/// A token whose signature is good.
pub(super) struct Verified<'k> {
    pub(super) claims: Claims,
    key: &'k CoreJsonWebKey,
    algorithm: Algorithm,
}

/// Verifies a token. `types` are the values of `typ` that it may have, in small letters; it may also have none.
pub(super) fn verify<'k>(
    token: &str,
    of: &'static str,
    types: &[&str],
    keys: &'k Keys,
) -> Result<Verified<'k>, Refusal> {
    let malformed = |problem| Refusal::Malformed { of, problem };
    if token.len() > LONGEST {
        return Err(malformed("it is too long"));
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        return Err(malformed("it has not three parts"));
    };
    let decoded = |part: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part);
        bytes.map_err(|_| malformed("a part is not base64url"))
    };
    let head: Header = serde_json::from_slice(&decoded(header)?)
        .map_err(|_| malformed("the header is not JSON with an alg"))?;
    if head.crit.is_some() {
        return Err(Refusal::Critical(of));
    }
    let typ = head.typ.unwrap_or_default();
    let small = typ.to_ascii_lowercase();
    let bare = small.strip_prefix("application/").unwrap_or(&small);
    if (!typ.is_empty() && !types.contains(&bare)) || head.cty.is_some() {
        return Err(Refusal::WrongType {
            of,
            received: shown(&typ),
        });
    }
    let Some((_, algorithm)) = ALLOWED.iter().find(|(name, _)| *name == head.alg) else {
        return Err(Refusal::ForbiddenAlgorithm {
            of,
            received: shown(&head.alg),
        });
    };
    let signature = decoded(signature)?;
    let signed = &token.as_bytes()[..header.len() + 1 + payload.len()];
    let fitting = fitting(keys, head.kid.as_deref(), algorithm);
    if fitting.is_empty() {
        return Err(Refusal::UnknownKey {
            kid: shown(head.kid.as_deref().unwrap_or_default()),
            algorithm: head.alg,
        });
    }
    let key = fitting
        .into_iter()
        .find(|key| key.verify_signature(algorithm, signed, &signature).is_ok())
        .ok_or(Refusal::BadSignature(of))?;
    let claims = serde_json::from_slice(&decoded(payload)?)
        .map_err(|_| malformed("the claims are not a JSON object"))?;
    if has_nul(&claims) {
        return Err(malformed("a claim has the character U+0000"));
    }
    Ok(Verified {
        claims: Claims { of, all: claims },
        key,
        algorithm: algorithm.clone(),
    })
}

/// The keys that may have signed it: the one of this name, or any where the token names none.
fn fitting<'k>(
    keys: &'k Keys,
    kid: Option<&str>,
    algorithm: &Algorithm,
) -> Vec<&'k CoreJsonWebKey> {
    keys.keys()
        .iter()
        .filter(|key| kid.is_none() || key.key_id().map(|id| id.as_str()) == kid)
        .filter(|key| Some(key.key_type()) == algorithm.key_type().as_ref())
        .collect()
}

impl Verified<'_> {
    /// Whether `hash` is that of the access token, Core section 3.1.3.6.
    pub(super) fn fits(&self, hash: &str, access_token: &str) -> bool {
        let token = AccessToken::new(access_token.to_owned());
        AccessTokenHash::from_token(&token, &self.algorithm, self.key)
            .is_ok_and(|made| made.as_str() == hash)
    }
}
