//! Which resources are asked for, in no protocol's words.
//!
//! A condition speaks only of what has a column and can be answered in SQL. What a filter says beyond that is
//! the query's remainder, a predicate over whole resources that the SQL has narrowed down.

use std::cmp::Ordering;
use std::sync::Arc;

use uuid::Uuid;

use super::Timestamp;
use super::group::Group;
use super::lookup::Lookup;
use super::member::Member;

/// What can be asked for in lists.
pub(crate) trait Resource: Sized {
    /// What a condition can speak of.
    type Field: Copy + PartialEq;

    /// Its id.
    fn id(&self) -> Uuid;
}

impl Resource for Member {
    type Field = MemberField;

    fn id(&self) -> Uuid {
        self.id.0
    }
}

impl Resource for Group {
    type Field = GroupField;

    fn id(&self) -> Uuid {
        self.id.0
    }
}

/// What a condition on members can speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberField {
    /// The SCIM `id`, exact.
    Id,
    /// The userName's comparison key.
    UserName,
    /// The externalId, exact.
    ExternalId,
    /// SCIM `active`.
    Active,
    /// When the member joined.
    Created,
    /// When the member last changed.
    Modified,
    /// The id of a group that the member is in, exact. Only `Equal`, within [`Condition::Compare`].
    Group,
    /// One of the values of an attribute, as the index of values has them.
    Value(Lookup),
}

/// What a condition on groups can speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupField {
    /// The SCIM `id`, exact.
    Id,
    /// The displayName's comparison key.
    DisplayName,
    /// The externalId, exact.
    ExternalId,
    /// When the group was made.
    Created,
    /// When it last changed.
    Modified,
    /// The id of a member of the group, exact. Only `Equal`, within [`Condition::Compare`].
    Member,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// They are the same.
    Equal,
    /// The field's text holds the other.
    Contains,
    /// The field's text starts with the other.
    StartsWith,
    /// The field's text ends with the other.
    EndsWith,
    /// The field is greater.
    Greater,
    /// The field is greater or the same.
    GreaterOrEqual,
    /// The field is less.
    Less,
    /// The field is less or the same.
    LessOrEqual,
}

/// A value to compare with. Text for a field that has a comparison key is such a key already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operand {
    /// A text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A moment.
    Time(Timestamp),
}

/// A condition on the columns of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition<Field> {
    /// Holds for every resource.
    Everything,
    /// Holds for none.
    Nothing,
    /// All hold.
    And(Vec<Condition<Field>>),
    /// At least one holds.
    Or(Vec<Condition<Field>>),
    /// It does not hold. An absent value makes a comparison false, and so its negation true.
    Not(Box<Condition<Field>>),
    /// The field has a value, and it compares so.
    Compare(Field, Comparison, Operand),
    /// The field has a value.
    Present(Field),
}

/// A predicate over whole resources.
pub(crate) type Remainder<R> = Arc<dyn Fn(&R) -> bool + Send + Sync>;

/// What a resource is sorted by, worked out from the whole of it; nothing where it has no such value.
pub(crate) type KeyOf<R> = Arc<dyn Fn(&R) -> Option<Key> + Send + Sync>;

/// A value that resources are sorted by. Those of one list are of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// False before true.
    Bool(bool),
    /// A moment.
    Time(Timestamp),
    /// A comparison key, by its bytes.
    Text(String),
}

/// What a list is sorted by. What is the same is sorted by id.
#[derive(Clone)]
pub(crate) enum By<R: Resource> {
    /// The id alone.
    Id,
    /// Something that the database can sort by.
    Field(R::Field),
    /// Something that must be worked out.
    Value(KeyOf<R>),
}

/// The order of a list. Descending is the exact reverse of ascending, where missing values come last.
#[derive(Clone)]
pub(crate) struct Order<R: Resource> {
    /// By what.
    pub(crate) by: By<R>,
    /// From the greatest to the least.
    pub(crate) descending: bool,
}

