//! Looking back at the audit trail (R18): newest first, a part at a time, narrowed to what is asked for. In its own order
//! and without gaps it is read in `trail.rs`.

use std::collections::{BTreeSet, HashMap};

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::Kind;
use crate::domain::event::looking_back::{ALL, Found, end_of, first_at, named};
use crate::domain::member::Member;
use crate::domain::{EventId, MemberId, MemberNumber, Timestamp, name};
use crate::store::db::Tx;
use crate::store::looking_back::{self as rows, Wanted};
use crate::store::{former_members, members};

/// How many events one look goes back over at most, whatever it leaves out of them.
const REACH: i64 = 50_000;

/// Which events are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Of this kind alone.
    pub(crate) kind: Option<Kind>,
    /// By whom this is the word alone.
    pub(crate) actor_kind: Option<&'static str>,
    /// By this member alone: a sign-in name or an e-mail address, or the id of whoever did it.
    pub(crate) by: Option<String>,
    /// Of this alone: a sign-in name or an e-mail address, or the id of what it happened to.
    pub(crate) about: Option<String>,
    /// From this moment on.
    pub(crate) since: Option<Timestamp>,
    /// Up to this moment.
    pub(crate) until: Option<Timestamp>,
    /// Those older than this one.
    pub(crate) before: Option<EventId>,
}

/// A part of the trail.
#[derive(Debug)]
pub(crate) struct Part {
    /// The events, newest first.
    pub(crate) events: Vec<Found>,
    /// What to ask for next is before this one; none where the trail ends here.
    pub(crate) next: Option<EventId>,
    /// Those of the members named who are members now.
    pub(crate) known: HashMap<MemberId, Member>,
    /// The numbers of those who have left.
    pub(crate) former: HashMap<MemberId, MemberNumber>,
}

/// A part of the trail, at most so many events; for the Owner and Administrators.
pub(crate) async fn list(caller: &Caller, asked: &Asked, count: usize) -> Result<Part, Error> {
    caller.must_administer()?;
    // Who exports asks again and again: checked at each look, as the trail does.
    let mut tx = caller.still_allowed(caller.db.read().await?).await?;
    let organization = caller.organization;
    let mut wanted = Wanted {
        from: asked.since.map_or(ALL.0, first_at),
        before: asked.until.map_or(ALL.1, end_of),
        kind: asked.kind.map(Kind::name),
        actor_kind: asked.actor_kind,
        actor: None,
        subject: None,
    };
    if let Some(before) = asked.before {
        wanted.before = wanted.before.min(before);
    }
    if let Some(by) = &asked.by {
        let id = id_of(caller, &mut tx, by).await?;
        let id = id.ok_or_else(|| unknown("by", by))?;
        wanted.actor = Some(EventId(id.0));
    }
    if let Some(about) = &asked.about {
        wanted.subject = match id_of(caller, &mut tx, about).await? {
            Some(id) => Some(id.to_string()),
            // A number, a domain, the name of a schema or a permission; an address is always somebody's.
            None if !about.contains('@') => Some(about.clone()),
            None => return Err(unknown("about", about)),
        };
    }
    let narrowed = wanted.kind.is_some()
        || wanted.actor_kind.is_some()
        || wanted.actor.is_some()
        || wanted.subject.is_some();
    // Where nothing is left out, what is asked for is found at once.
    let last = if narrowed {
        rows::reach(&mut tx, organization, (wanted.from, wanted.before), REACH).await?
    } else {
        None
    };
    wanted.from = last.unwrap_or(wanted.from);
    let one_more = i64::try_from(count + 1).unwrap_or(i64::MAX);
    let mut events = rows::list(&mut tx, organization, &wanted, one_more).await?;
    let more = events.len() > count;
    events.truncate(count);
    let next = if more {
        events.last().map(|found| found.entry.id)
    } else {
        last
    };
    let named: Vec<MemberId> = events
        .iter()
        .flat_map(|found| named(&found.entry))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let known = members::list_by_ids(&mut tx, organization, &named).await?;
    let former = former_members::numbers_of(&mut tx, organization, &named).await?;
    Ok(Part {
        former: former.into_iter().collect(),
        events,
        next,
        known: known.into_iter().map(|one| (one.id, one)).collect(),
    })
}

/// The id that somebody means: written out, or of the member who has this address.
async fn id_of(caller: &Caller, tx: &mut Tx, text: &str) -> Result<Option<MemberId>, Error> {
    if let Some(id) = MemberId::parse(text) {
        return Ok(Some(id));
    }
    let found = members::find_ids_by_address(tx, caller.organization, &name::key(text)).await?;
    match found.as_slice() {
        [] => Ok(None),
        [id] => Ok(Some(*id)),
        _ => Err(Error::Invalid(format!(
            "several members have the address {text:?}; give the id of one"
        ))),
    }
}

fn unknown(field: &str, text: &str) -> Error {
    Error::Invalid(format!(
        "{field}: no member has the address {text:?}; of somebody who has left, give the id"
    ))
}
