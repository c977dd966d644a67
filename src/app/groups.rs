//! What a directory does with groups. Members are added and removed one by one in SQL, whatever the group's size.

use super::{Caller, roles, search};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::group::{Group, GroupChange, GroupContent};
use crate::domain::query::{Listed, Page, Query};
use crate::domain::{GroupId, MemberId};
use crate::store::db::{Attempt, Tx};
use crate::store::{group_members, groups as rows, mapping};

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
    let mut tx = caller.write().await?;
    if !rows::insert(&mut tx, caller.organization, &group).await? {
        return Err(TAKEN);
    }
    let added = add(caller, &mut tx, group.id, &content.members).await?;
    caller
        .record(&mut tx, vec![Event::group_created(&group, &added)])
        .await?;
    if mapping::gives_role(&mut tx, caller.organization, &group.display_name).await? {
        roles::derive(caller, &mut tx, &added).await?;
    }
    tx.commit().await?;
    Ok(group)
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
    let name = changes.iter().rev().find_map(|change| {
        let GroupChange::Rename(name) = change else {
            return None;
        };
        Some(name.clone())
    });
    let mut tx = caller.write().await?;
    let mut raised = raise(caller, &mut tx, id, seen.as_deref()).await?;
    if name.is_some_and(|name| name != raised.display_name) {
        // Again, alone: a sign-on beside this could carry the old name and find its rule gone to the new one.
        drop(tx);
        tx = caller.write_alone().await?;
        raised = raise(caller, &mut tx, id, seen.as_deref()).await?;
    }
    let mut group = raised.clone();
    let mut moved = Moved::default();
    for change in changes {
        match change {
            GroupChange::Rename(display_name) => group.display_name = display_name,
            GroupChange::SetExternalId(external_id) => group.external_id = external_id,
            GroupChange::Add(members) => moved.add(add(caller, &mut tx, id, &members).await?),
            GroupChange::Remove(members) => {
                moved.remove(
                    group_members::remove(&mut tx, caller.organization, id, &members).await?,
                );
            }
            GroupChange::ReplaceMembers(members) => {
                moved.remove(
                    group_members::remove_others(&mut tx, caller.organization, id, &members)
                        .await?,
                );
                moved.add(add(caller, &mut tx, id, &members).await?);
            }
        }
    }
    if group == raised && moved.is_empty() {
        drop(tx);
        return find_group(caller, id).await;
    }
    caller
        .record(
            &mut tx,
            vec![Event::group_changed(
                &raised,
                &group,
                &moved.added,
                &moved.removed,
            )],
        )
        .await?;
    let mut named = mapping::gives_role(&mut tx, caller.organization, &raised.display_name).await?;
    if group != raised {
        write_names(caller, &mut tx, &raised, &group).await?;
        named |= mapping::gives_role(&mut tx, caller.organization, &group.display_name).await?;
    }
    if named {
        let moved = [moved.added, moved.removed].concat();
        roles::derive(caller, &mut tx, &moved).await?;
    }
    tx.commit().await?;
    Ok(group)
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

/// Who came and who went, in one request.
#[derive(Default)]
struct Moved {
    added: Vec<MemberId>,
    removed: Vec<MemberId>,
}

impl Moved {
    fn add(&mut self, members: Vec<MemberId>) {
        self.added.extend(members);
    }

    fn remove(&mut self, members: Vec<MemberId>) {
        self.removed.extend(members);
    }

    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

async fn add(
    caller: &Caller,
    tx: &mut Tx,
    id: GroupId,
    members: &[MemberId],
) -> Result<Vec<MemberId>, Error> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let passed_over = caller.leniency.passes_over_unknown_members();
    let added = if passed_over {
        group_members::add_known(tx, caller.organization, id, members).await?
    } else {
        group_members::add(tx, caller.organization, id, members).await?
    };
    match added {
        Attempt::Done(added) => Ok(added),
        Attempt::Taken | Attempt::Missing if passed_over => Err(Error::Unavailable(
            anyhow::anyhow!("a member to add was deleted at the same moment"),
        )),
        Attempt::Taken | Attempt::Missing => Err(Error::Invalid(
            "a value of members is not the id of a User of this organization".to_owned(),
        )),
    }
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
    let mut tx = caller.write().await?;
    let group = raise(caller, &mut tx, id, seen.as_deref()).await?;
    let named = mapping::gives_role(&mut tx, caller.organization, &group.display_name).await?;
    let left = if named {
        group_members::remove_others(&mut tx, caller.organization, id, &[]).await?
    } else {
        Vec::new()
    };
    rows::delete(&mut tx, caller.organization, id).await?;
    caller
        .record(&mut tx, vec![Event::group_deleted(&group)])
        .await?;
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
