//! How a member leaves (R14), and the brake: deletions that look like a directory's mistake wait for an administrator.
//!
//! Access ends at once in either case. What waits is what cannot be taken back.

use super::{Caller, brake_notice, members, roles, schemas};
use crate::domain::brake;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::member::{Member, Profile};
use crate::domain::{ConnectionId, MemberId, name};
use crate::secret;
use crate::store::db::Tx;
use crate::store::departures as rows;
pub(crate) use crate::store::departures::Held;
use crate::store::members::Start;
use crate::store::{
    events, former_members, groups, mails, members as member_rows, organizations, request_log,
    sign_in_traces, sign_ons,
};

/// How many deletions that wait are handled in one transaction, and shown in one answer.
const CHUNK: i64 = 500;

/// Ends a membership because a person said so: nothing waits.
pub(super) async fn erase(caller: &Caller, tx: &mut Tx, id: MemberId) -> Result<(), Error> {
    let member = take(caller, tx, id, None).await?;
    leave(caller, tx, &member, false).await
}

/// Ends the membership of whoever asks: they leave.
pub(super) async fn quit(caller: &Caller, tx: &mut Tx, id: MemberId) -> Result<(), Error> {
    let member = hold(caller, tx, id, None).await?;
    leave(caller, tx, &member, false).await
}

/// Ends a membership because the directory said so. Beyond the set share of one sweep the deletion waits.
pub(super) async fn remove(
    caller: &Caller,
    tx: &mut Tx,
    id: MemberId,
    seen: Option<Vec<i64>>,
) -> Result<(), Error> {
    let member = take(caller, tx, id, seen).await?;
    let held = counts_as_too_many(caller, tx).await?;
    leave(caller, tx, &member, held).await
}

/// Holds the member until the end of the transaction: not the Owner, nor whoever asks, so that no organization loses its
/// last administrator by a slip.
async fn take(
    caller: &Caller,
    tx: &mut Tx,
    id: MemberId,
    seen: Option<Vec<i64>>,
) -> Result<Member, Error> {
    if caller.actor == Actor::Member(id) {
        return Err(Error::Forbidden(
            "you cannot delete yourself; ask another administrator".to_owned(),
        ));
    }
    hold(caller, tx, id, seen).await
}

/// The same for whoever leaves by themselves.
async fn hold(
    caller: &Caller,
    tx: &mut Tx,
    id: MemberId,
    seen: Option<Vec<i64>>,
) -> Result<Member, Error> {
    // Groups before members, each by id: every transaction takes them in this order.
    groups::lock_all_of(tx, caller.organization, id).await?;
    let member = member_rows::find_doomed(tx, caller.organization, id)
        .await?
        .ok_or(Error::NotFound("User"))?;
    if seen.is_some_and(|seen| !seen.contains(&member.version)) {
        return Err(Error::VersionMismatch("User"));
    }
    members::must_not_be_owner(caller, tx, id).await?;
    Ok(member)
}

/// Counts one removal, and says whether it waits.
async fn counts_as_too_many(caller: &Caller, tx: &mut Tx) -> Result<bool, Error> {
    let organization = caller.organization;
    let pause = i64::try_from(brake::PAUSE.as_secs()).unwrap_or(i64::MAX);
    let since = caller.now.plus_seconds(-pause);
    let share = brake::DEFAULT_SHARE;
    let sweep = rows::count_removal(tx, organization, share, caller.now, since).await?;
    if sweep.removals <= brake::ALWAYS {
        return Ok(false);
    }
    let members = match sweep.members {
        Some(members) => members,
        None => rows::count_members(tx, organization, sweep.removals - 1).await?,
    };
    let held = brake::holds(sweep.removals, members, sweep.share);
    if held && !brake::holds(sweep.removals - 1, members, sweep.share) {
        let event = Event::removals_held(organization, sweep.removals, members);
        caller.record(tx, vec![event]).await?;
        brake_notice::tell(caller, tx, sweep.removals, members).await?;
    }
    Ok(held)
}

