//! Accounts as people sign in to them: address, password, places; and the links that are sent to a mailbox.

use sqlx::FromRow;

use super::db::Tx;
use super::role;
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::domain::{AccountId, MemberId, OrganizationId, Timestamp};

/// An account.
#[derive(Clone, FromRow)]
pub(crate) struct Account {
    /// Its id.
    pub(crate) id: AccountId,
    /// The sign-in name, where it has one.
    pub(crate) email: Option<String>,
    /// The same, to be compared.
    pub(crate) email_key: Option<String>,
    /// The hash of the password, where there is one.
    pub(crate) password_hash: Option<String>,
    /// The organization that a password leads into.
    pub(crate) active_organization_id: Option<OrganizationId>,
}

/// An account's place in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The organization.
    pub(crate) organization: OrganizationId,
    /// As whom.
    pub(crate) member: MemberId,
    /// With which role.
    pub(crate) role: Role,
}

/// The account with this address.
pub(crate) async fn find_by_email(tx: &mut Tx, key: &str) -> Result<Option<Account>, Error> {
    tx.fetch_optional(
        "SELECT id, email, email_key, password_hash, active_organization_id FROM accounts WHERE email_key = $1",
        &[&key],
    )
    .await
}

/// The account with this id, kept as it is until the end of the transaction.
pub(crate) async fn find_locked(tx: &mut Tx, id: AccountId) -> Result<Option<Account>, Error> {
    let found: Vec<Account> = tx
        .fetch_all_locked(
            "SELECT id, email, email_key, password_hash, active_organization_id FROM accounts WHERE id = $1",
            &[&id],
        )
        .await?;
    Ok(found.into_iter().next())
}

/// The account of a member.
pub(crate) async fn find_of(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Option<Account>, Error> {
    tx.fetch_optional(
        "SELECT a.id, a.email, a.email_key, a.password_hash, a.active_organization_id
         FROM members m JOIN accounts a ON a.id = m.account_id WHERE m.organization_id = $1 AND m.id = $2",
        &[&organization, &member],
    )
    .await
}

/// Where an account belongs to, in the order in which the organizations were made.
pub(crate) async fn places(tx: &mut Tx, account: AccountId) -> Result<Vec<Place>, Error> {
    let rows: Vec<(OrganizationId, MemberId, i16)> = tx
        .fetch_all(
            "SELECT organization_id, id, role FROM members WHERE account_id = $1 ORDER BY organization_id",
            &[&account],
        )
        .await?;
    rows.into_iter()
        .map(|(organization, member, number)| {
            Ok(Place {
                organization,
                member,
                role: role(number)?,
            })
        })
        .collect()
}

/// Gives an account another password.
pub(crate) async fn set_password(
    tx: &mut Tx,
    account: AccountId,
    hash: &str,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE accounts SET password_hash = $2 WHERE id = $1",
        &[&account, &hash],
    )
    .await
}

/// Keeps that the person has the mailbox.
pub(crate) async fn verify_email(
    tx: &mut Tx,
    account: AccountId,
    at: Timestamp,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE accounts SET email_verified_at = $2 WHERE id = $1 AND email_verified_at IS NULL",
        &[&account, &at],
    )
    .await
}

/// Keeps which organization a password leads into.
pub(crate) async fn set_active_organization(
    tx: &mut Tx,
    account: AccountId,
    organization: OrganizationId,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE accounts SET active_organization_id = $2
         WHERE id = $1 AND (active_organization_id IS NULL OR active_organization_id <> $2)",
        &[&account, &organization],
    )
    .await
}

/// Ends every session of an account, and every link that signs it in or gives it a password, wherever it belongs to.
pub(crate) async fn end_everywhere(tx: &mut Tx, account: AccountId) -> Result<u64, Error> {
    let mut ended = 0;
    for sql in [
        "DELETE FROM sessions WHERE (organization_id, member_id) IN
            (SELECT organization_id, id FROM members WHERE account_id = $1)",
        "DELETE FROM login_links WHERE (organization_id, member_id) IN
            (SELECT organization_id, id FROM members WHERE account_id = $1)",
        "DELETE FROM password_resets WHERE account_id = $1",
    ] {
        ended += tx.execute(sql, &[&account]).await?;
    }
    Ok(ended)
}

