//! Signing in with a password.
//!
//! A wrong password and an unknown address are answered alike, and take as long. Who guesses is slowed down by where
//! they come from and whom they guess at; who signed in with this browser before is not slowed down by others.

use secrecy::{ExposeSecret as _, SecretString};

use super::throttle::{self, Count, Limit};
use super::{Barred, Door, Entered, acting, bar, begin_session, choose};
use crate::domain::error::Error;
use crate::domain::name;
use crate::secret;
use crate::store::accounts::{self as rows, Account};
use crate::store::members;

/// The most bytes of a password that is looked at: more than any that fits has.
const MOST_BYTES: usize = 1024;
/// Guesses of one client at one account.
const PAIR: Limit = Limit {
    burst: 10,
    pause: 60,
};
/// Guesses of one client, or of all who share its address, at any account.
const ADDRESS: Limit = Limit {
    burst: 100,
    pause: 6,
};
/// Guesses of everybody at one account.
const ACCOUNT: Limit = Limit {
    burst: 100,
    pause: 36,
};
/// For what the mark of a browser is made.
const DEVICE: &str = "device";

/// What came of it.
#[derive(Debug)]
pub(crate) enum SignIn {
    /// A session began.
    In(Entered),
    /// The address or the password is wrong.
    Wrong,
    /// Both are right, and yet.
    Barred(Barred),
}

/// Signs somebody in, where the password is theirs.
pub(crate) async fn sign_in(
    door: &Door<'_>,
    email: &str,
    password: &SecretString,
) -> Result<SignIn, Error> {
    let key = name::key(email);
    let counts = guess(door, &key)?;
    throttle::take(door.db, counts.clone(), door.now).await?;
    let mut tx = door.db.read().await?;
    let account = rows::find_by_email(&mut tx, &key).await?;
    drop(tx);
    let Some(account) = proved(door, account, password).await? else {
        tracing::info!("a sign-in with a password was refused");
        return Ok(SignIn::Wrong);
    };
    throttle::give_back(door.db, counts).await?;
    enter(door, account).await
}

/// What one guess at an account counts as.
pub(super) fn guess(door: &Door<'_>, key: &str) -> Result<Vec<Count>, Error> {
    let known = match door.device {
        Some(mark) => of_device(door, key, mark)?,
        None => None,
    };
    let mut counts = vec![Count::of("guess by", &[door.address], ADDRESS)];
    if let Some(mark) = known {
        // Nobody else has the mark, so nobody else can use this up.
        counts.push(Count::of("guess with", &[key, mark], PAIR));
    } else {
        counts.push(Count::of("guess", &[key, door.address], PAIR));
        counts.push(Count::of("guess at", &[key], ACCOUNT));
    }
    Ok(counts)
}

/// The account, where the password is its.
pub(super) async fn proved(
    door: &Door<'_>,
    account: Option<Account>,
    password: &SecretString,
) -> Result<Option<Account>, Error> {
    if password.expose_secret().len() > MOST_BYTES {
        return Err(Error::Invalid(format!(
            "password must not have more than {MOST_BYTES} bytes"
        )));
    }
    let hash = account
        .as_ref()
        .and_then(|account| account.password_hash.clone());
    let fits = door.hasher.fits(password.clone(), hash).await?;
    Ok(account.filter(|_| fits))
}

/// Begins a session of an account whose person is here.
pub(super) async fn enter(door: &Door<'_>, seen: Account) -> Result<SignIn, Error> {
    let mut tx = door.db.read().await?;
    let place = match choose(&mut tx, &seen).await? {
        Ok(place) => place,
        Err(barred) => return Ok(SignIn::Barred(barred)),
    };
    drop(tx);
    let mut tx = door.db.write(place.organization).await?;
    // Held: who is being deactivated is either seen to be, or loses the new session too; likewise a password that is
    // being changed.
    let member = members::find_locked(&mut tx, place.organization, place.member).await?;
    let Some(member) = member else {
        return Ok(SignIn::Barred(Barred::Deactivated(None)));
    };
    let place = rows::Place {
        role: member.role,
        ..place
    };
    if let Some(barred) = bar(&mut tx, place).await? {
        return Ok(SignIn::Barred(barred));
    }
    let account = rows::find_locked(&mut tx, seen.id).await?;
    if account.is_none_or(|account| account.password_hash != seen.password_hash) {
        return Ok(SignIn::Wrong);
    }
    let caller = acting(door, place);
    let (session, seconds) = begin_session(&mut tx, &caller, door.user_agent).await?;
    rows::set_active_organization(&mut tx, seen.id, place.organization).await?;
    tx.commit().await?;
    let key = seen.email_key.unwrap_or_default();
    Ok(SignIn::In(Entered {
        session,
        seconds,
        device: mark(door, &key)?,
    }))
}

/// A mark for a browser: that this account signed in with it. It opens nothing.
fn mark(door: &Door<'_>, key: &str) -> Result<String, Error> {
    let nonce = secret::random_token("");
    let mac = secret::keyed_hash(&door.vault.key_for(DEVICE)?, &format!("{nonce}\n{key}"));
    Ok(format!("{nonce}.{mac}"))
}

/// The mark, where it is of this account.
fn of_device<'m>(door: &Door<'_>, key: &str, mark: &'m str) -> Result<Option<&'m str>, Error> {
    let Some((nonce, mac)) = mark.split_once('.') else {
        return Ok(None);
    };
    let right = secret::keyed_hash(&door.vault.key_for(DEVICE)?, &format!("{nonce}\n{key}"));
    Ok(secret::same(mac, &right).then_some(nonce))
}
