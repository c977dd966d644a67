//! Work that one process does for all of them: whoever has the turn.

use super::transaction::failed;
use super::{Db, Engine, Tx};
use crate::domain::error::Error;

/// The advisory lock of the turn. The numbers of organizations, which are locks too, begin at 1.
const TURN: i64 = 0;

impl Db {
    /// A transaction that one process alone has at a time; none where another has it now. The turn ends with the
    /// transaction, also where the process or its connection dies.
    ///
    /// The SQL differs: on SQLite a transaction that writes is the only one anyway.
    pub(crate) async fn take_turn(&self) -> Result<Option<Tx>, Error> {
        let pool = match &self.engine {
            Engine::Sqlite { writer, .. } => {
                let transaction = writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
                return Ok(Some(Tx::SqliteWrite {
                    transaction,
                    _place: None,
                    rehearsal: false,
                }));
            }
            Engine::Postgres(pool) => pool,
        };
        let mut tx = Tx::PostgresWrite {
            transaction: pool.begin().await.map_err(failed)?,
            _place: None,
            rehearsal: false,
        };
        let (ours,): (bool,) = tx
            .fetch_one("SELECT pg_try_advisory_xact_lock($1)", &[&TURN])
            .await?;
        Ok(ours.then_some(tx))
    }
}
