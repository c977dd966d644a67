//! Metadata of an IdP that is fetched from a URL: whose turn it is, and what follows from what was found.
//!
//! Nothing is fetched here, and no transaction is open while it is. What fails leaves the last good copy in use.

use super::Caller;
use crate::domain::connection::{Connection, Protocol, Saml};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::{ConnectionId, Timestamp};
use crate::store::connections;
use crate::store::db::Db;

/// After how many seconds it is fetched again where that failed, or where a node has ended over it.
const RETRY: i64 = 3600;
/// How often at most it is fetched because a key is unknown, in seconds: anybody can sign with one.
const BETWEEN: i64 = 60;

/// Refuses who may not have the server fetch anything.
pub(crate) fn may_fetch(caller: &Caller) -> Result<(), Error> {
    caller.must_administer()
}

/// Takes a connection whose metadata is to be fetched now, so that no other node does; none where all is fresh.
pub(crate) async fn take_due(
    db: &Db,
    now: Timestamp,
) -> Result<Option<(Caller, Connection)>, Error> {
    let mut tx = db.write_anywhere().await?;
    let taken = connections::take_due(&mut tx, now, now.plus_seconds(RETRY)).await?;
    let Some((organization, id)) = taken else {
        return Ok(None);
    };
    let found = connections::find(&mut tx, organization, id).await?;
    tx.commit().await?;
    let caller = Caller::server(db.clone(), now, organization);
    Ok(found.map(|connection| (caller, connection)))
}

/// Takes the turn to fetch it because a key is unknown; none where that was done a moment ago.
pub(crate) async fn take_turn(
    db: &Db,
    connection: &Connection,
    now: Timestamp,
) -> Result<Option<Caller>, Error> {
    let key = (connection.organization, connection.id);
    let mut tx = db.write(connection.organization).await?;
    let turn = connections::take_turn(&mut tx, key, now, now.plus_seconds(-BETWEEN)).await?;
    tx.commit().await?;
    Ok(turn.then(|| Caller::server(db.clone(), now, connection.organization)))
}

/// Keeps what was found at the URL, or why nothing was, where the connection still has that URL. It must be of the same
/// IdP: another one is an administrator's to choose.
pub(crate) async fn keep(
    caller: &Caller,
    id: ConnectionId,
    url: &str,
    found: Result<impl FnOnce(&mut Saml), String>,
) -> Result<Connection, Error> {
    let mut tx = caller.write_alone().await?;
    let before = connections::find(&mut tx, caller.organization, id).await?;
    let before = before.ok_or(Error::NotFound("connection"))?;
    let mut after = before.clone();
    let Protocol::Saml(saml) = &mut after.protocol else {
        return Ok(before);
    };
    if saml.metadata_url != url {
        return Ok(before);
    }
    let known = saml.clone();
    let problem = match found {
        Err(problem) => Some(problem),
        Ok(put) => {
            put(saml);
            (saml.entity_id != known.entity_id).then(|| {
                format!(
                    "the metadata is of another identity provider now, {}; to change to it, take the URL away and set it again",
                    saml.entity_id
                )
            })
        }
    };
    if let Some(problem) = problem {
        *saml = Saml {
            metadata_problem: Some(problem),
            metadata_due: Some(caller.now.plus_seconds(RETRY)),
            ..known.clone()
        };
    }
    let is_news = !saml.says_the_same(&known);
    connections::save(&mut tx, &after).await?;
    if is_news {
        let told = Event::connection_changed(Some(&before), &after);
        caller.record(&mut tx, vec![told]).await?;
    }
    tx.commit().await?;
    Ok(after)
}
