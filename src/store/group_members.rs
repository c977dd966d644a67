//! Who is in groups. A member is a row, added and removed by itself: the cost does not depend on how many there are,
//! and two writers do not overwrite each other.

use super::db::{Attempt, Tx};
use super::list_of;
use crate::domain::error::Error;
use crate::domain::group::GroupMember;
use crate::domain::{GroupId, MemberId, OrganizationId};

/// Adds members; gives those that were not in the group before. `Missing` where one is no member.
pub(crate) async fn add(
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
pub(crate) async fn add_known(
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
pub(crate) async fn remove(
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
pub(crate) async fn remove_others(
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

/// The first so many members of these groups, by group and member.
pub(crate) async fn first(
    tx: &mut Tx,
    organization: OrganizationId,
    groups: &[GroupId],
    count: i64,
) -> Result<Vec<(GroupId, GroupMember)>, Error> {
    let rows: Vec<(GroupId, MemberId)> = tx
        .fetch_all(
            "SELECT group_id, member_id FROM group_members
             WHERE organization_id = $1 AND group_id IN (SELECT value FROM json_each($2))
             ORDER BY group_id, member_id LIMIT $3",
            &[&organization, &list_of(groups), &count],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(group, id)| (group, unnamed(id)))
        .collect())
}

/// The same, with what to call them.
pub(crate) async fn first_named(
    tx: &mut Tx,
    organization: OrganizationId,
    groups: &[GroupId],
    count: i64,
) -> Result<Vec<(GroupId, GroupMember)>, Error> {
    let rows: Vec<(GroupId, MemberId, Option<String>)> = tx
        .fetch_all(
            "SELECT gm.group_id, gm.member_id, m.display_name
             FROM group_members gm JOIN members m ON m.organization_id = gm.organization_id AND m.id = gm.member_id
             WHERE gm.organization_id = $1 AND gm.group_id IN (SELECT value FROM json_each($2))
             ORDER BY gm.group_id, gm.member_id LIMIT $3",
            &[&organization, &list_of(groups), &count],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(group, id, display_name)| (group, GroupMember { id, display_name }))
        .collect())
}

/// The next so many members of a group, by id.
pub(crate) async fn after(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
    last: MemberId,
    count: i64,
) -> Result<Vec<GroupMember>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "SELECT member_id FROM group_members
             WHERE organization_id = $1 AND group_id = $2 AND member_id > $3 ORDER BY member_id LIMIT $4",
            &[&organization, &group, &last, &count],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| unnamed(id)).collect())
}

/// The same, with what to call them.
pub(crate) async fn after_named(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
    last: MemberId,
    count: i64,
) -> Result<Vec<GroupMember>, Error> {
    let rows: Vec<(MemberId, Option<String>)> = tx
        .fetch_all(
            "SELECT gm.member_id, m.display_name
             FROM group_members gm JOIN members m ON m.organization_id = gm.organization_id AND m.id = gm.member_id
             WHERE gm.organization_id = $1 AND gm.group_id = $2 AND gm.member_id > $3
             ORDER BY gm.member_id LIMIT $4",
            &[&organization, &group, &last, &count],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, display_name)| GroupMember { id, display_name })
        .collect())
}

fn unnamed(id: MemberId) -> GroupMember {
    GroupMember {
        id,
        display_name: None,
    }
}
