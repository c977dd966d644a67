//! Seats: how many members have access, and who waits until one is free (R16).

use super::db::Tx;
use super::list_of;
use crate::domain::error::Error;
use crate::domain::{MemberId, OrganizationId};

/// The limit of an organization that has one. Until the end of the transaction nobody else takes or frees a seat of it.
pub(crate) async fn hold_limit(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Option<i64>, Error> {
    let rows: Vec<(i64,)> = tx
        .fetch_all_locked(
            "SELECT seat_limit FROM organizations WHERE id = $1 AND seat_limit IS NOT NULL",
            &[&organization],
        )
        .await?;
    Ok(rows.first().map(|(limit,)| *limit))
}

/// How many members have a seat.
pub(crate) async fn count(tx: &mut Tx, organization: OrganizationId) -> Result<i64, Error> {
    let (used,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM members WHERE organization_id = $1 AND role > 0",
            &[&organization],
        )
        .await?;
    Ok(used)
}

/// How many members wait for a seat.
pub(crate) async fn count_waiting(tx: &mut Tx, organization: OrganizationId) -> Result<i64, Error> {
    let (waiting,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM members WHERE organization_id = $1 AND waits_for_seat",
            &[&organization],
        )
        .await?;
    Ok(waiting)
}

/// Those who wait, whoever joined first first.
pub(crate) async fn waiting(
    tx: &mut Tx,
    organization: OrganizationId,
    most: i64,
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "SELECT id FROM members WHERE organization_id = $1 AND waits_for_seat ORDER BY number LIMIT $2",
            &[&organization, &most],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Lets these members wait for a seat, or no longer.
pub(crate) async fn set_waiting(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
    waits: bool,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE members SET waits_for_seat = $3
         WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))",
        &[&organization, &list_of(members), &waits],
    )
    .await?;
    Ok(())
}
