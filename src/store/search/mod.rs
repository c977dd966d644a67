//! A condition to SQL: the only statements that are built up. Says nothing of what a condition is for.

mod place;
mod statement;

use sqlx::AssertSqlSafe;

use super::db::{Bind, Tx};
use super::groups::GroupRow;
use super::members::MemberRow;
use crate::domain::error::Error;
use crate::domain::group::Group;
use crate::domain::member::Member;
use crate::domain::query::{Condition, GroupField, MemberField};
use crate::domain::{GroupId, MemberId, OrganizationId};
use place::Field;
use statement::Statement;

/// How many members satisfy a condition.
pub(crate) async fn count_members(
    tx: &mut Tx,
    organization: OrganizationId,
    condition: &Condition<MemberField>,
) -> Result<u64, Error> {
    count(
        tx,
        "SELECT COUNT(*) FROM members r WHERE r.organization_id = $1 AND ",
        organization,
        condition,
    )
    .await
}

/// How many groups satisfy a condition.
pub(crate) async fn count_groups(
    tx: &mut Tx,
    organization: OrganizationId,
    condition: &Condition<GroupField>,
) -> Result<u64, Error> {
    count(
        tx,
        "SELECT COUNT(*) FROM groups r WHERE r.organization_id = $1 AND ",
        organization,
        condition,
    )
    .await
}

async fn count<F: Field>(
    tx: &mut Tx,
    select: &str,
    organization: OrganizationId,
    condition: &Condition<F>,
) -> Result<u64, Error> {
    let mut statement = Statement::begin(select, organization);
    statement.condition(condition);
    let (total,): (i64,) = tx
        .fetch_one(AssertSqlSafe(statement.sql.clone()), &statement.values())
        .await?;
    Ok(total.unsigned_abs())
}

/// Where a page begins: by position, or after the last resource seen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum From<Id> {
    /// Pass over so many.
    Offset(i64),
    /// Begin after this one.
    After(Option<Id>),
}

/// Members that satisfy a condition, by id, without their groups.
pub(crate) async fn members(
    tx: &mut Tx,
    organization: OrganizationId,
    condition: &Condition<MemberField>,
    from: From<MemberId>,
    count: i64,
) -> Result<Vec<Member>, Error> {
    let mut statement = Statement::begin(
        "SELECT r.id, r.number, r.account_id, r.user_name, r.external_id, r.active, r.attributes, r.role, r.role_source,
            r.version, r.created_at, r.modified_at FROM members r WHERE r.organization_id = $1 AND ",
        organization,
    );
    statement.condition(condition);
    statement.page(from, count);
    let rows: Vec<MemberRow> = tx
        .fetch_all(AssertSqlSafe(statement.sql.clone()), &statement.values())
        .await?;
    rows.into_iter()
        .map(|row| row.with_groups(Vec::new()))
        .collect()
}

/// Groups that satisfy a condition, by id.
pub(crate) async fn groups(
    tx: &mut Tx,
    organization: OrganizationId,
    condition: &Condition<GroupField>,
    from: From<GroupId>,
    count: i64,
) -> Result<Vec<Group>, Error> {
    let mut statement = Statement::begin(
        "SELECT r.id, r.display_name, r.external_id, r.version, r.created_at, r.modified_at
         FROM groups r WHERE r.organization_id = $1 AND ",
        organization,
    );
    statement.condition(condition);
    statement.page(from, count);
    let rows: Vec<GroupRow> = tx
        .fetch_all(AssertSqlSafe(statement.sql.clone()), &statement.values())
        .await?;
    Ok(rows.into_iter().map(Group::from).collect())
}

impl Statement {
    fn page<Id: Bind + Copy + 'static>(&mut self, from: From<Id>, count: i64) {
        if let From::After(Some(id)) = from {
            self.push(" AND r.id > ");
            self.bind(id);
        }
        self.push(" ORDER BY r.id LIMIT ");
        self.bind(count);
        if let From::Offset(offset) = from {
            self.push(" OFFSET ");
            self.bind(offset);
        }
    }
}
