//! PATCH of an attribute that holds a list, such as `emails`: RFC 7644 section 3.5.2 with value filters.
//!
//! Where a filter selects nothing, `add` makes the element that the filter describes, and so does `replace` for the
//! clients that rely on it; for others it has no target (section 3.5.2.3). A filter that does not describe an element,
//! such as `value co "x"`, never has one. To remove what is not there is done.

use serde_json::{Map, Value};

use crate::scim::attribute::AttributePath;
use crate::scim::error::Error;
use crate::scim::filter::{Literal, Node, Operator};
use crate::scim::patch::Op;
use crate::scim::reading::Reading;
use crate::scim::schema::{Attribute, Type};
use crate::scim::value;

/// Applies an operation to the list at a path within `holder`.
pub(super) fn apply(
    op: Op,
    path: &AttributePath,
    filter: Option<&Node>,
    value: Option<&Value>,
    holder: &mut Map<String, Value>,
    reading: &Reading<'_>,
) -> Result<(), Error> {
    let attribute = &path.attribute;
    let name = &attribute.name;
    let before = match holder.remove(name) {
        Some(Value::Array(elements)) => elements,
        _ => Vec::new(),
    };
    let value = value.unwrap_or(&Value::Null);
    if op == Op::Replace && !before.iter().any(|element| selected(filter, element)) {
        may_make(filter, path, reading)?;
    }
    let after = match (op, filter, &path.sub) {
        (Op::Remove, None, None) => without(attribute, before, value, reading)?,
        (Op::Remove, filter, None) => kept(before, filter),
        (Op::Remove, filter, Some(sub)) => {
            let clear = |element: &mut Map<String, Value>| {
                element.remove(&sub.name);
                Ok(())
            };
            change(before, filter, clear)?
        }
        (Op::Add, None, None) => {
            let new = value::elements(attribute, value, name, reading)?;
            added(before, new).map_err(|error| error.at(name))?
        }
        (Op::Replace, None, None) => {
            let elements = value::elements(attribute, value, name, reading)?;
            value::at_most_one_primary(&elements, name)?;
            elements
        }
        (Op::Add | Op::Replace, Some(filter), None) if attribute.value_type != Type::Complex => {
            match value::one(attribute, value, name, reading)? {
                Some(given) => {
                    if op == Op::Replace && !before.iter().any(|one| selected(Some(filter), one)) {
                        may_make(Some(filter), path, reading)?;
                    }
                    put(before, filter, &given)
                }
                None if op == Op::Replace => kept(before, Some(filter)),
                None => before,
            }
        }
        (Op::Add | Op::Replace, filter, None) => {
            match value::one(attribute, value, name, reading)? {
                Some(Value::Object(given)) => {
                    let set = |element: &mut Map<String, Value>| {
                        if op == Op::Replace {
                            element.clear();
                            describe(filter, element);
                        }
                        element.extend(given.clone());
                        Ok(())
                    };
                    change_or_make(before, filter, set)?
                }
                // A replacement by nothing.
                _ if op == Op::Replace => kept(before, filter),
                _ => before,
            }
        }
        (Op::Add | Op::Replace, filter, Some(sub)) => {
            let at = format!("{name}.{}", sub.name);
            match value::one(sub, value, &at, reading)? {
                Some(value) => {
                    let set = |element: &mut Map<String, Value>| {
                        element.insert(sub.name.clone(), value.clone());
                        if *name == "roles" {
                            value::unpack_role(element, reading);
                        }
                        Ok(())
                    };
                    change_or_make(before, filter, set)?
                }
                None if op == Op::Replace => {
                    let clear = |element: &mut Map<String, Value>| {
                        element.remove(&sub.name);
                        Ok(())
                    };
                    change(before, filter, clear)?
                }
                None => before,
            }
        }
    };
    if !after.is_empty() {
        holder.insert(name.clone(), Value::Array(after));
    }
    Ok(())
}

/// Whether a replace that selects nothing may make a value. Without a filter it is an add (RFC 7644 section 3.5.2.3).
fn may_make(
    filter: Option<&Node>,
    path: &AttributePath,
    reading: &Reading<'_>,
) -> Result<(), Error> {
    let Some(filter) = filter else {
        return Ok(());
    };
    let name = &path.attribute.name;
    if !reading.leniency.makes_what_a_replace_describes() {
        return Err(Error::NoTarget(format!(
            "`{name}[{filter}]` selects no value that could be replaced"
        )));
    }
    reading.note(format!(
        "a replace at `{name}[{filter}]` selected nothing; made what it describes"
    ));
    Ok(())
}

fn selected(filter: Option<&Node>, element: &Value) -> bool {
    filter.is_none_or(|filter| filter.matches_element(element))
}

/// Puts a plain value in the place of those that a filter selects, or beside the others where it selects none.
fn put(mut elements: Vec<Value>, filter: &Node, given: &Value) -> Vec<Value> {
    let at = elements
        .iter()
        .position(|element| selected(Some(filter), element))
        .unwrap_or(elements.len());
    elements.retain(|element| !selected(Some(filter), element) && element != given);
    elements.insert(at.min(elements.len()), given.clone());
    elements
}

