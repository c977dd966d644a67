//! What a token says of itself.

use serde_json::{Value, json};

use super::{Key, NOW, expected, genuine, outcome, set, with};
use crate::oidc::logout_token;
use crate::oidc::provider::{Discovery, Proof};

#[test]
fn a_token_of_another_issuer_audience_time_or_request_is_refused() {
    let key = Key::ed("k");
    let keys = set(&[&key]);
    for (claim, value, reason) in [
        ("iss", json!("https://evil.example"), "wrong_issuer"),
        ("iss", json!("https://op.example/"), "wrong_issuer"),
        ("iss", json!(null), "wrong_issuer"),
        ("aud", json!("other"), "wrong_audience"),
        ("aud", json!(["rollright", "other"]), "wrong_audience"),
        ("aud", json!([]), "wrong_audience"),
        ("aud", json!([["rollright"]]), "wrong_audience"),
        ("aud", json!(null), "wrong_audience"),
        ("azp", json!("other"), "wrong_party"),
        ("azp", json!(["rollright"]), "wrong_party"),
        ("exp", json!(NOW - 60), "expired"),
        ("exp", json!(null), "bad_claim"),
        ("exp", json!("never"), "bad_claim"),
        ("exp", json!(1e300), "bad_claim"),
        ("exp", json!(-1), "bad_claim"),
        ("iat", json!(NOW + 301), "not_yet_valid"),
        ("iat", json!(NOW - 600), "expired"),
        ("iat", json!(null), "bad_claim"),
        ("nbf", json!(NOW + 61), "not_yet_valid"),
        ("nbf", json!("soon"), "bad_claim"),
        ("nonce", json!("another"), "wrong_nonce"),
        ("nonce", json!(""), "wrong_nonce"),
        ("nonce", json!(null), "wrong_nonce"),
        ("sub", json!(null), "bad_subject"),
        ("sub", json!(""), "bad_subject"),
        ("sub", json!(" "), "bad_subject"),
        ("sub", json!(7), "bad_subject"),
        ("sub", json!("a\nb"), "bad_subject"),
        ("sub", json!("x".repeat(256)), "bad_subject"),
        ("sid", json!(["x"]), "bad_claim"),
        ("at_hash", json!("of another"), "wrong_access_token"),
        ("at_hash", json!(1), "wrong_access_token"),
        ("name", json!("a\0b"), "malformed"),
    ] {
        let shown = value.to_string();
        let got = outcome(&key.token(&with(claim, value)), &keys);
        assert_eq!(got, reason, "{claim} {shown}");
    }
    for (claim, value) in [
        ("aud", json!(["rollright"])),
        ("azp", json!("rollright")),
        ("exp", json!(NOW - 59)),
        ("exp", json!(f64::from(1_700_000_100) + 0.5)),
        ("iat", json!(NOW + 300)),
        ("iat", json!(NOW - 599)),
        ("nbf", json!(NOW + 60)),
        ("sub", json!("x".repeat(255))),
        // What we do not need keeps nobody out by its form.
        ("updated_at", json!("2026-01-01")),
        ("address", json!("somewhere")),
        ("groups", json!(7)),
    ] {
        let shown = value.to_string();
        let got = outcome(&key.token(&with(claim, value)), &keys);
        assert_eq!(got, "accepted", "{claim} {shown}");
    }
}

#[test]
fn the_hash_of_the_access_token_must_fit_where_there_is_one() {
    let key = Key::rsa("k", "RS256");
    let keys = set(&[&key]);
    let digest = openssl::sha::sha256(b"an-access-token");
    let hash = super::encoded(&digest[..16]);
    let token = key.token(&with("at_hash", json!(hash)));
    assert_eq!(outcome(&token, &keys), "accepted");
    let whole = super::encoded(digest);
    let token = key.token(&with("at_hash", json!(whole)));
    assert_eq!(outcome(&token, &keys), "wrong_access_token");
}

#[test]
fn an_id_token_ends_no_session_and_a_logout_token_begins_none() {
    let key = Key::rsa("k", "RS256");
    let keys = set(&[&key]);
    let of = |changes: Value| {
        let mut claims = genuine();
        claims["jti"] = "j".into();
        claims["events"] = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
        claims.as_object_mut().unwrap().remove("nonce");
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        key.token(&claims)
    };
    let read = |token: &str| logout_token::verify(token, &keys, &expected());
    let good = read(&of(json!({}))).unwrap();
    assert_eq!(
        (good.subject.as_deref(), good.session.as_deref()),
        (Some("alice-1"), Some("s-1"))
    );
    assert_eq!(outcome(&of(json!({})), &keys), "wrong_nonce");
    for (changes, reason) in [
        (json!({ "nonce": "n" }), "nonce_in_logout"),
        (json!({ "nonce": null }), "nonce_in_logout"),
        (json!({ "events": {} }), "bad_claim"),
        (
            json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": true } }),
            "bad_claim",
        ),
        (json!({ "jti": "" }), "bad_claim"),
        (json!({ "aud": ["rollright", "other"] }), "wrong_audience"),
        (json!({ "iss": "https://evil.example" }), "wrong_issuer"),
        (json!({ "sub": "" }), "bad_subject"),
    ] {
        let shown = changes.to_string();
        let refused = read(&of(changes)).unwrap_err();
        assert_eq!(refused.reason(), reason, "{shown}");
    }
    assert_eq!(
        read(&key.token(&genuine())).unwrap_err().reason(),
        "nonce_in_logout"
    );
}

#[test]
fn a_discovery_document_is_of_its_issuer_and_says_how_a_secret_is_told() {
    let document = |changes: Value| {
        let mut all = json!({
            "issuer": "https://op.example", "authorization_endpoint": "https://op.example/a",
            "token_endpoint": "https://op.example/t", "jwks_uri": "https://op.example/k",
        });
        for (name, value) in changes.as_object().unwrap() {
            all[name] = value.clone();
        }
        all.to_string().into_bytes()
    };
    let read = |changes: Value| Discovery::read(&document(changes), "https://op.example");
    for (changes, reason) in [
        (
            json!({ "issuer": "https://op.example/" }),
            "discovery_issuer",
        ),
        (
            json!({ "issuer": "https://login.example/{tenantid}" }),
            "discovery_issuer",
        ),
        (
            json!({ "authorization_endpoint": "javascript:alert(1)" }),
            "unreadable",
        ),
        (
            json!({ "end_session_endpoint": "data:text/html,x" }),
            "unreadable",
        ),
        (json!({ "jwks_uri": null }), "unreadable"),
    ] {
        assert_eq!(read(changes).unwrap_err().reason(), reason);
    }
    let methods = |all: Value| {
        read(json!({ "token_endpoint_auth_methods_supported": all }))
            .unwrap()
            .proof()
    };
    assert_eq!(read(json!({})).unwrap().proof(), Proof::Basic);
    assert_eq!(methods(json!(["client_secret_post"])), Proof::Post);
    assert_eq!(
        methods(json!(["client_secret_post", "client_secret_basic"])),
        Proof::Basic
    );
    let named = read(json!({ "authorization_response_iss_parameter_supported": true })).unwrap();
    assert_eq!(named.check_answer(None).unwrap_err().reason(), "no_iss");
    assert_eq!(
        named
            .check_answer(Some("https://evil.example"))
            .unwrap_err()
            .reason(),
        "mix_up"
    );
    assert!(named.check_answer(Some("https://op.example")).is_ok());
    assert!(read(json!({})).unwrap().check_answer(None).is_ok());
}
