//! Sessions: whom one stands for, and all of them as the person sees them whose they are.

use sqlx::FromRow;

use super::credentials::Holder;
use super::db::Tx;
use super::role;
use crate::domain::error::Error;
use crate::domain::policy::SessionPolicy;
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

/// A session that has not come to the end that it had when it began.
pub(crate) struct Found {
    /// Whom it stands for.
    pub(crate) holder: Holder,
    /// When it began.
    pub(crate) created: Timestamp,
    /// When it was last used, to the minute.
    pub(crate) used: Timestamp,
    /// What its organization says of sessions now.
    pub(crate) policy: SessionPolicy,
}

#[derive(FromRow)]
struct FoundRow {
    organization_id: OrganizationId,
    id: MemberId,
    role: i16,
    created_at: Timestamp,
    used_at: Option<Timestamp>,
    max_session_age: i32,
    max_time_between_activity: i32,
}

/// The session with this hash, if it goes on.
pub(crate) async fn find(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<Option<Found>, Error> {
    let row: Option<FoundRow> = tx
        .fetch_optional(
            "SELECT m.organization_id, m.id, m.role, s.created_at, s.used_at, o.max_session_age, o.max_time_between_activity
             FROM sessions s
             JOIN members m ON m.organization_id = s.organization_id AND m.id = s.member_id
             JOIN organizations o ON o.id = s.organization_id
             WHERE s.hash = $1 AND s.expires_at > $2",
            &[&hash, &now],
        )
        .await?;
    row.map(|row| {
        Ok(Found {
            holder: Holder {
                organization: row.organization_id,
                member: row.id,
                role: role(row.role)?,
            },
            created: row.created_at,
            used: row.used_at.unwrap_or(row.created_at),
            policy: SessionPolicy {
                max_age_minutes: row.max_session_age,
                max_idle_minutes: row.max_time_between_activity,
            },
        })
    })
    .transpose()
}

/// Writes down when a session was used.
pub(crate) async fn touch(tx: &mut Tx, hash: &str, at: Timestamp) -> Result<u64, Error> {
    tx.execute(
        "UPDATE sessions SET used_at = $2 WHERE hash = $1",
        &[&hash, &at],
    )
    .await
}
