//! Members: the SCIM Users of an organization.

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::{Attempt, Tx};
use super::{group_members, inconsistent, role, source, values};
use crate::domain::drift::Origin;
use crate::domain::error::Error;
use crate::domain::member::{Attributes, GroupRef, Member, Profile};
use crate::domain::name;
use crate::domain::role::Role;
use crate::domain::{AccountId, GroupId, MemberId, MemberNumber, OrganizationId, Timestamp};

/// A member's own row. Its groups are read beside it.
#[derive(FromRow)]
pub(super) struct MemberRow {
    id: MemberId,
    number: MemberNumber,
    account_id: AccountId,
    user_name: String,
    external_id: Option<String>,
    active: bool,
    /// Absent where another row of the same member has them.
    attributes: Option<Json<Attributes>>,
    role: i16,
    role_source: i16,
    version: i64,
    created_at: Timestamp,
    modified_at: Timestamp,
}

impl MemberRow {
    pub(super) fn with_groups(self, groups: Vec<GroupRef>) -> Result<Member, Error> {
        let Some(Json(attributes)) = self.attributes else {
            return Err(inconsistent("set of attributes", "nothing"));
        };
        Ok(Member {
            id: self.id,
            number: self.number,
            account: self.account_id,
            profile: Profile {
                user_name: self.user_name,
                external_id: self.external_id,
                active: self.active,
                attributes,
            },
            role: role(self.role)?,
            role_source: source(self.role_source)?,
            version: self.version,
            created: self.created_at,
            modified: self.modified_at,
            groups,
        })
    }
}

/// A member's row joined with one of its groups: reading both in one statement saves a trip.
#[derive(FromRow)]
struct MemberAndGroupRow {
    #[sqlx(flatten)]
    member: MemberRow,
    group_id: Option<GroupId>,
    group_name: Option<String>,
    /// Through which of the member's own groups.
    through: Option<GroupId>,
}

/// One member with their groups by displayName, once for each own group through which they are in it; the condition
/// follows, and names one at most.
///
/// The attributes, which may be long, stand in the first row alone: else they are sent and read once for each group.
macro_rules! one_with_groups {
    ($condition:literal) => {
        concat!(
            "SELECT m.id, m.number, m.account_id, m.user_name, m.external_id, m.active,
                CASE WHEN ROW_NUMBER() OVER (ORDER BY g.display_name, gm.group_id) = 1 THEN m.attributes END AS attributes,
                m.role, m.role_source, m.version, m.created_at, m.modified_at,
                g.id AS group_id, g.display_name AS group_name, gm.group_id AS through
             FROM members m
             LEFT JOIN group_members gm ON gm.organization_id = m.organization_id AND gm.member_id = m.id
             LEFT JOIN group_ancestors a ON a.organization_id = gm.organization_id AND a.group_id = gm.group_id
             LEFT JOIN groups g ON g.organization_id = a.organization_id AND g.id = a.ancestor_id
             WHERE m.organization_id = $1 AND ",
            $condition,
            " ORDER BY g.display_name, gm.group_id"
        )
    };
}

/// The member with this id, and their groups by displayName.
pub(crate) async fn find(
    tx: &mut Tx,
    organization: OrganizationId,
    id: MemberId,
) -> Result<Option<Member>, Error> {
    let rows = tx
        .fetch_all(one_with_groups!("m.id = $2"), &[&organization, &id])
        .await?;
    gathered(rows)
}

/// The member whose userName has this key, and their groups by displayName.
pub(crate) async fn find_by_user_name(
    tx: &mut Tx,
    organization: OrganizationId,
    key: &str,
) -> Result<Option<Member>, Error> {
    let rows = tx
        .fetch_all(
            one_with_groups!("m.user_name_key = $2"),
            &[&organization, &key],
        )
        .await?;
    gathered(rows)
}

