//! Answers to no request of ours, and to requests for credentials.

use super::*;
use crate::domain::trace::Trace;

#[test]
fn where_the_identity_provider_may_begin_an_answer_to_nothing_is_taken() {
    let none = |text: &str| {
        text.replace(" InResponseTo=\"_q1\"", "")
            .replace("InResponseTo=\"_q1\" ", "")
    };
    let checked = |draft: Draft, idp_initiated, force_authn| {
        let names = AttributeNames::default();
        let expected = Expected {
            acs_url: ACS,
            audience: ACS,
            idp_entity_id: IDP,
            certificates: std::slice::from_ref(&signer::IDP_KEY.certificate),
            attributes: &names,
            skew_seconds: 60,
            keys: &[],
            idp_initiated,
            force_authn,
        };
        verify(
            &STANDARD.encode(draft.xml()),
            &expected,
            NOW,
            &mut Trace::default(),
        )
        .map_err(|refusal| refusal.reason())
    };
    for signing in SIGNINGS {
        let mut unasked = draft(signing);
        unasked.response = none(RESPONSE);
        unasked.assertion = none(ASSERTION);
        let expected = Identity {
            in_response_to: None,
            ..alice()
        };
        assert_eq!(checked(unasked.clone(), true, false), Ok(expected));
        assert_eq!(checked(unasked, false, false), Err("unsolicited"));
        // What answers a request is held to it.
        assert_eq!(checked(draft(signing), true, false), Ok(alice()));
        let mut half = draft(signing);
        half.assertion = none(ASSERTION);
        assert_eq!(checked(half, true, false), Err("in_response_to_differs"));
        let old = draft(signing).assertion(
            "AuthnInstant=\"2026-03-01T09:29:50Z\"",
            "AuthnInstant=\"2026-03-01T09:00:00Z\"",
        );
        assert_eq!(checked(old.clone(), false, true), Err("expired"));
        assert!(checked(old, false, false).is_ok());
        assert!(checked(draft(signing), false, true).is_ok());
    }
}
