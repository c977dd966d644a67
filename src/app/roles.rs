//! Deriving roles again after facts have changed (R9), and what follows from a role that gives no access (R13).

use super::{Caller, seats};
use crate::domain::MemberId;
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::member::Member;
use crate::domain::role::Role;
use crate::store::db::Tx;
use crate::store::roles::{Derived, RoleChange};
use crate::store::{credentials, mapping, members, roles};

/// How many members one statement handles: enough to be quick, few enough to bound memory.
pub(super) const CHUNK: u16 = 500;

/// Derives the roles of these members again, in the transaction that changed a fact of theirs; whose role is another
/// now. Who has no access any more loses every session and token.
///
/// They are taken in the order of their ids, whatever their number, so that two of us never wait for each other: a
/// transaction beside others calls this once.
pub(super) async fn derive(
    caller: &Caller,
    tx: &mut Tx,
    members: &[MemberId],
) -> Result<Vec<RoleChange>, Error> {
    let mut changed = Vec::new();
    let mut members = members.to_vec();
    members.sort_unstable();
    members.dedup();
    for chunk in members.chunks(usize::from(CHUNK)) {
        roles::hold(tx, caller.organization, chunk).await?;
        changed.extend(derive_held(caller, tx, chunk, Vec::new()).await?);
    }
    Ok(changed)
}

/// The same for members whom the transaction holds already. Tells of what was done to them before, and of what follows.
pub(super) async fn derive_held(
    caller: &Caller,
    tx: &mut Tx,
    members: &[MemberId],
    mut told: Vec<Event>,
) -> Result<Vec<RoleChange>, Error> {
    let derived = roles::derive(tx, caller.organization, members).await?;
    let changes = settled(caller, tx, derived).await?;
    told.extend(changes.iter().map(changed));
    if !told.is_empty() {
        caller.record(tx, told).await?;
    }
    Ok(changes)
}

fn changed(change: &RoleChange) -> Event {
    let told = Event::role_changed(change.member, change.before, change.after, change.source);
    if change.after.has_access() {
        return told;
    }
    told.with_ended(change.ended)
}

/// Sees to the seats, and ends what those who have no access any more came in with; whose role is another after all.
async fn settled(
    caller: &Caller,
    tx: &mut Tx,
    mut derived: Derived,
) -> Result<Vec<RoleChange>, Error> {
    seats::settle(caller, tx, &mut derived).await?;
    let barred: Vec<MemberId> = derived
        .changes
        .iter()
        .filter(|change| !change.after.has_access())
        .map(|change| change.member)
        .collect();
    if !barred.is_empty() {
        let ended = credentials::delete_all_of(tx, caller.organization, &barred).await?;
        for change in &mut derived.changes {
            change.ended = ended.get(&change.member).copied().unwrap_or_default();
        }
    }
    Ok(derived.changes)
}

/// Gives a new member a seat, where seats are limited and one is free.
pub(super) async fn seat(caller: &Caller, tx: &mut Tx, member: &mut Member) -> Result<(), Error> {
    if member.role == Role::NotActivated {
        derive(caller, tx, &[member.id]).await?;
        if let Some(role) = members::find_role(tx, caller.organization, member.id).await? {
            member.role = role;
        }
    }
    Ok(())
}

/// Activates who waits for a seat, after somebody has left or the limit was raised.
pub(super) async fn fill_seats(caller: &Caller, tx: &mut Tx) -> Result<(), Error> {
    let nobody = Derived {
        changes: Vec::new(),
        any_waits: true,
    };
    let changes = settled(caller, tx, nobody).await?;
    if !changes.is_empty() {
        let told = changes.iter().map(changed).collect();
        caller.record(tx, told).await?;
    }
    Ok(())
}

/// Derives the roles of everybody who is in a group of this name, of the directory's or of a sign-on's.
pub(super) async fn derive_group(
    caller: &Caller,
    tx: &mut Tx,
    group: &str,
) -> Result<Vec<RoleChange>, Error> {
    let mut changed = Vec::new();
    let mut last = None;
    loop {
        let members =
            mapping::members_named_after(tx, caller.organization, group, last, CHUNK).await?;
        last = members.last().copied();
        if last.is_none() {
            return Ok(changed);
        }
        changed.extend(derive(caller, tx, &members).await?);
    }
}

/// Derives the roles of every member of the organization.
pub(super) async fn derive_all(caller: &Caller, tx: &mut Tx) -> Result<(), Error> {
    let mut last = None;
    loop {
        let members = mapping::members_after(tx, caller.organization, last, CHUNK).await?;
        last = members.last().copied();
        if last.is_none() {
            return Ok(());
        }
        derive(caller, tx, &members).await?;
    }
}
