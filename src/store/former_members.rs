//! Who was a member of an organization: a number and two moments, and nothing that names anybody (R14).

use sqlx::FromRow;

use super::db::Tx;
use crate::domain::error::Error;
use crate::domain::listing::Slice;
use crate::domain::organization::FormerMember;
use crate::domain::{MemberId, MemberNumber, OrganizationId, Timestamp};

#[derive(FromRow)]
struct FormerRow {
    number: MemberNumber,
    joined_at: Timestamp,
    left_at: Timestamp,
}

/// Notes that a member leaves, who is still there.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO former_members (organization_id, id, number, joined_at, left_at)
         SELECT organization_id, id, number, created_at, $3 FROM members WHERE organization_id = $1 AND id = $2
         ON CONFLICT (organization_id, id) DO UPDATE SET left_at = $3",
        &[&organization, &member, &at],
    )
    .await?;
    Ok(())
}

/// Forgets that somebody left who is back.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM former_members WHERE organization_id = $1 AND id = $2",
        &[&organization, &member],
    )
    .await
}

/// The id of who left and had this number, and when they left.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    number: MemberNumber,
) -> Result<Option<(MemberId, Timestamp)>, Error> {
    tx.fetch_optional(
        "SELECT id, left_at FROM former_members WHERE organization_id = $1 AND number = $2",
        &[&organization, &number],
    )
    .await
}

/// The numbers of those of these who left.
pub(crate) async fn numbers_of(
    tx: &mut Tx,
    organization: OrganizationId,
    ids: &[MemberId],
) -> Result<Vec<(MemberId, MemberNumber)>, Error> {
    tx.fetch_all(
        "SELECT id, number FROM former_members
         WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))",
        &[&organization, &super::list_of(ids)],
    )
    .await
}

/// A part of those who left, by number, and how many there are.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    slice: Slice,
) -> Result<(u64, Vec<FormerMember>), Error> {
    let (total,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM former_members WHERE organization_id = $1",
            &[&organization],
        )
        .await?;
    let rows: Vec<FormerRow> = tx
        .fetch_all(
            "SELECT number, joined_at, left_at FROM former_members WHERE organization_id = $1
             ORDER BY number LIMIT $3 OFFSET $2",
            &[&organization, &slice.offset, &slice.count],
        )
        .await?;
    let former = |row: FormerRow| FormerMember {
        number: row.number,
        joined: row.joined_at,
        left: row.left_at,
    };
    Ok((total.unsigned_abs(), rows.into_iter().map(former).collect()))
}
