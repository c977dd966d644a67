//! Connections: the SAML set-ups of organizations.

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::Tx;
use crate::domain::connection::Connection;
use crate::domain::error::Error;
use crate::domain::{ConnectionId, OrganizationId};

#[derive(FromRow)]
struct ConnectionRow {
    organization_id: OrganizationId,
    id: ConnectionId,
    token: String,
    domain: String,
    idp_provider: String,
    metadata_xml: String,
    metadata_url: String,
    entity_id: String,
    sso_url: String,
    certificates: Json<Vec<String>>,
    mapping_email: String,
    mapping_first_name: String,
    mapping_last_name: String,
    mapping_groups: String,
    split_groups: bool,
}

impl From<ConnectionRow> for Connection {
    fn from(row: ConnectionRow) -> Self {
        Self {
            organization: row.organization_id,
            id: row.id,
            token: row.token,
            domain: row.domain,
            idp_provider: row.idp_provider,
            metadata_xml: row.metadata_xml,
            metadata_url: row.metadata_url,
            entity_id: row.entity_id,
            sso_url: row.sso_url,
            certificates: row.certificates.0,
            mapping_email: row.mapping_email,
            mapping_first_name: row.mapping_first_name,
            mapping_last_name: row.mapping_last_name,
            mapping_groups: row.mapping_groups,
            split_groups: row.split_groups,
        }
    }
}

/// The connection that a URL names.
pub(crate) async fn find_by_token(tx: &mut Tx, token: &str) -> Result<Option<Connection>, Error> {
    let row: Option<ConnectionRow> = tx
        .fetch_optional(
            "SELECT organization_id, id, token, domain, idp_provider, metadata_xml, metadata_url, entity_id, sso_url, certificates,
                mapping_email, mapping_first_name, mapping_last_name, mapping_groups, split_groups
             FROM connections WHERE token = $1",
            &[&token],
        )
        .await?;
    Ok(row.map(Connection::from))
}

/// The connection of an organization.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Option<Connection>, Error> {
    let row: Option<ConnectionRow> = tx
        .fetch_optional(
            "SELECT organization_id, id, token, domain, idp_provider, metadata_xml, metadata_url, entity_id, sso_url, certificates,
                mapping_email, mapping_first_name, mapping_last_name, mapping_groups, split_groups
             FROM connections WHERE organization_id = $1 ORDER BY id LIMIT 1",
            &[&organization],
        )
        .await?;
    Ok(row.map(Connection::from))
}

/// Writes a connection, new or changed.
pub(crate) async fn save(tx: &mut Tx, connection: &Connection) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO connections (organization_id, id, token, domain, idp_provider, metadata_xml, metadata_url, entity_id,
            sso_url, certificates, mapping_email, mapping_first_name, mapping_last_name, mapping_groups, split_groups)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (organization_id, id) DO UPDATE SET domain = $4, idp_provider = $5, metadata_xml = $6, metadata_url = $7,
            entity_id = $8, sso_url = $9, certificates = $10, mapping_email = $11, mapping_first_name = $12,
            mapping_last_name = $13, mapping_groups = $14, split_groups = $15",
        &[
            &connection.organization,
            &connection.id,
            &connection.token,
            &connection.domain,
            &connection.idp_provider,
            &connection.metadata_xml,
            &connection.metadata_url,
            &connection.entity_id,
            &connection.sso_url,
            &Json(connection.certificates.clone()),
            &connection.mapping_email,
            &connection.mapping_first_name,
            &connection.mapping_last_name,
            &connection.mapping_groups,
            &connection.split_groups,
        ],
    )
    .await?;
    Ok(())
}
