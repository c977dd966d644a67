//! Inserting many rows, and rows into several tables at once.

use std::fmt::Write as _;

use sqlx::AssertSqlSafe;

use super::Bind;
use super::transaction::{Connection, Tx, failed, postgres, sqlite};
use crate::domain::error::Error;

/// How many rows one statement inserts: SQLite takes 32,766 values, PostgreSQL 65,535.
const CHUNK: usize = 500;

/// Up to so many rows, the statement that inserts them is kept prepared.
const FEW: usize = 8;

/// Rows for one table.
pub(crate) struct Insertion<'a> {
    /// `INSERT INTO table (columns) VALUES`.
    pub(crate) into: &'static str,
    /// Each has one value a column.
    pub(crate) rows: Vec<Vec<Box<dyn Bind + 'a>>>,
    /// What stands behind the values, such as `ON CONFLICT … DO NOTHING`.
    pub(crate) otherwise: &'static str,
}

impl Insertion<'_> {
    fn rows(&self) -> Vec<Vec<&dyn Bind>> {
        let rows = self.rows.iter();
        rows.map(|row| row.iter().map(|value| &**value as &dyn Bind).collect())
            .collect()
    }
}

impl Tx {
    /// Inserts many rows, a few hundred in a statement: 10,000 rows one by one took 763 ms on PostgreSQL, so 123 ms.
    ///
    /// `into` is `INSERT INTO table (columns) VALUES`; each row has one value a column.
    pub(crate) async fn insert_rows(
        &mut self,
        into: &'static str,
        rows: &[Vec<&dyn Bind>],
    ) -> Result<(), Error> {
        self.insert_chunks(into, rows, "").await
    }

    /// Inserts rows into several tables, where the later may refer to the earlier.
    ///
    /// The SQL differs: PostgreSQL takes all in one statement, which saves trips in most requests that write; SQLite has
    /// no such statement, and no trip to save.
    pub(crate) async fn insert_all(&mut self, tables: &[Insertion<'_>]) -> Result<(), Error> {
        let few = tables.iter().all(|table| table.rows.len() <= CHUNK);
        if !few || !matches!(self, Self::PostgresWrite { .. }) {
            for table in tables {
                self.insert_chunks(table.into, &table.rows(), table.otherwise)
                    .await?;
            }
            return Ok(());
        }
        let mut parts = Vec::new();
        let mut values: Vec<&dyn Bind> = Vec::new();
        for table in tables.iter().filter(|table| !table.rows.is_empty()) {
            let rows = table.rows();
            let place = numbered(values.len() + 1);
            parts.push(insertion(table.into, &rows, table.otherwise, place));
            values.extend(rows.into_iter().flatten());
        }
        let Some(last) = parts.pop() else {
            return Ok(());
        };
        let mut sql = String::new();
        for (at, part) in parts.iter().enumerate() {
            sql.push_str(if at == 0 { "WITH " } else { ", " });
            let _ = write!(sql, "part_{at} AS ({part})");
        }
        sql.push(' ');
        sql.push_str(&last);
        self.execute(AssertSqlSafe(sql), &values).await?;
        Ok(())
    }

    async fn insert_chunks(
        &mut self,
        into: &'static str,
        rows: &[Vec<&dyn Bind>],
        otherwise: &'static str,
    ) -> Result<(), Error> {
        for chunk in rows.chunks(CHUNK) {
            let values: Vec<&dyn Bind> = chunk.iter().flatten().copied().collect();
            // A statement of many rows is seldom met again: kept, it would push out those that are.
            let kept = chunk.len() <= FEW;
            match self.connection() {
                Connection::Sqlite(connection) => {
                    let sql = insertion(into, chunk, otherwise, || "?".to_owned());
                    let values = sqlite(&values).map_err(failed)?;
                    let insert = sqlx::query_with(AssertSqlSafe(sql), values);
                    insert.persistent(kept).execute(connection).await.map(drop)
                }
                Connection::Postgres(connection) => {
                    let sql = insertion(into, chunk, otherwise, numbered(1));
                    let values = postgres(&values).map_err(failed)?;
                    let insert = sqlx::query_with(AssertSqlSafe(sql), values);
                    insert.persistent(kept).execute(connection).await.map(drop)
                }
            }
            .map_err(failed)?;
        }
        Ok(())
    }
}

/// The statement that inserts these rows.
///
/// The SQL differs: SQLite takes `$1` for a name, and compares each name with all before it, so that a statement of
/// thousands of values took milliseconds to read.
fn insertion(
    into: &str,
    rows: &[Vec<&dyn Bind>],
    otherwise: &str,
    mut place: impl FnMut() -> String,
) -> String {
    let mut sql = into.to_owned();
    for (at, row) in rows.iter().enumerate() {
        sql.push_str(if at == 0 { " (" } else { ", (" });
        for column in 0..row.len() {
            if column > 0 {
                sql.push_str(", ");
            }
            sql.push_str(&place());
        }
        sql.push(')');
    }
    sql.push(' ');
    sql.push_str(otherwise);
    sql
}

/// `$next` and so on.
fn numbered(mut next: usize) -> impl FnMut() -> String {
    move || {
        next += 1;
        format!("${}", next - 1)
    }
}
