//! From a filter to a condition on columns, and what remains.
//!
//! A part that no column can answer is lowered to more than it selects, and stays in the remainder. The negation of such
//! a part would select less than it should, so it is lowered to everything.

use crate::domain::query::{Comparison, Condition, Operand};

use super::{Filter, Literal, Node, Operator};
use crate::scim::error::Error;

/// A condition that selects what a part of a filter selects, or more.
struct Lowered<Field> {
    condition: Condition<Field>,
    exact: bool,
}

/// Splits a filter into the condition that every match satisfies, and the filter that must be evaluated besides.
///
/// `term` lowers one comparison, exactly or not at all.
pub(in crate::scim) fn lower<Field>(
    filter: Filter,
    term: &impl Fn(&Node) -> Result<Option<Condition<Field>>, Error>,
) -> Result<(Condition<Field>, Option<Filter>), Error> {
    let parts = match filter.root {
        Node::And(parts) => parts,
        other => vec![other],
    };
    let mut conditions = Vec::with_capacity(parts.len());
    let mut rest = Vec::new();
    for part in parts {
        let lowered = node(&part, term)?;
        conditions.push(lowered.condition);
        if !lowered.exact {
            rest.push(part);
        }
    }
    let rest = (!rest.is_empty()).then(|| Filter {
        root: Node::all(rest),
    });
    Ok((all(conditions), rest))
}

fn node<Field>(
    part: &Node,
    term: &impl Fn(&Node) -> Result<Option<Condition<Field>>, Error>,
) -> Result<Lowered<Field>, Error> {
    let several = |parts: &[Node], join: fn(Vec<Condition<Field>>) -> Condition<Field>| {
        let lowered: Vec<_> = parts
            .iter()
            .map(|part| node(part, term))
            .collect::<Result<_, _>>()?;
        let exact = lowered.iter().all(|part| part.exact);
        let conditions = lowered.into_iter().map(|part| part.condition).collect();
        Ok(Lowered {
            condition: join(conditions),
            exact,
        })
    };
    match part {
        Node::And(parts) => several(parts, all),
        Node::Or(parts) => several(parts, any),
        Node::Not(part) => Ok(match node(part, term)? {
            lowered if lowered.exact => Lowered {
                condition: not(lowered.condition),
                exact: true,
            },
            _ => Lowered {
                condition: Condition::Everything,
                exact: false,
            },
        }),
        // `ne` is the negation of `eq`.
        Node::Compare(path, Operator::NotEqual, literal) => {
            let equal = Node::Compare(path.clone(), Operator::Equal, literal.clone());
            node(&Node::Not(Box::new(equal)), term)
        }
        Node::Compare(..) | Node::Present(_) | Node::ExtensionPresent(_) | Node::Element(..) => {
            let condition = term(part)?;
            Ok(Lowered {
                exact: condition.is_some(),
                condition: condition.unwrap_or(Condition::Everything),
            })
        }
    }
}

fn all<Field>(parts: Vec<Condition<Field>>) -> Condition<Field> {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Condition::Everything => {}
            Condition::Nothing => return Condition::Nothing,
            part => kept.push(part),
        }
    }
    match kept.len() {
        0 => Condition::Everything,
        1 => kept.swap_remove(0),
        _ => Condition::And(kept),
    }
}

fn any<Field>(parts: Vec<Condition<Field>>) -> Condition<Field> {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Condition::Nothing => {}
            Condition::Everything => return Condition::Everything,
            part => kept.push(part),
        }
    }
    match kept.len() {
        0 => Condition::Nothing,
        1 => kept.swap_remove(0),
        _ => Condition::Or(kept),
    }
}

fn not<Field>(condition: Condition<Field>) -> Condition<Field> {
    match condition {
        Condition::Everything => Condition::Nothing,
        Condition::Nothing => Condition::Everything,
        other => Condition::Not(Box::new(other)),
    }
}

/// A comparison of a field that holds text, by the key that the filter has worked out.
pub(in crate::scim) fn text_condition<Field>(
    field: Field,
    operator: Operator,
    literal: &Literal,
) -> Option<Condition<Field>> {
    let Literal::Text { key, .. } = literal else {
        return None;
    };
    let operand = Operand::Text(key.clone());
    Some(Condition::Compare(field, comparison(operator)?, operand))
}

/// A comparison of a field that holds a moment.
pub(in crate::scim) fn time_condition<Field>(
    field: Field,
    operator: Operator,
    literal: &Literal,
) -> Option<Condition<Field>> {
    let Literal::Time(at) = literal else {
        return None;
    };
    let operand = Operand::Time(*at);
    Some(Condition::Compare(field, comparison(operator)?, operand))
}

/// An id is compared exactly or not at all: what is no id is nobody's.
pub(in crate::scim) fn id_condition<Field>(
    field: Field,
    operator: Operator,
    literal: &Literal,
    is_id: fn(&str) -> bool,
) -> Option<Condition<Field>> {
    match literal {
        Literal::Text { key, .. } if operator == Operator::Equal => Some(if is_id(key) {
            Condition::Compare(field, Comparison::Equal, Operand::Text(key.clone()))
        } else {
            Condition::Nothing
        }),
        _ => None,
    }
}

/// The domain's word for an operator; `ne` has been lowered to a negation before.
fn comparison(operator: Operator) -> Option<Comparison> {
    match operator {
        Operator::Equal => Some(Comparison::Equal),
        Operator::NotEqual => None,
        Operator::Contains => Some(Comparison::Contains),
        Operator::StartsWith => Some(Comparison::StartsWith),
        Operator::EndsWith => Some(Comparison::EndsWith),
        Operator::Greater => Some(Comparison::Greater),
        Operator::GreaterOrEqual => Some(Comparison::GreaterOrEqual),
        Operator::Less => Some(Comparison::Less),
        Operator::LessOrEqual => Some(Comparison::LessOrEqual),
    }
}
