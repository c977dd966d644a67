//! Metadata: what an IdP says of itself, and ([`own`]) what we say of ourselves.
//!
//! Fetches nothing, and does not judge who may import what. A document without a signing certificate is refused here,
//! because there is no other place where "no key" could be kept from meaning "no check".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;

use super::redirect::is_web_url;
use super::response::signature;
use super::xml::{self, Limits, Malformed, elements, named, shown};
use super::{HTTP_REDIRECT, METADATA, PROTOCOL, SIGNATURE};
use crate::domain::Timestamp;

pub(crate) mod certificate;
pub(crate) mod own;
pub(crate) mod values;

#[cfg(test)]
mod tests;

const LIMITS: Limits = Limits {
    bytes: 1024 * 1024,
    nodes: 100_000,
    asides: true,
};
/// The longest entity ID, Metadata section 2.2.1.
const MAX_ENTITY_ID: usize = 1024;
const SLO: &str = "SingleLogoutService";
/// For how long metadata is kept before it is read again, in seconds, at most and at least.
const LONGEST_KEPT: i64 = 86_400;
const SHORTEST_KEPT: i64 = 3600;
/// The most certificates: each costs a verification when a response is forged.
const MAX_CERTIFICATES: usize = 8;

/// What we need to know of an IdP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdpMetadata {
    /// Its name.
    pub(crate) entity_id: String,
    /// Where a browser takes our request, by the HTTP-Redirect binding.
    pub(crate) sso_url: String,
    /// Where a browser takes our request to log out, by the same binding; empty where the IdP takes none.
    pub(crate) slo_url: String,
    /// Where a browser takes our answer to such a request of the IdP; empty where that is the same place.
    pub(crate) slo_response_url: String,
    /// Whether it wants our requests signed.
    pub(crate) wants_signed_requests: bool,
    /// The certificates with whose keys it may sign, DER, at least one.
    pub(crate) certificates: Vec<Vec<u8>>,
    /// For how many seconds it may be kept before it is read again: an hour to a day, as it says.
    pub(crate) keep_seconds: i64,
}

/// Why metadata was refused. One sentence for the administrator.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// Not read at all.
    #[error(transparent)]
    Xml(#[from] Malformed),
    /// Another kind of document, such as a page with an error.
    #[error("this is not SAML metadata: its first element is {0}")]
    NotMetadata(String),
    /// No IdP, or more than one.
    #[error("the metadata describes {0} SAML 2.0 identity providers; it must describe one")]
    NotOneIdp(usize),
    /// No name, or one that is too long.
    #[error(
        "the identity provider in the metadata has no entityID of at most {MAX_ENTITY_ID} bytes"
    )]
    EntityId,
    /// Past its time, Metadata section 2.3.2.
    #[error("the metadata was valid until {0}; ask the identity provider for a new one")]
    Expired(String),
    /// A time that cannot be read.
    #[error("the metadata has a validUntil that is not a date and time in UTC: {0}")]
    BadTime(String),
    /// No place to send a browser to.
    #[error("the metadata has no SingleSignOnService with the HTTP-Redirect binding")]
    NoRedirect,
    /// A place that a browser cannot be sent to.
    #[error("the {0} of the metadata has a Location that is not a whole http or https URL: {1}")]
    BadLocation(&'static str, String),
    /// No key to check signatures with.
    #[error(
        "the metadata has no certificate for signing, so nothing that the identity provider sends could be checked"
    )]
    NoCertificate,
    /// Certificates, but none that can be used.
    #[error("none of the certificates for signing in the metadata can be read")]
    UnreadableCertificate,
    /// More certificates than are tried.
    #[error("the metadata has {0} certificates for signing; at most {MAX_CERTIFICATES} are kept")]
    TooManyCertificates(usize),
}

impl IdpMetadata {
    /// Reads an `EntityDescriptor`, or an `EntitiesDescriptor` in which exactly one entity is an IdP.
    pub(crate) fn parse(text: &str, now: Timestamp) -> Result<Self, Error> {
        let document = xml::parse(xml::without_declaration(text)?, LIMITS)?;
        let root = document.root_element();
        let known = ["EntityDescriptor", "EntitiesDescriptor"];
        if !known
            .iter()
            .any(|name| root.has_tag_name((METADATA, *name)))
        {
            return Err(Error::NotMetadata(shown(root.tag_name().name())));
        }
        let idps: Vec<_> = root.descendants().filter(|node| is_idp(*node)).collect();
        let [idp] = idps[..] else {
            return Err(Error::NotOneIdp(idps.len()));
        };
        let mut keep_seconds = LONGEST_KEPT;
        for node in idp.ancestors() {
            // Read again at half its time, so that there is a new copy before the old one has ended.
            if let Some(until) = valid_until(node, now)? {
                keep_seconds = keep_seconds.min((until.0 - now.0) / 2000);
            }
            if let Some(duration) = node.attribute("cacheDuration") {
                keep_seconds = keep_seconds.min(seconds(duration));
            }
        }
        Ok(Self {
            entity_id: entity_id(idp)?,
            sso_url: location(idp, "SingleSignOnService", "Location")?.ok_or(Error::NoRedirect)?,
            slo_url: location(idp, SLO, "Location")?.unwrap_or_default(),
            slo_response_url: location(idp, SLO, "ResponseLocation")?.unwrap_or_default(),
            wants_signed_requests: matches!(
                idp.attribute("WantAuthnRequestsSigned"),
                Some("true" | "1")
            ),
            certificates: certificates(idp)?,
            keep_seconds: keep_seconds.max(SHORTEST_KEPT),
        })
    }
}

