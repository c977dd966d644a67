//! What admins do with members.

use super::{Caller, departures, roles};
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::member::Member;
use crate::domain::query::Found;
use crate::domain::role::Role;
use crate::domain::{MemberId, MemberNumber, OrganizationId};
use crate::store::db::Tx;
use crate::store::{members, organizations};

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

/// Members with one of these roles, by number; only the Owner, Administrators and Managers see them.
pub(crate) async fn list(
    caller: &Caller,
    wanted: &[Role],
    offset: u64,
    count: u64,
) -> Result<Found<Member>, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    let (offset, count) = (
        i64::try_from(offset).unwrap_or(i64::MAX),
        i64::try_from(count).unwrap_or(i64::MAX),
    );
    let (total, resources) =
        members::list_by_number(&mut tx, caller.organization, wanted, offset, count).await?;
    Ok(Found { total, resources })
}

/// The member with this number; only the Owner, Administrators and Managers see them.
pub(crate) async fn find(caller: &Caller, number: MemberNumber) -> Result<Member, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    let id = members::find_id(&mut tx, caller.organization, number)
        .await?
        .ok_or(MISSING)?;
    members::find(&mut tx, caller.organization, id)
        .await?
        .ok_or(MISSING)
}

/// Gives a member a role by hand: Deactivated suspends, any other reactivates and is pinned; `None` takes the pin
/// and the suspension back, so that the rules speak again.
pub(crate) async fn assign_role(
    caller: &Caller,
    number: MemberNumber,
    wanted: Option<Role>,
) -> Result<Member, Error> {
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
    let member = members::find(&mut tx, caller.organization, id)
        .await?
        .ok_or(MISSING)?;
    tx.commit().await?;
    Ok(member)
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