/// Which resources are asked for, and in which order.
#[derive(Clone)]
pub(crate) struct Query<R: Resource> {
    /// Every resource asked for satisfies it.
    pub(crate) narrow: Condition<R::Field>,
    /// Where the condition does not say everything: what a resource must satisfy besides.
    pub(crate) remainder: Option<Remainder<R>>,
    /// The order.
    pub(crate) order: Order<R>,
}

/// The place of a resource in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    /// What it is sorted by, where it has that.
    pub(crate) key: Option<Key>,
    /// Its id.
    pub(crate) id: Uuid,
}

/// Ascending: a missing key comes after every other.
impl Ord for Position {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.key.is_none(), &self.key, &self.id).cmp(&(other.key.is_none(), &other.key, &other.id))
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start {
    /// After so many resources.
    Offset(u64),
    /// After the resource that has, or had, this place.
    After(Position),
}

/// Which part of the answer, already brought within its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// Where it begins.
    pub(crate) start: Start,
    /// How many resources to return at most; 0 asks for the total alone.
    pub(crate) count: u64,
    /// Towards the beginning of the list: the page ends before `start`.
    pub(crate) backwards: bool,
    /// Whether somebody wants to know how many there are in all.
    pub(crate) counted: bool,
}

impl Page {
    /// A page by index, RFC 7644 section 3.4.2.4.
    pub(crate) fn at(offset: u64, count: u64) -> Self {
        Self {
            start: Start::Offset(offset),
            count,
            backwards: false,
            counted: true,
        }
    }

    /// How many resources there are in all, where so many from this place on, and no more, tell it: then nobody need
    /// count them.
    pub(crate) fn total(&self, found: usize) -> Option<u64> {
        let Start::Offset(offset) = self.start else {
            return None;
        };
        let found = found as u64;
        (found > 0 || (offset == 0 && self.count > 0)).then_some(offset + found)
    }
}

/// A part of an answer, and how much there is in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found<R> {
    /// How many resources there are in all; 0 where nobody wants to know.
    pub(crate) total: u64,
    /// The page.
    pub(crate) resources: Vec<R>,
}

/// The same, with what leads to the pages beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed<R> {
    /// How many resources there are in all; 0 where nobody wants to know.
    pub(crate) total: u64,
    /// The page, in order.
    pub(crate) resources: Vec<R>,
    /// The places of the first and of the last of them.
    pub(crate) ends: Option<(Position, Position)>,
    /// Whether there are more in the direction in which was read.
    pub(crate) more: bool,
}

impl<R> Listed<R> {
    /// Nothing.
    pub(crate) fn nothing() -> Self {
        Self::all(Vec::new())
    }

    /// What is so few that no page follows.
    pub(crate) fn all(resources: Vec<R>) -> Self {
        Self {
            total: resources.len() as u64,
            resources,
            ends: None,
            more: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_full_tells_how_many_there_are() {
        let page = Page::at;
        assert_eq!(page(0, 100).total(0), Some(0));
        assert_eq!(page(0, 100).total(1), Some(1));
        assert_eq!(page(200, 100).total(99), Some(299));
        // Past the end, and where only the number is asked for.
        assert_eq!(page(200, 100).total(0), None);
        assert_eq!(page(0, 0).total(0), None);
    }

    #[test]
    fn what_is_missing_comes_last() {
        let at = |key: Option<&str>, id: u128| Position {
            key: key.map(|key| Key::Text(key.to_owned())),
            id: Uuid::from_u128(id),
        };
        let mut all = [
            at(None, 1),
            at(Some("b"), 3),
            at(None, 0),
            at(Some("b"), 2),
            at(Some("a"), 9),
        ];
        all.sort();
        let ids: Vec<u128> = all.iter().map(|one| one.id.as_u128()).collect();
        assert_eq!(ids, [9, 2, 3, 0, 1]);
    }
}
