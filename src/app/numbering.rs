//! The numbers of the audit trail (R18): put on after the commit, by one node at a time, and verified from the start.
//!
//! A counter that every writer raised would make all writers of an organization wait for each other. So an event waits,
//! in the order in which it was written, until whichever node has the turn gives it the next number of its organization
//! and chains it to the one before.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::bell::Bell;
use super::roles::CHUNK;
use crate::domain::OrganizationId;
use crate::domain::error::Error;
use crate::domain::event::recorded::{Entry, Head};
use crate::secret;
use crate::store::db::{COMMITTED, Db, Tx};
use crate::store::event_order::{self, Wanted};
use crate::store::organizations;

/// How long what another process wrote may wait until this one looks.
const LOOK: Duration = Duration::from_millis(500);
/// The least time between two rounds, so that many writes share one.
const PAUSE: Duration = Duration::from_millis(50);
/// How many events are numbered in one transaction.
const BATCH: i64 = 200;

/// Numbers events as they come, until `stopped` ends; then once more, for what the last requests wrote.
pub(crate) async fn keep_numbering(db: Db, bell: Arc<Bell>, stopped: impl Future<Output = ()>) {
    let mut stopped = std::pin::pin!(stopped);
    loop {
        number_and_tell(&db, &bell).await;
        tokio::select! {
            () = &mut stopped => break,
            () = tokio::time::sleep(PAUSE) => {}
        }
        tokio::select! {
            () = &mut stopped => break,
            () = COMMITTED.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    number_and_tell(&db, &bell).await;
}

async fn number_and_tell(db: &Db, bell: &Bell) {
    match number_all(db).await {
        Ok(0) => {}
        Ok(_) => bell.ring(),
        // They go on waiting, and nothing else does.
        Err(error) => {
            let error = anyhow::Error::from(error);
            tracing::error!("events could not be numbered, which is tried again: {error:#}");
        }
    }
}

/// Gives every event that waits its number; how many there were. None where another node does it.
async fn number_all(db: &Db) -> Result<u64, Error> {
    let mut numbered = 0;
    loop {
        // Looked at without the turn first: on SQLite it would keep every writer waiting, for nothing most of the time.
        if !event_order::any_unordered(&mut db.read().await?).await? {
            return Ok(numbered);
        }
        let Some(tx) = db.take_turn().await? else {
            return Ok(numbered);
        };
        let batch = number_some(tx).await?;
        if batch == 0 {
            return Ok(numbered);
        }
        numbered += batch;
    }
}

async fn number_some(mut tx: Tx) -> Result<u64, Error> {
    let unordered = event_order::list_unordered(&mut tx, BATCH).await?;
    let (Some(first), Some(last)) = (unordered.first(), unordered.last()) else {
        return Ok(0);
    };
    let range = (first.number, last.number);
    let mut heads: HashMap<OrganizationId, Head> = HashMap::new();
    let mut placed = Vec::new();
    for waiting in &unordered {
        let organization = waiting.entry.organization;
        let before = match heads.remove(&organization) {
            Some(head) => head,
            None => event_order::head(&mut tx, organization).await?,
        };
        let head = next(&before, &waiting.entry);
        placed.push((organization, waiting.entry.id, head.clone()));
        heads.insert(organization, head);
    }
    event_order::insert(&mut tx, &placed, range).await?;
    tx.commit().await?;
    Ok(placed.len() as u64)
}

/// The place of an event behind another.
fn next(before: &Head, entry: &Entry) -> Head {
    let seq = before.seq + 1;
    Head {
        seq,
        hash: secret::hash(&entry.chained(&before.hash, seq)).0,
    }
}

/// Works the whole chain of every organization out again; where one is broken first, and events that have no place.
pub(super) async fn verify(tx: &mut Tx, found: &mut Vec<String>) -> Result<(), Error> {
    for organization in organizations::list_ids(tx).await? {
        if let Some(broken) = verify_chain(tx, organization).await? {
            found.push(broken);
        }
    }
    for (organization, events) in event_order::misplaced(tx).await? {
        found.push(format!(
            "organization {}: {events} events have no number and wait for none, or have one and wait",
            organization.0
        ));
    }
    Ok(())
}

async fn verify_chain(tx: &mut Tx, organization: OrganizationId) -> Result<Option<String>, Error> {
    let mut head = Head::default();
    loop {
        let wanted = Wanted {
            after: head.seq,
            to: i64::MAX,
            kind: None,
            subject: None,
        };
        let (events, _) = event_order::list(tx, organization, &wanted, CHUNK.into()).await?;
        if events.is_empty() {
            return Ok(None);
        }
        for event in events {
            let expected = next(&head, &event.entry);
            if event.seq != expected.seq {
                return Ok(Some(format!(
                    "organization {}: the trail of events is broken at number {}, which is missing",
                    organization.0, expected.seq
                )));
            }
            if event.hash != expected.hash {
                return Ok(Some(format!(
                    "organization {}: the trail of events is broken at number {}, whose hash does not fit it and what is before it",
                    organization.0, event.seq
                )));
            }
            head = expected;
        }
    }
}
