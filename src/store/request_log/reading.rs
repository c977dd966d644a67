//! Entries of the request log, read back: by page or one by one.

use sqlx::FromRow;
use sqlx::types::Json;

use crate::domain::error::Error;
use crate::domain::leniency::Leniency;
use crate::domain::request_log::{Entry, Kept, Note, Replayed, Selection, Subject};
use crate::domain::{LoggedRequestId, MemberId, OrganizationId, ScimTokenId, Timestamp};
use crate::store::db::Tx;
use crate::store::inconsistent;

#[derive(FromRow)]
struct Row {
    id: LoggedRequestId,
    at: Timestamp,
    token_id: ScimTokenId,
    profile: String,
    user_agent: Option<String>,
    request_id: String,
    method: String,
    route: String,
    path: String,
    query: Option<String>,
    content_type: Option<String>,
    if_match: Option<String>,
    status: Option<i16>,
    scim_type: Option<String>,
    detail: Option<String>,
    microseconds: i64,
    subject_type: Option<String>,
    subject_id: Option<String>,
    subject_name: Option<String>,
    leniencies: Json<Vec<String>>,
    masked: bool,
    erased: bool,
    replayed_at: Option<Timestamp>,
    replayed_by: Option<MemberId>,
    replay_status: Option<i16>,
    request_note: Option<String>,
    response_note: Option<String>,
    request_body: Option<String>,
    response_body: Option<String>,
}

impl TryFrom<Row> for Entry {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let profile = Leniency::from_name(&row.profile)
            .ok_or_else(|| inconsistent("profile", &row.profile))?;
        let replayed = row
            .replayed_at
            .zip(row.replayed_by)
            .map(|(at, by)| Replayed {
                at,
                by,
                status: row.replay_status.map(i16::unsigned_abs),
            });
        Ok(Self {
            id: row.id,
            at: row.at,
            token: row.token_id,
            profile,
            user_agent: row.user_agent,
            request: row.request_id,
            method: row.method,
            route: row.route,
            path: row.path,
            query: row.query,
            content_type: row.content_type,
            if_match: row.if_match,
            status: row.status.map(i16::unsigned_abs),
            scim_type: row.scim_type,
            detail: row.detail,
            microseconds: row.microseconds,
            subject: Subject {
                kind: row.subject_type,
                id: row.subject_id,
                name: row.subject_name,
            },
            leniencies: row.leniencies.0,
            sent: kept(row.request_body, row.request_note.as_deref()),
            masked: row.masked,
            answered: kept(row.response_body, row.response_note.as_deref()),
            erased: row.erased,
            replayed,
        })
    }
}

fn kept(text: Option<String>, note: Option<&str>) -> Kept {
    Kept {
        text,
        note: note.and_then(Note::from_name),
    }
}

/// The newest entries that are selected, without bodies.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    wanted: &Selection,
    count: i64,
) -> Result<Vec<Entry>, Error> {
    let (from_status, to_status) = statuses(wanted);
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT id, at, token_id, profile, user_agent, request_id, method, route, path, query, content_type, if_match,
                status, scim_type, detail, microseconds, subject_type, subject_id, subject_name, leniencies, masked, erased,
                replayed_at, replayed_by, replay_status, request_note, response_note,
                CAST(NULL AS TEXT) AS request_body, CAST(NULL AS TEXT) AS response_body
             FROM request_log r
             WHERE r.organization_id = $1 AND ($2 IS NULL OR r.id < $2)
                AND ($3 IS NULL OR (r.status >= $3 AND r.status <= $4))
                AND ($5 IS NULL OR r.method = $5) AND ($6 IS NULL OR r.token_id = $6)
                AND ($7 IS NULL OR r.subject_id = $7 OR EXISTS (SELECT 1 FROM request_log_subjects s
                    WHERE s.organization_id = r.organization_id AND s.row_id = r.id AND s.subject = $7))
                AND ($8 IS NULL OR r.words LIKE $8 ESCAPE '!')
                AND ($9 IS NULL OR r.at >= $9) AND ($10 IS NULL OR r.at < $10)
                AND (NOT $11 OR r.failed) AND (NOT $12 OR r.lenient)
             ORDER BY r.id DESC LIMIT $13",
            &[
                &organization, &wanted.before, &from_status, &to_status, &wanted.method, &wanted.token, &wanted.subject,
                &pattern(wanted), &wanted.from, &wanted.to, &wanted.failed, &wanted.lenient, &count,
            ],
        )
        .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// How many entries are selected, wherever the page begins.
pub(crate) async fn count(
    tx: &mut Tx,
    organization: OrganizationId,
    wanted: &Selection,
) -> Result<u64, Error> {
    let (from_status, to_status) = statuses(wanted);
    let (count,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM request_log r
             WHERE r.organization_id = $1
                AND ($2 IS NULL OR (r.status >= $2 AND r.status <= $3))
                AND ($4 IS NULL OR r.method = $4) AND ($5 IS NULL OR r.token_id = $5)
                AND ($6 IS NULL OR r.subject_id = $6 OR EXISTS (SELECT 1 FROM request_log_subjects s
                    WHERE s.organization_id = r.organization_id AND s.row_id = r.id AND s.subject = $6))
                AND ($7 IS NULL OR r.words LIKE $7 ESCAPE '!')
                AND ($8 IS NULL OR r.at >= $8) AND ($9 IS NULL OR r.at < $9)
                AND (NOT $10 OR r.failed) AND (NOT $11 OR r.lenient)",
            &[
                &organization, &from_status, &to_status, &wanted.method, &wanted.token, &wanted.subject, &pattern(wanted),
                &wanted.from, &wanted.to, &wanted.failed, &wanted.lenient,
            ],
        )
        .await?;
    Ok(count.unsigned_abs())
}

fn statuses(wanted: &Selection) -> (Option<i16>, Option<i16>) {
    let number = |status: u16| i16::try_from(status).unwrap_or(i16::MAX);
    let bounds = wanted.status.map(|(from, to)| (number(from), number(to)));
    bounds.unzip()
}

/// The words as a pattern of LIKE in which they stand for themselves.
fn pattern(wanted: &Selection) -> Option<String> {
    let words = wanted.words.as_ref()?;
    let words = words
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    Some(format!("%{words}%"))
}

/// One entry with its bodies.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    id: LoggedRequestId,
) -> Result<Option<Entry>, Error> {
    let row: Option<Row> = tx
        .fetch_optional(
            "SELECT id, at, token_id, profile, user_agent, request_id, method, route, path, query, content_type, if_match,
                status, scim_type, detail, microseconds, subject_type, subject_id, subject_name, leniencies, masked, erased,
                replayed_at, replayed_by, replay_status, request_note, response_note, request_body, response_body
             FROM request_log WHERE organization_id = $1 AND id = $2",
            &[&organization, &id],
        )
        .await?;
    row.map(Entry::try_from).transpose()
}
