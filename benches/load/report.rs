//! Medians of rounds, and the tables that `docs/performance.md` shows.

use std::fmt::Write as _;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::driver::Sample;

/// One operation, measured in several rounds, each beside its limit.
pub(crate) struct Row {
    /// What was asked.
    pub(crate) name: String,
    /// Which kind of question of the samples it is.
    pub(crate) kind: usize,
    /// The server, and its limit.
    pub(crate) rounds: Vec<(Sample, Sample)>,
}

/// The value in the middle.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        0 if middle > 0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values.get(middle).copied().unwrap_or(f64::NAN),
    }
}

impl Row {
    fn of_ours(&self, value: impl Fn(&Sample) -> f64) -> f64 {
        median(self.rounds.iter().map(|(ours, _)| value(ours)))
    }

    /// How many of ours there are for each one of the limit, in the same round.
    pub(crate) fn ratio(&self) -> f64 {
        median(
            self.rounds
                .iter()
                .map(|(ours, limit)| ours.rate(self.kind) / limit.rate(self.kind)),
        )
    }

    fn line(&self) -> String {
        let of_limit = |value: &dyn Fn(&Sample) -> f64| {
            median(self.rounds.iter().map(|(_, limit)| value(limit)))
        };
        format!(
            "| {:<36} | {:>8.0} | {:>7.2} | {:>7.2} | {:>5.0} | {:>8.0} | {:>5.0} | {:>5.2} |",
            self.name,
            self.of_ours(|sample| sample.rate(self.kind)),
            self.of_ours(|sample| sample.quantile(self.kind, 50)) / 1000.0,
            self.of_ours(|sample| sample.quantile(self.kind, 99)) / 1000.0,
            self.of_ours(Sample::processor_each),
            of_limit(&|sample| sample.rate(self.kind)),
            of_limit(&Sample::processor_each),
            self.ratio(),
        )
    }
}

/// A table of rows.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "| {:<36} | {:>8} | {:>7} | {:>7} | {:>5} | {:>8} | {:>5} | {:>5} |\n",
        "operation", "a second", "p50 ms", "p99 ms", "µs", "limit/s", "its µs", "ratio"
    );
    text.push_str("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for row in rows {
        let _ = writeln!(text, "{}", row.line());
    }
    text
}

/// The machine and the day.
pub(crate) fn machine() -> Result<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown", |line| line.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism()?;
    let date = Command::new("date").args(["-u", "+%F"]).output()?;
    let date = String::from_utf8(date.stdout).context("a date is text")?;
    Ok(format!("{}, {cores} cores ({model}).", date.trim()))
}
