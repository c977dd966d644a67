//! The rules as rows of a form: written, read again as they were typed, and what is wrong with which.
//!
//! A row is three fields with its number behind them: `group-1`, `place-1`, `role-1`; and `exact-1`, see [`Row::exact`]. Of a row without a group nothing
//! is read: so a rule is deleted, and so the empty rows at the end are passed over.

use std::collections::{BTreeMap, BTreeSet};

use url::form_urlencoded;

use crate::app::mapping_preview::Place;
use crate::app::{Caller, projects};
use crate::domain::error::Error;
use crate::domain::listing::{ProjectFilter, Slice};
use crate::domain::mapping::{Mapping, MappingChange, ProjectRule, RoleRule, WorkspaceRule};
use crate::domain::organization::Workspace;
use crate::domain::role::{ProjectRole, Role};
use crate::domain::{ProjectId, WorkspaceId};
use crate::http::ui::sentence;

/// How many projects can be chosen from.
const MOST_PROJECTS: i64 = 2000;
/// The word for the organization, as a place.
const ORGANIZATION: &str = "organization";

/// What parts lines.
const BREAKS: [char; 2] = ['\r', '\n'];

/// A rule as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) group: String,
    pub(super) place: String,
    pub(super) role: String,
    /// What is wrong with it.
    pub(super) problem: Option<String>,
}

impl Row {
    /// The name of the group in letters that a form carries as they are, where it has a line break: a browser drops it
    /// from a field, and writes it in its own way where the field is hidden.
    pub(super) fn exact(&self) -> Option<String> {
        let bytes = self.group.as_bytes();
        let breaks = self.group.contains(BREAKS);
        breaks.then(|| form_urlencoded::byte_serialize(bytes).collect())
    }
}

/// The group that a row names: the exact one, unless another was typed over it.
fn group(shown: String, exact: &str) -> String {
    let mut pairs = form_urlencoded::parse(exact.as_bytes());
    let exact = pairs.next().map(|(name, _)| name.into_owned());
    let same = |exact: &String| exact.replace(BREAKS, "") == shown.replace(BREAKS, "");
    exact.filter(same).unwrap_or(shown)
}

/// The places of an organization, by name.
pub(super) struct Places {
    projects: BTreeMap<ProjectId, String>,
    pub(super) workspaces: Vec<Workspace>,
}

impl Places {
    pub(super) async fn of(caller: &Caller) -> Result<Self, Error> {
        let slice = Slice {
            offset: 0,
            count: MOST_PROJECTS,
        };
        let found = projects::list(caller, ProjectFilter::default(), slice).await?;
        Ok(Self {
            projects: found
                .resources
                .into_iter()
                .map(|project| (project.id, project.title))
                .collect(),
            workspaces: projects::list_workspaces(caller).await?,
        })
    }

    /// What a place is called.
    pub(super) fn title(&self, place: Place) -> String {
        match place {
            Place::Organization => "Organization".to_owned(),
            Place::Project(id) => match self.projects.get(&id) {
                Some(title) => format!("Project {title}"),
                None => format!("Project {}", id.0),
            },
            Place::Workspace(id) => match self.workspace(id) {
                Some(known) => format!("Workspace {}", known.title),
                None => format!("Workspace {}", id.0),
            },
        }
    }

    fn workspace(&self, id: WorkspaceId) -> Option<&Workspace> {
        self.workspaces.iter().find(|known| known.id == id)
    }

    /// What can be chosen in a row: the places by kind, each with its value and its name.
    pub(super) fn choices(&self) -> Vec<(&'static str, Vec<(String, String)>)> {
        let projects = self
            .projects
            .iter()
            .map(|(id, title)| (word(Place::Project(*id)), title.clone()));
        let workspaces = self
            .workspaces
            .iter()
            .map(|known| (word(Place::Workspace(known.id)), known.title.clone()));
        vec![
            ("Projects", projects.collect()),
            ("Workspaces", workspaces.collect()),
        ]
    }
}

