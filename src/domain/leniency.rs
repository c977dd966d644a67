//! How strictly a provisioning client keeps to the RFCs: a named set of switches, chosen when its token is made.

/// The set of switches of a provisioning client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leniency {
    /// As RFC 7643 and RFC 7644 say.
    Rfc,
    /// As Microsoft Entra ID does it.
    Entra,
    /// As Okta does it.
    Okta,
    /// All leniency there is.
    Lenient,
}

impl Leniency {
    const ALL: [Self; 4] = [Self::Rfc, Self::Entra, Self::Okta, Self::Lenient];

    /// The word under which it is chosen and stored.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rfc => "rfc",
            Self::Entra => "entra",
            Self::Okta => "okta",
            Self::Lenient => "lenient",
        }
    }

    /// The set of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether a value of a group's `members` that names no User is passed over; else it is refused. Microsoft's client
    /// and a test suite add such values and want success.
    pub(crate) fn passes_over_unknown_members(self) -> bool {
        matches!(self, Self::Entra | Self::Lenient)
    }
}
