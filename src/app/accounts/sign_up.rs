//! Signing up: who proves the mailbox becomes the Owner of an organization of their own, or a member of the one whose
//! link they came by. Invitations are in `invited.rs`.
//!
//! There is no account before that, so nobody takes an address that is another's, and whether an address has an account
//! already is told to its mailbox alone.

use secrecy::SecretString;

use super::resetting::MAILBOX;
use super::sign_in::{SignIn, enter};
use super::throttle::{self, Count, Limit};
use super::{Door, check_password, invited, rows};
use crate::app::Caller;
use crate::app::mail::{self, Draft};
use crate::app::setup::{self, NewOwner};
use crate::domain::error::Error;
use crate::domain::{OrganizationId, name};
use crate::secret;
use crate::store::db::Tx;

/// For how long an address can be confirmed, in seconds.
const LIFE: i64 = 86_400;
/// What one client may ask for.
const ADDRESS: Limit = Limit {
    burst: 20,
    pause: 60,
};

/// What one sign-up counts as.
pub(super) fn asked_by(door: &Door<'_>) -> Count {
    Count::of("ask by", &[door.address], ADDRESS)
}

/// Sends a mail by which somebody confirms that they sign up; with an organization's link, its hash and itself.
pub(crate) async fn sign_up(
    door: &Door<'_>,
    email: &str,
    password: SecretString,
    link: Option<(&str, &str)>,
) -> Result<(), Error> {
    let email = email.trim();
    if !name::is_email(email) {
        return Err(Error::Invalid("email must be an e-mail address".to_owned()));
    }
    check_password(&password)?;
    let key = name::key(email);
    throttle::take(door.db, vec![asked_by(door)], door.now).await?;
    // Whether or not it is needed: it takes time.
    let password_hash = door.hasher.hash(password).await?;
    match throttle::take(
        door.db,
        vec![Count::of("mail to", &[&key], MAILBOX)],
        door.now,
    )
    .await
    {
        Ok(()) => {}
        Err(Error::Throttled { .. }) => return Ok(()),
        Err(error) => return Err(error),
    }
    let token = secret::random_token("");
    let mut tx = door.db.write_anywhere().await?;
    let known = rows::find_by_email(&mut tx, &key).await?;
    let base = door.base_url;
    let join = link.map_or_else(String::new, |(_, link)| {
        format!("Then open the link of the organization again: {base}/user/signup/?token={link}\n")
    });
    let (subject, text) = if known.is_some() {
        let text = format!(
            "Somebody, we hope you, signed up at {base} with this address. It has an account already.\n\n\
             Sign in: {base}/user/login\nIf you do not know the password: {base}/user/password-reset\n{join}"
        );
        ("You have an account already", text)
    } else {
        let text = format!(
            "Somebody, we hope you, signed up at {base} with this address.\n\n\
             Open this link within a day to confirm it:\n{base}/user/confirm/{token}\n\n\
             If this was not you, there is nothing to do, and there is no account.\n"
        );
        ("Confirm your address", text)
    };
    let draft = Draft {
        to: email,
        subject,
        text: &text,
    };
    mail::enqueue(&mut tx, door.vault, None, &draft, door.now).await?;
    let expires = door.now.plus_seconds(LIFE);
    let wanted = rows::SignUp {
        email: email.to_owned(),
        password_hash,
        link: link.map(|(hash, _)| hash.to_owned()),
    };
    // Kept either way; nobody has the link of somebody who has an account.
    let hash = secret::hash(&token).0;
    rows::insert_sign_up(&mut tx, &hash, &key, &wanted, door.now, expires).await?;
    tx.commit().await
}

/// What came of a confirmation.
#[derive(Debug)]
pub(crate) enum Confirmed {
    /// The account is there; whether it lets them in.
    Account(SignIn),
    /// The link of the mail, or that of the organization, does not work any more.
    Spent,
    /// Nobody may sign up without a link.
    Closed,
}

/// Makes the account of who has signed up, and the organization where they came by no link of another, and signs them in.
/// `closed` says whether nobody founds one.
pub(crate) async fn confirm(
    door: &Door<'_>,
    token: &str,
    closed: bool,
) -> Result<Confirmed, Error> {
    let hash = secret::hash(token).0;
    let waiting = rows::find_sign_up(&mut door.db.read().await?, &hash, door.now).await?;
    let Some(person) = waiting else {
        return Ok(Confirmed::Spent);
    };
    let account = match person.link {
        None if closed => return Ok(Confirmed::Closed),
        None => found(door, &hash).await?,
        Some(link) => {
            let used_up = async |tx: &mut Tx| {
                let used = rows::take_sign_up(tx, &hash, door.now).await?;
                Ok(used.is_some())
            };
            let (email, password) = (&person.email, person.password_hash);
            invited::join(door, &link, email, password, used_up).await?
        }
    };
    match account {
        Some(account) => enter(door, account).await.map(Confirmed::Account),
        None => Ok(Confirmed::Spent),
    }
}

/// Makes the account and the organization; none where the link works no more, or somebody has made the account meanwhile.
async fn found(door: &Door<'_>, hash: &str) -> Result<Option<rows::Account>, Error> {
    let mut tx = door.db.write_anywhere().await?;
    let Some(person) = rows::take_sign_up(&mut tx, hash, door.now).await? else {
        return Ok(None);
    };
    let owner = NewOwner {
        username: person.email.clone(),
        password_hash: Some(person.password_hash),
        user_token: None,
        vault: door.vault.clone(),
    };
    let nowhere = OrganizationId(0);
    let by = Caller::of_sign_on(door.db.clone(), door.now, nowhere, door.request);
    match setup::found_organization(&by, &mut tx, &person.email, &owner).await {
        Ok(_) => {}
        Err(Error::Duplicate { .. }) => return Ok(None),
        Err(error) => return Err(error),
    }
    let account = rows::find_by_email(&mut tx, &name::key(&person.email)).await?;
    let Some(account) = account else {
        return Ok(None);
    };
    rows::verify_email(&mut tx, account.id, door.now).await?;
    tx.commit().await?;
    Ok(Some(account))
}
