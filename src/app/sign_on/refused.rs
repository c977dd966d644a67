//! Why somebody is not let in, in words for them.

/// Why a person whose identity was verified is not let in. `Display` is the sentence for that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The answer is to no open request of this browser.
    #[error(
        "This sign-in was not begun in this browser, or it took longer than ten minutes. Start again."
    )]
    UnknownRequest,
    /// The assertion was used before.
    #[error("This sign-in was used already. Start again.")]
    Replayed,
    /// The IdP gave no address by which the person could be known.
    #[error(
        "Your identity provider did not tell your e-mail address. Ask your administrator to add it to the attributes."
    )]
    NoAddress,
    /// The address is of a member that there is, and nobody says that it is the person's own.
    #[error(
        "Your identity provider does not confirm that your e-mail address is yours. Ask your administrator to verify its domain here."
    )]
    Unproved,
    /// More than one member has the address.
    #[error(
        "More than one account of this organization has your e-mail address. Ask your administrator to correct that."
    )]
    Ambiguous,
    /// The address belongs to an account that this organization's IdP has no say over.
    #[error(
        "Your e-mail address belongs to an account that signs in another way. Sign in as you did before."
    )]
    Foreign,
    /// The connection knows the member by another NameID.
    #[error(
        "Your identity provider now names you differently than before. Ask your administrator to confirm that it is you."
    )]
    Renamed,
    /// The member was deleted.
    #[error(
        "Your account in this organization was deleted. Ask your administrator to invite you again."
    )]
    Departed,
    /// Somebody new, where signing in makes nobody a member.
    #[error(
        "You have no account in this organization yet. Ask your administrator for an invitation."
    )]
    Uninvited,
    /// The member is deactivated.
    #[error(
        "Your account in this organization is deactivated. Ask your administrator if you should have access."
    )]
    Deactivated,
    /// The member waits for a role.
    #[error("Your account waits for a role. Ask your administrator to give you one.")]
    Pending,
}

impl Refused {
    /// The word of the audit trail.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::UnknownRequest => "unknown_request",
            Self::Replayed => "replayed",
            Self::NoAddress => "no_address",
            Self::Unproved => "unproved_address",
            Self::Ambiguous => "ambiguous_address",
            Self::Foreign => "foreign_account",
            Self::Renamed => "other_subject",
            Self::Departed => "departed",
            Self::Uninvited => "uninvited",
            Self::Deactivated => "deactivated",
            Self::Pending => "pending",
        }
    }

    /// Which check of the trace it failed.
    pub(super) fn check(self) -> &'static str {
        match self {
            Self::UnknownRequest | Self::Replayed => "request",
            Self::NoAddress
            | Self::Unproved
            | Self::Ambiguous
            | Self::Foreign
            | Self::Renamed
            | Self::Departed
            | Self::Uninvited => "member",
            Self::Deactivated | Self::Pending => "role",
        }
    }
}