fn gathered(rows: Vec<MemberAndGroupRow>) -> Result<Option<Member>, Error> {
    let mut member = None;
    let mut groups = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(((id, display_name), through)) =
            row.group_id.zip(row.group_name).zip(row.through)
        {
            group_members::gather(&mut groups, id, display_name, through);
        }
        member.get_or_insert(row.member);
    }
    member.map(|row| row.with_groups(groups)).transpose()
}

const FIND_ALONE: &str =
    "SELECT id, number, account_id, user_name, external_id, active, attributes, role, role_source,
    version, created_at, modified_at FROM members WHERE organization_id = $1 AND id = $2";

/// The member with this id, without groups, kept from being changed by others until the end of the transaction.
pub(crate) async fn find_locked(
    tx: &mut Tx,
    organization: OrganizationId,
    id: MemberId,
) -> Result<Option<Member>, Error> {
    only(
        tx.fetch_all_locked(FIND_ALONE, &[&organization, &id])
            .await?,
    )
}

/// The same, before the member is deleted: nobody can put them into a group from here on.
pub(crate) async fn find_doomed(
    tx: &mut Tx,
    organization: OrganizationId,
    id: MemberId,
) -> Result<Option<Member>, Error> {
    only(
        tx.fetch_all_doomed(FIND_ALONE, &[&organization, &id])
            .await?,
    )
}

fn only(rows: Vec<MemberRow>) -> Result<Option<Member>, Error> {
    rows.into_iter()
        .next()
        .map(|row| row.with_groups(Vec::new()))
        .transpose()
}

/// The role that a member has.
pub(crate) async fn find_role(
    tx: &mut Tx,
    organization: OrganizationId,
    id: MemberId,
) -> Result<Option<Role>, Error> {
    let row: Option<(i16,)> = tx
        .fetch_optional(
            "SELECT role FROM members WHERE organization_id = $1 AND id = $2",
            &[&organization, &id],
        )
        .await?;
    row.map(|(number,)| role(number)).transpose()
}

/// The id of the member with this number.
pub(crate) async fn find_id(
    tx: &mut Tx,
    organization: OrganizationId,
    number: MemberNumber,
) -> Result<Option<MemberId>, Error> {
    let row: Option<(MemberId,)> = tx
        .fetch_optional(
            "SELECT id FROM members WHERE organization_id = $1 AND number = $2",
            &[&organization, &number],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The members whose userName or e-mail address has this key; two at most, to tell one from many.
pub(crate) async fn find_ids_by_address(
    tx: &mut Tx,
    organization: OrganizationId,
    key: &str,
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "SELECT id FROM members WHERE organization_id = $1 AND user_name_key = $2
             UNION
             SELECT id FROM members WHERE organization_id = $1 AND email_key = $2 LIMIT 2",
            &[&organization, &key],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Those of these ids that are members. Their groups are not read.
pub(crate) async fn list_by_ids(
    tx: &mut Tx,
    organization: OrganizationId,
    ids: &[MemberId],
) -> Result<Vec<Member>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<MemberRow> = tx
        .fetch_all(
            "SELECT id, number, account_id, user_name, external_id, active, attributes, role, role_source, version,
                created_at, modified_at
             FROM members WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))",
            &[&organization, &super::list_of(ids)],
        )
        .await?;
    rows.into_iter()
        .map(|row| row.with_groups(Vec::new()))
        .collect()
}

/// Where a member starts: before any group or rule.
pub(crate) struct Start {
    /// The role where nothing else speaks; `None` takes the organization's default.
    pub(crate) base: Option<Role>,
    /// The organization's owner column names this member.
    pub(crate) owner: bool,
    /// How they come, where it is no directory that says that there is this person.
    pub(crate) unconfirmed: Option<Origin>,
}

