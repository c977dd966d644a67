//! What a directory does with members: SCIM Users in the domain's words. Groups are in `groups.rs`.

use super::{Caller, departures, domains, members, roles, schemas, search};

use crate::domain::drift::Origin;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::member::{Member, Profile};
use crate::domain::name;
use crate::domain::query::{
    self, Comparison, Condition, Listed, MemberField, Operand, Page, Query,
};
use crate::domain::{AccountId, MemberId};
use crate::secret;
use crate::store::db::{Attempt, Tx};
use crate::store::members::Start;
use crate::store::{drift, group_members, members as rows, organizations};

const TAKEN: Error = Error::Duplicate {
    kind: "User",
    attribute: "userName",
};

/// Whether what the caller says is the word of a directory.
fn is_directory(caller: &Caller) -> bool {
    matches!(caller.actor, Actor::ProvisioningClient(_))
}

/// Makes a member from what the directory says. The id must be a new one.
pub(crate) async fn create_member(
    caller: &Caller,
    id: MemberId,
    profile: Profile,
) -> Result<Member, Error> {
    let mut tx = caller.write().await?;
    let member = join(caller, &mut tx, id, &profile).await?;
    tx.commit().await?;
    Ok(member)
}

/// Makes members that refer to one another, all or none; an error says for which of them.
pub(crate) async fn create_members(
    caller: &Caller,
    wanted: Vec<(MemberId, Profile)>,
) -> Result<Vec<Member>, (usize, Error)> {
    let mut tx = caller.write().await.map_err(|error| (0, error))?;
    let mut made = Vec::with_capacity(wanted.len());
    for (at, (id, profile)) in wanted.into_iter().enumerate() {
        let member = join(caller, &mut tx, id, &profile).await;
        made.push(member.map_err(|error| (at, error))?);
    }
    tx.commit().await.map_err(|error| (0, error))?;
    Ok(made)
}

/// Makes a member and their account in a transaction.
pub(super) async fn join(
    caller: &Caller,
    tx: &mut Tx,
    id: MemberId,
    profile: &Profile,
) -> Result<Member, Error> {
    let account = AccountId(secret::id_at(caller.now));
    let email = profile.email().map(|email| (email, name::key(email)));
    let mut email = email.as_ref().map(|(email, key)| (*email, key.as_str()));
    // A sign-on does not take an address whose domain is another organization's: here the person is a guest.
    if caller.actor == Actor::SignOn
        && let Some((address, _)) = email
    {
        let owner = domains::owner_of(tx, address).await?;
        email = email.filter(|_| owner.is_none_or(|owner| owner == caller.organization));
    }
    let home = Some(caller.organization);
    let mut known =
        organizations::insert_account(tx, account, email, None, home, caller.now).await?;
    if !known && departures::give_way(caller, tx, &name::key(&profile.user_name)).await? {
        known = organizations::insert_account(tx, account, email, None, home, caller.now).await?;
    }
    if !known {
        // Somebody has this address elsewhere. That account is not touched: here the person is known by directory
        // and IdP alone (R2).
        organizations::insert_account(tx, account, None, None, home, caller.now).await?;
    }
    let start = Start {
        base: None,
        owner: false,
        unconfirmed: match caller.actor {
            Actor::ProvisioningClient(_) => None,
            Actor::SignOn => Some(Origin::SignOn),
            Actor::Member(_) | Actor::Operator | Actor::Server => Some(Origin::Hand),
        },
    };
    let mut member = rows::insert(
        tx,
        caller.organization,
        id,
        account,
        profile,
        &start,
        caller.now,
    )
    .await?
    .ok_or(TAKEN)?;
    schemas::take_values(caller, tx, id, &profile.attributes).await?;
    caller
        .record(
            tx,
            vec![Event::member_created(&caller.schemas.told_of(&member))],
        )
        .await?;
    roles::seat(caller, tx, &mut member).await?;
    Ok(member)
}

/// The member with this id.
pub(crate) async fn find_member(caller: &Caller, id: MemberId) -> Result<Member, Error> {
    let mut tx = caller.db.read().await?;
    rows::find(&mut tx, caller.organization, id)
        .await?
        .ok_or(Error::NotFound("User"))
}

