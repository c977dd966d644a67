//! A database for one test: a file in its folder, or one of its own in a PostgreSQL server.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};

/// Where a test's rows are.
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres { server: String, name: String },
}

impl Database {
    /// An empty one.
    #[expect(
        clippy::disallowed_methods,
        reason = "these tests are no part of the server"
    )]
    pub(crate) async fn make(folder: &Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
            return Self::Sqlite(folder.join("rollright.db"));
        };
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rollright_it_{}_{count}", std::process::id());
        // A process of this number may have been killed before it could clean up.
        on_server(
            &server,
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .await;
        on_server(
            &server,
            format!("CREATE DATABASE {name} TEMPLATE template0"),
        )
        .await;
        Self::Postgres { server, name }
    }

    /// The URL that the program takes.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres { server, name } => {
                let (server, options) = match server.split_once('?') {
                    Some((server, options)) => (server, format!("?{options}")),
                    None => (server.as_str(), String::new()),
                };
                let (before, _) = server.rsplit_once('/').unwrap();
                format!("{before}/{name}{options}")
            }
        }
    }

    /// The one text column of every row that a statement gives, past the server.
    pub(crate) async fn texts(&self, sql: &'static str, values: &[&str]) -> Vec<String> {
        match self {
            Self::Sqlite(_) => {
                let mut connection = SqliteConnection::connect(&self.url()).await.unwrap();
                let mut query = sqlx::query(sql);
                for value in values {
                    query = query.bind((*value).to_owned());
                }
                let rows = query.fetch_all(&mut connection).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
            Self::Postgres { .. } => {
                let mut connection = PgConnection::connect(&self.url()).await.unwrap();
                let mut query = sqlx::query(sql);
                for value in values {
                    query = query.bind((*value).to_owned());
                }
                let rows = query.fetch_all(&mut connection).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
        }
    }

    /// Keeps everybody from writing in an organization, on PostgreSQL, until what this gives is dropped.
    pub(crate) async fn hold_organization(&self, organization: i64) -> PgConnection {
        let mut connection = PgConnection::connect(&self.url()).await.unwrap();
        sqlx::query("SELECT pg_advisory_lock($1)")
            .bind(organization)
            .execute(&mut connection)
            .await
            .unwrap();
        connection
    }

    /// Returns as soon as so many connections to PostgreSQL wait for somebody.
    pub(crate) async fn until_somebody_waits(&self, many: i64) {
        let mut connection = PgConnection::connect(&self.url()).await.unwrap();
        let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for _ in 0..20_000 {
            let waiting: i64 = sqlx::query_scalar(sql)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            if waiting >= many {
                return;
            }
        }
        panic!("nobody waits");
    }

    /// Changes rows past the server; how many.
    pub(crate) async fn execute(&self, sql: &'static str) -> u64 {
        match self {
            Self::Sqlite(_) => {
                let mut connection = SqliteConnection::connect(&self.url()).await.unwrap();
                let done = sqlx::query(sql).execute(&mut connection).await.unwrap();
                done.rows_affected()
            }
            Self::Postgres { .. } => {
                let mut connection = PgConnection::connect(&self.url()).await.unwrap();
                let done = sqlx::query(sql).execute(&mut connection).await.unwrap();
                done.rows_affected()
            }
        }
    }
}

async fn on_server(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::query(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres { server, name } = self {
            let server = server.clone();
            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            // A thread of its own: a runtime cannot be waited for inside another.
            let dropped = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(on_server(&server, sql));
            });
            if dropped.join().is_err() {
                eprintln!("the database {name} stays behind");
            }
        }
    }
}
