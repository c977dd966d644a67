//! The lists of members that admins read: any filters, an order and a part. Values are always bound.

use sqlx::AssertSqlSafe;

use super::statement::Statement;
use crate::domain::error::Error;
use crate::domain::listing::{MemberFilter, MemberOrder, Slice, Way, Within};
use crate::domain::lookup::{self, Lookup};
use crate::domain::member::Member;
use crate::domain::query::Comparison;
use crate::domain::{MemberId, OrganizationId, ProjectId, WorkspaceId};
use crate::store::db::Tx;
use crate::store::members::MemberRow;

/// In which attributes a search looks, besides the sign-in name.
const SEARCHED: [Lookup; 4] = [
    Lookup::Email,
    Lookup::DisplayName,
    Lookup::FamilyName,
    Lookup::GivenName,
];

/// How many members a filter leaves.
pub(crate) async fn count(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &MemberFilter,
) -> Result<u64, Error> {
    // The whole roll is counted already.
    let begin = if *filter == MemberFilter::default() {
        "SELECT CAST(COALESCE(SUM(members), 0) AS BIGINT) FROM roll_sizes m WHERE m.organization_id = $1"
    } else {
        "SELECT COUNT(*) FROM members m WHERE m.organization_id = $1"
    };
    let mut statement = Statement::begin(begin, organization);
    narrow(&mut statement, filter);
    let (total,): (i64,) = tx
        .fetch_one(AssertSqlSafe(statement.sql.clone()), &statement.values())
        .await?;
    Ok(total.unsigned_abs())
}

/// A part of the members that a filter leaves, in order. Their groups are not read.
pub(crate) async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &MemberFilter,
    (order, descending): (MemberOrder, bool),
    slice: Slice,
) -> Result<Vec<Member>, Error> {
    let mut statement = Statement::begin(
        "SELECT m.id, m.number, m.account_id, m.user_name, m.external_id, m.active, m.attributes, m.role, m.role_source,
            m.version, m.created_at, m.modified_at
         FROM members m WHERE m.organization_id = $1",
        organization,
    );
    narrow(&mut statement, filter);
    let searched = !filter.words.is_empty();
    statement.push(match (order, descending) {
        // Few are found, mostly: with the bare column, SQLite goes through all in their order and looks each up.
        (MemberOrder::Number, false) if searched => " ORDER BY +m.number",
        (MemberOrder::Number, true) if searched => " ORDER BY +m.number DESC",
        (MemberOrder::Number, false) => " ORDER BY m.number",
        (MemberOrder::Number, true) => " ORDER BY m.number DESC",
        (MemberOrder::UserName, false) => " ORDER BY m.user_name_key",
        (MemberOrder::UserName, true) => " ORDER BY m.user_name_key DESC",
        // As the index has them on PostgreSQL; SQLite reads its index in two parts.
        (MemberOrder::Email, false) => " ORDER BY m.email_key NULLS LAST, m.number",
        (MemberOrder::Email, true) => " ORDER BY m.email_key DESC NULLS FIRST, m.number DESC",
        (MemberOrder::Role, false) => " ORDER BY m.role, m.number",
        (MemberOrder::Role, true) => " ORDER BY m.role DESC, m.number DESC",
    });
    statement.push(" LIMIT ");
    statement.bind(slice.count);
    statement.push(" OFFSET ");
    statement.bind(slice.offset);
    let rows: Vec<MemberRow> = tx
        .fetch_all(AssertSqlSafe(statement.sql.clone()), &statement.values())
        .await?;
    rows.into_iter()
        .map(|row| row.with_groups(Vec::new()))
        .collect()
}

