//! Organization roles, derived from facts for many members at once (R9).
//!
//! The SQL says what `domain::role::effective_role` says; `rollright doctor --verify` holds them against each other.

use std::collections::BTreeMap;

use sqlx::FromRow;

use super::db::Tx;
use super::{inconsistent, list_of, role, source};
use crate::domain::error::Error;
use crate::domain::receipt::Ended;
use crate::domain::role::{Role, RoleFacts, RoleSource, RuleMatch};
use crate::domain::{MemberId, OrganizationId};

/// For each member of the list $2: the role that the facts give, and through what (R5).
///
/// From the member to their groups, in the order of the joins: `SQLite`, which knows nothing of how many rows there
/// are, would go through all groups of the organization for each member, and keeps to the order of a CROSS JOIN.
/// A rule for Owner, which the API refuses, gives Administrator (R7).
/// What rules give is looked up member by member, and once: joined as a set, `PostgreSQL`, which expects one row of a
/// list of ids, went through the whole set again for each member of it.
macro_rules! evaluated {
    () => {
        "WITH mapped AS MATERIALIZED (
            SELECT m.id, m.role, m.role_source, m.held_mapped_role, m.suspended, m.active, m.pinned_role, m.base_role,
                m.waits_for_seat,
                (SELECT MAX(one.given) FROM (
                    SELECT r.role * 4 + 3 AS given
                    FROM group_members gm
                    CROSS JOIN group_ancestors a
                    CROSS JOIN groups g
                    CROSS JOIN role_rules r
                    WHERE gm.organization_id = m.organization_id AND gm.member_id = m.id
                        AND a.organization_id = gm.organization_id AND a.group_id = gm.group_id
                        AND g.organization_id = a.organization_id AND g.id = a.ancestor_id
                        AND r.organization_id = g.organization_id AND r.group_name = g.display_name
                    UNION ALL
                    SELECT r.role * 4 + s.source
                    FROM asserted_groups s
                    CROSS JOIN role_rules r
                    WHERE s.organization_id = m.organization_id AND s.member_id = m.id
                        AND r.organization_id = s.organization_id AND r.group_name = s.name
                 ) one) AS given
            FROM members m
            WHERE m.organization_id = $1 AND m.id IN (SELECT value FROM json_each($2))
        )
        SELECT m.id, m.role AS role_before, m.role_source AS source_before, m.held_mapped_role AS held_before,
            CAST(CASE
                WHEN o.owner_member_id = m.id THEN 5
                WHEN m.suspended OR NOT m.active THEN -1
                WHEN m.given IS NULL AND m.held_mapped_role AND NOT o.manual_role_management THEN -1
                WHEN m.waits_for_seat THEN 0
                WHEN o.manual_role_management AND m.pinned_role IS NOT NULL THEN m.pinned_role
                WHEN m.given >= 20 THEN 4
                WHEN m.given IS NOT NULL THEN m.given / 4
                ELSE m.base_role END AS SMALLINT) AS role_after,
            CAST(CASE
                WHEN o.owner_member_id = m.id OR m.suspended THEN 0
                WHEN NOT m.active THEN 3
                WHEN o.manual_role_management AND m.pinned_role IS NOT NULL THEN 0
                WHEN m.given IS NOT NULL THEN m.given % 4
                WHEN m.held_mapped_role AND NOT o.manual_role_management THEN 3
                ELSE 0 END AS SMALLINT) AS source_after,
            (m.held_mapped_role OR m.given IS NOT NULL) AS held_after,
            m.waits_for_seat AS waits
        FROM mapped m JOIN organizations o ON o.id = $1"
    };
}

/// A member whose role another fact has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RoleChange {
    /// The member.
    pub(crate) member: MemberId,
    /// The role so far.
    pub(crate) before: Role,
    /// The role from now on.
    pub(crate) after: Role,
    /// Through what.
    pub(crate) source: RoleSource,
    /// What ended with the access, where there was any.
    pub(crate) ended: Ended,
}

/// Holds these members: of two transactions that change different facts of one member, the later sees what the earlier
/// did.
pub(crate) async fn hold(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<(), Error> {
    let _held: Vec<(MemberId,)> = tx
        .fetch_all_locked(
            "SELECT id FROM members WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2)) ORDER BY id",
            &[&organization, &list_of(members)],
        )
        .await?;
    Ok(())
}

/// What deriving roles again has given.
#[derive(Debug, Default)]
pub(crate) struct Derived {
    /// Those whose role is another now.
    pub(crate) changes: Vec<RoleChange>,
    /// Whether one of them waits for a seat.
    pub(crate) any_waits: bool,
}

/// Derives the roles of these members again, which this transaction holds.
pub(crate) async fn derive(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Derived, Error> {
    let rows: Vec<(MemberId, i16, i16, i16, bool, bool)> = tx
        .fetch_all(
            concat!(
                "SELECT x.id, x.role_before, x.role_after, x.source_after, x.held_after, x.waits FROM (",
                evaluated!(),
                ") AS x WHERE x.role_before <> x.role_after OR x.source_before <> x.source_after
                    OR x.held_before <> x.held_after OR x.waits ORDER BY x.id"
            ),
            &[&organization, &list_of(members)],
        )
        .await?;
    // One statement for each outcome, and there are few: nothing is worked out again.
    let mut outcomes: BTreeMap<(i16, i16, bool), Vec<MemberId>> = BTreeMap::new();
    for (member, _, after, through, held, _) in &rows {
        let alike = outcomes.entry((*after, *through, *held)).or_default();
        alike.push(*member);
    }
    for ((after, through, held), alike) in outcomes {
        tx.execute(
            // Who has no access whatever the seats are waits for none.
            "UPDATE members SET role = $3, role_source = $4, held_mapped_role = $5, waits_for_seat = waits_for_seat AND $3 = 0
             WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))",
            &[&organization, &list_of(&alike), &after, &through, &held],
        )
        .await?;
    }
    let mut derived = Derived::default();
    for (member, before, after, through, _, waits) in rows {
        derived.any_waits |= waits && after == 0;
        if before != after {
            derived.changes.push(RoleChange {
                member,
                before: role(before)?,
                after: role(after)?,
                source: source(through)?,
                ended: Ended::default(),
            });
        }
    }
    Ok(derived)
}

