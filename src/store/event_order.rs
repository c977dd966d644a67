//! The numbers and the chain of the audit trail, put on after the commit (R18), and reading the trail by them.

use std::collections::HashMap;

use sqlx::FromRow;

use super::db::{Bind, Tx};
use crate::domain::error::Error;
use crate::domain::event::recorded::{Entry, Head, Numbered};
use crate::domain::{EventId, OrganizationId, Timestamp};

/// An event that waits for its number.
pub(crate) struct Unordered {
    /// Its place among those that wait, by when it was written.
    pub(crate) number: i64,
    /// The event.
    pub(crate) entry: Entry,
}

/// Which events are read.
pub(crate) struct Wanted<'a> {
    /// Those behind this number.
    pub(crate) after: i64,
    /// And none behind this one.
    pub(crate) to: i64,
    /// Of this kind alone.
    pub(crate) kind: Option<&'a str>,
    /// Of this subject alone.
    pub(crate) subject: Option<&'a str>,
}

/// Facts and details come as text, which both engines make of what they keep: so their size is known.
#[derive(FromRow)]
struct Row {
    /// The place among those that wait, or in the trail.
    number: i64,
    hash: Option<String>,
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

impl Row {
    fn entry(&mut self) -> Result<Entry, Error> {
        Ok(Entry {
            id: self.id,
            organization: self.organization_id,
            at: self.at,
            kind: std::mem::take(&mut self.kind),
            actor_kind: std::mem::take(&mut self.actor_kind),
            actor: self.actor_id.map(|id| id.0),
            subject: self.subject.take(),
            request: std::mem::take(&mut self.request_id),
            facts: json(&self.facts)?,
        })
    }

    fn numbered(mut self) -> Result<Numbered, Error> {
        Ok(Numbered {
            entry: self.entry()?,
            seq: self.number,
            details: self.details.as_deref().map(json).transpose()?,
            hash: self.hash.unwrap_or_default(),
        })
    }
}

fn json(text: &str) -> Result<serde_json::Value, Error> {
    serde_json::from_str(text).map_err(|error| Error::Internal(error.into()))
}

/// Whether any event waits for its number.
pub(crate) async fn any_unordered(tx: &mut Tx) -> Result<bool, Error> {
    let found: Option<(i64,)> = tx
        .fetch_optional(
            "SELECT number FROM events_unordered ORDER BY number LIMIT 1",
            &[],
        )
        .await?;
    Ok(found.is_some())
}

/// The first events that wait for their numbers, of whatever organization.
pub(crate) async fn list_unordered(tx: &mut Tx, count: i64) -> Result<Vec<Unordered>, Error> {
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT w.number, NULL AS hash, e.id, e.organization_id, e.at, e.kind, e.actor_kind, e.actor_id, e.subject,
                    e.request_id, CAST(e.facts AS TEXT) AS facts, NULL AS details
             FROM events_unordered w JOIN events e ON e.id = w.event_id ORDER BY w.number LIMIT $1",
            &[&count],
        )
        .await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Unordered {
                number: row.number,
                entry: row.entry()?,
            })
        })
        .collect()
}

/// Where the trail of an organization ends.
pub(crate) async fn head(tx: &mut Tx, organization: OrganizationId) -> Result<Head, Error> {
    let found: Option<(i64, String)> = tx
        .fetch_optional(
            "SELECT seq, hash FROM event_order WHERE organization_id = $1 ORDER BY seq DESC LIMIT 1",
            &[&organization],
        )
        .await?;
    Ok(found.map_or_else(Head::default, |(seq, hash)| Head { seq, hash }))
}

/// Where the trail of an organization ends once every event that waits has its number: what is written from here on is
/// behind it.
pub(crate) async fn end(tx: &mut Tx, organization: OrganizationId) -> Result<i64, Error> {
    // In one statement, hence one sight of both tables: between two of them a number may be given.
    let (end,): (i64,) = tx
        .fetch_one(
            "SELECT (SELECT COALESCE(MAX(seq), 0) FROM event_order WHERE organization_id = $1)
                  + (SELECT COUNT(*) FROM events_unordered w JOIN events e ON e.id = w.event_id
                     WHERE e.organization_id = $1)",
            &[&organization],
        )
        .await?;
    Ok(end)
}

/// Gives events their places; they wait no longer. `first` and `last` are their places among those that waited.
pub(crate) async fn insert(
    tx: &mut Tx,
    placed: &[(OrganizationId, EventId, Head)],
    (first, last): (i64, i64),
) -> Result<(), Error> {
    let rows: Vec<Vec<&dyn Bind>> = placed
        .iter()
        .map(|(organization, event, head)| {
            vec![organization as &dyn Bind, &head.seq, event, &head.hash]
        })
        .collect();
    tx.insert_rows(
        "INSERT INTO event_order (organization_id, seq, event_id, hash) VALUES",
        &rows,
    )
    .await?;
    // Between them there may be one that was written earlier and has been committed only now: it goes on waiting.
    tx.execute(
        "DELETE FROM events_unordered WHERE number BETWEEN $1 AND $2
         AND EXISTS (SELECT 1 FROM event_order o WHERE o.event_id = events_unordered.event_id)",
        &[&first, &last],
    )
    .await?;
    Ok(())
}

/// The events that are wanted, by number, at most so many, and how many bytes of JSON they hold.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    wanted: &Wanted<'_>,
    count: i64,
) -> Result<(Vec<Numbered>, usize), Error> {
    let kind = wanted.kind.map(str::to_owned);
    let subject = wanted.subject.map(str::to_owned);
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT o.seq AS number, o.hash, e.id, e.organization_id, e.at, e.kind, e.actor_kind, e.actor_id, e.subject,
                    e.request_id, CAST(e.facts AS TEXT) AS facts, CAST(d.details AS TEXT) AS details
             FROM event_order o JOIN events e ON e.id = o.event_id
             LEFT JOIN event_details d ON d.event_id = o.event_id AND d.organization_id = o.organization_id
             WHERE o.organization_id = $1 AND o.seq > $2 AND o.seq <= $3
               AND ($4 IS NULL OR e.kind = $4) AND ($5 IS NULL OR e.subject = $5)
             ORDER BY o.seq LIMIT $6",
            &[
                &organization,
                &wanted.after,
                &wanted.to,
                &kind,
                &subject,
                &count,
            ],
        )
        .await?;
    let bytes = rows
        .iter()
        .map(|row| row.facts.len() + row.details.as_ref().map_or(0, String::len))
        .sum();
    let events = rows
        .into_iter()
        .map(Row::numbered)
        .collect::<Result<_, _>>()?;
    Ok((events, bytes))
}

/// How many events neither have a number nor wait for one, and how many both, by organization. There is none.
pub(crate) async fn misplaced(tx: &mut Tx) -> Result<HashMap<OrganizationId, i64>, Error> {
    let rows: Vec<(OrganizationId, i64)> = tx
        .fetch_all(
            "SELECT e.organization_id, COUNT(*) FROM events e
             LEFT JOIN event_order o ON o.event_id = e.id
             LEFT JOIN events_unordered w ON w.event_id = e.id
             WHERE (o.event_id IS NULL) = (w.event_id IS NULL) GROUP BY e.organization_id",
            &[],
        )
        .await?;
    Ok(rows.into_iter().collect())
}
