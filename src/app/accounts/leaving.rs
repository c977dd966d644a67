//! Leaving an organization, and deleting one's own account, which leaves them all.

use secrecy::SecretString;

use super::sign_in::{guess, proved};
use super::{Door, acting, rows, throttle};
use crate::app::{Caller, departures, members, sessions};
use crate::domain::error::Error;

/// Leaves the organization: as if an administrator had deleted the member, only that nobody had to. The Owner stays.
pub(crate) async fn leave(caller: &Caller) -> Result<(), Error> {
    let member = sessions::person(caller)?;
    let mut tx = caller.write().await?;
    departures::quit(caller, &mut tx, member).await?;
    tx.commit().await
}

/// Deletes the account of whoever asks: they leave every organization, the one in which they ask last. Refused to who
/// owns one, before anything is done.
///
/// One transaction an organization: where one fails, the others that were left are left, and asking again goes on.
pub(crate) async fn delete(
    door: &Door<'_>,
    caller: &Caller,
    password: Option<&SecretString>,
) -> Result<(), Error> {
    let member = sessions::person(caller)?;
    let mut tx = caller.db.read().await?;
    let account = rows::find_of(&mut tx, caller.organization, member).await?;
    let account = account.ok_or(Error::NotFound("member"))?;
    let mut places = rows::places(&mut tx, account.id).await?;
    for place in &places {
        members::must_not_be_owner(&acting(door, *place), &mut tx, place.member)
            .await
            .map_err(|error| match error {
                Error::Forbidden(_) => Error::Forbidden(
                    "you are the Owner of an organization; make somebody else its Owner first"
                        .to_owned(),
                ),
                other => other,
            })?;
    }
    drop(tx);
    if account.password_hash.is_some() {
        let password = password.ok_or_else(|| {
            Error::Invalid("current_password is missing: say the password too".to_owned())
        })?;
        let key = account.email_key.clone().unwrap_or_default();
        let counts = guess(door, &key)?;
        throttle::take(door.db, counts.clone(), door.now).await?;
        if proved(door, Some(account), password).await?.is_none() {
            return Err(Error::Forbidden("current_password is wrong".to_owned()));
        }
        throttle::give_back(door.db, counts).await?;
    }
    places.sort_by_key(|place| place.organization == caller.organization);
    for place in places {
        leave(&acting(door, place)).await?;
    }
    Ok(())
}
