//! Webhooks, as Owner and Administrators set them up. Whose turn it is and what follows from an attempt is in `turns.rs`.

pub(crate) mod turns;

use super::Caller;
use super::vault::Vault;
use crate::domain::error::Error;
use crate::domain::event::{Event, Kind};
use crate::domain::query::Found;
use crate::domain::webhook::{Delivery, EVERY_KIND, Webhook};
use crate::domain::{OrganizationId, WebhookId};
use crate::secret;
use crate::secret::webhook::new_secret;
use crate::store::db::Tx;
use crate::store::{event_order, webhooks as rows};

/// How many webhooks an organization may have: each can keep a sender busy.
const MOST: u64 = 10;
/// The most bytes of an address.
const LONGEST_URL: usize = 2048;
/// The most characters of a description.
const LONGEST_DESCRIPTION: usize = 255;
/// For how many seconds the secret before the present one signs too.
const BOTH_SIGN: i64 = 86_400;

const MISSING: Error = Error::NotFound("webhook");

/// What a webhook is made of, or what of it changes.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Where to.
    pub(crate) url: Option<String>,
    /// What it is for.
    pub(crate) description: Option<String>,
    /// The kinds that are wanted.
    pub(crate) events: Option<Vec<String>>,
    /// Whether anything is posted.
    pub(crate) enabled: Option<bool>,
    /// The number of the trail behind which it begins; now, where it is a new one.
    pub(crate) after: Option<i64>,
}

/// Where the secret of a webhook is sealed for.
fn place(organization: OrganizationId, id: WebhookId) -> String {
    format!("webhook/{}/{id}", organization.0)
}

/// Sets up a webhook; with its secret, which nobody is told again.
pub(crate) async fn create(
    caller: &Caller,
    vault: &Vault,
    draft: Draft,
) -> Result<(Webhook, String), Error> {
    caller.must_administer()?;
    // Alone, so that two at once are counted.
    let mut tx = caller.write_alone().await?;
    if rows::count(&mut tx, caller.organization).await? >= MOST {
        return Err(Error::Invalid(format!(
            "an organization has at most {MOST} webhooks; delete one first"
        )));
    }
    let end = event_order::end(&mut tx, caller.organization).await?;
    let missing = |name: &str| Error::Invalid(format!("`{name}` is missing"));
    let id = WebhookId(secret::id_at(caller.now));
    let secret = new_secret();
    let webhook = Webhook {
        id,
        url: draft.url.ok_or_else(|| missing("url"))?,
        description: draft.description.unwrap_or_default(),
        events: draft.events.ok_or_else(|| missing("events"))?,
        enabled: draft.enabled.unwrap_or(true),
        disabled_reason: None,
        position: draft.after.unwrap_or(end),
        failures: 0,
        due: caller.now,
        leased_until: caller.now,
        secret: vault
            .seal(&mut tx, &place(caller.organization, id), &secret)
            .await?,
        previous: None,
        created: caller.now,
    };
    let webhook = checked(webhook, end)?;
    rows::insert(&mut tx, caller.organization, &webhook).await?;
    caller
        .record(&mut tx, vec![Event::webhook_created(&webhook)])
        .await?;
    tx.commit().await?;
    Ok((webhook, secret))
}

/// Changes what is given of a webhook. What failed is tried again at once.
pub(crate) async fn change(caller: &Caller, id: WebhookId, draft: Draft) -> Result<Webhook, Error> {
    caller.must_administer()?;
    let mut tx = caller.write().await?;
    let before = held(caller, &mut tx, id).await?;
    let end = event_order::end(&mut tx, caller.organization).await?;
    let mut after = before.clone();
    after.url = draft.url.unwrap_or(after.url);
    after.description = draft.description.unwrap_or(after.description);
    after.events = draft.events.unwrap_or(after.events);
    after.enabled = draft.enabled.unwrap_or(after.enabled);
    after.position = draft.after.unwrap_or(after.position);
    if after.enabled {
        after.disabled_reason = None;
    }
    (after.failures, after.due) = (0, caller.now);
    let after = checked(after, end)?;
    let told = Event::webhook_changed(&before, &after);
    save(caller, &mut tx, after.clone(), before.leased_until).await?;
    caller.record(&mut tx, vec![told]).await?;
    tx.commit().await?;
    Ok(after)
}

