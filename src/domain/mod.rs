//! What we mean: the types and rules of membership.
//!
//! Nothing here waits, and nothing here names another module of ours. The rules are numbered as in
//! `docs/architecture.md` (R1 to R19), so that a test can name the rule that it proves.

pub(crate) mod brake;
pub(crate) mod connection;
pub(crate) mod drift;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod group;
pub(crate) mod identity;
mod in_project;
pub(crate) mod invitation;
pub(crate) mod leniency;
pub(crate) mod listing;
pub(crate) mod lookup;
pub(crate) mod mail;
pub(crate) mod mail_domain;
pub(crate) mod mapping;
pub(crate) mod member;
pub(crate) mod name;
pub(crate) mod organization;
pub(crate) mod permission;
pub(crate) mod policy;
pub(crate) mod query;
pub(crate) mod receipt;
pub(crate) mod receiver;
pub(crate) mod request_log;
pub(crate) mod role;
pub(crate) mod schema;
pub(crate) mod standing;
pub(crate) mod tag;
pub(crate) mod trace;
pub(crate) mod webhook;

#[cfg(test)]
mod role_tests;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An organization: the tenant. A number, as Label Studio's clients expect it in paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct OrganizationId(pub(crate) i64);

/// A project of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ProjectId(pub(crate) i64);

/// A workspace of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct WorkspaceId(pub(crate) i64);

/// A tag that members of an organization have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TagId(pub(crate) i64);

/// A list of tags that is being taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TagImportId(pub(crate) i64);

/// The number of a member in the REST API. Never accepted as a SCIM `id` (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct MemberNumber(pub(crate) i64);

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// A member, which is the SCIM User resource: the `id` there (R3).
    MemberId
);
uuid_id!(
    /// A directory group: the `id` of the SCIM Group resource.
    GroupId
);
uuid_id!(
    /// An account: a person who can sign in, perhaps in several organizations.
    AccountId
);
uuid_id!(
    /// One entry of the audit trail.
    EventId
);
uuid_id!(
    /// One set-up of an organization by which people sign in.
    ConnectionId
);
uuid_id!(
    /// An invitation to one address.
    InvitationId
);
uuid_id!(
    /// A receiver of events.
    ReceiverId
);
uuid_id!(
    /// An address that events are posted to.
    WebhookId
);
uuid_id!(
    /// One attempt to post something to it.
    DeliveryId
);
uuid_id!(
    /// The record of a SCIM token; not the token.
    ScimTokenId
);
uuid_id!(
    /// One entry of the request log.
    LoggedRequestId
);
uuid_id!(
    /// A key of ours in a connection.
    KeyId
);
uuid_id!(
    /// A mail that waits to be sent.
    MailId
);
uuid_id!(
    /// A personal access token.
    PersonalTokenId
);
uuid_id!(
    /// What names a session to the person whose it is; opens nothing.
    SessionId
);

impl ConnectionId {
    /// Reads the hyphenated form with small letters and nothing else: one id, one spelling.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse_uuid(text).map(Self)
    }
}

impl KeyId {
    /// Reads the hyphenated form with small letters and nothing else: one id, one spelling.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse_uuid(text).map(Self)
    }
}

impl SessionId {
    /// Reads the hyphenated form with small letters and nothing else: one id, one spelling.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse_uuid(text).map(Self)
    }
}

impl MemberId {
    /// What no member has, and what is less than every other.
    pub(crate) const NIL: Self = Self(Uuid::nil());

    /// Reads the hyphenated form with small letters and nothing else: one id, one spelling.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse_uuid(text).map(Self)
    }
}

impl LoggedRequestId {
    /// Reads the hyphenated form with small letters and nothing else: one id, one spelling.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse_uuid(text).map(Self)
    }
}

impl GroupId {
    /// Reads the hyphenated form with small letters and nothing else: one id, one spelling.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse_uuid(text).map(Self)
    }
}

impl ReceiverId {
    /// Reads the hyphenated form with small letters and nothing else: one id, one spelling.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse_uuid(text).map(Self)
    }
}

impl WebhookId {
    /// Reads the hyphenated form with small letters and nothing else: one id, one spelling.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse_uuid(text).map(Self)
    }
}

impl DeliveryId {
    /// Reads the hyphenated form with small letters and nothing else: one id, one spelling.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse_uuid(text).map(Self)
    }
}

impl ScimTokenId {
    /// Reads the hyphenated form with small letters and nothing else: one id, one spelling.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse_uuid(text).map(Self)
    }
}

fn parse_uuid(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    let mut buffer = Uuid::encode_buffer();
    (id.hyphenated().encode_lower(&mut buffer) == text).then_some(id)
}

/// A moment in whole milliseconds since 1970-01-01T00:00:00Z, so that both engines keep it unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Timestamp(pub(crate) i64);

impl Timestamp {
    /// This moment moved by a number of seconds, which may be negative.
    pub(crate) fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Reads an RFC 3339 date and time, which has a year from 0000 to 9999; anything finer than a millisecond is cut off.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if !text.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|at| Self(at.as_millisecond()))
    }
}

/// RFC 3339 in UTC with three decimals: `2026-03-01T09:30:00.000Z`.
impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => write!(f, "9999-12-31T23:59:59.999Z"),
        }
    }
}
