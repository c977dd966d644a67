//! Who signed it, and how.

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use serde_json::json;

use super::{Key, encoded, genuine, outcome, set, with};
use crate::oidc::tests::{CLIENT, verify};

#[test]
fn every_allowed_algorithm_is_accepted() {
    for alg in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        let key = Key::rsa("k", alg);
        assert_eq!(
            outcome(&key.token(&genuine()), &set(&[&key])),
            "accepted",
            "{alg}"
        );
    }
    for key in [Key::ec("k"), Key::ed("k")] {
        let keys = set(&[&key]);
        assert_eq!(
            outcome(&key.token(&genuine()), &keys),
            "accepted",
            "{}",
            key.alg
        );
    }
}

/// Security K2.
#[test]
fn a_token_without_a_signature_is_refused() {
    let key = Key::rsa("k", "RS256");
    let keys = set(&[&key]);
    let good = key.token(&genuine());
    assert_eq!(outcome(&good, &keys), "accepted");
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({ "alg": alg });
        let text = format!(
            "{}.{}",
            encoded(header.to_string()),
            encoded(genuine().to_string())
        );
        assert_eq!(
            outcome(&format!("{text}."), &keys),
            "forbidden_algorithm",
            "{alg}"
        );
        assert_eq!(outcome(&text, &keys), "malformed", "{alg}");
    }
    let (signed, signature) = good.rsplit_once('.').unwrap();
    for cut in ["", &signature[..signature.len() - 2], &signature[4..]] {
        assert_eq!(outcome(&format!("{signed}.{cut}"), &keys), "bad_signature");
    }
    for broken in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        &format!("{good}.x"),
        &format!("{good}="),
        &good.replace('.', " ."),
    ] {
        assert_eq!(outcome(broken, &keys), "malformed", "{broken}");
    }
}

/// Security K2.
#[test]
fn a_shared_secret_signs_nothing_whether_it_is_ours_or_a_public_key() {
    let key = Key::rsa("k", "RS256");
    let keys = set(&[&key]);
    let public = key.pair.public_key_to_pem().unwrap();
    let der = key.pair.public_key_to_der().unwrap();
    for secret in [b"the client secret".to_vec(), public, der] {
        for (alg, digest) in [
            ("HS256", MessageDigest::sha256()),
            ("HS384", MessageDigest::sha384()),
            ("HS512", MessageDigest::sha512()),
        ] {
            let header = json!({ "alg": alg, "kid": "k" });
            let text = format!(
                "{}.{}",
                encoded(header.to_string()),
                encoded(genuine().to_string())
            );
            let pair = PKey::hmac(&secret).unwrap();
            let made = Signer::new(digest, &pair)
                .unwrap()
                .sign_oneshot_to_vec(text.as_bytes());
            let token = format!("{text}.{}", encoded(made.unwrap()));
            assert_eq!(outcome(&token, &keys), "forbidden_algorithm");
        }
    }
    assert_eq!(outcome(&key.token(&genuine()), &keys), "accepted");
}

/// Security K2.
#[test]
fn only_a_key_of_the_provider_counts_and_none_that_the_token_brings() {
    let key = Key::rsa("k", "RS256");
    let keys = set(&[&key]);
    let foreign = Key::rsa("k", "RS256");
    assert_eq!(outcome(&foreign.token(&genuine()), &keys), "bad_signature");
    let mut header = foreign.header();
    header["jwk"] = foreign.jwk();
    assert_eq!(
        outcome(&foreign.token_of(&header, &genuine()), &keys),
        "bad_signature"
    );
    for place in ["jku", "x5u"] {
        let mut header = foreign.header();
        header[place] = json!("https://evil.example/keys");
        assert_eq!(
            outcome(&foreign.token_of(&header, &genuine()), &keys),
            "bad_signature"
        );
    }
    let stranger = Key::rsa("other", "RS256");
    assert_eq!(outcome(&stranger.token(&genuine()), &keys), "unknown_key");
    // A key of another kind than the algorithm is no key for it.
    let ec = Key::ec("k");
    assert_eq!(outcome(&ec.token(&genuine()), &keys), "unknown_key");
    assert_eq!(outcome(&key.token(&genuine()), &keys), "accepted");
}

#[test]
fn without_a_kid_any_fitting_key_is_tried_while_keys_change() {
    let (old, new) = (Key::rsa("old", "RS256"), Key::rsa("new", "RS256"));
    let header = json!({ "alg": "RS256" });
    let both = set(&[&old, &new]);
    for key in [&old, &new] {
        assert_eq!(
            outcome(&key.token_of(&header, &genuine()), &both),
            "accepted"
        );
    }
    // A key that was retired signs no more.
    let after = set(&[&new]);
    assert_eq!(outcome(&old.token(&genuine()), &after), "unknown_key");
    assert_eq!(
        outcome(&old.token_of(&header, &genuine()), &after),
        "bad_signature"
    );
}

#[test]
fn another_kind_of_token_and_extensions_that_must_be_understood_are_refused() {
    let key = Key::rsa("k", "RS256");
    let keys = set(&[&key]);
    for typ in [
        "logout+jwt",
        "at+jwt",
        "secevent+jwt",
        "application/logout+jwt",
        "JOSE",
    ] {
        let mut header = key.header();
        header["typ"] = typ.into();
        assert_eq!(
            outcome(&key.token_of(&header, &genuine()), &keys),
            "wrong_type",
            "{typ}"
        );
    }
    let mut nested = key.header();
    nested["cty"] = "JWT".into();
    assert_eq!(
        outcome(&key.token_of(&nested, &genuine()), &keys),
        "wrong_type"
    );
    for crit in [json!(["exp"]), json!([]), json!("b64")] {
        let mut header = key.header();
        header["crit"] = crit;
        assert_eq!(
            outcome(&key.token_of(&header, &genuine()), &keys),
            "critical"
        );
    }
    let events = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    assert_eq!(
        outcome(&key.token(&with("events", events)), &keys),
        "wrong_type"
    );
    for typ in ["jwt", "application/JWT"] {
        let mut header = key.header();
        header["typ"] = typ.into();
        assert_eq!(
            outcome(&key.token_of(&header, &genuine()), &keys),
            "accepted",
            "{typ}"
        );
    }
}

#[test]
fn what_was_changed_after_signing_is_refused() {
    let key = Key::ec("k");
    let keys = set(&[&key]);
    let good = key.token(&genuine());
    let parts: Vec<&str> = good.split('.').collect();
    let other = encoded(with("sub", json!("owner")).to_string());
    let token = format!("{}.{other}.{}", parts[0], parts[2]);
    assert_eq!(outcome(&token, &keys), "bad_signature");
    // Zeros for r and s are no signature either.
    let zeros = format!("{}.{}.{}", parts[0], parts[1], encoded([0; 64]));
    assert_eq!(outcome(&zeros, &keys), "bad_signature");
    assert_eq!(
        verify(&good, &keys).unwrap().claims.text("aud"),
        Some(CLIENT)
    );
}
