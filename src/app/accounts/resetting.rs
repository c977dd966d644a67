//! Setting a password anew, by a link that is sent to the mailbox.
//!
//! Whether there is an account is not told, and the same is written either way. A link works once and for an hour, and no
//! more once the password or the address has changed or the person has lost access.

use secrecy::SecretString;

use super::throttle::{self, Count, Limit};
use super::{Door, check_password, choose, passwords, rows};
use crate::app::mail::{self, Draft};
use crate::domain::error::Error;
use crate::domain::name;
use crate::secret;
use crate::store::db::Tx;
use crate::store::mails;

/// For how long a link can be used, in seconds.
const LIFE: i64 = 3600;
/// What one client may ask for.
const ADDRESS: Limit = Limit {
    burst: 20,
    pause: 60,
};
/// How many mails somebody is sent whom others ask them for.
pub(super) const MAILBOX: Limit = Limit {
    burst: 3,
    pause: 1200,
};

/// Sends a link to an address, where it is that of an account which a password lets in.
pub(crate) async fn ask(door: &Door<'_>, email: &str) -> Result<(), Error> {
    let email = email.trim();
    if !name::is_email(email) {
        return Err(Error::Invalid("email must be an e-mail address".to_owned()));
    }
    let key = name::key(email);
    throttle::take(
        door.db,
        vec![Count::of("ask by", &[door.address], ADDRESS)],
        door.now,
    )
    .await?;
    let mailbox = vec![Count::of("mail to", &[&key], MAILBOX)];
    match throttle::take(door.db, mailbox, door.now).await {
        Ok(()) => {}
        // Nobody is told that somebody was told lately.
        Err(Error::Throttled { .. }) => return Ok(()),
        Err(error) => return Err(error),
    }
    let token = secret::random_token("");
    let mut tx = door.db.write_anywhere().await?;
    let account = rows::find_by_email(&mut tx, &key).await?;
    let account = match account {
        Some(account) => choose(&mut tx, &account).await?.is_ok().then_some(account),
        None => None,
    };
    let to = account
        .as_ref()
        .and_then(|account| account.email.as_deref())
        .unwrap_or(email);
    let text = format!(
        "Somebody, we hope you, asked for a new password of your account at {}.\n\n\
         Open this link within an hour to choose one:\n{}/user/password-reset/{token}\n\n\
         If this was not you, there is nothing to do: your password is as it was.\n",
        door.base_url, door.base_url
    );
    let draft = Draft {
        to,
        subject: "Set your password",
        text: &text,
    };
    let id = mail::enqueue(&mut tx, door.vault, None, &draft, door.now).await?;
    match account {
        Some(account) => {
            let (hash, expires) = (secret::hash(&token).0, door.now.plus_seconds(LIFE));
            rows::insert_reset(&mut tx, &hash, account.id, &key, door.now, expires).await?;
        }
        // As much work as the other.
        None => {
            mails::delete(&mut tx, id).await?;
        }
    }
    tx.commit().await
}

/// Whether a link can still be used.
pub(crate) async fn is_good(door: &Door<'_>, token: &str) -> Result<bool, Error> {
    let mut tx = door.db.read().await?;
    let hash = secret::hash(token).0;
    let Some(found) = rows::find_reset(&mut tx, &hash, door.now).await? else {
        return Ok(false);
    };
    Ok(usable(&mut tx, &found).await?.is_some())
}

/// The account of a link, where it has the address still and a password lets it in.
async fn usable(tx: &mut Tx, reset: &rows::Reset) -> Result<Option<rows::Account>, Error> {
    let account = rows::find_by_email(tx, &reset.email_key).await?;
    let Some(account) = account.filter(|account| account.id == reset.account_id) else {
        return Ok(None);
    };
    Ok(choose(tx, &account).await?.is_ok().then_some(account))
}

/// Sets the password by a link; `false` where it does not work any more.
pub(crate) async fn set(door: &Door<'_>, token: &str, wanted: SecretString) -> Result<bool, Error> {
    check_password(&wanted)?;
    // Nobody makes the server hash who has no link.
    if !is_good(door, token).await? {
        return Ok(false);
    }
    let hash = door.hasher.hash(wanted).await?;
    let mut tx = door.db.write_anywhere().await?;
    let used = rows::take_reset(&mut tx, &secret::hash(token).0, door.now).await?;
    let Some(used) = used else {
        return Ok(false);
    };
    rows::find_locked(&mut tx, used.account_id).await?;
    let Some(account) = usable(&mut tx, &used).await? else {
        return Ok(false);
    };
    // Whoever reads the mailbox has it.
    rows::verify_email(&mut tx, account.id, door.now).await?;
    passwords::set(door, &mut tx, &account, &hash).await?;
    tx.commit().await?;
    Ok(true)
}