/// The member is gone, with sessions, tokens and every personal word unless it is held; what they did stays under
/// their id. A mark that names nobody keeps a sign-on from bringing them back.
async fn leave(caller: &Caller, tx: &mut Tx, member: &Member, held: bool) -> Result<(), Error> {
    let organization = caller.organization;
    let had = rows::what_is_lost(tx, organization, member.id).await?;
    let subjects = sign_ons::list_subjects(tx, organization, member.id).await?;
    for mark in marks(caller, tx, &member.profile, &subjects).await? {
        rows::insert_mark(tx, organization, &mark, caller.now).await?;
    }
    // Only now is it certain which groups the member is in.
    groups::raise_versions_of(tx, organization, member.id, caller.now).await?;
    if held {
        rows::hold(tx, organization, member.id, caller.now).await?;
    } else {
        events::erase(tx, organization, member.id).await?;
    }
    sign_in_traces::erase(tx, organization, member.id).await?;
    let login = name::key(&member.profile.user_name);
    let email = member.profile.email().map(name::key);
    mails::delete_to(tx, organization, &login, email.as_deref().unwrap_or(&login)).await?;
    former_members::insert(tx, organization, member.id, caller.now).await?;
    member_rows::delete(tx, organization, member.id).await?;
    organizations::delete_account_without_place(tx, member.account).await?;
    // Nobody needs the log to come back, so it does not wait. Last: from here on nobody writes to it until this is over.
    let mut named: Vec<String> = member.profile.keys().into_iter().collect();
    named.push(member.id.to_string());
    request_log::erase(tx, organization, &named).await?;
    caller
        .record(tx, vec![Event::member_deleted(member, &had, held)])
        .await?;
    if member.role.has_access() {
        roles::fill_seats(caller, tx).await?;
    }
    Ok(())
}

/// The marks under which somebody would come back by a sign-on.
async fn marks(
    caller: &Caller,
    tx: &mut Tx,
    profile: &Profile,
    subjects: &[(ConnectionId, String)],
) -> Result<Vec<String>, Error> {
    let key = organizations::departure_key(tx, caller.organization).await?;
    let mut marks = vec![address_mark(&key, &name::key(&profile.user_name))];
    marks.extend(
        profile
            .email()
            .map(|email| address_mark(&key, &name::key(email))),
    );
    marks.extend(
        subjects
            .iter()
            .map(|(connection, subject)| subject_mark(&key, *connection, subject)),
    );
    Ok(marks)
}

/// The mark of somebody known by a sign-in name or an e-mail address.
pub(super) fn address_mark(key: &str, address: &str) -> String {
    secret::keyed_hash(key, &format!("address:{address}"))
}

/// The mark of somebody known to a connection by a subject.
pub(super) fn subject_mark(key: &str, connection: ConnectionId, subject: &str) -> String {
    secret::keyed_hash(key, &format!("subject:{connection}:{subject}"))
}

/// Takes away the mark of whoever had this address: they are back by an invitation.
pub(super) async fn forget(caller: &Caller, tx: &mut Tx, address: &str) -> Result<(), Error> {
    let key = organizations::departure_key(tx, caller.organization).await?;
    rows::delete_mark(tx, caller.organization, &address_mark(&key, address)).await?;
    Ok(())
}

/// Finishes the deletions that wait of who had this name: the directory makes somebody new under it, who shall have the
/// address. Whether there was anybody.
pub(super) async fn give_way(caller: &Caller, tx: &mut Tx, key: &str) -> Result<bool, Error> {
    let waiting = rows::find_held_by_user_name(tx, caller.organization, key).await?;
    for (id, account) in &waiting {
        finish(caller, tx, *id).await?;
        organizations::delete_account_without_place(tx, *account).await?;
    }
    Ok(!waiting.is_empty())
}

async fn finish(caller: &Caller, tx: &mut Tx, id: MemberId) -> Result<(), Error> {
    events::erase(tx, caller.organization, id).await?;
    rows::release(tx, caller.organization, id).await?;
    caller.record(tx, vec![Event::member_erased(id)]).await
}

/// What the brake holds.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// The share of the members in percent beyond which deletions of one sweep wait; 0 where none do.
    pub(crate) share: i16,
    /// How many deletions wait.
    pub(crate) total: u64,
    /// How many were deleted in the last sweep, and of how many members there were when it began, where that mattered.
    pub(crate) sweep: Option<(i64, i64)>,
    /// The first of them.
    pub(crate) members: Vec<Held>,
}

/// How many deletions wait.
pub(crate) async fn count(caller: &Caller) -> Result<u64, Error> {
    caller.must_administer()?;
    rows::count_held(&mut caller.db.read().await?, caller.organization).await
}

