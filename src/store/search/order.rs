//! The order of a list in SQL: places of resources, after one of them or after so many.
//!
//! What is sorted by something that may be missing is read in two parts, those that have it and those that have not, so
//! that each part is walked along one index. Rows themselves are not read here.

use sqlx::AssertSqlSafe;

use super::place::Place;
use super::statement::Statement;
use super::table::Table;
use crate::domain::error::Error;
use crate::domain::query::{Condition, Key, Position, Start};
use crate::domain::{MemberId, OrganizationId, Timestamp};
use crate::store::db::Tx;

/// By what, and in which direction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sorting<Field> {
    /// A field that has one value at most; the id where there is none.
    pub(crate) by: Option<Field>,
    /// From the greatest to the least.
    pub(crate) descending: bool,
}

/// One of the two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Valued,
    Missing,
}

/// The places of resources that satisfy a condition, in order, so many at most.
pub(crate) async fn positions<T: Table>(
    tx: &mut Tx,
    organization: OrganizationId,
    condition: &Condition<T::Field>,
    sorting: Sorting<T::Field>,
    start: &Start,
    count: u64,
) -> Result<Vec<Position>, Error> {
    let place = sorting.by.map_or(Place::Id, super::place::Field::place);
    let parts: &[Part] = match (place, sorting.descending) {
        (Place::Optional(_) | Place::Value(_), false) => &[Part::Valued, Part::Missing],
        (Place::Optional(_) | Place::Value(_), true) => &[Part::Missing, Part::Valued],
        _ => &[Part::Valued],
    };
    let mut found: Vec<Position> = Vec::new();
    let mut start = start.clone();
    for (at, part) in parts.iter().enumerate() {
        let left = count - found.len() as u64;
        if left == 0 {
            break;
        }
        if let Start::After(position) = &start
            && parts.len() > 1
        {
            let in_part = if position.key.is_some() {
                Part::Valued
            } else {
                Part::Missing
            };
            if in_part != *part && at == 0 {
                continue;
            }
            if in_part != *part {
                start = Start::Offset(0);
            }
        }
        let walk = Walk {
            place,
            part: *part,
            descending: sorting.descending,
        };
        let more = walk
            .read::<T>(tx, organization, condition, &start, left)
            .await?;
        if let Start::Offset(offset) = start
            && at + 1 < parts.len()
        {
            start = Start::Offset(if more.is_empty() && offset > 0 {
                let passed = walk.count::<T>(tx, organization, condition).await?;
                offset.saturating_sub(passed)
            } else {
                0
            });
        }
        found.extend(more);
    }
    Ok(found)
}

/// A way along one part.
struct Walk {
    place: Place,
    part: Part,
    descending: bool,
}

impl Walk {
    /// What the part is sorted by, besides the id.
    fn key(&self) -> Option<String> {
        match (self.part, self.place) {
            (Part::Missing, _) | (_, Place::Id | Place::Related(_)) => None,
            (
                Part::Valued,
                Place::Text(column)
                | Place::Optional(column)
                | Place::Time(column)
                | Place::Bool(column),
            ) => Some(format!("r.{column}")),
            (Part::Valued, Place::Value(_)) => Some("v.value_key".to_owned()),
        }
    }

