//! Connections: the set-ups by which an organization's people sign in.

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::Tx;
use crate::domain::connection::{AttributeNames, Connection, Protocol};
use crate::domain::error::Error;
use crate::domain::{ConnectionId, OrganizationId, Timestamp};

#[derive(FromRow)]
struct ConnectionRow {
    organization_id: OrganizationId,
    id: ConnectionId,
    token: String,
    name: String,
    enabled: bool,
    just_in_time: bool,
    domain: String,
    idp_provider: String,
    mapping_email: String,
    mapping_first_name: String,
    mapping_last_name: String,
    mapping_groups: String,
    split_groups: bool,
    settings: Json<Protocol>,
    metadata_due: Option<Timestamp>,
}

impl From<ConnectionRow> for Connection {
    fn from(row: ConnectionRow) -> Self {
        let mut protocol = row.settings.0;
        if let Protocol::Saml(saml) = &mut protocol {
            saml.metadata_due = row.metadata_due;
        }
        Self {
            organization: row.organization_id,
            id: row.id,
            token: row.token,
            name: row.name,
            enabled: row.enabled,
            just_in_time: row.just_in_time,
            domain: row.domain,
            idp_provider: row.idp_provider,
            attributes: AttributeNames {
                email: row.mapping_email,
                first_name: row.mapping_first_name,
                last_name: row.mapping_last_name,
                groups: row.mapping_groups,
                split_groups: row.split_groups,
            },
            protocol,
        }
    }
}

/// The connection that a URL names.
pub(crate) async fn find_by_token(tx: &mut Tx, token: &str) -> Result<Option<Connection>, Error> {
    let row: Option<ConnectionRow> = tx
        .fetch_optional(
            "SELECT organization_id, id, token, name, enabled, just_in_time, domain, idp_provider,
                mapping_email, mapping_first_name, mapping_last_name, mapping_groups, split_groups, settings,
                metadata_due
             FROM connections WHERE token = $1",
            &[&token],
        )
        .await?;
    Ok(row.map(Connection::from))
}

/// One connection of an organization.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<Option<Connection>, Error> {
    let row: Option<ConnectionRow> = tx
        .fetch_optional(
            "SELECT organization_id, id, token, name, enabled, just_in_time, domain, idp_provider,
                mapping_email, mapping_first_name, mapping_last_name, mapping_groups, split_groups, settings,
                metadata_due
             FROM connections WHERE organization_id = $1 AND id = $2",
            &[&organization, &id],
        )
        .await?;
    Ok(row.map(Connection::from))
}

/// The connections of an organization, oldest first.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Vec<Connection>, Error> {
    let rows: Vec<ConnectionRow> = tx
        .fetch_all(
            "SELECT organization_id, id, token, name, enabled, just_in_time, domain, idp_provider,
                mapping_email, mapping_first_name, mapping_last_name, mapping_groups, split_groups, settings,
                metadata_due
             FROM connections WHERE organization_id = $1 ORDER BY id",
            &[&organization],
        )
        .await?;
    Ok(rows.into_iter().map(Connection::from).collect())
}

/// Writes a connection, new or changed.
pub(crate) async fn save(tx: &mut Tx, connection: &Connection) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO connections (organization_id, id, token, name, enabled, just_in_time, domain, idp_provider,
            mapping_email, mapping_first_name, mapping_last_name, mapping_groups, split_groups, settings,
            metadata_due)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (organization_id, id) DO UPDATE SET name = $4, enabled = $5, just_in_time = $6, domain = $7,
            idp_provider = $8, mapping_email = $9, mapping_first_name = $10, mapping_last_name = $11, mapping_groups = $12,
            split_groups = $13, settings = $14, metadata_due = $15",
        &[
            &connection.organization,
            &connection.id,
            &connection.token,
            &connection.name,
            &connection.enabled,
            &connection.just_in_time,
            &connection.domain,
            &connection.idp_provider,
            &connection.attributes.email,
            &connection.attributes.first_name,
            &connection.attributes.last_name,
            &connection.attributes.groups,
            &connection.attributes.split_groups,
            &Json(connection.protocol.clone()),
            &connection.saml().and_then(|saml| saml.metadata_due),
        ],
    )
    .await?;
    Ok(())
}

/// Takes the turn to fetch the metadata of a connection that is due, and puts it off until then; which one.
pub(crate) async fn take_due(
    tx: &mut Tx,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<(OrganizationId, ConnectionId)>, Error> {
    tx.fetch_optional(
        "UPDATE connections SET metadata_due = $2, metadata_asked = $1
         WHERE metadata_due <= $1 AND (organization_id, id) IN (
            SELECT organization_id, id FROM connections WHERE metadata_due <= $1 ORDER BY metadata_due LIMIT 1)
         RETURNING organization_id, id",
        &[&now, &until],
    )
    .await
}

/// Takes the turn to fetch the metadata of a connection that has a URL for it, if nobody has since then.
pub(crate) async fn take_turn(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    now: Timestamp,
    since: Timestamp,
) -> Result<bool, Error> {
    let rows = tx
        .execute(
            "UPDATE connections SET metadata_asked = $3
             WHERE organization_id = $1 AND id = $2 AND metadata_due IS NOT NULL
                AND (metadata_asked IS NULL OR metadata_asked < $4)",
            &[&connection.0, &connection.1, &now, &since],
        )
        .await?;
    Ok(rows == 1)
}

/// Deletes a connection, and with it what it has said of people and the sessions that were begun through it.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<(), Error> {
    for sql in [
        "DELETE FROM sessions WHERE organization_id = $1 AND connection_id = $2",
        "UPDATE domains SET connection_id = NULL, sso_required = FALSE WHERE organization_id = $1 AND connection_id = $2",
        "DELETE FROM connections WHERE organization_id = $1 AND id = $2",
    ] {
        tx.execute(sql, &[&organization, &id]).await?;
    }
    Ok(())
}
