//! Tags of members: made, renamed, deleted and assigned by the Owner and Administrators, and seen by Managers too.

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::listing::{MemberFilter, Slice};
use crate::domain::member::Member;
use crate::domain::query::Found;
use crate::domain::tag::{self, Order, Tag};
use crate::domain::{MemberId, MemberNumber, TagId, name};
use crate::store::db::{Attempt, Tx};
use crate::store::search::members as search;
use crate::store::{members, tags as rows};

/// How many members are handled in one statement.
const CHUNK: i64 = 500;
/// How many tags one request makes, deletes or assigns at most.
const MOST: usize = 1000;

const MISSING: Error = Error::NotFound("tag");
const TAKEN: Error = Error::Duplicate {
    kind: "tag",
    attribute: "label",
};

/// A tag, and who made it where they are still a member.
pub(crate) struct Shown {
    /// The tag.
    pub(crate) tag: Tag,
    /// Who made it.
    pub(crate) author: Option<Member>,
}

/// Who makes something: a member.
pub(super) fn author(caller: &Caller) -> Result<MemberId, Error> {
    match caller.actor {
        Actor::Member(id) => Ok(id),
        Actor::ProvisioningClient(_) | Actor::SignOn | Actor::Operator | Actor::Server => {
            Err(Error::Forbidden("only a member can do this".to_owned()))
        }
    }
}

/// A part of the tags whose label holds a text.
pub(crate) async fn list(
    caller: &Caller,
    search: &str,
    order: Order,
    slice: Slice,
) -> Result<Found<Shown>, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    let key = name::key(search);
    let (total, tags) = rows::list(&mut tx, caller.organization, &key, order, slice).await?;
    let resources = with_authors(caller, &mut tx, tags).await?;
    Ok(Found { total, resources })
}

async fn with_authors(caller: &Caller, tx: &mut Tx, tags: Vec<Tag>) -> Result<Vec<Shown>, Error> {
    let ids: Vec<MemberId> = tags.iter().map(|tag| tag.created_by).collect();
    let authors = members::list_by_ids(tx, caller.organization, &ids).await?;
    let shown = |tag: Tag| Shown {
        author: authors.iter().find(|one| one.id == tag.created_by).cloned(),
        tag,
    };
    Ok(tags.into_iter().map(shown).collect())
}

/// The tag with this number.
pub(crate) async fn find(caller: &Caller, id: TagId) -> Result<Shown, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    found(caller, &mut tx, id).await
}

async fn found(caller: &Caller, tx: &mut Tx, id: TagId) -> Result<Shown, Error> {
    let tag = rows::find(tx, caller.organization, id).await?;
    let shown = with_authors(caller, tx, Vec::from_iter(tag)).await?;
    shown.into_iter().next().ok_or(MISSING)
}

/// Makes a tag.
pub(crate) async fn create(caller: &Caller, label: &str) -> Result<Shown, Error> {
    caller.must_administer()?;
    let label = tag::label(label)?;
    let mut tx = caller.write().await?;
    let id = make(caller, &mut tx, author(caller)?, &label)
        .await?
        .ok_or(TAKEN)?;
    let shown = found(caller, &mut tx, id).await?;
    tx.commit().await?;
    Ok(shown)
}

/// Makes a tag for somebody, where there is none with this label.
pub(super) async fn make(
    caller: &Caller,
    tx: &mut Tx,
    by: MemberId,
    label: &str,
) -> Result<Option<TagId>, Error> {
    let id = rows::insert(tx, caller.organization, label, by, caller.now).await?;
    if let Some(id) = id {
        caller
            .record(tx, vec![Event::tag_created(id, label)])
            .await?;
    }
    Ok(id)
}

/// Makes those of these tags that there are not; how many were made.
pub(crate) async fn create_many(caller: &Caller, labels: &[String]) -> Result<u64, Error> {
    caller.must_administer()?;
    not_too_many(labels.len())?;
    let by = author(caller)?;
    let labels: Vec<String> = labels
        .iter()
        .map(|label| tag::label(label))
        .collect::<Result<_, _>>()?;
    let mut tx = caller.write().await?;
    let mut made = 0;
    for label in &labels {
        made += u64::from(make(caller, &mut tx, by, label).await?.is_some());
    }
    tx.commit().await?;
    Ok(made)
}

fn not_too_many(count: usize) -> Result<(), Error> {
    if count > MOST {
        return Err(Error::Invalid(format!(
            "one request can name at most {MOST} tags"
        )));
    }
    Ok(())
}

