//! Those who leave: marks of the deleted, and deletions that wait (the brake on mass removals).

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::Tx;
use super::role;
use crate::domain::error::Error;
use crate::domain::member::{Attributes, Profile};
use crate::domain::receipt::Had;
use crate::domain::role::Role;
use crate::domain::{
    AccountId, ConnectionId, GroupId, MemberId, MemberNumber, OrganizationId, ProjectId, Timestamp,
    WorkspaceId,
};

/// How far a sweep of removals has come.
#[derive(Debug, FromRow)]
pub(crate) struct Sweep {
    /// The share in percent that the organization has set.
    pub(crate) share: i16,
    /// How many have been deleted, the present one among them.
    pub(crate) removals: i64,
    /// How many members there were when it began, where somebody has counted.
    pub(crate) members: Option<i64>,
}

/// Counts one removal: of the sweep that had one since `since`, or the first of another. Who deletes next waits until
/// the end of this transaction.
pub(crate) async fn count_removal(
    tx: &mut Tx,
    organization: OrganizationId,
    default_share: i16,
    at: Timestamp,
    since: Timestamp,
) -> Result<Sweep, Error> {
    tx.fetch_one(
        "INSERT INTO removal_brakes (organization_id, share, last_at, removals) VALUES ($1, $2, $3, 1)
         ON CONFLICT (organization_id) DO UPDATE SET
            removals = CASE WHEN removal_brakes.last_at > $4 THEN removal_brakes.removals + 1 ELSE 1 END,
            members = CASE WHEN removal_brakes.last_at > $4 THEN removal_brakes.members END,
            last_at = $3
         RETURNING share, removals, members",
        &[&organization, &default_share, &at, &since],
    )
    .await
}

/// Counts the members for the sweep that goes on: those who are there and `gone` who were.
pub(crate) async fn count_members(
    tx: &mut Tx,
    organization: OrganizationId,
    gone: i64,
) -> Result<i64, Error> {
    let (members,): (i64,) = tx
        .fetch_one(
            "UPDATE removal_brakes SET members = $2 + (SELECT COUNT(*) FROM members WHERE organization_id = $1)
             WHERE organization_id = $1 RETURNING members",
            &[&organization, &gone],
        )
        .await?;
    Ok(members)
}

