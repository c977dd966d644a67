//! Times in messages, each checked with the skew that a connection allows.

use roxmltree::Node;

use super::refusal::Refusal;
use super::xml::{self, shown};
use crate::domain::Timestamp;

/// How old a message or an Assertion may be. It is made when somebody has signed in and is carried here at once;
/// ten minutes are what a request of ours stays open.
pub(super) const MAX_AGE_SECONDS: i64 = 600;

/// Now, and by how much the clocks may differ.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub(super) now: Timestamp,
    pub(super) skew_seconds: i64,
}

impl Clock {
    /// Neither made in the future nor too long ago.
    pub(super) fn check_issued(self, node: Node<'_, '_>, of: &'static str) -> Result<(), Refusal> {
        self.check_made(node.attribute("IssueInstant").unwrap_or_default(), of)
    }

    /// Whether somebody signed in just now, who was to be asked for credentials.
    pub(super) fn check_recent(self, node: Node<'_, '_>, of: &'static str) -> Result<(), Refusal> {
        self.check_made(node.attribute(of).unwrap_or_default(), of)
    }

    fn check_made(self, text: &str, of: &'static str) -> Result<(), Refusal> {
        let at = instant(text, of)?;
        let now = self.now;
        if at > now.plus_seconds(self.skew_seconds) {
            return Err(Refusal::NotYetValid { of, at, now });
        }
        if at.plus_seconds(MAX_AGE_SECONDS + self.skew_seconds) < now {
            return Err(Refusal::Expired { of, at, now });
        }
        Ok(())
    }

    pub(super) fn check_begin(self, node: Node<'_, '_>, of: &'static str) -> Result<(), Refusal> {
        let Some(text) = node.attribute("NotBefore") else {
            return Ok(());
        };
        let at = instant(text, of)?;
        let now = self.now;
        if at > now.plus_seconds(self.skew_seconds) {
            return Err(Refusal::NotYetValid { of, at, now });
        }
        Ok(())
    }

    pub(super) fn check_end(
        self,
        node: Node<'_, '_>,
        of: &'static str,
    ) -> Result<Option<Timestamp>, Refusal> {
        self.check_end_at(node.attribute("NotOnOrAfter"), of)
    }

    pub(super) fn check_end_at(
        self,
        text: Option<&str>,
        of: &'static str,
    ) -> Result<Option<Timestamp>, Refusal> {
        let Some(text) = text else {
            return Ok(None);
        };
        let at = instant(text, of)?;
        let now = self.now;
        // "Not on": the moment itself is over.
        if at.plus_seconds(self.skew_seconds) <= now {
            return Err(Refusal::Expired { of, at, now });
        }
        Ok(Some(at))
    }
}

fn instant(text: &str, of: &'static str) -> Result<Timestamp, Refusal> {
    xml::instant(text).ok_or_else(|| Refusal::BadTime {
        of,
        received: shown(text),
    })
}
