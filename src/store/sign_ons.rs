//! What sign-ons leave behind: open requests, used assertions, identities and asserted groups.

use std::collections::HashSet;

use super::db::{Bind, Tx};
use super::role;
use super::roles::Standing;
use crate::domain::error::Error;
use crate::domain::role::RoleSource;
use crate::domain::{ConnectionId, MemberId, OrganizationId, Timestamp};

/// What a request to an IdP is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Somebody signs on.
    SignOn,
    /// An administrator tries the connection: nobody is signed on and nothing is made.
    Test,
    /// Somebody logs out.
    Logout,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::SignOn => "sign_on",
            Self::Test => "test",
            Self::Logout => "logout",
        }
    }
}

/// A request that was sent to an IdP and is not answered yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenRequest<'a> {
    /// Its id: SAML's `ID`, OIDC's `state`.
    pub(crate) id: &'a str,
    /// The hash of the mark of the browser that asks.
    pub(crate) browser_hash: &'a str,
    /// The path to go to afterwards.
    pub(crate) target: &'a str,
    /// What it is for.
    pub(crate) purpose: Purpose,
    /// What only we know of it, sealed.
    pub(crate) secrets: Option<&'a str>,
}

/// Remembers a request.
pub(crate) async fn insert_request(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    request: OpenRequest<'_>,
    now: Timestamp,
    expires: Timestamp,
) -> Result<(), Error> {
    tx.execute("DELETE FROM authn_requests WHERE expires_at < $1", &[&now])
        .await?;
    tx.execute(
        "INSERT INTO authn_requests (id, organization_id, connection_id, browser_hash, target, expires_at, purpose, secrets)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            &request.id,
            &connection.0,
            &connection.1,
            &request.browser_hash,
            &request.target,
            &expires,
            &request.purpose.word(),
            &request.secrets.map(str::to_owned),
        ],
    )
    .await?;
    Ok(())
}

/// A request that was answered.
pub(crate) struct Answered {
    /// The path to go to.
    pub(crate) target: String,
    /// What only we know of it, sealed.
    pub(crate) secrets: Option<String>,
}

