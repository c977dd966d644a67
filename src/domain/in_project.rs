//! The pure function from stored facts to a member's role in a project (R8).

use super::role::{ProjectRole, Role, RoleSource};

/// A role in a project that a rule gives to a group of the member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProjectRuleMatch {
    /// The group's name.
    pub(crate) group: String,
    /// Through what the member is in the group.
    pub(crate) source: RoleSource,
    /// What the rule gives.
    pub(crate) role: ProjectRole,
}

/// The role of a member in one project (R8): `None` where the member is not in the project.
///
/// Owner and Administrators are implicit members of every project; who is Pending or Deactivated is in none.
pub(crate) fn project_role(
    organization: Role,
    mapped: &[ProjectRuleMatch],
    by_hand: Option<ProjectRole>,
) -> Option<Role> {
    if !organization.has_access() {
        return None;
    }
    if organization.administers() {
        return Some(organization);
    }
    mapped
        .iter()
        .map(|rule| rule.role)
        .chain(by_hand)
        .max()
        .map(|role| role.within(organization))
}
