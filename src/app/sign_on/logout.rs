//! The end of sessions that were begun through a connection, from here or from the IdP.

use std::collections::BTreeSet;

use super::{LOGOUT, Visit, caller};
use crate::app::Caller;
use crate::app::vault::Vault;
use crate::domain::Timestamp;
use crate::domain::connection::Connection;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::secret;
use crate::store::db::Db;
use crate::store::{credentials, sign_ons};

/// Ends a session here; what a request to end it at the IdP of this connection too must carry, if it was begun there.
pub(crate) async fn end(
    caller: &Caller,
    vault: &Vault,
    connection: &Connection,
    session: &str,
) -> Result<Option<String>, Error> {
    let hash = secret::hash(session).0;
    let mut tx = caller.write().await?;
    let via = credentials::find_via(&mut tx, &hash).await?;
    if credentials::delete_session(&mut tx, &hash).await? > 0
        && let Actor::Member(id) = caller.actor
    {
        caller.record(&mut tx, vec![Event::signed_out(id)]).await?;
    }
    tx.commit().await?;
    match via {
        Some((Some(id), Some(sealed)))
            if id == connection.id && caller.organization == connection.organization =>
        {
            vault.open(LOGOUT, &sealed).map(Some)
        }
        _ => Ok(None),
    }
}

/// What an IdP says has ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended<'a> {
    /// Whose sessions, by the IdP's name for the person.
    pub(crate) subject: Option<&'a str>,
    /// Which, by the IdP's name for it.
    pub(crate) session: Option<&'a str>,
    /// The name of the message, which is used once in a connection.
    pub(crate) message: &'a str,
    /// Until when the message could be used.
    pub(crate) usable_until: Timestamp,
}

/// Ends the sessions that an IdP says have ended; `false` where it said so in this very message before.
pub(crate) async fn end_at_idp(
    db: &Db,
    connection: &Connection,
    ended: Ended<'_>,
    visit: Visit<'_>,
) -> Result<bool, Error> {
    let caller = caller(db, connection, visit);
    let key = (connection.organization, connection.id);
    let mut tx = db.write(connection.organization).await?;
    let message = format!("logout:{}", ended.message);
    let until = ended.usable_until;
    if !sign_ons::insert_used_assertion(&mut tx, key, &message, until).await? {
        return Ok(false);
    }
    let members = credentials::delete_at_idp(&mut tx, key, ended.subject, ended.session).await?;
    let members: BTreeSet<_> = members.into_iter().collect();
    let told = members.into_iter().map(Event::signed_out).collect();
    caller.record(&mut tx, told).await?;
    tx.commit().await?;
    Ok(true)
}
