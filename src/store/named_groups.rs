//! Groups by their names, as rules know them: those that the directory pushed and those that sign-ons told of, together.

use super::db::Tx;
use super::role;
use crate::domain::error::Error;
use crate::domain::listing::Slice;
use crate::domain::role::Role;
use crate::domain::{MemberNumber, OrganizationId, name};

/// A name that members are known under as a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedGroup {
    /// The name, exact.
    pub(crate) name: String,
    /// Whether the directory pushed a group of this name; else only sign-ons told of it.
    pub(crate) pushed: bool,
    /// How many members are in it, or in a group within it.
    pub(crate) members: u64,
}

/// How many names there are.
pub(crate) async fn count(tx: &mut Tx, organization: OrganizationId) -> Result<u64, Error> {
    let (total,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM (
                SELECT g.display_name AS name FROM groups g WHERE g.organization_id = $1
                UNION SELECT s.name FROM asserted_groups s WHERE s.organization_id = $1) AS known",
            &[&organization],
        )
        .await?;
    Ok(total.unsigned_abs())
}

/// The first names there are, by name.
pub(crate) async fn names(
    tx: &mut Tx,
    organization: OrganizationId,
    count: i64,
) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> = tx
        .fetch_all(
            "SELECT name FROM (
                SELECT g.display_name AS name FROM groups g WHERE g.organization_id = $1
                UNION SELECT s.name FROM asserted_groups s WHERE s.organization_id = $1) AS known
             ORDER BY name LIMIT $2",
            &[&organization, &count],
        )
        .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// The group of this name.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    group: &str,
) -> Result<Option<NamedGroup>, Error> {
    let (pushed, told, members): (i32, i32, i64) = tx
        .fetch_one(
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM groups g WHERE g.organization_id = $1 AND g.display_name_key = $3
                    AND g.display_name = $2) THEN 1 ELSE 0 END,
                CASE WHEN EXISTS (SELECT 1 FROM asserted_groups s WHERE s.organization_id = $1 AND s.name = $2)
                    THEN 1 ELSE 0 END,
                (SELECT COUNT(DISTINCT m.member_id) FROM (
                    SELECT gm.member_id FROM groups g CROSS JOIN group_ancestors a CROSS JOIN group_members gm
                    WHERE g.organization_id = $1 AND g.display_name_key = $3 AND g.display_name = $2
                        AND a.organization_id = g.organization_id AND a.ancestor_id = g.id
                        AND gm.organization_id = a.organization_id AND gm.group_id = a.group_id
                    UNION ALL
                    SELECT s.member_id FROM asserted_groups s WHERE s.organization_id = $1 AND s.name = $2) AS m)",
            &[&organization, &group, &name::key(group)],
        )
        .await?;
    Ok((pushed + told > 0).then(|| NamedGroup {
        name: group.to_owned(),
        pushed: pushed == 1,
        members: members.unsigned_abs(),
    }))
}

/// A part of the groups, by name.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    slice: Slice,
) -> Result<Vec<NamedGroup>, Error> {
    let rows: Vec<(String, i32, i64)> = tx
        .fetch_all(
            "SELECT n.name, n.pushed, (SELECT COUNT(DISTINCT m.member_id) FROM (
                SELECT gm.member_id FROM groups g CROSS JOIN group_ancestors a CROSS JOIN group_members gm
                WHERE g.organization_id = $1 AND g.display_name = n.name
                    AND a.organization_id = g.organization_id AND a.ancestor_id = g.id
                    AND gm.organization_id = a.organization_id AND gm.group_id = a.group_id
                UNION ALL
                SELECT s.member_id FROM asserted_groups s WHERE s.organization_id = $1 AND s.name = n.name) AS m) AS members
             FROM (SELECT name, MAX(pushed) AS pushed FROM (
                    SELECT g.display_name AS name, 1 AS pushed FROM groups g WHERE g.organization_id = $1
                    UNION ALL SELECT DISTINCT s.name, 0 FROM asserted_groups s WHERE s.organization_id = $1) AS known
                GROUP BY name ORDER BY name LIMIT $2 OFFSET $3) AS n
             ORDER BY n.name",
            &[&organization, &slice.count, &slice.offset],
        )
        .await?;
    let named = |(name, pushed, members): (String, i32, i64)| NamedGroup {
        name,
        pushed: pushed == 1,
        members: members.unsigned_abs(),
    };
    Ok(rows.into_iter().map(named).collect())
}

/// A part of the members of a group and of the groups within it, by userName: number, userName and role.
pub(crate) async fn members(
    tx: &mut Tx,
    organization: OrganizationId,
    name: &str,
    slice: Slice,
) -> Result<Vec<(MemberNumber, String, Role)>, Error> {
    let rows: Vec<(MemberNumber, String, i16)> = tx
        .fetch_all(
            "SELECT m.number, m.user_name, m.role FROM members m WHERE m.organization_id = $1 AND m.id IN (
                SELECT gm.member_id FROM groups g CROSS JOIN group_ancestors a CROSS JOIN group_members gm
                WHERE g.organization_id = $1 AND g.display_name = $2
                    AND a.organization_id = g.organization_id AND a.ancestor_id = g.id
                    AND gm.organization_id = a.organization_id AND gm.group_id = a.group_id
                UNION ALL
                SELECT s.member_id FROM asserted_groups s WHERE s.organization_id = $1 AND s.name = $2)
             ORDER BY m.user_name, m.number LIMIT $3 OFFSET $4",
            &[&organization, &name, &slice.count, &slice.offset],
        )
        .await?;
    rows.into_iter()
        .map(|(number, user_name, given)| Ok((number, user_name, role(given)?)))
        .collect()
}
