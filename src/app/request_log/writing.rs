//! Writing what waits, in one transaction for each organization, and never behind an erasure (R14).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Queue;
use super::retention::{Retention, prune};
use crate::app::departures::address_mark;
use crate::domain::error::Error;
use crate::domain::request_log::Record;
use crate::domain::{MemberId, OrganizationId, Timestamp};
use crate::store::db::{Db, Tx};
use crate::store::{organizations, request_log as rows};

/// How far back a deletion is looked for, in seconds: the longest that an entry may wait, by far.
const OVERLAP: i64 = 3600;
/// The status that says that the request itself found nobody.
const NOT_FOUND: u16 = 404;

/// Writes everything that waits. When it ends, what was put in before it began can be read. How many were lost, because
/// the database refused them or could not be reached.
pub(crate) async fn flush(queue: &Queue, db: &Db, now: Timestamp, retention: Retention) -> usize {
    let mut watch = queue.writing.lock().await;
    let mut lost = 0;
    loop {
        let batch = queue.take();
        if batch.is_empty() {
            return lost;
        }
        let mut of: BTreeMap<OrganizationId, Vec<Record>> = BTreeMap::new();
        for pending in batch {
            let record = pending();
            of.entry(record.organization).or_default().push(record);
            // Making records is work for a core, and others want one too.
            tokio::task::yield_now().await;
        }
        for (organization, mut records) in of {
            let bytes = records.iter().map(Record::size).sum();
            if let Err(error) = write(db, organization, &mut records).await {
                lost += rescue(db, organization, records, error).await;
            }
            if watch.wrote(organization, bytes, retention)
                && let Err(error) = prune(db, organization, now, retention).await
            {
                let error = anyhow::Error::from(error);
                tracing::warn!("old entries of the request log stay for now: {error:#}");
            }
        }
    }
}

/// One at a time, where one of them may be what the database refuses; how many were lost.
async fn rescue(
    db: &Db,
    organization: OrganizationId,
    records: Vec<Record>,
    error: Error,
) -> usize {
    let mut lost = records.len();
    if matches!(error, Error::Internal(_)) && records.len() > 1 {
        for record in records {
            if write(db, organization, &mut [record]).await.is_ok() {
                lost -= 1;
            }
        }
    }
    if lost > 0 {
        let error = anyhow::Error::from(error);
        tracing::warn!(lost, "entries of the request log are lost: {error:#}");
    }
    lost
}

async fn write(db: &Db, organization: OrganizationId, records: &mut [Record]) -> Result<(), Error> {
    let mut tx = db.write_log(organization).await?;
    erase_departed(&mut tx, organization, records).await?;
    rows::insert(&mut tx, records).await?;
    tx.commit().await
}

/// Takes those out of the records who were deleted while these waited: a deletion erases what is written, and cannot
/// erase what is not.
async fn erase_departed(
    tx: &mut Tx,
    organization: OrganizationId,
    records: &mut [Record],
) -> Result<(), Error> {
    let Some(first) = records.iter().map(|record| record.entry.at).min() else {
        return Ok(());
    };
    let since = first.plus_seconds(-OVERLAP);
    let departures = rows::departures_since(tx, organization, since).await?;
    if departures.is_empty() {
        return Ok(());
    }
    let departures: HashMap<String, Timestamp> = departures.into_iter().collect();
    let key = organizations::departure_key(tx, organization).await?;
    let named: BTreeSet<MemberId> = records
        .iter()
        .flat_map(|record| record.members.iter().copied())
        .collect();
    let named: Vec<MemberId> = named.into_iter().collect();
    let there = rows::members_among(tx, organization, &named).await?;
    for record in records {
        // Who was not there when the request came was not deleted since.
        let found = record.entry.status != Some(NOT_FOUND);
        let gone = found && record.members.iter().any(|id| !there.contains(id));
        let left = record.names.iter().any(|name| {
            let departed = departures.get(&address_mark(&key, name));
            departed.is_some_and(|departed| *departed >= record.entry.at)
        });
        if gone || left {
            record.erase();
        }
    }
    Ok(())
}
