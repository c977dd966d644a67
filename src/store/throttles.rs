//! How much somebody has tried lately, as one moment in milliseconds: when it will all be forgotten.

use super::db::Tx;
use crate::domain::error::Error;

/// Counts one try more, unless the moment is later than `latest` already. Of many at once each is counted.
pub(crate) async fn take(
    tx: &mut Tx,
    name: &str,
    now: i64,
    pause: i64,
    latest: i64,
) -> Result<bool, Error> {
    let found: Option<(i64,)> = tx
        .fetch_optional(
            "INSERT INTO throttles (name, full_until) VALUES ($1, $2 + $3)
             ON CONFLICT (name) DO UPDATE SET full_until =
                CASE WHEN throttles.full_until < $2 THEN $2 + $3 ELSE throttles.full_until + $3 END
             WHERE throttles.full_until <= $4
             RETURNING full_until",
            &[&name, &now, &pause, &latest],
        )
        .await?;
    Ok(found.is_some())
}

/// The moment.
pub(crate) async fn find(tx: &mut Tx, name: &str) -> Result<Option<i64>, Error> {
    let found: Option<(i64,)> = tx
        .fetch_optional("SELECT full_until FROM throttles WHERE name = $1", &[&name])
        .await?;
    Ok(found.map(|(until,)| until))
}

/// Takes one try back.
pub(crate) async fn give_back(tx: &mut Tx, name: &str, pause: i64) -> Result<u64, Error> {
    tx.execute(
        "UPDATE throttles SET full_until = full_until - $2 WHERE name = $1",
        &[&name, &pause],
    )
    .await
}

/// Forgets what is forgotten by now.
pub(crate) async fn prune(tx: &mut Tx, now: i64) -> Result<u64, Error> {
    tx.execute("DELETE FROM throttles WHERE full_until < $1", &[&now])
        .await
}
