//! Where a member stands in projects and workspaces under one set of rules or another: the pure function behind the
//! preview of a change. Knows nobody but the member that it is asked about.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::in_project::{ProjectRuleMatch, project_role};
use super::mapping::Mapping;
use super::role::{ProjectRole, Role, RoleSource};
use super::{ProjectId, WorkspaceId};

/// What is known of a member whatever the rules say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// The names of all groups that the member is in.
    pub(crate) groups: Vec<String>,
    /// Roles in projects that somebody gave by hand.
    pub(crate) projects: Vec<(ProjectId, ProjectRole)>,
    /// Workspaces that somebody put the member into by hand.
    pub(crate) workspaces: Vec<WorkspaceId>,
}

/// The places of a member. Owner and Administrators are in every project, which are not counted up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// The role in each project.
    pub(crate) projects: BTreeMap<ProjectId, Role>,
    /// The workspaces.
    pub(crate) workspaces: BTreeSet<WorkspaceId>,
}

/// Rules by the group that they name, and the projects of each workspace.
#[derive(Debug)]
pub(crate) struct PlaceRules<'a> {
    projects: HashMap<&'a str, Vec<(ProjectId, ProjectRole)>>,
    workspaces: HashMap<&'a str, Vec<WorkspaceId>>,
    within: &'a BTreeMap<WorkspaceId, Vec<ProjectId>>,
}

impl<'a> PlaceRules<'a> {
    /// The rules of a mapping; `within` are the projects of each workspace.
    pub(crate) fn of(
        mapping: &'a Mapping,
        within: &'a BTreeMap<WorkspaceId, Vec<ProjectId>>,
    ) -> Self {
        let mut projects: HashMap<&str, Vec<(ProjectId, ProjectRole)>> = HashMap::new();
        for rule in &mapping.projects {
            let given = projects.entry(&rule.group).or_default();
            given.push((rule.project, rule.role));
        }
        let mut workspaces: HashMap<&str, Vec<WorkspaceId>> = HashMap::new();
        for rule in &mapping.workspaces {
            let given = workspaces.entry(&rule.group).or_default();
            given.push(rule.workspace);
        }
        Self {
            projects,
            workspaces,
            within,
        }
    }

    /// The places of a member who has this role in the organization (R8).
    pub(crate) fn places(&self, known: &Known, role: Role) -> Places {
        if !role.has_access() {
            return Places::default();
        }
        let groups = || known.groups.iter().map(String::as_str);
        let mut workspaces: BTreeSet<WorkspaceId> = known.workspaces.iter().copied().collect();
        workspaces.extend(
            groups()
                .filter_map(|group| self.workspaces.get(group))
                .flatten(),
        );
        if role.administers() {
            return Places {
                projects: BTreeMap::new(),
                workspaces,
            };
        }
        // Through its workspace somebody is in a project with the role that they have in the organization.
        let mut by_hand: BTreeMap<ProjectId, ProjectRole> = workspaces
            .iter()
            .filter_map(|workspace| self.within.get(workspace))
            .flatten()
            .map(|project| (*project, ProjectRole::Inherit))
            .collect();
        by_hand.extend(known.projects.iter().copied());
        let mut matches: BTreeMap<ProjectId, Vec<ProjectRuleMatch>> = BTreeMap::new();
        for group in groups() {
            for (project, given) in self.projects.get(group).into_iter().flatten() {
                matches.entry(*project).or_default().push(ProjectRuleMatch {
                    group: group.to_owned(),
                    source: RoleSource::Scim,
                    role: *given,
                });
            }
        }
        let all: BTreeSet<ProjectId> = matches.keys().chain(by_hand.keys()).copied().collect();
        let projects = all.into_iter().filter_map(|project| {
            let considered = matches.get(&project).map_or(&[][..], Vec::as_slice);
            let role = project_role(role, considered, by_hand.get(&project).copied())?;
            Some((project, role))
        });
        Places {
            projects: projects.collect(),
            workspaces,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mapping::{ProjectRule, WorkspaceRule};

    #[test]
    fn rules_hands_and_workspaces_make_the_places_and_no_access_means_none() {
        let (cats, dogs, team) = (ProjectId(1), ProjectId(2), WorkspaceId(7));
        let mapping = Mapping {
            roles: Vec::new(),
            projects: vec![ProjectRule {
                project: cats,
                group: "a".to_owned(),
                role: ProjectRole::Reviewer,
            }],
            workspaces: vec![WorkspaceRule {
                workspace: team,
                group: "b".to_owned(),
            }],
        };
        let within = BTreeMap::from([(team, vec![cats, dogs])]);
        let rules = PlaceRules::of(&mapping, &within);
        let known = Known {
            groups: vec!["a".to_owned(), "b".to_owned()],
            ..Known::default()
        };
        let places = rules.places(&known, Role::Annotator);
        // Of what the rule gives and what the workspace gives, the higher.
        let projects = BTreeMap::from([(cats, Role::Reviewer), (dogs, Role::Annotator)]);
        assert_eq!(places.projects, projects);
        assert_eq!(places.workspaces, BTreeSet::from([team]));
        assert_eq!(rules.places(&known, Role::Deactivated), Places::default());
        assert!(
            rules
                .places(&known, Role::Administrator)
                .projects
                .is_empty()
        );
        let by_hand = Known {
            projects: vec![(dogs, ProjectRole::Manager)],
            ..Known::default()
        };
        let places = rules.places(&by_hand, Role::Annotator);
        assert_eq!(places.projects, BTreeMap::from([(dogs, Role::Manager)]));
    }
}
