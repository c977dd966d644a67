//! Webhooks, whose turn it is, and what became of each attempt.

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::Tx;
use crate::domain::error::Error;
use crate::domain::webhook::{Delivery, Outcome, Webhook};
use crate::domain::{DeliveryId, OrganizationId, Timestamp, WebhookId};

#[derive(FromRow)]
struct Row {
    id: WebhookId,
    url: String,
    description: String,
    events: Json<Vec<String>>,
    enabled: bool,
    disabled_reason: Option<String>,
    position: i64,
    failures: i64,
    due_at: Timestamp,
    leased_until: Timestamp,
    secret: String,
    previous_secret: Option<String>,
    previous_until: Option<Timestamp>,
    created_at: Timestamp,
}

impl From<Row> for Webhook {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            url: row.url,
            description: row.description,
            events: row.events.0,
            enabled: row.enabled,
            disabled_reason: row.disabled_reason,
            position: row.position,
            failures: row.failures,
            due: row.due_at,
            leased_until: row.leased_until,
            secret: row.secret,
            previous: row.previous_secret.zip(row.previous_until),
            created: row.created_at,
        }
    }
}

/// Keeps a new webhook.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    webhook: &Webhook,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO webhooks (organization_id, id, url, description, events, enabled, position, failures, due_at,
            leased_until, secret, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &[
            &organization,
            &webhook.id,
            &webhook.url,
            &webhook.description,
            &Json(&webhook.events),
            &webhook.enabled,
            &webhook.position,
            &webhook.failures,
            &webhook.due,
            &webhook.leased_until,
            &webhook.secret,
            &webhook.created,
        ],
    )
    .await?;
    Ok(())
}

/// Writes down what a webhook is now, if nobody has taken or changed it since it was leased until `lease`; how many it was.
pub(crate) async fn update(
    tx: &mut Tx,
    organization: OrganizationId,
    webhook: &Webhook,
    lease: Timestamp,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE webhooks SET url = $4, description = $5, events = $6, enabled = $7, disabled_reason = $8, position = $9,
            failures = $10, due_at = $11, leased_until = $12, secret = $13, previous_secret = $14, previous_until = $15
         WHERE organization_id = $1 AND id = $2 AND leased_until = $3",
        &[
            &organization,
            &webhook.id,
            &lease,
            &webhook.url,
            &webhook.description,
            &Json(&webhook.events),
            &webhook.enabled,
            &webhook.disabled_reason,
            &webhook.position,
            &webhook.failures,
            &webhook.due,
            &webhook.leased_until,
            &webhook.secret,
            &webhook.previous.as_ref().map(|(secret, _)| secret.clone()),
            &webhook.previous.as_ref().map(|(_, until)| *until),
        ],
    )
    .await
}

/// Deletes a webhook; how many there were.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    id: WebhookId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM webhooks WHERE organization_id = $1 AND id = $2",
        &[&organization, &id],
    )
    .await
}

/// How many webhooks an organization has.
pub(crate) async fn count(tx: &mut Tx, organization: OrganizationId) -> Result<u64, Error> {
    let (count,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM webhooks WHERE organization_id = $1",
            &[&organization],
        )
        .await?;
    Ok(count.unsigned_abs())
}

/// The webhooks of an organization, oldest first. They are few.
pub(crate) async fn list(tx: &mut Tx, organization: OrganizationId) -> Result<Vec<Webhook>, Error> {
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT id, url, description, events, enabled, disabled_reason, position, failures, due_at, leased_until, secret,
                previous_secret, previous_until, created_at
             FROM webhooks WHERE organization_id = $1 ORDER BY id",
            &[&organization],
        )
        .await?;
    Ok(rows.into_iter().map(Webhook::from).collect())
}

const FIND: &str = "SELECT id, url, description, events, enabled, disabled_reason, position, failures, due_at, leased_until,
        secret, previous_secret, previous_until, created_at
     FROM webhooks WHERE organization_id = $1 AND id = $2";

/// A webhook.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    id: WebhookId,
) -> Result<Option<Webhook>, Error> {
    let row: Option<Row> = tx.fetch_optional(FIND, &[&organization, &id]).await?;
    Ok(row.map(Webhook::from))
}

/// A webhook, held until the end of the transaction.
pub(crate) async fn hold(
    tx: &mut Tx,
    organization: OrganizationId,
    id: WebhookId,
) -> Result<Option<Webhook>, Error> {
    let mut rows: Vec<Row> = tx.fetch_all_locked(FIND, &[&organization, &id]).await?;
    Ok(rows.pop().map(Webhook::from))
}

