//! Roles, and the pure function from stored facts to a member's role and its reasons (R5 to R8).
//!
//! `store/roles.rs` computes the same in SQL for many members at once; `rollright doctor --verify` holds the two
//! against each other.

use serde::Serialize;

pub(crate) use super::in_project::{ProjectRuleMatch, project_role};

/// The role of a member in an organization. Ordered: of two mapped roles the greater wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Role {
    /// DI: no access.
    Deactivated = -1,
    /// NO, shown as Pending: no access until somebody gives a role.
    NotActivated = 0,
    /// AN.
    Annotator = 1,
    /// RE.
    Reviewer = 2,
    /// MA.
    Manager = 3,
    /// AD.
    Administrator = 4,
    /// OW: exactly one in an organization, never given or taken by a mapping (R7).
    Owner = 5,
}

impl Role {
    /// Every role, highest first.
    pub(crate) const ALL: [Self; 7] = [
        Self::Owner,
        Self::Administrator,
        Self::Manager,
        Self::Reviewer,
        Self::Annotator,
        Self::NotActivated,
        Self::Deactivated,
    ];

    /// The two-letter code of the REST API.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Owner => "OW",
            Self::Administrator => "AD",
            Self::Manager => "MA",
            Self::Reviewer => "RE",
            Self::Annotator => "AN",
            Self::NotActivated => "NO",
            Self::Deactivated => "DI",
        }
    }

    /// The name shown to people and used in mapping rules.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Administrator => "Administrator",
            Self::Manager => "Manager",
            Self::Reviewer => "Reviewer",
            Self::Annotator => "Annotator",
            Self::NotActivated => "Not Activated",
            Self::Deactivated => "Deactivated",
        }
    }

    /// The role with this two-letter code.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The role with this name, spelled exactly so.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The role stored as this number.
    pub(crate) fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }

    /// The number under which the role is stored.
    pub(crate) fn number(self) -> i16 {
        self as i16
    }

    /// Whether a mapping rule may give this role (R7): Administrator, Manager, Reviewer, Annotator.
    pub(crate) fn is_mappable(self) -> bool {
        (Self::Annotator..=Self::Administrator).contains(&self)
    }

    /// Whether a member with this role may use the organization at all.
    pub(crate) fn has_access(self) -> bool {
        self > Self::NotActivated
    }

    /// Whether this role manages members, rules and connections.
    pub(crate) fn administers(self) -> bool {
        self >= Self::Administrator
    }
}

/// The role of a member in a project. Ordered: of two the greater wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ProjectRole {
    /// Member of the project, with the role held in the organization.
    Inherit = 0,
    /// AN in this project.
    Annotator = 1,
    /// RE in this project.
    Reviewer = 2,
    /// MA in this project.
    Manager = 3,
}

impl ProjectRole {
    /// Every project role, highest first.
    pub(crate) const ALL: [Self; 4] = [
        Self::Manager,
        Self::Reviewer,
        Self::Annotator,
        Self::Inherit,
    ];

    /// The name in mapping rules.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Manager => "Manager",
            Self::Reviewer => "Reviewer",
            Self::Annotator => "Annotator",
            Self::Inherit => "Inherit",
        }
    }

    /// The project role with this name, spelled exactly so.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The project role stored as this number.
    pub(crate) fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }

    /// The number under which the project role is stored.
    pub(crate) fn number(self) -> i16 {
        self as i16
    }

    /// What the role means for somebody who holds `organization` in the organization.
    pub(crate) fn within(self, organization: Role) -> Role {
        match self {
            Self::Inherit => organization,
            Self::Annotator => Role::Annotator,
            Self::Reviewer => Role::Reviewer,
            Self::Manager => Role::Manager,
        }
    }
}

/// Through what a role came to a member (R17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RoleSource {
    /// An admin, an invitation or the organization's default.
    Manual = 0,
    /// A group that an OpenID Connect sign-on carried.
    Oidc = 1,
    /// A group that a SAML sign-on carried.
    Saml = 2,
    /// A directory group, or the directory's `active`.
    Scim = 3,
}

impl RoleSource {
    /// The word of the REST API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Oidc => "oidc",
            Self::Saml => "saml",
            Self::Scim => "scim",
        }
    }

    /// The source stored as this number.
    pub(crate) fn from_number(number: i16) -> Option<Self> {
        [Self::Manual, Self::Oidc, Self::Saml, Self::Scim]
            .into_iter()
            .find(|source| *source as i16 == number)
    }
}

/// A group of the member that a rule names, and the role that the rule gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleMatch {
    /// The group's displayName, or the name that a sign-on carried.
    pub(crate) group: String,
    /// The group within it that the member is in, where the member is not in it directly.
    pub(crate) through: Option<String>,
    /// Through what the member is in the group.
    pub(crate) source: RoleSource,
    /// What the rule gives.
    pub(crate) role: Role,
}

