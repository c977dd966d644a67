//! Does what is stored agree with what follows from it? The whole roll, worked out again by the pure functions (R9).

use std::collections::{BTreeSet, HashMap};

use super::roles::CHUNK;
use super::{numbering, schemas, sign_on};
use crate::domain::error::Error;
use crate::domain::group::ancestors;
use crate::domain::role::effective_role;
use crate::domain::schema::CustomSchemas;
use crate::domain::{GroupId, MemberId, OrganizationId};
use crate::domain::{lookup, name};
use crate::store::db::{Db, Tx};
use crate::store::{
    audit, mapping, nested_groups, organizations, roles, schemas as definitions, seats,
};

/// Every difference, one sentence each; empty where all is well.
pub(crate) async fn verify(db: &Db) -> Result<Vec<String>, Error> {
    let mut tx = db.read().await?;
    let mut found = Vec::new();
    for organization in organizations::list_ids(&mut tx).await? {
        verify_owner(&mut tx, organization, &mut found).await?;
        verify_members(&mut tx, organization, &mut found).await?;
        verify_groups(&mut tx, organization, &mut found).await?;
        verify_seats(&mut tx, organization, &mut found).await?;
        let (kept, counted) = audit::sizes(&mut tx, organization).await?;
        if kept != counted {
            found.push(format!(
                "organization {}: is kept as having {} members and {} groups, but has {} and {}",
                organization.0, kept.0, kept.1, counted.0, counted.1
            ));
        }
    }
    numbering::verify(&mut tx, &mut found).await?;
    for (table, rows) in audit::orphans(&mut tx).await? {
        if rows > 0 {
            found.push(format!("{rows} rows of {table} belong to nobody"));
        }
    }
    Ok(found)
}

async fn verify_owner(
    tx: &mut Tx,
    id: OrganizationId,
    found: &mut Vec<String>,
) -> Result<(), Error> {
    let Some(organization) = organizations::find(tx, id).await? else {
        return Ok(());
    };
    if roles::facts(tx, id, &[organization.owner])
        .await?
        .is_empty()
    {
        found.push(format!(
            "organization {}: its Owner {} is no member",
            id.0, organization.owner
        ));
    }
    Ok(())
}

/// Nobody waits while a seat is free, or where there is no limit (R16).
async fn verify_seats(
    tx: &mut Tx,
    id: OrganizationId,
    found: &mut Vec<String>,
) -> Result<(), Error> {
    let limit = organizations::find(tx, id)
        .await?
        .and_then(|organization| organization.seat_limit);
    let waiting = seats::count_waiting(tx, id).await?;
    let used = seats::count(tx, id).await?;
    if waiting > 0 && limit.is_none_or(|limit| used < limit) {
        found.push(format!(
            "organization {}: {waiting} members wait although a seat is free",
            id.0
        ));
    }
    Ok(())
}

