//! Sessions, user tokens, login links and SCIM tokens. Only hashes are here, never what a client presents.

use std::collections::HashMap;

use sqlx::FromRow;

use super::db::{Insertion, Tx};
use super::role;
use crate::domain::error::Error;
use crate::domain::receipt::Ended;
use crate::domain::role::Role;
use crate::domain::{ConnectionId, MemberId, OrganizationId, ScimTokenId, SessionId, Timestamp};

/// Whom a session or a user token stands for.
pub(crate) struct Holder {
    /// The organization.
    pub(crate) organization: OrganizationId,
    /// The member.
    pub(crate) member: MemberId,
    /// The member's role now.
    pub(crate) role: Role,
}

pub(super) fn holder(
    row: Option<(OrganizationId, MemberId, i16)>,
) -> Result<Option<Holder>, Error> {
    row.map(|(organization, member, number)| {
        Ok(Holder {
            organization,
            member,
            role: role(number)?,
        })
    })
    .transpose()
}

/// A session to be.
pub(crate) struct NewSession<'a> {
    /// The hash of what the browser will present.
    pub(crate) hash: &'a str,
    /// What names the session to the person.
    pub(crate) id: SessionId,
    /// The organization.
    pub(crate) organization: OrganizationId,
    /// Whose it is.
    pub(crate) member: MemberId,
    /// The moment.
    pub(crate) at: Timestamp,
    /// Until when it lasts.
    pub(crate) expires: Timestamp,
    /// What the browser calls itself.
    pub(crate) browser: &'a str,
    /// Through which connection it was begun, if through one.
    pub(crate) via: Option<Via>,
}

/// What a session is at the IdP.
pub(crate) struct Via {
    /// The connection.
    pub(crate) connection: ConnectionId,
    /// How the IdP names the person in it.
    pub(crate) subject: String,
    /// The IdP's name for the session.
    pub(crate) session: Option<String>,
    /// What a request to log out must carry, sealed.
    pub(crate) logout: Option<String>,
}

/// The row of a session that begins.
pub(crate) fn session_row(session: NewSession<'_>) -> Insertion<'_> {
    let via = session.via;
    let connection = via.as_ref().map(|via| via.connection);
    let (subject, idp_session, logout) = via.map_or((None, None, None), |via| {
        (Some(via.subject), via.session, via.logout)
    });
    Insertion {
        into: "INSERT INTO sessions (hash, organization_id, member_id, created_at, expires_at, id, browser, connection_id, subject,
                idp_session, logout) VALUES",
        rows: vec![vec![
            Box::new(session.hash),
            Box::new(session.organization),
            Box::new(session.member),
            Box::new(session.at),
            Box::new(session.expires),
            Box::new(session.id),
            Box::new(session.browser),
            Box::new(connection),
            Box::new(subject),
            Box::new(idp_session),
            Box::new(logout),
        ]],
        otherwise: "",
    }
}

/// Deletes the sessions that are over, of every organization.
pub(crate) async fn delete_expired_sessions(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute("DELETE FROM sessions WHERE expires_at < $1", &[&now])
        .await
}

/// Ends one session.
pub(crate) async fn delete_session(tx: &mut Tx, hash: &str) -> Result<u64, Error> {
    tx.execute("DELETE FROM sessions WHERE hash = $1", &[&hash])
        .await
}

/// Through which connection a session was begun, and what a request to log out there must carry, sealed.
pub(crate) async fn find_via(
    tx: &mut Tx,
    hash: &str,
) -> Result<Option<(Option<ConnectionId>, Option<String>)>, Error> {
    tx.fetch_optional(
        "SELECT connection_id, logout FROM sessions WHERE hash = $1",
        &[&hash],
    )
    .await
}

