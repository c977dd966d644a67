//! Doing a request of the log again, as the admin who asks for it: for real, or only to see what it would do.
//!
//! It goes the way of every SCIM request. What is different is the caller, who is the admin, and that a rehearsal's
//! transactions never happen.

use std::sync::{Arc, Mutex, PoisonError};

use crate::app::{Caller, schemas};
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::leniency::Notes;
use crate::domain::request_log::{Entry, Note, Replayed};
use crate::domain::{LoggedRequestId, MemberId};
use crate::store::request_log as rows;

/// After so many seconds a replay that never said how it ended counts as ended: its node is gone.
const GIVEN_UP: i64 = 120;

/// A request that is being done again, and what it did or would have done.
#[derive(Debug)]
pub(crate) struct Replay {
    rehearsal: bool,
    told: Mutex<Vec<Event>>,
}

impl Replay {
    /// Whether its transactions never happen.
    pub(in crate::app) fn is_rehearsal(&self) -> bool {
        self.rehearsal
    }

    /// Notes what happened, or would have.
    pub(in crate::app) fn tell(&self, events: &[Event]) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.extend_from_slice(events);
    }

    /// What happened, or would have.
    pub(crate) fn told(&self) -> Vec<Event> {
        self.told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Why a request cannot be done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// It is not one that makes, changes or deletes one thing.
    #[error(
        "only a POST, PUT, PATCH or DELETE of one User or Group can be replayed; let the client send this one again"
    )]
    Kind,
    /// It succeeded.
    #[error("only a request that was refused or failed can be replayed, and this one succeeded")]
    Succeeded,
    /// Nobody saw how it ended.
    #[error(
        "the client left before the answer, so the request may have succeeded; let the client send it again"
    )]
    Unanswered,
    /// A secret was taken out.
    #[error(
        "a secret was taken out of this request when it was logged, so it cannot be replayed; let the client send it again"
    )]
    Masked,
    /// Somebody was named who has been deleted.
    #[error("this request named somebody who has been deleted since, so what it said is erased")]
    Erased,
    /// The body is not whole.
    #[error(
        "the body of this request was not kept whole, so it cannot be replayed; let the client send it again"
    )]
    NotWhole,
    /// It was done again already.
    #[error("this request was replayed already, with success")]
    Done,
    /// It is being done again.
    #[error("this request is being replayed at this moment")]
    Running,
}

/// What is done again, and by whom.
#[derive(Debug)]
pub(crate) struct Begun {
    /// The request.
    pub(crate) entry: Entry,
    /// The admin, whose messages are read as those of the token were.
    pub(crate) caller: Caller,
    /// What it does.
    pub(crate) replay: Arc<Replay>,
}

/// Begins to do a request again. One that is done for real is claimed: nobody else does it at the same time.
pub(crate) async fn start(
    caller: &Caller,
    id: LoggedRequestId,
    rehearsal: bool,
    is_kind: impl Fn(&Entry) -> bool,
) -> Result<Result<Begun, Refused>, Error> {
    caller.must_administer()?;
    let Actor::Member(admin) = caller.actor else {
        return Err(Error::Forbidden(
            "only a member of the organization can replay a request".to_owned(),
        ));
    };
    let entry = super::find(caller, id).await?;
    if let Some(refused) = refusal(caller, &entry, is_kind(&entry)) {
        return Ok(Err(refused));
    }
    if !rehearsal && !claim(caller, id, admin).await? {
        return Ok(Err(Refused::Running));
    }
    let replay = Arc::new(Replay {
        rehearsal,
        told: Mutex::default(),
    });
    let caller = Caller {
        leniency: entry.profile,
        notes: Notes::default(),
        schemas: schemas::of(caller).await?,
        replay: Some(Arc::clone(&replay)),
        ..caller.clone()
    };
    Ok(Ok(Begun {
        entry,
        caller,
        replay,
    }))
}

fn refusal(caller: &Caller, entry: &Entry, is_kind: bool) -> Option<Refused> {
    match entry.replayed {
        Some(Replayed {
            status: Some(_), ..
        }) => return Some(Refused::Done),
        Some(Replayed { at, .. }) if at.plus_seconds(GIVEN_UP) > caller.now => {
            return Some(Refused::Running);
        }
        Some(_) | None => {}
    }
    match entry.status {
        _ if !is_kind => Some(Refused::Kind),
        None => Some(Refused::Unanswered),
        Some(status) if status < 400 => Some(Refused::Succeeded),
        Some(_) if entry.erased => Some(Refused::Erased),
        Some(_) if entry.masked => Some(Refused::Masked),
        Some(_) => match entry.sent.note {
            None => None,
            Some(Note::Cut | Note::NotJson | Note::TooLarge | Note::Unread | Note::ManyPeople) => {
                Some(Refused::NotWhole)
            }
        },
    }
}

/// Claims an entry for its replay; `false` where somebody was faster.
async fn claim(caller: &Caller, id: LoggedRequestId, admin: MemberId) -> Result<bool, Error> {
    let given_up = caller.now.plus_seconds(-GIVEN_UP);
    let mut tx = caller.write().await?;
    let claimed = rows::claim(
        &mut tx,
        caller.organization,
        id,
        (caller.now, admin),
        given_up,
    )
    .await?;
    tx.commit().await?;
    Ok(claimed > 0)
}

/// Ends a replay that was done for real: with success it stays marked, else it may be tried again.
pub(crate) async fn end(caller: &Caller, entry: &Entry, status: u16) -> Result<(), Error> {
    let mut tx = caller.write().await?;
    if status < 400 {
        rows::settle(&mut tx, caller.organization, entry.id, status).await?;
        let event = Event::request_replayed(entry.id, &entry.request, status);
        caller.record(&mut tx, vec![event]).await?;
    } else {
        rows::release(&mut tx, caller.organization, entry.id).await?;
    }
    tx.commit().await
}
