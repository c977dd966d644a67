//! From a filter to a condition on columns, and what remains.
//!
//! A part that no column can answer is lowered to more than it selects, and stays in the remainder. The negation of such
//! a part would select less than it should, so it is lowered to everything.

use crate::domain::lookup;
use crate::domain::query::{Comparison, Condition, Operand};

use super::{Filter, Literal, Node, Operator};
use crate::scim::error::Error;

/// A condition that selects what a part of a filter selects, or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::scim) struct Lowered<Field> {
    pub(in crate::scim) condition: Condition<Field>,
    pub(in crate::scim) exact: bool,
}

impl<Field> Lowered<Field> {
    /// A condition that selects just what the part does.
    pub(in crate::scim) fn exactly(condition: Condition<Field>) -> Self {
        Self {
            condition,
            exact: true,
        }
    }

    /// Of several parts, all of which must hold.
    pub(in crate::scim) fn all(parts: Vec<Self>) -> Self {
        Self {
            exact: parts.iter().all(|part| part.exact),
            condition: all(parts.into_iter().map(|part| part.condition).collect()),
        }
    }

    /// Of several parts, one of which must hold.
    pub(in crate::scim) fn any(parts: Vec<Self>) -> Self {
        Self {
            exact: parts.iter().all(|part| part.exact),
            condition: any(parts.into_iter().map(|part| part.condition).collect()),
        }
    }
}

/// Splits a filter into the condition that every match satisfies, and the filter that must be evaluated besides.
///
/// `term` lowers one comparison or value path, as far as it can.
pub(in crate::scim) fn lower<Field>(
    filter: Filter,
    term: &impl Fn(&Node) -> Result<Option<Lowered<Field>>, Error>,
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
    term: &impl Fn(&Node) -> Result<Option<Lowered<Field>>, Error>,
) -> Result<Lowered<Field>, Error> {
    let each = |parts: &[Node]| -> Result<Vec<_>, Error> {
        parts.iter().map(|part| node(part, term)).collect()
    };
    match part {
        Node::And(parts) => Ok(Lowered::all(each(parts)?)),
        Node::Or(parts) => Ok(Lowered::any(each(parts)?)),
        Node::Not(part) => Ok(match node(part, term)? {
            lowered if lowered.exact => Lowered::exactly(not(lowered.condition)),
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
            Ok(term(part)?.unwrap_or(Lowered {
                condition: Condition::Everything,
                exact: false,
            }))
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
) -> Option<Lowered<Field>> {
    let Literal::Text { key, .. } = literal else {
        return None;
    };
    let operand = Operand::Text(key.clone());
    let condition = Condition::Compare(field, comparison(operator)?, operand);
    Some(Lowered::exactly(condition))
}

/// A comparison of a field that holds a moment.
pub(in crate::scim) fn time_condition<Field>(
    field: Field,
    operator: Operator,
    literal: &Literal,
) -> Option<Lowered<Field>> {
    let Literal::Time(at) = literal else {
        return None;
    };
    let operand = Operand::Time(*at);
    let condition = Condition::Compare(field, comparison(operator)?, operand);
    Some(Lowered::exactly(condition))
}

/// An id is compared exactly or not at all: what is no id is nobody's.
pub(in crate::scim) fn id_condition<Field>(
    field: Field,
    operator: Operator,
    literal: &Literal,
    is_id: fn(&str) -> bool,
) -> Option<Lowered<Field>> {
    match literal {
        Literal::Text { key, .. } if operator == Operator::Equal => {
            Some(Lowered::exactly(if is_id(key) {
                Condition::Compare(field, Comparison::Equal, Operand::Text(key.clone()))
            } else {
                Condition::Nothing
            }))
        }
        _ => None,
    }
}

/// A comparison with the values of an attribute that has an index. Its keys are cut, and an empty text is none of them.
pub(in crate::scim) fn lookup_condition<Field>(
    field: Field,
    operator: Operator,
    literal: &Literal,
) -> Option<Lowered<Field>> {
    let Literal::Text { key, .. } = literal else {
        return None;
    };
    if key.is_empty() || matches!(operator, Operator::Less | Operator::LessOrEqual) {
        return None;
    }
    let inside = matches!(operator, Operator::Contains | Operator::EndsWith);
    let operand = Operand::Text(key.clone());
    Some(Lowered {
        condition: Condition::Compare(field, comparison(operator)?, operand),
        exact: !inside && lookup::is_whole(key),
    })
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
