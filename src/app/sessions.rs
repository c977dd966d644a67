//! Sessions: each person sees and ends their own; an administrator ends those of a member.

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::{MemberId, MemberNumber, SessionId};
use crate::secret;
pub(crate) use crate::store::sessions::Session;
use crate::store::{members, sessions};

/// Who asks, where it is a person.
pub(super) fn person(caller: &Caller) -> Result<MemberId, Error> {
    match caller.actor {
        Actor::Member(id) => Ok(id),
        Actor::ProvisioningClient(_) | Actor::SignOn | Actor::Operator | Actor::Server => {
            Err(Error::Forbidden("only a person has sessions".to_owned()))
        }
    }
}

/// The sessions of whoever asks, newest first. `current` is the token of the one in which they ask.
pub(crate) async fn list(caller: &Caller, current: Option<&str>) -> Result<Vec<Session>, Error> {
    let member = person(caller)?;
    let current = hash(current);
    let mut tx = caller.db.read().await?;
    sessions::list(&mut tx, caller.organization, member, &current, caller.now).await
}

/// The hash of a session's token; of nothing, what no session has.
fn hash(token: Option<&str>) -> String {
    token.map(|token| secret::hash(token).0).unwrap_or_default()
}

/// Ends one session of whoever asks.
pub(crate) async fn end(caller: &Caller, id: SessionId) -> Result<(), Error> {
    let member = person(caller)?;
    let mut tx = caller.write().await?;
    if sessions::delete(&mut tx, caller.organization, member, id).await? == 0 {
        return Err(Error::NotFound("session"));
    }
    caller
        .record(&mut tx, vec![Event::signed_out(member)])
        .await?;
    tx.commit().await
}

/// Ends every session of whoever asks but the one in which they ask; how many there were.
pub(crate) async fn end_others(caller: &Caller, current: Option<&str>) -> Result<u64, Error> {
    let member = person(caller)?;
    end_all(caller, member, &hash(current)).await
}

/// Ends every session of a member; how many there were.
pub(crate) async fn end_of(caller: &Caller, number: MemberNumber) -> Result<u64, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let found = members::find_id(&mut tx, caller.organization, number).await?;
    drop(tx);
    end_all(caller, found.ok_or(Error::NotFound("member"))?, "").await
}

async fn end_all(caller: &Caller, member: MemberId, but: &str) -> Result<u64, Error> {
    let mut tx = caller.write().await?;
    // Held: a session that is begun beside this is either seen and ended, or begins afterwards.
    members::find_locked(&mut tx, caller.organization, member).await?;
    let ended = sessions::delete_all(&mut tx, caller.organization, member, but).await?;
    if ended > 0 {
        caller
            .record(&mut tx, vec![Event::signed_out(member)])
            .await?;
        tx.commit().await?;
    }
    Ok(ended)
}
