//! A verified sign-on: what an IdP said of a person, after every check has passed.

use super::Timestamp;

/// How an IdP names a person (R2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The same at every sign-on: a NameID or `sub`, exact bytes.
    Lasting(String),
    /// Another at each sign-on (SAML's `transient` NameID): names nobody.
    Transient,
}

impl Subject {
    /// The name, where it lasts.
    pub(crate) fn lasting(&self) -> Option<&str> {
        match self {
            Self::Lasting(subject) => Some(subject),
            Self::Transient => None,
        }
    }
}

/// The groups that a sign-on carried (R11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AssertedGroups {
    /// The attribute was absent, or only a marker that there are too many to list: changes nothing.
    Unknown,
    /// These and no others; empty means no groups.
    Known(Vec<String>),
}

/// A session as the IdP knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct AtIdp {
    /// How the IdP names the person in it, exact bytes, a transient name too.
    pub(crate) subject: String,
    /// The IdP's name for the session: SAML's `SessionIndex`, OIDC's `sid`.
    pub(crate) session: Option<String>,
    /// What a request to log out must carry besides, in the protocol's own form.
    pub(crate) hint: String,
}

/// A person as an IdP asserts them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Who, within the connection.
    pub(crate) subject: Subject,
    /// The e-mail address. Data, never a key across organizations (R2).
    pub(crate) email: Option<String>,
    /// Whether the IdP vouches for it: only then is it, without more, the address of a member that there is.
    pub(crate) email_proved: bool,
    /// The given name.
    pub(crate) given_name: Option<String>,
    /// The family name.
    pub(crate) family_name: Option<String>,
    /// The groups.
    pub(crate) groups: AssertedGroups,
    /// The id of the assertion: used once in a connection.
    pub(crate) assertion_id: String,
    /// Until when the assertion could be used, with the allowed skew.
    pub(crate) usable_until: Timestamp,
    /// Which of our requests this answers; none, where the IdP began.
    pub(crate) in_response_to: Option<String>,
    /// What it is at the IdP, for logging out there.
    pub(crate) at_idp: AtIdp,
    /// When the IdP wants the session to end.
    pub(crate) session_not_on_or_after: Option<Timestamp>,
}
