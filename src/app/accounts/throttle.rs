//! How often something may be tried: so many at once, then one after each pause. Kept in the database, for all nodes.
//!
//! What is counted has a name that is made of whom it is about and who tries. Nobody who tries can use up what somebody
//! else may try: see `docs/adr/0022-guessing-passwords.md`.

use crate::domain::Timestamp;
use crate::domain::error::Error;
use crate::secret;
use crate::store::db::Db;
use crate::store::throttles as rows;

/// How much may be tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// So many at once.
    pub(super) burst: i64,
    /// And one more after so many seconds.
    pub(super) pause: i64,
}

/// What is counted, and how much of it is allowed.
#[derive(Debug, Clone)]
pub(super) struct Count {
    name: String,
    limit: Limit,
}

impl Count {
    /// Counts what is done to or by these. Only a hash of the names is kept.
    pub(super) fn of(what: &str, whom: &[&str], limit: Limit) -> Self {
        let name = secret::hash(&format!("{what}\n{}", whom.join("\n"))).0;
        Self { name, limit }
    }
}

/// Counts one try, for each of these, or for none of them where one has been used up.
pub(super) async fn take(db: &Db, mut counts: Vec<Count>, now: Timestamp) -> Result<(), Error> {
    // In one order, so that two who try never wait for each other.
    counts.sort_by(|one, other| one.name.cmp(&other.name));
    let mut tx = db.write_anywhere().await?;
    for count in &counts {
        let pause = count.limit.pause * 1000;
        let latest = now.0 + (count.limit.burst - 1) * pause;
        if !rows::take(&mut tx, &count.name, now.0, pause, latest).await? {
            let until = rows::find(&mut tx, &count.name).await?.unwrap_or(now.0);
            let wait = (until - latest).max(1000);
            return Err(Error::Throttled {
                seconds: wait.div_euclid(1000) + i64::from(wait % 1000 > 0),
            });
        }
    }
    tx.commit().await
}

/// Takes a try back that was none to be counted: it went well.
pub(super) async fn give_back(db: &Db, mut counts: Vec<Count>) -> Result<(), Error> {
    counts.sort_by(|one, other| one.name.cmp(&other.name));
    let mut tx = db.write_anywhere().await?;
    for count in &counts {
        rows::give_back(&mut tx, &count.name, count.limit.pause * 1000).await?;
    }
    tx.commit().await
}

/// Forgets what has not been tried for long enough.
pub(crate) async fn prune(db: &Db, now: Timestamp) -> Result<(), Error> {
    let mut tx = db.write_anywhere().await?;
    rows::prune(&mut tx, now.0).await?;
    tx.commit().await
}
