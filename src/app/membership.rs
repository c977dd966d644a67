//! Who comes into a group and who goes: members, and groups with whoever is in them.
//!
//! Members are moved beside others who change the organization. Groups are moved alone: two who put a group into each
//! other at once would make a circle, and which groups a group lies within is kept for all that lies within it.

use std::collections::HashSet;

use uuid::Uuid;

use super::{Caller, roles};
use crate::domain::error::Error;
use crate::domain::group::{GroupChange, MOST_ANCESTORS, MemberKind, MemberRef, Moved};
use crate::domain::{GroupId, MemberId};
use crate::store::db::{Attempt, Tx};
use crate::store::{group_members as rows, nested_groups as nested};

/// Moves members as these changes say; `None`, and the transaction can only be dropped, where groups are to be moved or
/// somebody is named who is no member: then it is to be begun again alone.
pub(super) async fn change_beside(
    caller: &Caller,
    tx: &mut Tx,
    id: GroupId,
    changes: &[GroupChange],
) -> Result<Option<Moved>, Error> {
    let organization = caller.organization;
    let mut moved = Moved::default();
    for change in changes {
        match change {
            GroupChange::Rename(_) | GroupChange::SetExternalId(_) => {}
            GroupChange::Add(members) => {
                let Some(added) = add_beside(caller, tx, id, members).await? else {
                    return Ok(None);
                };
                moved.added.extend(added);
            }
            GroupChange::Remove(members) => {
                let ids = members_of(members, MemberKind::User);
                let removed = rows::remove(tx, organization, id, &ids).await?;
                if removed.len() < members.len() {
                    let ids = ids_of(members, MemberKind::Group);
                    if !nested::children_among(tx, organization, id, &ids)
                        .await?
                        .is_empty()
                    {
                        return Ok(None);
                    }
                }
                moved.removed.extend(removed);
            }
            GroupChange::RemoveAll(MemberKind::User) => {
                moved
                    .removed
                    .extend(rows::remove_others(tx, organization, id, &[]).await?);
            }
            GroupChange::RemoveAll(MemberKind::Group) => {
                if !nested::children(tx, organization, id).await?.is_empty() {
                    return Ok(None);
                }
            }
            GroupChange::ReplaceMembers(members) => {
                if !nested::children(tx, organization, id).await?.is_empty() {
                    return Ok(None);
                }
                let ids = members_of(members, MemberKind::User);
                moved
                    .removed
                    .extend(rows::remove_others(tx, organization, id, &ids).await?);
                let Some(added) = add_beside(caller, tx, id, members).await? else {
                    return Ok(None);
                };
                moved.added.extend(added);
            }
        }
    }
    Ok(Some(moved))
}

async fn add_beside(
    caller: &Caller,
    tx: &mut Tx,
    id: GroupId,
    members: &[MemberRef],
) -> Result<Option<Vec<MemberId>>, Error> {
    let ids = members_of(members, MemberKind::User);
    if ids.len() < members.len() {
        return Ok(None);
    }
    if ids.is_empty() {
        return Ok(Some(ids));
    }
    match rows::add(tx, caller.organization, id, &ids).await? {
        Attempt::Done(added) => Ok(Some(added)),
        Attempt::Taken | Attempt::Missing => Ok(None),
    }
}

/// Moves members and groups as these changes say, in a transaction that is alone.
pub(super) async fn change_alone(
    caller: &Caller,
    tx: &mut Tx,
    id: GroupId,
    changes: &[GroupChange],
) -> Result<Moved, Error> {
    let organization = caller.organization;
    let mut moved = Moved::default();
    for change in changes {
        match change {
            GroupChange::Rename(_) | GroupChange::SetExternalId(_) => {}
            GroupChange::Add(members) => {
                let named = Named::find(caller, tx, members).await?;
                add(caller, tx, id, &named, &mut moved).await?;
            }
            GroupChange::Remove(members) => {
                let users = members_of(members, MemberKind::User);
                moved
                    .removed
                    .extend(rows::remove(tx, organization, id, &users).await?);
                let groups: Vec<GroupId> = ids_of(members, MemberKind::Group)
                    .into_iter()
                    .map(GroupId)
                    .collect();
                let removed = nested::remove(tx, organization, id, &groups).await?;
                moved.removed_groups.extend(removed);
            }
            GroupChange::RemoveAll(MemberKind::User) => {
                moved
                    .removed
                    .extend(rows::remove_others(tx, organization, id, &[]).await?);
            }
            GroupChange::RemoveAll(MemberKind::Group) => {
                remove_other_groups(caller, tx, id, &[], &mut moved).await?;
            }
            GroupChange::ReplaceMembers(members) => {
                let named = Named::find(caller, tx, members).await?;
                let others = rows::remove_others(tx, organization, id, &named.users).await?;
                moved.removed.extend(others);
                remove_other_groups(caller, tx, id, &named.groups, &mut moved).await?;
                add(caller, tx, id, &named, &mut moved).await?;
            }
        }
    }
    Ok(moved)
}

