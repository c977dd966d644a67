//! Running statements: one connection, read as it comes or in a transaction.

use sqlx::error::ErrorKind;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{AssertSqlSafe, Postgres, SqlSafeStr, Sqlite, Transaction};
use tokio::sync::Notify;

use super::{Attempt, Bind, Place, Row};
use crate::domain::OrganizationId;
use crate::domain::error::Error;

/// Rung after each transaction of this process that wrote, for who follows up what was written. A wake-up call and
/// nothing more: what another process writes rings nothing here.
pub(crate) static COMMITTED: Notify = Notify::const_new();

/// A connection taken from the pool: for reading as it comes, or in a transaction that writes or reads one state.
pub(crate) enum Tx {
    /// Reads on SQLite.
    SqliteRead(PoolConnection<Sqlite>),
    /// Writes on SQLite, or reads one state, with the place that is given back at the end.
    SqliteWrite {
        transaction: Transaction<'static, Sqlite>,
        _place: Option<Place>,
        /// Whether it never happens.
        rehearsal: bool,
    },
    /// Reads on PostgreSQL.
    PostgresRead(PoolConnection<Postgres>),
    /// Writes on PostgreSQL, likewise.
    PostgresWrite {
        transaction: Transaction<'static, Postgres>,
        _place: Option<Place>,
        /// Whether it never happens.
        rehearsal: bool,
    },
}

pub(super) enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Tx {
    pub(super) fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::SqliteRead(connection) => Connection::Sqlite(connection),
            Self::SqliteWrite { transaction, .. } => Connection::Sqlite(transaction),
            Self::PostgresRead(connection) => Connection::Postgres(connection),
            Self::PostgresWrite { transaction, .. } => Connection::Postgres(transaction),
        }
    }

    /// Makes this a rehearsal: everything is done as ever, and its commit undoes it.
    pub(crate) fn rehearse(&mut self) {
        match self {
            Self::SqliteWrite { rehearsal, .. } | Self::PostgresWrite { rehearsal, .. } => {
                *rehearsal = true;
            }
            Self::SqliteRead(_) | Self::PostgresRead(_) => {}
        }
    }

    /// Makes what was written last. What is dropped without this never happened.
    pub(crate) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::SqliteWrite {
                rehearsal: true, ..
            }
            | Self::PostgresWrite {
                rehearsal: true, ..
            }
            | Self::SqliteRead(_)
            | Self::PostgresRead(_) => return Ok(()),
            Self::SqliteWrite { transaction, .. } => transaction.commit().await,
            Self::PostgresWrite { transaction, .. } => transaction.commit().await,
        }
        .map_err(failed)?;
        COMMITTED.notify_one();
        Ok(())
    }

    /// Runs a statement; the number of rows that it changed.
    pub(crate) async fn execute(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[&dyn Bind],
    ) -> Result<u64, Error> {
        self.run(sql, values).await.map_err(failed)
    }

    /// Runs a statement that a constraint may refuse; the number of rows that it changed.
    pub(crate) async fn attempt(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[&dyn Bind],
    ) -> Result<Attempt<u64>, Error> {
        attempted(self.run(sql, values).await)
    }

    /// Runs a statement that gives rows and that a constraint may refuse.
    pub(crate) async fn attempt_all<T: Row>(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[&dyn Bind],
    ) -> Result<Attempt<Vec<T>>, Error> {
        attempted(self.rows(sql, values).await)
    }

    async fn run(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[&dyn Bind],
    ) -> Result<u64, sqlx::Error> {
        match self.connection() {
            Connection::Sqlite(connection) => {
                let done = sqlx::query_with(sql, sqlite(values)?)
                    .execute(connection)
                    .await?;
                Ok(done.rows_affected())
            }
            Connection::Postgres(connection) => {
                let done = sqlx::query_with(sql, postgres(values)?)
                    .execute(connection)
                    .await?;
                Ok(done.rows_affected())
            }
        }
    }

    /// The one row that a statement gives, if there is one.
    pub(crate) async fn fetch_optional<T: Row>(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[&dyn Bind],
    ) -> Result<Option<T>, Error> {
        match self.connection() {
            Connection::Sqlite(connection) => {
                sqlx::query_as_with(sql, sqlite(values).map_err(failed)?)
                    .fetch_optional(connection)
                    .await
            }
            Connection::Postgres(connection) => {
                sqlx::query_as_with(sql, postgres(values).map_err(failed)?)
                    .fetch_optional(connection)
                    .await
            }
        }
        .map_err(failed)
    }

    /// The row that a statement always gives.
    pub(crate) async fn fetch_one<T: Row>(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[&dyn Bind],
    ) -> Result<T, Error> {
        self.fetch_optional(sql, values)
            .await?
            .ok_or_else(|| failed(sqlx::Error::RowNotFound))
    }

    /// Every row that a statement gives. The caller bounds their number.
    pub(crate) async fn fetch_all<T: Row>(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[&dyn Bind],
    ) -> Result<Vec<T>, Error> {
        self.rows(sql, values).await.map_err(failed)
    }

    async fn rows<T: Row>(
        &mut self,
        sql: impl SqlSafeStr,
        values: &[&dyn Bind],
    ) -> Result<Vec<T>, sqlx::Error> {
        match self.connection() {
            Connection::Sqlite(connection) => {
                sqlx::query_as_with(sql, sqlite(values)?)
                    .fetch_all(connection)
                    .await
            }
            Connection::Postgres(connection) => {
                sqlx::query_as_with(sql, postgres(values)?)
                    .fetch_all(connection)
                    .await
            }
        }
    }

    /// Reads rows and keeps others from changing them until the end of the transaction. New references to them may
    /// still be made: who adds a member to one group does not wait for who adds it to another.
    ///
    /// The SQL differs: SQLite has no `FOR UPDATE`, and a transaction that writes has the whole database to itself.
    /// Callers order the rows by id, so that two of them never wait for each other.
    pub(crate) async fn fetch_all_locked<T: Row>(
        &mut self,
        sql: &'static str,
        values: &[&dyn Bind],
    ) -> Result<Vec<T>, Error> {
        self.fetch_all_for(sql, "FOR NO KEY UPDATE", values).await
    }

    /// Reads rows that are going to be deleted: nobody may refer to them from here on.
    pub(crate) async fn fetch_all_doomed<T: Row>(
        &mut self,
        sql: &'static str,
        values: &[&dyn Bind],
    ) -> Result<Vec<T>, Error> {
        self.fetch_all_for(sql, "FOR UPDATE", values).await
    }

    async fn fetch_all_for<T: Row>(
        &mut self,
        sql: &'static str,
        lock: &'static str,
        values: &[&dyn Bind],
    ) -> Result<Vec<T>, Error> {
        match self {
            Self::SqliteRead(_) | Self::SqliteWrite { .. } => self.fetch_all(sql, values).await,
            Self::PostgresRead(_) | Self::PostgresWrite { .. } => {
                self.fetch_all(AssertSqlSafe(format!("{sql} {lock}")), values)
                    .await
            }
        }
    }

    /// Keeps the request log of an organization from being written until the end of this transaction, which erases
    /// somebody from it: else an entry that was on its way could be written behind the erasure.
    ///
    /// The SQL differs: on SQLite a transaction that writes has the whole database to itself.
    pub(crate) async fn hold_log(&mut self, organization: OrganizationId) -> Result<(), Error> {
        if let Connection::Postgres(_) = self.connection() {
            self.execute("SELECT pg_advisory_xact_lock($1)", &[&-organization.0])
                .await?;
        }
        Ok(())
    }
}