/// Uses an open request of this connection and this browser up, if it is for this purpose. Of many who try at once, one
/// gets it.
pub(crate) async fn take_request(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    id: &str,
    browser_hash: &str,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<Answered>, Error> {
    let row: Option<(String, Option<String>)> = tx
        .fetch_optional(
            "DELETE FROM authn_requests
             WHERE id = $1 AND organization_id = $2 AND connection_id = $3 AND browser_hash = $4 AND purpose = $5
                AND expires_at > $6
             RETURNING target, secrets",
            &[&id, &connection.0, &connection.1, &browser_hash, &purpose.word(), &now],
        )
        .await?;
    Ok(row.map(|(target, secrets)| Answered { target, secrets }))
}

/// Whether a test of this connection is open that this browser has begun.
pub(crate) async fn has_open_test(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    browser_hash: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let row: Option<(String,)> = tx
        .fetch_optional(
            "SELECT id FROM authn_requests
             WHERE organization_id = $1 AND connection_id = $2 AND browser_hash = $3 AND purpose = $4 AND expires_at > $5
             LIMIT 1",
            &[&connection.0, &connection.1, &browser_hash, &Purpose::Test.word(), &now],
        )
        .await?;
    Ok(row.is_some())
}

/// Notes that an assertion was used; `false` where it was before.
pub(crate) async fn insert_used_assertion(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    assertion: &str,
    expires: Timestamp,
) -> Result<bool, Error> {
    let rows = tx
        .execute(
            "INSERT INTO used_assertions (organization_id, connection_id, assertion_id, expires_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (organization_id, connection_id, assertion_id) DO NOTHING",
            &[&connection.0, &connection.1, &assertion, &expires],
        )
        .await?;
    Ok(rows == 1)
}

/// Forgets the assertions that nobody can use any more, of every organization.
pub(crate) async fn delete_expired_assertions(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute("DELETE FROM used_assertions WHERE expires_at < $1", &[&now])
        .await
}

/// The member whom a connection knows by this subject.
pub(crate) async fn find_identity(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    subject: &str,
) -> Result<Option<MemberId>, Error> {
    let row: Option<(MemberId,)> = tx
        .fetch_optional(
            "SELECT member_id FROM identities WHERE organization_id = $1 AND connection_id = $2 AND subject = $3",
            &[&connection.0, &connection.1, &subject],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// A member whom a connection knows.
pub(crate) struct Known {
    /// Who it is.
    pub(crate) id: MemberId,
    /// How they stand.
    pub(crate) standing: Standing,
    /// What [`set_groups_digest`] noted when this subject last came with groups, unless they have changed since.
    pub(crate) groups: Option<String>,
}

/// The member whom a connection knows by this subject, kept from being changed by others until the end of the
/// transaction.
pub(crate) async fn find_known_locked(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    subject: &str,
) -> Result<Option<Known>, Error> {
    let rows: Vec<(MemberId, bool, bool, i16, Option<String>)> = tx
        .fetch_all_locked(
            "SELECT m.id, EXISTS (SELECT 1 FROM organizations o WHERE o.id = m.organization_id AND o.owner_member_id = m.id),
                m.suspended OR NOT m.active, m.role,
                (SELECT i.groups_digest FROM identities i
                 WHERE i.organization_id = $1 AND i.connection_id = $2 AND i.subject = $3)
             FROM members m WHERE m.organization_id = $1 AND m.id =
                (SELECT i.member_id FROM identities i
                 WHERE i.organization_id = $1 AND i.connection_id = $2 AND i.subject = $3)",
            &[&connection.0, &connection.1, &subject],
        )
        .await?;
    let row = rows.into_iter().next();
    row.map(|(id, owner, barred, number, groups)| {
        let standing = Standing {
            owner,
            barred,
            role: role(number)?,
        };
        Ok(Known {
            id,
            standing,
            groups,
        })
    })
    .transpose()
}

/// Notes by which the groups that this subject came with are known again; of a subject that does not last, that those of
/// others are not to be known any more.
pub(crate) async fn set_groups_digest(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    member: MemberId,
    subject: Option<&str>,
    digest: &str,
) -> Result<(), Error> {
    // The groups are the member's, by whichever subject they came.
    tx.execute(
        "UPDATE identities SET groups_digest = CASE WHEN subject = $4 THEN $5 ELSE NULL END
         WHERE organization_id = $1 AND connection_id = $2 AND member_id = $3",
        &[
            &connection.0,
            &connection.1,
            &member,
            &subject.map(str::to_owned),
            &digest,
        ],
    )
    .await?;
    Ok(())
}

/// Lets a connection know a member by this subject.
pub(crate) async fn insert_identity(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    subject: &str,
    member: MemberId,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO identities (organization_id, connection_id, subject, member_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (organization_id, connection_id, subject) DO NOTHING",
        &[&connection.0, &connection.1, &subject, &member],
    )
    .await?;
    Ok(())
}

/// Whether a connection knows the member by any subject.
pub(crate) async fn has_identity(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    member: MemberId,
) -> Result<bool, Error> {
    let row: Option<(MemberId,)> = tx
        .fetch_optional(
            "SELECT member_id FROM identities WHERE organization_id = $1 AND connection_id = $2 AND member_id = $3 LIMIT 1",
            &[&connection.0, &connection.1, &member],
        )
        .await?;
    Ok(row.is_some())
}

/// The subjects by which connections know a member, each with its connection.
pub(crate) async fn list_subjects(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Vec<(ConnectionId, String)>, Error> {
    tx.fetch_all(
        "SELECT connection_id, subject FROM identities WHERE organization_id = $1 AND member_id = $2 ORDER BY connection_id",
        &[&organization, &member],
    )
    .await
}

/// Puts these in the place of the groups that a member's last sign-on through the connection carried; whether they are
/// others. Mostly they are not, and then nothing is written.
pub(crate) async fn replace_asserted_groups(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
    member: MemberId,
    names: &[String],
    source: RoleSource,
) -> Result<bool, Error> {
    // One row, whatever their number: no name has a line feed in it.
    let (known,): (Option<String>,) = tx
        .fetch_one(
            "SELECT string_agg(name, $4) FROM asserted_groups
             WHERE organization_id = $1 AND connection_id = $2 AND member_id = $3",
            &[&connection.0, &connection.1, &member, &"\n"],
        )
        .await?;
    let known: HashSet<&str> = known.iter().flat_map(|known| known.split('\n')).collect();
    if known.len() == names.len() && names.iter().all(|name| known.contains(name.as_str())) {
        return Ok(false);
    }
    tx.execute(
        "DELETE FROM asserted_groups WHERE organization_id = $1 AND connection_id = $2 AND member_id = $3",
        &[&connection.0, &connection.1, &member],
    )
    .await?;
    let number = source as i16;
    let rows: Vec<Vec<&dyn Bind>> = names
        .iter()
        .map(|name| {
            vec![
                &connection.0 as &dyn Bind,
                &connection.1,
                &member,
                name,
                &number,
            ]
        })
        .collect();
    tx.insert_rows(
        "INSERT INTO asserted_groups (organization_id, connection_id, member_id, name, source) VALUES",
        &rows,
    )
    .await?;
    Ok(true)
}

/// Forgets what a connection has said of people: by which subjects it knows them, and their groups.
pub(crate) async fn forget(
    tx: &mut Tx,
    connection: (OrganizationId, ConnectionId),
) -> Result<(), Error> {
    for sql in [
        "DELETE FROM identities WHERE organization_id = $1 AND connection_id = $2",
        "DELETE FROM asserted_groups WHERE organization_id = $1 AND connection_id = $2",
    ] {
        tx.execute(sql, &[&connection.0, &connection.1]).await?;
    }
    Ok(())
}
