//! Who may ask for an operation: the table of access. A line of an operation names one of these, the description and
//! `docs/access.md` show it, and a test walks every line with every kind of caller.
//!
//! Nothing is enforced here; use cases refuse.

use crate::domain::permission::Permission;
use crate::domain::role::Role::{self, Administrator, Annotator, Manager, Owner, Reviewer};

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Anybody; a credential makes no difference.
    Anyone,
    /// Every member with access.
    Members,
    /// The same, with the session of a browser alone: for pages.
    Visitors,
    /// The same, with a token alone: `/Me`.
    Subjects,
    /// Managers and whoever is above them.
    Managers,
    /// The same, of others; every member of themselves.
    ManagersOrOneself,
    /// Owner and Administrators.
    Admins,
    /// The same, of others; every member of themselves.
    AdminsOrOneself,
    /// Owner and Administrators, with the session of a browser alone: for pages.
    VisitingAdmins,
    /// Managers and whoever is above them, likewise.
    VisitingManagers,
    /// Who is allowed it by the organization, likewise.
    VisitingAllowed(Permission),
    /// Owner and Administrators, with a token alone: what `/Me` changes.
    AdminSubjects,
    /// The Owner alone.
    Owner,
    /// Who is allowed it by the organization; the Owner always.
    Allowed(Permission),
    /// A provisioning client with a SCIM token.
    Directory,
    /// The same, where its profile defines schemas. To everybody else the method is not there.
    Definers,
}

impl Who {
    /// The roles that may, highest first; where the organization decides, those that may until it has.
    fn roles(self) -> Vec<Role> {
        match self {
            Self::Members | Self::Visitors | Self::Subjects => {
                vec![Owner, Administrator, Manager, Reviewer, Annotator]
            }
            Self::Managers | Self::ManagersOrOneself | Self::VisitingManagers => {
                vec![Owner, Administrator, Manager]
            }
            Self::Admins | Self::AdminsOrOneself | Self::VisitingAdmins | Self::AdminSubjects => {
                vec![Owner, Administrator]
            }
            Self::Owner => vec![Owner],
            Self::Allowed(permission) | Self::VisitingAllowed(permission) => {
                [vec![Owner], permission.default_roles()].concat()
            }
            Self::Anyone | Self::Directory | Self::Definers => Vec::new(),
        }
    }

    /// The words of the description: codes of roles, `oneself`, `scim`, or `anyone`.
    pub(super) fn words(self) -> Vec<&'static str> {
        let mut words: Vec<&str> = self.roles().into_iter().map(Role::code).collect();
        match self {
            Self::Anyone => words.push("anyone"),
            Self::ManagersOrOneself | Self::AdminsOrOneself => words.push("oneself"),
            Self::Directory => words.push("scim"),
            Self::Definers => words.push("scim (lenient)"),
            _ => {}
        }
        words
    }

    /// With what they show who they are, by the names of the description; nothing for anybody.
    pub(super) fn credentials(self) -> &'static [&'static str] {
        match self {
            Self::Anyone => &[],
            Self::Visitors
            | Self::VisitingAdmins
            | Self::VisitingManagers
            | Self::VisitingAllowed(_) => &["session"],
            Self::Subjects | Self::AdminSubjects => &["user_token"],
            Self::Directory | Self::Definers => &["scim_token"],
            Self::Members
            | Self::Managers
            | Self::ManagersOrOneself
            | Self::Admins
            | Self::AdminsOrOneself
            | Self::Owner
            | Self::Allowed(_) => &["user_token", "session"],
        }
    }

    /// The permission by which an organization decides.
    pub(super) fn permission(self) -> Option<Permission> {
        match self {
            Self::Allowed(permission) | Self::VisitingAllowed(permission) => Some(permission),
            _ => None,
        }
    }

    /// Whether some members may and others may not.
    pub(super) fn divides_members(self) -> bool {
        matches!(
            self,
            Self::Managers
                | Self::ManagersOrOneself
                | Self::Admins
                | Self::AdminsOrOneself
                | Self::VisitingAdmins
                | Self::VisitingManagers
                | Self::VisitingAllowed(_)
                | Self::AdminSubjects
                | Self::Owner
                | Self::Allowed(_)
        )
    }

    /// In words for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Anyone => "anybody",
            Self::Members => "members",
            Self::Visitors => "members, in a browser",
            Self::Subjects => "members, with a token",
            Self::Managers => "Managers and above",
            Self::ManagersOrOneself => "Managers and above; every member of themselves",
            Self::Admins => "Owner and Administrators",
            Self::AdminsOrOneself => "Owner and Administrators; every member of themselves",
            Self::VisitingAdmins => "Owner and Administrators, in a browser",
            Self::VisitingManagers => "Managers and above, in a browser",
            Self::VisitingAllowed(Permission::InviteMembers) => {
                "who may invite members, in a browser"
            }
            Self::VisitingAllowed(Permission::CreateTokens) => {
                "who may create API tokens, in a browser"
            }
            Self::AdminSubjects => "Owner and Administrators, with a token",
            Self::Owner => "the Owner",
            Self::Allowed(Permission::InviteMembers) => "who may invite members",
            Self::Allowed(Permission::CreateTokens) => "who may create API tokens",
            Self::Directory => "SCIM tokens",
            Self::Definers => "SCIM tokens of the profile lenient",
        }
    }
}
