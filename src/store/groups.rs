//! Groups and who is in them. A member is a row, added and removed by itself: the cost does not depend on how many
//! there are, and two writers do not overwrite each other.

use sqlx::FromRow;

use super::db::{Attempt, Tx};
use super::list_of;
use crate::domain::error::Error;
use crate::domain::group::{Group, GroupMember};
use crate::domain::name;
use crate::domain::{GroupId, MemberId, OrganizationId, Timestamp};

#[derive(FromRow)]
pub(super) struct GroupRow {
    id: GroupId,
    display_name: String,
    external_id: Option<String>,
    version: i64,
    created_at: Timestamp,
    modified_at: Timestamp,
}

impl From<GroupRow> for Group {
    fn from(row: GroupRow) -> Self {
        Self {
            id: row.id,
            display_name: row.display_name,
            external_id: row.external_id,
            version: row.version,
            created: row.created_at,
            modified: row.modified_at,
        }
    }
}

/// The group with this id.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    id: GroupId,
) -> Result<Option<Group>, Error> {
    let row: Option<GroupRow> = tx
        .fetch_optional(
            "SELECT id, display_name, external_id, version, created_at, modified_at
             FROM groups WHERE organization_id = $1 AND id = $2",
            &[&organization, &id],
        )
        .await?;
    Ok(row.map(Group::from))
}

/// Makes a group; `false` where another has this displayName.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    group: &Group,
) -> Result<bool, Error> {
    let rows = tx
        .execute(
            "INSERT INTO groups (organization_id, id, display_name, display_name_key, external_id, version, created_at, modified_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (organization_id, display_name_key) DO NOTHING",
            &[
                &organization,
                &group.id,
                &group.display_name,
                &name::key(&group.display_name),
                &group.external_id,
                &group.version,
                &group.created,
            ],
        )
        .await?;
    Ok(rows == 1)
}

/// Raises the version, which keeps other writers of the group away until the end of the transaction.
pub(crate) async fn raise_version(
    tx: &mut Tx,
    organization: OrganizationId,
    id: GroupId,
    at: Timestamp,
) -> Result<Option<Group>, Error> {
    let row: Option<GroupRow> = tx
        .fetch_optional(
            "UPDATE groups SET version = version + 1, modified_at = $3
             WHERE organization_id = $1 AND id = $2
             RETURNING id, display_name, external_id, version, created_at, modified_at",
            &[&organization, &id, &at],
        )
        .await?;
    Ok(row.map(Group::from))
}

/// Keeps others from changing the groups of a member until the end of the transaction.
pub(crate) async fn lock_all_of(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<(), Error> {
    let _locked: Vec<(GroupId,)> = tx
        .fetch_all_locked(
            "SELECT id FROM groups WHERE organization_id = $1 AND id IN
                (SELECT group_id FROM group_members WHERE organization_id = $1 AND member_id = $2) ORDER BY id",
            &[&organization, &member],
        )
        .await?;
    Ok(())
}

/// Raises the versions of all groups of a member.
pub(crate) async fn raise_versions_of(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE groups SET version = version + 1, modified_at = $3 WHERE organization_id = $1 AND id IN
            (SELECT group_id FROM group_members WHERE organization_id = $1 AND member_id = $2)",
        &[&organization, &member, &at],
    )
    .await?;
    Ok(())
}

/// Writes a group's own attributes.
pub(crate) async fn update(
    tx: &mut Tx,
    organization: OrganizationId,
    id: GroupId,
    display_name: &str,
    external_id: Option<String>,
) -> Result<Attempt<u64>, Error> {
    tx.attempt(
        "UPDATE groups SET display_name = $3, display_name_key = $4, external_id = $5
         WHERE organization_id = $1 AND id = $2",
        &[
            &organization,
            &id,
            &display_name,
            &name::key(display_name),
            &external_id,
        ],
    )
    .await
}

/// Deletes a group and its members' places in it.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    id: GroupId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM groups WHERE organization_id = $1 AND id = $2",
        &[&organization, &id],
    )
    .await
}