/// Which webhook is to be served: enabled, due, with events that it may not have, and not all of its organization's turns
/// are taken.
macro_rules! due {
    () => {
        "SELECT w.organization_id, w.id FROM webhooks w
         WHERE w.enabled AND w.due_at <= $1 AND w.leased_until <= $1
           AND EXISTS (SELECT 1 FROM event_order o WHERE o.organization_id = w.organization_id AND o.seq > w.position)
           AND (SELECT COUNT(*) FROM webhooks b WHERE b.organization_id = w.organization_id AND b.leased_until > $1) < 4
         ORDER BY w.due_at, w.id LIMIT 1"
    };
}

/// Whether any webhook is to be served.
pub(crate) async fn any_due(tx: &mut Tx, now: Timestamp) -> Result<bool, Error> {
    let found: Option<(OrganizationId, WebhookId)> = tx.fetch_optional(due!(), &[&now]).await?;
    Ok(found.is_some())
}

/// Takes the webhook that is to be served next, so that no other node does before `until`.
pub(crate) async fn take_due(
    tx: &mut Tx,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<(OrganizationId, WebhookId)>, Error> {
    tx.fetch_optional(
        concat!(
            "UPDATE webhooks SET leased_until = $2 WHERE leased_until <= $1 AND (organization_id, id) IN (",
            due!(),
            ") RETURNING organization_id, id"
        ),
        &[&now, &until],
    )
    .await
}

#[derive(FromRow)]
struct DeliveryRow {
    id: DeliveryId,
    seq: Option<i64>,
    message: String,
    kind: String,
    cause: String,
    at: Timestamp,
    milliseconds: i64,
    status: Option<i64>,
    problem: Option<String>,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            seq: row.seq,
            message: row.message,
            kind: row.kind,
            cause: row.cause,
            at: row.at,
            outcome: Outcome {
                status: row.status.and_then(|status| u16::try_from(status).ok()),
                problem: row.problem,
                milliseconds: row.milliseconds,
            },
        }
    }
}

/// Notes an attempt, and forgets those that are older than `oldest`. Nothing is noted of a webhook that is gone.
pub(crate) async fn insert_delivery(
    tx: &mut Tx,
    organization: OrganizationId,
    webhook: WebhookId,
    delivery: &Delivery,
    oldest: DeliveryId,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM webhook_deliveries WHERE organization_id = $1 AND webhook_id = $2 AND id < $3",
        &[&organization, &webhook, &oldest],
    )
    .await?;
    tx.execute(
        "INSERT INTO webhook_deliveries (organization_id, webhook_id, id, seq, message, kind, cause, at, milliseconds, status,
            problem)
         SELECT organization_id, id, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM webhooks
         WHERE organization_id = $1 AND id = $2",
        &[
            &organization,
            &webhook,
            &delivery.id,
            &delivery.seq,
            &delivery.message,
            &delivery.kind,
            &delivery.cause,
            &delivery.at,
            &delivery.outcome.milliseconds,
            &delivery.outcome.status.map(i64::from),
            &delivery.outcome.problem,
        ],
    )
    .await?;
    Ok(())
}

/// Attempts of a webhook, newest first, and how many there are.
pub(crate) async fn list_deliveries(
    tx: &mut Tx,
    organization: OrganizationId,
    webhook: WebhookId,
    offset: i64,
    count: i64,
) -> Result<(u64, Vec<Delivery>), Error> {
    let (total,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM webhook_deliveries WHERE organization_id = $1 AND webhook_id = $2",
            &[&organization, &webhook],
        )
        .await?;
    let rows: Vec<DeliveryRow> = tx
        .fetch_all(
            "SELECT id, seq, message, kind, cause, at, milliseconds, status, problem FROM webhook_deliveries
             WHERE organization_id = $1 AND webhook_id = $2 ORDER BY id DESC LIMIT $4 OFFSET $3",
            &[&organization, &webhook, &offset, &count],
        )
        .await?;
    Ok((
        total.unsigned_abs(),
        rows.into_iter().map(Delivery::from).collect(),
    ))
}

/// One attempt.
pub(crate) async fn find_delivery(
    tx: &mut Tx,
    organization: OrganizationId,
    webhook: WebhookId,
    id: DeliveryId,
) -> Result<Option<Delivery>, Error> {
    let row: Option<DeliveryRow> = tx
        .fetch_optional(
            "SELECT id, seq, message, kind, cause, at, milliseconds, status, problem FROM webhook_deliveries
             WHERE organization_id = $1 AND webhook_id = $2 AND id = $3",
            &[&organization, &webhook, &id],
        )
        .await?;
    Ok(row.map(Delivery::from))
}
