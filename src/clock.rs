//! Now, in whole milliseconds: the only reader of the time.
//!
//! Whoever needs the time is handed a `Clock`, so that a test can set it. Durations are not its business: tokio's
//! timers measure those.

use crate::domain::Timestamp;

/// Tells the time.
#[derive(Debug, Clone)]
pub(crate) enum Clock {
    /// The time of the machine.
    System,
    /// The time that a test has set, in milliseconds. Clones share it.
    #[cfg(test)]
    Set(std::sync::Arc<std::sync::atomic::AtomicI64>),
}

impl Clock {
    /// The clock of the machine.
    pub(crate) fn system() -> Self {
        Self::System
    }

    /// A clock that stands still until it is advanced.
    #[cfg(test)]
    pub(crate) fn set_at(now: Timestamp) -> Self {
        Self::Set(std::sync::Arc::new(std::sync::atomic::AtomicI64::new(
            now.0,
        )))
    }

    /// Moves a set clock, and all its clones, forward.
    #[cfg(test)]
    pub(crate) fn advance(&self, seconds: i64) {
        match self {
            Self::System => panic!("only a set clock can be advanced"),
            Self::Set(at) => {
                at.fetch_add(seconds * 1000, std::sync::atomic::Ordering::SeqCst);
            }
        }
    }

    /// The moment, cut to whole milliseconds, which both engines keep unchanged.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the time"
    )]
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp(jiff::Timestamp::now().as_millisecond()),
            #[cfg(test)]
            Self::Set(at) => Timestamp(at.load(std::sync::atomic::Ordering::SeqCst)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_clock_stands_still_until_it_is_advanced_and_its_clones_go_with_it() {
        let clock = Clock::set_at(Timestamp(1_000));
        let clone = clock.clone();
        assert_eq!(clone.now(), Timestamp(1_000));
        clock.advance(60);
        assert_eq!(clone.now(), Timestamp(61_000));
    }

    #[test]
    fn the_clock_of_the_machine_is_past_the_year_2025() {
        let earliest = Timestamp::parse("2025-01-01T00:00:00Z").unwrap();
        assert!(Clock::system().now() > earliest);
    }
}
