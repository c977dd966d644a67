//! The first account and its organization, and the way in when there is no other.

use super::vault::Vault;
use super::{Caller, personal_tokens, sign_in_policy};
use crate::domain::drift::Origin;
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::member::Profile;
use crate::domain::name;
use crate::domain::role::Role;
use crate::domain::{AccountId, MemberId, MemberNumber, OrganizationId, SessionId, Timestamp};
use crate::secret;
use crate::store::credentials::NewSession;
use crate::store::db::{Db, Tx};
use crate::store::members::Start;
use crate::store::{accounts, credentials, members, organizations, personal_tokens as rows};

/// For how long a login link can be used, in seconds.
const LINK_LIFE: i64 = 3600;
/// For how long a session lasts, in seconds: eight days.
pub(crate) const SESSION_LIFE: i64 = 8 * 86_400;

/// An account that is to own an organization.
pub(crate) struct NewOwner {
    /// The e-mail address.
    pub(crate) username: String,
    /// The hash of the password, where there is one.
    pub(crate) password_hash: Option<String>,
    /// The user token, where one was chosen.
    pub(crate) user_token: Option<String>,
    /// Where that is sealed.
    pub(crate) vault: Vault,
}

/// Makes an account and an organization that it owns.
pub(crate) async fn create_organization(
    db: &Db,
    now: Timestamp,
    title: &str,
    owner: &NewOwner,
) -> Result<OrganizationId, Error> {
    let by = Caller::operator(db.clone(), now, OrganizationId(0));
    let mut tx = db.write_anywhere().await?;
    let organization = found_organization(&by, &mut tx, title, owner).await?;
    tx.commit().await?;
    Ok(organization)
}

/// The same in a transaction, by whoever does it; their own organization is none yet.
pub(super) async fn found_organization(
    by: &Caller,
    tx: &mut Tx,
    title: &str,
    owner: &NewOwner,
) -> Result<OrganizationId, Error> {
    let now = by.now;
    let email = owner.username.trim();
    if !name::is_email(email) {
        return Err(Error::Invalid(format!(
            "{email:?} is not an e-mail address"
        )));
    }
    let account = AccountId(secret::id_at(now));
    let address = Some((email, name::key(email)));
    let address = address.as_ref().map(|(email, key)| (*email, key.as_str()));
    if !organizations::insert_account(tx, account, address, owner.password_hash.clone(), None, now)
        .await?
    {
        return Err(Error::Duplicate {
            kind: "account",
            attribute: "e-mail address",
        });
    }
    let id = MemberId(secret::id_at(now));
    let key = secret::random_token("");
    let organization = organizations::insert(tx, title, id, Role::Annotator, &key, now).await?;
    let profile = Profile {
        user_name: email.to_owned(),
        external_id: None,
        active: true,
        attributes: crate::domain::member::Attributes::new(),
    };
    let start = Start {
        base: Some(Role::Administrator),
        owner: true,
        unconfirmed: Some(Origin::Hand),
    };
    let member = members::insert(tx, organization, id, account, &profile, &start, now)
        .await?
        .ok_or(Error::Duplicate {
            kind: "User",
            attribute: "userName",
        })?;
    let caller = Caller {
        organization,
        ..by.clone()
    };
    caller
        .record(
            tx,
            vec![
                Event::organization_created(organization, id),
                Event::member_created(&member),
            ],
        )
        .await?;
    if let Some(token) = &owner.user_token {
        keep_user_token(&caller, tx, &owner.vault, id, token).await?;
    }
    Ok(organization)
}

/// Makes this the member's only user token: whoever had another is refused from now on.
async fn keep_user_token(
    caller: &Caller,
    tx: &mut Tx,
    vault: &Vault,
    member: MemberId,
    token: &str,
) -> Result<(), Error> {
    let hash = secret::hash(token).0;
    if let Some(holder) = rows::find_holder_of_user_token(tx, &hash).await? {
        if holder.organization == caller.organization && holder.member == member {
            return Ok(());
        }
        return Err(Error::Invalid(
            "this user token belongs to another account; choose another".to_owned(),
        ));
    }
    let place = personal_tokens::place(member);
    let sealed = vault.seal_if_open(tx, &place, token).await?;
    let kept = (hash.as_str(), sealed);
    rows::replace_user_token(tx, caller.organization, member, kept, caller.now).await?;
    caller
        .record(tx, vec![Event::user_token_created(member)])
        .await
}

