//! The audit trail (R18): written in the transaction of what it tells of, never changed.

use sqlx::types::Json;

use super::db::{Bind, Tx};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::{EventId, MemberId, OrganizationId, Timestamp};

/// In whose name, when and in which request something happens.
pub(crate) struct Origin<'a> {
    /// In which organization.
    pub(crate) organization: OrganizationId,
    /// When.
    pub(crate) at: Timestamp,
    /// The word for who did it.
    pub(crate) actor_kind: &'a str,
    /// The id of who did it.
    pub(crate) actor_id: Option<EventId>,
    /// The request's id.
    pub(crate) request: &'a str,
}

/// Writes events, each under the id that stands beside it. They get their numbers later: see `event_order.rs`.
pub(crate) async fn insert(
    tx: &mut Tx,
    origin: &Origin<'_>,
    events: &[(EventId, Event)],
) -> Result<(), Error> {
    let kinds: Vec<&str> = events.iter().map(|(_, event)| event.kind.name()).collect();
    let facts: Vec<Json<&serde_json::Value>> =
        events.iter().map(|(_, event)| Json(&event.facts)).collect();
    let rows: Vec<Vec<&dyn Bind>> = events
        .iter()
        .zip(kinds.iter().zip(&facts))
        .map(|((id, event), (kind, facts))| {
            vec![
                id as &dyn Bind,
                &origin.organization,
                &origin.at,
                kind,
                &origin.actor_kind,
                &origin.actor_id,
                &event.subject,
                &origin.request,
                facts,
            ]
        })
        .collect();
    let personal: Vec<(&EventId, &MemberId, Json<&serde_json::Value>)> = events
        .iter()
        .filter_map(|(id, event)| {
            event
                .personal
                .as_ref()
                .map(|(member, details)| (id, member, Json(details)))
        })
        .collect();
    let details: Vec<Vec<&dyn Bind>> = personal
        .iter()
        .map(|(id, member, details)| vec![&origin.organization as &dyn Bind, *member, *id, details])
        .collect();
    let unordered: Vec<Vec<&dyn Bind>> =
        events.iter().map(|(id, _)| vec![id as &dyn Bind]).collect();
    tx.insert_all(&[
        (
            "INSERT INTO events (id, organization_id, at, kind, actor_kind, actor_id, subject, request_id, facts) VALUES",
            &rows,
        ),
        ("INSERT INTO events_unordered (event_id) VALUES", &unordered),
        (
            "INSERT INTO event_details (organization_id, member_id, event_id, details) VALUES",
            &details,
        ),
    ])
    .await
}

/// Erases the personal part of every event that tells of a member.
pub(crate) async fn erase(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM event_details WHERE organization_id = $1 AND member_id = $2",
        &[&organization, &member],
    )
    .await
}
