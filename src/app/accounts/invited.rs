//! Signing up with the token of an invitation or of an organization's link (R15), and joining with an account that is there.
//!
//! An invitation was sent to one mailbox, so who has its token has proved that mailbox. A link proves nothing: there the
//! mailbox is proved by a mail first, in `sign_up.rs`.

use secrecy::SecretString;

use super::sign_in::{self, SignIn, enter};
use super::throttle;
use super::{Door, check_password, rows, sign_up};
use crate::app::departures;
use crate::app::invitations::{self, Guest};
use crate::domain::error::Error;
use crate::domain::{AccountId, name};
use crate::secret;
use crate::store::db::Tx;
use crate::store::organizations;

/// What a token offers, as it is shown.
#[derive(Debug)]
pub(crate) struct Shown {
    /// What the organization is called.
    pub(crate) title: String,
    /// The address that alone can accept; `None` for a link.
    pub(crate) email: Option<String>,
}

/// What a token offers; none where it does not work any more.
pub(crate) async fn look(door: &Door<'_>, token: &str) -> Result<Option<Shown>, Error> {
    let mut tx = door.db.read().await?;
    let hash = secret::hash(token).0;
    let Some(offer) = invitations::offered(&mut tx, &hash, door.now).await? else {
        return Ok(None);
    };
    let found = organizations::find(&mut tx, offer.organization).await?;
    Ok(found.map(|organization| Shown {
        title: organization.title,
        email: offer.email,
    }))
}

/// How a sign-up with a token goes on.
#[derive(Debug)]
pub(crate) enum Signed {
    /// The mailbox has to be proved first: a mail was sent.
    Mailed,
    /// They are a member, and signed in, or why they are not.
    Member(SignIn),
    /// The token does not work any more.
    Spent,
}

/// Signs somebody up by a token: with a new account, or with the one that their address has, where the password is its.
pub(crate) async fn sign_up_with(
    door: &Door<'_>,
    token: &str,
    email: &str,
    password: SecretString,
) -> Result<Signed, Error> {
    let hash = secret::hash(token).0;
    let offer = invitations::offered(&mut door.db.read().await?, &hash, door.now).await?;
    let Some(offer) = offer else {
        return Ok(Signed::Spent);
    };
    let Some(invited) = offer.email else {
        sign_up::sign_up(door, email, password, Some((&hash, token))).await?;
        return Ok(Signed::Mailed);
    };
    let key = name::key(&invited);
    if name::key(email) != key {
        return Err(Error::Forbidden(
            "this invitation is for another address; use the one that it was sent to".to_owned(),
        ));
    }
    if let Some(account) = somebody(door, &key).await? {
        let counts = sign_in::guess(door, &key)?;
        throttle::take(door.db, counts.clone(), door.now).await?;
        let proved = sign_in::proved(door, Some(account), &password).await?;
        let Some(account) = proved else {
            return Ok(Signed::Member(SignIn::Wrong));
        };
        throttle::give_back(door.db, counts).await?;
        let Some((caller, mut tx)) =
            invitations::open(door.db, &hash, door.now, door.request).await?
        else {
            return Ok(Signed::Spent);
        };
        let guest = Guest {
            account: account.id,
            email: account.email.clone().unwrap_or(invited),
        };
        invitations::accept(&caller, &mut tx, &hash, &guest).await?;
        rows::set_active_organization(&mut tx, account.id, caller.organization).await?;
        tx.commit().await?;
        return enter(door, account).await.map(Signed::Member);
    }
    check_password(&password)?;
    throttle::take(door.db, vec![sign_up::asked_by(door)], door.now).await?;
    let password_hash = door.hasher.hash(password).await?;
    let joined = join(door, &hash, &invited, password_hash, async |_| Ok(true)).await?;
    match joined {
        Some(account) => enter(door, account).await.map(Signed::Member),
        None => Ok(Signed::Spent),
    }
}

/// The account with this address, unless whoever had it is deleted and their deletion waits.
async fn somebody(door: &Door<'_>, key: &str) -> Result<Option<rows::Account>, Error> {
    let mut tx = door.db.read().await?;
    let Some(account) = rows::find_by_email(&mut tx, key).await? else {
        return Ok(None);
    };
    let gone = rows::places(&mut tx, account.id).await?.is_empty();
    Ok((!gone).then_some(account))
}

/// Makes an account with a proved address, and a member of it, by the hash of a token; none where that works no more,
/// `first` says no, or the address has an account by now.
pub(super) async fn join(
    door: &Door<'_>,
    hash: &str,
    email: &str,
    password_hash: String,
    first: impl AsyncFnOnce(&mut Tx) -> Result<bool, Error>,
) -> Result<Option<rows::Account>, Error> {
    let opened = invitations::open(door.db, hash, door.now, door.request).await?;
    let Some((caller, mut tx)) = opened else {
        return Ok(None);
    };
    if !first(&mut tx).await? {
        return Ok(None);
    }
    let id = AccountId(secret::id_at(door.now));
    let key = name::key(email);
    let address = Some((email, key.as_str()));
    let hashed = Some(password_hash);
    let mut made =
        organizations::insert_account(&mut tx, id, address, hashed.clone(), None, door.now).await?;
    if !made && departures::give_way(&caller, &mut tx, &key).await? {
        made = organizations::insert_account(&mut tx, id, address, hashed, None, door.now).await?;
    }
    if !made {
        return Ok(None);
    }
    let guest = Guest {
        account: id,
        email: email.to_owned(),
    };
    invitations::accept(&caller, &mut tx, hash, &guest).await?;
    rows::verify_email(&mut tx, id, door.now).await?;
    let account = rows::find_by_email(&mut tx, &key).await?;
    tx.commit().await?;
    Ok(account)
}
