//! Keys of our own in connections.

use sqlx::FromRow;

use super::db::Tx;
use crate::domain::connection::OwnKey;
use crate::domain::error::Error;
use crate::domain::{ConnectionId, KeyId, OrganizationId, Timestamp};

#[derive(FromRow)]
struct Row {
    id: KeyId,
    certificate: String,
    sealed_key: String,
    signs: bool,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl From<Row> for OwnKey {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            certificate: row.certificate,
            sealed: row.sealed_key,
            signs: row.signs,
            created: row.created_at,
            expires: row.expires_at,
        }
    }
}

/// The keys of a connection, oldest first.
pub(crate) async fn list(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
) -> Result<Vec<OwnKey>, Error> {
    let rows: Vec<Row> = tx
        .fetch_all(
            "SELECT id, certificate, sealed_key, signs, created_at, expires_at FROM connection_keys
             WHERE organization_id = $1 AND connection_id = $2 ORDER BY id",
            &[&connection.0, &connection.1],
        )
        .await?;
    Ok(rows.into_iter().map(OwnKey::from).collect())
}

/// Keeps a key.
pub(crate) async fn insert(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    key: &OwnKey,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO connection_keys (organization_id, connection_id, id, certificate, sealed_key, signs, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            &connection.0,
            &connection.1,
            &key.id,
            &key.certificate,
            &key.sealed,
            &key.signs,
            &key.created,
            &key.expires,
        ],
    )
    .await?;
    Ok(())
}

/// Has this key of a connection sign, and no other.
pub(crate) async fn let_sign(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    key: KeyId,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE connection_keys SET signs = (id = $3) WHERE organization_id = $1 AND connection_id = $2",
        &[&connection.0, &connection.1, &key],
    )
    .await?;
    Ok(())
}

/// Forgets a key.
pub(crate) async fn delete(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    key: KeyId,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM connection_keys WHERE organization_id = $1 AND connection_id = $2 AND id = $3",
        &[&connection.0, &connection.1, &key],
    )
    .await?;
    Ok(())
}