/// Moves a session that was not begun at an IdP to another place of the same account.
pub(crate) async fn move_session(tx: &mut Tx, hash: &str, place: Place) -> Result<u64, Error> {
    tx.execute(
        "UPDATE sessions SET organization_id = $2, member_id = $3 WHERE hash = $1 AND connection_id IS NULL",
        &[&hash, &place.organization, &place.member],
    )
    .await
}

/// A link by which a password is set anew.
#[derive(FromRow)]
pub(crate) struct Reset {
    /// Of which account.
    pub(crate) account_id: AccountId,
    /// The address that it was sent to.
    pub(crate) email_key: String,
}

/// Keeps a link by which a password is set anew.
pub(crate) async fn insert_reset(
    tx: &mut Tx,
    hash: &str,
    account: AccountId,
    email_key: &str,
    at: Timestamp,
    expires: Timestamp,
) -> Result<(), Error> {
    tx.execute("DELETE FROM password_resets WHERE expires_at < $1", &[&at])
        .await?;
    tx.execute(
        "INSERT INTO password_resets (hash, account_id, email_key, expires_at) VALUES ($1, $2, $3, $4)",
        &[&hash, &account, &email_key, &expires],
    )
    .await?;
    Ok(())
}

/// What a link would set anew.
pub(crate) async fn find_reset(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Reset>, Error> {
    tx.fetch_optional(
        "SELECT account_id, email_key FROM password_resets WHERE hash = $1 AND expires_at > $2",
        &[&hash, &now],
    )
    .await
}

/// Uses a link up: of many who try at once, one gets it.
pub(crate) async fn take_reset(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Reset>, Error> {
    tx.fetch_optional(
        "DELETE FROM password_resets WHERE hash = $1 AND expires_at > $2 RETURNING account_id, email_key",
        &[&hash, &now],
    )
    .await
}

/// Who has signed up and has not yet proved the mailbox.
#[derive(FromRow)]
pub(crate) struct SignUp {
    /// The address, as it was written.
    pub(crate) email: String,
    /// The hash of the password.
    pub(crate) password_hash: String,
    /// The link of an organization, where they came by one.
    pub(crate) link: Option<String>,
}

/// Keeps who has signed up.
pub(crate) async fn insert_sign_up(
    tx: &mut Tx,
    hash: &str,
    email_key: &str,
    sign_up: &SignUp,
    at: Timestamp,
    expires: Timestamp,
) -> Result<(), Error> {
    tx.execute("DELETE FROM sign_ups WHERE expires_at < $1", &[&at])
        .await?;
    tx.execute(
        "INSERT INTO sign_ups (hash, email, email_key, password_hash, link, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            &hash,
            &sign_up.email,
            &email_key,
            &sign_up.password_hash,
            &sign_up.link,
            &expires,
        ],
    )
    .await?;
    Ok(())
}

/// Who has signed up, by the hash of what confirms it.
pub(crate) async fn find_sign_up(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<SignUp>, Error> {
    tx.fetch_optional(
        "SELECT email, password_hash, link FROM sign_ups WHERE hash = $1 AND expires_at > $2",
        &[&hash, &now],
    )
    .await
}

/// Uses a confirmation up, with all others of the same address; who had signed up.
pub(crate) async fn take_sign_up(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<SignUp>, Error> {
    let Some(found) = find_sign_up(tx, hash, now).await? else {
        return Ok(None);
    };
    let taken = tx
        .execute(
            "DELETE FROM sign_ups WHERE email_key = (SELECT email_key FROM sign_ups WHERE hash = $1)",
            &[&hash],
        )
        .await?;
    Ok((taken > 0).then_some(found))
}