/// What can be chosen as a role.
pub(super) fn roles() -> Vec<&'static str> {
    let given = Role::ALL.into_iter().filter(|role| role.is_mappable());
    given
        .map(Role::name)
        .chain([ProjectRole::Inherit.name()])
        .collect()
}

/// A place as the value of a field.
fn word(place: Place) -> String {
    match place {
        Place::Organization => ORGANIZATION.to_owned(),
        Place::Project(id) => format!("project-{}", id.0),
        Place::Workspace(id) => format!("workspace-{}", id.0),
    }
}

fn place(word: &str) -> Option<Place> {
    let number = |prefix: &str| word.strip_prefix(prefix)?.parse().ok();
    if word == ORGANIZATION {
        return Some(Place::Organization);
    }
    let project = number("project-").map(|id| Place::Project(ProjectId(id)));
    project.or_else(|| number("workspace-").map(|id| Place::Workspace(WorkspaceId(id))))
}

/// Every rule: its group, its place, and its role where there is one.
pub(super) fn rules(mapping: &Mapping) -> Vec<(&str, Place, &'static str)> {
    let roles = mapping.roles.iter();
    let projects = mapping.projects.iter();
    let workspaces = mapping.workspaces.iter();
    roles
        .map(|rule| (rule.group.as_str(), Place::Organization, rule.role.name()))
        .chain(projects.map(|rule| {
            let place = Place::Project(rule.project);
            (rule.group.as_str(), place, rule.role.name())
        }))
        .chain(workspaces.map(|rule| (rule.group.as_str(), Place::Workspace(rule.workspace), "")))
        .collect()
}

/// The rules as rows.
pub(super) fn written(mapping: &Mapping) -> Vec<Row> {
    let rules = rules(mapping).into_iter();
    rules
        .map(|(group, place, role)| Row {
            group: group.to_owned(),
            place: word(place),
            role: role.to_owned(),
            problem: None,
        })
        .collect()
}

/// The rows of a form that name a group.
pub(super) fn typed(fields: &BTreeMap<String, String>) -> Vec<Row> {
    let numbers: BTreeSet<u32> = fields
        .keys()
        .filter_map(|name| name.strip_prefix("group-")?.parse().ok())
        .collect();
    let field = |name: &str, number: u32| {
        let value = fields.get(&format!("{name}-{number}"));
        value.cloned().unwrap_or_default()
    };
    let rows = numbers.into_iter().map(|number| Row {
        group: group(field("group", number), &field("exact", number)),
        place: field("place", number),
        role: field("role", number),
        problem: None,
    });
    rows.filter(|row| !row.group.trim().is_empty()).collect()
}

