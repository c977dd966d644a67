//! Mapping rules: which group gives which role (R10). One set serves SCIM, SAML and OIDC.

use std::collections::BTreeSet;

use super::error::Error;
use super::name;
use super::organization::Workspace;
use super::role::{ProjectRole, Role};
use super::{ProjectId, WorkspaceId};

/// The members of a group get a role in the organization.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RoleRule {
    /// The group's displayName: exact, case-sensitive.
    pub(crate) group: String,
    /// Administrator, Manager, Reviewer or Annotator.
    pub(crate) role: Role,
}

/// The members of a group get a role in a project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProjectRule {
    /// The project.
    pub(crate) project: ProjectId,
    /// The group's displayName.
    pub(crate) group: String,
    /// The role in the project.
    pub(crate) role: ProjectRole,
}

/// The members of a group become members of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WorkspaceRule {
    /// The workspace.
    pub(crate) workspace: WorkspaceId,
    /// The group's displayName.
    pub(crate) group: String,
}

/// All the rules of an organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// Roles in the organization.
    pub(crate) roles: Vec<RoleRule>,
    /// Roles in projects.
    pub(crate) projects: Vec<ProjectRule>,
    /// Places in workspaces.
    pub(crate) workspaces: Vec<WorkspaceRule>,
}

/// New rules for the parts that a caller names; a part that is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MappingChange {
    /// Replaces the roles in the organization.
    pub(crate) roles: Option<Vec<RoleRule>>,
    /// Replaces the roles in projects.
    pub(crate) projects: Option<Vec<ProjectRule>>,
    /// Replaces the places in workspaces.
    pub(crate) workspaces: Option<Vec<WorkspaceRule>>,
}

impl RoleRule {
    /// A rule that gives a role which rules may give (R7).
    pub(crate) fn new(group: String, role: Role) -> Result<Self, Error> {
        if !role.is_mappable() {
            return Err(Error::Invalid(format!(
                "a rule cannot give the role {}; use Administrator, Manager, Reviewer or Annotator",
                role.name()
            )));
        }
        Ok(Self {
            group: group_name(group)?,
            role,
        })
    }
}

impl RoleRule {
    /// A rule as somebody writes it.
    pub(crate) fn written(role: &str, group: String) -> Result<Self, Error> {
        let role = Role::from_name(role).ok_or_else(|| {
            Error::Invalid(format!(
                "{role:?} is no role; use Administrator, Manager, Reviewer or Annotator"
            ))
        })?;
        Self::new(group, role)
    }
}

impl ProjectRule {
    /// A rule as somebody writes it. Whether there is such a project is not known here.
    pub(crate) fn written(project: ProjectId, role: &str, group: String) -> Result<Self, Error> {
        let given = ProjectRole::from_name(role).ok_or_else(|| {
            Error::Invalid(format!(
                "{role:?} is no project role; use Inherit, Annotator, Reviewer or Manager"
            ))
        })?;
        Ok(Self {
            project,
            group: group_name(group)?,
            role: given,
        })
    }
}

impl WorkspaceRule {
    /// A rule as somebody writes it, who names a workspace by its title, without regard to case.
    pub(crate) fn written(
        workspaces: &[Workspace],
        title: &str,
        group: String,
    ) -> Result<Self, Error> {
        let key = name::key(title);
        let found = workspaces
            .iter()
            .rfind(|known| name::key(&known.title) == key);
        let found = found.ok_or_else(|| {
            Error::Invalid(format!("there is no workspace {title:?}; make it first"))
        })?;
        Ok(Self {
            workspace: found.id,
            group: group_name(group)?,
        })
    }
}

/// A group name that a rule may hold: as it is, but neither empty nor with NUL.
fn group_name(name: String) -> Result<String, Error> {
    if name.trim().is_empty() || name.contains('\0') || name.len() > 1024 {
        return Err(Error::Invalid(
            "a rule names a group by its displayName: 1 to 1024 bytes, not blank".to_owned(),
        ));
    }
    Ok(name)
}

/// The names of the groups whose members may have another role after `before` became `after`.
pub(crate) fn groups_touched(before: &[RoleRule], after: &[RoleRule]) -> BTreeSet<String> {
    let before: BTreeSet<&RoleRule> = before.iter().collect();
    let after: BTreeSet<&RoleRule> = after.iter().collect();
    before
        .symmetric_difference(&after)
        .map(|rule| rule.group.clone())
        .collect()
}

/// The names of the groups of which any rule differs between `before` and `after`.
pub(crate) fn groups_concerned(before: &Mapping, after: &Mapping) -> BTreeSet<String> {
    fn differing<'a, T: Ord>(
        before: &'a [T],
        after: &'a [T],
        group: impl Fn(&T) -> &String,
    ) -> Vec<String> {
        let before: BTreeSet<&T> = before.iter().collect();
        let after: BTreeSet<&T> = after.iter().collect();
        let differing = before.symmetric_difference(&after);
        differing.map(|rule| group(rule).clone()).collect()
    }
    let mut groups = groups_touched(&before.roles, &after.roles);
    groups.extend(differing(&before.projects, &after.projects, |rule| {
        &rule.group
    }));
    groups.extend(differing(&before.workspaces, &after.workspaces, |rule| {
        &rule.group
    }));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rule_gives_owner_pending_or_deactivated() {
        for role in [Role::Owner, Role::NotActivated, Role::Deactivated] {
            assert!(RoleRule::new("g".to_owned(), role).is_err(), "{role:?}");
        }
        assert!(RoleRule::new("g".to_owned(), Role::Administrator).is_ok());
    }

    #[test]
    fn only_groups_whose_rules_differ_are_touched() {
        let rule = |group: &str, role| RoleRule {
            group: group.to_owned(),
            role,
        };
        let before = [
            rule("a", Role::Manager),
            rule("b", Role::Annotator),
            rule("c", Role::Reviewer),
        ];
        let after = [
            rule("a", Role::Manager),
            rule("b", Role::Reviewer),
            rule("d", Role::Reviewer),
        ];
        let touched: Vec<String> = groups_touched(&before, &after).into_iter().collect();
        assert_eq!(touched, ["b", "c", "d"]);
    }
}
