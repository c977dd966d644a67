//! Organization > Single sign-on: the connections, how each is set up at its provider, and how sign-ins through it go.

pub(crate) mod delete;
mod form;
mod guide;
mod guide_oidc;
mod guide_saml;
pub(crate) mod last;
pub(crate) mod list;
pub(crate) mod one;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::members::day;
use crate::domain::connection::{Connection, Protocol, Saml};
use crate::domain::error::Error;
use crate::domain::trace::{Kept, Outcome};
use crate::domain::{ConnectionId, Timestamp};
use crate::saml::metadata::certificate;

/// A connection's id in a path; what is none is of nobody.
fn id(text: &str) -> Result<ConnectionId, Error> {
    ConnectionId::parse(text).ok_or(Error::NotFound("connection"))
}

/// A moment as people read it, to the second, in UTC.
fn moment(at: Timestamp) -> String {
    let mut text = at.to_string().replacen('T', " ", 1);
    text.truncate(19);
    text
}

/// What a connection is called: its name, else its provider's.
fn title(connection: &Connection) -> String {
    match connection.name.trim() {
        "" => guide::provider(&connection.idp_provider).to_owned(),
        name => name.to_owned(),
    }
}

/// The protocol's name.
fn protocol(connection: &Connection) -> &'static str {
    match connection.protocol {
        Protocol::Saml(_) => "SAML",
        Protocol::Oidc(_) => "OpenID Connect",
    }
}

/// Whether people can sign in through a connection, as a badge.
fn standing(connection: &Connection) -> (&'static str, &'static str) {
    match (connection.is_complete(), connection.enabled) {
        (false, _) => ("warn", "not complete"),
        (true, false) => ("bad", "disabled"),
        (true, true) => ("good", "enabled"),
    }
}

/// A certificate of an IdP, or of ours.
struct Certificate {
    subject: String,
    /// The day on which it ends.
    until: String,
    /// Where that is soon or past: how grave it is, and a word.
    warning: Option<(&'static str, String)>,
}

impl Certificate {
    fn of(saml: &Saml, now: Timestamp) -> Vec<Self> {
        saml.certificates
            .iter()
            .filter_map(|text| Self::read(text, now))
            .collect()
    }

    /// Reads one, DER in base64.
    fn read(text: &str, now: Timestamp) -> Option<Self> {
        let der = STANDARD.decode(text).ok()?;
        let read = certificate::read(&der, now)?;
        let days = (read.not_after.0 - now.0) / 86_400_000;
        Some(Self {
            subject: read.subject,
            until: day(read.not_after),
            warning: read.warning.map(|stage| match (stage, days) {
                (0, _) => ("bad", "has ended".to_owned()),
                (_, 0) => ("bad", "ends today".to_owned()),
                (_, 1) => ("bad", "ends tomorrow".to_owned()),
                (_, days) => ("warn", format!("ends in {days} days")),
            }),
        })
    }
}

/// How a sign-in ended, as a badge.
fn outcome(kept: &Kept) -> (&'static str, &'static str) {
    match (kept.outcome, &kept.reason) {
        (Outcome::SignedIn, _) => ("good", "signed in"),
        (Outcome::Refused, _) => ("bad", "refused"),
        (Outcome::Tested, None) => ("good", "test went well"),
        (Outcome::Tested, Some(_)) => ("bad", "test failed"),
    }
}
