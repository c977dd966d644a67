//! Which resources are asked for, in no protocol's words.
//!
//! A condition speaks only of what has a column and can be answered in SQL. What a filter says beyond that is
//! the query's remainder, a predicate over whole resources that the SQL has narrowed down.

use std::sync::Arc;

use super::Timestamp;

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
pub(crate) type Remainder<Resource> = Arc<dyn Fn(&Resource) -> bool + Send + Sync>;

/// Which resources are asked for.
#[derive(Clone)]
pub(crate) struct Query<Field, Resource> {
    /// Every resource asked for satisfies it.
    pub(crate) narrow: Condition<Field>,
    /// Where the condition does not say everything: what a resource must satisfy besides.
    pub(crate) remainder: Option<Remainder<Resource>>,
}

/// Which part of the answer: RFC 7644 section 3.4.2.4, already brought within its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// How many resources to pass over.
    pub(crate) offset: u64,
    /// How many to return at most; 0 asks for the total alone.
    pub(crate) count: u64,
}

impl Page {
    /// How many resources there are in all, where so many on the page show its end: then nobody need count them.
    pub(crate) fn total(self, found: usize) -> Option<u64> {
        let found = found as u64;
        let at_end = found < self.count && (found > 0 || self.offset == 0);
        at_end.then_some(self.offset + found)
    }
}

/// A part of an answer, and how much there is in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found<Resource> {
    /// How many resources there are in all.
    pub(crate) total: u64,
    /// The page.
    pub(crate) resources: Vec<Resource>,
}

impl<Resource> Found<Resource> {
    /// Counts a resource that was found, and keeps it where it is on the page.
    pub(crate) fn take(&mut self, resource: Resource, page: Page) {
        if self.total >= page.offset && (self.resources.len() as u64) < page.count {
            self.resources.push(resource);
        }
        self.total += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_full_tells_how_many_there_are() {
        let page = |offset, count| Page { offset, count };
        assert_eq!(page(0, 100).total(0), Some(0));
        assert_eq!(page(0, 100).total(1), Some(1));
        assert_eq!(page(200, 100).total(99), Some(299));
        assert_eq!(page(0, 100).total(100), None);
        // Past the end, and where only the number is asked for.
        assert_eq!(page(200, 100).total(0), None);
        assert_eq!(page(0, 0).total(0), None);
    }
}
