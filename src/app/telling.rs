//! What receivers are told of what happened, until they say that they have it.
//!
//! It is made of the audit trail when a receiver asks, so nothing waits for anybody in a queue. What an event tells a
//! receiver is a protocol's business and is handed in.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::Caller;
use super::bell::Bell;
use super::receivers::{MISSING, taken};
use crate::domain::error::Error;
use crate::domain::event::Actor;
use crate::domain::event::recorded::Numbered;
use crate::domain::receiver::{Problem, Receiver};
use crate::domain::{MemberId, ReceiverId};
use crate::store::db::Tx;
use crate::store::event_order::{self, Wanted};
use crate::store::receivers as rows;

/// How many numbers behind the first one that is outstanding are looked at.
const REACH: i64 = 10_000;
/// How many events are fetched at once.
const CHUNK: i64 = 100;
/// How many bytes of what is told make an answer full, however few its parts.
const FULL: usize = 4 << 20;
/// The most bytes that are kept of what a receiver says of a problem.
const LONGEST_PROBLEM: usize = 1024;

/// What a receiver says when it asks.
#[derive(Debug)]
pub(crate) struct Poll {
    /// The numbers that it has, of the receiver with the id beside them.
    pub(crate) acknowledged: Vec<(ReceiverId, i64)>,
    /// What it could not take.
    pub(crate) problems: Vec<(ReceiverId, Problem)>,
    /// How much it is told at most.
    pub(crate) most: usize,
    /// For how long an answer that tells nothing may be put off.
    pub(crate) wait: Duration,
}

/// What is outstanding.
#[derive(Debug)]
pub(crate) struct Outstanding<T> {
    /// What is told, by the number of the event.
    pub(crate) told: Vec<(i64, T)>,
    /// Whether there is more.
    pub(crate) more: bool,
}

/// Takes down what the caller has, and tells it what it has not, of what `tell` says of an event: given the receiver,
/// the event, and what the directory calls the member whom it is about.
pub(crate) async fn poll<T: AsRef<str>>(
    caller: &Caller,
    bell: &Bell,
    poll: &Poll,
    tell: impl Fn(&Receiver, &Numbered, Option<&str>) -> Option<T>,
) -> Result<Outstanding<T>, Error> {
    let mut waiting = bell.wait(poll.wait);
    if !poll.acknowledged.is_empty() || !poll.problems.is_empty() {
        acknowledge(caller, poll, &tell).await?;
    }
    loop {
        let mut tx = caller.db.read().await?;
        // Looked up each time: a token that is revoked meanwhile is told nothing more.
        let receiver = receiver_of(caller, &mut tx, waiting.seconds()).await?;
        let walked = walk(caller, &mut tx, &receiver, poll.most, &tell).await?;
        drop(tx);
        if walked.position > receiver.acknowledged {
            move_on(caller, &receiver, walked.position).await?;
        }
        let found = walked.found;
        if !found.told.is_empty() || found.more || poll.most == 0 || !waiting.again().await {
            return Ok(found);
        }
    }
}

/// The receiver who asks, so many seconds after the request came.
async fn receiver_of(caller: &Caller, tx: &mut Tx, seconds: i64) -> Result<Receiver, Error> {
    let Actor::ProvisioningClient(token) = caller.actor else {
        return Err(MISSING);
    };
    rows::find_by_token(
        tx,
        caller.organization,
        token,
        caller.now.plus_seconds(seconds),
    )
    .await?
    .ok_or(MISSING)
}

/// Keeps what a receiver says of what it was told. What names nothing that is outstanding is passed over.
async fn acknowledge<T: AsRef<str>>(
    caller: &Caller,
    poll: &Poll,
    tell: &impl Fn(&Receiver, &Numbered, Option<&str>) -> Option<T>,
) -> Result<(), Error> {
    let mut tx = caller.write().await?;
    let receiver = receiver_of(caller, &mut tx, 0).await?;
    // Held from here on, since it may be asking twice at once.
    let mut receiver = rows::hold(&mut tx, caller.organization, receiver.id)
        .await?
        .ok_or(MISSING)?;
    let head = event_order::head(&mut tx, caller.organization).await?.seq;
    let end = head.min(receiver.acknowledged.saturating_add(REACH));
    let before = rows::list_receipts(&mut tx, caller.organization, receiver.id).await?;
    let own = |id: ReceiverId, seq: i64| {
        id == receiver.id && seq > receiver.acknowledged && seq <= end && !before.contains(&seq)
    };
    let mut new: HashSet<i64> = HashSet::new();
    new.extend(
        poll.acknowledged
            .iter()
            .filter(|(id, seq)| own(*id, *seq))
            .map(|(_, seq)| *seq),
    );
    let mut problem = None;
    for (id, said) in &poll.problems {
        if own(*id, said.seq) {
            new.insert(said.seq);
            problem = Some(said);
        }
    }
    let new: Vec<i64> = new.into_iter().collect();
    rows::insert_receipts(&mut tx, caller.organization, receiver.id, &new).await?;
    if let Some(problem) = problem {
        tracing::warn!(receiver = %receiver.id, seq = problem.seq, error = problem.error, "a receiver could not take an event");
        receiver.problem = Some(cut(problem));
    }
    receiver.acknowledged = walk(caller, &mut tx, &receiver, 0, tell).await?.position;
    rows::delete_receipts(
        &mut tx,
        caller.organization,
        receiver.id,
        receiver.acknowledged,
    )
    .await?;
    taken(rows::update(&mut tx, caller.organization, &receiver).await?)?;
    tx.commit().await
}

