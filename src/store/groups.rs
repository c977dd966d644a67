//! Groups: the SCIM Groups of an organization, without who is in them.

use sqlx::FromRow;

use super::db::{Attempt, Tx};
use super::{list_of, nested_groups};
use crate::domain::error::Error;
use crate::domain::group::Group;
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

/// Those of these groups that are there, by id.
pub(crate) async fn find_all(
    tx: &mut Tx,
    organization: OrganizationId,
    ids: &[GroupId],
) -> Result<Vec<Group>, Error> {
    let rows: Vec<GroupRow> = tx
        .fetch_all(
            "SELECT id, display_name, external_id, version, created_at, modified_at
             FROM groups WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2)) ORDER BY id",
            &[&organization, &list_of(ids)],
        )
        .await?;
    Ok(rows.into_iter().map(Group::from).collect())
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
    if rows == 1 {
        nested_groups::insert_root(tx, organization, group.id).await?;
    }
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

/// Raises the versions of these groups.
pub(crate) async fn raise_versions(
    tx: &mut Tx,
    organization: OrganizationId,
    ids: &[GroupId],
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE groups SET version = version + 1, modified_at = $3
         WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))",
        &[&organization, &list_of(ids), &at],
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
