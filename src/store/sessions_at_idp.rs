//! Sessions as the IdP knows them: by whom, and under which name.

use sqlx::FromRow;

use super::db::Tx;
use crate::domain::error::Error;
use crate::domain::{ConnectionId, MemberId, OrganizationId};

/// A session that was begun through a connection.
#[derive(Debug, FromRow)]
pub(crate) struct AtIdp {
    /// The hash of what the browser presents.
    pub(crate) hash: String,
    /// Whose it is.
    pub(crate) member_id: MemberId,
    /// The IdP's name for it.
    pub(crate) idp_session: Option<String>,
    /// What a request to log out must carry, sealed.
    pub(crate) logout: Option<String>,
}

/// The session with this hash, where it was begun through this connection.
pub(crate) async fn find(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    hash: &str,
) -> Result<Option<AtIdp>, Error> {
    tx.fetch_optional(
        "SELECT hash, member_id, idp_session, logout FROM sessions
         WHERE organization_id = $1 AND connection_id = $2 AND hash = $3",
        &[&connection.0, &connection.1, &hash],
    )
    .await
}

/// The sessions of a person, as the IdP of this connection names them.
pub(crate) async fn list(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    subject: &str,
) -> Result<Vec<AtIdp>, Error> {
    tx.fetch_all(
        "SELECT hash, member_id, idp_session, logout FROM sessions
         WHERE organization_id = $1 AND connection_id = $2 AND subject = $3 ORDER BY hash",
        &[&connection.0, &connection.1, &subject],
    )
    .await
}
