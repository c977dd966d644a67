//! The closed loop: so many callers, each of which asks again as soon as it has its answer, for so long.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

/// Something that asks, again and again.
pub(crate) trait Caller: Send + 'static {
    /// Asks once and says which kind of question it was; `None` ends the loop. `over` says that the time is up: what was
    /// begun may be finished.
    fn step(&mut self, over: bool) -> impl Future<Output = Result<Option<usize>>> + Send;
}

/// What came of a loop.
#[derive(Debug, Default, Clone)]
pub(crate) struct Sample {
    /// By kind of question, how long each took, in nanoseconds, sorted.
    kinds: Vec<Vec<u64>>,
    callers: usize,
    /// Processor time of the process that was asked.
    pub(crate) processor: Duration,
}

impl Sample {
    /// How many were answered, of every kind.
    pub(crate) fn count(&self) -> usize {
        self.kinds.iter().map(Vec::len).sum()
    }

    /// The mean time of one kind, in microseconds.
    pub(crate) fn mean(&self, kind: usize) -> f64 {
        let times = &self.kinds[kind];
        let sum: u64 = times.iter().sum();
        float(sum) / 1000.0 / float(times.len().max(1))
    }

    /// Operations of one kind a second, as if the callers did nothing else.
    pub(crate) fn rate(&self, kind: usize) -> f64 {
        float(self.callers) * 1e6 / self.mean(kind)
    }

    /// The time within which this part of one kind was answered, in microseconds.
    pub(crate) fn quantile(&self, kind: usize, percent: usize) -> f64 {
        let times = &self.kinds[kind];
        let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(at).map_or(0.0, |time| float(*time) / 1000.0)
    }

    /// Processor time of one question, in microseconds, over every kind.
    pub(crate) fn processor_each(&self) -> f64 {
        self.processor.as_secs_f64() * 1e6 / float(self.count().max(1))
    }
}

/// A count as a number to calculate with.
pub(crate) fn float(count: impl TryInto<u64>) -> f64 {
    let count = count.try_into().unwrap_or(u64::MAX);
    #[expect(
        clippy::cast_precision_loss,
        reason = "no count here comes near 2 to the 52"
    )]
    let float = count as f64;
    float
}

/// Lets every caller ask until the time is up. A failure of one ends all.
pub(crate) async fn drive<C: Caller>(callers: Vec<C>, time: Duration) -> Result<Sample> {
    let count = callers.len();
    let end = Instant::now() + time;
    let mut running = JoinSet::new();
    for mut caller in callers {
        running.spawn(async move {
            let mut kinds: Vec<Vec<u64>> = Vec::new();
            loop {
                let asked = Instant::now();
                let Some(kind) = caller.step(asked >= end).await? else {
                    return Ok::<_, anyhow::Error>(kinds);
                };
                if kinds.len() <= kind {
                    kinds.resize(kind + 1, Vec::new());
                }
                let took = u64::try_from(asked.elapsed().as_nanos()).unwrap_or(u64::MAX);
                kinds[kind].push(took);
            }
        });
    }
    let mut sample = Sample {
        callers: count,
        ..Sample::default()
    };
    while let Some(kinds) = running.join_next().await {
        for (kind, times) in kinds??.into_iter().enumerate() {
            if sample.kinds.len() <= kind {
                sample.kinds.resize(kind + 1, Vec::new());
            }
            sample.kinds[kind].extend(times);
        }
    }
    for times in &mut sample.kinds {
        times.sort_unstable();
    }
    Ok(sample)
}