async fn verify_members(
    tx: &mut Tx,
    id: OrganizationId,
    found: &mut Vec<String>,
) -> Result<(), Error> {
    let mut last = None;
    let defined = CustomSchemas::of(definitions::list(tx, id).await?);
    loop {
        let members = mapping::members_after(tx, id, last, CHUNK).await?;
        last = members.last().copied();
        if last.is_none() {
            return Ok(());
        }
        for stored in roles::facts(tx, id, &members).await? {
            let (role, why) = effective_role(&stored.facts);
            if role != stored.role || why.source != stored.source {
                found.push(format!(
                    "member {}: has the role {} by {}, but the facts give {} by {}",
                    stored.member,
                    stored.role.name(),
                    stored.source.name(),
                    role.name(),
                    why.source.name()
                ));
            }
            if !stored.facts.mapped.is_empty() && !stored.facts.held_mapped_role {
                found.push(format!(
                    "member {}: is mapped, but not noted as having held a mapped role",
                    stored.member
                ));
            }
        }
        let mut values: HashMap<MemberId, Vec<_>> = HashMap::new();
        for (member, attribute, key, leading) in audit::values(tx, id, &members).await? {
            let of_member = values.entry(member).or_default();
            of_member.push((attribute, key, leading));
        }
        let mut taken: HashMap<MemberId, BTreeSet<_>> = HashMap::new();
        for (member, key, attribute, hash) in audit::unique_values(tx, id, &members).await? {
            let of_member = taken.entry(member).or_default();
            of_member.insert((key, attribute, hash));
        }
        for keys in audit::keys(tx, id, &members).await? {
            let taken = taken.remove(&keys.member).unwrap_or_default();
            let said = defined.unique_values(&keys.profile.attributes);
            if !agrees(&taken, said.iter().map(schemas::kept_as)) {
                found.push(format!(
                    "member {}: the values kept as unique do not fit the attributes",
                    keys.member
                ));
            }
            let entries = lookup::entries(&keys.profile.attributes).into_iter();
            let expected: Vec<_> = entries
                .map(|entry| (entry.lookup.number(), entry.key, entry.leading))
                .collect();
            if values.remove(&keys.member).unwrap_or_default() != expected {
                found.push(format!(
                    "member {}: the index of values does not fit the attributes",
                    keys.member
                ));
            }
            let email = keys.profile.email().map(name::key);
            if name::key(&keys.profile.user_name) != keys.user_name_key
                || email != keys.email_key
                || keys.profile.display_name() != keys.display_name
            {
                found.push(format!(
                    "member {}: the keys for looking up do not fit the attributes",
                    keys.member
                ));
            }
        }
        for (member, digest, groups) in audit::groups_of_sign_ons(tx, id, &members).await? {
            let groups: Vec<String> = groups
                .iter()
                .flat_map(|all| all.split('\n'))
                .map(str::to_owned)
                .collect();
            if sign_on::digest(&groups) != digest {
                found.push(format!(
                    "member {member}: the groups of the last sign-on are not those that it is known again by"
                ));
            }
        }
        for member in audit::barred_with_credentials(tx, id, &members).await? {
            found.push(format!(
                "member {member}: has no access, but a session, a token or a link"
            ));
        }
    }
}

/// Whether the values that a member has taken are those that they say. Of an attribute none are taken where what the
/// member says is older than its definition.
fn agrees(
    taken: &BTreeSet<(String, String, String)>,
    said: impl Iterator<Item = (String, String, String)>,
) -> bool {
    let of_taken = |one: &(String, String, String)| {
        taken
            .iter()
            .any(|other| (&other.0, &other.1) == (&one.0, &one.1))
    };
    said.filter(of_taken).collect::<BTreeSet<_>>() == *taken
}

async fn verify_groups(
    tx: &mut Tx,
    id: OrganizationId,
    found: &mut Vec<String>,
) -> Result<(), Error> {
    let mut last = None;
    let nested = nested_groups::list(tx, id).await?;
    loop {
        let groups = audit::group_keys(tx, id, last, CHUNK).await?;
        last = groups.last().map(|(group, ..)| *group);
        if last.is_none() {
            return Ok(());
        }
        let ids: Vec<GroupId> = groups.iter().map(|(group, ..)| *group).collect();
        let follows = ancestors(&ids, &nested);
        let kept = nested_groups::ancestors(tx, id, &ids).await?;
        let kept: BTreeSet<(GroupId, GroupId)> = kept.into_iter().collect();
        for (group, above) in follows.symmetric_difference(&kept) {
            let says = if kept.contains(&(*group, *above)) {
                "is noted"
            } else {
                "is not noted"
            };
            found.push(format!("group {group}: {says} as lying within {above}"));
        }
        for (child, parent) in &nested {
            if follows.contains(&(*parent, *child)) {
                found.push(format!("group {parent}: lies within its member {child}"));
            }
        }
        for (group, display_name, key) in groups {
            if name::key(&display_name) != key {
                found.push(format!(
                    "group {group}: the key for looking up does not fit the displayName"
                ));
            }
        }
    }
}
