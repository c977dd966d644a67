//! From a filter over users to the domain's query.

use serde_json::json;

use crate::domain::GroupId;
use crate::domain::MemberId;
use crate::domain::member::Member;
use crate::domain::query::{Comparison, Condition, MemberField, Operand, Query, Remainder};

use crate::scim::error::Error;
use crate::scim::filter::{self, Literal, Node, Operator};
use crate::scim::reading::Reading;
use crate::scim::schema::Kind;

/// Which users a filter asks for; all of them where there is none.
pub(crate) fn query(
    filter: Option<&str>,
    base: &str,
    reading: &Reading<'_>,
) -> Result<Query<MemberField, Member>, Error> {
    let Some(text) = filter else {
        return Ok(Query {
            narrow: Condition::Everything,
            remainder: None,
        });
    };
    let (narrow, rest) = filter::lower(
        filter::parse(text, reading.definitions.of(Kind::User), reading)?,
        &term,
    )?;
    let base = base.to_owned();
    let remainder = rest.map(|rest| -> Remainder<Member> {
        std::sync::Arc::new(move |member: &Member| rest.matches(&super::resource(member, &base)))
    });
    Ok(Query { narrow, remainder })
}

/// One comparison as a condition, where columns can answer it exactly.
fn term(part: &Node) -> Result<Option<Condition<MemberField>>, Error> {
    Ok(match part {
        Node::Compare(path, operator, literal) => {
            let sub = path.sub.as_ref().map(|sub| sub.name.as_str());
            if path.extension.is_some() {
                return Ok(None);
            }
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
                    (Operator::Equal, Literal::Bool(flag)) => Some(Condition::Compare(
                        MemberField::Active,
                        Comparison::Equal,
                        Operand::Bool(*flag),
                    )),
                    _ => None,
                },
                ("meta", Some("created")) => {
                    filter::time_condition(MemberField::Created, *operator, literal)
                }
                ("meta", Some("lastModified")) => {
                    filter::time_condition(MemberField::Modified, *operator, literal)
                }
                ("meta", Some("resourceType")) => Some(
                    if part.matches(&json!({"meta": {"resourceType": "User"}})) {
                        Condition::Everything
                    } else {
                        Condition::Nothing
                    },
                ),
                _ => None,
            }
        }
        Node::Present(path) if path.extension.is_none() => match path.attribute.name.as_str() {
            "schemas" | "id" | "userName" | "active" | "meta" => Some(Condition::Everything),
            "externalId" => Some(Condition::Present(MemberField::ExternalId)),
            _ => None,
        },
        Node::Element(path, inner) if path.is("groups", None) => match inner.as_ref() {
            Node::Compare(path, operator, literal) if path.is("value", None) => {
                group(*operator, literal)
            }
            _ => None,
        },
        _ => None,
    })
}

fn group(operator: Operator, literal: &Literal) -> Option<Condition<MemberField>> {
    filter::id_condition(MemberField::Group, operator, literal, |text| {
        GroupId::parse(text).is_some()
    })
}