/// The share in percent that the organization has set.
pub(crate) async fn find_share(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Option<i16>, Error> {
    let row: Option<(i16,)> = tx
        .fetch_optional(
            "SELECT share FROM removal_brakes WHERE organization_id = $1",
            &[&organization],
        )
        .await?;
    Ok(row.map(|(share,)| share))
}

/// How many were deleted in the last sweep, and of how many, where that was counted.
pub(crate) async fn find_sweep(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Option<(i64, i64)>, Error> {
    tx.fetch_optional(
        "SELECT removals, members FROM removal_brakes WHERE organization_id = $1 AND members IS NOT NULL",
        &[&organization],
    )
    .await
}

/// Sets the share, and begins to count anew.
pub(crate) async fn set_share(
    tx: &mut Tx,
    organization: OrganizationId,
    share: i16,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO removal_brakes (organization_id, share, removals) VALUES ($1, $2, 0)
         ON CONFLICT (organization_id) DO UPDATE SET share = $2, removals = 0, members = NULL, last_at = NULL",
        &[&organization, &share],
    )
    .await?;
    Ok(())
}

/// What deleting this member takes from them.
pub(crate) async fn what_is_lost(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Had, Error> {
    let rows: Vec<(i32, String)> = tx
        .fetch_all(
            "SELECT 1, CAST(group_id AS TEXT) FROM group_members WHERE organization_id = $1 AND member_id = $2
             UNION ALL SELECT 2, CAST(project_id AS TEXT) FROM project_members WHERE organization_id = $1 AND member_id = $2
             UNION ALL SELECT 3, CAST(workspace_id AS TEXT) FROM workspace_members
                WHERE organization_id = $1 AND member_id = $2
             UNION ALL SELECT 4, CAST(COUNT(*) AS TEXT) FROM sessions WHERE organization_id = $1 AND member_id = $2
             UNION ALL SELECT 5, CAST(COUNT(*) AS TEXT) FROM user_tokens WHERE organization_id = $1 AND member_id = $2
             UNION ALL SELECT 5, CAST(COUNT(*) AS TEXT) FROM personal_tokens
                WHERE organization_id = $1 AND member_id = $2 AND revoked_at IS NULL",
            &[&organization, &member],
        )
        .await?;
    let mut had = Had::default();
    for (what, which) in rows {
        let number = which.parse().unwrap_or(0);
        match what {
            1 => had.groups.extend(GroupId::parse(&which)),
            2 => had.projects.push(ProjectId(number)),
            3 => had.workspaces.push(WorkspaceId(number)),
            4 => had.ended.sessions += number,
            _ => had.ended.tokens += number,
        }
    }
    Ok(had)
}

/// Keeps what deleting this member loses.
pub(crate) async fn hold(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO held_members (organization_id, id, number, account_id, user_name, user_name_key, external_id, active,
            attributes, suspended, pinned_role, base_role, held_mapped_role, created_at, held_at)
         SELECT organization_id, id, number, account_id, user_name, user_name_key, external_id, active, attributes,
            suspended, pinned_role, base_role, held_mapped_role, created_at, $3
         FROM members WHERE organization_id = $1 AND id = $2",
        &[&organization, &member, &at],
    )
    .await?;
    for sql in [
        "INSERT INTO held_group_members (organization_id, member_id, group_id)
         SELECT organization_id, member_id, group_id FROM group_members WHERE organization_id = $1 AND member_id = $2",
        "INSERT INTO held_identities (organization_id, member_id, connection_id, subject)
         SELECT organization_id, member_id, connection_id, subject FROM identities
         WHERE organization_id = $1 AND member_id = $2",
    ] {
        tx.execute(sql, &[&organization, &member]).await?;
    }
    Ok(())
}

/// A member whose deletion waits.
#[derive(Debug)]
pub(crate) struct Held {
    /// The member.
    pub(crate) id: MemberId,
    /// The number.
    pub(crate) number: MemberNumber,
    /// The account.
    pub(crate) account: AccountId,
    /// What the directory said last.
    pub(crate) profile: Profile,
    /// The role where nothing else speaks.
    pub(crate) base: Role,
    /// When the directory deleted the member.
    pub(crate) since: Timestamp,
}

#[derive(FromRow)]
struct HeldRow {
    id: MemberId,
    number: MemberNumber,
    account_id: AccountId,
    user_name: String,
    external_id: Option<String>,
    active: bool,
    attributes: Json<Attributes>,
    base_role: i16,
    held_at: Timestamp,
}

/// The next deletions that wait, by id.
pub(crate) async fn list_held(
    tx: &mut Tx,
    organization: OrganizationId,
    after: Option<MemberId>,
    count: i64,
) -> Result<Vec<Held>, Error> {
    let rows: Vec<HeldRow> = tx
        .fetch_all(
            "SELECT id, number, account_id, user_name, external_id, active, attributes, base_role, held_at
             FROM held_members WHERE organization_id = $1 AND ($2 IS NULL OR id > $2) ORDER BY id LIMIT $3",
            &[&organization, &after, &count],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Held {
                id: row.id,
                number: row.number,
                account: row.account_id,
                profile: Profile {
                    user_name: row.user_name,
                    external_id: row.external_id,
                    active: row.active,
                    attributes: row.attributes.0,
                },
                base: role(row.base_role)?,
                since: row.held_at,
            })
        })
        .collect()
}

/// How many deletions wait.
pub(crate) async fn count_held(tx: &mut Tx, organization: OrganizationId) -> Result<u64, Error> {
    let (count,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM held_members WHERE organization_id = $1",
            &[&organization],
        )
        .await?;
    Ok(count.unsigned_abs())
}