/// Makes the first account and its organization, or finds them; an account that is there gets this password and token.
pub(crate) async fn ensure_first_account(
    db: &Db,
    now: Timestamp,
    owner: &NewOwner,
) -> Result<OrganizationId, Error> {
    let mut tx = db.read().await?;
    if organizations::list_ids(&mut tx).await?.is_empty() {
        drop(tx);
        match create_organization(db, now, owner.username.trim(), owner).await {
            // Another process that starts at the same moment was faster.
            Err(Error::Duplicate { .. }) => {}
            made => return made,
        }
        tx = db.read().await?;
    }
    let place = organizations::find_place_by_email(&mut tx, &name::key(&owner.username)).await?;
    drop(tx);
    let Some((organization, member)) = place else {
        return Err(Error::Invalid(format!(
            "there is no account {:?}, and the roll already has an organization; make further accounts with `rollright user create`",
            owner.username
        )));
    };
    let caller = Caller::operator(db.clone(), now, organization);
    let mut tx = db.write(organization).await?;
    let holder = members::find_locked(&mut tx, organization, member).await?;
    if let Some(hash) = &owner.password_hash {
        organizations::update_password(&mut tx, organization, member, hash).await?;
        caller
            .record(&mut tx, vec![Event::password_set(member)])
            .await?;
    }
    if let Some(token) = &owner.user_token
        && holder.is_some_and(|holder| holder.role.has_access())
    {
        keep_user_token(&caller, &mut tx, &owner.vault, member, token).await?;
    }
    tx.commit().await?;
    Ok(organization)
}

/// Whether there is no organization yet.
pub(crate) async fn is_empty(db: &Db) -> Result<bool, Error> {
    let mut tx = db.read().await?;
    Ok(organizations::list_ids(&mut tx).await?.is_empty())
}

/// The first organization, made with a nameless Owner where there is none yet; and whether its Owner can only come in
/// by a link.
pub(crate) async fn ensure_any_organization(
    db: &Db,
    now: Timestamp,
) -> Result<(OrganizationId, bool), Error> {
    let mut tx = db.read().await?;
    let known = organizations::list_ids(&mut tx).await?;
    drop(tx);
    let organization = if let Some(first) = known.first() {
        *first
    } else {
        let owner = NewOwner {
            username: "owner@localhost".to_owned(),
            password_hash: None,
            user_token: None,
            vault: Vault::new(None),
        };
        match create_organization(db, now, "My organization", &owner).await {
            // Another process that starts at the same moment was faster.
            Err(Error::Duplicate { .. }) => {
                let mut tx = db.read().await?;
                let known = organizations::list_ids(&mut tx).await?;
                *known.first().ok_or(Error::NotFound("organization"))?
            }
            made => made?,
        }
    };
    let mut tx = db.read().await?;
    let owner = organizations::find(&mut tx, organization)
        .await?
        .ok_or(Error::NotFound("organization"))?
        .owner;
    let closed = !organizations::has_password(&mut tx, organization, owner).await?;
    Ok((organization, closed))
}

