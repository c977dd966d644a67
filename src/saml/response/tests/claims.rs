//! Responses that are signed as they should be and say the wrong thing.

use super::*;

const CONDITIONS_END: &str = "NotOnOrAfter=\"2026-03-01T09:34:58Z\"><saml:AudienceRestriction>";
const CONFIRMATION_END: &str = "NotOnOrAfter=\"2026-03-01T09:34:58Z\" Recipient";

/// Refused in every signing, with the assertion changed.
#[track_caller]
fn refuse_assertion(from: &str, to: &str, reason: &str) {
    for signing in SIGNINGS {
        refuse(draft(signing).assertion(from, to).xml(), reason);
    }
}

/// Refused in every signing, with the response around the assertion changed.
#[track_caller]
fn refuse_response(from: &str, to: &str, reason: &str) {
    for signing in SIGNINGS {
        refuse(draft(signing).response(from, to).xml(), reason);
    }
}

#[track_caller]
fn expect(draft: &Draft, refused: bool, reason: &str) {
    if refused {
        refuse(draft.xml(), reason);
    } else {
        accept(draft.xml());
    }
}

#[test]
fn the_audience_must_be_ours_in_every_restriction() {
    let ours = "<saml:AudienceRestriction><saml:Audience>https://sp.test/saml/7/acs</saml:Audience></saml:AudienceRestriction>";
    let other = ours.replace("/7/", "/8/");
    refuse_assertion(ours, &other, "wrong_audience");
    refuse_assertion(ours, &format!("{ours}{other}"), "wrong_audience");
    refuse_assertion(ours, "", "no_audience");
    refuse_assertion(
        ours,
        "<saml:AudienceRestriction></saml:AudienceRestriction>",
        "wrong_audience",
    );
    let both = "<saml:Audience>https://other.test</saml:Audience><saml:Audience>";
    for signing in SIGNINGS {
        let xml = draft(signing).assertion("<saml:Audience>", both).xml();
        assert_eq!(accept(xml), alice());
    }
}

#[test]
fn an_assertion_without_conditions_is_refused() {
    let conditions = part(ASSERTION, "<saml:Conditions ", "</saml:Conditions>");
    refuse_assertion(conditions, "", "not_once");
    refuse_assertion(conditions, &conditions.repeat(2), "not_once");
}

#[test]
fn what_is_for_somebody_else_is_refused() {
    refuse_assertion(
        "Recipient=\"https://sp.test/saml/7/acs\"",
        "Recipient=\"https://sp.test/saml/8/acs\"",
        "wrong_recipient",
    );
    refuse_assertion(
        " Recipient=\"https://sp.test/saml/7/acs\"",
        "",
        "wrong_recipient",
    );
    let destination = " Destination=\"https://sp.test/saml/7/acs\"";
    refuse_response(
        destination,
        " Destination=\"https://sp.test/saml/8/acs\"",
        "wrong_destination",
    );
    refuse_response(destination, " Destination=\"\"", "wrong_destination");
    for signing in [Signing::Response, Signing::Both] {
        refuse(
            draft(signing).response(destination, "").xml(),
            "no_destination",
        );
    }
}

#[test]
fn an_answer_to_no_request_is_refused() {
    refuse_assertion(" InResponseTo=\"_q1\"", "", "unsolicited");
    refuse_assertion(" InResponseTo=\"_q1\"", " InResponseTo=\"\"", "unsolicited");
    refuse_response(
        " InResponseTo=\"_q1\"",
        " InResponseTo=\"_q2\"",
        "in_response_to_differs",
    );
    for signing in SIGNINGS {
        // The caller compares it with the requests that are open in this browser.
        let xml = draft(signing)
            .assertion(" InResponseTo=\"_q1\"", " InResponseTo=\"_q2\"")
            .response(" InResponseTo=\"_q1\"", "")
            .xml();
        assert_eq!(accept(xml).in_response_to.as_deref(), Some("_q2"));
    }
}

/// Security J9: to the second.
#[test]
fn what_is_over_or_not_begun_is_refused_with_a_minute_of_skew() {
    let at = |second: &str| format!("2026-03-01T09:{second}Z");
    for signing in SIGNINGS {
        for (time, over) in [("29:00", true), ("29:00.001", false), ("29:01", false)] {
            let end = at(time);
            let conditions = CONDITIONS_END.replace("2026-03-01T09:34:58Z", &end);
            let confirmation = CONFIRMATION_END.replace("2026-03-01T09:34:58Z", &end);
            let xml = draft(signing).assertion("NotBefore=\"2026-03-01T09:29:28Z\" ", "");
            for xml in [
                xml.clone().assertion(CONDITIONS_END, &conditions),
                xml.clone().assertion(CONFIRMATION_END, &confirmation),
                xml.clone().assertion("2026-03-01T17:29:58Z", &end),
            ] {
                expect(&xml, over, "expired");
            }
        }
        for (time, early) in [("31:00", false), ("31:00.001", true), ("33:00", true)] {
            let begin = at(time);
            let confirmation = format!("NotBefore=\"{begin}\" {CONFIRMATION_END}");
            for xml in [
                draft(signing).assertion("2026-03-01T09:29:28Z", &begin),
                draft(signing).assertion(CONFIRMATION_END, &confirmation),
                draft(signing).assertion("2026-03-01T09:29:58Z", &begin),
                draft(signing).response("2026-03-01T09:29:58Z", &begin),
            ] {
                expect(&xml, early, "not_yet_valid");
            }
        }
        for (time, old) in [("19:00", false), ("18:59.999", true)] {
            for xml in [
                draft(signing).assertion("2026-03-01T09:29:58Z", &at(time)),
                draft(signing).response("2026-03-01T09:29:58Z", &at(time)),
            ] {
                expect(&xml, old, "expired");
            }
        }
    }
}

