//! The least that the same work costs through the same driver: a statement, a transaction, and nothing around it.

use anyhow::Result;
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use crate::driver::Caller;
use crate::engine::{Engine, PoolOf};
use crate::seed::{self, ORGANIZATION};

/// The columns of a member that the server reads.
macro_rules! columns {
    () => {
        "id, number, account_id, user_name, external_id, active, attributes, role, role_source, version, created_at, modified_at"
    };
}

/// What is the same on both engines but for types: how an id is bound, the bytes of a value, and the moment.
macro_rules! statements {
    ($engine:ident, $pool:ty, $id:expr, $bytes:expr, $now:literal) => {
        mod $engine {
            use super::*;
            use sqlx::Row as _;

            pub(super) async fn member(pool: &$pool, id: Uuid) -> Result<Vec<u8>> {
                let row = sqlx::query(concat!(
                    "SELECT ", columns!(), " FROM members WHERE organization_id = $1 AND id = $2"
                ))
                .bind(ORGANIZATION)
                .bind($id(id))
                .fetch_one(pool)
                .await?;
                Ok($bytes(row.try_get_raw("attributes")?)?.to_vec())
            }

            pub(super) async fn page(pool: &$pool, after: Uuid) -> Result<Vec<u8>> {
                let rows = sqlx::query(concat!(
                    "SELECT ", columns!(),
                    " FROM members WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT 100"
                ))
                .bind(ORGANIZATION)
                .bind($id(after))
                .fetch_all(pool)
                .await?;
                attributes(&rows)
            }

            pub(super) async fn members(pool: &$pool, offset: i64, role: Option<i16>) -> Result<Vec<u8>> {
                let sql = match role {
                    None => concat!(
                        "SELECT ", columns!(),
                        " FROM members WHERE organization_id = $1 ORDER BY number LIMIT 100 OFFSET $2"
                    ),
                    Some(_) => concat!(
                        "SELECT ", columns!(),
                        " FROM members WHERE organization_id = $1 AND role = $3 ORDER BY number LIMIT 100 OFFSET $2"
                    ),
                };
                let mut query = sqlx::query(sql).bind(ORGANIZATION).bind(offset);
                if let Some(role) = role {
                    query = query.bind(role);
                }
                attributes(&query.fetch_all(pool).await?)
            }

            pub(super) async fn named(pool: &$pool, beginning: &str) -> Result<Vec<u8>> {
                let rows = sqlx::query(concat!(
                    "SELECT ", columns!(),
                    " FROM members WHERE organization_id = $1 AND user_name_key >= $2 AND user_name_key < $3
                     ORDER BY number LIMIT 100"
                ))
                .bind(ORGANIZATION)
                .bind(beginning)
                .bind(format!("{beginning}\u{10ffff}"))
                .fetch_all(pool)
                .await?;
                attributes(&rows)
            }

            fn attributes(rows: &[<$pool as PoolOf>::Row]) -> Result<Vec<u8>> {
                let mut body = Vec::new();
                for row in rows {
                    body.extend($bytes(row.try_get_raw("attributes")?)?);
                }
                Ok(body)
            }

            pub(super) async fn create(pool: &$pool, number: usize, person: &Value) -> Result<()> {
                let (account, member, event) =
                    (seed::fresh(0x9000), seed::fresh(0x8000), seed::fresh(0xb000));
                let name = format!("bare{number}@example.com");
                let mut tx = pool.begin().await?;
                sqlx::query(concat!(
                    "INSERT INTO accounts (id, email, email_key, home_organization_id, created_at)
                     VALUES ($1, $2, $2, $3, ", $now, ")"
                ))
                .bind($id(account))
                .bind(&name)
                .bind(ORGANIZATION)
                .execute(&mut *tx)
                .await?;
                sqlx::query(concat!(
                    "INSERT INTO members (organization_id, id, account_id, user_name, user_name_key, external_id,
                        email_key, display_name, active, attributes, suspended, base_role, held_mapped_role, role,
                        role_source, version, created_at, modified_at)
                     VALUES ($1, $2, $3, $4, $4, $4, $4, $4, $5, $6, $7, 1, $7, 1, 0, 1, ", $now, ", ", $now, ")"
                ))
                .bind(ORGANIZATION)
                .bind($id(member))
                .bind($id(account))
                .bind(&name)
                .bind(true)
                .bind(Json(person))
                .bind(false)
                .execute(&mut *tx)
                .await?;
                record(&mut tx, event, member, "member.created").await?;
                details(&mut tx, event, member, person).await?;
                Ok(tx.commit().await?)
            }

            pub(super) async fn patch(pool: &$pool, member: Uuid, active: bool) -> Result<()> {
                let (changed, derived) = (seed::fresh(0xb000), seed::fresh(0xb000));
                let mut tx = pool.begin().await?;
                sqlx::query(concat!(
                    "UPDATE members SET active = $3, role = $4, version = version + 1, modified_at = ", $now,
                    " WHERE organization_id = $1 AND id = $2 RETURNING ", columns!()
                ))
                .bind(ORGANIZATION)
                .bind($id(member))
                .bind(active)
                .bind(if active { 1_i16 } else { -1 })
                .fetch_all(&mut *tx)
                .await?;
                record(&mut tx, changed, member, "member.changed").await?;
                details(&mut tx, changed, member, &json!({ "active": active })).await?;
                record(&mut tx, derived, member, "member.role_changed").await?;
                Ok(tx.commit().await?)
            }

            pub(super) async fn group(pool: &$pool, number: usize, members: &[Uuid]) -> Result<()> {
                let (group, event) = (seed::fresh(0xa000), seed::fresh(0xb000));
                let mut tx = pool.begin().await?;
                sqlx::query(concat!(
                    "INSERT INTO groups (organization_id, id, display_name, display_name_key, version, created_at, modified_at)
                     VALUES ($1, $2, $3, $3, 1, ", $now, ", ", $now, ")"
                ))
                .bind(ORGANIZATION)
                .bind($id(group))
                .bind(format!("bare {number}"))
                .execute(&mut *tx)
                .await?;
                sqlx::query(
                    "INSERT INTO group_members (organization_id, group_id, member_id)
                     SELECT $1, $2, value FROM json_each($3)",
                )
                .bind(ORGANIZATION)
                .bind($id(group))
                .bind(serde_json::to_string(members)?)
                .execute(&mut *tx)
                .await?;
                record(&mut tx, event, group, "group.created").await?;
                Ok(tx.commit().await?)
            }

            pub(super) async fn membership(
                pool: &$pool,
                group: Uuid,
                member: Uuid,
                change: &'static str,
            ) -> Result<()> {
                let mut tx = pool.begin().await?;
                sqlx::query(concat!(
                    "UPDATE groups SET version = version + 1, modified_at = ", $now,
                    " WHERE organization_id = $1 AND id = $2"
                ))
                .bind(ORGANIZATION)
                .bind($id(group))
                .execute(&mut *tx)
                .await?;
                sqlx::query(change)
                    .bind(ORGANIZATION)
                    .bind($id(group))
                    .bind($id(member))
                    .execute(&mut *tx)
                    .await?;
                record(&mut tx, seed::fresh(0xb000), group, "group.changed").await?;
                Ok(tx.commit().await?)
            }

            pub(super) async fn session(pool: &$pool, number: usize, member: Uuid) -> Result<()> {
                let mut tx = pool.begin().await?;
                sqlx::query(concat!(
                    "INSERT INTO sessions (hash, organization_id, member_id, created_at, expires_at)
                     VALUES ($1, $2, $3, ", $now, ", ", $now, ")"
                ))
                .bind(format!("bare {number}"))
                .bind(ORGANIZATION)
                .bind($id(member))
                .execute(&mut *tx)
                .await?;
                let event = seed::fresh(0xb000);
                record(&mut tx, event, member, "member.signed_in").await?;
                sqlx::query("INSERT INTO events_unordered (event_id) VALUES ($1)")
                    .bind($id(event))
                    .execute(&mut *tx)
                    .await?;
                // As long as a trace is.
                details(&mut tx, event, member, &json!({ "trace": "x".repeat(2_000) })).await?;
                Ok(tx.commit().await?)
            }

            async fn record(
                tx: &mut <$pool as PoolOf>::Connection,
                event: Uuid,
                subject: Uuid,
                kind: &str,
            ) -> Result<()> {
                sqlx::query(concat!(
                    "INSERT INTO events (id, organization_id, at, kind, actor_kind, subject, request_id, facts)
                     VALUES ($1, $2, ", $now, ", $3, 'scim_token', $4, '0123456789abcdef-1', $5)"
                ))
                .bind($id(event))
                .bind(ORGANIZATION)
                .bind(kind)
                .bind(subject.to_string())
                .bind(Json(json!({ "role": "AN", "active": true })))
                .execute(tx)
                .await?;
                Ok(())
            }

            async fn details(
                tx: &mut <$pool as PoolOf>::Connection,
                event: Uuid,
                member: Uuid,
                details: &Value,
            ) -> Result<()> {
                sqlx::query(
                    "INSERT INTO event_details (organization_id, member_id, event_id, details) VALUES ($1, $2, $3, $4)",
                )
                .bind(ORGANIZATION)
                .bind($id(member))
                .bind($id(event))
                .bind(Json(details))
                .execute(tx)
                .await?;
                Ok(())
            }
        }
    };
}

