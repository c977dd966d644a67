//! Reading the audit trail (R18), by number: what Owner and Administrators see of what happened.

use std::time::Duration;

use super::Caller;
use super::bell::Bell;
use crate::domain::error::Error;
use crate::domain::event::Kind;
use crate::domain::event::recorded::Numbered;
use crate::store::db::Tx;
use crate::store::event_order::{self, Wanted};

/// How many numbers one request looks at, whatever it leaves out of them.
const REACH: i64 = 10_000;
/// How many events are fetched at once.
const CHUNK: usize = 100;
/// How many bytes of facts and details make a page full, however few its events.
const FULL: usize = 4 << 20;

/// Which events are asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Those behind this number.
    pub(crate) after: i64,
    /// At most so many.
    pub(crate) limit: usize,
    /// Of this kind alone.
    pub(crate) kind: Option<Kind>,
    /// Of this subject alone.
    pub(crate) subject: Option<String>,
    /// For how long an answer without events may be put off.
    pub(crate) wait: Duration,
}

/// A part of the trail.
#[derive(Debug)]
pub(crate) struct Part {
    /// The events, by number.
    pub(crate) events: Vec<Numbered>,
    /// What to ask for next is behind this number.
    pub(crate) reached: i64,
    /// The number of the last event that there is.
    pub(crate) last: i64,
}

/// A part of the trail; an empty one only after waiting as long as was asked for.
pub(crate) async fn list(caller: &Caller, bell: &Bell, asked: &Asked) -> Result<Part, Error> {
    caller.must_administer()?;
    let mut waiting = bell.wait(asked.wait);
    loop {
        // Checked at each look: who loses the role meanwhile sees nothing more (R13).
        let mut tx = caller.still_allowed(caller.db.read().await?).await?;
        let part = read(&mut tx, caller, asked).await?;
        drop(tx);
        // Where there is more behind what was looked at, the client asks on at once.
        if !part.events.is_empty() || part.reached < part.last || !waiting.again().await {
            return Ok(part);
        }
    }
}

async fn read(tx: &mut Tx, caller: &Caller, asked: &Asked) -> Result<Part, Error> {
    let last = event_order::head(tx, caller.organization).await?.seq;
    let to = last.min(asked.after.saturating_add(REACH));
    let mut part = Part {
        events: Vec::new(),
        reached: asked.after,
        last,
    };
    let mut full = 0;
    while part.reached < to {
        let count = CHUNK.min(asked.limit - part.events.len());
        let wanted = Wanted {
            after: part.reached,
            to,
            kind: asked.kind.map(Kind::name),
            subject: asked.subject.as_deref(),
        };
        let few = i64::try_from(count).unwrap_or(i64::MAX);
        let (events, bytes) = event_order::list(tx, caller.organization, &wanted, few).await?;
        full += bytes;
        // Where fewer came than could have, nothing up to the end is wanted any more.
        part.reached = match events.last() {
            Some(event) if events.len() == count => event.seq,
            Some(_) | None => to,
        };
        part.events.extend(events);
        if full >= FULL || part.events.len() >= asked.limit {
            break;
        }
    }
    Ok(part)
}
