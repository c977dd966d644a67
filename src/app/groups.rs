//! What a directory does with groups. Members are added and removed one by one in SQL, whatever the group's size.

use super::{Caller, membership, roles, search};
use crate::domain::GroupId;
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::group::{Group, GroupChange, GroupContent};
use crate::domain::query::{Listed, Page, Query};
use crate::store::db::{Attempt, Tx};
use crate::store::{group_members, groups as rows, mapping, nested_groups};

const TAKEN: Error = Error::Duplicate {
    kind: "Group",
    attribute: "displayName",
};
const MISSING: Error = Error::NotFound("Group");

/// Makes a group. The id must be a new one.
pub(crate) async fn create_group(
    caller: &Caller,
    id: GroupId,
    content: GroupContent,
) -> Result<Group, Error> {
    let group = Group {
        id,
        display_name: content.display_name,
        external_id: content.external_id,
        version: 1,
        created: caller.now,
        modified: caller.now,
    };
    let change = [GroupChange::Add(content.members)];
    let mut tx = caller.write().await?;
    insert(caller, &mut tx, &group).await?;
    let moved = membership::change_beside(caller, &mut tx, id, &change).await?;
    let moved = if let Some(moved) = moved {
        moved
    } else {
        drop(tx);
        tx = caller.write_alone().await?;
        insert(caller, &mut tx, &group).await?;
        membership::change_alone(caller, &mut tx, id, &change).await?
    };
    caller
        .record(&mut tx, vec![Event::group_created(&group, &moved)])
        .await?;
    if nested_groups::gives_role(&mut tx, caller.organization, id).await? {
        membership::derive(caller, &mut tx, moved).await?;
    }
    tx.commit().await?;
    Ok(group)
}

async fn insert(caller: &Caller, tx: &mut Tx, group: &Group) -> Result<(), Error> {
    if rows::insert(tx, caller.organization, group).await? {
        return Ok(());
    }
    Err(TAKEN)
}

/// The group with this id.
pub(crate) async fn find_group(caller: &Caller, id: GroupId) -> Result<Group, Error> {
    let mut tx = caller.db.read().await?;
    rows::find(&mut tx, caller.organization, id)
        .await?
        .ok_or(MISSING)
}

/// Puts what the client says in the place of the whole group.
pub(crate) async fn replace_group(
    caller: &Caller,
    id: GroupId,
    seen: Option<Vec<i64>>,
    content: GroupContent,
) -> Result<Group, Error> {
    let changes = vec![
        GroupChange::Rename(content.display_name),
        GroupChange::SetExternalId(content.external_id),
        GroupChange::ReplaceMembers(content.members),
    ];
    change_group(caller, id, seen, changes).await
}

/// Makes these changes, all or none, in their order. Where they change nothing, nothing happens.
pub(crate) async fn change_group(
    caller: &Caller,
    id: GroupId,
    seen: Option<Vec<i64>>,
    changes: Vec<GroupChange>,
) -> Result<Group, Error> {
    let mut tx = caller.write().await?;
    let mut raised = raise(caller, &mut tx, id, seen.as_deref()).await?;
    let mut group = named(&raised, &changes);
    let mut moved = None;
    if group.display_name == raised.display_name {
        moved = membership::change_beside(caller, &mut tx, id, &changes).await?;
    }
    let moved = if let Some(moved) = moved {
        moved
    } else {
        // Again, alone. Where the name changes: a sign-on beside this could carry the old name and find its rule gone to
        // the new one. Where groups are moved: see `membership`.
        drop(tx);
        tx = caller.write_alone().await?;
        raised = raise(caller, &mut tx, id, seen.as_deref()).await?;
        group = named(&raised, &changes);
        membership::change_alone(caller, &mut tx, id, &changes).await?
    };
    if group == raised && moved.is_empty() {
        drop(tx);
        return find_group(caller, id).await;
    }
    let told = Event::group_changed(&raised, &group, &moved);
    caller.record(&mut tx, vec![told]).await?;
    let mut gives_role = nested_groups::gives_role(&mut tx, caller.organization, id).await?;
    if group != raised {
        write_names(caller, &mut tx, &raised, &group).await?;
        gives_role |= nested_groups::gives_role(&mut tx, caller.organization, id).await?;
    }
    if gives_role {
        membership::derive(caller, &mut tx, moved).await?;
    }
    tx.commit().await?;
    Ok(group)
}

