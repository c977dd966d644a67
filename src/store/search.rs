//! A condition to SQL: the only statement that is built up. Values are always bound, never written into the text.

use sqlx::AssertSqlSafe;

use super::db::{Bind, Tx};
use super::groups::GroupRow;
use super::members::MemberRow;
use crate::domain::error::Error;
use crate::domain::group::Group;
use crate::domain::member::Member;
use crate::domain::query::{Comparison, Condition, GroupField, MemberField, Operand};
use crate::domain::{GroupId, MemberId, OrganizationId};

/// Where a field of a condition is found.
enum Place {
    /// In a column of text.
    Text(&'static str),
    /// In a column of moments.
    Time(&'static str),
    /// In a column of truth.
    Bool(&'static str),
    /// In the id of the row.
    Id,
    /// In the id of a related row: `EXISTS (…`.
    Related(&'static str),
}

/// A field that has a place in a table.
pub(crate) trait Field: Copy {
    /// Where it is found.
    #[expect(private_interfaces, reason = "only this file asks")]
    fn place(self) -> Place;
}

impl Field for MemberField {
    #[expect(private_interfaces, reason = "only this file asks")]
    fn place(self) -> Place {
        match self {
            Self::Id => Place::Id,
            Self::UserName => Place::Text("user_name_key"),
            Self::ExternalId => Place::Text("external_id"),
            Self::Active => Place::Bool("active"),
            Self::Created => Place::Time("created_at"),
            Self::Modified => Place::Time("modified_at"),
            Self::Group => Place::Related(
                "EXISTS (SELECT 1 FROM group_members gm WHERE gm.organization_id = r.organization_id AND gm.member_id = r.id AND gm.group_id = ",
            ),
        }
    }
}

impl Field for GroupField {
    #[expect(private_interfaces, reason = "only this file asks")]
    fn place(self) -> Place {
        match self {
            Self::Id => Place::Id,
            Self::DisplayName => Place::Text("display_name_key"),
            Self::ExternalId => Place::Text("external_id"),
            Self::Created => Place::Time("created_at"),
            Self::Modified => Place::Time("modified_at"),
            Self::Member => Place::Related(
                "EXISTS (SELECT 1 FROM group_members gm WHERE gm.organization_id = r.organization_id AND gm.group_id = r.id AND gm.member_id = ",
            ),
        }
    }
}

/// A statement that grows, and its values.
struct Statement {
    sql: String,
    values: Vec<Box<dyn Bind>>,
}

impl Statement {
    fn begin(sql: &str, organization: OrganizationId) -> Self {
        Self {
            sql: sql.to_owned(),
            values: vec![Box::new(organization)],
        }
    }

    fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    fn bind(&mut self, value: impl Bind + 'static) {
        self.values.push(Box::new(value));
        self.sql.push('$');
        self.sql.push_str(&self.values.len().to_string());
    }

    fn values(&self) -> Vec<&dyn Bind> {
        self.values.iter().map(AsRef::as_ref).collect()
    }

    /// Writes a condition in parentheses. Its depth was bounded where it was parsed.
    fn condition<F: Field>(&mut self, condition: &Condition<F>) {
        match condition {
            Condition::Everything => self.push("(1 = 1)"),
            Condition::Nothing => self.push("(1 = 0)"),
            Condition::And(parts) => self.joined(parts, " AND ", "(1 = 1)"),
            Condition::Or(parts) => self.joined(parts, " OR ", "(1 = 0)"),
            Condition::Not(inner) => {
                // An absent value makes the inner part unknown, which counts as false.
                self.push("(NOT COALESCE(");
                self.condition(inner);
                self.push(", (1 = 0)))");
            }
            Condition::Present(field) => match field.place() {
                Place::Text(column) | Place::Time(column) | Place::Bool(column) => {
                    self.push("(r.");
                    self.push(column);
                    self.push(" IS NOT NULL)");
                }
                Place::Id => self.push("(1 = 1)"),
                Place::Related(_) => self.push("(1 = 0)"),
            },
            Condition::Compare(field, comparison, operand) => {
                self.comparison(field.place(), *comparison, operand);
            }
        }
    }

    fn joined<F: Field>(&mut self, parts: &[Condition<F>], by: &str, empty: &str) {
        if parts.is_empty() {
            return self.push(empty);
        }
        self.push("(");
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.push(by);
            }
            self.condition(part);
        }
        self.push(")");
    }

    fn comparison(&mut self, place: Place, comparison: Comparison, operand: &Operand) {
        self.push("(");
        match (place, operand) {
            (Place::Text(column), Operand::Text(text)) => self.text(column, comparison, text),
            (Place::Time(column), Operand::Time(at)) => {
                self.push("r.");
                self.push(column);
                self.push(operator(comparison));
                self.bind(*at);
            }
            (Place::Bool(column), Operand::Bool(value)) => {
                self.push("r.");
                self.push(column);
                self.push(operator(comparison));
                self.bind(*value);
            }
            (Place::Id, Operand::Text(text)) => match MemberId::parse(text) {
                Some(id) if comparison == Comparison::Equal => {
                    self.push("r.id = ");
                    self.bind(id);
                }
                _ => self.push("1 = 0"),
            },
            (Place::Related(exists), Operand::Text(text)) => match MemberId::parse(text) {
                Some(id) if comparison == Comparison::Equal => {
                    self.push(exists);
                    self.bind(id);
                    self.push(")");
                }
                _ => self.push("1 = 0"),
            },
            // What has another type is never the same.
            (
                Place::Text(_) | Place::Time(_) | Place::Bool(_) | Place::Id | Place::Related(_),
                _,
            ) => self.push("1 = 0"),
        }
        self.push(")");
    }

    /// `LIKE` answers differently on the two engines; a prefix is a range, the rest is cut out and compared.
    fn text(&mut self, column: &str, comparison: Comparison, text: &str) {
        match comparison {
            Comparison::StartsWith | Comparison::EndsWith | Comparison::Contains
                if text.is_empty() =>
            {
                self.push("r.");
                self.push(column);
                self.push(" IS NOT NULL");
            }
            Comparison::StartsWith => {
                self.push("r.");
                self.push(column);
                self.push(" >= ");
                self.bind(text.to_owned());
                self.push(" AND substr(r.");
                self.push(column);
                self.push(", 1, ");
                self.bind(length(text));
                self.push(") = ");
                self.bind(text.to_owned());
                if let Some(end) = after_prefix(text) {
                    self.push(" AND r.");
                    self.push(column);
                    self.push(" < ");
                    self.bind(end);
                }
            }
            Comparison::EndsWith => {
                self.push("length(r.");
                self.push(column);
                self.push(") >= ");
                self.bind(length(text));
                self.push(" AND substr(r.");
                self.push(column);
                self.push(", length(r.");
                self.push(column);
                self.push(") - ");
                self.bind(length(text) - 1);
                self.push(") = ");
                self.bind(text.to_owned());
            }
            Comparison::Contains => {
                self.push("replace(r.");
                self.push(column);
                self.push(", ");
                self.bind(text.to_owned());
                self.push(", '') <> r.");
                self.push(column);
            }
            Comparison::Equal
            | Comparison::Greater
            | Comparison::GreaterOrEqual
            | Comparison::Less
            | Comparison::LessOrEqual => {
                self.push("r.");
                self.push(column);
                self.push(operator(comparison));
                self.bind(text.to_owned());
            }
        }
    }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal
        | Comparison::Contains
        | Comparison::StartsWith
        | Comparison::EndsWith => " = ",
        Comparison::Greater => " > ",
        Comparison::GreaterOrEqual => " >= ",
        Comparison::Less => " < ",
        Comparison::LessOrEqual => " <= ",
    }
}

/// Both engines count a text in characters.
fn length(text: &str) -> i32 {
    i32::try_from(text.chars().count()).unwrap_or(i32::MAX)
}

/// The least text that is greater than every text with this prefix, so that an index bounds the range on both sides.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // The next character, past the gap of the surrogates.
        let next = match u32::from(last) + 1 {
            0xD800 => 0xE000,
            other => other,
        };
        if let Some(next) = char::from_u32(next) {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_character() {
        assert_eq!(after_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(after_prefix("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(after_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{10ffff}"), None);
    }
}
