//! The index of members' values: what `domain::lookup` makes of their attributes, kept as rows.
//!
//! Whoever writes a member's attributes has it written in the same transaction.

use sqlx::types::Json;

use super::db::{Bind, Db, Tx};
use super::list_of;
use crate::domain::error::Error;
use crate::domain::lookup::{self, Entry};
use crate::domain::member::Attributes;
use crate::domain::{MemberId, OrganizationId};

/// How many members one statement handles.
const CHUNK: i64 = 500;

/// Writes the values of members who have none in the index.
async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    entries: &[(MemberId, Entry)],
) -> Result<(), Error> {
    let numbers: Vec<i16> = entries
        .iter()
        .map(|(_, entry)| entry.lookup.number())
        .collect();
    let rows: Vec<Vec<&dyn Bind>> = entries
        .iter()
        .zip(&numbers)
        .map(|((member, entry), number)| -> Vec<&dyn Bind> {
            vec![&organization, number, &entry.key, member, &entry.leading]
        })
        .collect();
    tx.insert_rows(
        "INSERT INTO member_values (organization_id, attribute, value_key, member_id, foremost) VALUES",
        &rows,
    )
    .await
}

fn of(member: MemberId, entries: Vec<Entry>) -> Vec<(MemberId, Entry)> {
    let entries = entries.into_iter();
    entries.map(|entry| (member, entry)).collect()
}

/// Writes the values of a new member.
pub(super) async fn begin(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    attributes: &Attributes,
) -> Result<(), Error> {
    let entries = of(member, lookup::entries(attributes));
    insert(tx, organization, &entries).await
}

/// Writes the values of a member whose attributes have changed, if theirs have.
pub(super) async fn replace(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    before: &Attributes,
    after: &Attributes,
) -> Result<(), Error> {
    let (before, after) = (lookup::entries(before), lookup::entries(after));
    if before == after {
        return Ok(());
    }
    if !before.is_empty() {
        delete(tx, organization, &[member]).await?;
    }
    insert(tx, organization, &of(member, after)).await
}

async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM member_values
         WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2))",
        &[&organization, &list_of(members)],
    )
    .await?;
    Ok(())
}

/// Writes the values of the members who are from before the index, some hundred in a transaction. Several nodes may do
/// it at once.
pub(crate) async fn fill(db: &Db) -> Result<(), Error> {
    loop {
        let mut tx = db.write_anywhere().await?;
        let pending: Vec<(OrganizationId, MemberId)> = tx
            .fetch_all(
                "SELECT organization_id, member_id FROM members_without_values
                 ORDER BY organization_id, member_id LIMIT $1",
                &[&CHUNK],
            )
            .await?;
        if pending.is_empty() {
            return Ok(());
        }
        for of_one in pending.chunk_by(|(one, _), (other, _)| one == other) {
            let members: Vec<MemberId> = of_one.iter().map(|(_, member)| *member).collect();
            fill_some(&mut tx, of_one[0].0, &members).await?;
        }
        tx.commit().await?;
    }
}

async fn fill_some(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<(), Error> {
    let list = list_of(members);
    // Held: another node may be changing them.
    let rows: Vec<(MemberId, Json<Attributes>)> = tx
        .fetch_all_locked(
            "SELECT id, attributes FROM members
             WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2)) ORDER BY id",
            &[&organization, &list],
        )
        .await?;
    delete(tx, organization, members).await?;
    let entries: Vec<(MemberId, Entry)> = rows
        .into_iter()
        .flat_map(|(member, attributes)| of(member, lookup::entries(&attributes)))
        .collect();
    insert(tx, organization, &entries).await?;
    tx.execute(
        "DELETE FROM members_without_values
         WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2))",
        &[&organization, &list],
    )
    .await?;
    Ok(())
}
