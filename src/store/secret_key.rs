//! By what a node learns whether it has the key of the installation.

use super::db::Tx;
use crate::domain::error::Error;

/// What was sealed when something first was.
pub(crate) async fn find_check(tx: &mut Tx) -> Result<Option<String>, Error> {
    let row: Option<(String,)> = tx
        .fetch_optional("SELECT sealed FROM secret_key_checks WHERE id = 1", &[])
        .await?;
    Ok(row.map(|(sealed,)| sealed))
}

/// Keeps what was sealed, where nothing is there yet.
pub(crate) async fn insert_check(tx: &mut Tx, sealed: &str) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO secret_key_checks (id, sealed) VALUES (1, $1) ON CONFLICT (id) DO NOTHING",
        &[&sealed],
    )
    .await?;
    Ok(())
}
