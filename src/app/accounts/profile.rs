//! What a person says of themselves in an organization, and which organization they are in.

use crate::app::{Caller, provisioning, schemas, sessions, sign_in_policy};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::member::{Attributes, Member};
use crate::domain::{MemberId, OrganizationId};
use crate::secret;
use crate::store::{accounts as rows, members, organizations};

/// What is to change; what is absent stays.
#[derive(Debug, Default)]
pub(crate) struct Change {
    /// The given name.
    pub(crate) given_name: Option<String>,
    /// The family name.
    pub(crate) family_name: Option<String>,
    /// The telephone number.
    pub(crate) phone: Option<String>,
}

/// The most letters of each.
const LONGEST: usize = 256;

/// Changes what a person says of themselves. Role, sign-in name, groups and whatever else decides what they may do are not
/// theirs to change.
pub(crate) async fn change(caller: &Caller, wanted: Change) -> Result<Member, Error> {
    change_of(caller, sessions::person(caller)?, wanted).await
}

/// The same of a member whom the caller may speak for.
pub(in crate::app) async fn change_of(
    caller: &Caller,
    id: MemberId,
    wanted: Change,
) -> Result<Member, Error> {
    // What the organization has defined for Users is kept as it is.
    let caller = &Caller {
        schemas: schemas::of(caller).await?,
        ..caller.clone()
    };
    let mut tx = caller.write().await?;
    let member = members::find_locked(&mut tx, caller.organization, id).await?;
    let mut member = member.ok_or(Error::NotFound("member"))?;
    let mut profile = member.profile.clone();
    apply(&mut profile.attributes, wanted)?;
    if !profile.says_the_same_as(&member.profile) {
        provisioning::write_profile(caller, &mut tx, &member, &profile).await?;
        tx.commit().await?;
        member.profile = profile;
        member.modified = caller.now;
    }
    Ok(member)
}

/// Puts what is wanted among the attributes.
pub(in crate::app) fn apply(attributes: &mut Attributes, wanted: Change) -> Result<(), Error> {
    for (name, value) in [
        ("first_name", &wanted.given_name),
        ("last_name", &wanted.family_name),
        ("phone", &wanted.phone),
    ] {
        let value = value.as_deref().unwrap_or_default();
        if value.chars().count() > LONGEST || value.chars().any(char::is_control) {
            return Err(Error::Invalid(format!(
                "{name} must have at most {LONGEST} characters, in one line"
            )));
        }
    }
    let mut name = match attributes.remove("name") {
        Some(name) => name.as_object().cloned().unwrap_or_default(),
        None => Attributes::new(),
    };
    set(&mut name, "givenName", wanted.given_name.as_deref());
    set(&mut name, "familyName", wanted.family_name.as_deref());
    // It was made of the names as they were.
    if wanted.given_name.is_some() || wanted.family_name.is_some() {
        name.remove("formatted");
    }
    if !name.is_empty() {
        attributes.insert("name".to_owned(), name.into());
    }
    if let Some(phone) = wanted.phone {
        attributes.remove("phoneNumbers");
        if !phone.trim().is_empty() {
            let mut number = Attributes::new();
            number.insert("value".to_owned(), phone.trim().into());
            attributes.insert("phoneNumbers".to_owned(), vec![number].into());
        }
    }
    Ok(())
}

fn set(name: &mut Attributes, part: &str, value: Option<&str>) {
    match value.map(str::trim) {
        None => {}
        Some("") => {
            name.remove(part);
        }
        Some(value) => {
            name.insert(part.to_owned(), value.into());
        }
    }
}

/// Goes over to another organization that the account belongs to: the session in which somebody asks, and where their
/// password leads from now on. A token stays where it was made.
pub(crate) async fn go_to(
    caller: &Caller,
    organization: OrganizationId,
    session: Option<&str>,
) -> Result<(), Error> {
    let member = sessions::person(caller)?;
    if organization == caller.organization {
        return Ok(());
    }
    let Some(session) = session else {
        return Err(Error::Invalid(
            "active_organization: a token belongs to one organization; use one of the other organization".to_owned(),
        ));
    };
    let unknown =
        || Error::Invalid("active_organization: you belong to no such organization".to_owned());
    let mut tx = caller.db.read().await?;
    let account = rows::find_of(&mut tx, caller.organization, member).await?;
    let account = account.ok_or_else(unknown)?;
    let places = rows::places(&mut tx, account.id).await?;
    drop(tx);
    let there = places
        .into_iter()
        .find(|place| place.organization == organization)
        .ok_or_else(unknown)?;
    let mut tx = caller.db.write(organization).await?;
    let found = members::find_locked(&mut tx, organization, there.member).await?;
    let Some(found) = found.filter(|found| found.role.has_access()) else {
        return Err(unknown());
    };
    if sign_in_policy::must_use_sso(&mut tx, organization, there.member).await? {
        return Err(Error::Forbidden(
            "that organization lets people in through its own single sign-on: sign in there"
                .to_owned(),
        ));
    }
    // A session that was begun at an IdP is known there, under another member.
    let hash = secret::hash(session).0;
    if rows::move_session(&mut tx, &hash, there).await? == 0 {
        return Err(Error::Forbidden(
            "you are signed in through single sign-on, which counts in its own organization alone; sign out, and in with a password".to_owned(),
        ));
    }
    rows::set_active_organization(&mut tx, account.id, organization).await?;
    let to = Caller {
        actor: crate::domain::event::Actor::Member(there.member),
        role: Some(found.role),
        request: caller.request.clone(),
        ..Caller::operator(caller.db.clone(), caller.now, organization)
    };
    to.record(
        &mut tx,
        vec![Event::signed_in(there.member, None, found.role)],
    )
    .await?;
    tx.commit().await
}

/// Where the account of whoever asks belongs to, and how the Owner of the organization in which they ask is reached.
pub(crate) async fn belongings(caller: &Caller) -> Result<(Vec<rows::Place>, String), Error> {
    let member = sessions::person(caller)?;
    let mut tx = caller.db.read().await?;
    let account = rows::find_of(&mut tx, caller.organization, member).await?;
    let places = match account {
        Some(account) => rows::places(&mut tx, account.id).await?,
        None => Vec::new(),
    };
    let organization = organizations::find(&mut tx, caller.organization).await?;
    let owner = match organization {
        Some(found) => rows::find_of(&mut tx, caller.organization, found.owner).await?,
        None => None,
    };
    Ok((
        places,
        owner.and_then(|owner| owner.email).unwrap_or_default(),
    ))
}