/// What a member is called whose deletion waits.
pub(crate) async fn find_held_name(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Option<String>, Error> {
    let row: Option<(String,)> = tx
        .fetch_optional(
            "SELECT user_name FROM held_members WHERE organization_id = $1 AND id = $2",
            &[&organization, &member],
        )
        .await?;
    Ok(row.map(|(name,)| name))
}

/// Those whose deletion waits and whose userName has this key.
pub(crate) async fn find_held_by_user_name(
    tx: &mut Tx,
    organization: OrganizationId,
    key: &str,
) -> Result<Vec<(MemberId, AccountId)>, Error> {
    tx.fetch_all(
        "SELECT id, account_id FROM held_members WHERE organization_id = $1 AND user_name_key = $2",
        &[&organization, &key],
    )
    .await
}

/// Gives a member who was made again everything else that was held.
pub(crate) async fn give_back(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<(), Error> {
    for sql in [
        "UPDATE members SET (number, suspended, pinned_role, held_mapped_role, created_at) =
            (SELECT number, suspended, pinned_role, held_mapped_role, created_at FROM held_members
             WHERE organization_id = $1 AND id = $2)
         WHERE organization_id = $1 AND id = $2",
        "INSERT INTO group_members (organization_id, group_id, member_id)
         SELECT organization_id, group_id, member_id FROM held_group_members
         WHERE organization_id = $1 AND member_id = $2",
        // Somebody else may be known by it now.
        "INSERT INTO identities (organization_id, connection_id, subject, member_id)
         SELECT organization_id, connection_id, subject, member_id FROM held_identities
         WHERE organization_id = $1 AND member_id = $2
         ON CONFLICT (organization_id, connection_id, subject) DO NOTHING",
    ] {
        tx.execute(sql, &[&organization, &member]).await?;
    }
    Ok(())
}

/// Forgets what was held.
pub(crate) async fn release(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM held_members WHERE organization_id = $1 AND id = $2",
        &[&organization, &member],
    )
    .await
}

/// By which subjects connections knew a held member.
pub(crate) async fn subjects_of(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Vec<(ConnectionId, String)>, Error> {
    tx.fetch_all(
        "SELECT connection_id, subject FROM held_identities WHERE organization_id = $1 AND member_id = $2
         ORDER BY connection_id",
        &[&organization, &member],
    )
    .await
}

/// The groups that a held member was in, as far as they are still there.
pub(crate) async fn groups_of(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Vec<GroupId>, Error> {
    let rows: Vec<(GroupId,)> = tx
        .fetch_all(
            "SELECT group_id FROM held_group_members WHERE organization_id = $1 AND member_id = $2 ORDER BY group_id",
            &[&organization, &member],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Who is told that deletions wait: the members with this role or a higher one, the highest first, at most so many.
pub(crate) async fn list_with_role(
    tx: &mut Tx,
    organization: OrganizationId,
    least: Role,
    count: i64,
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "SELECT id FROM members WHERE organization_id = $1 AND role >= $2 ORDER BY role DESC, number LIMIT $3",
            &[&organization, &least.number(), &count],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Leaves the mark of somebody who was deleted.
pub(crate) async fn insert_mark(
    tx: &mut Tx,
    organization: OrganizationId,
    mark: &str,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO departures (organization_id, mark, departed_at) VALUES ($1, $2, $3)
         ON CONFLICT (organization_id, mark) DO UPDATE SET departed_at = $3",
        &[&organization, &mark, &at],
    )
    .await?;
    Ok(())
}

/// Takes the mark of somebody away who is back.
pub(crate) async fn delete_mark(
    tx: &mut Tx,
    organization: OrganizationId,
    mark: &str,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM departures WHERE organization_id = $1 AND mark = $2",
        &[&organization, &mark],
    )
    .await
}

/// Whether somebody with this mark was deleted.
pub(crate) async fn has_mark(
    tx: &mut Tx,
    organization: OrganizationId,
    mark: &str,
) -> Result<bool, Error> {
    let row: Option<(Timestamp,)> = tx
        .fetch_optional(
            "SELECT departed_at FROM departures WHERE organization_id = $1 AND mark = $2",
            &[&organization, &mark],
        )
        .await?;
    Ok(row.is_some())
}
