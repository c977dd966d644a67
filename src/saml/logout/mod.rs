//! Single logout, Profiles section 4.4: requests to log somebody out, and the answers, both ways.
//!
//! Every message that comes must be signed, by the binding or in itself, by a key of the IdP; nothing of one that is not
//! is read. Whether it was used before, and whether a request of ours is open, only the store knows: the caller must ask
//! it, with the `id` of a request and the `in_response_to` of an answer.

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;

use super::decrypt::Recipient;
use super::moment::{Clock, MAX_AGE_SECONDS};
use super::name_id::name_id;
use super::redirect::{self, Carried, Error, Outgoing};
use super::refusal::Refusal;
use super::response::{LIMITS, gate, signature};
use super::xml::{self, escape, named, shown};
use super::{ASSERTION, PROTOCOL};
use crate::domain::Timestamp;

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
/// The longest message before it is decoded.
const MAX_ENCODED: usize = 512 * 1024;
/// The most sessions that one request can name.
const MAX_SESSIONS: usize = 100;

/// What a message must agree with: facts of one connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// Where this connection gets messages: any one may be named.
    pub(crate) destinations: &'a [String],
    /// Our entity ID.
    pub(crate) entity_id: &'a str,
    /// The IdP's entity ID.
    pub(crate) idp_entity_id: &'a str,
    /// The IdP's certificates, DER. Any one may have signed.
    pub(crate) certificates: &'a [Vec<u8>],
    /// Our private keys, PEM. Any one may decrypt.
    pub(crate) keys: &'a [String],
    /// By how much the clocks may differ.
    pub(crate) skew_seconds: i64,
}

/// What an IdP says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    /// Log somebody out.
    Request {
        /// Its identifier, which the answer repeats. Used once in a connection.
        id: String,
        /// The person, byte for byte as the sign-on named them.
        subject: String,
        /// Which of the person's sessions; none for all of them.
        sessions: Vec<String>,
        /// Until when it could be used, with the allowed skew.
        usable_until: Timestamp,
    },
    /// The answer to a request of ours.
    Response {
        /// Which one.
        in_response_to: String,
        /// Whether everybody was logged out everywhere.
        success: bool,
    },
}

/// A message, and what is to be given back with the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// The message.
    pub(crate) message: Message,
    /// The RelayState.
    pub(crate) relay_state: String,
}

