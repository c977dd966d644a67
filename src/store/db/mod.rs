//! The two engines. Only this folder knows which one is used.
//!
//! A statement is literal SQL with `$n` that runs on both; values are bound as `&[&id, &name]`. What the engines answer
//! differently is settled here or forbidden (`docs/adr/0002-two-engines.md`). Nothing here decides anything.

mod bounds;
mod insertion;
mod migrations;
mod transaction;
mod turn;
mod types;

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{
    Arguments, AssertSqlSafe, ConnectOptions, Encode, FromRow, PgPool, Postgres, Sqlite,
    SqlitePool, Type,
};
use tokio::task::JoinSet;

pub(crate) use bounds::Place;
use bounds::{Bounds, CONNECTIONS};
pub(crate) use insertion::Insertion;
use transaction::failed;
pub(crate) use transaction::{COMMITTED, Tx};

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
pub(crate) struct Db {
    engine: Engine,
    bounds: Arc<Bounds>,
}

#[derive(Debug, Clone)]
enum Engine {
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

impl Db {
    /// Opens the database and brings its schema up to date; refuses one that a newer version has written.
    ///
    /// `url` is `sqlite:<path>` or `postgres://…`.
    pub(crate) async fn open(url: &str) -> anyhow::Result<Self> {
        let engine = Engine::connect(url).await?;
        engine.migrate().await?;
        Ok(Self {
            engine,
            bounds: Arc::new(Bounds::new()),
        })
    }

    /// Opens every connection that there may be, for one who will serve with them; they stay open.
    ///
    /// Logging in to PostgreSQL with a password gives way to other tasks hundreds of times. Among many of them it takes
    /// seconds: whoever asked for one more connection when work comes in would be told that there is no database.
    pub(crate) async fn open_all(&self) {
        let Engine::Postgres(pool) = &self.engine else {
            return;
        };
        let mut opening = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let pool = pool.clone();
            opening.spawn(async move { pool.acquire().await });
        }
        // Held until all are there: one that is given back would be given out again.
        let opened = opening.join_all().await;
        if let Some(error) = opened.iter().find_map(|one| one.as_ref().err()) {
            let open = opened.iter().filter(|one| one.is_ok()).count();
            tracing::warn!(%error, "PostgreSQL gave {open} of {CONNECTIONS} connections; look at its max_connections");
        }
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
        match &self.engine {
            Engine::Sqlite { readers, .. } => readers.acquire().await.map(Tx::SqliteRead),
            Engine::Postgres(pool) => pool.acquire().await.map(Tx::PostgresRead),
        }
        .map_err(failed)
    }

    /// A transaction that reads, in all its statements, what was committed when it began, and locks nobody out.
    ///
    /// For a long reading; it ends by being dropped, and soon: SQLite cannot put its log away meanwhile, and PostgreSQL
    /// cannot clear old rows.
    pub(crate) async fn read_one_state(&self, organization: OrganizationId) -> Result<Tx, Error> {
        let place = Some(self.bounds.reader(organization).await?);
        match &self.engine {
            Engine::Sqlite { readers, .. } => {
                readers.begin().await.map(|transaction| Tx::SqliteWrite {
                    transaction,
                    _place: place,
                    rehearsal: false,
                })
            }
            Engine::Postgres(pool) => pool
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
                .map(|transaction| Tx::PostgresWrite {
                    transaction,
                    _place: place,
                    rehearsal: false,
                }),
        }
        .map_err(failed)
    }

    /// A transaction that changes an organization beside others that do. On SQLite it is the only one.
    ///
    /// It holds the organization shared, so that [`Db::write_alone`] excludes it: who changes a member's groups and who
    /// changes the rules never miss each other. Where seats are limited it is alone: who frees a seat takes members in who
    /// wait, and would wait for one whose own writer waits for the seats.
    pub(crate) async fn write(&self, organization: OrganizationId) -> Result<Tx, Error> {
        let place = self.bounds.writer(organization).await?;
        let begin = || {
            let id = organization.0;
            format!(
                "BEGIN; SELECT CASE WHEN EXISTS (SELECT 1 FROM organizations WHERE id = {id} AND seat_limit IS NOT NULL)
                    THEN pg_advisory_xact_lock({id}) ELSE pg_advisory_xact_lock_shared({id}) END"
            )
        };
        self.begin(begin, Some(place)).await
    }

