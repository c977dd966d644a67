//! The traces of sign-ins: kept for a week, masked, and shown to administrators.

use super::{Visit, caller};
use crate::app::Caller;
use crate::domain::connection::Connection;
use crate::domain::error::Error;
use crate::domain::trace::{Kept, Outcome, Trace};
use crate::domain::{ConnectionId, MemberId, Timestamp};
use crate::store::db::{Db, Tx};
use crate::store::sign_in_traces as rows;
pub(crate) use crate::store::sign_in_traces::Wanted;
use crate::store::{credentials, sign_ons};

/// For how long traces are kept, in seconds: a week.
pub(crate) const KEPT: i64 = 7 * 86_400;
/// How many traces of nobody that we know are kept of an organization: anybody can send something that is no sign-in.
const MOST_OF_STRANGERS: i64 = 500;

/// How a sign-in ended: the reason for which it was refused, and whose it was.
pub(super) type Ending = (Outcome, Option<String>, Option<MemberId>);

/// A trace, as it is kept.
pub(super) fn kept(
    connection: &Connection,
    visit: Visit<'_>,
    (outcome, reason, member): Ending,
    trace: Trace,
) -> Kept {
    let groups = &connection.attributes.groups;
    let trace = match outcome {
        Outcome::Tested => trace,
        Outcome::SignedIn | Outcome::Refused => trace.masked(groups),
    };
    Kept {
        number: visit.request.to_owned(),
        connection: connection.id,
        at: visit.now,
        outcome,
        reason,
        member,
        trace: trace.folded(),
    }
}

/// Keeps a trace in the transaction of the sign-in that it tells of.
pub(super) async fn keep(
    tx: &mut Tx,
    connection: &Connection,
    visit: Visit<'_>,
    ending: Ending,
    trace: Trace,
) -> Result<(), Error> {
    let kept = kept(connection, visit, ending, trace);
    tx.insert_all(&[rows::row(connection.organization, &kept)])
        .await?;
    if kept.member.is_none() {
        rows::delete_beyond(tx, connection.organization, MOST_OF_STRANGERS).await?;
    }
    Ok(())
}

/// Keeps the trace of a sign-in whose message could not be verified, for this reason: nobody is known, nothing happened.
pub(crate) async fn keep_unverified(
    db: &Db,
    connection: &Connection,
    visit: Visit<'_>,
    reason: &str,
    trace: Trace,
) -> Result<(), Error> {
    let caller = caller(db, connection, visit);
    let mut tx = db.write(caller.organization).await?;
    let how = (Outcome::Refused, Some(reason.to_owned()), None);
    keep(&mut tx, connection, visit, how, trace).await?;
    tx.commit().await
}

/// A page of traces, newest first, and how many there are.
pub(crate) async fn list(
    caller: &Caller,
    wanted: &Wanted,
    offset: u64,
    count: u64,
) -> Result<(u64, Vec<Kept>), Error> {
    caller.must_administer()?;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let mut tx = caller.db.read().await?;
    rows::list(
        &mut tx,
        caller.organization,
        wanted,
        number(offset),
        number(count),
    )
    .await
}

/// One trace.
pub(crate) async fn find(caller: &Caller, number: &str) -> Result<Kept, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let found = rows::find(&mut tx, caller.organization, number).await?;
    found.ok_or(Error::NotFound("sign-in trace"))
}

/// The trace of the last sign-in through a connection.
pub(crate) async fn last(caller: &Caller, connection: ConnectionId) -> Result<Option<Kept>, Error> {
    let wanted = Wanted {
        connection: Some(connection),
        ..Wanted::default()
    };
    let (_, found) = list(caller, &wanted, 0, 1).await?;
    Ok(found.into_iter().next())
}

/// Deletes what sign-ins left behind, of every organization: traces that are older than a week, and the assertions and
/// sessions that have expired. A sign-in does not wait for it.
pub(crate) async fn prune(db: &Db, now: Timestamp) -> Result<u64, Error> {
    let mut tx = db.write_anywhere().await?;
    let deleted = rows::delete_before(&mut tx, now.plus_seconds(-KEPT)).await?
        + sign_ons::delete_expired_assertions(&mut tx, now).await?
        + credentials::delete_expired_sessions(&mut tx, now).await?;
    tx.commit().await?;
    Ok(deleted)
}