/// Verifies a query string as it came, Bindings section 3.4.
pub(crate) fn read_redirect(
    query: &str,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Received, Refusal> {
    let received = redirect::read(query, expected.certificates)?;
    let text = xml::without_declaration(&received.document)?;
    let document = xml::parse(text, LIMITS)?;
    Ok(Received {
        message: read(document.root_element(), received.carried, expected, now)?,
        relay_state: received.relay_state,
    })
}

/// Verifies a field of a form, Bindings section 3.5. The signature is of the message itself and covers all of it: one
/// that fits something inside says nothing.
pub(crate) fn read_post(
    carried: Carried,
    encoded: &str,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Message, Refusal> {
    if encoded.len() > MAX_ENCODED {
        return Err(Refusal::TooLarge {
            bytes: encoded.len(),
            limit: MAX_ENCODED,
        });
    }
    let packed: String = encoded.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(packed).map_err(|_| Refusal::NotBase64)?;
    let decoded = String::from_utf8(bytes).map_err(|_| Refusal::NotUtf8)?;
    let text = xml::without_declaration(&decoded)?;
    let document = xml::parse(text, LIMITS)?;
    let name = name_of(carried);
    check_name(document.root_element(), name)?;
    let (id, signed) = gate::check_alone(&document, name)?;
    if !signed {
        return Err(redirect::Refused::Unsigned.into());
    }
    let signed_text = signature::signed_part(text, expected.certificates)?;
    let verified = xml::parse(&signed_text, LIMITS).map_err(|_| Refusal::SignedPartDiffers)?;
    let root = verified.root_element();
    if root.attribute("ID") != Some(id) {
        return Err(Refusal::SignedPartDiffers);
    }
    read(root, carried, expected, now)
}

fn name_of(carried: Carried) -> &'static str {
    match carried {
        Carried::Request => "LogoutRequest",
        Carried::Response => "LogoutResponse",
    }
}

fn check_name(root: Node<'_, '_>, name: &'static str) -> Result<(), Refusal> {
    if root.has_tag_name((PROTOCOL, name)) {
        return Ok(());
    }
    Err(Refusal::UnexpectedElement {
        parent: "message",
        received: shown(root.tag_name().name()),
    })
}

/// Reads a message whose signature fits all of it.
fn read(
    root: Node<'_, '_>,
    carried: Carried,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Message, Refusal> {
    let name = name_of(carried);
    check_name(root, name)?;
    let id = root.attribute("ID").filter(|id| xml::is_ncname(id));
    let id = id.ok_or(Refusal::BadId { of: name })?;
    if root.attribute("Version") != Some("2.0") {
        return Err(Refusal::NotAResponse {
            received: format!("{name} of another version"),
        });
    }
    let clock = Clock {
        now,
        skew_seconds: expected.skew_seconds,
    };
    let destination = root.attribute("Destination").unwrap_or_default();
    if !expected.destinations.iter().any(|one| one == destination) {
        return Err(Refusal::WrongDestination {
            expected: expected.destinations.join(" or "),
            received: shown(destination),
        });
    }
    let issuer = once(root, name, "Issuer")?;
    let issuer = xml::text(issuer).unwrap_or_default();
    if issuer != expected.idp_entity_id {
        return Err(Refusal::WrongIssuer {
            of: name,
            expected: expected.idp_entity_id.to_owned(),
            received: shown(&issuer),
        });
    }
    clock.check_issued(root, "IssueInstant of the logout message")?;
    match carried {
        Carried::Request => request(root, id, expected, clock),
        Carried::Response => response(root),
    }
}

fn request(
    root: Node<'_, '_>,
    id: &str,
    expected: &Expected<'_>,
    clock: Clock,
) -> Result<Message, Refusal> {
    clock.check_end(root, "NotOnOrAfter of the LogoutRequest")?;
    let recipient = Recipient {
        keys: expected.keys,
        name: expected.entity_id,
        signed: true,
    };
    let subject = name_id(root, "LogoutRequest", recipient)?;
    let indexes: Vec<_> = named(root, PROTOCOL, "SessionIndex").collect();
    let sessions: Option<Vec<String>> = indexes.iter().copied().map(xml::text).collect();
    let sessions = sessions.filter(|all| all.len() <= MAX_SESSIONS);
    Ok(Message::Request {
        id: id.to_owned(),
        subject: subject.value,
        sessions: sessions.ok_or(Refusal::NotOnce {
            parent: "LogoutRequest",
            name: "SessionIndex that is text",
            count: indexes.len(),
        })?,
        // Later it would be refused for its age.
        usable_until: clock
            .now
            .plus_seconds(MAX_AGE_SECONDS + 2 * clock.skew_seconds),
    })
}

fn response(root: Node<'_, '_>) -> Result<Message, Refusal> {
    let answered = root.attribute("InResponseTo").filter(|id| !id.is_empty());
    let codes: Vec<&str> = named(root, PROTOCOL, "Status")
        .flat_map(|status| named(status, PROTOCOL, "StatusCode"))
        .filter_map(|code| code.attribute("Value"))
        .collect();
    Ok(Message::Response {
        in_response_to: answered.ok_or(Refusal::Unsolicited)?.to_owned(),
        success: codes == [SUCCESS],
    })
}

fn once<'a, 'i>(
    root: Node<'a, 'i>,
    parent: &'static str,
    name: &'static str,
) -> Result<Node<'a, 'i>, Refusal> {
    let all: Vec<_> = named(root, ASSERTION, name).collect();
    match all[..] {
        [one] => Ok(one),
        _ => Err(Refusal::NotOnce {
            parent,
            name,
            count: all.len(),
        }),
    }
}

/// What every message of ours says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    /// Its identifier, an `NCName` that nobody can guess.
    pub(crate) id: &'a str,
    /// When it is made.
    pub(crate) issue_instant: Timestamp,
    /// Where it goes.
    pub(crate) destination: &'a str,
    /// Who sends it: our entity ID.
    pub(crate) issuer: &'a str,
    /// Our private key, PEM.
    pub(crate) key: &'a str,
}

/// The URL at which the IdP is asked to log somebody out. `person` is what the sign-on kept as its hint: the name as an
/// element, with the prefix `saml`.
pub(crate) fn request_url(
    head: Head<'_>,
    person: &str,
    session: Option<&str>,
) -> Result<String, Error> {
    let session = session.map(|session| {
        format!(
            "<samlp:SessionIndex>{}</samlp:SessionIndex>",
            escape(session)
        )
    });
    let inside = format!("{person}{}", session.unwrap_or_default());
    let document = document(head, "LogoutRequest", "", &inside);
    sent(head, Carried::Request, &document, "")
}

/// The URL at which the IdP is told that somebody is logged out here.
pub(crate) fn response_url(
    head: Head<'_>,
    in_response_to: &str,
    relay_state: &str,
) -> Result<String, Error> {
    let answered = format!(" InResponseTo=\"{}\"", escape(in_response_to));
    let status = format!("<samlp:Status><samlp:StatusCode Value=\"{SUCCESS}\"/></samlp:Status>");
    let document = document(head, "LogoutResponse", &answered, &status);
    sent(head, Carried::Response, &document, relay_state)
}

fn document(head: Head<'_>, name: &str, further: &str, inside: &str) -> String {
    format!(
        "<samlp:{name} xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" Version=\"2.0\" \
         IssueInstant=\"{issue_instant}\" Destination=\"{destination}\"{further}>\
         <saml:Issuer>{issuer}</saml:Issuer>{inside}</samlp:{name}>",
        id = escape(head.id),
        issue_instant = head.issue_instant,
        destination = escape(head.destination),
        issuer = escape(head.issuer),
    )
}

fn sent(
    head: Head<'_>,
    carried: Carried,
    document: &str,
    relay_state: &str,
) -> Result<String, Error> {
    redirect::url(Outgoing {
        destination: head.destination,
        carried,
        document,
        relay_state,
        key: Some(head.key),
    })
}
