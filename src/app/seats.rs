//! Seats (R16): who has access takes one, and nothing exceeds the limit. Whom rules would activate beyond it waits, and
//! is activated in the transaction that frees a seat.

use super::Caller;
use crate::domain::MemberId;
use crate::domain::error::Error;
use crate::domain::listing::{MemberFilter, MemberOrder, Slice};
use crate::domain::mapping::Mapping;
use crate::domain::member::Member;
use crate::domain::query::Found;
use crate::domain::role::{Role, RoleSource};
use crate::store::db::Tx;
use crate::store::roles::{self as rows, Derived, RoleChange};
use crate::store::search::members as search;
use crate::store::{mapping, organizations, roles, seats};

/// How many who wait are looked at in one statement.
const CHUNK: i64 = 500;

/// After roles have been derived: holds those who came up to the limit, and activates others where seats are free.
/// Costs nothing where nobody took or freed a seat, and one statement where there is no limit.
pub(super) async fn settle(
    caller: &Caller,
    tx: &mut Tx,
    derived: &mut Derived,
) -> Result<(), Error> {
    let crosses = |change: &RoleChange| change.before.has_access() != change.after.has_access();
    if !derived.any_waits && !derived.changes.iter().any(crosses) {
        return Ok(());
    }
    let organization = caller.organization;
    let Some(limit) = seats::hold_limit(tx, organization).await? else {
        return Ok(());
    };
    let mut free = limit - seats::count(tx, organization).await?;
    if free < 0 {
        let excess = usize::try_from(-free).unwrap_or(usize::MAX);
        let mut came: Vec<MemberId> = derived
            .changes
            .iter()
            .filter(|change| crosses(change) && change.after.has_access())
            .filter(|change| change.after != Role::Owner)
            .map(|change| change.member)
            .collect();
        came.drain(..came.len().saturating_sub(excess));
        if !came.is_empty() {
            seats::set_waiting(tx, organization, &came, true).await?;
            merge(derived, rows::derive(tx, organization, &came).await?);
        }
        return Ok(());
    }
    while free > 0 {
        let next = seats::waiting(tx, organization, free.min(CHUNK)).await?;
        if next.is_empty() {
            return Ok(());
        }
        roles::hold(tx, organization, &next).await?;
        seats::set_waiting(tx, organization, &next, false).await?;
        merge(derived, rows::derive(tx, organization, &next).await?);
        free = limit - seats::count(tx, organization).await?;
    }
    Ok(())
}

/// Adds what was derived later: of two changes of one member, one from the first to the last.
fn merge(derived: &mut Derived, later: Derived) {
    for change in later.changes {
        let earlier = derived
            .changes
            .iter_mut()
            .find(|earlier| earlier.member == change.member);
        match earlier {
            Some(earlier) => {
                earlier.after = change.after;
                earlier.source = change.source;
            }
            None => derived.changes.push(change),
        }
    }
    derived
        .changes
        .retain(|change| change.before != change.after);
}

/// How an organization's seats stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seats {
    /// How many there are; `None` for any number.
    pub(crate) limit: Option<i64>,
    /// How many are taken.
    pub(crate) used: i64,
    /// How many members wait for one.
    pub(crate) waiting: i64,
}

/// The seats of the caller's organization.
pub(crate) async fn find(caller: &Caller) -> Result<Seats, Error> {
    standing(caller, &mut caller.db.read().await?).await
}

async fn standing(caller: &Caller, tx: &mut Tx) -> Result<Seats, Error> {
    let organization = organizations::find(tx, caller.organization)
        .await?
        .ok_or(Error::NotFound("organization"))?;
    Ok(Seats {
        limit: organization.seat_limit,
        used: seats::count(tx, caller.organization).await?,
        waiting: seats::count_waiting(tx, caller.organization).await?,
    })
}

/// Who has a seat and why: members, each with the names of their groups and where they are in them.
#[derive(Debug)]
pub(crate) struct Report {
    /// How the seats stand.
    pub(crate) seats: Seats,
    /// What groups give.
    pub(crate) mapping: Mapping,
    /// The members.
    pub(crate) members: Found<(Member, Vec<(String, RoleSource)>)>,
}

/// A part of the report on seats; Owner and Administrators read it.
pub(crate) async fn report(
    caller: &Caller,
    filter: &MemberFilter,
    order: (MemberOrder, bool),
    slice: Slice,
) -> Result<Report, Error> {
    caller.must_administer()?;
    let organization = caller.organization;
    let mut tx = caller.db.read().await?;
    let total = search::count(&mut tx, organization, filter).await?;
    let found = search::list(&mut tx, organization, filter, order, slice).await?;
    let mut resources = Vec::with_capacity(found.len());
    for member in found {
        // One after the other: the view of groups is quick for one member at a time.
        let groups = mapping::groups_named(&mut tx, organization, member.id).await?;
        resources.push((member, groups));
    }
    Ok(Report {
        seats: standing(caller, &mut tx).await?,
        mapping: mapping::find(&mut tx, organization).await?,
        members: Found { total, resources },
    })
}
