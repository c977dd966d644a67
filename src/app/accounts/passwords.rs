//! Changing one's password. Every session ends with it, everywhere.

use secrecy::SecretString;

use super::sign_in::{guess, proved};
use super::throttle;
use super::{Door, Entered, check_password, rows};
use crate::app::mail::{self, Draft};
use crate::app::{Caller, sessions, sign_in_policy};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::{AccountId, Timestamp, name};
use crate::store::db::{Db, Tx};
use crate::store::members;

/// Changes the password of whoever asks. They must say the present one, where there is one; and where they ask in a
/// session, a new one begins, since all that there were have ended.
pub(crate) async fn change(
    door: &Door<'_>,
    caller: &Caller,
    present: Option<&SecretString>,
    wanted: SecretString,
    in_session: bool,
) -> Result<Option<Entered>, Error> {
    let member = sessions::person(caller)?;
    check_password(&wanted)?;
    let mut tx = caller.db.read().await?;
    let seen = rows::find_of(&mut tx, caller.organization, member).await?;
    let seen = seen.ok_or(Error::NotFound("member"))?;
    if sign_in_policy::must_use_sso(&mut tx, caller.organization, member).await? {
        return Err(Error::Forbidden(
            "your organization lets people in through single sign-on, so there is no password to change".to_owned(),
        ));
    }
    drop(tx);
    if seen.password_hash.is_some() {
        let Some(present) = present else {
            return Err(Error::Invalid(
                "current_password is missing: say the present password too".to_owned(),
            ));
        };
        let key = seen.email_key.clone().unwrap_or_default();
        let counts = guess(door, &key)?;
        throttle::take(door.db, counts.clone(), door.now).await?;
        if proved(door, Some(seen.clone()), present).await?.is_none() {
            return Err(Error::Forbidden("current_password is wrong".to_owned()));
        }
        throttle::give_back(door.db, counts).await?;
    } else if !in_session {
        // Whoever has only a token is not given another way in.
        return Err(Error::Forbidden(
            "you have no password; set one with the link that is sent to you by /user/password-reset".to_owned(),
        ));
    }
    let hash = door.hasher.hash(wanted).await?;
    let mut tx = caller.write().await?;
    members::find_locked(&mut tx, caller.organization, member).await?;
    let account = rows::find_locked(&mut tx, seen.id).await?;
    if account.is_none_or(|account| account.password_hash != seen.password_hash) {
        return Err(Error::Forbidden(
            "the password was changed at the same moment; sign in again".to_owned(),
        ));
    }
    set(door, &mut tx, &seen, &hash).await?;
    let entered = if in_session {
        let (session, seconds) = super::begin_session(&mut tx, caller, door.user_agent).await?;
        Some(Entered {
            session,
            seconds,
            device: String::new(),
        })
    } else {
        None
    };
    tx.commit().await?;
    Ok(entered)
}

/// Gives an account another password, at the command line.
pub(crate) async fn reset(
    db: &Db,
    now: Timestamp,
    username: &str,
    hash: &str,
) -> Result<(), Error> {
    let mut tx = db.write_anywhere().await?;
    let account = rows::find_by_email(&mut tx, &name::key(username)).await?;
    let account =
        account.ok_or_else(|| Error::Invalid(format!("there is no account {username:?}")))?;
    rows::find_locked(&mut tx, account.id).await?;
    rows::set_password(&mut tx, account.id, hash).await?;
    rows::end_everywhere(&mut tx, account.id).await?;
    for place in rows::places(&mut tx, account.id).await? {
        let caller = Caller::operator(db.clone(), now, place.organization);
        let told = Event::password_set(place.member);
        caller.record(&mut tx, vec![told]).await?;
    }
    tx.commit().await
}

/// Gives an account another password: whatever let somebody in before, tokens apart, does not any more, and its person is
/// told by mail.
pub(super) async fn set(
    door: &Door<'_>,
    tx: &mut Tx,
    account: &rows::Account,
    hash: &str,
) -> Result<(), Error> {
    rows::set_password(tx, account.id, hash).await?;
    rows::end_everywhere(tx, account.id).await?;
    tell(door, tx, account.id).await?;
    if let Some(email) = &account.email {
        let text = format!(
            "The password of your account at {} has been changed, and you are signed out everywhere.\n\n\
             If this was not you, set another one at once:\n{}/user/password-reset\n",
            door.base_url, door.base_url
        );
        let draft = Draft {
            to: email,
            subject: "Your password has been changed",
            text: &text,
        };
        mail::enqueue(tx, door.vault, None, &draft, door.now).await?;
    }
    Ok(())
}

/// Every organization of the person learns of it.
async fn tell(door: &Door<'_>, tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    for place in rows::places(tx, account).await? {
        let caller = super::acting(door, place);
        caller
            .record(tx, vec![Event::password_set(place.member)])
            .await?;
    }
    Ok(())
}
