//! For how long providers are remembered, and how often they are asked.

use std::sync::Arc;

use super::{ISSUER, Key, NOW, set};
use crate::domain::Timestamp;
use crate::oidc::memory::{Advice, Providers};
use crate::oidc::provider::{Discovery, Provider};

fn at(seconds: i64) -> Timestamp {
    Timestamp((NOW + seconds) * 1000)
}

fn provider() -> Arc<Provider> {
    let document = serde_json::json!({
        "issuer": ISSUER, "authorization_endpoint": "https://op.example/a", "token_endpoint": "https://op.example/t",
        "jwks_uri": "https://op.example/k",
    });
    let discovery = Discovery::read(document.to_string().as_bytes(), ISSUER).unwrap();
    let keys = set(&[&Key::ed("k")]);
    Arc::new(Provider { discovery, keys })
}

#[test]
fn a_provider_is_remembered_for_ten_minutes() {
    let all = Providers::default();
    assert!(matches!(all.look_up(ISSUER, at(0)), Advice::Read));
    all.keep(ISSUER, provider(), at(0));
    assert!(matches!(all.look_up(ISSUER, at(599)), Advice::Known(_)));
    assert!(matches!(all.look_up(ISSUER, at(600)), Advice::Read));
    assert!(matches!(
        all.look_up("https://other.example", at(0)),
        Advice::Read
    ));
}

#[test]
fn an_unknown_key_is_sought_twice_a_minute_at_most() {
    let all = Providers::default();
    all.keep(ISSUER, provider(), at(0));
    let sought = (0..60).filter(|&second| all.may_seek_key(ISSUER, at(second)));
    assert_eq!(sought.count(), 2);
    assert!(all.may_seek_key("https://other.example", at(0)));
}

#[test]
fn a_provider_that_fails_is_left_alone_for_a_moment_and_the_memory_is_bounded() {
    let all = Providers::default();
    all.fail(ISSUER, at(0));
    assert!(matches!(all.look_up(ISSUER, at(4)), Advice::Rest));
    assert!(matches!(all.look_up(ISSUER, at(5)), Advice::Read));
    // Where the keys are sought in vain, those that are known stay.
    all.keep(ISSUER, provider(), at(10));
    all.fail(ISSUER, at(11));
    assert!(matches!(all.look_up(ISSUER, at(12)), Advice::Known(_)));
    for number in 0..2000 {
        all.fail(&format!("https://{number}.example"), at(20));
    }
    assert!(format!("{all:?}").matches(".example").count() < 1010);
    assert!(matches!(all.look_up(ISSUER, at(21)), Advice::Known(_)));
}
