//! Waiting for events without holding anything but one's place.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;

/// How long until somebody who waits looks again unasked: another node may have numbered events.
const LOOK: Duration = Duration::from_secs(1);
/// How many wait at once; who comes later is answered with what there is.
const PLACES: usize = 256;

/// Rung when there may be new events. A node that missed a ring would answer a second later.
#[derive(Debug)]
pub(crate) struct Bell {
    /// Whether the server ends.
    rung: watch::Sender<bool>,
    places: Semaphore,
}

impl Default for Bell {
    fn default() -> Self {
        Self {
            rung: watch::Sender::new(false),
            places: Semaphore::new(PLACES),
        }
    }
}

impl Bell {
    /// Lets everybody who waits look.
    pub(crate) fn ring(&self) {
        self.rung.send_modify(|_| {});
    }

    /// Lets everybody who waits go with what there is, from now on: the server ends.
    pub(crate) fn stop(&self) {
        self.rung.send_replace(true);
    }

    /// Waits until it is rung, or so long: for who looks anyway.
    pub(crate) async fn rung_within(&self, longest: Duration) {
        let mut rung = self.rung.subscribe();
        // Whether it was does not matter.
        let _ = tokio::time::timeout(longest, rung.changed()).await;
    }

    /// Begins to wait, before looking for the first time: so no ring is lost between looking and waiting.
    pub(super) fn wait(&self, longest: Duration) -> Waiting<'_> {
        Waiting {
            bell: self,
            rung: self.rung.subscribe(),
            begun: Instant::now(),
            longest,
            place: None,
        }
    }
}

/// Somebody who looks again and again, and holds no connection in between.
#[derive(Debug)]
pub(super) struct Waiting<'a> {
    bell: &'a Bell,
    rung: watch::Receiver<bool>,
    begun: Instant,
    longest: Duration,
    place: Option<SemaphorePermit<'a>>,
}

impl Waiting<'_> {
    /// Waits until it is worth looking again. `false` where there is no more waiting: the time is over, there is no
    /// place, or the server ends.
    pub(super) async fn again(&mut self) -> bool {
        let (now, end) = (Instant::now(), self.begun + self.longest);
        if now >= end || *self.rung.borrow() {
            return false;
        }
        if self.place.is_none() {
            self.place = self.bell.places.try_acquire().ok();
            if self.place.is_none() {
                return false;
            }
        }
        let until = end.min(now + LOOK);
        // Rung or not, what counts is found by looking.
        let _ = tokio::time::timeout_at(until, self.rung.changed()).await;
        true
    }

    /// For how many seconds it has been waited.
    pub(super) fn seconds(&self) -> i64 {
        i64::try_from(self.begun.elapsed().as_secs()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn who_does_not_want_to_wait_looks_once() {
        assert!(!Bell::default().wait(Duration::ZERO).again().await);
    }

    #[tokio::test]
    async fn waiting_ends_with_the_longest_time_after_a_last_look() {
        let (bell, longest) = (Bell::default(), Duration::from_millis(20));
        let started = Instant::now();
        let mut waiting = bell.wait(longest);
        assert!(waiting.again().await);
        assert!(started.elapsed() >= longest);
        assert!(!waiting.again().await);
    }

    #[tokio::test]
    async fn a_ring_between_looking_and_waiting_is_heard() {
        let (bell, started) = (Bell::default(), Instant::now());
        let mut waiting = bell.wait(LONG);
        bell.ring();
        assert!(waiting.again().await);
        let (again, ()) = tokio::join!(waiting.again(), async { bell.ring() });
        assert!(again);
        assert!(started.elapsed() < LOOK);
    }

    #[tokio::test]
    async fn who_waits_looks_unasked_too_since_another_node_rings_nothing_here() {
        let (bell, started) = (Bell::default(), Instant::now());
        assert!(bell.wait(LONG).again().await);
        let waited = started.elapsed();
        assert!((LOOK..LONG).contains(&waited), "{waited:?}");
    }

    #[tokio::test]
    async fn a_server_that_ends_lets_everybody_go() {
        let (bell, started) = (Bell::default(), Instant::now());
        let mut waiting = bell.wait(LONG);
        let (again, ()) = tokio::join!(waiting.again(), async { bell.stop() });
        assert!(again, "a last look");
        assert!(!waiting.again().await);
        assert!(!bell.wait(LONG).again().await);
        assert!(started.elapsed() < LOOK);
    }

    #[tokio::test]
    async fn who_finds_no_place_to_wait_does_not_wait() {
        let bell = Bell::default();
        let all = bell.places.acquire_many(256).await.unwrap();
        assert!(!bell.wait(LONG).again().await);
        drop(all);
        bell.ring();
        let mut waiting = bell.wait(LONG);
        bell.ring();
        assert!(waiting.again().await);
    }
}