async fn add(
    caller: &Caller,
    tx: &mut Tx,
    id: GroupId,
    named: &Named,
    moved: &mut Moved,
) -> Result<(), Error> {
    let organization = caller.organization;
    match rows::add(tx, organization, id, &named.users).await? {
        Attempt::Done(added) => moved.added.extend(added),
        Attempt::Taken | Attempt::Missing => {
            return Err(Error::Internal(anyhow::anyhow!(
                "a member was deleted in spite of who is alone"
            )));
        }
    }
    if named.groups.is_empty() {
        return Ok(());
    }
    let above = nested::ancestors_among(tx, organization, id, &named.groups).await?;
    match above.first() {
        Some(above) if *above == id => {
            return Err(Error::Invalid(
                "a group cannot be a member of itself".to_owned(),
            ));
        }
        Some(above) => {
            return Err(Error::Invalid(format!(
                "the group {above} cannot be a member, because this group lies within it"
            )));
        }
        None => {}
    }
    let added = nested::add(tx, organization, id, &named.groups).await?;
    let most = i64::try_from(MOST_ANCESTORS + 1).unwrap_or(i64::MAX);
    if nested::is_deeper(tx, organization, &added, most).await? {
        return Err(Error::Invalid(format!(
            "groups would be nested too deeply: a group can lie within at most {MOST_ANCESTORS} others"
        )));
    }
    moved.added_groups.extend(added);
    Ok(())
}

async fn remove_other_groups(
    caller: &Caller,
    tx: &mut Tx,
    id: GroupId,
    kept: &[GroupId],
    moved: &mut Moved,
) -> Result<(), Error> {
    let mut others = nested::children(tx, caller.organization, id).await?;
    let kept: HashSet<&GroupId> = kept.iter().collect();
    others.retain(|group| !kept.contains(group));
    if !others.is_empty() {
        let removed = nested::remove(tx, caller.organization, id, &others).await?;
        moved.removed_groups.extend(removed);
    }
    Ok(())
}

/// Derives the roles of everybody who came or went, with a group or without.
pub(super) async fn derive(caller: &Caller, tx: &mut Tx, moved: Moved) -> Result<(), Error> {
    let groups = [moved.added_groups, moved.removed_groups].concat();
    let within = nested::within(tx, caller.organization, &groups).await?;
    derive_members_of(caller, tx, &within).await?;
    let members = [moved.added, moved.removed].concat();
    roles::derive(caller, tx, &members).await?;
    Ok(())
}

/// Derives the roles of the members of these groups, in a transaction that is alone.
pub(super) async fn derive_members_of(
    caller: &Caller,
    tx: &mut Tx,
    groups: &[GroupId],
) -> Result<(), Error> {
    let most = i64::from(roles::CHUNK);
    for group in groups {
        let mut last = MemberId::NIL;
        loop {
            let members = rows::ids_after(tx, caller.organization, *group, last, most).await?;
            let Some(end) = members.last() else {
                break;
            };
            last = *end;
            roles::derive(caller, tx, &members).await?;
        }
    }
    Ok(())
}

/// The ids that are not said to be of the other kind.
fn ids_of(members: &[MemberRef], kind: MemberKind) -> Vec<Uuid> {
    let can_be = |member: &&MemberRef| member.kind.is_none_or(|said| said == kind);
    members
        .iter()
        .filter(can_be)
        .map(|member| member.id)
        .collect()
}

fn members_of(members: &[MemberRef], kind: MemberKind) -> Vec<MemberId> {
    ids_of(members, kind).into_iter().map(MemberId).collect()
}

/// Who a client names, sorted by what they are.
struct Named {
    users: Vec<MemberId>,
    groups: Vec<GroupId>,
}

impl Named {
    async fn find(caller: &Caller, tx: &mut Tx, members: &[MemberRef]) -> Result<Self, Error> {
        let ids: Vec<Uuid> = members.iter().map(|member| member.id).collect();
        let kinds = nested::kinds(tx, caller.organization, &ids).await?;
        let mut named = Self {
            users: Vec::new(),
            groups: Vec::new(),
        };
        for MemberRef { id, kind } in members {
            let found = [MemberKind::User, MemberKind::Group]
                .into_iter()
                .find(|kind| kinds.contains(&(*id, *kind)));
            match (found, kind) {
                (None, _) if caller.leniency.passes_over_unknown_members() => {
                    caller.notes.note(format!(
                        "`members` holds a value that names no one, `{id}`; passed over"
                    ));
                }
                (None, _) => {
                    return Err(Error::Invalid(format!(
                        "a value of members, {id}, is not the id of a User or a Group of this organization"
                    )));
                }
                (Some(MemberKind::User), Some(MemberKind::Group)) => {
                    return Err(Error::Invalid(format!(
                        "the member {id} is a User, and its type says that it is a Group"
                    )));
                }
                (Some(MemberKind::Group), Some(MemberKind::User)) => {
                    return Err(Error::Invalid(format!(
                        "the member {id} is a Group, and its type says that it is a User"
                    )));
                }
                (Some(MemberKind::User), _) => named.users.push(MemberId(*id)),
                (Some(MemberKind::Group), _) => named.groups.push(GroupId(*id)),
            }
        }
        Ok(named)
    }
}
