//! How long the request log is kept, and how much of it: the oldest entries go first, a few hundred at a time.
//!
//! Any node may do it, several at once too: what one has deleted, another does not find.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::error::Error;
use crate::domain::{LoggedRequestId, OrganizationId, Timestamp};
use crate::secret;
use crate::store::db::Db;
use crate::store::{organizations, request_log as rows};

/// How often an organization that is written to is looked at.
const PAUSE: Duration = Duration::from_mins(1);
/// After which part of what may be kept it is looked at sooner.
const PART: u64 = 20;
/// How many entries one transaction deletes.
const CHUNK: u64 = 500;
const DAY: i64 = 86_400;

/// What may be kept of each organization.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retention {
    /// For how many days.
    pub(crate) days: u16,
    /// How many bytes.
    pub(crate) bytes: u64,
}

/// When each organization was last looked at, and how much was written to it since.
#[derive(Debug, Default)]
pub(super) struct Watch(HashMap<OrganizationId, (Instant, u64)>);

impl Watch {
    /// So much was written; whether it is time to look.
    pub(super) fn wrote(
        &mut self,
        organization: OrganizationId,
        bytes: u64,
        retention: Retention,
    ) -> bool {
        let now = Instant::now();
        let Some((looked, written)) = self.0.get_mut(&organization) else {
            self.0.insert(organization, (now, 0));
            return true;
        };
        *written += bytes;
        if now.duration_since(*looked) < PAUSE && *written <= retention.bytes / PART {
            return false;
        }
        (*looked, *written) = (now, 0);
        true
    }
}

/// Deletes what is too old or too much, of every organization: also of one that nobody writes to any more.
pub(crate) async fn prune_all(db: &Db, now: Timestamp, retention: Retention) -> Result<(), Error> {
    let all = organizations::list_ids(&mut db.read().await?).await?;
    for organization in all {
        prune(db, organization, now, retention).await?;
    }
    Ok(())
}

/// Deletes what is too old or too much of one organization.
pub(super) async fn prune(
    db: &Db,
    organization: OrganizationId,
    now: Timestamp,
    retention: Retention,
) -> Result<(), Error> {
    let oldest = now.plus_seconds(-DAY * i64::from(retention.days));
    delete(
        db,
        organization,
        LoggedRequestId(secret::least_id_at(oldest)),
    )
    .await?;
    let most = i64::try_from(retention.bytes).unwrap_or(i64::MAX);
    let last = rows::last_beyond(&mut db.read().await?, organization, most).await?;
    if let Some(last) = last {
        delete(db, organization, last).await?;
    }
    Ok(())
}

/// Deletes every entry up to this one.
async fn delete(db: &Db, organization: OrganizationId, last: LoggedRequestId) -> Result<(), Error> {
    loop {
        let mut tx = db.write_log(organization).await?;
        let deleted = rows::delete_up_to(&mut tx, organization, last, CHUNK).await?;
        if deleted == 0 {
            // Nothing was changed, so nothing has to be made last.
            return Ok(());
        }
        tx.commit().await?;
        if deleted < CHUNK {
            return Ok(());
        }
    }
}
