//! Groups in groups, and which groups each lies within. The second follows from the first and is kept beside it; who
//! changes the first is alone in the organization, and brings the second up to date.

use std::collections::HashSet;

use uuid::Uuid;

use super::db::{Bind, Tx};
use super::list_of;
use crate::domain::error::Error;
use crate::domain::group::MemberKind;
use crate::domain::{GroupId, MemberId, OrganizationId};

/// What these ids are the ids of, in the organization.
pub(crate) async fn kinds(
    tx: &mut Tx,
    organization: OrganizationId,
    ids: &[Uuid],
) -> Result<HashSet<(Uuid, MemberKind)>, Error> {
    let rows: Vec<(MemberId, i32)> = tx
        .fetch_all(
            "SELECT id, 0 FROM members WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))
             UNION ALL
             SELECT id, 1 FROM groups WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))",
            &[&organization, &list_of(ids)],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, number)| (id.0, super::group_members::kind(number)))
        .collect())
}

/// The groups that are members of a group.
pub(crate) async fn children(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
) -> Result<Vec<GroupId>, Error> {
    group_ids(
        tx,
        "SELECT child_id FROM nested_groups WHERE organization_id = $1 AND group_id = $2 ORDER BY child_id",
        &[&organization, &group],
    )
    .await
}

/// The groups that a group is a member of.
pub(crate) async fn parents(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
) -> Result<Vec<GroupId>, Error> {
    group_ids(
        tx,
        "SELECT group_id FROM nested_groups WHERE organization_id = $1 AND child_id = $2 ORDER BY group_id",
        &[&organization, &group],
    )
    .await
}

async fn group_ids(
    tx: &mut Tx,
    sql: &'static str,
    values: &[&dyn Bind],
) -> Result<Vec<GroupId>, Error> {
    let rows: Vec<(GroupId,)> = tx.fetch_all(sql, values).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Those of these ids that are members of a group as groups.
pub(crate) async fn children_among(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
    ids: &[Uuid],
) -> Result<Vec<GroupId>, Error> {
    group_ids(
        tx,
        "SELECT child_id FROM nested_groups WHERE organization_id = $1 AND group_id = $2
                AND child_id IN (SELECT value FROM json_each($3)) ORDER BY child_id",
        &[&organization, &group, &list_of(ids)],
    )
    .await
}

/// Whether a group is in another, or another in it.
pub(crate) async fn is_nested(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
) -> Result<bool, Error> {
    let row: Option<(i32,)> = tx
        .fetch_optional(
            "SELECT 1 FROM nested_groups WHERE organization_id = $1 AND group_id = $2
             UNION ALL
             SELECT 1 FROM nested_groups WHERE organization_id = $1 AND child_id = $2
             LIMIT 1",
            &[&organization, &group],
        )
        .await?;
    Ok(row.is_some())
}

/// Those of these groups that a group lies within, itself included: none of them can become its member.
pub(crate) async fn ancestors_among(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
    ids: &[GroupId],
) -> Result<Vec<GroupId>, Error> {
    group_ids(
        tx,
        "SELECT ancestor_id FROM group_ancestors WHERE organization_id = $1 AND group_id = $2
                AND ancestor_id IN (SELECT value FROM json_each($3)) ORDER BY ancestor_id",
        &[&organization, &group, &list_of(ids)],
    )
    .await
}

/// These groups, and all that lie within them, each once.
pub(crate) async fn within(
    tx: &mut Tx,
    organization: OrganizationId,
    groups: &[GroupId],
) -> Result<Vec<GroupId>, Error> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    group_ids(
        tx,
            "SELECT DISTINCT group_id FROM group_ancestors
             WHERE organization_id = $1 AND ancestor_id IN (SELECT value FROM json_each($2)) ORDER BY group_id",
            &[&organization, &list_of(groups)],
    )
    .await
}

/// Notes that a new group lies within itself alone.
pub(crate) async fn insert_root(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO group_ancestors (organization_id, group_id, ancestor_id) VALUES ($1, $2, $2)",
        &[&organization, &group],
    )
    .await?;
    Ok(())
}

