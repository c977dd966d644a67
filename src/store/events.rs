//! The audit trail (R18): written in the transaction of what it tells of, never changed.

use sqlx::types::Json;

use super::db::{Bind, Insertion, Tx};
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

/// The rows that tell of events, each under the id that stands beside it. They get their numbers later: see
/// `event_order.rs`.
pub(crate) fn rows<'a>(origin: &Origin<'a>, events: &'a [(EventId, Event)]) -> [Insertion<'a>; 3] {
    let event = |(id, event): &'a (EventId, Event)| -> Vec<Box<dyn Bind + 'a>> {
        vec![
            Box::new(*id),
            Box::new(origin.organization),
            Box::new(origin.at),
            Box::new(event.kind.name()),
            Box::new(origin.actor_kind),
            Box::new(origin.actor_id),
            Box::new(event.subject.clone()),
            Box::new(origin.request),
            Box::new(Json(&event.facts)),
        ]
    };
    let unordered =
        |(id, _): &'a (EventId, Event)| -> Vec<Box<dyn Bind + 'a>> { vec![Box::new(*id)] };
    let details = |(id, event): &'a (EventId, Event)| -> Option<Vec<Box<dyn Bind + 'a>>> {
        let (member, details) = event.personal.as_ref()?;
        Some(vec![
            Box::new(origin.organization),
            Box::new(*member),
            Box::new(*id),
            Box::new(Json(details)),
        ])
    };
    [
        Insertion {
            into: "INSERT INTO events (id, organization_id, at, kind, actor_kind, actor_id, subject, request_id, facts) VALUES",
            rows: events.iter().map(event).collect(),
            otherwise: "",
        },
        Insertion {
            into: "INSERT INTO events_unordered (event_id) VALUES",
            rows: events.iter().map(unordered).collect(),
            otherwise: "",
        },
        Insertion {
            into: "INSERT INTO event_details (organization_id, member_id, event_id, details) VALUES",
            rows: events.iter().filter_map(details).collect(),
            otherwise: "",
        },
    ]
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