/// Makes a member; `None` where another has this userName. Where seats are limited they wait for one: whoever calls this
/// derives their role in the same transaction.
pub(crate) async fn insert(
    tx: &mut Tx,
    organization: OrganizationId,
    id: MemberId,
    account: AccountId,
    profile: &Profile,
    start: &Start,
    at: Timestamp,
) -> Result<Option<Member>, Error> {
    let row: Option<MemberRow> = tx
        .fetch_optional(
            "INSERT INTO members (organization_id, id, account_id, user_name, user_name_key, external_id, email_key,
                display_name, active, attributes, suspended, base_role, held_mapped_role, role, role_source, version,
                created_at, modified_at, waits_for_seat, unconfirmed)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, COALESCE($12, o.default_role), $11,
                CASE WHEN $13 THEN 5 WHEN NOT $9 THEN -1
                    WHEN o.seat_limit IS NOT NULL AND COALESCE($12, o.default_role) > 0 THEN 0
                    ELSE COALESCE($12, o.default_role) END,
                CASE WHEN $13 OR $9 THEN 0 ELSE 3 END, 1, $14, $14,
                o.seat_limit IS NOT NULL AND $9 AND NOT $13 AND COALESCE($12, o.default_role) > 0, $15
             FROM organizations o WHERE o.id = $1
             ON CONFLICT (organization_id, user_name_key) DO NOTHING
             RETURNING id, number, account_id, user_name, external_id, active, attributes, role, role_source, version,
                created_at, modified_at",
            &[
                &organization,
                &id,
                &account,
                &profile.user_name,
                &name::key(&profile.user_name),
                &profile.external_id,
                &profile.email().map(name::key),
                &profile.display_name(),
                &profile.active,
                &Json(profile.attributes.clone()),
                &false,
                &start.base.map(Role::number),
                &start.owner,
                &at,
                &start.unconfirmed.map_or(0, Origin::number),
            ],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    values::begin(tx, organization, id, &profile.attributes).await?;
    row.with_groups(Vec::new()).map(Some)
}

/// Writes a member's profile in the place of what was there before, and raises the version; `confirmed` where a directory
/// says it.
pub(crate) async fn update(
    tx: &mut Tx,
    organization: OrganizationId,
    id: MemberId,
    before: &Profile,
    profile: &Profile,
    confirmed: bool,
    at: Timestamp,
) -> Result<Attempt<u64>, Error> {
    let done = tx
        .attempt(
        "UPDATE members SET user_name = $3, user_name_key = $4, external_id = $5, email_key = $6, display_name = $7,
            active = $8, attributes = $9, version = version + 1, modified_at = $10,
            unconfirmed = CASE WHEN $11 THEN 0 ELSE unconfirmed END
         WHERE organization_id = $1 AND id = $2",
        &[
            &organization,
            &id,
            &profile.user_name,
            &name::key(&profile.user_name),
            &profile.external_id,
            &profile.email().map(name::key),
            &profile.display_name(),
            &profile.active,
            &Json(profile.attributes.clone()),
            &at,
            &confirmed,
        ],
    )
    .await?;
    if let Attempt::Done(_) = done {
        values::replace(
            tx,
            organization,
            id,
            &before.attributes,
            &profile.attributes,
        )
        .await?;
    }
    Ok(done)
}

/// Sets what an admin says of a member's role: a suspension or a pin.
pub(crate) async fn update_assignment(
    tx: &mut Tx,
    organization: OrganizationId,
    id: MemberId,
    suspended: bool,
    pinned: Option<Role>,
) -> Result<u64, Error> {
    // Who had to wait for a seat tries again.
    tx.execute(
        "UPDATE members SET suspended = $3, pinned_role = $4, waits_for_seat = (1 = 0) WHERE organization_id = $1 AND id = $2",
        &[&organization, &id, &suspended, &pinned.map(Role::number)],
    )
    .await
}

/// Sets the role of a member where nothing else speaks.
pub(crate) async fn update_base(
    tx: &mut Tx,
    organization: OrganizationId,
    id: MemberId,
    base: Role,
) -> Result<u64, Error> {
    tx.execute(
        "UPDATE members SET base_role = $3 WHERE organization_id = $1 AND id = $2",
        &[&organization, &id, &base.number()],
    )
    .await
}

/// Deletes a member; groups, sessions, tokens, links and identities go with the row.
pub(crate) async fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    id: MemberId,
) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM members WHERE organization_id = $1 AND id = $2",
        &[&organization, &id],
    )
    .await
}
