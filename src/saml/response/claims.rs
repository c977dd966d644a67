//! What a verified Response must say before somebody is signed on: Profiles section 4.1.4.3 and Core section 2.
//!
//! Reads only what [`super::Message`] hands it. Every check of a time allows for the skew on both sides.

use roxmltree::Node;

use super::{Expected, Message, attributes};
use crate::domain::Timestamp;
use crate::domain::identity::{AtIdp, Identity, Subject};
use crate::domain::trace::Trace;
use crate::saml::refusal::Refusal;
use crate::saml::xml::{self, elements, named, shown};
use crate::saml::{ASSERTION, NAME_ID_TRANSIENT, PROTOCOL};

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// How old a Response or an Assertion may be. It is made when somebody has signed in and is carried here at once;
/// ten minutes are what a request of ours stays open.
const MAX_AGE_SECONDS: i64 = 600;
/// The longest NameID: longer than any that was seen, and short enough for a key.
const MAX_NAME_ID: usize = 1024;

/// Now, and by how much the clocks may differ.
#[derive(Clone, Copy)]
struct Clock {
    now: Timestamp,
    skew_seconds: i64,
}

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
    if answered.is_some_and(|answered| answered != confirmation.in_response_to) {
        return Err(Refusal::InResponseToDiffers {
            response: answered.map(shown).unwrap_or_default(),
            assertion: shown(confirmation.in_response_to),
        });
    }
    trace.passed(
        "subject_confirmation",
        "it is for this connection and answers a request",
    );
    check_conditions(once(assertion, "Assertion", "Conditions")?, expected, clock)?;
    trace.passed(
        "conditions",
        "its audience is this connection, and its time has come and is not over",
    );
    let session_not_on_or_after = session_end(assertion, clock)?;
    let name_id = name_id(subject)?;
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
        in_response_to: Some(confirmation.in_response_to.to_owned()),
        at_idp: AtIdp {
            subject: name_id.value.clone(),
            session: session_index(assertion),
            hint: String::new(),
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
    in_response_to: &'a str,
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
    let in_response_to = data
        .attribute("InResponseTo")
        .filter(|id| !id.is_empty())
        .ok_or(Refusal::Unsolicited)?;
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
fn session_end(assertion: Node<'_, '_>, clock: Clock) -> Result<Option<Timestamp>, Refusal> {
    let mut earliest: Option<Timestamp> = None;
    let mut signed_in = false;
    for statement in named(assertion, ASSERTION, "AuthnStatement") {
        signed_in = true;
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

struct NameId {
    value: String,
    format: String,
}

impl NameId {
    fn subject(&self) -> Subject {
        if self.format == NAME_ID_TRANSIENT {
            Subject::Transient
        } else {
            Subject::Lasting(self.value.clone())
        }
    }

    /// The value, where the IdP says that it is an e-mail address.
    fn address(&self) -> Option<&str> {
        (self.format == crate::saml::NAME_ID_EMAIL).then_some(self.value.as_str())
    }
}

/// Byte for byte what was signed: a NameID that would have to be cleaned up first is refused, because two of them
/// could become one.
fn name_id(subject: Node<'_, '_>) -> Result<NameId, Refusal> {
    if named(subject, ASSERTION, "EncryptedID").next().is_some() {
        return Err(Refusal::Encrypted("NameID"));
    }
    let node = once(subject, "Subject", "NameID")?;
    let value = xml::text(node).ok_or(Refusal::BadNameId("it has elements inside"))?;
    if value.is_empty() {
        return Err(Refusal::BadNameId("it is empty"));
    }
    if value.trim() != value {
        return Err(Refusal::BadNameId("it begins or ends with white space"));
    }
    if value.len() > MAX_NAME_ID {
        return Err(Refusal::BadNameId("it is longer than 1024 bytes"));
    }
    if value.chars().any(char::is_control) {
        return Err(Refusal::BadNameId("it has control characters"));
    }
    let format = node.attribute("Format").unwrap_or_default().to_owned();
    Ok(NameId { value, format })
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

impl Clock {
    /// Neither made in the future nor too long ago.
    fn check_issued(self, node: Node<'_, '_>, of: &'static str) -> Result<(), Refusal> {
        let text = node.attribute("IssueInstant").unwrap_or_default();
        let at = instant(text, of)?;
        let now = self.now;
        if at > now.plus_seconds(self.skew_seconds) {
            return Err(Refusal::NotYetValid { of, at, now });
        }
        if at.plus_seconds(MAX_AGE_SECONDS + self.skew_seconds) < now {
            return Err(Refusal::Expired { of, at, now });
        }
        Ok(())
    }

    fn check_begin(self, node: Node<'_, '_>, of: &'static str) -> Result<(), Refusal> {
        let Some(text) = node.attribute("NotBefore") else {
            return Ok(());
        };
        let at = instant(text, of)?;
        let now = self.now;
        if at > now.plus_seconds(self.skew_seconds) {
            return Err(Refusal::NotYetValid { of, at, now });
        }
        Ok(())
    }

    fn check_end(self, node: Node<'_, '_>, of: &'static str) -> Result<Option<Timestamp>, Refusal> {
        self.check_end_at(node.attribute("NotOnOrAfter"), of)
    }

    fn check_end_at(
        self,
        text: Option<&str>,
        of: &'static str,
    ) -> Result<Option<Timestamp>, Refusal> {
        let Some(text) = text else {
            return Ok(None);
        };
        let at = instant(text, of)?;
        let now = self.now;
        // "Not on": the moment itself is over.
        if at.plus_seconds(self.skew_seconds) <= now {
            return Err(Refusal::Expired { of, at, now });
        }
        Ok(Some(at))
    }
}

fn instant(text: &str, of: &'static str) -> Result<Timestamp, Refusal> {
    xml::instant(text).ok_or_else(|| Refusal::BadTime {
        of,
        received: shown(text),
    })
}
