//! The two engines. Only this folder knows which one is used.
//!
//! A statement is literal SQL with `$n` that runs on both; values are bound as `&[&id, &name]`. What the engines answer
//! differently is settled here or forbidden (`docs/adr/0002-two-engines.md`). Nothing here decides anything.

mod migrations;
mod types;

use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;
use sqlx::error::ErrorKind;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions,
    SqliteRow, SqliteSynchronous,
};
use sqlx::{
    Arguments, AssertSqlSafe, ConnectOptions, Encode, FromRow, PgPool, Postgres, SqlSafeStr,
    Sqlite, SqlitePool, Transaction, Type,
};

use crate::domain::OrganizationId;
use crate::domain::error::Error;

/// A value that can be bound on either engine.
pub(crate) trait Bind: Send + Sync {
    /// Adds the value to the arguments of a statement on SQLite.
    fn add_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), sqlx::error::BoxDynError>;
    /// Adds the value to the arguments of a statement on PostgreSQL.
    fn add_postgres(&self, arguments: &mut PgArguments) -> Result<(), sqlx::error::BoxDynError>;
}

impl<T> Bind for T
where
    T: Clone
        + Send
        + Sync
        + for<'q> Encode<'q, Sqlite>
        + Type<Sqlite>
        + for<'q> Encode<'q, Postgres>
        + Type<Postgres>,
{
    fn add_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), sqlx::error::BoxDynError> {
        Arguments::add(arguments, self.clone())
    }

    fn add_postgres(&self, arguments: &mut PgArguments) -> Result<(), sqlx::error::BoxDynError> {
        Arguments::add(arguments, self.clone())
    }
}

/// A row that can be read from either engine; `#[derive(FromRow)]` gives it.
pub(crate) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

/// What came of a statement that a constraint may refuse. After a refusal the transaction can only be dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt<T> {
    /// It was done; what it gave.
    Done(T),
    /// A value that must be unique is taken.
    Taken,
    /// A reference names nothing.
    Missing,
}

/// The database.
#[derive(Debug, Clone)]
pub(crate) enum Db {
    /// One writer, and readers beside it.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Those that only read.
        readers: SqlitePool,
    },
    /// Any number of nodes may share it.
    Postgres(PgPool),
}

