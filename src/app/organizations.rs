//! The organization itself: what it is called, who owns it, and where those begin who join.

use super::{Caller, members, roles};
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::organization::Organization;
use crate::domain::role::Role;
use crate::domain::{MemberNumber, name};
use crate::store::db::Tx;
use crate::store::{members as rows, organizations, seats};

const MISSING: Error = Error::NotFound("organization");

/// What an organization shall be from now on. `None` leaves a thing as it is.
#[derive(Debug, Default)]
pub(crate) struct Change {
    /// Its name.
    pub(crate) title: Option<String>,
    /// How to reach whoever runs it.
    pub(crate) contact_info: Option<String>,
    /// The role of who joins from now on.
    pub(crate) default_role: Option<Role>,
}

/// The caller's organization. Of others nothing is told, also not those in which the same person is a member: a
/// credential of one organization speaks for that one alone.
pub(crate) async fn find(caller: &Caller) -> Result<Organization, Error> {
    let mut tx = caller.db.read().await?;
    found(caller, &mut tx).await
}

async fn found(caller: &Caller, tx: &mut Tx) -> Result<Organization, Error> {
    organizations::find(tx, caller.organization)
        .await?
        .ok_or(MISSING)
}

/// Whom to ask about the caller's organization: the contact that it names, else its Owner.
pub(crate) async fn keeper(caller: &Caller) -> Result<String, Error> {
    let mut tx = caller.db.read().await?;
    let organization = found(caller, &mut tx).await?;
    keeper_of(&mut tx, &organization).await
}

/// The same of any organization.
pub(super) async fn keeper_of(tx: &mut Tx, organization: &Organization) -> Result<String, Error> {
    let contact = organization.contact_info.trim();
    if !contact.is_empty() {
        return Ok(contact.to_owned());
    }
    let owner = organizations::find_account_of(tx, organization.id, organization.owner).await?;
    Ok(match owner {
        Some((_, Some(email))) => format!("the Owner, {email}"),
        Some((_, None)) | None => "the Owner".to_owned(),
    })
}

/// Changes the organization; only the Owner and Administrators do.
pub(crate) async fn change(caller: &Caller, change: Change) -> Result<Organization, Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    let before = found(caller, &mut tx).await?;
    let mut told = Vec::new();
    let mut tell = |setting: &str, before: &str, after: &str| {
        if before != after {
            let event = Event::organization_changed(caller.organization, setting, before, after);
            told.push(event);
        }
    };
    let title = change.title.unwrap_or_else(|| before.title.clone());
    let contact = change
        .contact_info
        .unwrap_or_else(|| before.contact_info.clone());
    name::check_text("title", &title, 1, 1000)?;
    name::check_text("contact_info", &contact, 0, 254)?;
    tell("title", &before.title, &title);
    tell("contact_info", &before.contact_info, &contact);
    organizations::update_about(&mut tx, caller.organization, &title, &contact).await?;
    if let Some(role) = change.default_role {
        if matches!(role, Role::Owner | Role::Deactivated) {
            return Err(Error::Invalid(
                "`default_role` must be AD, MA, RE, AN or NO".to_owned(),
            ));
        }
        tell("default_role", before.default_role.code(), role.code());
        organizations::update_default_role(&mut tx, caller.organization, role).await?;
    }
    if !told.is_empty() {
        caller.record(&mut tx, told).await?;
    }
    let after = found(caller, &mut tx).await?;
    tx.commit().await?;
    Ok(after)
}

/// Makes another member the Owner (R7); whoever was it is an Administrator afterwards. Only the Owner does.
///
/// Alone: who is deactivated or deleted at the same time is either seen to be, or is the Owner by then and stays.
pub(crate) async fn transfer(
    caller: &Caller,
    number: MemberNumber,
) -> Result<members::Listed, Error> {
    let Actor::Member(owner) = caller.actor else {
        return Err(only_the_owner());
    };
    let mut tx = caller.write_alone().await?;
    let organization = found(caller, &mut tx).await?;
    if organization.owner != owner {
        return Err(only_the_owner());
    }
    let id = rows::find_id(&mut tx, caller.organization, number)
        .await?
        .ok_or(Error::NotFound("member"))?;
    if id == owner {
        return Err(Error::Invalid("you are the Owner already".to_owned()));
    }
    let role = rows::find_role(&mut tx, caller.organization, id).await?;
    if !role.is_some_and(Role::has_access) {
        return Err(Error::Invalid(
            "only a member with access can become the Owner; activate them first".to_owned(),
        ));
    }
    organizations::update_owner(&mut tx, caller.organization, id).await?;
    // The new Owner's former pin would come back with a later transfer.
    rows::update_assignment(&mut tx, caller.organization, id, false, None).await?;
    let administrator = Some(Role::Administrator);
    rows::update_assignment(&mut tx, caller.organization, owner, false, administrator).await?;
    rows::update_base(&mut tx, caller.organization, owner, Role::Administrator).await?;
    let told = Event::owner_changed(caller.organization, owner, id);
    caller.record(&mut tx, vec![told]).await?;
    roles::derive(caller, &mut tx, &[owner, id]).await?;
    let listed = members::find_listed(caller, &mut tx, number).await?;
    tx.commit().await?;
    Ok(listed)
}

fn only_the_owner() -> Error {
    Error::Forbidden("only the Owner of the organization can do this".to_owned())
}

/// Sets how many members may have access at once (R16); only an operator does. Nobody loses access by it.
pub(crate) async fn set_seat_limit(caller: &Caller, limit: Option<i64>) -> Result<(), Error> {
    if limit.is_some_and(|limit| limit < 1) {
        return Err(Error::Invalid(
            "there must be at least one seat, the Owner's".to_owned(),
        ));
    }
    let mut tx = caller.write_alone().await?;
    let before = found(caller, &mut tx).await?.seat_limit;
    organizations::update_seat_limit(&mut tx, caller.organization, limit).await?;
    let told = Event::organization_changed(caller.organization, "seat_limit", before, limit);
    caller.record(&mut tx, vec![told]).await?;
    if limit.is_none() {
        let all = seats::waiting(&mut tx, caller.organization, i64::MAX).await?;
        seats::set_waiting(&mut tx, caller.organization, &all, false).await?;
        roles::derive(caller, &mut tx, &all).await?;
    } else {
        roles::fill_seats(caller, &mut tx).await?;
    }
    tx.commit().await
}