/// Ends the sessions that an IdP knows by a subject, by a name of its own, or by both; whose they were, once for each.
pub(crate) async fn delete_at_idp(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    subject: Option<&str>,
    session: Option<&str>,
) -> Result<Vec<MemberId>, Error> {
    let (organization, connection) = (&connection.0, &connection.1);
    let rows: Vec<(MemberId,)> = match (subject, session) {
        (Some(subject), Some(session)) => {
            let sql = "DELETE FROM sessions WHERE organization_id = $1 AND connection_id = $2 AND subject = $3 AND idp_session = $4
                RETURNING member_id";
            tx.fetch_all(sql, &[organization, connection, &subject, &session])
                .await?
        }
        (Some(subject), None) => {
            let sql = "DELETE FROM sessions WHERE organization_id = $1 AND connection_id = $2 AND subject = $3
                RETURNING member_id";
            tx.fetch_all(sql, &[organization, connection, &subject])
                .await?
        }
        (None, Some(session)) => {
            let sql = "DELETE FROM sessions WHERE organization_id = $1 AND connection_id = $2 AND idp_session = $3
                RETURNING member_id";
            tx.fetch_all(sql, &[organization, connection, &session])
                .await?
        }
        (None, None) => Vec::new(),
    };
    Ok(rows.into_iter().map(|(member,)| member).collect())
}

/// Ends every session, token and login link of these members (R13); what there was.
pub(crate) async fn delete_all_of(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Ended>, Error> {
    let list = super::list_of(members);
    // Most who are deprovisioned never signed in: one statement says so.
    let any: Option<(i32,)> = tx
        .fetch_optional(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM sessions
                    WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2)))
                OR EXISTS (SELECT 1 FROM user_tokens
                    WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2)))
                OR EXISTS (SELECT 1 FROM login_links
                    WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2)))
                OR EXISTS (SELECT 1 FROM personal_tokens
                    WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2)))
                OR EXISTS (SELECT 1 FROM password_resets r JOIN members m ON m.account_id = r.account_id
                    WHERE m.organization_id = $1 AND m.id IN (SELECT value FROM json_each($2)))",
            &[&organization, &list],
        )
        .await?;
    if any.is_none() {
        return Ok(HashMap::new());
    }
    let counted: Vec<(MemberId, i64, i64)> = tx
        .fetch_all(
            "SELECT m.id,
                (SELECT COUNT(*) FROM sessions s WHERE s.organization_id = $1 AND s.member_id = m.id),
                (SELECT COUNT(*) FROM user_tokens u WHERE u.organization_id = $1 AND u.member_id = m.id)
                + (SELECT COUNT(*) FROM personal_tokens p
                   WHERE p.organization_id = $1 AND p.member_id = m.id AND p.revoked_at IS NULL)
             FROM members m WHERE m.organization_id = $1 AND m.id IN (SELECT value FROM json_each($2))",
            &[&organization, &list],
        )
        .await?;
    for sql in [
        "DELETE FROM sessions WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2))",
        "DELETE FROM user_tokens WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2))",
        "DELETE FROM login_links WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2))",
        "DELETE FROM personal_tokens WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2))",
        "DELETE FROM password_resets WHERE account_id IN (SELECT account_id FROM members
            WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2)))",
    ] {
        tx.execute(sql, &[&organization, &list]).await?;
    }
    let ended = |(id, sessions, tokens)| (id, Ended { sessions, tokens });
    Ok(counted.into_iter().map(ended).collect())
}

/// Keeps a link that signs a member in once.
pub(crate) async fn insert_login_link(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    hash: &str,
    at: Timestamp,
    expires: Timestamp,
) -> Result<(), Error> {
    tx.execute("DELETE FROM login_links WHERE expires_at < $1", &[&at])
        .await?;
    tx.execute(
        "INSERT INTO login_links (hash, organization_id, member_id, expires_at) VALUES ($1, $2, $3, $4)",
        &[&hash, &organization, &member, &expires],
    )
    .await?;
    Ok(())
}

