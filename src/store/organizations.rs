//! Organizations and accounts.

use sqlx::FromRow;

use super::db::{Attempt, Tx};
use super::role;
use crate::domain::error::Error;
use crate::domain::organization::Organization;
use crate::domain::role::Role;
use crate::domain::{AccountId, MemberId, OrganizationId, Timestamp};

#[derive(FromRow)]
struct OrganizationRow {
    id: OrganizationId,
    title: String,
    owner_member_id: MemberId,
    default_role: i16,
    manual_role_management: bool,
    contact_info: String,
    seat_limit: Option<i64>,
    created_at: Timestamp,
}

impl TryFrom<OrganizationRow> for Organization {
    type Error = Error;

    fn try_from(row: OrganizationRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            title: row.title,
            owner: row.owner_member_id,
            default_role: role(row.default_role)?,
            manual_role_management: row.manual_role_management,
            contact_info: row.contact_info,
            seat_limit: row.seat_limit,
            created: row.created_at,
        })
    }
}

/// Makes an organization whose Owner is made in the same transaction.
pub(crate) async fn insert(
    tx: &mut Tx,
    title: &str,
    owner: MemberId,
    default_role: Role,
    departure_key: &str,
    at: Timestamp,
) -> Result<OrganizationId, Error> {
    let (id,) = tx
        .fetch_one(
            "INSERT INTO organizations (title, owner_member_id, default_role, manual_role_management, departure_key, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            &[&title, &owner, &default_role.number(), &true, &departure_key, &at],
        )
        .await?;
    Ok(id)
}

/// The organization with this number.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<Option<Organization>, Error> {
    let row: Option<OrganizationRow> = tx
        .fetch_optional(
            "SELECT id, title, owner_member_id, default_role, manual_role_management, contact_info, seat_limit, created_at
             FROM organizations WHERE id = $1",
            &[&organization],
        )
        .await?;
    row.map(Organization::try_from).transpose()
}

/// The numbers of all organizations, in the order in which they were made.
pub(crate) async fn list_ids(tx: &mut Tx) -> Result<Vec<OrganizationId>, Error> {
    let rows: Vec<(OrganizationId,)> = tx
        .fetch_all("SELECT id FROM organizations ORDER BY id", &[])
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Whether admins may give roles by hand.
pub(crate) async fn update_manual_role_management(
    tx: &mut Tx,
    organization: OrganizationId,
    manual: bool,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE organizations SET manual_role_management = $2 WHERE id = $1 AND manual_role_management <> $2",
        &[&organization, &manual],
    )
    .await
}

/// Writes an organization's title and contact.
pub(crate) async fn update_about(
    tx: &mut Tx,
    organization: OrganizationId,
    title: &str,
    contact_info: &str,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE organizations SET title = $2, contact_info = $3 WHERE id = $1",
        &[&organization, &title, &contact_info],
    )
    .await
}

/// Sets the role of who joins from now on.
pub(crate) async fn update_default_role(
    tx: &mut Tx,
    organization: OrganizationId,
    role: Role,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE organizations SET default_role = $2 WHERE id = $1",
        &[&organization, &role.number()],
    )
    .await
}

/// Gives the organization another Owner.
pub(crate) async fn update_owner(
    tx: &mut Tx,
    organization: OrganizationId,
    owner: MemberId,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE organizations SET owner_member_id = $2 WHERE id = $1",
        &[&organization, &owner],
    )
    .await
}

/// Sets how many members may have access at once; `None` for any number.
pub(crate) async fn update_seat_limit(
    tx: &mut Tx,
    organization: OrganizationId,
    limit: Option<i64>,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE organizations SET seat_limit = $2 WHERE id = $1",
        &[&organization, &limit],
    )
    .await
}

