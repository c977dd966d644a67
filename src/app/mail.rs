//! Mail as an outbox (R19): written in the transaction of what it tells of, sent afterwards by any node.
//!
//! Nothing is sent here, and no transaction is open while something is. What a mail says is sealed while it waits,
//! because it holds links that open something; when it has been sent, nothing of it is left.

use super::Caller;
use super::vault::Vault;
use crate::domain::error::Error;
use crate::domain::mail::{LEASE, Taken, Waiting, next};
use crate::domain::query::Found;
use crate::domain::{MailId, OrganizationId, Timestamp, name};
use crate::secret;
use crate::store::db::{Db, Tx};
use crate::store::mails;

/// For how long a mail that was given up is shown, in seconds: seven days.
const SHOWN: i64 = 7 * 86_400;

/// A mail to be written: plain text, to one address.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    /// To whom. Refused where it has not the form of an address.
    pub(crate) to: &'a str,
    /// About what: one line.
    pub(crate) subject: &'a str,
    /// What it says.
    pub(crate) text: &'a str,
}

/// Puts a mail into the outbox; it is sent if the transaction is committed. `organization` is whose administrators see
/// it while it waits; none where it is between a person and the server alone.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    vault: &Vault,
    organization: Option<OrganizationId>,
    draft: &Draft<'_>,
    now: Timestamp,
) -> Result<MailId, Error> {
    let to = draft.to.trim();
    if !name::is_email(to) {
        return Err(Error::Invalid(format!("{to:?} is not an e-mail address")));
    }
    let id = MailId(secret::id_at(now));
    let sealed = vault.seal(tx, &place(id), draft.text).await?;
    let mail = mails::NewMail {
        id,
        organization,
        to,
        to_key: &name::key(to),
        subject: draft.subject,
        sealed: &sealed,
        at: now,
    };
    mails::insert(tx, &mail).await?;
    Ok(id)
}

fn place(id: MailId) -> String {
    format!("mail {id}")
}

/// Takes a mail that is due, so that no other node sends it; and what it says.
pub(crate) async fn take_due(
    db: &Db,
    vault: &Vault,
    now: Timestamp,
) -> Result<Option<(Taken, String)>, Error> {
    let mut tx = db.read().await?;
    if !mails::is_any_due(&mut tx, now).await? {
        return Ok(None);
    }
    drop(tx);
    let mut tx = db.write_anywhere().await?;
    let taken = mails::take_due(&mut tx, now, now.plus_seconds(LEASE)).await?;
    tx.commit().await?;
    let Some(taken) = taken else {
        return Ok(None);
    };
    let text = vault.open(&place(taken.id), &taken.sealed)?;
    Ok(Some((taken, text)))
}

/// Forgets a mail that was sent.
pub(crate) async fn sent(db: &Db, taken: &Taken) -> Result<(), Error> {
    let mut tx = db.write_anywhere().await?;
    mails::delete(&mut tx, taken.id).await?;
    tx.commit().await
}

/// Keeps why a mail was not sent. It is tried again unless that makes no sense, or it was tried for about a day; whether
/// it is.
pub(crate) async fn not_sent(
    db: &Db,
    taken: &Taken,
    for_good: bool,
    problem: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let due = next(taken.attempts, now).filter(|_| !for_good);
    let mut tx = db.write_anywhere().await?;
    mails::keep_problem(&mut tx, taken.id, due, problem).await?;
    tx.commit().await?;
    Ok(due.is_some())
}

/// Forgets mails that were given up days ago.
pub(crate) async fn prune(db: &Db, now: Timestamp) -> Result<(), Error> {
    let mut tx = db.write_anywhere().await?;
    mails::delete_given_up(&mut tx, now.plus_seconds(-SHOWN)).await?;
    tx.commit().await
}

/// The mails of the organization that were not sent, newest first.
pub(crate) async fn list(
    caller: &Caller,
    offset: u64,
    count: u64,
) -> Result<Found<Waiting>, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let most = |number| i64::try_from(number).unwrap_or(i64::MAX);
    let (total, resources) =
        mails::list(&mut tx, caller.organization, most(offset), most(count)).await?;
    Ok(Found { total, resources })
}