/// Changes what the directory says of a member, in one transaction. `change` is handed what is said now and gives
/// what shall be said; where that is the same, nothing happens. `seen` are the versions that the client has read.
pub(crate) async fn change_member<E: std::convert::From<Error>>(
    caller: &Caller,
    id: MemberId,
    seen: Option<Vec<i64>>,
    change: impl FnOnce(&Profile) -> Result<Profile, E>,
) -> Result<Member, E> {
    caller.must_provision()?;
    let mut tx = caller.write().await?;
    // Held from here on: a writer with an older version stops here.
    let mut member = rows::find_locked(&mut tx, caller.organization, id)
        .await?
        .ok_or(Error::NotFound("User"))?;
    if seen.is_some_and(|seen| !seen.contains(&member.version)) {
        return Err(Error::VersionMismatch("User").into());
    }
    let profile = change(&member.profile)?;
    if !profile.says_the_same_as(&member.profile) {
        write_profile(caller, &mut tx, &member, &profile).await?;
        member.profile = profile;
        member.version += 1;
        member.modified = caller.now;
    } else if is_directory(caller) {
        drift::confirm(&mut tx, caller.organization, id).await?;
    }
    let groups = group_members::groups_of(&mut tx, caller.organization, &[id]).await?;
    member.groups = groups.into_iter().flat_map(|(_, groups)| groups).collect();
    tx.commit().await?;
    Ok(member)
}

pub(super) async fn write_profile(
    caller: &Caller,
    tx: &mut Tx,
    member: &Member,
    profile: &Profile,
) -> Result<(), Error> {
    if !profile.active && member.profile.active {
        members::must_not_be_owner(caller, tx, member.id).await?;
        if caller.actor == Actor::Member(member.id) {
            return Err(Error::Forbidden(
                "you cannot deactivate yourself; ask another administrator".to_owned(),
            ));
        }
    }
    match rows::update(
        tx,
        caller.organization,
        member.id,
        &member.profile,
        profile,
        is_directory(caller),
        caller.now,
    )
    .await?
    {
        Attempt::Done(_) => {}
        Attempt::Taken | Attempt::Missing => return Err(TAKEN),
    }
    schemas::take_values(caller, tx, member.id, &profile.attributes).await?;
    if profile.email() != member.profile.email() {
        let key = profile.email().map(name::key);
        let email = profile.email().zip(key.as_deref());
        let account = member.account;
        match organizations::update_account_email(tx, caller.organization, account, email).await? {
            Attempt::Done(_) => {}
            Attempt::Taken | Attempt::Missing => {
                return Err(Error::Unavailable(anyhow::anyhow!(
                    "another account was given this e-mail address at the same moment"
                )));
            }
        }
    }
    let told = vec![Event::member_changed(
        member.id,
        &caller.schemas.told(&member.profile),
        &caller.schemas.told(profile),
    )];
    if profile.active == member.profile.active {
        caller.record(tx, told).await
    } else {
        roles::derive_held(caller, tx, &[member.id], told).await?;
        Ok(())
    }
}

/// Deletes a member (R14): see [`departures::remove`].
pub(crate) async fn delete_member(
    caller: &Caller,
    id: MemberId,
    seen: Option<Vec<i64>>,
) -> Result<(), Error> {
    caller.must_provision()?;
    let mut tx = caller.write().await?;
    departures::remove(caller, &mut tx, id, seen).await?;
    tx.commit().await
}

/// The members that a query asks for, with their groups.
pub(crate) async fn list_members(
    caller: &Caller,
    query: &Query<Member>,
    page: &Page,
) -> Result<Listed<Member>, Error> {
    if let Condition::Compare(MemberField::UserName, Comparison::Equal, Operand::Text(key)) =
        &query.narrow
        && query.remainder.is_none()
        && page.start == query::Start::Offset(0)
        && page.count > 0
    {
        // What clients ask before everything else: one statement, since there is one at most.
        let mut tx = caller.db.read().await?;
        let found = rows::find_by_user_name(&mut tx, caller.organization, key).await?;
        return Ok(Listed::all(found.into_iter().collect()));
    }
    search::list(caller, query, page).await
}
