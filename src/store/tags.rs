//! Tags of members.

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::{Attempt, Tx};
use super::list_of;
use crate::domain::error::Error;
use crate::domain::listing::Slice;
use crate::domain::tag::{Order, Tag};
use crate::domain::{MemberId, OrganizationId, TagId, Timestamp, name};

#[derive(FromRow)]
struct TagRow {
    id: TagId,
    label: String,
    members: i64,
    created_by: MemberId,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<TagRow> for Tag {
    fn from(row: TagRow) -> Self {
        Self {
            id: row.id,
            label: row.label,
            members: row.members,
            created_by: row.created_by,
            created: row.created_at,
            updated: row.updated_at,
        }
    }
}

macro_rules! tags {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.label, t.created_by, t.created_at, t.updated_at,
                (SELECT COUNT(*) FROM tagged_members m WHERE m.organization_id = t.organization_id AND m.tag_id = t.id) AS members
             FROM tags t WHERE t.organization_id = $1 AND ",
            $rest
        )
    };
}

/// The tags of these members, by label.
pub(crate) async fn of_members(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Vec<(MemberId, TagId, String)>, Error> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    tx.fetch_all(
        "SELECT tm.member_id, t.id, t.label FROM tagged_members tm
         JOIN tags t ON t.organization_id = tm.organization_id AND t.id = tm.tag_id
         WHERE tm.organization_id = $1 AND tm.member_id IN (SELECT value FROM json_each($2)) ORDER BY t.label_key",
        &[&organization, &list_of(members)],
    )
    .await
}

/// A part of the tags whose label holds a key, and how many there are.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    search: &str,
    order: Order,
    slice: Slice,
) -> Result<(u64, Vec<Tag>), Error> {
    let (total,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM tags WHERE organization_id = $1 AND ($2 = '' OR replace(label_key, $2, '') <> label_key)",
            &[&organization, &search],
        )
        .await?;
    let sql = match order {
        Order::Label(false) => tags!(
            "($2 = '' OR replace(t.label_key, $2, '') <> t.label_key) ORDER BY t.label_key LIMIT $4 OFFSET $3"
        ),
        Order::Label(true) => tags!(
            "($2 = '' OR replace(t.label_key, $2, '') <> t.label_key) ORDER BY t.label_key DESC LIMIT $4 OFFSET $3"
        ),
        Order::Made(false) => tags!(
            "($2 = '' OR replace(t.label_key, $2, '') <> t.label_key) ORDER BY t.id LIMIT $4 OFFSET $3"
        ),
        Order::Made(true) => tags!(
            "($2 = '' OR replace(t.label_key, $2, '') <> t.label_key) ORDER BY t.id DESC LIMIT $4 OFFSET $3"
        ),
    };
    let rows: Vec<TagRow> = tx
        .fetch_all(sql, &[&organization, &search, &slice.offset, &slice.count])
        .await?;
    Ok((
        total.unsigned_abs(),
        rows.into_iter().map(Tag::from).collect(),
    ))
}

/// The tag with this number.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    tag: TagId,
) -> Result<Option<Tag>, Error> {
    let row: Option<TagRow> = tx
        .fetch_optional(tags!("t.id = $2"), &[&organization, &tag])
        .await?;
    Ok(row.map(Tag::from))
}

/// The tag with this label, without regard to case.
pub(crate) async fn find_by_label(
    tx: &mut Tx,
    organization: OrganizationId,
    label: &str,
) -> Result<Option<TagId>, Error> {
    let row: Option<(TagId,)> = tx
        .fetch_optional(
            "SELECT id FROM tags WHERE organization_id = $1 AND label_key = $2",
            &[&organization, &name::key(label)],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Those of these numbers that are tags of the organization.
pub(crate) async fn existing(
    tx: &mut Tx,
    organization: OrganizationId,
    tags: &[TagId],
) -> Result<Vec<TagId>, Error> {
    let rows: Vec<(TagId,)> = tx
        .fetch_all(
            "SELECT id FROM tags WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2)) ORDER BY id",
            &[&organization, &Json(tags.to_vec())],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Makes a tag; `None` where there is one with this label.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    label: &str,
    by: MemberId,
    at: Timestamp,
) -> Result<Option<TagId>, Error> {
    let row: Option<(TagId,)> = tx
        .fetch_optional(
            "INSERT INTO tags (organization_id, label, label_key, created_by, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (organization_id, label_key) DO NOTHING RETURNING id",
            &[&organization, &label, &name::key(label), &by, &at],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Renames a tag.
pub(crate) async fn update(
    tx: &mut Tx,
    organization: OrganizationId,
    tag: TagId,
    label: &str,
    at: Timestamp,
) -> Result<Attempt<u64>, Error> {
    tx.attempt(
        "UPDATE tags SET label = $3, label_key = $4, updated_at = $5 WHERE organization_id = $1 AND id = $2",
        &[&organization, &tag, &label, &name::key(label), &at],
    )
    .await
}

/// Deletes tags; their members lose them. Those that there were.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    tags: &[TagId],
) -> Result<Vec<TagId>, Error> {
    let rows: Vec<(TagId,)> = tx
        .fetch_all(
            "DELETE FROM tags WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2)) RETURNING id",
            &[&organization, &Json(tags.to_vec())],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Gives each of these members each of these tags; how many they did not have yet.
pub(crate) async fn assign(
    tx: &mut Tx,
    organization: OrganizationId,
    tags: &[TagId],
    members: &[MemberId],
) -> Result<u64, Error> {
    tx.execute(
        "INSERT INTO tagged_members (organization_id, tag_id, member_id)
         SELECT m.organization_id, t.id, m.id FROM members m CROSS JOIN tags t
         WHERE m.organization_id = $1 AND m.id IN (SELECT value FROM json_each($3))
            AND t.organization_id = $1 AND t.id IN (SELECT value FROM json_each($2))
         ON CONFLICT (organization_id, tag_id, member_id) DO NOTHING",
        &[&organization, &Json(tags.to_vec()), &list_of(members)],
    )
    .await
}

/// Takes every other tag from these members.
pub(crate) async fn unassign_others(
    tx: &mut Tx,
    organization: OrganizationId,
    tags: &[TagId],
    members: &[MemberId],
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM tagged_members WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($3))
            AND NOT tag_id IN (SELECT value FROM json_each($2))",
        &[&organization, &Json(tags.to_vec()), &list_of(members)],
    )
    .await
}

/// The next members who have tags, with the address or sign-in name and the labels, joined by commas.
pub(crate) async fn export(
    tx: &mut Tx,
    organization: OrganizationId,
    after: MemberId,
    count: i64,
) -> Result<Vec<(MemberId, String, String)>, Error> {
    tx.fetch_all(
        "SELECT m.id, m.user_name, t.label FROM members m
         JOIN tagged_members tm ON tm.organization_id = m.organization_id AND tm.member_id = m.id
         JOIN tags t ON t.organization_id = tm.organization_id AND t.id = tm.tag_id
         WHERE m.organization_id = $1 AND m.id IN (
            SELECT DISTINCT x.member_id FROM tagged_members x
            WHERE x.organization_id = $1 AND x.member_id > $2 ORDER BY x.member_id LIMIT $3)
         ORDER BY m.id, t.label_key",
        &[&organization, &after, &count],
    )
    .await
}
