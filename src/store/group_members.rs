//! Who is in groups, and in which groups somebody is. A member is a row, added and removed by itself: the cost does not
//! depend on how many there are, and two writers do not overwrite each other.

use sqlx::FromRow;
use uuid::Uuid;

use super::db::{Attempt, Tx};
use super::list_of;
use crate::domain::error::Error;
use crate::domain::group::{GroupMember, MemberKind};
use crate::domain::member::GroupRef;
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

/// What stands in a row for a kind of member; users come first in every list.
pub(super) fn kind(number: i32) -> MemberKind {
    match number {
        0 => MemberKind::User,
        _ => MemberKind::Group,
    }
}

#[derive(FromRow)]
struct MemberRow {
    group_id: GroupId,
    kind: i32,
    /// Of a member or of a group.
    id: MemberId,
    display_name: Option<String>,
}

impl From<MemberRow> for (GroupId, GroupMember) {
    fn from(row: MemberRow) -> Self {
        let member = GroupMember {
            kind: kind(row.kind),
            id: row.id.0,
            display_name: row.display_name,
        };
        (row.group_id, member)
    }
}

/// The members of these groups, by group, kind and id, up to so many users and so many groups; which, where there are
/// more, is not said.
///
/// The parts have no order of their own: with one, PostgreSQL walks through every group that sorts before these.
pub(crate) async fn some(
    tx: &mut Tx,
    organization: OrganizationId,
    groups: &[GroupId],
    count: i64,
) -> Result<Vec<(GroupId, GroupMember)>, Error> {
    let rows: Vec<MemberRow> = tx
        .fetch_all(
            "SELECT x.group_id, x.kind, x.id, NULL AS display_name FROM (
                SELECT * FROM (
                    SELECT group_id, 0 AS kind, member_id AS id FROM group_members
                    WHERE organization_id = $1 AND group_id IN (SELECT value FROM json_each($2)) LIMIT $3) AS u
                UNION ALL
                SELECT * FROM (
                    SELECT group_id, 1, child_id FROM nested_groups
                    WHERE organization_id = $1 AND group_id IN (SELECT value FROM json_each($2)) LIMIT $3) AS g
             ) AS x ORDER BY x.group_id, x.kind, x.id",
            &[&organization, &list_of(groups), &count],
        )
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The same, with what to call them.
pub(crate) async fn some_named(
    tx: &mut Tx,
    organization: OrganizationId,
    groups: &[GroupId],
    count: i64,
) -> Result<Vec<(GroupId, GroupMember)>, Error> {
    let rows: Vec<MemberRow> = tx
        .fetch_all(
            "SELECT x.group_id, x.kind, x.id, x.display_name FROM (
                SELECT * FROM (
                    SELECT gm.group_id, 0 AS kind, gm.member_id AS id, m.display_name
                    FROM group_members gm
                    JOIN members m ON m.organization_id = gm.organization_id AND m.id = gm.member_id
                    WHERE gm.organization_id = $1 AND gm.group_id IN (SELECT value FROM json_each($2)) LIMIT $3) AS u
                UNION ALL
                SELECT * FROM (
                    SELECT n.group_id, 1, n.child_id, c.display_name
                    FROM nested_groups n JOIN groups c ON c.organization_id = n.organization_id AND c.id = n.child_id
                    WHERE n.organization_id = $1 AND n.group_id IN (SELECT value FROM json_each($2)) LIMIT $3) AS g
             ) AS x ORDER BY x.group_id, x.kind, x.id",
            &[&organization, &list_of(groups), &count],
        )
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The next so many members of a kind in a group, by id, with what to call them.
pub(crate) async fn after(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
    (of, last): (MemberKind, Uuid),
    count: i64,
) -> Result<Vec<GroupMember>, Error> {
    let sql = match of {
        MemberKind::User => {
            "SELECT gm.member_id, m.display_name
             FROM group_members gm JOIN members m ON m.organization_id = gm.organization_id AND m.id = gm.member_id
             WHERE gm.organization_id = $1 AND gm.group_id = $2 AND gm.member_id > $3
             ORDER BY gm.member_id LIMIT $4"
        }
        MemberKind::Group => {
            "SELECT n.child_id, c.display_name
             FROM nested_groups n JOIN groups c ON c.organization_id = n.organization_id AND c.id = n.child_id
             WHERE n.organization_id = $1 AND n.group_id = $2 AND n.child_id > $3
             ORDER BY n.child_id LIMIT $4"
        }
    };
    let rows: Vec<(MemberId, String)> = tx
        .fetch_all(sql, &[&organization, &group, &MemberId(last), &count])
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, display_name)| GroupMember {
            kind: of,
            id: id.0,
            display_name: Some(display_name),
        })
        .collect())
}

/// The next so many of the members of the organization in a group, by id.
pub(crate) async fn ids_after(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
    last: MemberId,
    count: i64,
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "SELECT member_id FROM group_members
             WHERE organization_id = $1 AND group_id = $2 AND member_id > $3 ORDER BY member_id LIMIT $4",
            &[&organization, &group, &last, &count],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Notes a group that a member is in through one of their own. Those that are the same group follow one another.
pub(super) fn gather(
    groups: &mut Vec<GroupRef>,
    id: GroupId,
    display_name: String,
    through: GroupId,
) {
    let direct = id == through;
    match groups.last_mut().filter(|last| last.id == id) {
        Some(last) => last.direct |= direct,
        None => groups.push(GroupRef {
            id,
            display_name,
            direct,
        }),
    }
}

/// The groups of each of these members, by member and displayName: looked up in the order of the joins, see
/// [`super::roles`].
pub(crate) async fn groups_of(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Vec<(MemberId, Vec<GroupRef>)>, Error> {
    let rows: Vec<(MemberId, GroupId, String, GroupId)> = tx
        .fetch_all(
            "SELECT gm.member_id, g.id, g.display_name, gm.group_id
             FROM group_members gm
             CROSS JOIN group_ancestors a
             CROSS JOIN groups g
             WHERE gm.organization_id = $1 AND gm.member_id IN (SELECT value FROM json_each($2))
                AND a.organization_id = gm.organization_id AND a.group_id = gm.group_id
                AND g.organization_id = a.organization_id AND g.id = a.ancestor_id
             ORDER BY gm.member_id, g.display_name",
            &[&organization, &list_of(members)],
        )
        .await?;
    let mut all: Vec<(MemberId, Vec<GroupRef>)> = Vec::new();
    for (member, id, display_name, through) in rows {
        if all.last().is_none_or(|(last, _)| *last != member) {
            all.push((member, Vec::new()));
        }
        if let Some((_, groups)) = all.last_mut() {
            gather(groups, id, display_name, through);
        }
    }
    Ok(all)
}
