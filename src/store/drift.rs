//! Drift: where the roll, the directory and the rules do not say the same.

use super::db::Tx;
use super::role;
use crate::domain::drift::{Group, Origin, Person};
use crate::domain::error::Error;
use crate::domain::{MemberId, MemberNumber, OrganizationId, Timestamp};

/// So far members are counted.
const MOST: i64 = 1000;

/// Members whom no directory has confirmed and who came so: neither written over SCIM nor in a group that was pushed. How
/// they came is written as the indexes have it.
macro_rules! unconfirmed {
    ($came:literal, $columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM members m
             WHERE m.organization_id = $1 AND m.unconfirmed = ",
            $came,
            "
               AND NOT EXISTS (SELECT 1 FROM group_members g
                    WHERE g.organization_id = m.organization_id AND g.member_id = m.id)
             ",
            $rest
        )
    };
}

/// Names that rules have and no group that was pushed.
macro_rules! never_pushed {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM (
                SELECT group_name AS name FROM role_rules WHERE organization_id = $1
                UNION SELECT group_name FROM project_rules WHERE organization_id = $1
                UNION SELECT group_name FROM workspace_rules WHERE organization_id = $1) r
             WHERE NOT EXISTS (SELECT 1 FROM groups g WHERE g.organization_id = $1 AND g.display_name = r.name) ",
            $rest
        )
    };
}

/// Groups that were pushed and that no rule names, nor any group that they lie within.
macro_rules! never_mapped {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM groups g
             WHERE g.organization_id = $1 AND NOT EXISTS (
                SELECT 1 FROM group_ancestors a CROSS JOIN groups x
                WHERE a.organization_id = g.organization_id AND a.group_id = g.id
                  AND x.organization_id = a.organization_id AND x.id = a.ancestor_id
                  AND (EXISTS (SELECT 1 FROM role_rules r
                            WHERE r.organization_id = x.organization_id AND r.group_name = x.display_name)
                    OR EXISTS (SELECT 1 FROM project_rules p
                            WHERE p.organization_id = x.organization_id AND p.group_name = x.display_name)
                    OR EXISTS (SELECT 1 FROM workspace_rules w
                            WHERE w.organization_id = x.organization_id AND w.group_name = x.display_name))) ",
            $rest
        )
    };
}

/// Notes that a directory says that there is this person.
pub(crate) async fn confirm(
    tx: &mut Tx,
    organization: OrganizationId,
    id: MemberId,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE members SET unconfirmed = 0 WHERE organization_id = $1 AND id = $2 AND unconfirmed > 0",
        &[&organization, &id],
    )
    .await
}

/// How many members no directory has confirmed, of those who came so; `None` for more than 1,000.
pub(crate) async fn count_people(
    tx: &mut Tx,
    organization: OrganizationId,
    origin: Origin,
) -> Result<Option<u64>, Error> {
    let sql = match origin {
        Origin::Hand => unconfirmed!("1", "m.number", "LIMIT $2"),
        Origin::SignOn => unconfirmed!("2", "m.number", "LIMIT $2"),
    };
    let found: Vec<(MemberNumber,)> = tx.fetch_all(sql, &[&organization, &(MOST + 1)]).await?;
    let count = found.len() as u64;
    Ok((count <= MOST.unsigned_abs()).then_some(count))
}

/// Those behind this number, by number, at most so many.
pub(crate) async fn list_people(
    tx: &mut Tx,
    organization: OrganizationId,
    origin: Origin,
    after: i64,
    count: i64,
) -> Result<Vec<Person>, Error> {
    let sql = match origin {
        Origin::Hand => unconfirmed!(
            "1",
            "m.number, m.user_name, m.display_name, m.role, m.created_at",
            "AND m.number > $2 ORDER BY m.number LIMIT $3"
        ),
        Origin::SignOn => unconfirmed!(
            "2",
            "m.number, m.user_name, m.display_name, m.role, m.created_at",
            "AND m.number > $2 ORDER BY m.number LIMIT $3"
        ),
    };
    let rows: Vec<(MemberNumber, String, String, i16, Timestamp)> =
        tx.fetch_all(sql, &[&organization, &after, &count]).await?;
    rows.into_iter()
        .map(|(number, user_name, name, given, joined)| {
            Ok(Person {
                number,
                user_name,
                name,
                role: role(given)?,
                joined,
            })
        })
        .collect()
}

/// How many names rules have that no pushed group has.
pub(crate) async fn count_never_pushed(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<u64, Error> {
    let (count,): (i64,) = tx
        .fetch_one(never_pushed!("COUNT(*)", ""), &[&organization])
        .await?;
    Ok(count.unsigned_abs())
}

/// Those behind this name, by name, at most so many, with how many members sign-ons told to be in them.
pub(crate) async fn list_never_pushed(
    tx: &mut Tx,
    organization: OrganizationId,
    after: &str,
    count: i64,
) -> Result<Vec<Group>, Error> {
    let rows: Vec<(String, i64)> = tx
        .fetch_all(
            never_pushed!(
                "r.name, (SELECT COUNT(*) FROM asserted_groups s WHERE s.organization_id = $1 AND s.name = r.name)",
                "AND r.name > $2 ORDER BY r.name LIMIT $3"
            ),
            &[&organization, &after, &count],
        )
        .await?;
    Ok(rows.into_iter().map(group).collect())
}

/// How many groups were pushed that no rule names.
pub(crate) async fn count_never_mapped(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<u64, Error> {
    let (count,): (i64,) = tx
        .fetch_one(never_mapped!("COUNT(*)", ""), &[&organization])
        .await?;
    Ok(count.unsigned_abs())
}

/// Those behind this name, by name, at most so many, with how many members each has itself.
pub(crate) async fn list_never_mapped(
    tx: &mut Tx,
    organization: OrganizationId,
    after: &str,
    count: i64,
) -> Result<Vec<Group>, Error> {
    let rows: Vec<(String, i64)> = tx
        .fetch_all(
            never_mapped!(
                "g.display_name, (SELECT COUNT(*) FROM group_members m
                    WHERE m.organization_id = g.organization_id AND m.group_id = g.id)",
                "AND g.display_name > $2 ORDER BY g.display_name LIMIT $3"
            ),
            &[&organization, &after, &count],
        )
        .await?;
    Ok(rows.into_iter().map(group).collect())
}

fn group((name, members): (String, i64)) -> Group {
    Group {
        name,
        members: members.unsigned_abs(),
    }
}
