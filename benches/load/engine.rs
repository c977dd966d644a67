//! The two engines, opened as the server opens them: the limits that it is compared with go through the same driver.

use std::str::FromStr as _;
use std::time::Duration;

use anyhow::{Context as _, Result};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgPool, SqlitePool};

/// A database, opened with the options of `src/store/db/mod.rs`.
#[derive(Clone)]
pub(crate) enum Engine {
    /// One writer, and readers beside it.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Those that only read.
        readers: SqlitePool,
    },
    /// Many connections.
    Postgres(PgPool),
}

impl Engine {
    /// Opens a database that is there.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                .pragma("secure_delete", "ON")
                .disable_statement_logging();
            let pool = |connections| {
                SqlitePoolOptions::new()
                    .max_connections(connections)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .test_before_acquire(false)
            };
            return Ok(Self::Sqlite {
                writer: pool(1).connect_with(options.clone()).await?,
                readers: pool(4).connect_with(options).await?,
            });
        }
        let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .context("cannot reach the PostgreSQL server")?;
        Ok(Self::Postgres(pool))
    }

    /// Runs statements that give nothing: the first text on SQLite, the second on PostgreSQL.
    pub(crate) async fn run(&self, sqlite: &str, postgres: &str) -> Result<()> {
        match self {
            Self::Sqlite { writer, .. } => {
                sqlx::raw_sql(AssertSqlSafe(sqlite.to_owned()))
                    .execute(writer)
                    .await?;
            }
            Self::Postgres(pool) => {
                sqlx::raw_sql(AssertSqlSafe(postgres.to_owned()))
                    .execute(pool)
                    .await?;
            }
        }
        Ok(())
    }

    /// What the engine calls itself.
    pub(crate) async fn version(&self) -> Result<String> {
        let (version,): (String,) = match self {
            Self::Sqlite { readers, .. } => {
                sqlx::query_as("SELECT 'SQLite ' || sqlite_version()")
                    .fetch_one(readers)
                    .await?
            }
            Self::Postgres(pool) => {
                sqlx::query_as(
                    "SELECT 'PostgreSQL ' || current_setting('server_version')
                        || ', synchronous_commit=' || current_setting('synchronous_commit')
                        || ', fsync=' || current_setting('fsync')",
                )
                .fetch_one(pool)
                .await?
            }
        };
        Ok(version)
    }

    /// Closes every connection.
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

/// Makes an empty database beside the one that the URL names, and gives its URL.
pub(crate) async fn create_database(url: &str, name: &str) -> Result<String> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect(url)
        .await
        .context("cannot reach the PostgreSQL server")?;
    sqlx::raw_sql(AssertSqlSafe(format!(
        "DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    )))
    .execute(&pool)
    .await?;
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&pool)
        .await?;
    pool.close().await;
    let mut url = url::Url::parse(url)?;
    url.set_path(name);
    Ok(url.into())
}

/// What a pool has.
pub(crate) trait PoolOf {
    /// A connection of it.
    type Connection;
    /// A row that it reads.
    type Row;
}

impl PoolOf for sqlx::SqlitePool {
    type Connection = sqlx::SqliteConnection;
    type Row = sqlx::sqlite::SqliteRow;
}

impl PoolOf for sqlx::PgPool {
    type Connection = sqlx::PgConnection;
    type Row = sqlx::postgres::PgRow;
}
