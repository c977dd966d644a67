//! Whose turn it is to be told something, and what follows from how that went.
//!
//! Nothing is posted here, and no transaction is open while it is. A webhook is leased to one node at a time; where that
//! node ends over it, another one posts the same again, under the same id.

use super::{MISSING, place, rows};
use crate::app::Caller;
use crate::app::vault::Vault;
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::event::recorded::Numbered;
use crate::domain::webhook::{Delivery, Outcome, Webhook, settle};
use crate::domain::{DeliveryId, Timestamp, WebhookId};
use crate::secret;
use crate::store::db::{Db, Tx};
use crate::store::event_order::{self, Wanted};

/// For how many seconds a webhook is leased: longer than an attempt may take.
const LEASE: i64 = 60;
/// How many numbers of the trail one turn looks at.
const REACH: i64 = 10_000;
/// How many events are fetched at once.
const CHUNK: i64 = 100;
/// For how many seconds it is kept what became of an attempt.
const KEPT: i64 = 30 * 86_400;

/// An event that is to be posted now.
#[derive(Debug)]
pub(crate) struct Turn {
    caller: Caller,
    webhook: Webhook,
    /// The event.
    pub(crate) event: Numbered,
    /// By which secrets the message is signed.
    pub(crate) secrets: Vec<String>,
}

impl Turn {
    /// Where to.
    pub(crate) fn url(&self) -> &str {
        &self.webhook.url
    }
}

/// Takes the next turn that is due; none where everybody has everything, or waits.
pub(crate) async fn take(db: &Db, vault: &Vault, now: Timestamp) -> Result<Option<Turn>, Error> {
    loop {
        // Looked at first: to write would keep others from writing, every second.
        let mut tx = db.read().await?;
        if !rows::any_due(&mut tx, now).await? {
            return Ok(None);
        }
        drop(tx);
        let mut tx = db.write_anywhere().await?;
        let taken = rows::take_due(&mut tx, now, now.plus_seconds(LEASE)).await?;
        tx.commit().await?;
        let Some((organization, id)) = taken else {
            return Ok(None);
        };
        let caller = Caller::server(db.clone(), now, organization);
        let mut tx = db.read().await?;
        let Some(webhook) = rows::find(&mut tx, organization, id).await? else {
            continue;
        };
        let (event, reached) = next(&caller, &mut tx, &webhook).await?;
        drop(tx);
        let Some(event) = event else {
            pass(&caller, webhook, reached).await?;
            continue;
        };
        let secrets = secrets(&caller, vault, &webhook)?;
        return Ok(Some(Turn {
            caller,
            webhook,
            event,
            secrets,
        }));
    }
}

/// The next event that a webhook wants, or up to where there is none.
async fn next(
    caller: &Caller,
    tx: &mut Tx,
    webhook: &Webhook,
) -> Result<(Option<Numbered>, i64), Error> {
    let head = event_order::head(tx, caller.organization).await?.seq;
    let to = head.min(webhook.position.saturating_add(REACH));
    let mut at = webhook.position;
    while at < to {
        let wanted = Wanted {
            after: at,
            to,
            kind: None,
            subject: None,
        };
        let (events, _) = event_order::list(tx, caller.organization, &wanted, CHUNK).await?;
        let Some(last) = events.last() else {
            break;
        };
        at = last.seq;
        let found = events
            .into_iter()
            .find(|event| webhook.wants(&event.entry.kind));
        if found.is_some() {
            return Ok((found, at));
        }
    }
    Ok((None, at))
}

/// Passes events that a webhook does not want.
async fn pass(caller: &Caller, mut webhook: Webhook, reached: i64) -> Result<(), Error> {
    let lease = webhook.leased_until;
    (webhook.position, webhook.leased_until) = (reached, caller.now);
    let mut tx = caller.write().await?;
    rows::update(&mut tx, caller.organization, &webhook, lease).await?;
    tx.commit().await
}

/// What signs a message now: the secret, and the one before it as long as that does.
fn secrets(caller: &Caller, vault: &Vault, webhook: &Webhook) -> Result<Vec<String>, Error> {
    let place = place(caller.organization, webhook.id);
    let before = webhook
        .previous
        .as_ref()
        .filter(|(_, until)| caller.now < *until)
        .map(|(secret, _)| secret);
    [Some(&webhook.secret), before]
        .into_iter()
        .flatten()
        .map(|sealed| vault.open(&place, sealed))
        .collect()
}

