//! Who may do what, where an organization decides that: read by administrators, changed by the Owner alone.

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::permission::{ALLOWABLE, Permission};
use crate::domain::role::Role;
use crate::store::db::Tx;
use crate::store::permissions as rows;

const MISSING: Error = Error::NotFound("permission");

/// Refuses who may not do this in their organization, at the moment of the request.
pub(super) async fn must_have(
    caller: &Caller,
    tx: &mut Tx,
    permission: Permission,
) -> Result<(), Error> {
    if may(caller, tx, permission).await? {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "your role in the organization may not do this ({}); the Owner decides who may",
        permission.key()
    )))
}

/// Whether the caller may, as seen in this transaction.
pub(super) async fn may(
    caller: &Caller,
    tx: &mut Tx,
    permission: Permission,
) -> Result<bool, Error> {
    match caller.role {
        None => Ok(caller.must_administer().is_ok()),
        Some(Role::Owner) => Ok(true),
        Some(role) => {
            let said = rows::find(tx, caller.organization, permission).await?;
            Ok(said
                .unwrap_or_else(|| permission.default_roles())
                .contains(&role))
        }
    }
}

/// What the organization has said, of each permission of which it has said something.
pub(crate) async fn list(caller: &Caller) -> Result<Vec<(Permission, Vec<Role>)>, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let mut all = Vec::new();
    for permission in Permission::ALL {
        if let Some(roles) = rows::find(&mut tx, caller.organization, permission).await? {
            all.push((permission, roles));
        }
    }
    Ok(all)
}

/// Which permissions there are.
pub(crate) fn known(caller: &Caller) -> Result<Vec<Permission>, Error> {
    caller.must_administer()?;
    Ok(Permission::ALL.to_vec())
}

/// What the organization has said of one; not there where the default holds.
pub(crate) async fn find(caller: &Caller, permission: Permission) -> Result<Vec<Role>, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    rows::find(&mut tx, caller.organization, permission)
        .await?
        .ok_or(MISSING)
}

/// Says who may; the Owner may always, whatever is said.
pub(crate) async fn set(
    caller: &Caller,
    permission: Permission,
    roles: &[Role],
) -> Result<Vec<Role>, Error> {
    caller.must_own()?;
    if let Some(role) = roles
        .iter()
        .find(|role| !ALLOWABLE.contains(role) && **role != Role::Owner)
    {
        return Err(Error::Invalid(format!(
            "{} can be allowed nothing",
            role.name()
        )));
    }
    let mut tx = caller.write().await?;
    rows::replace(&mut tx, caller.organization, permission, roles).await?;
    let told = Event::permission_changed(permission.key(), Some(roles));
    caller.record(&mut tx, vec![told]).await?;
    let kept = rows::find(&mut tx, caller.organization, permission).await?;
    tx.commit().await?;
    kept.ok_or(MISSING)
}

/// Lets the default hold again.
pub(crate) async fn reset(caller: &Caller, permission: Permission) -> Result<(), Error> {
    caller.must_own()?;
    let mut tx = caller.write().await?;
    if rows::delete(&mut tx, caller.organization, permission).await? == 0 {
        return Err(MISSING);
    }
    let told = Event::permission_changed(permission.key(), None);
    caller.record(&mut tx, vec![told]).await?;
    tx.commit().await
}
