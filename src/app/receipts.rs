//! The receipt of somebody who left: each effect with its time, out of the trail and what is kept of deliveries. What is
//! not written down is not told.

use std::collections::HashMap;

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::looking_back::{end_of, first_at};
use crate::domain::receipt::{self, Effect, What};
use crate::domain::{GroupId, MemberId, MemberNumber, Timestamp};
use crate::store::{departures, former_members, groups, looking_back, members};

/// How many turns of a role are looked at.
const TURNS: i64 = 200;
/// How far around them, in seconds: a directory takes somebody out of groups in requests of their own.
const AROUND: i64 = 3600;
/// How many events of that time, and how many effects, at most.
const REACH: i64 = 50_000;
const MOST: i64 = 1000;
/// For how long after an event its deliveries are looked for, in seconds: seven days.
const DELIVERED: i64 = 7 * 86_400;

/// Where somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// They have access: there is nothing to tell.
    Present,
    /// A member without access.
    Barred,
    /// Deleted, but what is known of them waits for an administrator.
    Waiting,
    /// Deleted.
    Gone,
}

/// A webhook that took an event.
#[derive(Debug)]
pub(crate) struct Delivered {
    /// Where to.
    pub(crate) url: String,
    /// When.
    pub(crate) at: Timestamp,
    /// Which kind of event it was told of.
    pub(crate) kind: String,
}

/// A receipt.
#[derive(Debug)]
pub(crate) struct Receipt {
    /// The number.
    pub(crate) number: MemberNumber,
    /// The id.
    pub(crate) id: MemberId,
    /// What they are called, as long as that is known.
    pub(crate) name: Option<String>,
    /// Where they stand.
    pub(crate) state: State,
    /// The effects, the oldest first.
    pub(crate) effects: Vec<Effect>,
    /// The displayNames of groups that are still there.
    pub(crate) groups: HashMap<String, String>,
    /// Who was told.
    pub(crate) delivered: Vec<Delivered>,
    /// Whether everything around it was looked at.
    pub(crate) whole: bool,
}

/// The receipt of a member or of who was one; for the Owner and Administrators.
pub(crate) async fn find(caller: &Caller, number: MemberNumber) -> Result<Receipt, Error> {
    caller.must_administer()?;
    let organization = caller.organization;
    let mut tx = caller.db.read().await?;
    let present = members::find_id(&mut tx, organization, number).await?;
    let (id, mut name, mut state) = if let Some(id) = present {
        let member = members::find(&mut tx, organization, id).await?;
        let member = member.ok_or(Error::NotFound("member"))?;
        let state = if member.role.has_access() {
            State::Present
        } else {
            State::Barred
        };
        (id, Some(member.profile.display_name()), state)
    } else {
        let former = former_members::find(&mut tx, organization, number).await?;
        let (id, _) = former.ok_or(Error::NotFound("member"))?;
        (id, None, State::Gone)
    };
    if state == State::Gone
        && let Some(held) = departures::find_held_name(&mut tx, organization, id).await?
    {
        (state, name) = (State::Waiting, Some(held));
    }
    let mut receipt = Receipt {
        number,
        id,
        name,
        state,
        effects: Vec::new(),
        groups: HashMap::new(),
        delivered: Vec::new(),
        whole: true,
    };
    if state == State::Present {
        return Ok(receipt);
    }
    // Since they had access last.
    let mut turns = looking_back::turns(&mut tx, organization, id, TURNS).await?;
    let since = turns
        .iter()
        .position(|one| receipt::gives_access(&one.entry.kind, &one.entry.facts));
    turns.truncate(since.unwrap_or(turns.len()));
    let mut events = HashMap::new();
    let times = turns.iter().map(|one| one.entry.at);
    if let (Some(first), Some(last)) = (times.clone().min(), times.max()) {
        let mut from = first_at(first.plus_seconds(-AROUND));
        let before = end_of(last.plus_seconds(AROUND));
        let floor = looking_back::reach(&mut tx, organization, (from, before), REACH).await?;
        receipt.whole = floor.is_none();
        from = floor.unwrap_or(from);
        let around = looking_back::naming(&mut tx, organization, id, (from, before), MOST).await?;
        for one in turns.into_iter().chain(around) {
            events.entry(one.entry.id).or_insert(one);
        }
    }
    for one in events.values() {
        receipt.effects.extend(receipt::effects(one, id));
        let told = ["member.role_changed", "member.deleted", "member.erased"];
        if let Some(seq) = one.seq
            && told.contains(&one.entry.kind.as_str())
        {
            let time = (one.entry.id, first_at(one.entry.at.plus_seconds(DELIVERED)));
            let taken = looking_back::deliveries(&mut tx, organization, seq, time).await?;
            let kind = &one.entry.kind;
            receipt
                .delivered
                .extend(taken.into_iter().map(|(url, at)| Delivered {
                    url,
                    at,
                    kind: kind.clone(),
                }));
        }
    }
    receipt::sort(&mut receipt.effects);
    receipt.delivered.sort_by_key(|one| one.at);
    for effect in &receipt.effects {
        if let What::LeftGroup(text) = &effect.what
            && let Some(group) = GroupId::parse(text)
            && !receipt.groups.contains_key(text)
            && let Some(found) = groups::find(&mut tx, organization, group).await?
        {
            receipt.groups.insert(text.clone(), found.display_name);
        }
    }
    Ok(receipt)
}
