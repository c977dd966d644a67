//! What the trail holds of one member's role.

use super::db::Tx;
use crate::domain::error::Error;
use crate::domain::event::role_history::{self as history, Moment, turn};
use crate::domain::{EventId, MemberId, OrganizationId, Timestamp};

#[derive(sqlx::FromRow)]
struct Row {
    at: Timestamp,
    kind: String,
    actor_kind: String,
    actor_id: Option<EventId>,
    request_id: String,
    facts: String,
}

/// The newest entries of a member's history, newest first.
pub(crate) async fn of_member(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    count: i64,
) -> Result<Vec<Moment>, Error> {
    let subject = member.0.to_string();
    // The kinds are written as the index has them.
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT at, kind, actor_kind, actor_id, request_id, CAST(facts AS TEXT) AS facts FROM events
             WHERE organization_id = $1 AND subject = $2
               AND kind IN ('member.created', 'member.restored', 'member.deleted', 'member.role_changed', 'member.role_assigned')
             ORDER BY id DESC LIMIT $3",
            &[&organization, &subject, &count],
        )
        .await?;
    let mut found = Vec::new();
    for row in rows {
        let facts =
            serde_json::from_str(&row.facts).map_err(|error| Error::Internal(error.into()))?;
        found.extend(turn(&row.kind, &facts).map(|turn| Moment {
            at: row.at,
            turn,
            actor_kind: row.actor_kind,
            actor: row.actor_id.map(|id| id.0),
            request: row.request_id,
        }));
    }
    history::sort(&mut found);
    Ok(found)
}
