//! The audit trail backwards by what was written last, a part at a time: who looks back, and who exports.

use sqlx::FromRow;

use super::db::Tx;
use crate::domain::error::Error;
use crate::domain::event::looking_back::Found;
use crate::domain::event::recorded::Entry;
use crate::domain::{EventId, MemberId, OrganizationId, Timestamp};

/// Which events are read.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// From this one on.
    pub(crate) from: EventId,
    /// And before this one.
    pub(crate) before: EventId,
    /// Of this kind alone.
    pub(crate) kind: Option<&'static str>,
    /// By whom this is the word alone.
    pub(crate) actor_kind: Option<&'static str>,
    /// By this actor alone.
    pub(crate) actor: Option<EventId>,
    /// Of this subject alone.
    pub(crate) subject: Option<String>,
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
    facts: String,
    details: Option<String>,
}

/// The last event that is looked at, where only so many are before there is nothing more; else none.
pub(crate) async fn reach(
    tx: &mut Tx,
    organization: OrganizationId,
    (from, before): (EventId, EventId),
    count: i64,
) -> Result<Option<EventId>, Error> {
    let row: Option<(EventId,)> = tx
        .fetch_optional(
            "SELECT id FROM events WHERE organization_id = $1 AND id >= $2 AND id < $3
             ORDER BY id DESC LIMIT 1 OFFSET $4",
            &[&organization, &from, &before, &(count - 1)],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The events that are wanted, newest first, at most so many.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    wanted: &Wanted,
    count: i64,
) -> Result<Vec<Found>, Error> {
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT o.seq, e.id, e.organization_id, e.at, e.kind, e.actor_kind, e.actor_id, e.subject, e.request_id,
                    CAST(e.facts AS TEXT) AS facts, CAST(d.details AS TEXT) AS details
             FROM events e
             LEFT JOIN event_order o ON o.organization_id = e.organization_id AND o.event_id = e.id
             LEFT JOIN event_details d ON d.event_id = e.id AND d.organization_id = e.organization_id
             WHERE e.organization_id = $1 AND e.id >= $2 AND e.id < $3
               AND ($4 IS NULL OR e.kind = $4) AND ($5 IS NULL OR e.actor_kind = $5)
               AND ($6 IS NULL OR e.actor_id = $6) AND ($7 IS NULL OR e.subject = $7)
             ORDER BY e.id DESC LIMIT $8",
            &[
                &organization,
                &wanted.from,
                &wanted.before,
                &wanted.kind.map(str::to_owned),
                &wanted.actor_kind.map(str::to_owned),
                &wanted.actor,
                &wanted.subject,
                &count,
            ],
        )
        .await?;
    rows.into_iter().map(found).collect()
}

/// Every event of this time whose subject is a member or whose facts name them, the newest of so many.
pub(crate) async fn naming(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    (from, before): (EventId, EventId),
    count: i64,
) -> Result<Vec<Found>, Error> {
    let id = member.to_string();
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT o.seq, e.id, e.organization_id, e.at, e.kind, e.actor_kind, e.actor_id, e.subject, e.request_id,
                    CAST(e.facts AS TEXT) AS facts, NULL AS details
             FROM events e
             LEFT JOIN event_order o ON o.organization_id = e.organization_id AND o.event_id = e.id
             WHERE e.organization_id = $1 AND e.id >= $2 AND e.id < $3
               AND (e.subject = $4 OR CAST(e.facts AS TEXT) LIKE $5)
             ORDER BY e.id DESC LIMIT $6",
            &[
                &organization,
                &from,
                &before,
                &id,
                &format!("%{id}%"),
                &count,
            ],
        )
        .await?;
    rows.into_iter().map(found).collect()
}

/// The turns of a member's role and what was erased, the newest first: found without a look at what happened to others.
pub(crate) async fn turns(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    count: i64,
) -> Result<Vec<Found>, Error> {
    // The kinds are written as the indexes have them.
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT o.seq, e.id, e.organization_id, e.at, e.kind, e.actor_kind, e.actor_id, e.subject, e.request_id,
                    CAST(e.facts AS TEXT) AS facts, NULL AS details
             FROM (
                SELECT * FROM events WHERE organization_id = $1 AND subject = $2
                  AND kind IN ('member.created', 'member.restored', 'member.deleted', 'member.role_changed', 'member.role_assigned')
                UNION ALL
                SELECT * FROM events WHERE organization_id = $1 AND subject = $2 AND kind = 'member.erased'
             ) e
             LEFT JOIN event_order o ON o.organization_id = e.organization_id AND o.event_id = e.id
             ORDER BY e.id DESC LIMIT $3",
            &[&organization, &member.to_string(), &count],
        )
        .await?;
    rows.into_iter().map(found).collect()
}

/// When each webhook was told of an event, and at which address: of every attempt that was taken the first, of the
/// others none.
pub(crate) async fn deliveries(
    tx: &mut Tx,
    organization: OrganizationId,
    seq: i64,
    (from, before): (EventId, EventId),
) -> Result<Vec<(String, Timestamp)>, Error> {
    tx.fetch_all(
        "SELECT w.url, MIN(d.at) FROM webhooks w
         JOIN webhook_deliveries d ON d.organization_id = w.organization_id AND d.webhook_id = w.id
         WHERE w.organization_id = $1 AND d.id >= $3 AND d.id < $4 AND d.seq = $2 AND d.status BETWEEN 200 AND 299
         GROUP BY w.id, w.url ORDER BY MIN(d.at)",
        &[&organization, &seq, &from, &before],
    )
    .await
}

fn found(row: Row) -> Result<Found, Error> {
    let json =
        |text: &str| serde_json::from_str(text).map_err(|error| Error::Internal(error.into()));
    Ok(Found {
        seq: row.seq,
        details: row.details.as_deref().map(json).transpose()?,
        entry: Entry {
            id: row.id,
            organization: row.organization_id,
            at: row.at,
            kind: row.kind,
            actor_kind: row.actor_kind,
            actor: row.actor_id.map(|id| id.0),
            subject: row.subject,
            request: row.request_id,
            facts: json(&row.facts)?,
        },
    })
}