#[derive(FromRow)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are independent facts, each stored as it is"
)]
struct FactsRow {
    id: MemberId,
    owner: bool,
    suspended: bool,
    active: bool,
    pinned_role: Option<i16>,
    manual_role_management: bool,
    held_mapped_role: bool,
    base_role: i16,
    waits_for_seat: bool,
    role: i16,
    role_source: i16,
}

/// A member with the facts that the role depends on, and the role that is stored.
pub(crate) struct Stored {
    /// The member.
    pub(crate) member: MemberId,
    /// The facts.
    pub(crate) facts: RoleFacts,
    /// The role derived from them when they last changed.
    pub(crate) role: Role,
    /// Through what it came.
    pub(crate) source: RoleSource,
}

/// How a member stands, as far as it decides whether they may come in.
pub(crate) struct Standing {
    /// Whether the member is the Owner.
    pub(crate) owner: bool,
    /// Whether an admin or the directory keeps the member out.
    pub(crate) barred: bool,
    /// The role that the member has.
    pub(crate) role: Role,
}

/// How this member stands, who is kept from being changed by others until the end of the transaction.
pub(crate) async fn find_standing_locked(
    tx: &mut Tx,
    organization: OrganizationId,
    id: MemberId,
) -> Result<Option<Standing>, Error> {
    let rows: Vec<(bool, bool, i16)> = tx
        .fetch_all_locked(
            "SELECT EXISTS (SELECT 1 FROM organizations o WHERE o.id = m.organization_id AND o.owner_member_id = m.id),
                m.suspended OR NOT m.active, m.role
             FROM members m WHERE m.organization_id = $1 AND m.id = $2",
            &[&organization, &id],
        )
        .await?;
    let row = rows.into_iter().next();
    row.map(|(owner, barred, number)| {
        Ok(Standing {
            owner,
            barred,
            role: role(number)?,
        })
    })
    .transpose()
}

/// The facts of these members, by id.
pub(crate) async fn facts(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Vec<Stored>, Error> {
    let list = list_of(members);
    let rows: Vec<FactsRow> = tx
        .fetch_all(
            "SELECT m.id, (o.owner_member_id = m.id) AS owner, m.suspended, m.active, m.pinned_role, o.manual_role_management,
                m.held_mapped_role, m.base_role, m.waits_for_seat, m.role, m.role_source
             FROM members m JOIN organizations o ON o.id = m.organization_id
             WHERE m.organization_id = $1 AND m.id IN (SELECT value FROM json_each($2)) ORDER BY m.id",
            &[&organization, &list],
        )
        .await?;
    let matches: Vec<(MemberId, String, i32, i16, Option<String>)> = tx
        .fetch_all(
            // Not through the view `member_groups`: what a join says of a member does not reach into it on PostgreSQL,
            // which then goes through the groups of everybody for each member.
            // Each group once: of the own groups through which the member is in it, itself or else the first by name.
            "SELECT mg.member_id, mg.name, mg.source, r.role,
                CASE WHEN COUNT(*) = COUNT(mg.through) THEN MIN(mg.through) END AS through
             FROM (
                SELECT gm.member_id, g.display_name AS name, 3 AS source,
                    CASE WHEN o.id <> g.id THEN o.display_name END AS through
                FROM group_members gm
                CROSS JOIN groups o
                CROSS JOIN group_ancestors a
                CROSS JOIN groups g
                WHERE gm.organization_id = $1 AND gm.member_id IN (SELECT value FROM json_each($2))
                    AND o.organization_id = gm.organization_id AND o.id = gm.group_id
                    AND a.organization_id = gm.organization_id AND a.group_id = gm.group_id
                    AND g.organization_id = a.organization_id AND g.id = a.ancestor_id
                UNION ALL
                SELECT a.member_id, a.name, a.source, NULL FROM asserted_groups a
                WHERE a.organization_id = $1 AND a.member_id IN (SELECT value FROM json_each($2))
             ) AS mg JOIN role_rules r ON r.organization_id = $1 AND r.group_name = mg.name
             GROUP BY mg.member_id, mg.name, mg.source, r.role ORDER BY mg.member_id",
            &[&organization, &list],
        )
        .await?;
    let mut matches = matches.into_iter().peekable();
    let mut stored = Vec::with_capacity(rows.len());
    for row in rows {
        let mut mapped = Vec::new();
        while let Some((_, group, from, given, through)) = matches.next_if(|rule| rule.0 == row.id)
        {
            let from = i16::try_from(from).map_err(|_| inconsistent("source", from))?;
            mapped.push(RuleMatch {
                group,
                through,
                source: source(from)?,
                role: role(given)?,
            });
        }
        let facts = RoleFacts {
            owner: row.owner,
            suspended: row.suspended,
            active: row.active,
            pinned: row.pinned_role.map(role).transpose()?,
            manual_management: row.manual_role_management,
            mapped,
            held_mapped_role: row.held_mapped_role,
            base: role(row.base_role)?,
            waits_for_seat: row.waits_for_seat,
        };
        stored.push(Stored {
            member: row.id,
            facts,
            role: role(row.role)?,
            source: source(row.role_source)?,
        });
    }
    Ok(stored)
}
