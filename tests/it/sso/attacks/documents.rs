//! Every attack that is a document, in each signing that it can be built in, and a genuine response beside each.

use super::Arena;
use crate::sso::fixtures::attacks::KINDS;
use crate::sso::fixtures::draft::Signing;

async fn is_withstood(kind: &str, signing: Signing) {
    let (_, make) = KINDS.iter().find(|(name, _)| *name == kind).unwrap();
    let mut arena = Arena::open().await;
    let (begun, world) = arena.world().await;
    for (at, attack) in make(&world, signing).iter().enumerate() {
        let (beside, other) = arena.world().await;
        if attack.reason == "unknown_request" {
            // It is verified before it is refused, which uses its assertion up.
            let attack = &make(&other, signing)[at];
            arena.withstands(&beside, attack).await;
        } else {
            arena.withstands(&begun, attack).await;
            arena.signs_in(&beside, &other, signing).await;
        }
    }
    // What the attacks were made of was good all the time.
    arena.signs_in(&begun, &world, signing).await;
    arena.close().await;
}

/// Each kind in each signing, so that they run beside each other.
macro_rules! withstood {
    ($($(#[$doc:meta])* $test:ident: $kind:literal, $signing:ident;)*) => {$(
        $(#[$doc])*
        #[tokio::test]
        async fn $test() {
            is_withstood($kind, Signing::$signing).await;
        }
    )*};
}

withstood! {
    /// Security J3.
    what_wraps_a_signed_assertion_lets_nobody_in: "wrapping", Assertion;
    /// Security J3.
    what_wraps_a_signed_response_lets_nobody_in: "wrapping", Response;
    /// Security J3.
    what_wraps_a_response_with_both_signed_lets_nobody_in: "wrapping", Both;
    /// Security J2, J13.
    a_forged_signature_of_an_assertion_lets_nobody_in: "signatures", Assertion;
    /// Security J2, J13.
    a_forged_signature_of_a_response_lets_nobody_in: "signatures", Response;
    /// Security J2, J13.
    forged_signatures_of_both_let_nobody_in: "signatures", Both;
    /// Security J4, J5, J14, J17.
    a_strange_document_with_a_signed_assertion_lets_nobody_in: "documents", Assertion;
    /// Security J4, J5, J14, J17.
    a_strange_document_that_is_signed_lets_nobody_in: "documents", Response;
    /// Security J4, J5, J14, J17.
    a_strange_document_with_both_signed_lets_nobody_in: "documents", Both;
    /// Security J13, J15.
    a_broken_ciphertext_around_a_signed_assertion_lets_nobody_in: "sealed", Assertion;
    /// Security J13, J15.
    a_broken_ciphertext_in_a_signed_response_lets_nobody_in: "sealed", Response;
    /// Security J13, J15.
    a_broken_ciphertext_with_both_signed_lets_nobody_in: "sealed", Both;
    /// Security J7, J8, J9, J10.
    a_signed_assertion_that_says_the_wrong_thing_lets_nobody_in: "claims", Assertion;
    /// Security J7, J8, J9, J10.
    a_signed_response_that_says_the_wrong_thing_lets_nobody_in: "claims", Response;
    /// Security J7, J8, J9, J10.
    both_signed_and_saying_the_wrong_thing_let_nobody_in: "claims", Both;
}
