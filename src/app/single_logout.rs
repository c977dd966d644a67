//! Sessions that end here and at the IdP together.

use super::Caller;
use super::sign_on::LOGOUT;
use super::vault::Vault;
use crate::domain::connection::Connection;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::{MemberId, Timestamp};
use crate::secret;
use crate::store::db::Db;
use crate::store::sign_ons::{self, OpenRequest, Purpose};
use crate::store::{credentials, sessions_at_idp};

/// For how long the answer of an IdP is waited for, in seconds.
const PATIENCE: i64 = 600;

/// What the IdP is to be told of a session that has ended here.
#[derive(Debug)]
pub(crate) struct Leaving {
    /// The id of the request.
    pub(crate) request: String,
    /// Whom it is about, in the protocol's own form.
    pub(crate) person: String,
    /// The IdP's name for the session.
    pub(crate) session: Option<String>,
}

/// Ends a session, whatever the IdP says afterwards. Where it was begun through this connection, a request is remembered
/// for the browser, and what it must say is given.
pub(crate) async fn leave(
    caller: &Caller,
    vault: &Vault,
    connection: &Connection,
    session: &str,
    browser: &str,
) -> Result<Option<Leaving>, Error> {
    let mut tx = caller.write().await?;
    let hash = secret::hash(session).0;
    let key = (connection.organization, connection.id);
    let found = sessions_at_idp::find(&mut tx, key, &hash).await?;
    let mut leaving = None;
    if let Some((sealed, session)) =
        found.and_then(|found| Some((found.logout?, found.idp_session)))
    {
        let request = secret::request_id();
        let open = OpenRequest {
            id: &request,
            browser_hash: &secret::hash(browser).0,
            target: "/",
            purpose: Purpose::Logout,
            secrets: None,
        };
        let expires = caller.now.plus_seconds(PATIENCE);
        sign_ons::insert_request(&mut tx, key, open, caller.now, expires).await?;
        leaving = Some(Leaving {
            request,
            person: vault.open(LOGOUT, &sealed)?,
            session,
        });
    }
    if credentials::delete_session(&mut tx, &hash).await? > 0
        && let Actor::Member(id) = caller.actor
    {
        caller.record(&mut tx, vec![Event::signed_out(id)]).await?;
    }
    tx.commit().await?;
    Ok(leaving)
}

/// Whom an IdP logs out.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    /// The id of its message, good once.
    pub(crate) id: &'a str,
    /// The person, as the sign-on named them.
    pub(crate) subject: &'a str,
    /// Which sessions; none for all.
    pub(crate) sessions: &'a [String],
    /// Until when the message could be used.
    pub(crate) usable_until: Timestamp,
}

/// Ends the sessions that the IdP of a connection says have ended; how many. Nothing, where the message was used before.
///
/// A session of which the IdP never told a name ends with any of the person's.
pub(crate) async fn end(
    db: &Db,
    connection: &Connection,
    told: &Told<'_>,
    now: Timestamp,
    request: &str,
) -> Result<Option<usize>, Error> {
    let caller = Caller::of_sign_on(db.clone(), now, connection.organization, request);
    let mut tx = caller.write().await?;
    let key = (connection.organization, connection.id);
    if !sign_ons::insert_used_assertion(&mut tx, key, told.id, told.usable_until).await? {
        return Ok(None);
    }
    let named = |session: &Option<String>| {
        told.sessions.is_empty()
            || session
                .as_ref()
                .is_none_or(|session| told.sessions.contains(session))
    };
    let mut ended: Vec<MemberId> = Vec::new();
    for session in sessions_at_idp::list(&mut tx, key, told.subject).await? {
        if named(&session.idp_session)
            && credentials::delete_session(&mut tx, &session.hash).await? > 0
        {
            ended.push(session.member_id);
        }
    }
    let happened = ended.iter().map(|id| Event::signed_out(*id)).collect();
    caller.record(&mut tx, happened).await?;
    tx.commit().await?;
    Ok(Some(ended.len()))
}

/// Uses up the request to log out that an IdP has answered; the path to go to. Nothing, where no such request of this
/// browser is open.
pub(crate) async fn answered(
    db: &Db,
    connection: &Connection,
    request: &str,
    browser: &str,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let mut tx = db.write(connection.organization).await?;
    let key = (connection.organization, connection.id);
    let browser = secret::hash(browser).0;
    let taken =
        sign_ons::take_request(&mut tx, key, request, &browser, Purpose::Logout, now).await?;
    tx.commit().await?;
    Ok(taken.map(|taken| taken.target))
}
