//! The two tables that lists are read from, and their rows.

use std::collections::HashMap;
use std::future::Future;

use sqlx::types::Uuid;

use super::place::Field;
use crate::domain::error::Error;
use crate::domain::group::Group;
use crate::domain::member::Member;
use crate::domain::query::Resource;
use crate::domain::{MemberId, OrganizationId};
use crate::store::db::Tx;
use crate::store::groups::GroupRow;
use crate::store::members::MemberRow;
use crate::store::{group_members, list_of};

/// A kind of resource that stands in a table.
pub(crate) trait Table: Resource<Field: Field + Send + Sync> + Send {
    /// The table.
    const NAME: &'static str;
    /// How many of them an organization has, by the sizes that are kept.
    const COUNT: &'static str;

    /// Those with these ids that there are, in the order of the ids, whole.
    fn load(
        tx: &mut Tx,
        organization: OrganizationId,
        ids: &[Uuid],
    ) -> impl Future<Output = Result<Vec<Self>, Error>> + Send;
}

impl Table for Member {
    const NAME: &'static str = "members";
    const COUNT: &'static str = "SELECT CAST(COALESCE(SUM(members), 0) AS BIGINT) FROM roll_sizes WHERE organization_id = $1";

    async fn load(
        tx: &mut Tx,
        organization: OrganizationId,
        ids: &[Uuid],
    ) -> Result<Vec<Self>, Error> {
        let rows: Vec<MemberRow> = tx
            .fetch_all(
                "SELECT id, number, account_id, user_name, external_id, active, attributes, role, role_source, version,
                    created_at, modified_at
                 FROM members WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))",
                &[&organization, &list_of(ids)],
            )
            .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(row.with_groups(Vec::new())?);
        }
        if found.is_empty() {
            return Ok(found);
        }
        let members: Vec<MemberId> = found.iter().map(|member| member.id).collect();
        let of_each = group_members::groups_of(tx, organization, &members).await?;
        let mut of_each: HashMap<MemberId, Vec<_>> = of_each.into_iter().collect();
        for member in &mut found {
            member.groups = of_each.remove(&member.id).unwrap_or_default();
        }
        Ok(in_order(found, ids))
    }
}

impl Table for Group {
    const NAME: &'static str = "groups";
    const COUNT: &'static str = "SELECT CAST(COALESCE(SUM(groups), 0) AS BIGINT) FROM roll_sizes WHERE organization_id = $1";

    async fn load(
        tx: &mut Tx,
        organization: OrganizationId,
        ids: &[Uuid],
    ) -> Result<Vec<Self>, Error> {
        let rows: Vec<GroupRow> = tx
            .fetch_all(
                "SELECT id, display_name, external_id, version, created_at, modified_at
                 FROM groups WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))",
                &[&organization, &list_of(ids)],
            )
            .await?;
        Ok(in_order(rows.into_iter().map(Group::from).collect(), ids))
    }
}

fn in_order<R: Resource>(mut found: Vec<R>, ids: &[Uuid]) -> Vec<R> {
    let places: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    found.sort_unstable_by_key(|one| places.get(&one.id()).copied());
    found
}
