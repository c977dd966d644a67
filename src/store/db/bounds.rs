//! How much of the database one organization may have on this node at a time, so that the others are served meanwhile.
//!
//! What is kept here is forgotten with the process, and nothing is wrong then: it orders who waits, and decides nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::domain::OrganizationId;
use crate::domain::error::Error;

/// How many connections there are on PostgreSQL.
pub(super) const CONNECTIONS: u32 = 16;

/// How many of them, or of the places in the queue for the one that writes on SQLite, one organization may have.
const WRITERS: usize = CONNECTIONS as usize / 2;

/// How many searches that look at a whole organization go on at once: each costs a core, and others want one too.
const SEARCHES: usize = 2;

/// How many readings of many rows go on at once: each has a connection until its client has taken all.
const READINGS: usize = 4;

/// How many of them are of one organization.
const READERS: usize = READINGS / 2;

/// For how long somebody waits for a place.
const PATIENCE: Duration = Duration::from_secs(10);

/// The right to be one of a few.
#[derive(Debug)]
pub(crate) struct Place {
    _permits: [Option<OwnedSemaphorePermit>; 2],
}

/// The places of this node.
#[derive(Debug)]
pub(super) struct Bounds {
    writers: Places,
    searchers: Places,
    searches: Arc<Semaphore>,
    readers: Places,
    readings: Arc<Semaphore>,
}

impl Bounds {
    pub(super) fn new() -> Self {
        Self {
            writers: Places::new(WRITERS),
            searchers: Places::new(1),
            searches: Arc::new(Semaphore::new(SEARCHES)),
            readers: Places::new(READERS),
            readings: Arc::new(Semaphore::new(READINGS)),
        }
    }

    /// A place among the writers of an organization.
    pub(super) async fn writer(&self, organization: OrganizationId) -> Result<Place, Error> {
        let own = taken(self.writers.of(organization)).await?;
        Ok(Place {
            _permits: [Some(own), None],
        })
    }

    /// The place of the one who searches a whole organization. Those of one organization queue among themselves first,
    /// so that however many they are, another's is the next but one.
    pub(super) async fn searcher(&self, organization: OrganizationId) -> Result<Place, Error> {
        let own = taken(self.searchers.of(organization)).await?;
        let shared = taken(self.searches.clone()).await?;
        Ok(Place {
            _permits: [Some(own), Some(shared)],
        })
    }

    /// A place among those who read at length.
    pub(super) async fn reader(&self, organization: OrganizationId) -> Result<Place, Error> {
        let own = taken(self.readers.of(organization)).await?;
        let shared = taken(self.readings.clone()).await?;
        Ok(Place {
            _permits: [Some(own), Some(shared)],
        })
    }
}

async fn taken(places: Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Error> {
    match timeout(PATIENCE, places.acquire_owned()).await {
        Ok(Ok(place)) => Ok(place),
        Ok(Err(closed)) => Err(Error::Internal(closed.into())),
        Err(_) => Err(Error::Unavailable(anyhow::anyhow!(
            "too many requests of one organization wait for the database"
        ))),
    }
}

/// So many places for each organization.
#[derive(Debug)]
struct Places {
    each: usize,
    known: Mutex<HashMap<OrganizationId, Weak<Semaphore>>>,
}

/// From how many organizations on those that nobody waits for are forgotten.
const KNOWN: usize = 1024;

impl Places {
    fn new(each: usize) -> Self {
        Self {
            each,
            known: Mutex::new(HashMap::new()),
        }
    }

    fn of(&self, organization: OrganizationId) -> Arc<Semaphore> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = known.get(&organization).and_then(Weak::upgrade) {
            return places;
        }
        if known.len() >= KNOWN {
            known.retain(|_, places| places.strong_count() > 0);
        }
        let places = Arc::new(Semaphore::new(self.each));
        known.insert(organization, Arc::downgrade(&places));
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: OrganizationId = OrganizationId(1);
    const OTHER: OrganizationId = OrganizationId(2);

    #[tokio::test]
    async fn the_writers_of_one_organization_leave_places_to_another() {
        let bounds = Bounds::new();
        let mut held = Vec::new();
        for _ in 0..WRITERS {
            held.push(bounds.writer(OWN).await.unwrap());
        }
        let at_once = Duration::ZERO;
        assert!(timeout(at_once, bounds.writer(OWN)).await.is_err());
        assert!(timeout(at_once, bounds.writer(OTHER)).await.is_ok());
        held.pop();
        assert!(timeout(at_once, bounds.writer(OWN)).await.is_ok());
    }

    #[tokio::test]
    async fn an_organization_searches_once_at_a_time() {
        let bounds = Bounds::new();
        let first = bounds.searcher(OWN).await.unwrap();
        assert!(timeout(Duration::ZERO, bounds.searcher(OWN)).await.is_err());
        let other = bounds.searcher(OTHER).await.unwrap();
        let third = bounds.searcher(OrganizationId(3));
        assert!(timeout(Duration::ZERO, third).await.is_err());
        drop((first, other));
        assert!(timeout(Duration::ZERO, bounds.searcher(OWN)).await.is_ok());
    }

    #[test]
    fn who_does_not_wait_any_more_is_forgotten() {
        let places = Places::new(1);
        let kept = places.of(OWN);
        for other in 2..3000 {
            drop(places.of(OrganizationId(other)));
        }
        assert!(places.known.lock().unwrap().len() <= KNOWN);
        assert!(Arc::ptr_eq(&kept, &places.of(OWN)));
    }
}
