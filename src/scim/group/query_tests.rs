//! Filters over groups as queries.

use super::tests::{A, B, BASE, group};
use super::*;
use crate::domain::query::{Comparison, Condition, GroupField, Operand};
use crate::scim::sort::Sort;

fn equal(field: GroupField, text: &str) -> Condition<GroupField> {
    Condition::Compare(field, Comparison::Equal, Operand::Text(text.to_owned()))
}

#[test]
fn filters_that_columns_can_answer_leave_nothing() {
    let member = |text| equal(GroupField::Member, text);
    for (filter, condition) in [
        (
            r#"displayName eq "Tour GUIDES""#.to_owned(),
            equal(GroupField::DisplayName, "tour guides"),
        ),
        (
            r#"externalId eq "K""#.to_owned(),
            equal(GroupField::ExternalId, "K"),
        ),
        (format!("id eq \"{A}\""), equal(GroupField::Id, A)),
        (format!("members eq \"{A}\""), member(A)),
        (
            format!("members.value ne \"{A}\""),
            Condition::Not(Box::new(member(A))),
        ),
        (
            format!("members[value eq \"{A}\" or value eq \"{B}\"]"),
            Condition::Or(vec![member(A), member(B)]),
        ),
        (r#"members.value eq "x""#.to_owned(), Condition::Nothing),
        (
            format!("id eq \"{A}\" and members.value eq \"{B}\""),
            Condition::And(vec![equal(GroupField::Id, A), member(B)]),
        ),
        (
            format!("schemas eq \"{GROUP}\" and displayName pr"),
            Condition::Everything,
        ),
    ] {
        let query = query(Some(&filter), Sort::none(), BASE, Reading::lenient())
            .unwrap_or_else(|error| panic!("{filter}: {error}"));
        assert_eq!(query.narrow, condition, "{filter}");
        assert!(query.remainder.is_none(), "{filter}");
    }
    let none = query(None, Sort::none(), BASE, Reading::lenient()).unwrap();
    assert_eq!(none.narrow, Condition::Everything);
    assert!(none.remainder.is_none());
}

#[test]
fn a_remainder_never_needs_the_members() {
    let filter = format!("members.value eq \"{A}\" and meta.location ew \"660a\"");
    let query_of = |filter: &str| query(Some(filter), Sort::none(), BASE, Reading::lenient());
    let found = query_of(&filter).unwrap();
    assert_eq!(found.narrow, equal(GroupField::Member, A));
    assert!(found.remainder.unwrap()(&group()));
    for filter in [
        format!("members.value eq \"{A}\" or meta.location ew \"660a\""),
        format!("not (members.value eq \"{A}\" and id sw \"e\")"),
        "members pr".to_owned(),
        "members.display co \"x\"".to_owned(),
        "members.value sw \"x\"".to_owned(),
        "members[type eq \"User\"]".to_owned(),
    ] {
        let refused = query_of(&filter).err();
        assert!(matches!(refused, Some(Error::InvalidFilter(_))), "{filter}");
    }
}
