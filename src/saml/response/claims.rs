//! What a verified Response must say before somebody is signed on: Profiles section 4.1.4.3 and Core section 2.
//!
//! Reads only what [`super::Message`] hands it. Every check of a time allows for the skew on both sides.

use roxmltree::Node;

use super::{Expected, Message, attributes};
use crate::domain::Timestamp;
use crate::domain::identity::{AtIdp, Identity};
use crate::domain::trace::Trace;
use crate::saml::moment::{Clock, MAX_AGE_SECONDS};
use crate::saml::name_id::name_id;
use crate::saml::refusal::Refusal;
use crate::saml::xml::{self, elements, named, shown};
use crate::saml::{ASSERTION, PROTOCOL};

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// Checks everything, and says who signed on.
pub(super) fn identity(
    message: &Message<'_, '_>,
    expected: &Expected<'_>,
    now: Timestamp,
    trace: &mut Trace,
) -> Result<Identity, Refusal> {
    let clock = Clock {
        now,
        skew_seconds: expected.skew_seconds,
    };
    let assertion = message.assertion;
    check_response(message, expected, clock)?;
    trace.passed(
        "response",
        "the identity provider says success, and sent it here",
    );
    check_issuer(
        once(assertion, "Assertion", "Issuer")?,
        "Assertion",
        expected,
    )?;
    trace.passed(
        "issuer",
        format!("it comes from {}", shown(expected.idp_entity_id)),
    );
    clock.check_issued(assertion, "IssueInstant of the Assertion")?;
    trace.passed("age", "it was issued just now");
    let subject = once(assertion, "Assertion", "Subject")?;
    let confirmation = confirmation(subject, expected, clock)?;
    let answered = message.response.attribute("InResponseTo");
    match (confirmation.in_response_to, answered) {
        (None, _) if !expected.idp_initiated => return Err(Refusal::Unsolicited),
        (of_assertion, Some(of_response)) if of_assertion != Some(of_response) => {
            return Err(Refusal::InResponseToDiffers {
                response: shown(of_response),
                assertion: of_assertion.map_or_else(|| "none".to_owned(), shown),
            });
        }
        _ => {}
    }
    trace.passed(
        "subject_confirmation",
        match confirmation.in_response_to {
            Some(_) => "it is for this connection and answers a request",
            None => "it is for this connection, and the identity provider began",
        },
    );
    check_conditions(once(assertion, "Assertion", "Conditions")?, expected, clock)?;
    trace.passed(
        "conditions",
        "its audience is this connection, and its time has come and is not over",
    );
    let session_not_on_or_after = session_end(assertion, expected, clock)?;
    // The Assertion is signed, or the Response around it.
    let name_id = name_id(subject, "Subject", expected.recipient(true))?;
    let found = attributes::read(assertion, name_id.address(), expected.attributes)?;
    trace.passed("attributes", "the NameID and the attributes can be read");
    Ok(Identity {
        subject: name_id.subject(),
        email: found.email,
        // An assertion has no word for an address that is not the person's own.
        email_proved: true,
        given_name: found.given_name,
        family_name: found.family_name,
        groups: found.groups,
        assertion_id: assertion.attribute("ID").unwrap_or_default().to_owned(),
        // Later it would be refused for its age, whatever else it says.
        usable_until: confirmation
            .not_on_or_after
            .plus_seconds(clock.skew_seconds)
            .min(
                clock
                    .now
                    .plus_seconds(MAX_AGE_SECONDS + 2 * clock.skew_seconds),
            ),
        in_response_to: confirmation.in_response_to.map(str::to_owned),
        at_idp: AtIdp {
            subject: name_id.value.clone(),
            session: session_index(assertion),
            hint: name_id.element(),
        },
        session_not_on_or_after,
    })
}

/// What the Response around the Assertion says. If it is not signed, this can only refuse.
fn check_response(
    message: &Message<'_, '_>,
    expected: &Expected<'_>,
    clock: Clock,
) -> Result<(), Refusal> {
    let response = message.response;
    check_status(response)?;
    if let Some(issuer) = named(response, ASSERTION, "Issuer").next() {
        check_issuer(issuer, "Response", expected)?;
    }
    match response.attribute("Destination") {
        None if message.response_is_signed => return Err(Refusal::NoDestination),
        Some(destination) if destination != expected.acs_url => {
            return Err(Refusal::WrongDestination {
                expected: expected.acs_url.to_owned(),
                received: shown(destination),
            });
        }
        None | Some(_) => {}
    }
    clock.check_issued(response, "IssueInstant of the Response")
}

/// Refuses what is not a success, with what the IdP says about it, Core section 3.2.2.
pub(super) fn check_status(response: Node<'_, '_>) -> Result<(), Refusal> {
    let status = named(response, PROTOCOL, "Status").next();
    let codes: Vec<&str> = status
        .iter()
        .flat_map(Node::descendants)
        .filter(|node| node.has_tag_name((PROTOCOL, "StatusCode")))
        .filter_map(|code| code.attribute("Value"))
        .collect();
    let outermost = status
        .and_then(|status| named(status, PROTOCOL, "StatusCode").next())
        .and_then(|code| code.attribute("Value"));
    if outermost == Some(SUCCESS) {
        return Ok(());
    }
    let message = status
        .and_then(|status| named(status, PROTOCOL, "StatusMessage").next())
        .map(xml::all_text)
        .unwrap_or_default();
    Err(Refusal::NotSuccess {
        code: shown(&codes.join(" ")),
        message: shown(message.trim()),
    })
}

