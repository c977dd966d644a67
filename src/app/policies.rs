//! What an organization says of its people's tokens and sessions, and changes of it.

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::policy::{SessionPolicy, TokenSettings};
use crate::store::policies as rows;

/// The longest that a session may last, in minutes: a year.
pub(crate) const LONGEST: i32 = 525_600;
/// The longest that a personal access token may be good for, in days: as long as Label Studio's.
pub(crate) const LONGEST_DAYS: i32 = 73_000;

/// What it says of tokens.
pub(crate) async fn tokens(caller: &Caller) -> Result<TokenSettings, Error> {
    let mut tx = caller.db.read().await?;
    rows::tokens(&mut tx, caller.organization).await
}

/// Changes that.
pub(crate) async fn set_tokens(caller: &Caller, wanted: TokenSettings) -> Result<(), Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    let before = rows::tokens(&mut tx, caller.organization).await?;
    if before == wanted {
        return Ok(());
    }
    rows::set_tokens(&mut tx, caller.organization, wanted).await?;
    let told = Event::token_settings_changed(caller.organization, before, wanted);
    caller.record(&mut tx, vec![told]).await?;
    tx.commit().await
}

/// What it says of sessions.
pub(crate) async fn sessions(caller: &Caller) -> Result<SessionPolicy, Error> {
    let mut tx = caller.db.read().await?;
    rows::sessions(&mut tx, caller.organization).await
}

/// Changes that; the Owner alone does. It holds for sessions that have begun, too.
pub(crate) async fn set_sessions(
    caller: &Caller,
    change: impl FnOnce(&mut SessionPolicy),
) -> Result<SessionPolicy, Error> {
    caller.must_own()?;
    let mut tx = caller.write_alone().await?;
    let before = rows::sessions(&mut tx, caller.organization).await?;
    let mut wanted = before;
    change(&mut wanted);
    for (name, minutes) in [
        ("max_session_age", wanted.max_age_minutes),
        ("max_time_between_activity", wanted.max_idle_minutes),
    ] {
        if !(1..=LONGEST).contains(&minutes) {
            return Err(Error::Invalid(format!(
                "{name} must be a number of minutes from 1 to {LONGEST}"
            )));
        }
    }
    if wanted != before {
        rows::set_sessions(&mut tx, caller.organization, wanted).await?;
        let told = Event::session_policy_changed(caller.organization, before, wanted);
        caller.record(&mut tx, vec![told]).await?;
        tx.commit().await?;
    }
    Ok(wanted)
}
