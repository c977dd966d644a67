//! The traces of sign-ins, for some days.

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::{Insertion, Tx};
use super::inconsistent;
use crate::domain::error::Error;
use crate::domain::trace::{Kept, Outcome, Trace};
use crate::domain::{ConnectionId, MemberId, OrganizationId, Timestamp};

#[derive(FromRow)]
struct Row {
    id: String,
    connection_id: ConnectionId,
    at: Timestamp,
    outcome: String,
    reason: Option<String>,
    member_id: Option<MemberId>,
    record: Json<Trace>,
}

impl TryFrom<Row> for Kept {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            number: row.id,
            connection: row.connection_id,
            at: row.at,
            outcome: Outcome::from_name(&row.outcome)
                .ok_or_else(|| inconsistent("outcome", row.outcome))?,
            reason: row.reason,
            member: row.member_id,
            trace: row.record.0.unfolded(),
        })
    }
}

/// Which traces are read; what is not given selects nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// With this end.
    pub(crate) outcome: Option<Outcome>,
    /// Through this connection.
    pub(crate) connection: Option<ConnectionId>,
    /// Of this member.
    pub(crate) member: Option<MemberId>,
}

/// The row of a trace. A second one of the same number is passed over: whoever asks may choose the number of a request.
pub(crate) fn row(organization: OrganizationId, kept: &Kept) -> Insertion<'_> {
    Insertion {
        into: "INSERT INTO sign_in_traces (organization_id, id, connection_id, at, outcome, reason, member_id, record) VALUES",
        rows: vec![vec![
            Box::new(organization),
            Box::new(kept.number.as_str()),
            Box::new(kept.connection),
            Box::new(kept.at),
            Box::new(kept.outcome.name()),
            Box::new(kept.reason.clone()),
            Box::new(kept.member),
            Box::new(Json(&kept.trace)),
        ]],
        otherwise: "ON CONFLICT (organization_id, id) DO NOTHING",
    }
}

/// Deletes the oldest traces of nobody that we know, as far as there are more than so many: anybody can make one.
pub(crate) async fn delete_beyond(
    tx: &mut Tx,
    organization: OrganizationId,
    most: i64,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM sign_in_traces WHERE organization_id = $1 AND member_id IS NULL AND at <
            (SELECT at FROM sign_in_traces WHERE organization_id = $1 AND member_id IS NULL ORDER BY at DESC LIMIT 1 OFFSET $2)",
        &[&organization, &most],
    )
    .await
}

/// Deletes the traces of all organizations from before a moment; how many there were.
pub(crate) async fn delete_before(tx: &mut Tx, moment: Timestamp) -> Result<u64, Error> {
    tx.execute("DELETE FROM sign_in_traces WHERE at < $1", &[&moment])
        .await
}

/// Deletes the traces of a member.
pub(crate) async fn erase(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM sign_in_traces WHERE organization_id = $1 AND member_id = $2",
        &[&organization, &member],
    )
    .await
}

/// A page of traces, newest first, and how many there are.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    wanted: &Wanted,
    offset: i64,
    count: i64,
) -> Result<(u64, Vec<Kept>), Error> {
    let outcome = wanted.outcome.map(Outcome::name);
    let (total,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM sign_in_traces WHERE organization_id = $1
                AND ($2 IS NULL OR outcome = $2) AND ($3 IS NULL OR connection_id = $3) AND ($4 IS NULL OR member_id = $4)",
            &[&organization, &outcome, &wanted.connection, &wanted.member],
        )
        .await?;
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT id, connection_id, at, outcome, reason, member_id, record FROM sign_in_traces WHERE organization_id = $1
                AND ($2 IS NULL OR outcome = $2) AND ($3 IS NULL OR connection_id = $3) AND ($4 IS NULL OR member_id = $4)
             ORDER BY at DESC, id LIMIT $6 OFFSET $5",
            &[
                &organization,
                &outcome,
                &wanted.connection,
                &wanted.member,
                &offset,
                &count,
            ],
        )
        .await?;
    let kept: Result<Vec<Kept>, Error> = rows.into_iter().map(Kept::try_from).collect();
    Ok((total.unsigned_abs(), kept?))
}

/// One trace.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    number: &str,
) -> Result<Option<Kept>, Error> {
    let row: Option<Row> = tx
        .fetch_optional(
            "SELECT id, connection_id, at, outcome, reason, member_id, record FROM sign_in_traces
             WHERE organization_id = $1 AND id = $2",
            &[&organization, &number],
        )
        .await?;
    row.map(Kept::try_from).transpose()
}

/// Whether a member got in through an enabled connection, in earnest or as a test, since a moment.
pub(crate) async fn has_succeeded(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    since: Timestamp,
) -> Result<bool, Error> {
    let row: Option<(i32,)> = tx
        .fetch_optional(
            "SELECT 1 FROM sign_in_traces t
             JOIN connections c ON c.organization_id = t.organization_id AND c.id = t.connection_id AND c.enabled
             WHERE t.organization_id = $1 AND t.member_id = $2 AND t.at >= $3 AND t.reason IS NULL LIMIT 1",
            &[&organization, &member, &since],
        )
        .await?;
    Ok(row.is_some())
}
