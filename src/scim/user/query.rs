//! From a filter and an order over users to the domain's query.

use serde_json::json;

use crate::domain::lookup::Lookup;
use crate::domain::member::Member;
use crate::domain::query::{
    By, Comparison, Condition, MemberField, Operand, Order, Query, Remainder,
};
use crate::domain::{GroupId, MemberId};

use crate::scim::attribute::AttributePath;
use crate::scim::error::Error;
use crate::scim::filter::{self, Literal, Lowered, Node, Operator};
use crate::scim::reading::Reading;
use crate::scim::schema::{Definitions, Kind};
use crate::scim::sort::{self, Sort};

/// Which users a filter asks for, all of them where there is none, and in which order.
pub(crate) fn query(
    filter: Option<&str>,
    sort: Sort,
    base: &str,
    reading: &Reading<'_>,
) -> Result<Query<Member>, Error> {
    let Some(text) = filter else {
        return Ok(Query {
            narrow: Condition::Everything,
            remainder: None,
            order: order(sort, base, &reading.definitions),
        });
    };
    let filter = filter::parse(text, reading.definitions.of(Kind::User), reading)?;
    let (narrow, rest) = filter::lower(filter, &|part| Ok(term(part)))?;
    let order = order(sort, base, &reading.definitions);
    let (base, definitions) = (base.to_owned(), reading.definitions.clone());
    let remainder = rest.map(|rest| -> Remainder<Member> {
        std::sync::Arc::new(move |member: &Member| {
            rest.matches(&super::resource(member, &base, &definitions))
        })
    });
    Ok(Query {
        narrow,
        remainder,
        order,
    })
}

/// By what the database can sort, and else by the rendered resource.
fn order(sort: Sort, base: &str, definitions: &Definitions) -> Order<Member> {
    let Sort { path, descending } = sort;
    let Some(path) = path else {
        return Order {
            by: By::Id,
            descending,
        };
    };
    let sub = path.sub.as_ref().map(|sub| sub.name.as_str());
    let field = match (path.extension.is_none(), path.attribute.name.as_str(), sub) {
        (true, "id", None) => {
            return Order {
                by: By::Id,
                descending,
            };
        }
        (true, "userName", None) => Some(MemberField::UserName),
        (true, "externalId", None) => Some(MemberField::ExternalId),
        (true, "active", None) => Some(MemberField::Active),
        (true, "meta", Some("created")) => Some(MemberField::Created),
        (true, "meta", Some("lastModified")) => Some(MemberField::Modified),
        _ => looked_up(&path, None).map(MemberField::Value),
    };
    let by = if let Some(field) = field {
        By::Field(field)
    } else {
        let (base, definitions) = (base.to_owned(), definitions.clone());
        By::Value(std::sync::Arc::new(move |member: &Member| {
            sort::key(&path, &super::resource(member, &base, &definitions))
        }))
    };
    Order { by, descending }
}

/// The index of an attribute's values, where there is one; `sub` of it, where the path leads to a list's elements.
fn looked_up(path: &AttributePath, sub: Option<&AttributePath>) -> Option<Lookup> {
    let extension = path.extension.as_ref().map(|schema| schema.urn.as_str());
    let leaf = sub.map_or_else(|| path.leaf(), AttributePath::leaf);
    let name = match sub {
        Some(sub) if path.sub.is_none() => Some(sub.attribute.name.as_str()),
        Some(_) => return None,
        None => path.sub.as_ref().map(|sub| sub.name.as_str()),
    };
    Lookup::find(extension, &path.attribute.name, name)
        .filter(|lookup| lookup.case_exact() == leaf.case_exact)
}

/// What a part says of the values of an attribute that has an index.
fn indexed(part: &Node, of: Option<&AttributePath>) -> Option<Lowered<MemberField>> {
    let lookup = |path: &AttributePath| match of {
        Some(list) => looked_up(list, Some(path)),
        None => looked_up(path, None),
    };
    match part {
        Node::Compare(path, operator, literal) => {
            let field = MemberField::Value(lookup(path)?);
            filter::lookup_condition(field, *operator, literal)
        }
        Node::Present(path) => {
            let field = MemberField::Value(lookup(path)?);
            Some(Lowered::exactly(Condition::Present(field)))
        }
        _ => None,
    }
}

/// What a value path says, as far as an index or a group's id can: that one element satisfies all of it is more.
fn element(of: &AttributePath, inner: &Node) -> Option<Lowered<MemberField>> {
    match inner {
        Node::And(parts) => {
            let lowered: Vec<_> = parts.iter().filter_map(|part| element(of, part)).collect();
            let together = Lowered::all(lowered);
            (together.condition != Condition::Everything).then_some(Lowered {
                exact: false,
                ..together
            })
        }
        Node::Or(parts) => {
            let lowered: Option<Vec<_>> = parts.iter().map(|part| element(of, part)).collect();
            lowered.map(Lowered::any)
        }
        Node::Compare(path, operator, literal)
            if of.is("groups", None) && path.is("value", None) =>
        {
            group(*operator, literal)
        }
        part => indexed(part, Some(of)),
    }
}

/// One comparison or value path as a condition, as far as columns and the index of values can answer it.
fn term(part: &Node) -> Option<Lowered<MemberField>> {
    column(part).or_else(|| match part {
        Node::Element(path, inner) => element(path, inner),
        part => indexed(part, None),
    })
}

/// What a column says exactly.
fn column(part: &Node) -> Option<Lowered<MemberField>> {
    match part {
        Node::Compare(path, operator, literal) if path.extension.is_none() => {
            let sub = path.sub.as_ref().map(|sub| sub.name.as_str());
            match (path.attribute.name.as_str(), sub) {
                ("id", None) => filter::id_condition(MemberField::Id, *operator, literal, |text| {
                    MemberId::parse(text).is_some()
                }),
                ("groups", Some("value")) => group(*operator, literal),
                ("userName", None) => {
                    filter::text_condition(MemberField::UserName, *operator, literal)
                }
                ("externalId", None) => {
                    filter::text_condition(MemberField::ExternalId, *operator, literal)
                }
                ("active", None) => match (operator, literal) {
                    (Operator::Equal, Literal::Bool(flag)) => {
                        Some(Lowered::exactly(Condition::Compare(
                            MemberField::Active,
                            Comparison::Equal,
                            Operand::Bool(*flag),
                        )))
                    }
                    _ => None,
                },
                ("meta", Some("created")) => {
                    filter::time_condition(MemberField::Created, *operator, literal)
                }
                ("meta", Some("lastModified")) => {
                    filter::time_condition(MemberField::Modified, *operator, literal)
                }
                ("meta", Some("resourceType")) => {
                    let any = json!({"meta": {"resourceType": "User"}});
                    Some(Lowered::exactly(if part.matches(&any) {
                        Condition::Everything
                    } else {
                        Condition::Nothing
                    }))
                }
                _ => None,
            }
        }
        Node::Present(path) if path.extension.is_none() => match path.attribute.name.as_str() {
            "schemas" | "id" | "userName" | "active" | "meta" => {
                Some(Lowered::exactly(Condition::Everything))
            }
            "externalId" => Some(Lowered::exactly(Condition::Present(
                MemberField::ExternalId,
            ))),
            _ => None,
        },
        _ => None,
    }
}

fn group(operator: Operator, literal: &Literal) -> Option<Lowered<MemberField>> {
    filter::id_condition(MemberField::Group, operator, literal, |text| {
        GroupId::parse(text).is_some()
    })
}
