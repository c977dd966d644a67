//! Taking in lists of addresses and tags: kept at once, done part by part, and gone on with by whichever node is there.

use super::{Caller, tags};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::tag::{self, Import};
use crate::domain::{TagId, TagImportId, Timestamp, name};
use crate::store::db::{Db, Tx};
use crate::store::tag_imports::{self as rows, Progress};
use crate::store::{members, tags as tag_rows};

/// How many lines are done in one transaction.
const CHUNK: usize = 500;
/// For how long one node has a list to itself, in seconds. Two who are at one do each part once, since they hold its row.
const LEASE: i64 = 5;

/// Takes a list in: the file, and tags for everybody in it. A short one is done when this returns; a long one goes on
/// behind. `lenient` passes bad lines over, which else refuse the whole.
pub(crate) async fn create(
    caller: &Caller,
    file: &[u8],
    for_all: &str,
    lenient: bool,
) -> Result<TagImportId, Error> {
    caller.must_administer()?;
    let by = tags::author(caller)?;
    let for_all = tag::labels(for_all)?;
    let (mut lines, problems) = tag::parse(file, lenient)?;
    for (.., labels) in &mut lines {
        labels.extend(for_all.iter().cloned());
    }
    let mut tx = caller.write().await?;
    let parts = (lines.as_slice(), problems.as_slice());
    let id = rows::insert(&mut tx, caller.organization, by, parts, caller.now).await?;
    if lines.len() <= CHUNK {
        advance(caller, &mut tx, id).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// Where a list stands.
pub(crate) async fn find(caller: &Caller, id: TagImportId) -> Result<Import, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    rows::find(&mut tx, caller.organization, id)
        .await?
        .ok_or(Error::NotFound("import"))
}

/// Goes on with a list that nobody is at; `false` where there is none.
pub(crate) async fn work(db: &Db, clock: impl Fn() -> Timestamp) -> Result<bool, Error> {
    let now = clock();
    // Reading first: a node that has nothing to do keeps nobody from writing.
    if !rows::any_left(&mut db.read().await?, now).await? {
        return Ok(false);
    }
    let mut tx = db.write_anywhere().await?;
    let taken = rows::take(&mut tx, now, now.plus_seconds(LEASE)).await?;
    tx.commit().await?;
    let Some(taken) = taken else {
        return Ok(false);
    };
    loop {
        let caller = Caller::server(db.clone(), clock(), taken.organization_id);
        let mut tx = caller.write().await?;
        let more = advance(&caller, &mut tx, taken.id).await?;
        tx.commit().await?;
        if !more {
            return Ok(true);
        }
    }
}

/// Does the next part of a list, all of it or nothing; whether there is more.
async fn advance(caller: &Caller, tx: &mut Tx, id: TagImportId) -> Result<bool, Error> {
    let organization = caller.organization;
    let Some((by, done, lines)) = rows::hold_lines(tx, organization, id).await? else {
        return Ok(false);
    };
    let mut skipped = rows::find(tx, organization, id)
        .await?
        .map(|import| import.skipped)
        .unwrap_or_default();
    let (mut made, mut assigned) = (0, 0);
    let next = lines.len().min(done + CHUNK);
    for (number, email, labels) in lines.get(done..next).unwrap_or_default() {
        let found = members::find_ids_by_address(tx, organization, &name::key(email)).await?;
        let [member] = found[..] else {
            let why = if found.is_empty() {
                "nobody in the organization has this address"
            } else {
                "more than one member has this address"
            };
            skipped.push((*number, email.clone(), why.to_owned()));
            continue;
        };
        let mut ids: Vec<TagId> = Vec::new();
        for label in labels {
            if let Some(id) = tags::make(caller, tx, by, label).await? {
                made += 1;
                ids.push(id);
            } else {
                ids.extend(tag_rows::find_by_label(tx, organization, label).await?);
            }
        }
        let new = tag_rows::assign(tx, organization, &ids, &[member]).await?;
        if new > 0 {
            assigned += i64::try_from(new).unwrap_or(i64::MAX);
            let told = Event::tags_assigned(&ids, &[member], false, Some(id));
            caller.record(tx, vec![told]).await?;
        }
    }
    let more = next < lines.len();
    let progress = Progress {
        next_line: next,
        tags: made,
        assignments: assigned,
        skipped,
        finished: (!more).then_some(caller.now),
    };
    rows::update(
        tx,
        organization,
        id,
        progress,
        caller.now.plus_seconds(LEASE),
    )
    .await?;
    Ok(more)
}
