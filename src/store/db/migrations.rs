//! The schema, brought up to date at start under a lock.

use anyhow::{Context, bail};
use sqlx::migrate::{MigrateError, Migrator};

use super::Engine;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

impl Engine {
    /// Applies what is missing. One process at a time: PostgreSQL by an advisory lock, SQLite by a lock file.
    pub(super) async fn migrate(&self) -> anyhow::Result<()> {
        let done = match self {
            Self::Sqlite { writer, .. } => {
                let options = writer.connect_options();
                let path = options.get_filename().with_extension("migration-lock");
                let lock = tokio::task::spawn_blocking(move || -> anyhow::Result<std::fs::File> {
                    let file = std::fs::File::create(&path)
                        .with_context(|| format!("cannot create {}", path.display()))?;
                    file.lock()
                        .with_context(|| format!("cannot lock {}", path.display()))?;
                    Ok(file)
                })
                .await??;
                let done = SQLITE.run(writer).await;
                drop(lock);
                done
            }
            Self::Postgres(pool) => POSTGRES.run(pool).await,
        };
        match done {
            Ok(()) => Ok(()),
            Err(MigrateError::VersionMissing(version)) => bail!(
                "the database has schema version {version}, which this version of rollright does not know; start the newer version that wrote it"
            ),
            Err(error) => Err(error).context("cannot bring the database schema up to date"),
        }
    }
}