/// Notes how a turn went. Where the webhook was changed meanwhile, or its lease ran out, nothing follows from it.
pub(crate) async fn keep(turn: Turn, outcome: Outcome, now: Timestamp) -> Result<(), Error> {
    let Turn {
        mut caller,
        webhook: before,
        event,
        ..
    } = turn;
    caller.now = now;
    let mut after = before.clone();
    settle(&mut after, event.seq, &outcome, now);
    after.leased_until = now;
    let mut tx = caller.write().await?;
    let kept = rows::update(&mut tx, caller.organization, &after, before.leased_until).await?;
    let id = after.id;
    if kept > 0 && !after.enabled {
        tracing::warn!(webhook = %id, "a webhook is disabled: it failed too often");
        let told = Event::webhook_changed(&before, &after);
        caller.record(&mut tx, vec![told]).await?;
    }
    let tried = Delivery {
        id: DeliveryId(secret::id_in_turn_at(now)),
        seq: Some(event.seq),
        message: event.entry.id.to_string(),
        kind: event.entry.kind,
        cause: "event".to_owned(),
        at: now,
        outcome,
    };
    note(&caller, &mut tx, id, &tried).await?;
    tx.commit().await
}

async fn note(
    caller: &Caller,
    tx: &mut Tx,
    webhook: WebhookId,
    tried: &Delivery,
) -> Result<(), Error> {
    let oldest = DeliveryId(secret::least_id_at(caller.now.plus_seconds(-KEPT)));
    rows::insert_delivery(tx, caller.organization, webhook, tried, oldest).await
}

/// What an admin has posted now.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The webhook.
    pub(crate) webhook: WebhookId,
    /// Where to.
    pub(crate) url: String,
    /// By which secrets the message is signed.
    pub(crate) secrets: Vec<String>,
    /// The event; none for a test.
    pub(crate) event: Option<Numbered>,
    /// The id of the message.
    pub(crate) message: String,
}

/// Prepares a test.
pub(crate) async fn test(caller: &Caller, vault: &Vault, id: WebhookId) -> Result<Asked, Error> {
    let webhook = super::find(caller, id).await?;
    Ok(Asked {
        secrets: secrets(caller, vault, &webhook)?,
        webhook: id,
        url: webhook.url,
        event: None,
        message: secret::id_in_turn_at(caller.now).to_string(),
    })
}

/// Prepares what was tried once, to be posted again: the event as the trail has it now.
pub(crate) async fn resend(
    caller: &Caller,
    vault: &Vault,
    id: WebhookId,
    delivery: DeliveryId,
) -> Result<Asked, Error> {
    let mut asked = test(caller, vault, id).await?;
    let mut tx = caller.db.read().await?;
    let tried = rows::find_delivery(&mut tx, caller.organization, id, delivery)
        .await?
        .ok_or(Error::NotFound("delivery"))?;
    if let Some(seq) = tried.seq {
        let wanted = Wanted {
            after: seq - 1,
            to: seq,
            kind: None,
            subject: None,
        };
        let (events, _) = event_order::list(&mut tx, caller.organization, &wanted, 1).await?;
        asked.event = Some(events.into_iter().next().ok_or(MISSING)?);
        asked.message = tried.message;
    }
    Ok(asked)
}

/// Notes how what an admin had posted went.
pub(crate) async fn keep_asked(
    caller: &Caller,
    asked: Asked,
    kind: &str,
    outcome: Outcome,
) -> Result<Delivery, Error> {
    let cause = if asked.event.is_some() {
        "resend"
    } else {
        "test"
    };
    let tried = Delivery {
        id: DeliveryId(secret::id_in_turn_at(caller.now)),
        seq: asked.event.map(|event| event.seq),
        message: asked.message,
        kind: kind.to_owned(),
        cause: cause.to_owned(),
        at: caller.now,
        outcome,
    };
    let mut tx = caller.write().await?;
    note(caller, &mut tx, asked.webhook, &tried).await?;
    tx.commit().await?;
    Ok(tried)
}
