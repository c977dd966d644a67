//! Mapping rules, and whom they concern.

use super::db::{Bind, Tx};
use super::{project_role, role, source};
use crate::domain::error::Error;
use crate::domain::mapping::{Mapping, ProjectRule, RoleRule, WorkspaceRule};
use crate::domain::role::{ProjectRuleMatch, RoleSource};
use crate::domain::{MemberId, OrganizationId, ProjectId, WorkspaceId};

/// All rules of an organization, in a fixed order.
pub(crate) async fn find(tx: &mut Tx, organization: OrganizationId) -> Result<Mapping, Error> {
    let roles: Vec<(String, i16)> = tx
        .fetch_all(
            "SELECT group_name, role FROM role_rules WHERE organization_id = $1 ORDER BY role DESC, group_name",
            &[&organization],
        )
        .await?;
    let projects: Vec<(ProjectId, String, i16)> = tx
        .fetch_all(
            "SELECT project_id, group_name, role FROM project_rules WHERE organization_id = $1
             ORDER BY project_id, role DESC, group_name",
            &[&organization],
        )
        .await?;
    let workspaces: Vec<(WorkspaceId, String)> = tx
        .fetch_all(
            "SELECT workspace_id, group_name FROM workspace_rules WHERE organization_id = $1
             ORDER BY workspace_id, group_name",
            &[&organization],
        )
        .await?;
    Ok(Mapping {
        roles: roles
            .into_iter()
            .map(|(group, given)| {
                Ok(RoleRule {
                    group,
                    role: role(given)?,
                })
            })
            .collect::<Result<_, Error>>()?,
        projects: projects
            .into_iter()
            .map(|(project, group, given)| {
                Ok(ProjectRule {
                    project,
                    group,
                    role: project_role(given)?,
                })
            })
            .collect::<Result<_, Error>>()?,
        workspaces: workspaces
            .into_iter()
            .map(|(workspace, group)| WorkspaceRule { workspace, group })
            .collect(),
    })
}

/// Puts these rules in the place of all that give roles in the organization.
pub(crate) async fn replace_role_rules(
    tx: &mut Tx,
    organization: OrganizationId,
    rules: &[RoleRule],
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM role_rules WHERE organization_id = $1",
        &[&organization],
    )
    .await?;
    let numbers: Vec<i16> = rules.iter().map(|rule| rule.role.number()).collect();
    let rows: Vec<Vec<&dyn Bind>> = rules
        .iter()
        .zip(&numbers)
        .map(|(rule, number)| vec![&organization as &dyn Bind, &rule.group, number])
        .collect();
    tx.insert_rows(
        "INSERT INTO role_rules (organization_id, group_name, role) VALUES",
        &rows,
    )
    .await
}

/// Puts these rules in the place of all that give roles in projects.
pub(crate) async fn replace_project_rules(
    tx: &mut Tx,
    organization: OrganizationId,
    rules: &[ProjectRule],
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM project_rules WHERE organization_id = $1",
        &[&organization],
    )
    .await?;
    let numbers: Vec<i16> = rules.iter().map(|rule| rule.role.number()).collect();
    let rows: Vec<Vec<&dyn Bind>> = rules
        .iter()
        .zip(&numbers)
        .map(|(rule, number)| {
            vec![
                &organization as &dyn Bind,
                &rule.project,
                &rule.group,
                number,
            ]
        })
        .collect();
    tx.insert_rows(
        "INSERT INTO project_rules (organization_id, project_id, group_name, role) VALUES",
        &rows,
    )
    .await
}

/// Puts these rules in the place of all that give places in workspaces.
pub(crate) async fn replace_workspace_rules(
    tx: &mut Tx,
    organization: OrganizationId,
    rules: &[WorkspaceRule],
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM workspace_rules WHERE organization_id = $1",
        &[&organization],
    )
    .await?;
    let rows: Vec<Vec<&dyn Bind>> = rules
        .iter()
        .map(|rule| vec![&organization as &dyn Bind, &rule.workspace, &rule.group])
        .collect();
    tx.insert_rows(
        "INSERT INTO workspace_rules (organization_id, workspace_id, group_name) VALUES",
        &rows,
    )
    .await
}

/// Whether a rule gives a role in the organization to the group of this name.
pub(crate) async fn gives_role(
    tx: &mut Tx,
    organization: OrganizationId,
    group: &str,
) -> Result<bool, Error> {
    let row: Option<(i16,)> = tx
        .fetch_optional(
            "SELECT role FROM role_rules WHERE organization_id = $1 AND group_name = $2 LIMIT 1",
            &[&organization, &group],
        )
        .await?;
    Ok(row.is_some())
}

