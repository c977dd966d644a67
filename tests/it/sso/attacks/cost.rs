//! What the server has spent on a request, where the system says so.

use std::time::Duration;

/// The most that an attack may take of a processor.
const TIME: Duration = Duration::from_millis(200);
/// The most that all attacks together may add to the memory of the server, in KiB.
const MEMORY: u64 = 50 * 1024;
/// How often an attack is brought until one time is short enough. On a busy machine what is measured is not all its own.
const TRIES: u32 = 3;

/// Looks at one process.
pub(super) struct Gauge {
    process: u32,
    memory: Option<u64>,
    last: Option<Duration>,
    tries: u32,
}

impl Gauge {
    pub(super) fn of(process: u32) -> Self {
        Self {
            process,
            memory: None,
            last: None,
            tries: 0,
        }
    }

    /// From here on the memory counts.
    pub(super) fn begin(&mut self) {
        self.memory = self.peak();
    }

    /// The most memory that it ever had, in KiB.
    fn peak(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process)).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// For how long its threads have been on a processor: what they wait for others is no cost.
    pub(super) fn worked(&self) -> Option<Duration> {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.process)).ok()?;
        let mut all = Duration::ZERO;
        for thread in threads {
            // One that has ended meanwhile is gone.
            let path = thread.ok()?.path().join("schedstat");
            let Ok(said) = std::fs::read_to_string(path) else {
                continue;
            };
            all += Duration::from_nanos(said.split(' ').next()?.parse().ok()?);
        }
        Some(all)
    }

    /// Whether what was done since then took no longer than it may.
    pub(super) fn was_quick(&mut self, before: Option<Duration>) -> bool {
        self.tries += 1;
        self.last = before
            .zip(self.worked())
            .map(|(before, after)| after.saturating_sub(before));
        self.last.is_none_or(|took| took <= TIME)
    }

    /// Whether it was tried often enough.
    pub(super) fn gives_up(&self) -> bool {
        self.tries == TRIES
    }

    /// Fails where the last one was too slow, or where all together took too much memory.
    #[track_caller]
    pub(super) fn check(&mut self, what: &str) {
        self.tries = 0;
        let took = self.last.unwrap_or_default();
        assert!(took <= TIME, "{what}: it took {took:?}");
        if let Some((before, now)) = self.memory.zip(self.peak()) {
            let more = now.saturating_sub(before);
            assert!(more <= MEMORY, "{what}: {more} KiB more");
        }
    }
}
