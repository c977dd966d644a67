//! Sessions: how one begins at the end of a sign-on, and how it ends.

use super::{LOGOUT, On, SignedIn};
use crate::app::Caller;
use crate::app::setup::SESSION_LIFE;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::role::Role;
use crate::domain::trace::Kept;
use crate::domain::{MemberId, SessionId};
use crate::secret;
use crate::store::credentials::{self, NewSession, Via};
use crate::store::db::Tx;
use crate::store::sign_in_traces;

impl On<'_> {
    /// Begins a session for whom everything admits, and keeps the trace of it.
    pub(super) async fn begin_session(
        &self,
        tx: &mut Tx,
        (target, id, role): (String, MemberId, Role),
        trace: &Kept,
    ) -> Result<SignedIn, Error> {
        let now = self.caller.now;
        let latest = now.plus_seconds(SESSION_LIFE);
        let expires = self
            .identity
            .session_not_on_or_after
            .map_or(latest, |at| at.min(latest));
        let session = secret::random_token("");
        let at_idp = &self.identity.at_idp;
        let logout = match at_idp.hint.as_str() {
            "" => None,
            hint => Some(self.vault.seal(tx, LOGOUT, hint).await?),
        };
        let hash = secret::hash(&session).0;
        let begun = NewSession {
            hash: &hash,
            id: SessionId(secret::id_at(now)),
            organization: self.connection.organization,
            member: id,
            at: now,
            expires,
            browser: self.visit.user_agent,
            via: Some(Via {
                connection: self.connection.id,
                subject: at_idp.subject.clone(),
                session: at_idp.session.clone(),
                logout,
            }),
        };
        let told = Event::signed_in(id, Some(self.connection.id), role);
        let rows = vec![
            credentials::session_row(begun),
            sign_in_traces::row(self.connection.organization, trace),
        ];
        self.caller.record_with(tx, vec![told], rows).await?;
        Ok(SignedIn {
            session,
            expires,
            target,
        })
    }
}

/// Ends a session.
pub(crate) async fn sign_out(caller: &Caller, session: &str) -> Result<(), Error> {
    let mut tx = caller.write().await?;
    if credentials::delete_session(&mut tx, &secret::hash(session).0).await? > 0
        && let Actor::Member(id) = caller.actor
    {
        caller.record(&mut tx, vec![Event::signed_out(id)]).await?;
    }
    tx.commit().await
}