/// Lets the rules that name a group follow it to its new name (R10). Where the new name has rules, both hold; of two
/// roles in the organization only the higher, since a group gives one.
pub(crate) async fn rename_group(
    tx: &mut Tx,
    organization: OrganizationId,
    before: &str,
    after: &str,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO role_rules (organization_id, group_name, role)
         SELECT organization_id, $3, role FROM role_rules WHERE organization_id = $1 AND group_name = $2
         ON CONFLICT (organization_id, group_name, role) DO NOTHING",
        &[&organization, &before, &after],
    )
    .await?;
    tx.execute(
        "INSERT INTO project_rules (organization_id, project_id, group_name, role)
         SELECT organization_id, project_id, $3, role FROM project_rules WHERE organization_id = $1 AND group_name = $2
         ON CONFLICT (organization_id, group_name, project_id, role) DO NOTHING",
        &[&organization, &before, &after],
    )
    .await?;
    tx.execute(
        "INSERT INTO workspace_rules (organization_id, workspace_id, group_name)
         SELECT organization_id, workspace_id, $3 FROM workspace_rules WHERE organization_id = $1 AND group_name = $2
         ON CONFLICT (organization_id, group_name, workspace_id) DO NOTHING",
        &[&organization, &before, &after],
    )
    .await?;
    tx.execute(
        "DELETE FROM role_rules WHERE organization_id = $1 AND group_name = $2
            AND role < (SELECT MAX(r.role) FROM role_rules r WHERE r.organization_id = $1 AND r.group_name = $2)",
        &[&organization, &after],
    )
    .await?;
    tx.execute(
        "DELETE FROM role_rules WHERE organization_id = $1 AND group_name = $2",
        &[&organization, &before],
    )
    .await?;
    tx.execute(
        "DELETE FROM project_rules WHERE organization_id = $1 AND group_name = $2",
        &[&organization, &before],
    )
    .await?;
    tx.execute(
        "DELETE FROM workspace_rules WHERE organization_id = $1 AND group_name = $2",
        &[&organization, &before],
    )
    .await?;
    Ok(())
}

/// The next members, by id, of the group with this name: of the directory's or of a sign-on's.
pub(crate) async fn members_named_after(
    tx: &mut Tx,
    organization: OrganizationId,
    group: &str,
    after: Option<MemberId>,
    count: u16,
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "SELECT DISTINCT member_id FROM (
                SELECT gm.member_id FROM groups g CROSS JOIN group_ancestors a CROSS JOIN group_members gm
                WHERE g.organization_id = $1 AND g.display_name = $2
                    AND a.organization_id = g.organization_id AND a.ancestor_id = g.id
                    AND gm.organization_id = a.organization_id AND gm.group_id = a.group_id
                UNION ALL
                SELECT s.member_id FROM asserted_groups s WHERE s.organization_id = $1 AND s.name = $2
             ) AS named WHERE ($3 IS NULL OR member_id > $3) ORDER BY member_id LIMIT $4",
            &[&organization, &group, &after, &i64::from(count)],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The next members of an organization, by id.
pub(crate) async fn members_after(
    tx: &mut Tx,
    organization: OrganizationId,
    after: Option<MemberId>,
    count: u16,
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "SELECT id FROM members WHERE organization_id = $1 AND ($2 IS NULL OR id > $2) ORDER BY id LIMIT $3",
            &[&organization, &after, &i64::from(count)],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The names of all groups of a member and through what each came, by name.
pub(crate) async fn groups_named(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Vec<(String, RoleSource)>, Error> {
    let rows: Vec<(String, i32)> = tx
        .fetch_all(
            "SELECT DISTINCT name, source FROM member_groups WHERE organization_id = $1 AND member_id = $2 ORDER BY name, source DESC",
            &[&organization, &member],
        )
        .await?;
    rows.into_iter()
        .map(|(name, through)| Ok((name, source(i16::try_from(through).unwrap_or(i16::MIN))?)))
        .collect()
}

/// The roles in projects that rules give to a member, by project.
pub(crate) async fn project_matches(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Vec<(ProjectId, ProjectRuleMatch)>, Error> {
    let rows: Vec<(ProjectId, String, i32, i16)> = tx
        .fetch_all(
            "SELECT DISTINCT r.project_id, mg.name, mg.source, r.role
             FROM member_groups mg JOIN project_rules r ON r.organization_id = mg.organization_id AND r.group_name = mg.name
             WHERE mg.organization_id = $1 AND mg.member_id = $2 ORDER BY r.project_id, r.role DESC, mg.name",
            &[&organization, &member],
        )
        .await?;
    rows.into_iter()
        .map(|(project, group, through, given)| {
            let source = source(i16::try_from(through).unwrap_or(i16::MIN))?;
            Ok((
                project,
                ProjectRuleMatch {
                    group,
                    source,
                    role: project_role(given)?,
                },
            ))
        })
        .collect()
}

/// The workspaces in which rules give a member a place.
pub(crate) async fn workspaces_of(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Vec<WorkspaceId>, Error> {
    let rows: Vec<(WorkspaceId,)> = tx
        .fetch_all(
            "SELECT DISTINCT r.workspace_id
             FROM member_groups mg JOIN workspace_rules r ON r.organization_id = mg.organization_id AND r.group_name = mg.name
             WHERE mg.organization_id = $1 AND mg.member_id = $2 ORDER BY r.workspace_id",
            &[&organization, &member],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
