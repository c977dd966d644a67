//! What the server says about itself: log lines on standard error, and metrics.
//!
//! It sets both up and knows nothing of what is logged or counted. Standard output belongs to the commands.

use std::sync::OnceLock;

use anyhow::Context as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::LogFormat;

/// The histogram of how long requests take, in seconds.
pub(crate) const REQUEST_SECONDS: &str = "http_request_duration_seconds";
/// The counter of requests.
pub(crate) const REQUESTS: &str = "http_requests_total";

/// The counter of entries of the request log that were lost.
pub(crate) const REQUEST_LOG_LOST: &str = "scim_request_log_lost_total";

/// The upper ends of the buckets of `REQUEST_SECONDS`.
const SECONDS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// Lets log lines out on standard error, for the life of the process.
pub(crate) fn init_logs(format: LogFormat, filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)
        .with_context(|| format!("log_filter {filter:?} cannot be read"))?;
    tracing::subscriber::set_global_default(subscriber(format, filter, std::io::stderr))
        .context("log lines are already let out elsewhere")?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(
            place,
            "panicked: {}",
            panic.payload_as_str().unwrap_or("no message")
        );
    }));
    Ok(())
}

fn subscriber<W>(
    format: LogFormat,
    filter: EnvFilter,
    writer: W,
) -> Box<dyn tracing::Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    match format {
        LogFormat::Text => Box::new(builder.with_ansi(false).finish()),
        LogFormat::Json => Box::new(
            builder
                .json()
                .flatten_event(true)
                .with_span_list(false)
                .finish(),
        ),
    }
}

/// Begins to gather metrics, once for the process. The handle renders them; its upkeep must be run now and then.
pub(crate) fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Full(REQUEST_SECONDS.to_owned()), &SECONDS)
                .expect("the list of buckets is not empty")
                .build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!(
                    "metrics are already gathered elsewhere in this process; /metrics stays empty"
                );
            }
            metrics::describe_counter!(REQUESTS, "Requests answered, by method, route and status.");
            metrics::describe_counter!(
                REQUEST_LOG_LOST,
                "Entries of the request log that were not written."
            );
            metrics::describe_histogram!(
                REQUEST_SECONDS,
                metrics::Unit::Seconds,
                "Time from the head of a request to the head of its answer."
            );
            handle
        })
        .clone()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is written of one `info` and one `debug` line inside a request's span.
    fn written(format: LogFormat) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber(format, EnvFilter::new("info"), move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            let _request = tracing::error_span!("request", request_id = "r-1").entered();
            tracing::info!(status = 200, "answered");
            tracing::debug!("unseen");
        });
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_of_json_is_one_object_with_the_requests_id() {
        let text = written(LogFormat::Json);
        let line: serde_json::Value =
            serde_json::from_str(&text).expect("one object and nothing else");
        assert_eq!(line["message"], "answered");
        assert_eq!(line["status"], 200);
        assert_eq!(line["span"]["request_id"], "r-1");
    }

    #[test]
    fn a_line_of_text_has_the_requests_id_and_no_colours() {
        let text = written(LogFormat::Text);
        assert_eq!(text.lines().count(), 1);
        assert!(
            text.contains("request_id=\"r-1\"") && text.contains("answered"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn metrics_are_gathered_once_however_often_they_are_asked_for() {
        let (first, second) = (metrics(), metrics());
        metrics::counter!("a_test_counted").increment(1);
        assert!(first.render().contains("a_test_counted 1"));
        assert!(second.render().contains("a_test_counted 1"));
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_an_error() {
        assert!(init_logs(LogFormat::Text, "info,=,").is_err());
    }
}
