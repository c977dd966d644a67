//! The request log: what provisioning clients sent and were answered. Rows are written many at a time, outside of the
//! requests that they tell of.

mod reading;

use sqlx::types::Json;

pub(crate) use reading::{count, find, list};

use super::db::{Bind, Tx};
use super::list_of;
use crate::domain::error::Error;
use crate::domain::request_log::{Note, OVERHEAD, Record};
use crate::domain::{EventId, LoggedRequestId, MemberId, OrganizationId, Timestamp};

/// How many rows one statement changes.
const CHUNK: usize = 500;

/// What a row of the table needs besides what the record holds.
struct Written<'r> {
    record: &'r Record,
    profile: &'static str,
    status: Option<i16>,
    leniencies: Json<&'r Vec<String>>,
    lenient: bool,
    size: i64,
    request_note: Option<&'static str>,
    response_note: Option<&'static str>,
}

impl<'r> Written<'r> {
    fn of(record: &'r Record) -> Self {
        let entry = &record.entry;
        Self {
            record,
            profile: entry.profile.name(),
            status: entry.status.and_then(|status| i16::try_from(status).ok()),
            leniencies: Json(&entry.leniencies),
            lenient: !entry.leniencies.is_empty(),
            size: i64::try_from(record.size()).unwrap_or(i64::MAX),
            request_note: entry.sent.note.map(Note::name),
            response_note: entry.answered.note.map(Note::name),
        }
    }

    /// In the order of the columns of `INTO`.
    fn values(&self) -> Vec<&dyn Bind> {
        let entry = &self.record.entry;
        vec![
            &self.record.organization,
            &entry.id,
            &entry.at,
            &entry.token,
            &self.profile,
            &entry.user_agent,
            &entry.request,
            &entry.method,
            &entry.route,
            &entry.path,
            &entry.query,
            &entry.content_type,
            &entry.if_match,
            &self.status,
            &entry.scim_type,
            &entry.detail,
            &entry.microseconds,
            &entry.subject.kind,
            &entry.subject.id,
            &entry.subject.name,
            &self.leniencies,
            &self.lenient,
            &self.record.failed,
            &entry.masked,
            &entry.erased,
            &self.size,
            &self.record.words,
            &self.request_note,
            &self.response_note,
            &entry.sent.text,
            &entry.answered.text,
        ]
    }
}

const INTO: &str = "INSERT INTO request_log (organization_id, id, at, token_id, profile, user_agent, request_id, method, route,
     path, query, content_type, if_match, status, scim_type, detail, microseconds, subject_type, subject_id, subject_name,
     leniencies, lenient, failed, masked, erased, size, words, request_note, response_note, request_body, response_body)
     VALUES";

/// Writes entries, with whom they name.
pub(crate) async fn insert(tx: &mut Tx, records: &[Record]) -> Result<(), Error> {
    let written: Vec<Written<'_>> = records.iter().map(Written::of).collect();
    let rows: Vec<Vec<&dyn Bind>> = written.iter().map(Written::values).collect();
    let members: Vec<(&Record, String)> = records
        .iter()
        .flat_map(|record| {
            let ids = record.members.iter().map(ToString::to_string);
            ids.map(move |id| (record, id))
        })
        .collect();
    let mut subjects: Vec<Vec<&dyn Bind>> = Vec::new();
    for (record, id) in &members {
        subjects.push(vec![&record.organization, id, &record.entry.id]);
    }
    for record in records {
        for name in &record.names {
            subjects.push(vec![&record.organization, name, &record.entry.id]);
        }
    }
    tx.insert_rows(INTO, &rows).await?;
    tx.insert_rows(
        "INSERT INTO request_log_subjects (organization_id, subject, row_id) VALUES",
        &subjects,
    )
    .await
}

/// Notes that somebody does an entry again, unless somebody did it or has begun after `given_up`; how many entries.
pub(crate) async fn claim(
    tx: &mut Tx,
    organization: OrganizationId,
    id: LoggedRequestId,
    (at, by): (Timestamp, MemberId),
    given_up: Timestamp,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE request_log SET replayed_at = $3, replayed_by = $4 WHERE organization_id = $1 AND id = $2
         AND (replayed_at IS NULL OR (replay_status IS NULL AND replayed_at <= $5))",
        &[&organization, &id, &at, &by, &given_up],
    )
    .await
}

/// Notes that an entry was done again with success.
pub(crate) async fn settle(
    tx: &mut Tx,
    organization: OrganizationId,
    id: LoggedRequestId,
    status: u16,
) -> Result<u64, Error> {
    let status = i16::try_from(status).ok();
    tx.execute(
        "UPDATE request_log SET replay_status = $3 WHERE organization_id = $1 AND id = $2",
        &[&organization, &id, &status],
    )
    .await
}

