//! Records that wait to be written: in memory, and no more than a node can afford to lose or to hold.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::retention::Watch;
use crate::domain::request_log::Record;

/// How many wait at most.
const ROOM: usize = 5_000;
/// How many bytes of bodies wait at most.
const ROOM_BYTES: usize = 32 * 1024 * 1024;
/// How many are written in one transaction at most.
const BATCH: usize = 200;
/// How long the first one waits for others.
const PATIENCE: Duration = Duration::from_millis(200);

/// A record to be, made from what was seen by whoever writes it, so that the request does not wait for that.
pub(crate) type Pending = Box<dyn FnOnce() -> Record + Send>;

/// The records of one node that are not written yet.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    /// Somebody waits who came first.
    begun: Notify,
    /// As many wait as are written at once.
    full: Notify,
    /// Held by who writes, so that whoever waits for it finds everything written that came before.
    pub(super) writing: tokio::sync::Mutex<Watch>,
}

#[derive(Default)]
struct Waiting {
    records: Vec<(usize, Pending)>,
    bytes: usize,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a record in that holds so many bytes; `false` where there is no room.
    pub(crate) fn put(&self, bytes: usize, pending: Pending) -> bool {
        let mut waiting = self.waiting();
        if waiting.records.len() >= ROOM || waiting.bytes + bytes > ROOM_BYTES {
            return false;
        }
        waiting.bytes += bytes;
        waiting.records.push((bytes, pending));
        match waiting.records.len() {
            1 => self.begun.notify_one(),
            BATCH => self.full.notify_one(),
            _ => {}
        }
        true
    }

    /// Takes those out that came first, as many as are written at once.
    pub(super) fn take(&self) -> Vec<Pending> {
        let mut waiting = self.waiting();
        let count = waiting.records.len().min(BATCH);
        let taken: Vec<(usize, Pending)> = waiting.records.drain(..count).collect();
        waiting.bytes -= taken.iter().map(|(bytes, _)| bytes).sum::<usize>();
        taken.into_iter().map(|(_, pending)| pending).collect()
    }

    /// Ends when there is something to write, and it has waited long enough or there is much.
    pub(crate) async fn due(&self) {
        self.begun.notified().await;
        // Too late is no error: it is the end of the wait.
        let _ = tokio::time::timeout(PATIENCE, self.full.notified()).await;
    }
}