/// The ids of the members that a filter leaves, the next after `after`.
pub(crate) async fn ids_after(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &MemberFilter,
    after: MemberId,
    count: i64,
) -> Result<Vec<MemberId>, Error> {
    let mut statement = Statement::begin(
        "SELECT m.id FROM members m WHERE m.organization_id = $1 AND m.id > ",
        organization,
    );
    statement.bind(after);
    narrow(&mut statement, filter);
    statement.push(" ORDER BY m.id LIMIT ");
    statement.bind(count);
    let rows: Vec<(MemberId,)> = tx
        .fetch_all(AssertSqlSafe(statement.sql.clone()), &statement.values())
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

fn narrow(statement: &mut Statement, filter: &MemberFilter) {
    if !filter.roles.is_empty() {
        let roles = filter.roles.iter().map(|role| role.number());
        statement.push(" AND m.role");
        statement.among(roles);
    }
    if !filter.tags.is_empty() {
        statement.push(
            " AND m.id IN (SELECT t.member_id FROM tagged_members t WHERE t.organization_id = $1 AND t.tag_id",
        );
        statement.among(filter.tags.iter().copied());
        statement.push(")");
    }
    for word in &filter.words {
        searched(statement, word);
    }
    if let Some(only) = &filter.only {
        statement.push(" AND m.number");
        statement.among(only.iter().copied());
    }
    if !filter.without.is_empty() {
        statement.push(" AND NOT m.number");
        statement.among(filter.without.iter().copied());
    }
    if let Some(project) = filter.not_in_project {
        statement.push(" AND NOT ");
        by_hand(statement, project);
    }
    if let Some(workspace) = filter.not_in_workspace {
        statement.push(" AND NOT EXISTS (SELECT 1 FROM workspace_members w WHERE w.organization_id = $1 AND w.member_id = m.id AND w.workspace_id = ");
        statement.bind(workspace);
        statement.push(")");
    }
    if let Some(since) = filter.changed_since {
        statement.push(" AND m.modified_at >= ");
        statement.bind(since);
    }
    if let Some(until) = filter.changed_until {
        statement.push(" AND m.modified_at <= ");
        statement.bind(until);
    }
    match filter.within {
        None => {}
        Some(Within::Workspace(workspace)) => {
            statement.push(" AND m.role > 0 AND m.id IN (");
            in_workspace(statement, workspace);
            statement.push(")");
        }
        Some(Within::Project(project, way)) => {
            statement.push(" AND m.role > 0");
            if way != Way::Explicit {
                statement.push(" AND (m.role >= 4 OR m.id IN (");
                in_project(statement, project);
                statement.push("))");
            }
            match way {
                Way::Any => {}
                Way::Explicit => {
                    statement.push(" AND ");
                    by_hand(statement, project);
                }
                Way::Implicit => {
                    statement.push(" AND NOT ");
                    by_hand(statement, project);
                }
            }
        }
    }
}

/// A word stands at the beginning of the sign-in name or of one of the values that are searched.
fn searched(statement: &mut Statement, word: &str) {
    statement.push(" AND m.id IN (SELECT s.id FROM members s WHERE s.organization_id = $1 AND ");
    statement.text("s.user_name_key", Comparison::StartsWith, word);
    for lookup in SEARCHED {
        statement.push(
            " UNION SELECT v.member_id FROM member_values v WHERE v.organization_id = $1 AND v.attribute = ",
        );
        statement.push(&lookup.number().to_string());
        statement.push(" AND ");
        statement.text("v.value_key", Comparison::StartsWith, lookup::cut(word));
    }
    statement.push(")");
}

fn by_hand(statement: &mut Statement, project: ProjectId) {
    statement.push("EXISTS (SELECT 1 FROM project_members p WHERE p.organization_id = $1 AND p.member_id = m.id AND p.project_id = ");
    statement.bind(project);
    statement.push(")");
}

/// The members whom groups bring to a place, from the rule to the groups to whoever is in them.
macro_rules! by_rule {
    ($rules:literal, $place:literal) => {
        (
            concat!(
                " UNION SELECT gm.member_id FROM ",
                $rules,
                " r CROSS JOIN groups g CROSS JOIN group_ancestors a CROSS JOIN group_members gm
                 WHERE g.organization_id = r.organization_id AND g.display_name = r.group_name
                    AND a.organization_id = g.organization_id AND a.ancestor_id = g.id
                    AND gm.organization_id = a.organization_id AND gm.group_id = a.group_id
                    AND r.organization_id = $1 AND r.",
                $place
            ),
            concat!(
                " UNION SELECT s.member_id FROM ",
                $rules,
                " r CROSS JOIN asserted_groups s
                 WHERE s.organization_id = r.organization_id AND s.name = r.group_name AND r.organization_id = $1 AND r.",
                $place
            ),
        )
    };
}

fn in_workspace(statement: &mut Statement, workspace: WorkspaceId) {
    statement.push(
        "SELECT w.member_id FROM workspace_members w WHERE w.organization_id = $1 AND w.workspace_id = ",
    );
    statement.bind(workspace);
    let (groups, asserted) = by_rule!("workspace_rules", "workspace_id = ");
    for part in [groups, asserted] {
        statement.push(part);
        statement.bind(workspace);
    }
}

fn in_project(statement: &mut Statement, project: ProjectId) {
    statement.push(
        "SELECT p.member_id FROM project_members p WHERE p.organization_id = $1 AND p.project_id = ",
    );
    statement.bind(project);
    let (groups, asserted) = by_rule!("project_rules", "project_id = ");
    for part in [groups, asserted] {
        statement.push(part);
        statement.bind(project);
    }
    // Who is in its workspace.
    let (groups, asserted) = by_rule!("workspace_rules", "workspace_id ");
    let by_hand = " UNION SELECT w.member_id FROM workspace_members w WHERE w.organization_id = $1 AND w.workspace_id ";
    for part in [by_hand, groups, asserted] {
        statement.push(part);
        statement.push(
            "= (SELECT j.workspace_id FROM projects j WHERE j.organization_id = $1 AND j.id = ",
        );
        statement.bind(project);
        statement.push(")");
    }
}
