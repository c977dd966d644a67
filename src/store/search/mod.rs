//! Conditions and orders to SQL: the only statements that are built up. Says nothing of what they are for.

pub(crate) mod members;
mod order;
mod place;
pub(crate) mod projects;
mod statement;
mod table;

use sqlx::AssertSqlSafe;

use super::db::Tx;
use crate::domain::OrganizationId;
use crate::domain::error::Error;
use crate::domain::query::{Comparison, Condition};

pub(crate) use order::{Sorting, positions};
use place::{Field, Place};
use statement::Statement;
pub(crate) use table::Table;

/// How many resources satisfy a condition.
pub(crate) async fn count<T: Table>(
    tx: &mut Tx,
    organization: OrganizationId,
    condition: &Condition<T::Field>,
) -> Result<u64, Error> {
    let mut statement = if *condition == Condition::Everything {
        Statement::begin(T::COUNT, organization)
    } else {
        Statement::begin("SELECT COUNT(*) FROM ", organization)
    };
    if *condition != Condition::Everything {
        statement.push(T::NAME);
        statement.push(" r WHERE r.organization_id = $1 AND ");
        statement.condition(condition);
    }
    let (total,): (i64,) = tx
        .fetch_one(AssertSqlSafe(statement.sql.clone()), &statement.values())
        .await?;
    Ok(total.unsigned_abs())
}

/// Whether the database must look at every resource of the organization to answer.
pub(crate) fn looks_at_all<T: Table>(
    condition: &Condition<T::Field>,
    sorting: Sorting<T::Field>,
) -> bool {
    let unsorted = sorting
        .by
        .is_some_and(|by| matches!(by.place(), Place::Time(_) | Place::Bool(_)));
    match condition {
        Condition::Everything => unsorted,
        condition => !is_bounded(condition),
    }
}

/// Whether an index leads to what satisfies a condition.
fn is_bounded<F: Field>(condition: &Condition<F>) -> bool {
    match condition {
        Condition::Nothing => true,
        Condition::Everything | Condition::Not(_) | Condition::Present(_) => false,
        Condition::And(parts) => parts.iter().any(is_bounded),
        Condition::Or(parts) => parts.iter().all(is_bounded),
        Condition::Compare(field, comparison, _) => match field.place() {
            Place::Time(_) | Place::Bool(_) => false,
            Place::Id
            | Place::Text(_)
            | Place::Optional(_)
            | Place::Related(_)
            | Place::Value(_) => !matches!(comparison, Comparison::Contains | Comparison::EndsWith),
        },
    }
}
