//! Filters over users as queries: the condition and the remainder together select what the filter does.

use proptest::prelude::*;
use serde_json::json;

use super::tests::{BASE, member, read};
use super::*;
use crate::domain::lookup::{self, Lookup};
use crate::domain::query::{Comparison, Condition, MemberField, Operand, Query};
use crate::domain::{Timestamp, name};
use crate::scim::filter;
use crate::scim::schema::standard;
use crate::scim::sort::Sort;

/// What SQL would find in a column; text as its comparison key.
fn column(member: &Member, field: MemberField) -> Vec<Operand> {
    let profile = &member.profile;
    match field {
        MemberField::Id => vec![Operand::Text(member.id.to_string())],
        MemberField::UserName => vec![Operand::Text(name::key(&profile.user_name))],
        MemberField::ExternalId => profile
            .external_id
            .iter()
            .cloned()
            .map(Operand::Text)
            .collect(),
        MemberField::Active => vec![Operand::Bool(profile.active)],
        MemberField::Created => vec![Operand::Time(member.created)],
        MemberField::Modified => vec![Operand::Time(member.modified)],
        MemberField::Group => member
            .groups
            .iter()
            .map(|group| Operand::Text(group.id.to_string()))
            .collect(),
        MemberField::Value(lookup) => lookup::entries(&profile.attributes)
            .into_iter()
            .filter(|entry| entry.lookup == lookup)
            .map(|entry| Operand::Text(entry.key))
            .collect(),
    }
}

fn compares(value: &Operand, comparison: Comparison, operand: &Operand) -> bool {
    match (value, operand) {
        (Operand::Text(value), Operand::Text(text)) => match comparison {
            Comparison::Contains => value.contains(text.as_str()),
            Comparison::StartsWith => value.starts_with(text.as_str()),
            Comparison::EndsWith => value.ends_with(text.as_str()),
            other => in_order(value.cmp(text), other),
        },
        (Operand::Bool(value), Operand::Bool(flag)) => in_order(value.cmp(flag), comparison),
        (Operand::Time(value), Operand::Time(at)) => in_order(value.cmp(at), comparison),
        _ => panic!("{value:?} cannot be compared with {operand:?}"),
    }
}

fn in_order(order: std::cmp::Ordering, comparison: Comparison) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Contains | Comparison::StartsWith | Comparison::EndsWith => {
            panic!("not an order")
        }
    }
}

fn selects(condition: &Condition<MemberField>, member: &Member) -> bool {
    match condition {
        Condition::Everything => true,
        Condition::Nothing => false,
        Condition::And(parts) => parts.iter().all(|part| selects(part, member)),
        Condition::Or(parts) => parts.iter().any(|part| selects(part, member)),
        Condition::Not(part) => !selects(part, member),
        Condition::Compare(field, comparison, operand) => column(member, *field)
            .iter()
            .any(|value| compares(value, *comparison, operand)),
        Condition::Present(field) => !column(member, *field).is_empty(),
    }
}

