//! Lists of tags that are being taken in: what is still to be done, and who does it.

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::Tx;
use crate::domain::error::Error;
use crate::domain::tag::{Import, Line, Problem};
use crate::domain::{MemberId, OrganizationId, TagImportId, Timestamp};

#[derive(FromRow)]
struct ImportRow {
    id: TagImportId,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
    tags_created: i64,
    assignments_created: i64,
    skipped: Json<Vec<Problem>>,
    next_line: i64,
}

/// Keeps a list that is to be taken in.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    by: MemberId,
    (lines, problems): (&[Line], &[Problem]),
    at: Timestamp,
) -> Result<TagImportId, Error> {
    let (id,) = tx
        .fetch_one(
            "INSERT INTO tag_imports (organization_id, status, created_by, created_at, tags_created, assignments_created,
                skipped, lines, next_line)
             VALUES ($1, 'created', $2, $3, 0, 0, $4, $5, 0) RETURNING id",
            &[&organization, &by, &at, &Json(problems.to_vec()), &Json(lines.to_vec())],
        )
        .await?;
    Ok(id)
}

/// Where a list stands.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    import: TagImportId,
) -> Result<Option<Import>, Error> {
    let row: Option<ImportRow> = tx
        .fetch_optional(
            "SELECT id, created_at, finished_at, tags_created, assignments_created, skipped, next_line
             FROM tag_imports WHERE organization_id = $1 AND id = $2",
            &[&organization, &import],
        )
        .await?;
    Ok(row.map(|row| Import {
        id: row.id,
        created: row.created_at,
        finished: row.finished_at,
        tags_created: row.tags_created,
        assignments_created: row.assignments_created,
        skipped: row.skipped.0,
        begun: row.next_line > 0,
    }))
}

/// A list that is to be gone on with.
#[derive(FromRow)]
pub(crate) struct Unfinished {
    /// Whose it is.
    pub(crate) organization_id: OrganizationId,
    /// Its number.
    pub(crate) id: TagImportId,
}

/// Whether there is a list that nobody is at.
pub(crate) async fn any_left(tx: &mut Tx, now: Timestamp) -> Result<bool, Error> {
    let row: Option<(TagImportId,)> = tx
        .fetch_optional(
            "SELECT id FROM tag_imports WHERE finished_at IS NULL AND (leased_until IS NULL OR leased_until < $1) LIMIT 1",
            &[&now],
        )
        .await?;
    Ok(row.is_some())
}

/// Takes a list that nobody is at, for as long as the lease lasts.
pub(crate) async fn take(
    tx: &mut Tx,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Unfinished>, Error> {
    tx.fetch_optional(
        "UPDATE tag_imports SET leased_until = $2 WHERE finished_at IS NULL AND id = (
            SELECT id FROM tag_imports WHERE finished_at IS NULL AND (leased_until IS NULL OR leased_until < $1)
            ORDER BY id LIMIT 1) AND (leased_until IS NULL OR leased_until < $1)
         RETURNING organization_id, id",
        &[&now, &until],
    )
    .await
}

/// The next lines of a list, whose they are, and how many were done before; `None` where it is finished. Held until the end of the
/// transaction.
pub(crate) async fn hold_lines(
    tx: &mut Tx,
    organization: OrganizationId,
    import: TagImportId,
) -> Result<Option<(MemberId, usize, Vec<Line>)>, Error> {
    let rows: Vec<(MemberId, i64, Json<Vec<Line>>)> = tx
        .fetch_all_locked(
            "SELECT created_by, next_line, lines FROM tag_imports
             WHERE organization_id = $1 AND id = $2 AND finished_at IS NULL",
            &[&organization, &import],
        )
        .await?;
    Ok(rows
        .into_iter()
        .next()
        .map(|(by, next, lines)| (by, usize::try_from(next).unwrap_or(usize::MAX), lines.0)))
}

/// What a part of a list has come to.
pub(crate) struct Progress {
    /// How many lines have been done in all.
    pub(crate) next_line: usize,
    /// How many tags were made.
    pub(crate) tags: i64,
    /// How many assignments were made.
    pub(crate) assignments: i64,
    /// All lines that were passed over so far.
    pub(crate) skipped: Vec<Problem>,
    /// Set where that was the last part.
    pub(crate) finished: Option<Timestamp>,
}

/// Notes how far a list has come. When it has been done, its lines are forgotten.
pub(crate) async fn update(
    tx: &mut Tx,
    organization: OrganizationId,
    import: TagImportId,
    progress: Progress,
    leased_until: Timestamp,
) -> Result<u64, Error> {
    let next = i64::try_from(progress.next_line).unwrap_or(i64::MAX);
    tx.execute(
        "UPDATE tag_imports SET next_line = $3, tags_created = tags_created + $4,
            assignments_created = assignments_created + $5, skipped = $6, finished_at = $7, leased_until = $8,
            status = CASE WHEN $9 THEN 'completed' ELSE 'in_progress' END,
            lines = CASE WHEN $9 THEN $10 ELSE lines END
         WHERE organization_id = $1 AND id = $2",
        &[
            &organization,
            &import,
            &next,
            &progress.tags,
            &progress.assignments,
            &Json(progress.skipped),
            &progress.finished,
            &leased_until,
            &progress.finished.is_some(),
            &Json(Vec::<Line>::new()),
        ],
    )
    .await
}