/// A connection taken from the pool: for reading as it comes, or in a transaction that writes.
pub(crate) enum Tx {
    /// Reads on SQLite.
    SqliteRead(PoolConnection<Sqlite>),
    /// Writes on SQLite.
    SqliteWrite(Transaction<'static, Sqlite>),
    /// Reads on PostgreSQL.
    PostgresRead(PoolConnection<Postgres>),
    /// Writes on PostgreSQL.
    PostgresWrite(Transaction<'static, Postgres>),
}

enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Db {
    /// Opens the database and brings its schema up to date; refuses one that a newer version has written.
    ///
    /// `url` is `sqlite:<path>` or `postgres://…`.
    pub(crate) async fn open(url: &str) -> anyhow::Result<Self> {
        let db = Self::connect(url).await?;
        db.migrate().await?;
        Ok(db)
    }

    async fn connect(url: &str) -> anyhow::Result<Self> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)
                .context("the database URL is not one that SQLite understands")?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged write survives a power cut; NORMAL would not promise that.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                // What was erased is overwritten, not only unlinked.
                .pragma("secure_delete", "ON")
                .disable_statement_logging();
            let pool = |connections| {
                SqlitePoolOptions::new()
                    .max_connections(connections)
                    .acquire_timeout(Duration::from_secs(10))
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .test_before_acquire(false)
            };
            let writer = pool(1)
                .connect_with(options.clone())
                .await
                .with_context(|| format!("cannot open {url}"))?;
            let readers = pool(4)
                .connect_with(options)
                .await
                .with_context(|| format!("cannot open {url}"))?;
            return Ok(Self::Sqlite { writer, readers });
        }
        let options = PgConnectOptions::from_str(url)
            .context("the database URL must begin with sqlite: or postgres://")?
            .application_name("rollright")
            .options([
                ("statement_timeout", "30s"),
                ("lock_timeout", "10s"),
                ("idle_in_transaction_session_timeout", "60s"),
            ])
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(5))
            // Testing a connection before each use would double the cost of a read; one that has rested is tested.
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for > Duration::from_secs(5) {
                        sqlx::Connection::ping(connection).await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options)
            .await
            .context("cannot reach the PostgreSQL server")?;
        Ok(Self::Postgres(pool))
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> bool {
        let Ok(mut tx) = self.read().await else {
            return false;
        };
        tx.fetch_one::<(i64,)>("SELECT CAST(1 AS BIGINT)", &[])
            .await
            .is_ok()
    }

    /// A connection to read with. Each statement sees what was committed before it.
    pub(crate) async fn read(&self) -> Result<Tx, Error> {
        match self {
            Self::Sqlite { readers, .. } => readers.acquire().await.map(Tx::SqliteRead),
            Self::Postgres(pool) => pool.acquire().await.map(Tx::PostgresRead),
        }
        .map_err(failed)
    }

    /// A transaction that changes an organization beside others that do. On SQLite it is the only one.
    ///
    /// It holds the organization shared, so that [`Db::write_alone`] excludes it: who changes a member's groups and who
    /// changes the rules never miss each other.
    pub(crate) async fn write(&self, organization: OrganizationId) -> Result<Tx, Error> {
        self.begin(|| {
            format!(
                "BEGIN; SELECT pg_advisory_xact_lock_shared({})",
                organization.0
            )
        })
        .await
    }

    /// A transaction that changes an organization while nobody else does: rules, settings, the organization itself.
    pub(crate) async fn write_alone(&self, organization: OrganizationId) -> Result<Tx, Error> {
        self.begin(|| format!("BEGIN; SELECT pg_advisory_xact_lock({})", organization.0))
            .await
    }

    /// A transaction that writes before its organization is known or exists.
    pub(crate) async fn write_anywhere(&self) -> Result<Tx, Error> {
        self.begin(|| "BEGIN".to_owned()).await
    }

    async fn begin(&self, postgres: impl FnOnce() -> String) -> Result<Tx, Error> {
        match self {
            // Immediate: a transaction that reads first and writes later would be refused where another wrote between.
            Self::Sqlite { writer, .. } => writer
                .begin_with("BEGIN IMMEDIATE")
                .await
                .map(Tx::SqliteWrite),
            Self::Postgres(pool) => pool
                .begin_with(AssertSqlSafe(postgres()))
                .await
                .map(Tx::PostgresWrite),
        }
        .map_err(failed)
    }

    /// Closes every connection, so that SQLite puts its log away.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::SqliteRead(connection) => Connection::Sqlite(connection),
            Self::SqliteWrite(transaction) => Connection::Sqlite(transaction),
            Self::PostgresRead(connection) => Connection::Postgres(connection),
            Self::PostgresWrite(transaction) => Connection::Postgres(transaction),
        }
    }

    /// Makes what was written last. What is dropped without this never happened.
    pub(crate) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::SqliteWrite(transaction) => transaction.commit().await,
            Self::PostgresWrite(transaction) => transaction.commit().await,
            Self::SqliteRead(_) | Self::PostgresRead(_) => Ok(()),
        }
        .map_err(failed)
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
            Self::SqliteRead(_) | Self::SqliteWrite(_) => self.fetch_all(sql, values).await,
            Self::PostgresRead(_) | Self::PostgresWrite(_) => {
                self.fetch_all(AssertSqlSafe(format!("{sql} {lock}")), values)
                    .await
            }
        }
    }

    /// Inserts many rows, a few hundred in a statement: 10,000 rows one by one took 763 ms on PostgreSQL, so 123 ms.
    ///
    /// `into` is `INSERT INTO table (columns) VALUES`; each row has one value a column.
    pub(crate) async fn insert_rows(
        &mut self,
        into: &'static str,
        rows: &[Vec<&dyn Bind>],
    ) -> Result<(), Error> {
        // SQLite takes 32,766 values in a statement, PostgreSQL 65,535.
        for chunk in rows.chunks(500) {
            let mut sql = into.to_owned();
            let mut next = 1;
            for (at, row) in chunk.iter().enumerate() {
                sql.push_str(if at == 0 { " (" } else { ", (" });
                for column in 0..row.len() {
                    if column > 0 {
                        sql.push_str(", ");
                    }
                    sql.push('$');
                    sql.push_str(&next.to_string());
                    next += 1;
                }
                sql.push(')');
            }
            let values: Vec<&dyn Bind> = chunk.iter().flatten().copied().collect();
            self.execute(AssertSqlSafe(sql), &values).await?;
        }
        Ok(())
    }
}

fn sqlite(values: &[&dyn Bind]) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        value
            .add_sqlite(&mut arguments)
            .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn postgres(values: &[&dyn Bind]) -> Result<PgArguments, sqlx::Error> {
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
fn failed(error: sqlx::Error) -> Error {
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