/// Adds members; gives those that were not in the group before. `Missing` where one is no member.
pub(crate) async fn add_members(
    tx: &mut Tx,
    organization: OrganizationId,
    id: GroupId,
    members: &[MemberId],
) -> Result<Attempt<Vec<MemberId>>, Error> {
    let added = tx
        .attempt_all::<(MemberId,)>(
            "INSERT INTO group_members (organization_id, group_id, member_id)
             SELECT $1, $2, value FROM json_each($3) WHERE TRUE
             ON CONFLICT (organization_id, group_id, member_id) DO NOTHING RETURNING member_id",
            &[&organization, &id, &list_of(members)],
        )
        .await?;
    Ok(ids(added))
}

/// Adds those of these that are members of the organization; gives those that were not in the group before. `Missing`
/// where one was deleted at the same moment.
pub(crate) async fn add_known_members(
    tx: &mut Tx,
    organization: OrganizationId,
    id: GroupId,
    members: &[MemberId],
) -> Result<Attempt<Vec<MemberId>>, Error> {
    let added = tx
        .attempt_all::<(MemberId,)>(
            "INSERT INTO group_members (organization_id, group_id, member_id)
             SELECT m.organization_id, $2, m.id FROM members m
             WHERE m.organization_id = $1 AND m.id IN (SELECT value FROM json_each($3))
             ON CONFLICT (organization_id, group_id, member_id) DO NOTHING RETURNING member_id",
            &[&organization, &id, &list_of(members)],
        )
        .await?;
    Ok(ids(added))
}

fn ids(added: Attempt<Vec<(MemberId,)>>) -> Attempt<Vec<MemberId>> {
    match added {
        Attempt::Done(rows) => Attempt::Done(rows.into_iter().map(|(id,)| id).collect()),
        Attempt::Taken => Attempt::Taken,
        Attempt::Missing => Attempt::Missing,
    }
}

/// Removes members; gives those that were in the group.
pub(crate) async fn remove_members(
    tx: &mut Tx,
    organization: OrganizationId,
    id: GroupId,
    members: &[MemberId],
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "DELETE FROM group_members WHERE organization_id = $1 AND group_id = $2
                AND member_id IN (SELECT value FROM json_each($3)) RETURNING member_id",
            &[&organization, &id, &list_of(members)],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Removes every member but these; gives those that were in the group.
pub(crate) async fn remove_other_members(
    tx: &mut Tx,
    organization: OrganizationId,
    id: GroupId,
    members: &[MemberId],
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "DELETE FROM group_members WHERE organization_id = $1 AND group_id = $2
                AND member_id NOT IN (SELECT value FROM json_each($3)) RETURNING member_id",
            &[&organization, &id, &list_of(members)],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The members of these groups, by group and member.
pub(crate) async fn members_of(
    tx: &mut Tx,
    organization: OrganizationId,
    groups: &[GroupId],
) -> Result<Vec<(GroupId, GroupMember)>, Error> {
    let rows: Vec<(GroupId, MemberId)> = tx
        .fetch_all(
            "SELECT group_id, member_id FROM group_members
             WHERE organization_id = $1 AND group_id IN (SELECT value FROM json_each($2)) ORDER BY group_id, member_id",
            &[&organization, &list_of(groups)],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(group, id)| {
            (
                group,
                GroupMember {
                    id,
                    display_name: None,
                },
            )
        })
        .collect())
}

/// The members of these groups with what to call them, by group and member.
pub(crate) async fn named_members_of(
    tx: &mut Tx,
    organization: OrganizationId,
    groups: &[GroupId],
) -> Result<Vec<(GroupId, GroupMember)>, Error> {
    let rows: Vec<(GroupId, MemberId, Option<String>)> = tx
        .fetch_all(
            "SELECT gm.group_id, m.id, m.display_name
             FROM group_members gm JOIN members m ON m.organization_id = gm.organization_id AND m.id = gm.member_id
             WHERE gm.organization_id = $1 AND gm.group_id IN (SELECT value FROM json_each($2))
             ORDER BY gm.group_id, m.id",
            &[&organization, &list_of(groups)],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(group, id, display_name)| (group, GroupMember { id, display_name }))
        .collect())
}

/// The first members of a group, by id.
pub(crate) async fn first_members_of(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
    count: i64,
) -> Result<Vec<GroupMember>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "SELECT member_id FROM group_members
             WHERE organization_id = $1 AND group_id = $2 ORDER BY member_id LIMIT $3",
            &[&organization, &group, &count],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id,)| GroupMember {
            id,
            display_name: None,
        })
        .collect())
}
