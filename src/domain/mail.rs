//! Mail that waits to be sent, and when it is tried again.

use super::{MailId, Timestamp};

/// How long who has taken a mail may take to send it, in seconds: longer than any mail server may.
pub(crate) const LEASE: i64 = 300;
/// The pauses before a mail is tried again, in seconds: about a day altogether.
const PAUSES: [i64; 8] = [60, 300, 900, 3600, 3600, 4 * 3600, 8 * 3600, 8 * 3600];

/// A mail that has not been sent, as an administrator sees it: not what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Its id.
    pub(crate) id: MailId,
    /// To whom.
    pub(crate) to: String,
    /// About what.
    pub(crate) subject: String,
    /// When it was written.
    pub(crate) created: Timestamp,
    /// How often it was tried.
    pub(crate) attempts: i32,
    /// When it is tried again; never, where it was given up.
    pub(crate) due: Option<Timestamp>,
    /// Why the last time failed.
    pub(crate) problem: Option<String>,
}

/// A mail that is to be sent now.
pub(crate) struct Taken {
    /// Its id.
    pub(crate) id: MailId,
    /// To whom.
    pub(crate) to: String,
    /// About what.
    pub(crate) subject: String,
    /// What it says, sealed.
    pub(crate) sealed: String,
    /// How often it was tried, this time included.
    pub(crate) attempts: i32,
}

/// When a mail is tried again that has failed so many times; never, where that was often enough.
pub(crate) fn next(attempts: i32, now: Timestamp) -> Option<Timestamp> {
    let failed = usize::try_from(attempts.max(1) - 1).ok()?;
    PAUSES.get(failed).map(|pause| now.plus_seconds(*pause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_tried_for_about_a_day_at_growing_intervals() {
        let now = Timestamp(0);
        assert_eq!(next(1, now), Some(Timestamp(60_000)));
        let waits: Vec<_> = (1..20).map_while(|attempts| next(attempts, now)).collect();
        assert_eq!(waits.len(), PAUSES.len());
        assert!(waits.is_sorted());
        let total: i64 = waits.iter().map(|at| at.0 / 3_600_000).sum();
        assert!((20..30).contains(&total), "{total}");
    }
}
