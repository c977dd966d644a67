//! Readings for the verification: what is stored twice, and what belongs to nobody.

use sqlx::FromRow;
use sqlx::types::Json;

use super::db::Tx;
use super::list_of;
use crate::domain::error::Error;
use crate::domain::member::{Attributes, Profile};
use crate::domain::{GroupId, MemberId, OrganizationId};

/// A member's attributes and the keys derived from them.
pub(crate) struct Keys {
    /// The member.
    pub(crate) member: MemberId,
    /// The attributes.
    pub(crate) profile: Profile,
    /// The key of the userName.
    pub(crate) user_name_key: String,
    /// The key of the e-mail address.
    pub(crate) email_key: Option<String>,
    /// What the member is called.
    pub(crate) display_name: String,
}

#[derive(FromRow)]
struct KeysRow {
    id: MemberId,
    user_name: String,
    external_id: Option<String>,
    active: bool,
    attributes: Json<Attributes>,
    user_name_key: String,
    email_key: Option<String>,
    display_name: String,
}

/// By what the groups are known again that these members' last sign-ons carried, and what they are, joined by line feeds.
pub(crate) async fn groups_of_sign_ons(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Vec<(MemberId, String, Option<String>)>, Error> {
    tx.fetch_all(
        "SELECT i.member_id, i.groups_digest,
            (SELECT string_agg(s.name, $3) FROM asserted_groups s WHERE s.organization_id = i.organization_id
                AND s.connection_id = i.connection_id AND s.member_id = i.member_id)
         FROM identities i WHERE i.organization_id = $1 AND i.member_id IN (SELECT value FROM json_each($2))
            AND i.groups_digest IS NOT NULL",
        &[&organization, &list_of(members), &"\n"],
    )
    .await
}

/// The keys of these members.
pub(crate) async fn keys(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Vec<Keys>, Error> {
    let rows: Vec<KeysRow> = tx
        .fetch_all(
            "SELECT id, user_name, external_id, active, attributes, user_name_key, email_key, display_name FROM members
             WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2)) ORDER BY id",
            &[&organization, &list_of(members)],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Keys {
            member: row.id,
            profile: Profile {
                user_name: row.user_name,
                external_id: row.external_id,
                active: row.active,
                attributes: row.attributes.0,
            },
            user_name_key: row.user_name_key,
            email_key: row.email_key,
            display_name: row.display_name,
        })
        .collect())
}

/// What the index of values has of these members: the attribute's number, the key, and whether it leads; by member,
/// attribute and key.
pub(crate) async fn values(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Vec<(MemberId, i16, String, bool)>, Error> {
    tx.fetch_all(
        "SELECT member_id, attribute, value_key, foremost FROM member_values
         WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2))
         ORDER BY member_id, attribute, value_key",
        &[&organization, &list_of(members)],
    )
    .await
}

/// The values that may occur once of these members: the schema's key, the attribute and the hash.
pub(crate) async fn unique_values(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Vec<(MemberId, String, String, String)>, Error> {
    tx.fetch_all(
        "SELECT member_id, urn_key, attribute, hash FROM unique_values
         WHERE organization_id = $1 AND member_id IN (SELECT value FROM json_each($2))",
        &[&organization, &list_of(members)],
    )
    .await
}

/// How many members and how many groups an organization has: as kept, and as counted.
pub(crate) async fn sizes(
    tx: &mut Tx,
    organization: OrganizationId,
) -> Result<((i64, i64), (i64, i64)), Error> {
    let kept = tx
        .fetch_one(
            "SELECT CAST(COALESCE(SUM(members), 0) AS BIGINT), CAST(COALESCE(SUM(groups), 0) AS BIGINT)
             FROM roll_sizes WHERE organization_id = $1",
            &[&organization],
        )
        .await?;
    let counted = tx
        .fetch_one(
            "SELECT (SELECT COUNT(*) FROM members WHERE organization_id = $1),
                (SELECT COUNT(*) FROM groups WHERE organization_id = $1)",
            &[&organization],
        )
        .await?;
    Ok((kept, counted))
}

/// The next groups, by id, with their displayNames and the keys of those.
pub(crate) async fn group_keys(
    tx: &mut Tx,
    organization: OrganizationId,
    after: Option<GroupId>,
    count: u16,
) -> Result<Vec<(GroupId, String, String)>, Error> {
    tx.fetch_all(
        "SELECT id, display_name, display_name_key FROM groups
         WHERE organization_id = $1 AND ($2 IS NULL OR id > $2) ORDER BY id LIMIT $3",
        &[&organization, &after, &i64::from(count)],
    )
    .await
}

/// Those of these members who have no access, and yet something to come in with (R13).
pub(crate) async fn barred_with_credentials(
    tx: &mut Tx,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Vec<MemberId>, Error> {
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(
            "SELECT m.id FROM members m
             WHERE m.organization_id = $1 AND m.id IN (SELECT value FROM json_each($2)) AND +m.role <= 0 AND (
                EXISTS (SELECT 1 FROM sessions s WHERE s.organization_id = m.organization_id AND s.member_id = m.id)
                OR EXISTS (SELECT 1 FROM user_tokens t WHERE t.organization_id = m.organization_id AND t.member_id = m.id)
                OR EXISTS (SELECT 1 FROM login_links l WHERE l.organization_id = m.organization_id AND l.member_id = m.id))",
            &[&organization, &list_of(members)],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Rows that no reference keeps from being left behind, by table.
pub(crate) async fn orphans(tx: &mut Tx) -> Result<Vec<(&'static str, i64)>, Error> {
    let mut found = Vec::new();
    for (table, sql) in [
        ("accounts", "SELECT COUNT(*) FROM accounts a WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.account_id = a.id)
                AND NOT EXISTS (SELECT 1 FROM held_members h WHERE h.account_id = a.id)"),
        (
            "event_details",
            "SELECT COUNT(*) FROM event_details d WHERE NOT EXISTS
                (SELECT 1 FROM members m WHERE m.organization_id = d.organization_id AND m.id = d.member_id)
                AND NOT EXISTS
                (SELECT 1 FROM held_members h WHERE h.organization_id = d.organization_id AND h.id = d.member_id)",
        ),
    ] {
        let (rows,): (i64,) = tx.fetch_one(sql, &[]).await?;
        found.push((table, rows));
    }
    Ok(found)
}
