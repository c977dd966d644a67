//! Receivers of events, and what they have acknowledged.

use std::collections::{HashMap, HashSet};

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::{Attempt, Bind, Tx};
use super::list_of;
use crate::domain::error::Error;
use crate::domain::receiver::{Problem, Receiver};
use crate::domain::{MemberId, OrganizationId, ReceiverId, ScimTokenId, Timestamp};

#[derive(FromRow)]
struct Row {
    id: ReceiverId,
    scim_token_id: ScimTokenId,
    audience: String,
    events: Json<Vec<String>>,
    acknowledged: i64,
    problem: Option<Json<Problem>>,
    created_at: Timestamp,
}

impl From<Row> for Receiver {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            token: row.scim_token_id,
            audience: row.audience,
            events: row.events.0,
            acknowledged: row.acknowledged,
            problem: row.problem.map(|problem| problem.0),
            created: row.created_at,
        }
    }
}

/// Keeps a receiver; refused where another has its token.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    receiver: &Receiver,
) -> Result<Attempt<u64>, Error> {
    tx.attempt(
        "INSERT INTO event_receivers (organization_id, id, scim_token_id, audience, events, acknowledged, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &organization,
            &receiver.id,
            &receiver.token,
            &receiver.audience,
            &Json(&receiver.events),
            &receiver.acknowledged,
            &receiver.created,
        ],
    )
    .await
}

/// Writes down what a receiver has and asks for; refused where another has its token.
pub(crate) async fn update(
    tx: &mut Tx,
    organization: OrganizationId,
    receiver: &Receiver,
) -> Result<Attempt<u64>, Error> {
    tx.attempt(
        "UPDATE event_receivers SET scim_token_id = $3, audience = $4, events = $5, acknowledged = $6, problem = $7
         WHERE organization_id = $1 AND id = $2",
        &[
            &organization,
            &receiver.id,
            &receiver.token,
            &receiver.audience,
            &Json(&receiver.events),
            &receiver.acknowledged,
            &receiver.problem.clone().map(Json),
        ],
    )
    .await
}

/// Ends a receiver; how many there were.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ReceiverId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM event_receivers WHERE organization_id = $1 AND id = $2",
        &[&organization, &id],
    )
    .await
}

/// Receivers of an organization, oldest first, and how many there are.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    offset: i64,
    count: i64,
) -> Result<(u64, Vec<Receiver>), Error> {
    let (total,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM event_receivers WHERE organization_id = $1",
            &[&organization],
        )
        .await?;
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT id, scim_token_id, audience, events, acknowledged, problem, created_at FROM event_receivers
             WHERE organization_id = $1 ORDER BY id LIMIT $3 OFFSET $2",
            &[&organization, &offset, &count],
        )
        .await?;
    Ok((
        total.unsigned_abs(),
        rows.into_iter().map(Receiver::from).collect(),
    ))
}

const FIND: &str = "SELECT id, scim_token_id, audience, events, acknowledged, problem, created_at FROM event_receivers
     WHERE organization_id = $1 AND id = $2";

/// A receiver.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ReceiverId,
) -> Result<Option<Receiver>, Error> {
    let row: Option<Row> = tx.fetch_optional(FIND, &[&organization, &id]).await?;
    Ok(row.map(Receiver::from))
}

/// A receiver, held until the end of the transaction.
pub(crate) async fn hold(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ReceiverId,
) -> Result<Option<Receiver>, Error> {
    let mut rows: Vec<Row> = tx.fetch_all_locked(FIND, &[&organization, &id]).await?;
    Ok(rows.pop().map(Receiver::from))
}

/// The receiver who presents this token, if the token is still good.
pub(crate) async fn find_by_token(
    tx: &mut Tx,
    organization: OrganizationId,
    token: ScimTokenId,
    now: Timestamp,
) -> Result<Option<Receiver>, Error> {
    let row: Option<Row> = tx
        .fetch_optional(
            "SELECT r.id, r.scim_token_id, r.audience, r.events, r.acknowledged, r.problem, r.created_at
             FROM event_receivers r JOIN scim_tokens t ON t.organization_id = r.organization_id AND t.id = r.scim_token_id
             WHERE r.organization_id = $1 AND r.scim_token_id = $2
               AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $3)",
            &[&organization, &token, &now],
        )
        .await?;
    Ok(row.map(Receiver::from))
}

/// The numbers behind its position that a receiver has acknowledged.
pub(crate) async fn list_receipts(
    tx: &mut Tx,
    organization: OrganizationId,
    receiver: ReceiverId,
) -> Result<HashSet<i64>, Error> {
    let rows: Vec<(i64,)> = tx
        .fetch_all(
            "SELECT seq FROM event_receipts WHERE organization_id = $1 AND receiver_id = $2",
            &[&organization, &receiver],
        )
        .await?;
    Ok(rows.into_iter().map(|(seq,)| seq).collect())
}

/// Keeps numbers that a receiver has acknowledged, none of which was kept before.
pub(crate) async fn insert_receipts(
    tx: &mut Tx,
    organization: OrganizationId,
    receiver: ReceiverId,
    numbers: &[i64],
) -> Result<(), Error> {
    let rows: Vec<Vec<&dyn Bind>> = numbers
        .iter()
        .map(|seq| vec![&organization as &dyn Bind, &receiver, seq])
        .collect();
    tx.insert_rows(
        "INSERT INTO event_receipts (organization_id, receiver_id, seq) VALUES",
        &rows,
    )
    .await
}

/// Forgets what a receiver has acknowledged up to a number.
pub(crate) async fn delete_receipts(
    tx: &mut Tx,
    organization: OrganizationId,
    receiver: ReceiverId,
    up_to: i64,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM event_receipts WHERE organization_id = $1 AND receiver_id = $2 AND seq <= $3",
        &[&organization, &receiver, &up_to],
    )
    .await
}

/// What the directory calls these members, where it calls them anything.
pub(crate) async fn external_ids(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, String>, Error> {
    let rows: Vec<(MemberId, String)> = tx
        .fetch_all(
            "SELECT id, external_id FROM members
             WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2)) AND external_id IS NOT NULL",
            &[&organization, &list_of(members)],
        )
        .await?;
    Ok(rows.into_iter().collect())
}
