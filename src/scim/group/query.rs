//! From a filter over groups to the domain's query.
//!
//! Members are never read to answer a filter: a comparison with one is a condition, or it is refused.

use serde_json::json;

use crate::domain::group::Group;
use crate::domain::query::{
    By, Comparison, Condition, GroupField, Operand, Order, Query, Remainder,
};
use crate::domain::{GroupId, MemberId};

use crate::scim::error::Error;
use crate::scim::filter::{self, Literal, Lowered, Node, Operator};
use crate::scim::reading::Reading;
use crate::scim::schema::{self, GROUP, Kind};
use crate::scim::sort::{self, Sort};

/// Which groups a filter asks for, all of them where there is none, and in which order.
pub(crate) fn query(
    filter: Option<&str>,
    sort: Sort,
    base: &str,
    reading: &Reading<'_>,
) -> Result<Query<Group>, Error> {
    let order = order(sort, base)?;
    let Some(text) = filter else {
        return Ok(Query {
            narrow: Condition::Everything,
            remainder: None,
            order,
        });
    };
    let of = reading.definitions.of(Kind::Group);
    let (narrow, rest) = filter::lower(filter::parse(text, of, reading)?, &term)?;
    let members = schema::find(&of.core.attributes, "members");
    if let (Some(rest), Some(members)) = (&rest, members)
        && rest.root.mentions(members)
    {
        return Err(Error::InvalidFilter(
            "a comparison of members can be joined by `or` or `not` only with comparisons of displayName, externalId, \
             id with eq, or meta.created and meta.lastModified"
                .to_owned(),
        ));
    }
    let base = base.to_owned();
    let remainder = rest.map(|rest| -> Remainder<Group> {
        std::sync::Arc::new(move |group: &Group| rest.matches(&super::resource(group, None, &base)))
    });
    Ok(Query {
        narrow,
        remainder,
        order,
    })
}

/// By what the database can sort, and else by the rendered group. Members are not read for it.
fn order(sort: Sort, base: &str) -> Result<Order<Group>, Error> {
    let Sort { path, descending } = sort;
    let Some(path) = path else {
        return Ok(Order {
            by: By::Id,
            descending,
        });
    };
    let sub = path.sub.as_ref().map(|sub| sub.name.as_str());
    let by = match (path.extension.is_none(), path.attribute.name.as_str(), sub) {
        (true, "id", None) => By::Id,
        (true, "displayName", None) => By::Field(GroupField::DisplayName),
        (true, "externalId", None) => By::Field(GroupField::ExternalId),
        (true, "meta", Some("created")) => By::Field(GroupField::Created),
        (true, "meta", Some("lastModified")) => By::Field(GroupField::Modified),
        (true, "members", _) => {
            return Err(Error::InvalidValue(
                "groups cannot be sorted by their members".to_owned(),
            ));
        }
        _ => {
            let base = base.to_owned();
            By::Value(std::sync::Arc::new(move |group: &Group| {
                sort::key(&path, &super::resource(group, None, &base))
            }))
        }
    };
    Ok(Order { by, descending })
}

fn term(part: &Node) -> Result<Option<Lowered<GroupField>>, Error> {
    Ok(match part {
        Node::Compare(path, operator, literal) => {
            let sub = path.sub.as_ref().map(|sub| sub.name.as_str());
            match (path.attribute.name.as_str(), sub) {
                ("id", None) => id(GroupField::Id, *operator, literal),
                ("members", Some("value")) if *operator == Operator::Equal => {
                    id(GroupField::Member, *operator, literal)
                }
                ("members", _) => return Err(only_by_id()),
                ("displayName", None) => {
                    filter::text_condition(GroupField::DisplayName, *operator, literal)
                }
                ("externalId", None) => {
                    filter::text_condition(GroupField::ExternalId, *operator, literal)
                }
                ("meta", Some("created")) => {
                    filter::time_condition(GroupField::Created, *operator, literal)
                }
                ("meta", Some("lastModified")) => {
                    filter::time_condition(GroupField::Modified, *operator, literal)
                }
                // The same for every group.
                ("schemas", None) | ("meta", Some("resourceType")) => {
                    let any = json!({"schemas": [GROUP], "meta": {"resourceType": "Group"}});
                    Some(Lowered::exactly(if part.matches(&any) {
                        Condition::Everything
                    } else {
                        Condition::Nothing
                    }))
                }
                _ => None,
            }
        }
        Node::Present(path) => match path.attribute.name.as_str() {
            "schemas" | "id" | "displayName" | "meta" => {
                Some(Lowered::exactly(Condition::Everything))
            }
            "externalId" => Some(Lowered::exactly(Condition::Present(GroupField::ExternalId))),
            "members" => return Err(only_by_id()),
            _ => None,
        },
        Node::Element(path, inner) if path.is("members", None) => {
            let ids = super::ids_selected(inner).ok_or_else(only_by_id)?;
            let mut each: Vec<_> = ids
                .into_iter()
                .filter(|id| MemberId::parse(id).is_some())
                .map(|id| {
                    let operand = Operand::Text(id.to_owned());
                    Condition::Compare(GroupField::Member, Comparison::Equal, operand)
                })
                .collect();
            Some(Lowered::exactly(match each.len() {
                0 => Condition::Nothing,
                1 => each.swap_remove(0),
                _ => Condition::Or(each),
            }))
        }
        _ => None,
    })
}

fn id(field: GroupField, operator: Operator, literal: &Literal) -> Option<Lowered<GroupField>> {
    filter::id_condition(field, operator, literal, |text| {
        GroupId::parse(text).is_some()
    })
}

fn only_by_id() -> Error {
    Error::InvalidFilter(
        "the members of a group can only be asked for with `members.value eq \"...\"`".to_owned(),
    )
}
