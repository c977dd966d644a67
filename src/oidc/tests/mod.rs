//! Tokens made with keys of the test's own: each attack beside a genuine token that is accepted.

mod claims;
mod memory;
mod people;
mod signatures;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer};
use serde_json::{Value, json};

use super::claims::Expected;
use super::exchange::Tokens;
use super::id_token::IdToken;
use super::provider::{Keys, read_keys};
use super::refusal::Refusal;
use crate::domain::Timestamp;

const ISSUER: &str = "https://op.example";
const CLIENT: &str = "rollright";
const NONCE: &str = "n-0S6_WzA2Mj";
const NOW: i64 = 1_700_000_000;

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key of the provider's, and the algorithm that it signs by.
struct Key {
    kid: &'static str,
    alg: &'static str,
    pair: PKey<Private>,
}

impl Key {
    fn rsa(kid: &'static str, alg: &'static str) -> Self {
        let pair = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        Self { kid, alg, pair }
    }

    fn ec(kid: &'static str) -> Self {
        let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let pair = PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap();
        Self {
            kid,
            alg: "ES256",
            pair,
        }
    }

    fn ed(kid: &'static str) -> Self {
        let pair = PKey::generate_ed25519().unwrap();
        Self {
            kid,
            alg: "EdDSA",
            pair,
        }
    }

    fn jwk(&self) -> Value {
        let mut jwk = json!({ "kid": self.kid, "use": "sig" });
        match self.alg {
            "EdDSA" => {
                jwk["kty"] = "OKP".into();
                jwk["crv"] = "Ed25519".into();
                jwk["x"] = encoded(self.pair.raw_public_key().unwrap()).into();
            }
            "ES256" => {
                let key = self.pair.ec_key().unwrap();
                let mut context = BigNumContext::new().unwrap();
                let point = key
                    .public_key()
                    .to_bytes(
                        key.group(),
                        openssl::ec::PointConversionForm::UNCOMPRESSED,
                        &mut context,
                    )
                    .unwrap();
                jwk["kty"] = "EC".into();
                jwk["crv"] = "P-256".into();
                jwk["x"] = encoded(&point[1..33]).into();
                jwk["y"] = encoded(&point[33..]).into();
            }
            _ => {
                let key = self.pair.rsa().unwrap();
                jwk["kty"] = "RSA".into();
                jwk["n"] = encoded(key.n().to_vec()).into();
                jwk["e"] = encoded(key.e().to_vec()).into();
            }
        }
        jwk
    }

    fn header(&self) -> Value {
        json!({ "alg": self.alg, "kid": self.kid, "typ": "JWT" })
    }

    fn token(&self, claims: &Value) -> String {
        self.token_of(&self.header(), claims)
    }

    fn token_of(&self, header: &Value, claims: &Value) -> String {
        let text = format!(
            "{}.{}",
            encoded(header.to_string()),
            encoded(claims.to_string())
        );
        let signature = self.signature(text.as_bytes());
        format!("{text}.{}", encoded(signature))
    }

    fn signature(&self, text: &[u8]) -> Vec<u8> {
        match self.alg {
            "EdDSA" => Signer::new_without_digest(&self.pair)
                .unwrap()
                .sign_oneshot_to_vec(text)
                .unwrap(),
            "ES256" => {
                let digest = hash(MessageDigest::sha256(), text).unwrap();
                let made = EcdsaSig::sign(&digest, &self.pair.ec_key().unwrap()).unwrap();
                let part = |number: &openssl::bn::BigNumRef| number.to_vec_padded(32).unwrap();
                [part(made.r()), part(made.s())].concat()
            }
            alg => {
                let digest = match &alg[2..] {
                    "256" => MessageDigest::sha256(),
                    "384" => MessageDigest::sha384(),
                    _ => MessageDigest::sha512(),
                };
                let mut signer = Signer::new(digest, &self.pair).unwrap();
                if alg.starts_with('P') {
                    signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
                    signer
                        .set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)
                        .unwrap();
                }
                signer.sign_oneshot_to_vec(text).unwrap()
            }
        }
    }
}

fn set(keys: &[&Key]) -> Keys {
    let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
    read_keys(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

fn genuine() -> Value {
    json!({
        "iss": ISSUER, "aud": CLIENT, "sub": "alice-1", "sid": "s-1", "nonce": NONCE, "iat": NOW - 5, "exp": NOW + 300,
        "email": "alice@a.example", "email_verified": true, "groups": ["admins"],
    })
}

/// A genuine token's claims with one of them changed; null takes it away.
fn with(claim: &str, value: Value) -> Value {
    let mut claims = genuine();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(claim);
    } else {
        claims[claim] = value;
    }
    claims
}

fn expected() -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        client_id: CLIENT,
        skew_seconds: 60,
        now: Timestamp(NOW * 1000),
    }
}

fn tokens(id_token: &str) -> Tokens {
    let text = json!({ "id_token": id_token, "access_token": "an-access-token" }).to_string();
    serde_json::from_str(&text).unwrap()
}

fn verify(id_token: &str, keys: &Keys) -> Result<IdToken, Refusal> {
    IdToken::verify(&tokens(id_token), keys, NONCE, &expected())
}

/// The word for the refusal, or `accepted`.
fn outcome(id_token: &str, keys: &Keys) -> &'static str {
    match verify(id_token, keys) {
        Ok(_) => "accepted",
        Err(refusal) => {
            let sentence = refusal.to_string();
            assert!(
                id_token.len() < 20 || !sentence.contains(id_token),
                "{sentence}"
            );
            refusal.reason()
        }
    }
}
