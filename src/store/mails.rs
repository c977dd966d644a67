//! The outbox of mail: rows that wait, and whose turn it is to send them.

use sqlx::FromRow;

use super::db::Tx;
use crate::domain::error::Error;
use crate::domain::mail::{Taken, Waiting};
use crate::domain::{MailId, OrganizationId, Timestamp};

/// A mail to be.
pub(crate) struct NewMail<'a> {
    /// Its id.
    pub(crate) id: MailId,
    /// Whose it is, if an organization's.
    pub(crate) organization: Option<OrganizationId>,
    /// To whom.
    pub(crate) to: &'a str,
    /// The same, to be compared.
    pub(crate) to_key: &'a str,
    /// About what.
    pub(crate) subject: &'a str,
    /// What it says, sealed.
    pub(crate) sealed: &'a str,
    /// The moment.
    pub(crate) at: Timestamp,
}

/// Puts a mail into the outbox.
pub(crate) async fn insert(tx: &mut Tx, mail: &NewMail<'_>) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO mails (id, organization_id, recipient, recipient_key, subject, sealed_text, created_at, attempts, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $7)",
        &[
            &mail.id,
            &mail.organization,
            &mail.to,
            &mail.to_key,
            &mail.subject,
            &mail.sealed,
            &mail.at,
        ],
    )
    .await?;
    Ok(())
}

/// Whether any mail is due.
pub(crate) async fn is_any_due(tx: &mut Tx, now: Timestamp) -> Result<bool, Error> {
    let found: Option<(i32,)> = tx
        .fetch_optional("SELECT 1 FROM mails WHERE due_at <= $1 LIMIT 1", &[&now])
        .await?;
    Ok(found.is_some())
}

#[derive(FromRow)]
struct TakenRow {
    id: MailId,
    recipient: String,
    subject: String,
    sealed_text: Option<String>,
    attempts: i32,
}

/// Takes the mail that is due longest, so that nobody else does until then.
pub(crate) async fn take_due(
    tx: &mut Tx,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Taken>, Error> {
    let row: Option<TakenRow> = tx
        .fetch_optional(
            "UPDATE mails SET due_at = $2, attempts = attempts + 1
             WHERE due_at <= $1 AND id IN (SELECT id FROM mails WHERE due_at <= $1 ORDER BY due_at, id LIMIT 1)
             RETURNING id, recipient, subject, sealed_text, attempts",
            &[&now, &until],
        )
        .await?;
    Ok(row.map(|row| Taken {
        id: row.id,
        to: row.recipient,
        subject: row.subject,
        sealed: row.sealed_text.unwrap_or_default(),
        attempts: row.attempts,
    }))
}

/// Forgets a mail: it was sent, or nobody needs it.
pub(crate) async fn delete(tx: &mut Tx, id: MailId) -> Result<u64, Error> {
    tx.execute("DELETE FROM mails WHERE id = $1", &[&id]).await
}

/// Keeps why a mail was not sent, and when it is tried again; never again, and what it says is gone.
pub(crate) async fn keep_problem(
    tx: &mut Tx,
    id: MailId,
    due: Option<Timestamp>,
    problem: &str,
) -> Result<(), Error> {
    let sql = if due.is_some() {
        "UPDATE mails SET due_at = $2, problem = $3 WHERE id = $1"
    } else {
        "UPDATE mails SET due_at = $2, problem = $3, sealed_text = NULL WHERE id = $1"
    };
    tx.execute(sql, &[&id, &due, &problem]).await?;
    Ok(())
}

/// Forgets mails that were given up and are older than this.
pub(crate) async fn delete_given_up(tx: &mut Tx, before: Timestamp) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM mails WHERE due_at IS NULL AND created_at < $1",
        &[&before],
    )
    .await
}

/// Forgets what an organization has written to either of two addresses and not yet sent: whoever has them is gone.
pub(crate) async fn delete_to(
    tx: &mut Tx,
    organization: OrganizationId,
    one: &str,
    other: &str,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM mails WHERE organization_id = $1 AND recipient_key IN ($2, $3)",
        &[&organization, &one, &other],
    )
    .await
}

#[derive(FromRow)]
struct WaitingRow {
    id: MailId,
    recipient: String,
    subject: String,
    created_at: Timestamp,
    attempts: i32,
    due_at: Option<Timestamp>,
    problem: Option<String>,
}

/// The mails of an organization that were not sent, newest first, and how many there are.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    offset: i64,
    count: i64,
) -> Result<(u64, Vec<Waiting>), Error> {
    let (total,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM mails WHERE organization_id = $1",
            &[&organization],
        )
        .await?;
    let rows: Vec<WaitingRow> = tx
        .fetch_all(
            "SELECT id, recipient, subject, created_at, attempts, due_at, problem FROM mails
             WHERE organization_id = $1 ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $2",
            &[&organization, &offset, &count],
        )
        .await?;
    let waiting = rows.into_iter().map(|row| Waiting {
        id: row.id,
        to: row.recipient,
        subject: row.subject,
        created: row.created_at,
        attempts: row.attempts,
        due: row.due_at,
        problem: row.problem,
    });
    Ok((total.unsigned_abs(), waiting.collect()))
}
