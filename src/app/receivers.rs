//! Receivers of events, as Owner and Administrators set them up. What they are told is in `telling.rs`.

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::query::Found;
use crate::domain::receiver::Receiver;
use crate::domain::{ReceiverId, ScimTokenId};
use crate::secret;
use crate::store::db::{Attempt, Tx};
use crate::store::{credentials, event_order, receivers as rows};

/// The most bytes of an audience.
const LONGEST_AUDIENCE: usize = 1024;

pub(super) const MISSING: Error = Error::NotFound("event receiver");
const TAKEN: Error = Error::Duplicate {
    kind: "event receiver",
    attribute: "scim_token",
};

/// What a receiver is made of, or what of it changes.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Whoever presents this token.
    pub(crate) token: Option<ScimTokenId>,
    /// What the receiver calls itself.
    pub(crate) audience: Option<String>,
    /// What is asked for.
    pub(crate) events: Option<Vec<String>>,
    /// The number of the trail behind which it begins; now, where it is a new receiver.
    pub(crate) after: Option<i64>,
}

/// Sets up a receiver.
pub(crate) async fn create(caller: &Caller, draft: Draft) -> Result<Receiver, Error> {
    caller.must_administer()?;
    let mut tx = caller.write().await?;
    let end = event_order::end(&mut tx, caller.organization).await?;
    let missing = |name: &str| Error::Invalid(format!("`{name}` is missing"));
    let receiver = Receiver {
        id: ReceiverId(secret::id_at(caller.now)),
        token: draft.token.ok_or_else(|| missing("scim_token"))?,
        audience: draft.audience.ok_or_else(|| missing("audience"))?,
        events: draft.events.ok_or_else(|| missing("events"))?,
        acknowledged: draft.after.unwrap_or(end),
        problem: None,
        created: caller.now,
    };
    check(caller, &mut tx, &receiver, end).await?;
    taken(rows::insert(&mut tx, caller.organization, &receiver).await?)?;
    let told = Event::receiver_created(&receiver);
    caller.record(&mut tx, vec![told]).await?;
    tx.commit().await?;
    Ok(receiver)
}

/// Changes what is given of a receiver. With another place to begin at, what was acknowledged is told again.
pub(crate) async fn change(
    caller: &Caller,
    id: ReceiverId,
    draft: Draft,
) -> Result<Receiver, Error> {
    caller.must_administer()?;
    let mut tx = caller.write().await?;
    let before = rows::hold(&mut tx, caller.organization, id)
        .await?
        .ok_or(MISSING)?;
    let end = event_order::end(&mut tx, caller.organization).await?;
    let mut after = before.clone();
    after.token = draft.token.unwrap_or(after.token);
    after.audience = draft.audience.unwrap_or(after.audience);
    after.events = draft.events.unwrap_or(after.events);
    after.acknowledged = draft.after.unwrap_or(after.acknowledged);
    check(caller, &mut tx, &after, end).await?;
    taken(rows::update(&mut tx, caller.organization, &after).await?)?;
    if draft.after.is_some() {
        rows::delete_receipts(&mut tx, caller.organization, id, i64::MAX).await?;
    }
    let told = Event::receiver_changed(&before, &after);
    caller.record(&mut tx, vec![told]).await?;
    tx.commit().await?;
    Ok(after)
}

/// Ends a receiver.
pub(crate) async fn delete(caller: &Caller, id: ReceiverId) -> Result<(), Error> {
    caller.must_administer()?;
    let mut tx = caller.write().await?;
    if rows::delete(&mut tx, caller.organization, id).await? == 0 {
        return Err(MISSING);
    }
    caller
        .record(&mut tx, vec![Event::receiver_deleted(id)])
        .await?;
    tx.commit().await
}

/// A receiver.
pub(crate) async fn find(caller: &Caller, id: ReceiverId) -> Result<Receiver, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    rows::find(&mut tx, caller.organization, id)
        .await?
        .ok_or(MISSING)
}

/// The receivers, oldest first.
pub(crate) async fn list(
    caller: &Caller,
    offset: u64,
    count: u64,
) -> Result<Found<Receiver>, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let (offset, count) = (
        i64::try_from(offset).unwrap_or(i64::MAX),
        i64::try_from(count).unwrap_or(i64::MAX),
    );
    let (total, resources) = rows::list(&mut tx, caller.organization, offset, count).await?;
    Ok(Found { total, resources })
}

/// Whether the organization has set up any receiver.
pub(crate) async fn any(caller: &Caller) -> Result<bool, Error> {
    let mut tx = caller.db.read().await?;
    let (total, _) = rows::list(&mut tx, caller.organization, 0, 0).await?;
    Ok(total > 0)
}

async fn check(caller: &Caller, tx: &mut Tx, receiver: &Receiver, end: i64) -> Result<(), Error> {
    let audience = &receiver.audience;
    if audience.is_empty()
        || audience.len() > LONGEST_AUDIENCE
        || audience.contains(char::is_control)
    {
        return Err(Error::Invalid(format!(
            "`audience` must be a text of 1 to {LONGEST_AUDIENCE} bytes without control characters"
        )));
    }
    if !(0..=end).contains(&receiver.acknowledged) {
        return Err(Error::Invalid(format!(
            "`after` must be the number of an event, from 0 to {end}"
        )));
    }
    if !credentials::is_scim_token(tx, caller.organization, receiver.token, caller.now).await? {
        return Err(Error::Invalid(
            "`scim_token` must be the id of a SCIM token of this organization that is neither revoked nor expired"
                .to_owned(),
        ));
    }
    Ok(())
}

pub(super) fn taken(attempt: Attempt<u64>) -> Result<(), Error> {
    match attempt {
        Attempt::Done(_) => Ok(()),
        Attempt::Taken => Err(TAKEN),
        Attempt::Missing => Err(MISSING),
    }
}