/// Everything that a member's organization role depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are independent facts, each stored as it is"
)]
pub(crate) struct RoleFacts {
    /// The organization's owner column names this member.
    pub(crate) owner: bool,
    /// An admin has deactivated the member.
    pub(crate) suspended: bool,
    /// What the directory says: SCIM `active`.
    pub(crate) active: bool,
    /// The role that an admin has given by hand.
    pub(crate) pinned: Option<Role>,
    /// Whether the organization lets admins give roles by hand.
    pub(crate) manual_management: bool,
    /// Rules that name a group of the member.
    pub(crate) mapped: Vec<RuleMatch>,
    /// Whether a mapping ever gave the member a role.
    pub(crate) held_mapped_role: bool,
    /// From the invitation, else the organization's default role when the member joined.
    pub(crate) base: Role,
    /// No seat was free when the member would have taken one (R16).
    pub(crate) waits_for_seat: bool,
}

/// One thing that was considered for a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Considered {
    /// The member is the organization's Owner.
    Owner,
    /// An admin deactivated the member.
    Suspended,
    /// The directory says `active: false`.
    InactiveInDirectory,
    /// An admin gave this role by hand.
    Pin(Role),
    /// A rule gives a role to a group of the member.
    Rule(RuleMatch),
    /// The member is in no mapped group any more, and roles come from the directory alone.
    LeftAllMappedGroups,
    /// What the member has where nothing else speaks.
    Base(Role),
    /// No seat is free for the role that was decided.
    NoSeat,
}

/// One link of the chain: what was considered, what it would give, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// What was considered.
    pub(crate) considered: Considered,
    /// The role that it would give.
    pub(crate) role: Role,
    /// `None` where it won; else one sentence that says why it lost.
    pub(crate) lost_because: Option<String>,
}

/// Why a member has a role: the whole chain (R6), the winner included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Why {
    /// In the order in which they were considered.
    pub(crate) steps: Vec<Step>,
    /// Through what the winner came.
    pub(crate) source: RoleSource,
}

/// The organization role of a member, and why (R5).
pub(crate) fn effective_role(facts: &RoleFacts) -> (Role, Why) {
    let mut chain = Chain {
        steps: Vec::new(),
        winner: None,
    };
    if facts.owner {
        chain.consider(Considered::Owner, Role::Owner, RoleSource::Manual, None);
    }
    if facts.suspended {
        chain.consider(
            Considered::Suspended,
            Role::Deactivated,
            RoleSource::Manual,
            None,
        );
    }
    if !facts.active {
        chain.consider(
            Considered::InactiveInDirectory,
            Role::Deactivated,
            RoleSource::Scim,
            None,
        );
    }
    if let Some(role) = facts.pinned {
        let refused =
            (!facts.manual_management).then(|| "manual role management is off".to_owned());
        chain.consider(Considered::Pin(role), role, RoleSource::Manual, refused);
    }
    let mut mapped: Vec<&RuleMatch> = facts.mapped.iter().collect();
    // The highest role first; of two that give the same, the directory's before a sign-on's.
    mapped.sort_by(|a, b| (b.role, b.source, &a.group).cmp(&(a.role, a.source, &b.group)));
    for rule in mapped {
        // No rule can be saved that gives Owner; one that is there all the same does not (R7).
        let role = rule.role.min(Role::Administrator);
        chain.consider(Considered::Rule(rule.clone()), role, rule.source, None);
    }
    if facts.mapped.is_empty() && facts.held_mapped_role && !facts.manual_management {
        chain.consider(
            Considered::LeftAllMappedGroups,
            Role::Deactivated,
            RoleSource::Scim,
            None,
        );
    }
    chain.consider(
        Considered::Base(facts.base),
        facts.base,
        RoleSource::Manual,
        None,
    );
    let (mut role, source) = chain
        .winner
        .expect("the base role is always considered, and is never refused");
    if facts.waits_for_seat && role.has_access() && !facts.owner {
        for step in &mut chain.steps {
            step.lost_because
                .get_or_insert_with(|| "no seat is free".to_owned());
        }
        role = Role::NotActivated;
        chain.steps.push(Step {
            considered: Considered::NoSeat,
            role,
            lost_because: None,
        });
    }
    (
        role,
        Why {
            steps: chain.steps,
            source,
        },
    )
}

struct Chain {
    steps: Vec<Step>,
    winner: Option<(Role, RoleSource)>,
}

impl Chain {
    /// Notes one candidate: the first that nothing refuses wins, the others lose to it.
    fn consider(
        &mut self,
        considered: Considered,
        role: Role,
        source: RoleSource,
        refused: Option<String>,
    ) {
        let lost_because = match (refused, self.winner) {
            (Some(reason), _) => Some(reason),
            (None, Some((winner, _))) => Some(format!("{} was decided before it", winner.name())),
            (None, None) => {
                self.winner = Some((role, source));
                None
            }
        };
        self.steps.push(Step {
            considered,
            role,
            lost_because,
        });
    }
}