/// Renames a tag.
pub(crate) async fn rename(caller: &Caller, id: TagId, label: &str) -> Result<Shown, Error> {
    caller.must_administer()?;
    let label = tag::label(label)?;
    let mut tx = caller.write().await?;
    let before = rows::find(&mut tx, caller.organization, id)
        .await?
        .ok_or(MISSING)?;
    if before.label != label {
        match rows::update(&mut tx, caller.organization, id, &label, caller.now).await? {
            Attempt::Done(_) => {}
            Attempt::Taken | Attempt::Missing => return Err(TAKEN),
        }
        let told = Event::tag_changed(id, &before.label, &label);
        caller.record(&mut tx, vec![told]).await?;
    }
    let shown = found(caller, &mut tx, id).await?;
    tx.commit().await?;
    Ok(shown)
}

/// Deletes tags; how many there were.
pub(crate) async fn delete(caller: &Caller, ids: &[TagId]) -> Result<usize, Error> {
    caller.must_administer()?;
    not_too_many(ids.len())?;
    let mut tx = caller.write().await?;
    let gone = rows::delete(&mut tx, caller.organization, ids).await?;
    if !gone.is_empty() {
        let told = gone.iter().map(|id| Event::tag_deleted(*id)).collect();
        caller.record(&mut tx, told).await?;
    }
    tx.commit().await?;
    Ok(gone.len())
}

/// Gives tags to everybody whom a filter leaves, and takes all others from them where `overwrite` says so; how many
/// assignments are new. All or none.
pub(crate) async fn assign(
    caller: &Caller,
    filter: &MemberFilter,
    tags: &[TagId],
    overwrite: bool,
) -> Result<u64, Error> {
    caller.must_administer()?;
    not_too_many(tags.len())?;
    let mut tx = caller.write().await?;
    let known = rows::existing(&mut tx, caller.organization, tags).await?;
    if let Some(unknown) = tags.iter().find(|tag| !known.contains(tag)) {
        return Err(Error::Invalid(format!("there is no tag {}", unknown.0)));
    }
    let (mut assigned, mut last) = (0, MemberId::NIL);
    loop {
        let chunk = search::ids_after(&mut tx, caller.organization, filter, last, CHUNK).await?;
        let Some(end) = chunk.last() else {
            break;
        };
        last = *end;
        if overwrite {
            rows::unassign_others(&mut tx, caller.organization, &known, &chunk).await?;
        }
        assigned += rows::assign(&mut tx, caller.organization, &known, &chunk).await?;
        let told = Event::tags_assigned(&known, &chunk, overwrite, None);
        caller.record(&mut tx, vec![told]).await?;
    }
    tx.commit().await?;
    Ok(assigned)
}

/// Gives one member exactly these tags, by their labels; those that there are not are made.
pub(crate) async fn set(
    caller: &Caller,
    number: MemberNumber,
    labels: &[String],
) -> Result<(), Error> {
    caller.must_administer()?;
    not_too_many(labels.len())?;
    let by = author(caller)?;
    let organization = caller.organization;
    let mut tx = caller.write().await?;
    let member = members::find_id(&mut tx, organization, number)
        .await?
        .ok_or(Error::NotFound("member"))?;
    let mut ids: Vec<TagId> = Vec::new();
    for label in labels {
        match make(caller, &mut tx, by, label).await? {
            Some(id) => ids.push(id),
            None => ids.extend(rows::find_by_label(&mut tx, organization, label).await?),
        }
    }
    rows::unassign_others(&mut tx, organization, &ids, &[member]).await?;
    rows::assign(&mut tx, organization, &ids, &[member]).await?;
    let told = Event::tags_assigned(&ids, &[member], true, None);
    caller.record(&mut tx, vec![told]).await?;
    tx.commit().await
}

/// Every member who has tags, with the sign-in name and the labels joined by commas; handed out row by row.
pub(crate) async fn export(caller: &Caller, mut row: impl FnMut(&str, &str)) -> Result<(), Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let mut last = MemberId::NIL;
    loop {
        let part = rows::export(&mut tx, caller.organization, last, CHUNK).await?;
        let Some((end, ..)) = part.last() else {
            return Ok(());
        };
        last = *end;
        for of_one in part.chunk_by(|one, other| one.0 == other.0) {
            let labels: Vec<&str> = of_one.iter().map(|(.., label)| label.as_str()).collect();
            row(&of_one[0].1, &labels.join(","));
        }
    }
}
