//! A key of ours in a connection: all of them decrypt, and one signs.

use crate::domain::{KeyId, Timestamp};

/// The most keys of one connection: while an IdP still takes the old one, the new one, and one to spare.
pub(crate) const MOST_KEYS: usize = 3;

/// A key of ours. An IdP learns its certificate from our metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnKey {
    /// Which one.
    pub(crate) id: KeyId,
    /// The certificate: DER in base64.
    pub(crate) certificate: String,
    /// The private key, PEM, sealed.
    pub(crate) sealed: String,
    /// Whether it signs what we send. One of a connection does.
    pub(crate) signs: bool,
    /// When it was made.
    pub(crate) created: Timestamp,
    /// When the certificate ends.
    pub(crate) expires: Timestamp,
}
