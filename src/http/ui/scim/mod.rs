//! Organization > SCIM: how a directory is connected, its tokens, and what it sent.

mod guide;
pub(crate) mod request;
pub(crate) mod setup;

use crate::domain::Timestamp;
use crate::domain::request_log::Entry;

/// A moment as people read it, to the second, in UTC.
pub(crate) fn moment(at: Timestamp) -> String {
    let mut text = at.to_string().replacen('T', " ", 1);
    text.truncate(19);
    text
}

/// The outcome of a request as a badge: its class and its words.
fn outcome(status: Option<u16>) -> (&'static str, String) {
    match status {
        Some(status @ ..400) => ("good", status.to_string()),
        Some(status) => ("bad", status.to_string()),
        None => ("warn", "no answer".to_owned()),
    }
}

/// A request as a line of the log.
struct Line {
    id: String,
    at: String,
    method: String,
    path: String,
    /// What it was about: userName or displayName, else its id.
    subject: String,
    outcome: (&'static str, String),
    detail: String,
    leniencies: usize,
}

impl Line {
    fn of(entry: &Entry) -> Self {
        let subject = entry.subject.name.clone();
        Self {
            id: entry.id.to_string(),
            at: moment(entry.at),
            method: entry.method.clone(),
            path: entry.path.clone(),
            subject: subject
                .or_else(|| entry.subject.id.clone())
                .unwrap_or_default(),
            outcome: outcome(entry.status),
            detail: entry.detail.clone().unwrap_or_default(),
            leniencies: entry.leniencies.len(),
        }
    }
}