/// Gives a webhook another secret, which nobody is told again. The one before signs too for a day.
pub(crate) async fn rekey(
    caller: &Caller,
    vault: &Vault,
    id: WebhookId,
) -> Result<(Webhook, String), Error> {
    caller.must_administer()?;
    let mut tx = caller.write().await?;
    let mut webhook = held(caller, &mut tx, id).await?;
    let lease = webhook.leased_until;
    let secret = new_secret();
    let sealed = vault
        .seal(&mut tx, &place(caller.organization, id), &secret)
        .await?;
    let before = std::mem::replace(&mut webhook.secret, sealed);
    webhook.previous = Some((before, caller.now.plus_seconds(BOTH_SIGN)));
    save(caller, &mut tx, webhook.clone(), lease).await?;
    caller
        .record(&mut tx, vec![Event::webhook_rekeyed(id)])
        .await?;
    tx.commit().await?;
    Ok((webhook, secret))
}

/// Deletes a webhook, and what is known of its deliveries.
pub(crate) async fn delete(caller: &Caller, id: WebhookId) -> Result<(), Error> {
    caller.must_administer()?;
    let mut tx = caller.write().await?;
    if rows::delete(&mut tx, caller.organization, id).await? == 0 {
        return Err(MISSING);
    }
    caller
        .record(&mut tx, vec![Event::webhook_deleted(id)])
        .await?;
    tx.commit().await
}

/// A webhook.
pub(crate) async fn find(caller: &Caller, id: WebhookId) -> Result<Webhook, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    rows::find(&mut tx, caller.organization, id)
        .await?
        .ok_or(MISSING)
}

/// The webhooks, oldest first.
pub(crate) async fn list(caller: &Caller) -> Result<Vec<Webhook>, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    rows::list(&mut tx, caller.organization).await
}

/// What became of attempts, newest first.
pub(crate) async fn list_deliveries(
    caller: &Caller,
    id: WebhookId,
    offset: u64,
    count: u64,
) -> Result<Found<Delivery>, Error> {
    find(caller, id).await?;
    let mut tx = caller.db.read().await?;
    let (offset, count) = (
        i64::try_from(offset).unwrap_or(i64::MAX),
        i64::try_from(count).unwrap_or(i64::MAX),
    );
    let (total, resources) =
        rows::list_deliveries(&mut tx, caller.organization, id, offset, count).await?;
    Ok(Found { total, resources })
}

async fn held(caller: &Caller, tx: &mut Tx, id: WebhookId) -> Result<Webhook, Error> {
    rows::hold(tx, caller.organization, id)
        .await?
        .ok_or(MISSING)
}

/// Writes a webhook down that is held. An attempt that is under way counts for nothing then.
async fn save(
    caller: &Caller,
    tx: &mut Tx,
    mut webhook: Webhook,
    lease: crate::domain::Timestamp,
) -> Result<(), Error> {
    // Another moment than that of any lease, which ends later than it is taken.
    webhook.leased_until = caller.now;
    match rows::update(tx, caller.organization, &webhook, lease).await? {
        0 => Err(MISSING),
        _ => Ok(()),
    }
}

fn checked(mut webhook: Webhook, end: i64) -> Result<Webhook, Error> {
    let refused = |sentence: String| Err(Error::Invalid(sentence));
    if webhook.url.len() > LONGEST_URL || webhook.url.contains('#') {
        return refused(format!(
            "`url` must have at most {LONGEST_URL} bytes, and no part behind `#`"
        ));
    }
    if webhook.description.chars().count() > LONGEST_DESCRIPTION
        || webhook.description.contains(char::is_control)
    {
        return refused(format!(
            "`description` must be a line of at most {LONGEST_DESCRIPTION} characters"
        ));
    }
    webhook.events.sort_unstable();
    webhook.events.dedup();
    let known = |kind: &String| kind == EVERY_KIND || Kind::from_name(kind).is_some();
    if webhook.events.is_empty() || !webhook.events.iter().all(known) {
        let all = Kind::ALL.map(Kind::name).join(", ");
        return refused(format!(
            "`events` must name kinds of events, or `{EVERY_KIND}` for all: {all}"
        ));
    }
    if !(0..=end).contains(&webhook.position) {
        return refused(format!(
            "`after` must be the number of an event, from 0 to {end}"
        ));
    }
    Ok(webhook)
}