/// The elements that a filter does not select.
fn kept(mut elements: Vec<Value>, filter: Option<&Node>) -> Vec<Value> {
    elements.retain(|element| !selected(filter, element));
    elements
}

/// A remove without a filter: everything, or the elements that a value lists, as Entra ID does with `members`.
fn without(
    attribute: &Attribute,
    mut elements: Vec<Value>,
    value: &Value,
    reading: &Reading<'_>,
) -> Result<Vec<Value>, Error> {
    if value.is_null() {
        return Ok(Vec::new());
    }
    let listed = value::elements(attribute, value, &attribute.name, reading)?;
    elements.retain(|element| !listed.iter().any(|listed| says_all_of(element, listed)));
    Ok(elements)
}

/// Whether an element has each field of another, with the same value, or is the same plain value.
fn says_all_of(element: &Value, listed: &Value) -> bool {
    match listed {
        Value::Object(fields) => fields
            .iter()
            .all(|(name, value)| element.get(name) == Some(value)),
        plain => element == plain,
    }
}

/// Changes the selected elements; one that is empty then is gone.
fn change(
    mut elements: Vec<Value>,
    filter: Option<&Node>,
    mut set: impl FnMut(&mut Map<String, Value>) -> Result<(), Error>,
) -> Result<Vec<Value>, Error> {
    let mut newly_primary = Vec::new();
    for (index, element) in elements.iter_mut().enumerate() {
        if !selected(filter, element) {
            continue;
        }
        let was_primary = value::is_primary(element);
        if let Value::Object(fields) = element {
            set(fields)?;
        }
        if value::is_primary(element) && !was_primary {
            newly_primary.push(index);
        }
    }
    settle_primary(&mut elements, &newly_primary)?;
    elements.retain(|element| element.as_object().is_none_or(|fields| !fields.is_empty()));
    Ok(elements)
}

/// Changes the selected elements, or makes the one that the filter describes where there is none.
fn change_or_make(
    mut elements: Vec<Value>,
    filter: Option<&Node>,
    mut set: impl FnMut(&mut Map<String, Value>) -> Result<(), Error>,
) -> Result<Vec<Value>, Error> {
    if elements.iter().any(|element| selected(filter, element)) {
        return change(elements, filter, set);
    }
    let mut element = Map::new();
    describe(filter, &mut element);
    let mut element = Value::Object(element);
    if !selected(filter, &element) {
        return Err(Error::NoTarget(
            "the filter selects no value, and does not say by `eq` and `and` alone what a new one would be"
                .to_owned(),
        ));
    }
    if let Value::Object(fields) = &mut element {
        set(fields)?;
    }
    if value::is_primary(&element) {
        clear_primary(&mut elements);
    }
    elements.push(element);
    Ok(elements)
}

/// Writes what a filter says an element must be equal to.
fn describe(filter: Option<&Node>, element: &mut Map<String, Value>) {
    match filter {
        Some(Node::And(parts)) => {
            for part in parts {
                describe(Some(part), element);
            }
        }
        Some(Node::Compare(path, Operator::Equal, literal)) => {
            let value = match literal {
                Literal::Text { written, .. } => Value::from(written.as_str()),
                Literal::Bool(flag) => Value::Bool(*flag),
                Literal::Time(at) => Value::from(at.to_string()),
                Literal::Number(number) => Value::Number(number.clone()),
            };
            element.insert(path.attribute.name.clone(), value);
        }
        // Other parts say what an element is not, or may be.
        Some(_) | None => {}
    }
}

/// Adds elements. One with the value and type of an element that is there is that element, RFC 7643 section 2.4: what it
/// says is merged into it.
fn added(mut elements: Vec<Value>, new: Vec<Value>) -> Result<Vec<Value>, Error> {
    let mut newly_primary = Vec::new();
    for element in new {
        let same = |there: &Value| {
            *there == element
                || (element.get("value").is_some()
                    && there.get("value") == element.get("value")
                    && there.get("type") == element.get("type"))
        };
        let index = elements.iter().position(same).unwrap_or(elements.len());
        let was_primary = elements.get(index).is_some_and(value::is_primary);
        if value::is_primary(&element) && !was_primary {
            newly_primary.push(index);
        }
        match (elements.get_mut(index), element) {
            (Some(Value::Object(there)), Value::Object(given)) => there.extend(given),
            (Some(there), element) => *there = element,
            (None, element) => elements.push(element),
        }
    }
    settle_primary(&mut elements, &newly_primary)?;
    Ok(elements)
}

/// An element that has become primary takes it from the others, RFC 7644 section 3.5.2.
fn settle_primary(elements: &mut [Value], newly_primary: &[usize]) -> Result<(), Error> {
    match newly_primary {
        [] => Ok(()),
        [index] => {
            let (before, rest) = elements.split_at_mut(*index);
            clear_primary(before);
            if let Some((_, after)) = rest.split_first_mut() {
                clear_primary(after);
            }
            Ok(())
        }
        _ => Err(Error::InvalidValue(
            "more than one value would have `primary` true".to_owned(),
        )),
    }
}

fn clear_primary(elements: &mut [Value]) {
    for element in elements
        .iter_mut()
        .filter(|element| value::is_primary(element))
    {
        element["primary"] = Value::Bool(false);
    }
}