statements!(
    sqlite,
    sqlx::SqlitePool,
    |id: Uuid| id.to_string(),
    |value| <&[u8] as sqlx::Decode<sqlx::Sqlite>>::decode(value).map_err(anyhow::Error::from_boxed),
    "1700000000000"
);
statements!(
    postgres,
    sqlx::PgPool,
    |id: Uuid| id,
    // The first byte of JSONB tells its version.
    |value: sqlx::postgres::PgValueRef<'_>| value
        .as_bytes()
        .map(|bytes| bytes[1..].to_vec())
        .map_err(anyhow::Error::from_boxed),
    "now()"
);

/// Runs the same function on whichever engine it is.
macro_rules! on {
    ($engine:expr, $pool:ident, $function:ident ( $($argument:expr),* )) => {
        match $engine {
            Engine::Sqlite { $pool, .. } => sqlite::$function($pool, $($argument),*).await,
            Engine::Postgres(pool) => postgres::$function(pool, $($argument),*).await,
        }
    };
}

/// The attributes of one member, read by id with everything else in the row.
pub(crate) async fn member(engine: &Engine, id: Uuid) -> Result<Vec<u8>> {
    on!(engine, readers, member(id))
}

/// The attributes of the hundred members after this one.
pub(crate) async fn page(engine: &Engine, after: Uuid) -> Result<Vec<u8>> {
    on!(engine, readers, page(after))
}

