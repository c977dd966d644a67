//! Members as people: made, and their names changed, by the Owner and Administrators. What a directory says of them is
//! in `provisioning.rs`, what they say of themselves in `accounts/profile.rs`.

use secrecy::SecretString;

use super::accounts::hashing::Hasher;
use super::accounts::{check_password, profile};
use super::members::{self, Listed};
use super::{Caller, provisioning};
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::member::{Attributes, Profile};
use crate::domain::{MemberId, MemberNumber, name};
use crate::secret;
use crate::store::{members as rows, organizations};

const MISSING: Error = Error::NotFound("user");

/// Who is to be a member.
pub(crate) struct New {
    /// The address by which they sign in.
    pub(crate) email: String,
    /// What they are called, and their number.
    pub(crate) about: profile::Change,
    /// The password, where one is given; they can set another by mail.
    pub(crate) password: Option<SecretString>,
}

/// Makes a member with an account; the role is where members begin in this organization.
pub(crate) async fn create(caller: &Caller, hasher: &Hasher, new: New) -> Result<Listed, Error> {
    caller.must_administer()?;
    let email = new.email.trim();
    if !name::is_email(email) {
        return Err(Error::Invalid(
            "`username` must be an e-mail address".to_owned(),
        ));
    }
    let mut about = Attributes::new();
    profile::apply(&mut about, new.about)?;
    let hash = match new.password {
        None => None,
        Some(password) => {
            check_password(&password)?;
            Some(hasher.hash(password).await?)
        }
    };
    let profile = Profile {
        user_name: email.to_owned(),
        external_id: None,
        active: true,
        attributes: about,
    };
    let id = MemberId(secret::id_at(caller.now));
    let mut tx = caller.write().await?;
    let member = provisioning::join(caller, &mut tx, id, &profile).await?;
    if let Some(hash) = hash {
        organizations::update_password(&mut tx, caller.organization, id, &hash).await?;
        caller
            .record(&mut tx, vec![Event::password_set(id)])
            .await?;
    }
    let listed = members::find_listed(caller, &mut tx, member.number).await?;
    tx.commit().await?;
    Ok(listed)
}

/// The member with this number: to Managers and whoever is above them, and to themselves.
pub(crate) async fn find(caller: &Caller, number: MemberNumber) -> Result<Listed, Error> {
    if !members::is_myself(caller, number).await? {
        caller.must_manage()?;
    }
    let mut tx = caller.db.read().await?;
    members::find_listed(caller, &mut tx, number).await
}

/// Changes what a member is called: the Owner and Administrators that of everybody, others their own.
pub(crate) async fn change(
    caller: &Caller,
    number: MemberNumber,
    wanted: profile::Change,
) -> Result<Listed, Error> {
    let mut tx = caller.db.read().await?;
    let id = rows::find_id(&mut tx, caller.organization, number).await?;
    drop(tx);
    if id.is_none_or(|id| caller.actor != Actor::Member(id)) {
        caller.must_administer()?;
    }
    profile::change_of(caller, id.ok_or(MISSING)?, wanted).await?;
    let mut tx = caller.db.read().await?;
    members::find_listed(caller, &mut tx, number).await
}