#[test]
fn a_time_must_be_there_and_say_that_it_is_utc() {
    refuse_assertion(CONFIRMATION_END, "Recipient", "bad_time");
    refuse_assertion(" IssueInstant=\"2026-03-01T09:29:58Z\"", "", "bad_time");
    refuse_response(" IssueInstant=\"2026-03-01T09:29:58Z\"", "", "bad_time");
    for bad in [
        "",
        "tomorrow",
        "2026-03-01T09:34:58",
        "2026-03-01",
        "2026-03-01 09:34:58Z",
        "2026-03-01T09:34:58z",
        "2026-03-01T09:34Z",
        "2026-02-30T09:34:58Z",
        "2026-03-01T09:34:58Z[UTC]",
        "+02026-03-01T09:34:58Z",
        "1772357698",
        " 2026-03-01T09:34:58Z",
    ] {
        for place in [CONDITIONS_END, CONFIRMATION_END] {
            let to = place.replace("2026-03-01T09:34:58Z", bad);
            refuse_assertion(place, &to, "bad_time");
        }
        refuse_assertion("2026-03-01T17:29:58Z", bad, "bad_time");
    }
    for good in ["2026-03-01T09:34:58.0000000Z", "2026-03-01T10:34:58+01:00"] {
        let to = CONFIRMATION_END.replace("2026-03-01T09:34:58Z", good);
        let xml = draft(Signing::Assertion).assertion(CONFIRMATION_END, &to);
        assert_eq!(accept(xml.xml()), alice());
    }
}

#[test]
fn another_issuer_is_refused_in_the_response_and_in_the_assertion() {
    for other in [
        "https://other.test",
        "https://idp.test/metadata ",
        "HTTPS://idp.test/metadata",
        "",
    ] {
        let to = format!(">{other}</saml:Issuer>");
        refuse_assertion(
            ">https://idp.test/metadata</saml:Issuer>",
            &to,
            "wrong_issuer",
        );
        refuse_response(
            ">https://idp.test/metadata</saml:Issuer>",
            &to,
            "wrong_issuer",
        );
    }
    refuse_assertion(
        "<saml:Issuer>https://idp.test/metadata</saml:Issuer>",
        "",
        "not_once",
    );
}

#[test]
fn a_failure_is_refused_with_what_the_idp_says() {
    let code = "Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\">";
    let denied = "Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"><samlp:StatusCode \
        Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode>";
    refuse_response(code, denied, "not_success");
    refuse_response(code, "Value=\"Success\">", "not_success");
    let refused = checked(swap(
        &swap(
            RESPONSE,
            code,
            "Value=\"urn:oasis:names:tc:SAML:2.0:status:Requester\">",
        ),
        "</samlp:Status>",
        "<samlp:StatusMessage>not assigned</samlp:StatusMessage></samlp:Status>",
    ));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the identity provider answered urn:oasis:names:tc:SAML:2.0:status:Requester not assigned"
    );
}

#[test]
fn a_condition_that_is_not_known_is_refused_and_one_that_is_kept_is_not() {
    let end = "</saml:Conditions>";
    refuse_assertion(
        end,
        "<saml:Condition></saml:Condition></saml:Conditions>",
        "unknown_condition",
    );
    refuse_assertion(
        end,
        "<x:OneTimeUse xmlns:x=\"urn:x\"></x:OneTimeUse></saml:Conditions>",
        "unknown_condition",
    );
    for known in ["OneTimeUse", "ProxyRestriction"] {
        let to = format!("<saml:{known}></saml:{known}>{end}");
        for signing in SIGNINGS {
            assert_eq!(accept(draft(signing).assertion(end, &to).xml()), alice());
        }
    }
}

#[test]
fn there_must_be_one_bearer_confirmation() {
    let bearer = part(
        ASSERTION,
        "<saml:SubjectConfirmation ",
        "</saml:SubjectConfirmation>",
    );
    refuse_assertion(bearer, "", "not_one_confirmation");
    refuse_assertion(bearer, &bearer.repeat(2), "not_one_confirmation");
    let key = bearer.replace("cm:bearer", "cm:holder-of-key");
    refuse_assertion(bearer, &key, "not_one_confirmation");
    let data = part(
        bearer,
        "<saml:SubjectConfirmationData ",
        "</saml:SubjectConfirmationData>",
    );
    refuse_assertion(data, "", "not_once");
    let xml = draft(Signing::Both).assertion(bearer, &format!("{key}{bearer}"));
    assert_eq!(accept(xml.xml()), alice());
}

#[test]
fn somebody_must_have_signed_in_at_the_idp() {
    let statement = part(ASSERTION, "<saml:AuthnStatement ", "</saml:AuthnStatement>");
    refuse_assertion(statement, "", "no_authn_statement");
    let shorter = statement.replace("17:29:58", "10:29:58");
    let xml = draft(Signing::Both).assertion(statement, &format!("{statement}{shorter}"));
    let earliest = Timestamp::parse("2026-03-01T10:29:58Z");
    assert_eq!(accept(xml.xml()).session_not_on_or_after, earliest);
    let without =
        draft(Signing::Both).assertion(" SessionNotOnOrAfter=\"2026-03-01T17:29:58Z\"", "");
    assert_eq!(accept(without.xml()).session_not_on_or_after, None);
}