fn check_issuer(
    issuer: Node<'_, '_>,
    of: &'static str,
    expected: &Expected<'_>,
) -> Result<(), Refusal> {
    let received = xml::text(issuer).unwrap_or_default();
    if received == expected.idp_entity_id {
        return Ok(());
    }
    Err(Refusal::WrongIssuer {
        of,
        expected: expected.idp_entity_id.to_owned(),
        received: shown(&received),
    })
}

struct Confirmation<'a> {
    in_response_to: Option<&'a str>,
    not_on_or_after: Timestamp,
}

/// The bearer confirmation, Profiles section 4.1.4.2. Confirmations of other kinds ask for more than a browser has and
/// are not needed; two bearer ones would make it unclear which answers our request.
fn confirmation<'a>(
    subject: Node<'a, '_>,
    expected: &Expected<'_>,
    clock: Clock,
) -> Result<Confirmation<'a>, Refusal> {
    let bearers: Vec<_> = named(subject, ASSERTION, "SubjectConfirmation")
        .filter(|confirmation| confirmation.attribute("Method") == Some(BEARER))
        .collect();
    let [bearer] = bearers[..] else {
        return Err(Refusal::NotOneConfirmation(bearers.len()));
    };
    let data = once(bearer, "SubjectConfirmation", "SubjectConfirmationData")?;
    let recipient = data.attribute("Recipient").unwrap_or_default();
    if recipient != expected.acs_url {
        return Err(Refusal::WrongRecipient {
            expected: expected.acs_url.to_owned(),
            received: shown(recipient),
        });
    }
    let end = "NotOnOrAfter of the SubjectConfirmation";
    let not_on_or_after = clock.check_end(data, end)?.ok_or(Refusal::BadTime {
        of: end,
        received: String::new(),
    })?;
    clock.check_begin(data, "NotBefore of the SubjectConfirmation")?;
    let in_response_to = data.attribute("InResponseTo");
    if in_response_to == Some("") {
        return Err(Refusal::Unsolicited);
    }
    Ok(Confirmation {
        in_response_to,
        not_on_or_after,
    })
}

/// The window and the audiences, Core section 2.5.1. `OneTimeUse` and `ProxyRestriction` are kept by using every
/// assertion once and by passing none on.
fn check_conditions(
    conditions: Node<'_, '_>,
    expected: &Expected<'_>,
    clock: Clock,
) -> Result<(), Refusal> {
    clock.check_begin(conditions, "NotBefore of the Conditions")?;
    clock.check_end(conditions, "NotOnOrAfter of the Conditions")?;
    for condition in elements(conditions) {
        let known = ["AudienceRestriction", "OneTimeUse", "ProxyRestriction"]
            .iter()
            .any(|name| condition.has_tag_name((ASSERTION, *name)));
        if !known {
            let name = condition.tag_name().name();
            return Err(Refusal::UnknownCondition(shown(name)));
        }
    }
    let mut restricted = false;
    for restriction in named(conditions, ASSERTION, "AudienceRestriction") {
        restricted = true;
        let audiences: Vec<String> = named(restriction, ASSERTION, "Audience")
            .filter_map(xml::text)
            .collect();
        // One of each restriction, and every restriction, Core section 2.5.1.4.
        if !audiences.iter().any(|one| one == expected.audience) {
            return Err(Refusal::WrongAudience {
                expected: expected.audience.to_owned(),
                received: shown(&audiences.join(" ")),
            });
        }
    }
    if restricted {
        Ok(())
    } else {
        Err(Refusal::NoAudience)
    }
}

/// The earliest end of a session that an `AuthnStatement` asks for, Core section 2.7.2.
fn session_end(
    assertion: Node<'_, '_>,
    expected: &Expected<'_>,
    clock: Clock,
) -> Result<Option<Timestamp>, Refusal> {
    let mut earliest: Option<Timestamp> = None;
    let mut signed_in = false;
    for statement in named(assertion, ASSERTION, "AuthnStatement") {
        signed_in = true;
        if expected.force_authn {
            clock.check_recent(statement, "AuthnInstant")?;
        }
        let of = "SessionNotOnOrAfter of the AuthnStatement";
        let end = clock.check_end_at(statement.attribute("SessionNotOnOrAfter"), of)?;
        earliest = earliest.into_iter().chain(end).min();
    }
    if signed_in {
        Ok(earliest)
    } else {
        Err(Refusal::NoAuthnStatement)
    }
}

/// The IdP's name for the session, Core section 2.7.2.
fn session_index(assertion: Node<'_, '_>) -> Option<String> {
    named(assertion, ASSERTION, "AuthnStatement")
        .find_map(|statement| statement.attribute("SessionIndex"))
        .map(str::to_owned)
}

fn once<'a, 'i>(
    node: Node<'a, 'i>,
    parent: &'static str,
    name: &'static str,
) -> Result<Node<'a, 'i>, Refusal> {
    let all: Vec<_> = named(node, ASSERTION, name).collect();
    match all[..] {
        [one] => Ok(one),
        _ => Err(Refusal::NotOnce {
            parent,
            name,
            count: all.len(),
        }),
    }
}
