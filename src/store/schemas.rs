//! Extensions that organizations define, and the values that may occur once.

use std::sync::Arc;

use sqlx::FromRow;

use super::db::{Attempt, Tx};
use super::inconsistent;
use crate::domain::error::Error;
use crate::domain::schema::{CustomSchema, Kind, Schema};
use crate::domain::{MemberId, OrganizationId, Timestamp};

#[derive(FromRow)]
struct SchemaRow {
    resource_type: String,
    required: bool,
    definition: String,
    created_at: Timestamp,
    modified_at: Timestamp,
}

impl TryFrom<SchemaRow> for CustomSchema {
    type Error = Error;

    fn try_from(row: SchemaRow) -> Result<Self, Error> {
        let kind = Kind::from_name(&row.resource_type)
            .ok_or_else(|| inconsistent("resource type", &row.resource_type))?;
        let schema = serde_json::from_str(&row.definition)
            .and_then(Schema::read)
            .map_err(|error| inconsistent("definition", error))?;
        Ok(Self {
            kind,
            required: row.required,
            schema: Arc::new(schema),
            created: row.created_at,
            modified: row.modified_at,
        })
    }
}

/// The extensions of an organization, by URN.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Vec<CustomSchema>, Error> {
    let rows: Vec<SchemaRow> = tx
        .fetch_all(
            "SELECT resource_type, required, definition, created_at, modified_at FROM scim_schemas
             WHERE organization_id = $1 ORDER BY urn_key",
            &[&organization],
        )
        .await?;
    rows.into_iter().map(CustomSchema::try_from).collect()
}

/// Keeps an extension; `false` where there is one with this URN.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    schema: &CustomSchema,
) -> Result<bool, Error> {
    let rows = tx
        .execute(
            "INSERT INTO scim_schemas
                (organization_id, urn_key, resource_type, required, definition, created_at, modified_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organization_id, urn_key) DO NOTHING",
            &[
                &organization,
                &schema.key(),
                &schema.kind.name(),
                &schema.required,
                &schema.schema.served.to_string(),
                &schema.created,
                &schema.modified,
            ],
        )
        .await?;
    Ok(rows == 1)
}

/// Writes another definition of an extension of the same kind.
pub(crate) async fn update(
    tx: &mut Tx,
    organization: OrganizationId,
    schema: &CustomSchema,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE scim_schemas SET required = $3, definition = $4, modified_at = $5
         WHERE organization_id = $1 AND urn_key = $2",
        &[
            &organization,
            &schema.key(),
            &schema.required,
            &schema.schema.served.to_string(),
            &schema.modified,
        ],
    )
    .await
}

/// Deletes an extension; what was kept of its unique values goes with it.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    key: &str,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM scim_schemas WHERE organization_id = $1 AND urn_key = $2",
        &[&organization, &key],
    )
    .await
}

/// Whether any member says something under this URN, which is in small letters. Looks at every member.
pub(crate) async fn is_used(
    tx: &mut Tx,
    organization: OrganizationId,
    key: &str,
) -> Result<bool, Error> {
    let named = serde_json::Value::from(key).to_string();
    let mut pattern = String::from("%");
    for c in named.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push_str(":%");
    for sql in [
        "SELECT CAST(COUNT(*) AS BIGINT) FROM
            (SELECT 1 FROM members WHERE organization_id = $1 AND LOWER(CAST(attributes AS TEXT)) LIKE $2 ESCAPE '!' LIMIT 1) AS found",
        "SELECT CAST(COUNT(*) AS BIGINT) FROM
            (SELECT 1 FROM held_members WHERE organization_id = $1 AND LOWER(CAST(attributes AS TEXT)) LIKE $2 ESCAPE '!' LIMIT 1) AS found",
    ] {
        let (found,): (i64,) = tx.fetch_one(sql, &[&organization, &pattern]).await?;
        if found > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives up the unique values of a member.
pub(crate) async fn release_values(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM unique_values WHERE organization_id = $1 AND member_id = $2",
        &[&organization, &member],
    )
    .await?;
    Ok(())
}

/// Takes a unique value; `Taken` where another member has it, `Missing` where the extension is gone by now. Who takes
/// several takes them in one order: of two that take the same, the later waits for the other's end.
pub(crate) async fn take_value(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    (key, attribute, hash): (&str, &str, &str),
) -> Result<Attempt<()>, Error> {
    let taken = tx
        .attempt(
            "INSERT INTO unique_values (organization_id, urn_key, attribute, hash, member_id)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization_id, urn_key, attribute, hash) DO NOTHING",
            &[&organization, &key, &attribute, &hash, &member],
        )
        .await?;
    Ok(match taken {
        Attempt::Done(1) => Attempt::Done(()),
        Attempt::Done(_) | Attempt::Taken => Attempt::Taken,
        Attempt::Missing => Attempt::Missing,
    })
}