/// The rules that rows say; nothing where something is wrong, which the rows then say.
pub(super) fn read(rows: &mut [Row], places: &Places) -> Option<MappingChange> {
    let (mut roles, mut in_projects, mut in_workspaces) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut good = true;
    for row in rows {
        let other = seen.get(&row.group).cloned();
        let read = match place(&row.place) {
            None => Err(Error::Invalid("choose where the rule holds".to_owned())),
            Some(Place::Organization) if row.role.is_empty() => {
                Err(Error::Invalid("choose a role".to_owned()))
            }
            Some(Place::Organization) => match other {
                Some(other) => Err(Error::Invalid(format!(
                    "the same group has the role {other} in the organization already; a group gives one"
                ))),
                None => RoleRule::written(&row.role, row.group.clone()).map(|rule| {
                    seen.insert(row.group.clone(), row.role.clone());
                    roles.push(rule);
                }),
            },
            Some(Place::Project(_)) if row.role.is_empty() => {
                Err(Error::Invalid("choose a role in the project".to_owned()))
            }
            Some(Place::Project(id)) if places.projects.contains_key(&id) => {
                let rule = ProjectRule::written(id, &row.role, row.group.clone());
                rule.map(|rule| in_projects.push(rule))
            }
            Some(Place::Workspace(_)) if !row.role.is_empty() => Err(Error::Invalid(
                "nobody has a role of their own in a workspace; choose – as the role".to_owned(),
            )),
            Some(Place::Workspace(id)) if places.workspace(id).is_some() => {
                let title = places.workspace(id).map_or("", |known| &known.title);
                let rule = WorkspaceRule::written(&places.workspaces, title, row.group.clone());
                rule.map(|rule| in_workspaces.push(rule))
            }
            Some(Place::Project(_) | Place::Workspace(_)) => Err(Error::Invalid(
                "this place is not there; choose another".to_owned(),
            )),
        };
        row.problem = read.err().map(|error| sentence(&error.to_string()));
        good &= row.problem.is_none();
    }
    good.then_some(MappingChange {
        roles: Some(roles),
        projects: Some(in_projects),
        workspaces: Some(in_workspaces),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(group: &str, place: &str, role: &str) -> Row {
        Row {
            group: group.to_owned(),
            place: place.to_owned(),
            role: role.to_owned(),
            problem: None,
        }
    }

    fn places() -> Places {
        Places {
            projects: BTreeMap::from([(ProjectId(3), "Cats".to_owned())]),
            workspaces: Vec::new(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mapping = Mapping {
            roles: vec![RoleRule::written("Manager", " a ".to_owned()).unwrap()],
            projects: vec![ProjectRule::written(ProjectId(3), "Inherit", "b".to_owned()).unwrap()],
            workspaces: Vec::new(),
        };
        let mut rows = written(&mapping);
        let change = read(&mut rows, &places()).unwrap();
        assert_eq!(change.roles, Some(mapping.roles));
        assert_eq!(change.projects, Some(mapping.projects));
    }

    #[test]
    fn a_row_says_what_is_wrong_with_it_alone() {
        for (group, place, role, told) in [
            ("b", "", "Manager", "Choose where"),
            ("b", "organization", "", "Choose a role."),
            ("b", "organization", "Owner", "cannot give the role Owner"),
            ("b", "organization", "Inherit", "is no role"),
            ("a", "organization", "Manager", "has the role Reviewer"),
            ("b", "project-3", "", "Choose a role in the project."),
            ("b", "project-3", "Administrator", "is no project role"),
            ("b", "project-4", "Manager", "This place is not there"),
            ("b", "project-x", "Manager", "Choose where"),
            ("b", "workspace-1", "Manager", "Nobody has a role"),
            ("b", "workspace-1", "", "This place is not there"),
        ] {
            let mut rows = [
                row("a", "organization", "Reviewer"),
                row(group, place, role),
            ];
            assert!(read(&mut rows, &places()).is_none(), "{place} {role}");
            assert_eq!(rows[0].problem, None);
            let said = rows[1].problem.clone().unwrap();
            assert!(said.contains(told), "{said}");
        }
    }

    #[test]
    fn a_name_with_a_line_break_comes_back_unless_another_is_typed() {
        let kept = row("a\n b+&", "", "");
        let exact = kept.exact().unwrap();
        for (typed, read) in [
            ("a b+&", "a\n b+&"),
            ("a\r\n b+&", "a\n b+&"),
            ("a b", "a b"),
            ("", ""),
        ] {
            assert_eq!(group(typed.to_owned(), &exact), read);
        }
        assert_eq!(row("a b", "", "").exact(), None);
        assert_eq!(group("a b".to_owned(), ""), "a b");
    }

    #[test]
    fn rows_come_in_their_order_and_those_without_a_group_are_passed_over() {
        let fields = [
            ("group-10", "z"),
            ("group-2", "y"),
            ("role-2", "Manager"),
            ("place-3", "organization"),
            ("group-3", "  "),
            ("group-x", "no"),
            ("what", "preview"),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let rows = typed(&BTreeMap::from(fields));
        assert_eq!(rows, [row("y", "", "Manager"), row("z", "", "")]);
    }
}