/// Makes a secret that signs somebody in once: the account with this address, else the Owner of the first organization.
pub(crate) async fn create_login_link(
    db: &Db,
    now: Timestamp,
    username: Option<&str>,
) -> Result<String, Error> {
    let mut tx = db.read().await?;
    let (organization, member) = if let Some(username) = username {
        organizations::find_place_by_email(&mut tx, &name::key(username))
            .await?
            .ok_or_else(|| Error::Invalid(format!("there is no account {username:?}")))?
    } else {
        let first = organizations::list_ids(&mut tx).await?.first().copied();
        let found = match first {
            Some(first) => organizations::find(&mut tx, first).await?,
            None => None,
        };
        let found = found.ok_or(Error::NotFound("organization"))?;
        (found.id, found.owner)
    };
    drop(tx);
    let mut tx = db.write(organization).await?;
    let found = members::find_locked(&mut tx, organization, member).await?;
    if !found.is_some_and(|found| found.role.has_access()) {
        return Err(Error::Invalid(
            "this account has no access to its organization, so a link would not sign it in"
                .to_owned(),
        ));
    }
    if sign_in_policy::must_use_sso(&mut tx, organization, member).await? {
        return Err(Error::Invalid(
            "this account must sign in through the organization's single sign-on; a link is for the Owner".to_owned(),
        ));
    }
    let caller = Caller::operator(db.clone(), now, organization);
    let token = secret::random_token("");
    let (hash, expires) = (secret::hash(&token).0, now.plus_seconds(LINK_LIFE));
    credentials::insert_login_link(&mut tx, organization, member, &hash, now, expires).await?;
    caller
        .record(&mut tx, vec![Event::login_link_created(member)])
        .await?;
    tx.commit().await?;
    Ok(token)
}

/// Signs somebody in by a link that was not used yet; the session's token, or `None`.
pub(crate) async fn use_login_link(
    db: &Db,
    now: Timestamp,
    link: &str,
    user_agent: &str,
    request: &str,
) -> Result<Option<String>, Error> {
    let hash = secret::hash(link).0;
    let mut tx = db.read().await?;
    let found = credentials::find_login_link(&mut tx, &hash, now).await?;
    drop(tx);
    let Some((organization, member)) = found else {
        return Ok(None);
    };
    let mut tx = db.write(organization).await?;
    // The member first: who is being deactivated is either seen to be, or loses the new session too.
    let Some(found) = members::find_locked(&mut tx, organization, member).await? else {
        return Ok(None);
    };
    if !found.role.has_access()
        || sign_in_policy::must_use_sso(&mut tx, organization, member).await?
        || credentials::take_login_link(&mut tx, &hash, now)
            .await?
            .is_none()
    {
        return Ok(None);
    }
    let caller = Caller {
        request: request.to_owned(),
        ..Caller::operator(db.clone(), now, organization)
    };
    let session = secret::random_token("");
    let expires = now.plus_seconds(SESSION_LIFE);
    let hash = secret::hash(&session).0;
    let begun = NewSession {
        hash: &hash,
        id: SessionId(secret::id_at(now)),
        organization,
        member,
        at: now,
        expires,
        browser: user_agent,
        via: None,
    };
    let told = Event::signed_in(member, None, found.role);
    let rows = vec![credentials::session_row(begun)];
    caller.record_with(&mut tx, vec![told], rows).await?;
    tx.commit().await?;
    Ok(Some(session))
}

/// An account as an operator sees it.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The sign-in address, as it was written.
    pub(crate) email: String,
    /// Whether it has a password.
    pub(crate) has_password: bool,
    /// Where it belongs to: the organization, what that is called, as which member, and with which role.
    pub(crate) places: Vec<(OrganizationId, String, MemberNumber, Role)>,
}

/// The account with this address.
pub(crate) async fn show_account(db: &Db, username: &str) -> Result<Seen, Error> {
    let mut tx = db.read().await?;
    let account = accounts::find_by_email(&mut tx, &name::key(username)).await?;
    let account =
        account.ok_or_else(|| Error::Invalid(format!("there is no account {username:?}")))?;
    let mut seen = Seen {
        email: account.email.unwrap_or_default(),
        has_password: account.password_hash.is_some(),
        places: Vec::new(),
    };
    for place in accounts::places(&mut tx, account.id).await? {
        let organization = organizations::find(&mut tx, place.organization).await?;
        let member = members::find(&mut tx, place.organization, place.member).await?;
        if let (Some(organization), Some(member)) = (organization, member) {
            let (id, title) = (organization.id, organization.title);
            seen.places.push((id, title, member.number, member.role));
        }
    }
    Ok(seen)
}
