//! Security event tokens of SCIM, RFC 9967: what an entry of the audit trail tells a receiver.
//!
//! A token is made of the entry alone, so it is the same however often it is asked for. It holds what the entry holds:
//! nothing that is returned never, and no value of somebody who was erased.

mod group;
mod poll;
#[cfg(test)]
mod tests;
mod user;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::domain::event::Kind;
use crate::domain::event::recorded::Numbered;
use crate::domain::receiver::Receiver;

pub(crate) use poll::{answer, parse};

/// A resource was made: which of its attributes have a value.
pub(crate) const CREATE_NOTICE: &str = "urn:ietf:params:scim:event:prov:create:notice";
/// A resource was made: the resource.
pub(crate) const CREATE_FULL: &str = "urn:ietf:params:scim:event:prov:create:full";
/// A resource was changed: which of its attributes. A PUT is told as the changes that it made.
pub(crate) const PATCH_NOTICE: &str = "urn:ietf:params:scim:event:prov:patch:notice";
/// A resource was changed: how, as a PATCH.
pub(crate) const PATCH_FULL: &str = "urn:ietf:params:scim:event:prov:patch:full";
/// A resource was deleted.
pub(crate) const DELETE: &str = "urn:ietf:params:scim:event:prov:delete";
/// A User has access now.
pub(crate) const ACTIVATE: &str = "urn:ietf:params:scim:event:prov:activate";
/// A User has no access any more.
pub(crate) const DEACTIVATE: &str = "urn:ietf:params:scim:event:prov:deactivate";

/// Every event that a receiver can ask for.
pub(crate) const ALL: [&str; 7] = [
    CREATE_NOTICE,
    CREATE_FULL,
    PATCH_NOTICE,
    PATCH_FULL,
    DELETE,
    ACTIVATE,
    DEACTIVATE,
];

/// How many values of `members` a token tells; where there are more, it tells that there are.
const MOST_MEMBERS: usize = 1000;

/// The attribute of the service provider's configuration, RFC 9967 section 4.
pub(crate) fn configuration() -> Value {
    json!({ "asyncRequest": "none", "eventUris": ALL })
}

/// Why a receiver cannot ask for these events; `None` where it can.
pub(crate) fn refusal(wanted: &[String]) -> Option<String> {
    if wanted.is_empty() {
        return Some("`events` must name at least one event".to_owned());
    }
    if let Some(unknown) = wanted.iter().find(|uri| !ALL.contains(&uri.as_str())) {
        return Some(format!(
            "`events` names {unknown:?}, which is none of {}",
            ALL.join(", ")
        ));
    }
    // Exactly one of `attributes` and `data` is in an event, RFC 9967 section 2.4.
    [(CREATE_NOTICE, CREATE_FULL), (PATCH_NOTICE, PATCH_FULL)]
        .into_iter()
        .find(|(notice, full)| wants(wanted, notice) && wants(wanted, full))
        .map(|(notice, full)| format!("`events` names both {notice} and {full}; choose one"))
}

fn wants(wanted: &[String], uri: &str) -> bool {
    wanted.iter().any(|one| one == uri)
}

/// What an entry tells.
struct Told {
    /// The path of the resource below the base URL of SCIM.
    uri: String,
    /// What the provisioning client calls it.
    external_id: Option<String>,
    /// The events of this one change, by URI.
    events: Map<String, Value>,
}

impl Told {
    fn of(endpoint: &str, id: &str, external_id: Option<&str>) -> Self {
        Self {
            uri: format!("/{endpoint}/{id}"),
            external_id: external_id.map(str::to_owned),
            events: Map::new(),
        }
    }

    fn add(&mut self, wanted: &[String], uri: &str, payload: Value) {
        if wants(wanted, uri) {
            self.events.insert(uri.to_owned(), payload);
        }
    }
}

/// What can be told of what an entry changed.
struct Payload {
    /// The names of the attributes.
    attributes: Vec<String>,
    data: Data,
}

/// The values of the attributes.
enum Data {
    /// Here they are.
    Values(Value),
    /// They are too many for a token, and can be read.
    TooMany,
    /// They have been erased.
    Erased,
}

impl Payload {
    /// Adds the one of the two events that the receiver asked for.
    fn tell(self, told: &mut Told, wanted: &[String], notice: &str, full: &str) {
        let attributes = json!({ "attributes": self.attributes });
        if !wants(wanted, full) {
            told.add(wanted, notice, attributes);
            return;
        }
        match self.data {
            Data::Values(data) => told.add(wanted, full, json!({ "data": data })),
            // Section 5 of the RFC: let the receiver read it when it needs it.
            Data::TooMany => {
                told.events.insert(notice.to_owned(), attributes);
            }
            Data::Erased => {}
        }
    }
}

/// A token.
pub(crate) struct Token {
    /// Its id.
    jti: String,
    /// The token as it is sent.
    text: String,
}

impl AsRef<str> for Token {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// The token of an entry for a receiver; `None` where the entry tells it nothing. `external_id` is what the provisioning
/// client calls the member whom it is about.
pub(crate) fn token(
    issuer: &str,
    receiver: &Receiver,
    event: &Numbered,
    external_id: Option<&str>,
) -> Option<Token> {
    let jti = poll::jti(receiver.id, event.seq);
    let claims = claims(issuer, &jti, receiver, event, external_id)?;
    // Not signed: the receiver asks this server itself, by TLS and with a credential. The type is RFC 8417 section 2.3.
    let header = json!({ "alg": "none", "typ": "secevent+jwt" });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}.", part(&header), part(&claims));
    Some(Token { jti, text })
}

fn claims(
    issuer: &str,
    jti: &str,
    receiver: &Receiver,
    event: &Numbered,
    external_id: Option<&str>,
) -> Option<Value> {
    let entry = &event.entry;
    let id = entry.subject.as_deref()?;
    let wanted = &receiver.events;
    let is = |kind: Kind| entry.kind == kind.name();
    // Who was deleted and is there again has been made anew, as far as a receiver knows.
    let told = if is(Kind::MemberCreated) || is(Kind::MemberRestored) {
        user::created(id, event, external_id, wanted)
    } else if is(Kind::MemberChanged) {
        user::changed(id, event, external_id, wanted)
    } else if is(Kind::RoleChanged) {
        user::role_changed(id, entry, external_id, wanted)
    } else if is(Kind::MemberDeleted) {
        user::deleted(id, external_id, wanted)
    } else if is(Kind::GroupCreated) {
        group::created(id, entry, wanted)
    } else if is(Kind::GroupChanged) {
        group::changed(id, entry, wanted)
    } else if is(Kind::GroupDeleted) {
        group::deleted(id, entry, wanted)
    } else {
        return None;
    };
    if told.events.is_empty() {
        return None;
    }
    let mut subject = json!({ "format": "scim", "uri": told.uri });
    if let Some(external_id) = told.external_id {
        subject["externalId"] = external_id.into();
    }
    Some(json!({
        "iss": issuer,
        "aud": [receiver.audience],
        "iat": entry.at.0.div_euclid(1000),
        "jti": jti,
        // The same for every receiver of the same change.
        "txn": entry.id,
        "sub_id": subject,
        "events": told.events,
    }))
}
