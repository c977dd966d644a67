//! The mapping rules as one TOML file, which people keep under version control.
//!
//! Reads and writes text; knows neither where it comes from nor what the rules would do.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::domain::error::Error;
use crate::domain::mapping::{Mapping, MappingChange, ProjectRule, RoleRule, WorkspaceRule};
use crate::domain::organization::Workspace;
use crate::domain::{OrganizationId, ProjectId, WorkspaceId};

/// All rules. What a file leaves out, it has none of.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<RoleLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    projects: Vec<ProjectLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    workspaces: Vec<WorkspaceLine>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleLine {
    group: String,
    role: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectLine {
    project: ProjectId,
    group: String,
    role: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkspaceLine {
    workspace: String,
    group: String,
}

/// The rules of an organization as a file. `workspaces` are all of the organization.
pub(crate) fn write(
    organization: OrganizationId,
    mapping: &Mapping,
    workspaces: &[Workspace],
) -> String {
    let titles: HashMap<WorkspaceId, &str> = workspaces
        .iter()
        .map(|workspace| (workspace.id, workspace.title.as_str()))
        .collect();
    let roles = mapping.roles.iter().map(|rule| RoleLine {
        group: rule.group.clone(),
        role: rule.role.name().to_owned(),
    });
    let projects = mapping.projects.iter().map(|rule| ProjectLine {
        project: rule.project,
        group: rule.group.clone(),
        role: rule.role.name().to_owned(),
    });
    let workspaces = mapping.workspaces.iter().filter_map(|rule| {
        Some(WorkspaceLine {
            workspace: (*titles.get(&rule.workspace)?).to_owned(),
            group: rule.group.clone(),
        })
    });
    let file = File {
        roles: roles.collect(),
        projects: projects.collect(),
        workspaces: workspaces.collect(),
    };
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "# Which group gives which role in organization {}: all rules there are.",
        organization.0
    );
    if let Ok(rules) = toml::to_string(&file)
        && !rules.is_empty()
    {
        let _ = write!(text, "\n{rules}");
    }
    text
}

/// What a file says, which replaces every rule. A mistake names its line, or the rule.
pub(crate) fn read(text: &str, workspaces: &[Workspace]) -> Result<MappingChange, Error> {
    let file: File = toml::from_str(text)
        .map_err(|error| Error::Invalid(format!("the file of rules cannot be read: {error}")))?;
    let roles = file.roles.into_iter();
    let projects = file.projects.into_iter();
    let places = file.workspaces.into_iter();
    Ok(MappingChange {
        roles: Some(
            roles
                .map(|line| RoleRule::written(&line.role, line.group))
                .collect::<Result<_, _>>()?,
        ),
        projects: Some(
            projects
                .map(|line| ProjectRule::written(line.project, &line.role, line.group))
                .collect::<Result<_, _>>()?,
        ),
        workspaces: Some(
            places
                .map(|line| WorkspaceRule::written(workspaces, &line.workspace, line.group))
                .collect::<Result<_, _>>()?,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_a_file_is_told_with_its_place() {
        for (text, told) in [
            (
                "[[roles]]\ngroup = \"a\"\nrole = \"Owner\"",
                "cannot give the role Owner",
            ),
            (
                "[[roles]]\ngroup = \"a\"\nrole = \"Boss\"",
                "\"Boss\" is no role",
            ),
            ("[[roles]]\ngroup = \"a\"\nrols = \"Manager\"", "line 3"),
            ("[[rules]]\n", "unknown field `rules`"),
            ("[[roles]]\ngroup = \"a", "line 2"),
            (
                "[[workspaces]]\nworkspace = \"W\"\ngroup = \"a\"",
                "no workspace \"W\"",
            ),
            (
                "[[projects]]\nproject = \"Cats\"\ngroup = \"a\"\nrole = \"Inherit\"",
                "line 2",
            ),
        ] {
            let error = read(text, &[]).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_written_is_read_again_whatever_groups_are_called() {
        let names = [
            "plain",
            "with \"quotes\"",
            "b\\c",
            "Ünïcödé 👩",
            "line\nfeed",
            "'''",
            "]] #",
        ];
        let mapping = Mapping {
            roles: names
                .iter()
                .map(|name| RoleRule::written("Manager", (*name).to_owned()).unwrap())
                .collect(),
            ..Mapping::default()
        };
        let text = write(OrganizationId(1), &mapping, &[]);
        assert_eq!(read(&text, &[]).unwrap().roles.unwrap(), mapping.roles);
        let none = write(OrganizationId(1), &Mapping::default(), &[]);
        assert_eq!(read(&none, &[]).unwrap().roles, Some(Vec::new()));
    }
}
