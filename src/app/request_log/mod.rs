//! The request log of an organization: what its provisioning clients sent, for its Owner and Administrators to read.
//!
//! It is best effort: entries are written some time after the request, many at once, and are dropped where the database
//! cannot keep up. What changed the organization is in the audit trail, which is neither.

mod queue;
pub(crate) mod replay;
mod retention;
mod writing;

pub(crate) use queue::Queue;
pub(crate) use retention::{Retention, prune_all};
pub(crate) use writing::flush;

use super::Caller;
use crate::domain::LoggedRequestId;
use crate::domain::error::Error;
use crate::domain::query::Found;
use crate::domain::request_log::{Entry, Selection};
use crate::store::request_log as rows;

/// The newest entries that are selected, without bodies, and how many there are in all.
pub(crate) async fn list(
    caller: &Caller,
    wanted: &Selection,
    count: u64,
) -> Result<Found<Entry>, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    Ok(Found {
        total: rows::count(&mut tx, caller.organization, wanted).await?,
        resources: rows::list(&mut tx, caller.organization, wanted, count).await?,
    })
}

/// One entry with its bodies.
pub(crate) async fn find(caller: &Caller, id: LoggedRequestId) -> Result<Entry, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    rows::find(&mut tx, caller.organization, id)
        .await?
        .ok_or(Error::NotFound("logged request"))
}