/// The group with the names that these changes give it.
fn named(group: &Group, changes: &[GroupChange]) -> Group {
    let mut group = group.clone();
    for change in changes {
        match change {
            GroupChange::Rename(name) => group.display_name.clone_from(name),
            GroupChange::SetExternalId(external_id) => group.external_id.clone_from(external_id),
            GroupChange::Add(_)
            | GroupChange::Remove(_)
            | GroupChange::RemoveAll(_)
            | GroupChange::ReplaceMembers(_) => {}
        }
    }
    group
}

/// Raises the version, which every change of a group begins with: it holds the row, and a writer who has seen an older
/// state stops here.
async fn raise(
    caller: &Caller,
    tx: &mut Tx,
    id: GroupId,
    seen: Option<&[i64]>,
) -> Result<Group, Error> {
    let raised = rows::raise_version(tx, caller.organization, id, caller.now)
        .await?
        .ok_or(MISSING)?;
    if seen.is_some_and(|seen| !seen.contains(&(raised.version - 1))) {
        return Err(Error::VersionMismatch("Group"));
    }
    Ok(raised)
}

/// Writes displayName and externalId; the rules that name the group follow it (R10).
async fn write_names(
    caller: &Caller,
    tx: &mut Tx,
    before: &Group,
    after: &Group,
) -> Result<(), Error> {
    let organization = caller.organization;
    match rows::update(
        tx,
        organization,
        after.id,
        &after.display_name,
        after.external_id.clone(),
    )
    .await?
    {
        Attempt::Done(_) => {}
        Attempt::Taken | Attempt::Missing => return Err(TAKEN),
    }
    if before.display_name == after.display_name {
        return Ok(());
    }
    let named = mapping::gives_role(tx, organization, &before.display_name).await?
        || mapping::gives_role(tx, organization, &after.display_name).await?;
    let rules = mapping::find(tx, organization).await?;
    mapping::rename_group(tx, organization, &before.display_name, &after.display_name).await?;
    let followed = mapping::find(tx, organization).await?;
    if rules != followed {
        caller
            .record(
                tx,
                vec![Event::mapping_changed(organization, &rules, &followed)],
            )
            .await?;
    }
    if named {
        // A sign-on may have carried the old name or the new one.
        roles::derive_group(caller, tx, &before.display_name).await?;
        roles::derive_group(caller, tx, &after.display_name).await?;
    }
    Ok(())
}

/// Deletes a group. Its rules stay and match nothing.
pub(crate) async fn delete_group(
    caller: &Caller,
    id: GroupId,
    seen: Option<Vec<i64>>,
) -> Result<(), Error> {
    let organization = caller.organization;
    let mut tx = caller.write().await?;
    let mut group = raise(caller, &mut tx, id, seen.as_deref()).await?;
    let is_nested = nested_groups::is_nested(&mut tx, organization, id).await?;
    if is_nested {
        drop(tx);
        tx = caller.write_alone().await?;
        group = raise(caller, &mut tx, id, seen.as_deref()).await?;
    }
    let gives_role = nested_groups::gives_role(&mut tx, organization, id).await?;
    let left = if gives_role {
        group_members::remove_others(&mut tx, organization, id, &[]).await?
    } else {
        Vec::new()
    };
    let mut within = Vec::new();
    let mut parents = Vec::new();
    if is_nested {
        parents = nested_groups::parents(&mut tx, organization, id).await?;
        rows::raise_versions(&mut tx, organization, &parents, caller.now).await?;
        within = nested_groups::within(&mut tx, organization, &[id]).await?;
        let children = nested_groups::children(&mut tx, organization, id).await?;
        nested_groups::remove(&mut tx, organization, id, &children).await?;
    }
    rows::delete(&mut tx, organization, id).await?;
    let told = Event::group_deleted(&group, &parents);
    caller.record(&mut tx, vec![told]).await?;
    if gives_role {
        membership::derive_members_of(caller, &mut tx, &within).await?;
    }
    roles::derive(caller, &mut tx, &left).await?;
    tx.commit().await
}

/// The groups that a query asks for.
pub(crate) async fn list_groups(
    caller: &Caller,
    query: &Query<Group>,
    page: &Page,
) -> Result<Listed<Group>, Error> {
    search::list(caller, query, page).await
}