/// The deletions that wait, by id.
pub(crate) async fn waiting(caller: &Caller, after: Option<MemberId>) -> Result<Waiting, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let share = rows::find_share(&mut tx, caller.organization).await?;
    let held = rows::list_held(&mut tx, caller.organization, after, CHUNK).await?;
    Ok(Waiting {
        sweep: rows::find_sweep(&mut tx, caller.organization).await?,
        share: share.unwrap_or(brake::DEFAULT_SHARE),
        total: rows::count_held(&mut tx, caller.organization).await?,
        members: held,
    })
}

/// Sets the share in percent, and begins to count anew.
pub(crate) async fn set_share(caller: &Caller, share: i16) -> Result<(), Error> {
    caller.must_administer()?;
    if !(0..=100).contains(&share) {
        return Err(Error::Invalid(
            "`share` must be a number from 0, which holds nothing, to 100".to_owned(),
        ));
    }
    let mut tx = caller.write_alone().await?;
    let before = rows::find_share(&mut tx, caller.organization).await?;
    rows::set_share(&mut tx, caller.organization, share).await?;
    let before = before.unwrap_or(brake::DEFAULT_SHARE);
    caller
        .record(
            &mut tx,
            vec![Event::removal_share_changed(
                caller.organization,
                before,
                share,
            )],
        )
        .await?;
    tx.commit().await
}

/// What is done with the deletions that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// They were meant: what was kept is erased.
    Erase,
    /// They were a mistake: everybody is there again, in the groups that are still there.
    Restore,
}

/// Decides on these deletions that wait, or on all; how many it was done for, and the names that somebody else has now,
/// who stay held. Each 500 are one transaction: what was done stays done.
pub(crate) async fn decide(
    caller: &Caller,
    decision: Decision,
    only: Option<&[MemberId]>,
) -> Result<(u64, Vec<String>), Error> {
    caller.must_administer()?;
    let (mut done, mut taken, mut last) = (0, Vec::new(), None);
    loop {
        let mut tx = caller.write_alone().await?;
        let held = rows::list_held(&mut tx, caller.organization, last, CHUNK).await?;
        last = held.last().map(|one| one.id);
        if last.is_none() {
            return Ok((done, taken));
        }
        for one in held {
            if only.is_some_and(|only| !only.contains(&one.id)) {
                continue;
            }
            match decision {
                Decision::Erase => {
                    finish(caller, &mut tx, one.id).await?;
                    organizations::delete_account_without_place(&mut tx, one.account).await?;
                }
                Decision::Restore => {
                    if !restore(caller, &mut tx, &one).await? {
                        taken.push(one.profile.user_name);
                        continue;
                    }
                }
            }
            done += 1;
        }
        tx.commit().await?;
    }
}

/// Makes the member again as they were; `false` where somebody else has the name, or a value that may occur once.
async fn restore(caller: &Caller, tx: &mut Tx, held: &Held) -> Result<bool, Error> {
    let organization = caller.organization;
    let start = Start {
        base: Some(held.base),
        owner: false,
        unconfirmed: None,
    };
    let (id, profile) = (held.id, &held.profile);
    let made = member_rows::insert(
        tx,
        organization,
        id,
        held.account,
        profile,
        &start,
        caller.now,
    )
    .await?;
    let Some(made) = made else {
        return Ok(false);
    };
    let defined = schemas::of_organization(caller, tx).await?;
    match schemas::take(caller, tx, &defined, id, &profile.attributes).await {
        Err(Error::Taken(_)) => {
            member_rows::delete(tx, organization, id).await?;
            return Ok(false);
        }
        taken => taken?,
    }
    let subjects = rows::subjects_of(tx, organization, id).await?;
    for mark in marks(caller, tx, profile, &subjects).await? {
        rows::delete_mark(tx, organization, &mark).await?;
    }
    former_members::delete(tx, organization, id).await?;
    let back_in = rows::groups_of(tx, organization, id).await?;
    rows::give_back(tx, organization, id).await?;
    groups::raise_versions_of(tx, organization, id, caller.now).await?;
    rows::release(tx, organization, id).await?;
    caller
        .record(
            tx,
            vec![Event::member_restored(&defined.told_of(&made), &back_in)],
        )
        .await?;
    roles::derive(caller, tx, &[id]).await?;
    Ok(true)
}