/// The key of the marks that the departed leave behind.
pub(crate) async fn departure_key(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<String, Error> {
    let (key,) = tx
        .fetch_one(
            "SELECT departure_key FROM organizations WHERE id = $1",
            &[&organization],
        )
        .await?;
    Ok(key)
}

/// Makes an account; `false` where another has this address.
pub(crate) async fn insert_account(
    tx: &mut Tx,
    id: AccountId,
    email: Option<(&str, &str)>,
    password_hash: Option<String>,
    home: Option<OrganizationId>,
    at: Timestamp,
) -> Result<bool, Error> {
    let (email, key) = email
        .map(|(email, key)| (email.to_owned(), key.to_owned()))
        .unzip();
    let rows = tx
        .execute(
            "INSERT INTO accounts (id, email, email_key, password_hash, home_organization_id, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (email_key) DO NOTHING",
            &[&id, &email, &key, &password_hash, &home, &at],
        )
        .await?;
    Ok(rows == 1)
}

/// The account with this address, and one organization that it belongs to as what.
pub(crate) async fn find_place_by_email(
    tx: &mut Tx,
    email_key: &str,
) -> Result<Option<(OrganizationId, MemberId)>, Error> {
    tx.fetch_optional(
        "SELECT m.organization_id, m.id FROM accounts a JOIN members m ON m.account_id = a.id
         WHERE a.email_key = $1 ORDER BY m.organization_id LIMIT 1",
        &[&email_key],
    )
    .await
}

/// Gives the account of a member this password hash.
pub(crate) async fn update_password(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
    password_hash: &str,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE accounts SET password_hash = $3
         WHERE id = (SELECT account_id FROM members WHERE organization_id = $1 AND id = $2)",
        &[&organization, &member, &password_hash],
    )
    .await
}

/// Whether the account's person can sign in with a password.
pub(crate) async fn has_password(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<bool, Error> {
    let row: Option<(bool,)> = tx
        .fetch_optional(
            "SELECT a.password_hash IS NOT NULL FROM members m JOIN accounts a ON a.id = m.account_id
             WHERE m.organization_id = $1 AND m.id = $2",
            &[&organization, &member],
        )
        .await?;
    Ok(row.is_some_and(|(has,)| has))
}

/// The account of a member, and its sign-in address where it has one.
pub(crate) async fn find_account_of(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<Option<(AccountId, Option<String>)>, Error> {
    tx.fetch_optional(
        "SELECT a.id, a.email FROM members m JOIN accounts a ON a.id = m.account_id
         WHERE m.organization_id = $1 AND m.id = $2",
        &[&organization, &member],
    )
    .await
}

/// Whether an account belongs to the organization already.
pub(crate) async fn has_account(
    tx: &mut Tx,
    organization: OrganizationId,
    account: AccountId,
) -> Result<bool, Error> {
    let row: Option<(MemberId,)> = tx
        .fetch_optional(
            "SELECT id FROM members WHERE account_id = $2 AND organization_id = $1",
            &[&organization, &account],
        )
        .await?;
    Ok(row.is_some())
}

/// What links an account to an organization: the one whose directory or IdP made it, and in how many it is.
#[derive(FromRow)]
pub(crate) struct AccountPlaces {
    /// The organization whose directory or IdP made the account.
    pub(crate) home_organization_id: Option<OrganizationId>,
    /// In how many organizations it is a member.
    pub(crate) places: i64,
}

/// Where an account comes from and where it belongs to.
pub(crate) async fn account_places(
    tx: &mut Tx,
    account: AccountId,
) -> Result<Option<AccountPlaces>, Error> {
    tx.fetch_optional(
        "SELECT a.home_organization_id, (SELECT COUNT(*) FROM members m WHERE m.account_id = a.id) AS places
         FROM accounts a WHERE a.id = $1",
        &[&account],
    )
    .await
}

/// Moves the sign-in address of an account that belongs to this organization alone and was made by it (R4).
///
/// Where another account has the address, this one has none: the person is then known by IdP alone. `Taken` where
/// another takes it at this very moment.
pub(crate) async fn update_account_email(
    tx: &mut Tx,
    organization: OrganizationId,
    account: AccountId,
    email: Option<(&str, &str)>,
) -> Result<Attempt<u64>, Error> {
    let (email, key) = email
        .map(|(email, key)| (email.to_owned(), key.to_owned()))
        .unzip();
    tx.attempt(
        "UPDATE accounts SET
            email = CASE WHEN EXISTS (SELECT 1 FROM accounts o WHERE o.email_key = $4 AND o.id <> $2) THEN NULL ELSE $3 END,
            email_key = CASE WHEN EXISTS (SELECT 1 FROM accounts o WHERE o.email_key = $4 AND o.id <> $2) THEN NULL ELSE $4 END
         WHERE id = $2 AND home_organization_id = $1
            AND NOT EXISTS (SELECT 1 FROM members m WHERE m.account_id = $2 AND m.organization_id <> $1)",
        &[&organization, &account, &email, &key],
    )
    .await
}

/// Deletes an account that belongs to no organization any more.
pub(crate) async fn delete_account_without_place(
    tx: &mut Tx,
    account: AccountId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM accounts WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM members WHERE account_id = $1)
            AND NOT EXISTS (SELECT 1 FROM held_members WHERE account_id = $1)",
        &[&account],
    )
    .await
}
