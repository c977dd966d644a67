//! What an organization can allow to more or fewer roles than the default. The Owner may do everything, always.

use super::role::Role;

/// Something that an organization decides who may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Inviting people, by the link or by e-mail.
    InviteMembers,
    /// Making tokens for the API.
    CreateTokens,
}

/// The roles that can be allowed something, highest first.
pub(crate) const ALLOWABLE: [Role; 4] = [
    Role::Administrator,
    Role::Manager,
    Role::Reviewer,
    Role::Annotator,
];

impl Permission {
    /// Every one.
    pub(crate) const ALL: [Self; 2] = [Self::InviteMembers, Self::CreateTokens];

    /// The word of the REST API.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::InviteMembers => "invite_members",
            Self::CreateTokens => "create_api_tokens",
        }
    }

    /// What it is called for people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::InviteMembers => "Invite members",
            Self::CreateTokens => "Create API tokens",
        }
    }

    /// The one with this word.
    pub(crate) fn from_key(key: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.key() == key)
    }

    /// Who may where the organization has said nothing.
    pub(crate) fn default_roles(self) -> Vec<Role> {
        match self {
            Self::InviteMembers => vec![Role::Administrator, Role::Manager],
            Self::CreateTokens => ALLOWABLE.to_vec(),
        }
    }
}

/// Roles as they are stored: a bit for each, from the Annotator up.
pub(crate) fn bits(roles: &[Role]) -> i16 {
    roles
        .iter()
        .filter(|role| ALLOWABLE.contains(role))
        .fold(0, |bits, role| bits | 1 << (role.number() - 1))
}

/// The roles that are stored so, highest first.
pub(crate) fn roles(bits: i16) -> Vec<Role> {
    ALLOWABLE
        .into_iter()
        .filter(|role| bits >> (role.number() - 1) & 1 == 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_stored_and_read_again() {
        for count in 0..=ALLOWABLE.len() {
            let some = &ALLOWABLE[..count];
            assert_eq!(roles(bits(some)), some);
        }
        assert_eq!(bits(&[Role::Owner, Role::Deactivated]), 0);
        for permission in Permission::ALL {
            assert_eq!(Permission::from_key(permission.key()), Some(permission));
        }
    }
}