/// Whom a login link would sign in.
pub(crate) async fn find_login_link(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(OrganizationId, MemberId)>, Error> {
    tx.fetch_optional(
        "SELECT organization_id, member_id FROM login_links WHERE hash = $1 AND expires_at > $2",
        &[&hash, &now],
    )
    .await
}

/// Uses a login link up: of many who try at once, one gets it.
pub(crate) async fn take_login_link(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<(OrganizationId, MemberId)>, Error> {
    tx.fetch_optional(
        "DELETE FROM login_links WHERE hash = $1 AND expires_at > $2 RETURNING organization_id, member_id",
        &[&hash, &now],
    )
    .await
}

/// The record of a SCIM token.
#[derive(FromRow)]
pub(crate) struct ScimToken {
    /// Its id, which is not the token.
    pub(crate) id: ScimTokenId,
    /// Whose members and groups it provisions.
    pub(crate) organization_id: OrganizationId,
    /// The leniency profile: `rfc`, `entra`, `okta` or `lenient`.
    pub(crate) profile: String,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// From when on it is refused.
    pub(crate) expires_at: Option<Timestamp>,
    /// Since when it is refused for good.
    pub(crate) revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub(crate) last_used_at: Option<Timestamp>,
}

/// Keeps a SCIM token.
pub(crate) async fn insert_scim_token(
    tx: &mut Tx,
    token: &ScimToken,
    hash: &str,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO scim_tokens (id, organization_id, hash, profile, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        &[&token.id, &token.organization_id, &hash, &token.profile, &token.created_at, &token.expires_at],
    )
    .await?;
    Ok(())
}

/// A SCIM token that opens something.
#[derive(FromRow)]
pub(crate) struct GoodToken {
    /// Its record.
    #[sqlx(flatten)]
    pub(crate) token: ScimToken,
    /// Whether its organization has made schemas.
    pub(crate) has_schemas: bool,
}

/// The SCIM token with this hash, if it is neither revoked nor expired.
pub(crate) async fn find_scim_token(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<GoodToken>, Error> {
    tx.fetch_optional(
        "SELECT id, organization_id, profile, created_at, expires_at, revoked_at, last_used_at,
            EXISTS (SELECT 1 FROM scim_schemas s WHERE s.organization_id = scim_tokens.organization_id) AS has_schemas
         FROM scim_tokens
         WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
        &[&hash, &now],
    )
    .await
}

/// SCIM tokens of an organization, oldest first, and how many there are.
pub(crate) async fn list_scim_tokens(
    tx: &mut Tx,
    organization: OrganizationId,
    offset: i64,
    count: i64,
) -> Result<(u64, Vec<ScimToken>), Error> {
    let (total,): (i64,) = tx
        .fetch_one(
            "SELECT COUNT(*) FROM scim_tokens WHERE organization_id = $1",
            &[&organization],
        )
        .await?;
    let tokens = tx
        .fetch_all(
            "SELECT id, organization_id, profile, created_at, expires_at, revoked_at, last_used_at FROM scim_tokens
             WHERE organization_id = $1 ORDER BY created_at, id LIMIT $3 OFFSET $2",
            &[&organization, &offset, &count],
        )
        .await?;
    Ok((total.unsigned_abs(), tokens))
}

/// Whether this is a SCIM token of the organization that is neither revoked nor expired.
pub(crate) async fn is_scim_token(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ScimTokenId,
    now: Timestamp,
) -> Result<bool, Error> {
    let found: Option<(ScimTokenId,)> = tx
        .fetch_optional(
            "SELECT id FROM scim_tokens WHERE organization_id = $1 AND id = $2
             AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)",
            &[&organization, &id, &now],
        )
        .await?;
    Ok(found.is_some())
}

/// Writes down when a SCIM token was used.
pub(crate) async fn touch_scim_token(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ScimTokenId,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE scim_tokens SET last_used_at = $3 WHERE organization_id = $1 AND id = $2",
        &[&organization, &id, &at],
    )
    .await?;
    Ok(())
}

/// Refuses a SCIM token from now on; how many there were to refuse.
pub(crate) async fn revoke_scim_token(
    tx: &mut Tx,
    organization: OrganizationId,
    id: ScimTokenId,
    at: Timestamp,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE scim_tokens SET revoked_at = $3 WHERE organization_id = $1 AND id = $2 AND revoked_at IS NULL",
        &[&organization, &id, &at],
    )
    .await
}