/// A role of an IdP that speaks SAML 2.0, where Metadata sections 2.3.2 and 2.4.3 put it.
fn is_idp(node: Node<'_, '_>) -> bool {
    let in_entity = node
        .parent()
        .is_some_and(|parent| parent.has_tag_name((METADATA, "EntityDescriptor")));
    let protocols = node.attribute("protocolSupportEnumeration");
    node.has_tag_name((METADATA, "IDPSSODescriptor"))
        && in_entity
        && protocols.is_some_and(|all| all.split_ascii_whitespace().any(|one| one == PROTOCOL))
}

fn valid_until(node: Node<'_, '_>, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let Some(text) = node.attribute("validUntil") else {
        return Ok(None);
    };
    match xml::instant(text) {
        None => Err(Error::BadTime(shown(text))),
        Some(until) if until <= now => Err(Error::Expired(shown(text))),
        until => Ok(until),
    }
}

/// The seconds of an `xs:duration`, as far as they matter: whatever has days is long, and what cannot be read says nothing.
fn seconds(duration: &str) -> i64 {
    let Ok(span) = duration.parse::<jiff::Span>() else {
        return LONGEST_KEPT;
    };
    let days = i64::from(span.get_days()) + 7 * i64::from(span.get_weeks());
    if days > 0 || span.get_months() > 0 || span.get_years() > 0 {
        return LONGEST_KEPT;
    }
    let minutes = 60 * i64::from(span.get_hours()) + span.get_minutes();
    minutes
        .saturating_mul(60)
        .saturating_add(span.get_seconds())
}

fn entity_id(idp: Node<'_, '_>) -> Result<String, Error> {
    idp.parent()
        .and_then(|entity| entity.attribute("entityID"))
        .filter(|id| !id.trim().is_empty() && id.len() <= MAX_ENTITY_ID)
        .map(str::to_owned)
        .ok_or(Error::EntityId)
}

/// The place of a service with the HTTP-Redirect binding.
fn location(
    idp: Node<'_, '_>,
    service: &'static str,
    attribute: &'static str,
) -> Result<Option<String>, Error> {
    let location = named(idp, METADATA, service)
        .find(|service| service.attribute("Binding") == Some(HTTP_REDIRECT))
        .and_then(|service| service.attribute(attribute));
    match location {
        Some(location) if !is_web_url(location) => {
            Err(Error::BadLocation(service, shown(location)))
        }
        found => Ok(found.map(str::to_owned)),
    }
}

/// The certificates of every `KeyDescriptor` for signing. One without `use` is for signing too, Metadata
/// section 2.4.1.1; who reads past those is left without a key where an IdP writes no `use`.
fn certificates(idp: Node<'_, '_>) -> Result<Vec<Vec<u8>>, Error> {
    let texts: Vec<String> = named(idp, METADATA, "KeyDescriptor")
        .filter(|key| matches!(key.attribute("use"), None | Some("signing")))
        .flat_map(elements)
        .filter(|info| info.has_tag_name((SIGNATURE, "KeyInfo")))
        .flat_map(|info| named(info, SIGNATURE, "X509Data"))
        .flat_map(|data| named(data, SIGNATURE, "X509Certificate"))
        .map(xml::all_text)
        .collect();
    if texts.is_empty() {
        return Err(Error::NoCertificate);
    }
    let mut certificates: Vec<Vec<u8>> = Vec::new();
    for text in texts {
        let packed: String = text.split_ascii_whitespace().collect();
        match STANDARD.decode(packed) {
            Ok(der) if !certificates.contains(&der) => certificates.push(der),
            _ => {}
        }
    }
    if certificates.len() > MAX_CERTIFICATES {
        return Err(Error::TooManyCertificates(certificates.len()));
    }
    certificates.retain(|der| signature::can_read(der));
    if certificates.is_empty() {
        return Err(Error::UnreadableCertificate);
    }
    Ok(certificates)
}