    /// The id, as the index that is walked has it.
    fn id(&self) -> &'static str {
        match (self.part, self.place) {
            (Part::Valued, Place::Value(_)) => "v.member_id",
            _ => "r.id",
        }
    }

    /// From where, and under which conditions.
    fn selection<T: Table>(
        &self,
        select: &str,
        organization: OrganizationId,
        condition: &Condition<T::Field>,
    ) -> Statement {
        let mut statement = Statement::begin(select, organization);
        let joined = matches!((self.part, self.place), (Part::Valued, Place::Value(_)));
        statement.push(" FROM ");
        if joined {
            statement.push("member_values v JOIN ");
        }
        statement.push(T::NAME);
        statement.push(" r");
        if joined {
            statement.push(" ON r.organization_id = v.organization_id AND r.id = v.member_id");
        }
        statement.push(" WHERE r.organization_id = $1 AND ");
        statement.condition(condition);
        match (self.part, self.place) {
            (Part::Valued, Place::Value(attribute)) => {
                statement.push(" AND v.organization_id = $1 AND v.foremost AND v.attribute = ");
                statement.push(&attribute.to_string());
            }
            (Part::Missing, Place::Value(attribute)) => {
                statement.push(
                    " AND NOT EXISTS (SELECT 1 FROM member_values v WHERE v.organization_id = r.organization_id
                      AND v.member_id = r.id AND v.foremost AND v.attribute = ",
                );
                statement.push(&attribute.to_string());
                statement.push(")");
            }
            (part, Place::Optional(column)) => {
                statement.push(" AND r.");
                statement.push(column);
                statement.push(match part {
                    Part::Valued => " IS NOT NULL",
                    Part::Missing => " IS NULL",
                });
            }
            _ => {}
        }
        statement
    }

    async fn count<T: Table>(
        &self,
        tx: &mut Tx,
        organization: OrganizationId,
        condition: &Condition<T::Field>,
    ) -> Result<u64, Error> {
        let statement = self.selection::<T>("SELECT COUNT(*)", organization, condition);
        let (total,): (i64,) = tx
            .fetch_one(AssertSqlSafe(statement.sql.clone()), &statement.values())
            .await?;
        Ok(total.unsigned_abs())
    }

    async fn read<T: Table>(
        &self,
        tx: &mut Tx,
        organization: OrganizationId,
        condition: &Condition<T::Field>,
        start: &Start,
        count: u64,
    ) -> Result<Vec<Position>, Error> {
        let (key, id) = (self.key(), self.id());
        let columns = match &key {
            Some(key) => format!("SELECT {key}, {id}"),
            None => format!("SELECT {id}"),
        };
        let mut statement = self.selection::<T>(&columns, organization, condition);
        if let Start::After(position) = start {
            self.after(&mut statement, position);
        }
        let direction = if self.descending { " DESC" } else { "" };
        statement.push(" ORDER BY ");
        if let Some(key) = &key {
            statement.push(&format!("{key}{direction}, "));
        }
        statement.push(&format!("{id}{direction} LIMIT "));
        statement.bind(i64::try_from(count).unwrap_or(i64::MAX));
        if let Start::Offset(offset) = start
            && *offset > 0
        {
            statement.push(" OFFSET ");
            statement.bind(i64::try_from(*offset).unwrap_or(i64::MAX));
        }
        let (sql, values) = (AssertSqlSafe(statement.sql.clone()), statement.values());
        if key.is_none() {
            // Ids of all kinds look alike in the database.
            let rows: Vec<(MemberId,)> = tx.fetch_all(sql, &values).await?;
            return Ok(rows.into_iter().map(|(id,)| position(None, id)).collect());
        }
        Ok(match self.place {
            Place::Time(_) => {
                let rows: Vec<(Timestamp, MemberId)> = tx.fetch_all(sql, &values).await?;
                let rows = rows.into_iter();
                rows.map(|(key, id)| position(Some(Key::Time(key)), id))
                    .collect()
            }
            Place::Bool(_) => {
                let rows: Vec<(bool, MemberId)> = tx.fetch_all(sql, &values).await?;
                let rows = rows.into_iter();
                rows.map(|(key, id)| position(Some(Key::Bool(key)), id))
                    .collect()
            }
            Place::Id
            | Place::Related(_)
            | Place::Text(_)
            | Place::Optional(_)
            | Place::Value(_) => {
                let rows: Vec<(String, MemberId)> = tx.fetch_all(sql, &values).await?;
                let rows = rows.into_iter();
                rows.map(|(key, id)| position(Some(Key::Text(key)), id))
                    .collect()
            }
        })
    }

    fn after(&self, statement: &mut Statement, position: &Position) {
        let operator = if self.descending { " < " } else { " > " };
        let id = MemberId(position.id);
        statement.push(" AND ");
        if let (Some(column), Some(key)) = (self.key(), &position.key) {
            statement.push(&format!("({column}, {}){operator}(", self.id()));
            match key {
                Key::Text(text) => statement.bind(text.clone()),
                Key::Time(at) => statement.bind(*at),
                Key::Bool(flag) => statement.bind(*flag),
            }
            statement.push(", ");
            statement.bind(id);
            statement.push(")");
        } else {
            statement.push(self.id());
            statement.push(operator);
            statement.bind(id);
        }
    }
}

fn position(key: Option<Key>, id: MemberId) -> Position {
    Position { key, id: id.0 }
}