    /// A transaction that changes an organization while nobody else does: rules, settings, the organization itself.
    pub(crate) async fn write_alone(&self, organization: OrganizationId) -> Result<Tx, Error> {
        let place = self.bounds.writer(organization).await?;
        let begin = || format!("BEGIN; SELECT pg_advisory_xact_lock({})", organization.0);
        self.begin(begin, Some(place)).await
    }

    /// A transaction that writes the request log of an organization while nobody is erased from it (see
    /// [`Tx::hold_log`]), beside everything else that changes the organization.
    pub(crate) async fn write_log(&self, organization: OrganizationId) -> Result<Tx, Error> {
        let begin = || format!("BEGIN; SELECT pg_advisory_xact_lock({})", -organization.0);
        self.begin(begin, None).await
    }

    /// The place of the one request of an organization that may look at the whole of it, to be held meanwhile.
    pub(crate) async fn search_place(&self, organization: OrganizationId) -> Result<Place, Error> {
        self.bounds.searcher(organization).await
    }

    /// A transaction that writes before its organization is known or exists.
    pub(crate) async fn write_anywhere(&self) -> Result<Tx, Error> {
        self.begin(|| "BEGIN".to_owned(), None).await
    }

    async fn begin(
        &self,
        postgres: impl FnOnce() -> String,
        place: Option<Place>,
    ) -> Result<Tx, Error> {
        match &self.engine {
            // Immediate: a transaction that reads first and writes later would be refused where another wrote between.
            Engine::Sqlite { writer, .. } => {
                writer
                    .begin_with("BEGIN IMMEDIATE")
                    .await
                    .map(|transaction| Tx::SqliteWrite {
                        transaction,
                        _place: place,
                        rehearsal: false,
                    })
            }
            Engine::Postgres(pool) => {
                // The request log is written at its own pace, and makes nothing else grow.
                if place.is_some() {
                    analyze_in_time(pool);
                }
                pool.begin_with(AssertSqlSafe(postgres()))
                    .await
                    .map(|transaction| Tx::PostgresWrite {
                        transaction,
                        _place: place,
                        rehearsal: false,
                    })
            }
        }
        .map_err(failed)
    }

    /// Closes every connection, so that SQLite puts its log away.
    pub(crate) async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

impl Engine {
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
                .statement_cache_capacity(STATEMENTS)
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
            // Half of them are for who reads at length.
            let readers = pool(8)
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
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(5))
            .idle_timeout(None)
            .max_lifetime(None)
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
}

/// How many prepared statements a connection keeps: more than there are, so that none is prepared twice.
const STATEMENTS: usize = 512;

/// How many transactions this process has begun to write in.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Lets PostgreSQL look at the tables that grow each time the number of writes has doubled.
///
/// A statement that was prepared while they were empty keeps a plan for empty tables; new statistics make it think
/// again. The server's own analysis comes a minute after 50 rows have changed, which in a first synchronization is late.
fn analyze_in_time(pool: &PgPool) {
    let written = WRITTEN.fetch_add(1, Ordering::Relaxed) + 1;
    if written < 128 || !written.is_power_of_two() {
        return;
    }
    let pool = pool.clone();
    tokio::spawn(async move {
        let analyzed =
            sqlx::query("ANALYZE accounts, members, groups, group_members, group_ancestors, member_values, events, event_order, request_log, request_log_subjects")
                .execute(&pool)
                .await;
        if let Err(error) = analyzed {
            tracing::info!(%error, "the tables could not be analyzed; the server will do it");
        }
    });
}
