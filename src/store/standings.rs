//! What is known of many members at once whatever the rules say: names, groups, and places that were given by hand.

use std::collections::{BTreeMap, HashMap};

use super::db::Tx;
use super::{list_of, project_role, role};
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::domain::standing::Known;
use crate::domain::{MemberId, MemberNumber, OrganizationId, ProjectId, WorkspaceId};

/// A member, by name.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// The id.
    pub(crate) id: MemberId,
    /// The number.
    pub(crate) number: MemberNumber,
    /// The userName.
    pub(crate) user_name: String,
    /// The role that the member has now.
    pub(crate) role: Role,
}

/// These members, by id.
pub(crate) async fn named(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Vec<Named>, Error> {
    let rows: Vec<(MemberId, MemberNumber, String, i16)> = tx
        .fetch_all(
            "SELECT id, number, user_name, role FROM members
             WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2)) ORDER BY id",
            &[&organization, &list_of(members)],
        )
        .await?;
    rows.into_iter()
        .map(|(id, number, user_name, given)| {
            Ok(Named {
                id,
                number,
                user_name,
                role: role(given)?,
            })
        })
        .collect()
}

/// What is known of these members.
pub(crate) async fn known(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Known>, Error> {
    let list = list_of(members);
    let mut all: HashMap<MemberId, Known> = HashMap::new();
    let groups: Vec<(MemberId, String)> = tx
        .fetch_all(
            // Not through the view `member_groups`, into which a list of members does not reach on PostgreSQL.
            "SELECT gm.member_id, g.display_name
             FROM group_members gm CROSS JOIN group_ancestors a CROSS JOIN groups g
             WHERE gm.organization_id = $1 AND gm.member_id IN (SELECT value FROM json_each($2))
                AND a.organization_id = gm.organization_id AND a.group_id = gm.group_id
                AND g.organization_id = a.organization_id AND g.id = a.ancestor_id
             UNION
             SELECT s.member_id, s.name FROM asserted_groups s
             WHERE s.organization_id = $1 AND s.member_id IN (SELECT value FROM json_each($2))",
            &[&organization, &list],
        )
        .await?;
    for (member, group) in groups {
        all.entry(member).or_default().groups.push(group);
    }
    let projects: Vec<(MemberId, ProjectId, i16)> = tx
        .fetch_all(
            "SELECT member_id, project_id, role FROM project_members
             WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2))",
            &[&organization, &list],
        )
        .await?;
    for (member, project, given) in projects {
        let given = (project, project_role(given)?);
        all.entry(member).or_default().projects.push(given);
    }
    let workspaces: Vec<(MemberId, WorkspaceId)> = tx
        .fetch_all(
            "SELECT member_id, workspace_id FROM workspace_members
             WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2))",
            &[&organization, &list],
        )
        .await?;
    for (member, workspace) in workspaces {
        all.entry(member).or_default().workspaces.push(workspace);
    }
    Ok(all)
}

/// The projects of each workspace.
pub(crate) async fn projects_of_workspaces(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<BTreeMap<WorkspaceId, Vec<ProjectId>>, Error> {
    let rows: Vec<(WorkspaceId, ProjectId)> = tx
        .fetch_all(
            "SELECT workspace_id, id FROM projects WHERE organization_id = $1 AND workspace_id IS NOT NULL ORDER BY id",
            &[&organization],
        )
        .await?;
    let mut within: BTreeMap<WorkspaceId, Vec<ProjectId>> = BTreeMap::new();
    for (workspace, project) in rows {
        within.entry(workspace).or_default().push(project);
    }
    Ok(within)
}
