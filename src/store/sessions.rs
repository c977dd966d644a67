//! Sessions as the person sees them whose they are.

use sqlx::FromRow;

use super::db::Tx;
use crate::domain::error::Error;
use crate::domain::{ConnectionId, MemberId, OrganizationId, SessionId, Timestamp};

/// A session that goes on.
#[derive(Debug, FromRow)]
pub(crate) struct Session {
    /// What names it; opens nothing.
    pub(crate) id: SessionId,
    /// When it began.
    pub(crate) created_at: Timestamp,
    /// Until when it lasts.
    pub(crate) expires_at: Timestamp,
    /// Through which connection it was begun, if through one.
    pub(crate) connection_id: Option<ConnectionId>,
    /// What the browser called itself.
    pub(crate) browser: String,
    /// Whether it is the one in which somebody asks.
    pub(crate) current: bool,
}

/// The sessions of a member, newest first; `current` is the hash of one of them.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    current: &str,
    now: Timestamp,
) -> Result<Vec<Session>, Error> {
    tx.fetch_all(
        "SELECT id, created_at, expires_at, connection_id, browser, hash = $3 AS current FROM sessions
         WHERE organization_id = $1 AND member_id = $2 AND expires_at > $4 AND id IS NOT NULL
         ORDER BY created_at DESC, id DESC",
        &[&organization, &member, &current, &now],
    )
    .await
}

/// Ends one session of a member.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    id: SessionId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM sessions WHERE organization_id = $1 AND member_id = $2 AND id = $3",
        &[&organization, &member, &id],
    )
    .await
}

/// Ends every session of a member but the one with this hash.
pub(crate) async fn delete_all(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    but: &str,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM sessions WHERE organization_id = $1 AND member_id = $2 AND hash <> $3",
        &[&organization, &member, &but],
    )
    .await
}