fn asked(text: &str) -> Query<Member> {
    query(Some(text), Sort::none(), BASE, Reading::lenient())
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn text(field: MemberField, text: &str) -> Condition<MemberField> {
    Condition::Compare(field, Comparison::Equal, Operand::Text(text.to_owned()))
}

const ID: &str = "2819c223-7f76-453a-919d-413861904646";
const GROUP: &str = "e9e30dba-f08f-4109-8486-d5c6a331660a";

#[test]
fn what_columns_can_answer_becomes_a_condition_and_leaves_nothing() {
    let time = |comparison| {
        let at = Operand::Time(Timestamp(1_772_357_400_000));
        Condition::Compare(MemberField::Created, comparison, at)
    };
    let active = Condition::Compare(MemberField::Active, Comparison::Equal, Operand::Bool(false));
    for (filter, condition) in [
        (
            r#"userName eq " Ada@X ""#.to_owned(),
            text(MemberField::UserName, "ada@x"),
        ),
        (
            r#"externalId eq "Key""#.to_owned(),
            text(MemberField::ExternalId, "Key"),
        ),
        (format!("id eq \"{ID}\""), text(MemberField::Id, ID)),
        (
            format!("id eq \"{}\"", ID.to_uppercase()),
            Condition::Nothing,
        ),
        (r#"id eq "7""#.to_owned(), Condition::Nothing),
        (r#"id ne "7""#.to_owned(), Condition::Everything),
        (
            format!("groups.value eq \"{GROUP}\""),
            text(MemberField::Group, GROUP),
        ),
        (
            format!("groups[value eq \"{GROUP}\"]"),
            text(MemberField::Group, GROUP),
        ),
        (
            format!("groups eq \"{GROUP}\""),
            text(MemberField::Group, GROUP),
        ),
        (
            r#"groups.value eq "x" or active eq "False""#.to_owned(),
            active.clone(),
        ),
        (
            r#"meta.created ge "2026-03-01T09:30:00Z""#.to_owned(),
            time(Comparison::GreaterOrEqual),
        ),
        (
            r#"meta.created ne "2026-03-01T09:30:00Z""#.to_owned(),
            Condition::Not(Box::new(time(Comparison::Equal))),
        ),
        (
            r#"meta.resourceType eq "User" and active eq false"#.to_owned(),
            active.clone(),
        ),
        (
            r#"meta.resourceType eq "Group" and active eq false"#.to_owned(),
            Condition::Nothing,
        ),
        (
            r#"userName eq "ada" or emails[value eq "A@X"] or title pr"#.to_owned(),
            Condition::Or(vec![
                text(MemberField::UserName, "ada"),
                text(MemberField::Value(Lookup::Email), "a@x"),
                Condition::Present(MemberField::Value(Lookup::Title)),
            ]),
        ),
        (
            r#"manager eq "Ab""#.to_owned(),
            text(MemberField::Value(Lookup::Manager), "Ab"),
        ),
        (
            "externalId pr and id pr".to_owned(),
            Condition::Present(MemberField::ExternalId),
        ),
        (
            r#"not (userName co " B" or externalId eq null)"#.to_owned(),
            Condition::Not(Box::new(Condition::Or(vec![
                Condition::Compare(
                    MemberField::UserName,
                    Comparison::Contains,
                    Operand::Text(" b".to_owned()),
                ),
                Condition::Not(Box::new(Condition::Present(MemberField::ExternalId))),
            ]))),
        ),
    ] {
        let query = asked(&filter);
        assert_eq!(query.narrow, condition, "{filter}");
        assert!(query.remainder.is_none(), "{filter}");
    }
    assert_eq!(
        query(None, Sort::none(), BASE, Reading::lenient())
            .unwrap()
            .narrow,
        Condition::Everything
    );
}

#[test]
fn what_columns_cannot_answer_remains_and_narrows_where_it_can() {
    let ada = member(
        read(json!({"userName": "ada", "emails": [{"value": "a@x", "type": "work"}]})).unwrap(),
    );
    for (filter, condition, matches) in [
        (
            r#"emails[type eq "work"].value eq "A@x""#,
            text(MemberField::Value(Lookup::Email), "a@x"),
            true,
        ),
        (
            r#"userName eq "ada" and emails co "a@""#,
            Condition::And(vec![
                text(MemberField::UserName, "ada"),
                Condition::Compare(
                    MemberField::Value(Lookup::Email),
                    Comparison::Contains,
                    Operand::Text("a@".to_owned()),
                ),
            ]),
            true,
        ),
        (
            r#"userName eq "ada" and not (emails co "a@" and userName eq "x")"#,
            text(MemberField::UserName, "ada"),
            true,
        ),
        (
            r#"not (userName eq "ada" and emails co "b@")"#,
            Condition::Everything,
            true,
        ),
        (
            r#"userName eq "ada" or userType pr"#,
            Condition::Everything,
            true,
        ),
        (
            r#"userName eq "ada" and userType pr"#,
            text(MemberField::UserName, "ada"),
            false,
        ),
        (r#"title eq """#, Condition::Everything, false),
        (
            r#"groups.display eq "tour guides""#,
            Condition::Everything,
            true,
        ),
        (
            r#"meta.location ew "/Users/2819c223-7f76-453a-919d-413861904646""#,
            Condition::Everything,
            true,
        ),
        (r#"id sw "2819""#, Condition::Everything, true),
    ] {
        let query = asked(filter);
        assert_eq!(query.narrow, condition, "{filter}");
        let remainder = query.remainder.expect("no column answers this");
        assert_eq!(remainder(&ada), matches, "{filter}");
    }
}

#[test]
fn a_filter_that_is_none_is_refused() {
    assert!(matches!(
        query(Some("nonsense"), Sort::none(), BASE, Reading::lenient()),
        Err(Error::InvalidFilter(_))
    ));
    assert!(matches!(
        query(Some(""), Sort::none(), BASE, Reading::lenient()),
        Err(Error::InvalidFilter(_))
    ));
}

proptest! {
    #[test]
    fn condition_and_remainder_select_what_the_filter_does(
        text in filter::tests::filters(),
        user_name in "[a-cA-C ]{0,2}[abcÅ]",
        external_id in prop::option::of("[a-c]{1,2}"),
        active in any::<bool>(),
        email in prop::option::of("[a-c]{1,2}"),
        department in prop::option::of("[a-c]{1,2}"),
    ) {
        let profile = read(json!({
            "userName": user_name, "externalId": external_id, "active": active, "emails": [{"value": email}],
            crate::scim::schema::ENTERPRISE_USER: {"department": department},
        })).unwrap();
        let member = member(profile);
        let query = asked(&text);
        let whole = filter::parse(&text, standard(Kind::User), Reading::lenient()).unwrap().matches(&resource(&member, BASE, Definitions::standard()));
        let narrowed = selects(&query.narrow, &member);
        prop_assert!(narrowed || !whole, "the condition leaves out a match");
        let rest = query.remainder.is_none_or(|remainder| remainder(&member));
        prop_assert_eq!(narrowed && rest, whole);
    }
}