/// The attributes of a hundred members from this one on, by number.
pub(crate) async fn members(engine: &Engine, offset: i64) -> Result<Vec<u8>> {
    on!(engine, readers, members(offset, None))
}

/// The same of Managers alone.
pub(crate) async fn managers(engine: &Engine, offset: i64) -> Result<Vec<u8>> {
    on!(engine, readers, members(offset, Some(3)))
}

/// The attributes of the members whose name begins so.
pub(crate) async fn named(engine: &Engine, beginning: &str) -> Result<Vec<u8>> {
    on!(engine, readers, named(beginning))
}

/// What a bare caller writes again and again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    /// Account, member, event and its details.
    Create,
    /// A member's row, two events and details.
    Patch,
    /// A group, a hundred rows of it, an event.
    Group,
    /// A group's version, one row of it, an event; then the row goes again.
    Membership,
    /// A session, an event that waits for its number, and what stands for the trace.
    Session,
}

/// A caller that writes without HTTP, from this process.
pub(crate) struct Bare {
    engine: Engine,
    write: Write,
    /// Tells callers apart, so that no two write the same.
    numbers: Box<dyn Iterator<Item = usize> + Send>,
    person: Value,
    joined: Option<Uuid>,
}

impl Bare {
    /// A caller that uses these numbers.
    pub(crate) fn new(
        engine: &Engine,
        write: Write,
        numbers: impl Iterator<Item = usize> + Send + 'static,
    ) -> Result<Self> {
        Ok(Self {
            engine: engine.clone(),
            write,
            numbers: Box::new(numbers),
            person: serde_json::from_str(seed::ATTRIBUTES)?,
            joined: None,
        })
    }
}

impl Caller for Bare {
    async fn step(&mut self, over: bool) -> Result<Option<usize>> {
        if let Some(member) = self.joined.take() {
            let leave = "DELETE FROM group_members WHERE organization_id = $1 AND group_id = $2 AND member_id = $3";
            on!(
                &self.engine,
                writer,
                membership(seed::group(1), member, leave)
            )?;
            return Ok(Some(1));
        }
        let Some(number) = self.numbers.next().filter(|_| !over) else {
            return Ok(None);
        };
        match self.write {
            Write::Create => on!(&self.engine, writer, create(number, &self.person))?,
            Write::Patch => {
                let member = seed::member(1 + number % 10_000);
                on!(
                    &self.engine,
                    writer,
                    patch(member, number / 10_000 % 2 == 1)
                )?;
            }
            Write::Session => {
                let member = seed::member(1 + number % 1_000);
                on!(&self.engine, writer, session(number, member))?;
            }
            Write::Group => {
                let members: Vec<Uuid> = (0..100)
                    .map(|at| seed::member(1 + (number * 100 + at) % 10_000))
                    .collect();
                on!(&self.engine, writer, group(number, &members))?;
            }
            Write::Membership => {
                let member = seed::outsider(number);
                let join = "INSERT INTO group_members (organization_id, group_id, member_id) VALUES ($1, $2, $3)";
                on!(
                    &self.engine,
                    writer,
                    membership(seed::group(1), member, join)
                )?;
                self.joined = Some(member);
            }
        }
        Ok(Some(0))
    }
}