/// Makes groups members of a group; gives those that were not before.
pub(crate) async fn add(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
    children: &[GroupId],
) -> Result<Vec<GroupId>, Error> {
    let added: Vec<(GroupId,)> = tx
        .fetch_all(
            "INSERT INTO nested_groups (organization_id, group_id, child_id)
             SELECT $1, $2, value FROM json_each($3) WHERE TRUE
             ON CONFLICT (organization_id, group_id, child_id) DO NOTHING RETURNING child_id",
            &[&organization, &group, &list_of(children)],
        )
        .await?;
    let added: Vec<GroupId> = added.into_iter().map(|(id,)| id).collect();
    // Whatever lies within the children lies within whatever the group lies within.
    tx.execute(
        "INSERT INTO group_ancestors (organization_id, group_id, ancestor_id)
         SELECT DISTINCT below.organization_id, below.group_id, above.ancestor_id
         FROM group_ancestors below
         JOIN group_ancestors above ON above.organization_id = below.organization_id
         WHERE below.organization_id = $1 AND below.ancestor_id IN (SELECT value FROM json_each($3))
            AND above.group_id = $2
         ON CONFLICT (organization_id, group_id, ancestor_id) DO NOTHING",
        &[&organization, &group, &list_of(&added)],
    )
    .await?;
    Ok(added)
}

/// Takes groups out of a group; gives those that were its members.
pub(crate) async fn remove(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
    children: &[GroupId],
) -> Result<Vec<GroupId>, Error> {
    let removed: Vec<(GroupId,)> = tx
        .fetch_all(
            "DELETE FROM nested_groups WHERE organization_id = $1 AND group_id = $2
                AND child_id IN (SELECT value FROM json_each($3)) RETURNING child_id",
            &[&organization, &group, &list_of(children)],
        )
        .await?;
    let removed: Vec<GroupId> = removed.into_iter().map(|(id,)| id).collect();
    // There may be other ways from below to above, so all ways from there are gone again.
    let below = list_of(&within(tx, organization, &removed).await?);
    tx.execute(
        "DELETE FROM group_ancestors WHERE organization_id = $1 AND group_id IN (SELECT value FROM json_each($2))",
        &[&organization, &below],
    )
    .await?;
    tx.execute(
        "INSERT INTO group_ancestors (organization_id, group_id, ancestor_id)
         WITH RECURSIVE way (group_id, ancestor_id) AS (
            SELECT id, id FROM groups WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))
            UNION
            SELECT way.group_id, n.group_id
            FROM way JOIN nested_groups n ON n.organization_id = $1 AND n.child_id = way.ancestor_id
         )
         SELECT $1, group_id, ancestor_id FROM way",
        &[&organization, &below],
    )
    .await?;
    Ok(removed)
}

/// Whether one of these groups, or of those that lie within them, lies within more than so many, itself included.
pub(crate) async fn is_deeper(
    tx: &mut Tx,
    organization: OrganizationId,
    groups: &[GroupId],
    most: i64,
) -> Result<bool, Error> {
    let row: Option<(GroupId,)> = tx
        .fetch_optional(
            "SELECT a.group_id FROM group_ancestors a
             WHERE a.organization_id = $1 AND a.group_id IN (
                SELECT b.group_id FROM group_ancestors b
                WHERE b.organization_id = $1 AND b.ancestor_id IN (SELECT value FROM json_each($2)))
             GROUP BY a.group_id HAVING COUNT(*) > $3 LIMIT 1",
            &[&organization, &list_of(groups), &most],
        )
        .await?;
    Ok(row.is_some())
}

/// Whether a rule gives a role to a group or to one that it lies within.
pub(crate) async fn gives_role(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
) -> Result<bool, Error> {
    let row: Option<(i16,)> = tx
        .fetch_optional(
            "SELECT r.role FROM group_ancestors a
             JOIN groups g ON g.organization_id = a.organization_id AND g.id = a.ancestor_id
             JOIN role_rules r ON r.organization_id = g.organization_id AND r.group_name = g.display_name
             WHERE a.organization_id = $1 AND a.group_id = $2 LIMIT 1",
            &[&organization, &group],
        )
        .await?;
    Ok(row.is_some())
}

/// Which group is in which: child and parent, of the whole organization.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Vec<(GroupId, GroupId)>, Error> {
    tx.fetch_all(
        "SELECT child_id, group_id FROM nested_groups WHERE organization_id = $1",
        &[&organization],
    )
    .await
}

/// Which groups these lie within, as it is kept.
pub(crate) async fn ancestors(
    tx: &mut Tx,
    organization: OrganizationId,
    groups: &[GroupId],
) -> Result<Vec<(GroupId, GroupId)>, Error> {
    tx.fetch_all(
        "SELECT group_id, ancestor_id FROM group_ancestors
         WHERE organization_id = $1 AND group_id IN (SELECT value FROM json_each($2)) ORDER BY group_id, ancestor_id",
        &[&organization, &list_of(groups)],
    )
    .await
}