fn cut(problem: &Problem) -> Problem {
    let short = |text: &str| {
        let mut end = text.len().min(LONGEST_PROBLEM);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text[..end].to_owned()
    };
    Problem {
        seq: problem.seq,
        error: short(&problem.error),
        description: short(&problem.description),
    }
}

/// Writes down that nothing is outstanding up to a number, if nobody has written anything else meanwhile.
async fn move_on(caller: &Caller, seen: &Receiver, position: i64) -> Result<(), Error> {
    let mut tx = caller.write().await?;
    let Some(mut receiver) = rows::hold(&mut tx, caller.organization, seen.id).await? else {
        return Ok(());
    };
    if receiver.acknowledged == seen.acknowledged && receiver.events == seen.events {
        receiver.acknowledged = position;
        rows::delete_receipts(&mut tx, caller.organization, receiver.id, position).await?;
        taken(rows::update(&mut tx, caller.organization, &receiver).await?)?;
        tx.commit().await?;
    }
    Ok(())
}

struct Walked<T> {
    /// Up to this number nothing is outstanding.
    position: i64,
    found: Outstanding<T>,
}

/// Walks along the trail from where nothing is outstanding any more.
async fn walk<T: AsRef<str>>(
    caller: &Caller,
    tx: &mut Tx,
    receiver: &Receiver,
    most: usize,
    tell: &impl Fn(&Receiver, &Numbered, Option<&str>) -> Option<T>,
) -> Result<Walked<T>, Error> {
    let mut walked = Walked {
        position: receiver.acknowledged,
        found: Outstanding {
            told: Vec::new(),
            more: false,
        },
    };
    let receipts = rows::list_receipts(tx, caller.organization, receiver.id).await?;
    let head = event_order::head(tx, caller.organization).await?.seq;
    let end = head.min(receiver.acknowledged.saturating_add(REACH));
    let (mut at, mut bytes) = (receiver.acknowledged, 0);
    while at < end {
        let wanted = Wanted {
            after: at,
            to: end,
            kind: None,
            subject: None,
        };
        let (events, _) = event_order::list(tx, caller.organization, &wanted, CHUNK).await?;
        if events.is_empty() {
            break;
        }
        let names = names_of(caller, tx, &events).await?;
        for event in &events {
            let name = names.get(event.entry.subject.as_deref().unwrap_or_default());
            let told = if receipts.contains(&event.seq) {
                None
            } else {
                tell(receiver, event, name.map(String::as_str))
            };
            at = event.seq;
            let Some(told) = told else {
                if walked.found.told.is_empty() {
                    walked.position = at;
                }
                continue;
            };
            if walked.found.told.len() >= most || bytes >= FULL {
                walked.found.more = true;
                return Ok(walked);
            }
            bytes += told.as_ref().len();
            walked.found.told.push((at, told));
        }
    }
    walked.found.more = at < head;
    Ok(walked)
}

/// What the directory calls the members whom events are about, by their ids as text.
async fn names_of(
    caller: &Caller,
    tx: &mut Tx,
    events: &[Numbered],
) -> Result<HashMap<String, String>, Error> {
    let members: HashSet<MemberId> = events
        .iter()
        .filter(|event| event.entry.kind.starts_with("member."))
        .filter_map(|event| MemberId::parse(event.entry.subject.as_deref()?))
        .collect();
    if members.is_empty() {
        return Ok(HashMap::new());
    }
    let members: Vec<MemberId> = members.into_iter().collect();
    let names = rows::external_ids(tx, caller.organization, &members).await?;
    Ok(names
        .into_iter()
        .map(|(member, name)| (member.to_string(), name))
        .collect())
}
