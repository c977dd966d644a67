//! The audit trail backwards, newest first: what happened to what is asked for.

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::{Bind, Tx};
use crate::domain::error::Error;
use crate::domain::event::recorded::Entry;
use crate::domain::listing::Slice;
use crate::domain::{EventId, OrganizationId, Timestamp};

/// Which events are read.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// So many events are looked back at, whatever is left out of them.
    pub(crate) reach: i64,
    /// Of these kinds alone; of every kind where there is none. Fewer are filled up with nothing.
    pub(crate) kinds: [&'static str; 8],
    /// Of this subject alone.
    pub(crate) subject: Option<String>,
    /// By this actor alone.
    pub(crate) actor: Option<EventId>,
    /// From this moment on.
    pub(crate) since: Timestamp,
    /// Up to this moment.
    pub(crate) until: Timestamp,
}

#[derive(FromRow)]
struct Row {
    seq: Option<i64>,
    id: EventId,
    organization_id: OrganizationId,
    at: Timestamp,
    kind: String,
    actor_kind: String,
    actor_id: Option<EventId>,
    subject: Option<String>,
    request_id: String,
    facts: Json<serde_json::Value>,
}

macro_rules! wanted {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM events e LEFT JOIN event_order o ON o.organization_id = e.organization_id AND o.event_id = e.id
             WHERE e.organization_id = $1
               AND e.id >= COALESCE((SELECT b.id FROM events b WHERE b.organization_id = $1 ORDER BY b.id DESC LIMIT 1 OFFSET $2), $15)
               AND ($3 = '' OR e.kind IN ($3, $4, $5, $6, $7, $8, $9, $10))
               AND ($11 IS NULL OR e.subject = $11) AND ($12 IS NULL OR e.actor_id = $12)
               AND e.at >= $13 AND e.at <= $14 ",
            $rest
        )
    };
}

/// The events that are wanted, newest first, with the numbers of those that have one yet, and how many there are.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    wanted: &Wanted,
    slice: Slice,
) -> Result<(u64, Vec<(Option<i64>, Entry)>), Error> {
    let first = EventId(uuid::Uuid::nil());
    let mut values: Vec<&dyn Bind> = vec![&organization, &wanted.reach];
    values.extend(wanted.kinds.iter().map(|kind| kind as &dyn Bind));
    values.extend([
        &wanted.subject as &dyn Bind,
        &wanted.actor,
        &wanted.since,
        &wanted.until,
        &first,
    ]);
    let (total,): (i64,) = tx.fetch_one(wanted!("COUNT(*)", ""), &values).await?;
    values.extend([&slice.count as &dyn Bind, &slice.offset]);
    let rows: Vec<Row> = tx
        .fetch_all(
            wanted!(
                "o.seq, e.id, e.organization_id, e.at, e.kind, e.actor_kind, e.actor_id, e.subject, e.request_id, e.facts",
                "ORDER BY e.id DESC LIMIT $16 OFFSET $17"
            ),
            &values,
        )
        .await?;
    let entries = rows.into_iter().map(|row| {
        let entry = Entry {
            id: row.id,
            organization: row.organization_id,
            at: row.at,
            kind: row.kind,
            actor_kind: row.actor_kind,
            actor: row.actor_id.map(|id| id.0),
            subject: row.subject,
            request: row.request_id,
            facts: row.facts.0,
        };
        (row.seq, entry)
    });
    Ok((total.unsigned_abs(), entries.collect()))
}
