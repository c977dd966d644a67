//! What admins do with members.

use std::collections::HashMap;

use super::{Caller, departures, roles};
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::listing::{MemberFilter, MemberOrder, Slice};
use crate::domain::member::Member;
use crate::domain::organization::FormerMember;
use crate::domain::query::Found;
use crate::domain::role::Role;
use crate::domain::{MemberId, MemberNumber, OrganizationId, TagId};
use crate::store::db::Tx;
use crate::store::search::members as search;
use crate::store::{former_members, members, organizations, tags};

const MISSING: Error = Error::NotFound("member");

/// Refuses what would take the organization's only Owner away (R7).
pub(super) async fn must_not_be_owner(
    caller: &Caller,
    tx: &mut Tx,
    member: MemberId,
) -> Result<(), Error> {
    let organization = organizations::find(tx, caller.organization)
        .await?
        .ok_or(Error::NotFound("organization"))?;
    if organization.owner == member {
        return Err(Error::Forbidden(
            "the Owner of the organization cannot be deactivated, deleted or given another role"
                .to_owned(),
        ));
    }
    Ok(())
}

/// A member of a list, with their tags.
#[derive(Debug)]
pub(crate) struct Listed {
    /// The member. Their groups are not read.
    pub(crate) member: Member,
    /// Their tags, by label.
    pub(crate) tags: Vec<(TagId, String)>,
}

/// Members whom a filter leaves, in order; only the Owner, Administrators and Managers see them.
pub(crate) async fn list(
    caller: &Caller,
    filter: &MemberFilter,
    order: (MemberOrder, bool),
    slice: Slice,
) -> Result<Found<Listed>, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    let total = search::count(&mut tx, caller.organization, filter).await?;
    let found = search::list(&mut tx, caller.organization, filter, order, slice).await?;
    let resources = with_tags(caller, &mut tx, found).await?;
    Ok(Found { total, resources })
}

/// How many members a filter leaves; only the Owner, Administrators and Managers see them.
pub(crate) async fn count(caller: &Caller, filter: &MemberFilter) -> Result<u64, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    search::count(&mut tx, caller.organization, filter).await
}

/// The same members with their tags.
pub(super) async fn with_tags(
    caller: &Caller,
    tx: &mut Tx,
    members: Vec<Member>,
) -> Result<Vec<Listed>, Error> {
    let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
    let mut by_member: HashMap<MemberId, Vec<(TagId, String)>> = HashMap::new();
    for (member, tag, label) in tags::of_members(tx, caller.organization, &ids).await? {
        by_member.entry(member).or_default().push((tag, label));
    }
    let listed = |member: Member| Listed {
        tags: by_member.remove(&member.id).unwrap_or_default(),
        member,
    };
    Ok(members.into_iter().map(listed).collect())
}

/// Those who were members; only the Owner, Administrators and Managers see them.
pub(crate) async fn list_former(
    caller: &Caller,
    slice: Slice,
) -> Result<Found<FormerMember>, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    let (total, resources) = former_members::list(&mut tx, caller.organization, slice).await?;
    Ok(Found { total, resources })
}

/// The member with this number; only the Owner, Administrators and Managers see them.
pub(crate) async fn find(caller: &Caller, number: MemberNumber) -> Result<Listed, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    find_listed(caller, &mut tx, number).await
}

/// The member with this number, with their tags.
pub(super) async fn find_listed(
    caller: &Caller,
    tx: &mut Tx,
    number: MemberNumber,
) -> Result<Listed, Error> {
    let id = members::find_id(tx, caller.organization, number)
        .await?
        .ok_or(MISSING)?;
    let found = members::find(tx, caller.organization, id).await?;
    let listed = with_tags(caller, tx, Vec::from_iter(found)).await?;
    listed.into_iter().next().ok_or(MISSING)
}

/// Whether this is the caller's own number.
pub(crate) async fn is_myself(caller: &Caller, number: MemberNumber) -> Result<bool, Error> {
    let mut tx = caller.db.read().await?;
    let id = members::find_id(&mut tx, caller.organization, number).await?;
    Ok(id.is_some_and(|id| caller.actor == Actor::Member(id)))
}

/// Gives a member a role by hand: Deactivated suspends, any other reactivates and is pinned; `None` takes the pin
/// and the suspension back, so that the rules speak again.
pub(crate) async fn assign_role(
    caller: &Caller,
    number: MemberNumber,
    wanted: Option<Role>,
) -> Result<Listed, Error> {
    caller.must_administer()?;
    if wanted == Some(Role::Owner) {
        return Err(Error::Forbidden(
            "the role Owner cannot be assigned; an organization has exactly one Owner".to_owned(),
        ));
    }
    let mut tx = caller.write().await?;
    let organization = organizations::find(&mut tx, caller.organization)
        .await?
        .ok_or(MISSING)?;
    let id = members::find_id(&mut tx, caller.organization, number)
        .await?
        .ok_or(MISSING)?;
    must_not_be_owner(caller, &mut tx, id).await?;
    if caller.actor == Actor::Member(id) {
        return Err(Error::Forbidden(
            "you cannot change your own role; ask another administrator".to_owned(),
        ));
    }
    if !organization.manual_role_management {
        return Err(Error::Forbidden(
            "manual role management is off: the identity provider decides roles; change the person's groups there".to_owned(),
        ));
    }
    let suspended = wanted == Some(Role::Deactivated);
    let pinned = wanted.filter(|role| *role != Role::Deactivated);
    members::update_assignment(&mut tx, caller.organization, id, suspended, pinned).await?;
    caller
        .record(&mut tx, vec![Event::role_assigned(id, wanted)])
        .await?;
    roles::derive(caller, &mut tx, &[id]).await?;
    let listed = find_listed(caller, &mut tx, number).await?;
    // Given by hand, it is refused and does not wait (R16).
    if wanted.is_some_and(Role::has_access) && listed.member.role == Role::NotActivated {
        return Err(Error::Forbidden(
            "every seat is taken; deactivate somebody or have the limit raised".to_owned(),
        ));
    }
    tx.commit().await?;
    Ok(listed)
}

/// Deletes a member by number.
pub(crate) async fn delete(caller: &Caller, number: MemberNumber) -> Result<(), Error> {
    caller.must_administer()?;
    let mut tx = caller.write().await?;
    let id = members::find_id(&mut tx, caller.organization, number)
        .await?
        .ok_or(MISSING)?;
    departures::erase(caller, &mut tx, id).await?;
    tx.commit().await
}

/// Who is asking: the member behind the caller, and their organization.
pub(crate) async fn myself(
    caller: &Caller,
) -> Result<(Member, crate::domain::organization::Organization), Error> {
    let Actor::Member(id) = caller.actor else {
        return Err(MISSING);
    };
    let mut tx = caller.db.read().await?;
    let member = members::find(&mut tx, caller.organization, id)
        .await?
        .ok_or(MISSING)?;
    let organization = organizations::find(&mut tx, caller.organization)
        .await?
        .ok_or(MISSING)?;
    Ok((member, organization))
}

/// Whether this number in a path is the caller's organization; `0` always is.
pub(crate) fn is_own(caller: &Caller, organization: OrganizationId) -> bool {
    organization.0 == 0 || organization == caller.organization
}