/// Forgets that an entry is being done again.
pub(crate) async fn release(
    tx: &mut Tx,
    organization: OrganizationId,
    id: LoggedRequestId,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE request_log SET replayed_at = NULL, replayed_by = NULL WHERE organization_id = $1 AND id = $2
         AND replay_status IS NULL",
        &[&organization, &id],
    )
    .await
}

/// The newest entry that makes the log larger than so many bytes, together with all that are newer; `None` where it is
/// not that large.
pub(crate) async fn last_beyond(
    tx: &mut Tx,
    organization: OrganizationId,
    most: i64,
) -> Result<Option<LoggedRequestId>, Error> {
    let row: Option<(LoggedRequestId,)> = tx
        .fetch_optional(
            "SELECT id FROM (SELECT id, SUM(size) OVER (ORDER BY id DESC) AS total FROM request_log
                WHERE organization_id = $1) sums
             WHERE total > $2 ORDER BY id DESC LIMIT 1",
            &[&organization, &most],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Deletes the oldest entries up to this one, as many at most; how many.
pub(crate) async fn delete_up_to(
    tx: &mut Tx,
    organization: OrganizationId,
    last: LoggedRequestId,
    most: u64,
) -> Result<u64, Error> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    tx.execute(
        "DELETE FROM request_log WHERE organization_id = $1 AND id IN
            (SELECT id FROM request_log WHERE organization_id = $1 AND id <= $2 ORDER BY id LIMIT $3)",
        &[&organization, &last, &most],
    )
    .await
}

/// The marks of those who were deleted since a moment, and when.
pub(crate) async fn departures_since(
    tx: &mut Tx,
    organization: OrganizationId,
    since: Timestamp,
) -> Result<Vec<(String, Timestamp)>, Error> {
    tx.fetch_all(
        "SELECT mark, departed_at FROM departures WHERE organization_id = $1 AND departed_at >= $2",
        &[&organization, &since],
    )
    .await
}

/// The subjects of the events of a kind from this one on.
pub(crate) async fn subjects_since(
    tx: &mut Tx,
    organization: OrganizationId,
    first: EventId,
    kind: &str,
) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> = tx
        .fetch_all(
            "SELECT subject FROM events
             WHERE organization_id = $1 AND id >= $2 AND kind = $3 AND subject IS NOT NULL",
            &[&organization, &first, &kind],
        )
        .await?;
    Ok(rows.into_iter().map(|(subject,)| subject).collect())
}

/// Whether a member has the userName with this key.
pub(crate) async fn is_somebodys(
    tx: &mut Tx,
    organization: OrganizationId,
    key: &str,
) -> Result<bool, Error> {
    let row: Option<(MemberId,)> = tx
        .fetch_optional(
            "SELECT id FROM members WHERE organization_id = $1 AND user_name_key = $2",
            &[&organization, &key],
        )
        .await?;
    Ok(row.is_some())
}

/// Takes out of every entry that names one of these, an id or the key of a name, whatever may name a person.
pub(crate) async fn erase(
    tx: &mut Tx,
    organization: OrganizationId,
    subjects: &[String],
) -> Result<(), Error> {
    tx.hold_log(organization).await?;
    let overhead = i64::try_from(OVERHEAD).unwrap_or(i64::MAX);
    for subject in subjects {
        let rows: Vec<(LoggedRequestId,)> = tx
            .fetch_all(
                "DELETE FROM request_log_subjects WHERE organization_id = $1 AND subject = $2 RETURNING row_id",
                &[&organization, subject],
            )
            .await?;
        for chunk in rows.chunks(CHUNK) {
            let ids: Vec<LoggedRequestId> = chunk.iter().map(|(id,)| *id).collect();
            let ids = list_of(&ids);
            tx.execute(
                "UPDATE request_log SET path = CASE WHEN subject_id IS NULL THEN route ELSE path END, query = NULL,
                    detail = NULL, subject_name = NULL, leniencies = '[]', words = '', request_body = NULL, response_body = NULL, request_note = NULL, response_note = NULL,
                    erased = (1 = 1), size = $3
                 WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))",
                &[&organization, &ids, &overhead],
            )
            .await?;
            tx.execute(
                "DELETE FROM request_log_subjects
                 WHERE organization_id = $1 AND row_id IN (SELECT value FROM json_each($2))",
                &[&organization, &ids],
            )
            .await?;
        }
    }
    Ok(())
}
