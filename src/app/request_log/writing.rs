//! Writing what waits, in one transaction for each organization, and never behind an erasure (R14).

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Queue;
use super::retention::{Retention, prune};
use crate::app::departures::address_mark;
use crate::domain::error::Error;
use crate::domain::event::Kind;
use crate::domain::request_log::Record;
use crate::domain::{EventId, OrganizationId, Timestamp};
use crate::secret;
use crate::store::db::{Db, Tx};
use crate::store::{organizations, request_log as rows};

/// How far back a deletion is looked for, in seconds: longer than any request may take.
const OVERLAP: i64 = 60;
/// How long a deletion may take, in seconds.
const SLOWNESS: i64 = 5;
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
    let since = EventId(secret::least_id_at(since));
    let deleted = rows::subjects_since(tx, organization, since, Kind::MemberDeleted.name()).await?;
    let deleted: HashSet<String> = deleted.into_iter().collect();
    for record in records {
        let entry = &record.entry;
        // Who was not there when the request came was not deleted since.
        let found = entry.status != Some(NOT_FOUND);
        let mut gone = found
            && record
                .members
                .iter()
                .any(|id| deleted.contains(&id.to_string()));
        for name in &record.names {
            let Some(departed) = departures.get(&address_mark(&key, name)) else {
                continue;
            };
            // A deletion takes effect some time after it was asked for; who has the name since then is somebody else.
            gone |= *departed >= entry.at
                || (departed.plus_seconds(SLOWNESS) >= entry.at
                    && !rows::is_somebodys(tx, organization, name).await?);
        }
        if gone {
            record.erase();
        }
    }
    Ok(())
}