pub(super) fn sqlite(values: &[&dyn Bind]) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        value
            .add_sqlite(&mut arguments)
            .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

pub(super) fn postgres(values: &[&dyn Bind]) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for value in values {
        value
            .add_postgres(&mut arguments)
            .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn attempted<T>(done: Result<T, sqlx::Error>) -> Result<Attempt<T>, Error> {
    let error = match done {
        Ok(done) => return Ok(Attempt::Done(done)),
        Err(error) => error,
    };
    match error
        .as_database_error()
        .map(sqlx::error::DatabaseError::kind)
    {
        Some(ErrorKind::UniqueViolation) => Ok(Attempt::Taken),
        Some(ErrorKind::ForeignKeyViolation) => Ok(Attempt::Missing),
        _ => Err(failed(error)),
    }
}

/// Sorts a failure: what trying again can mend is `Unavailable`, anything else is a fault of ours.
pub(super) fn failed(error: sqlx::Error) -> Error {
    let passing = match &error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Io(_)
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // PostgreSQL: connection lost, resources, operator's intervention, deadlock, serialization, lock not had.
            ["08", "53", "57"].iter().any(|class| code.len() == 5 && code.starts_with(class))
                || matches!(code.as_ref(), "40P01" | "40001" | "55P03")
                // SQLite: busy, locked, full.
                || matches!(code.as_ref(), "5" | "6" | "13" | "261" | "517")
        }),
        _ => false,
    };
    if passing {
        Error::Unavailable(error.into())
    } else {
        Error::Internal(error.into())
    }
}
