//! What the targets share: the limit of time for one input, and services that are made anew from time to time.

use std::cell::Cell;
use std::time::Duration;

use rollright::fuzzing::{Outcome, Service};
use rustix::time::{ClockId, clock_gettime};
use tempfile::TempDir;

/// The most that one input may take of the processor.
const LIMIT: Duration = Duration::from_millis(100);

/// How many inputs one service gets.
const LIFE: u32 = 2000;

thread_local! {
    /// The most that an input of this process has taken.
    static SLOWEST: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// What this process has had of the processor. Not the time that passes: others work beside it.
fn worked() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).expect("no time before it began");
    let nanoseconds = u32::try_from(time.tv_nsec).expect("less than a second");
    Duration::new(seconds, nanoseconds)
}

/// Runs one input, within the limit. Says each time which is the slowest until now: the last such line of a run counts.
pub fn in_time<T>(run: impl FnOnce() -> T) -> T {
    let before = worked();
    let result = run();
    let took = worked() - before;
    if took > SLOWEST.get() {
        SLOWEST.set(took);
        eprintln!("slowest input: {} microseconds", took.as_micros());
    }
    assert!(took < LIMIT, "one input took {took:?}");
    result
}

/// A service, with its database in a folder that goes with it.
pub struct Services {
    service: Option<Service>,
    folder: TempDir,
    number: u64,
    asked: u32,
}

impl Services {
    /// The first one.
    pub fn new() -> Self {
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            TempDir::new_in(memory)
        } else {
            TempDir::new()
        };
        Self {
            service: None,
            folder: folder.expect("a folder can be made"),
            number: 0,
            asked: 0,
        }
    }

    /// Sends an input to the service; to a new one where the old one has lost something or is old. What is stored in
    /// the old one must be as the facts say.
    pub fn ask(&mut self, input: &[u8]) {
        let service = self.service.get_or_insert_with(|| {
            self.number += 1;
            let path = self.folder.path().join(format!("{}.db", self.number));
            Service::open(&format!("sqlite:{}", path.display()))
        });
        let outcome = in_time(|| service.ask(input));
        self.asked += 1;
        if outcome == Outcome::Removed || self.asked >= LIFE {
            let found = service.verify();
            assert!(found.is_empty(), "{found:?}");
            self.asked = 0;
            self.service = None;
            for file in std::fs::read_dir(self.folder.path()).expect("the folder is there") {
                let _ = std::fs::remove_file(file.expect("it can be read").path());
            }
        }
    }
}

impl Default for Services {
    fn default() -> Self {
        Self::new()
    }
}
