//! What a PUT leaves: a client that puts back what it has read says nothing of what it cannot read, and nothing of what it
//! cannot change. RFC 7644 section 3.5.1 clears what is readWrite and left out, and only that.

use serde_json::{Map, Value};

use crate::scim::schema::{Attribute, Mutability, Returned, Schema};

/// Whether an attribute that a PUT leaves out stays.
fn stays(attribute: &Attribute) -> bool {
    attribute.mutability != Mutability::ReadWrite || is_unseen(attribute)
}

/// Whether an answer has it only where it is asked for, or never.
fn is_unseen(attribute: &Attribute) -> bool {
    attribute.is_hidden() || attribute.returned == Returned::Request
}

/// Puts what stays of an extension beside what is said.
pub(super) fn over(before: &Map<String, Value>, after: &mut Map<String, Value>, schema: &Schema) {
    let mut said = match after.remove(&schema.urn) {
        Some(Value::Object(said)) => said,
        _ => Map::new(),
    };
    for attribute in &schema.attributes {
        let Some(old) = before.get(&attribute.name) else {
            continue;
        };
        match said.get_mut(&attribute.name) {
            None if stays(attribute) => {
                said.insert(attribute.name.clone(), old.clone());
            }
            None => {}
            Some(new) => within(old, new, attribute),
        }
    }
    if !said.is_empty() {
        after.insert(schema.urn.clone(), Value::Object(said));
    }
}

/// Puts back what only this service writes, and may have been the client's once.
pub(super) fn read_only(
    before: &Map<String, Value>,
    after: &mut Map<String, Value>,
    schema: &Schema,
) {
    let Some(Value::Object(said)) = after.get_mut(&schema.urn) else {
        return;
    };
    for attribute in &schema.attributes {
        if attribute.mutability == Mutability::ReadOnly
            && let Some(old) = before.get(&attribute.name)
        {
            said.insert(attribute.name.clone(), old.clone());
        }
    }
}

/// The same for the sub-attributes of a value, and for each element of a list that is the one that was there.
fn within(old: &Value, new: &mut Value, attribute: &Attribute) {
    if !attribute.sub_attributes.iter().any(|sub| stays(sub)) {
        return;
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for sub in attribute.sub_attributes.iter().filter(|sub| stays(sub)) {
                if let (Some(old), false) = (old.get(&sub.name), new.contains_key(&sub.name)) {
                    new.insert(sub.name.clone(), old.clone());
                }
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            let mut old: Vec<&Value> = old.iter().collect();
            for element in new.iter_mut() {
                if let Some(at) = old.iter().position(|old| seen(old, attribute) == *element) {
                    *element = old.remove(at).clone();
                }
            }
            // Those of which nothing was seen.
            let nothing = Value::Object(Map::new());
            old.retain(|old| seen(old, attribute) == nothing);
            new.extend(old.into_iter().cloned());
        }
        _ => {}
    }
}

/// What a client has seen of an element.
fn seen(element: &Value, attribute: &Attribute) -> Value {
    let mut element = element.clone();
    if let Value::Object(fields) = &mut element {
        for sub in attribute.sub_attributes.iter().filter(|sub| is_unseen(sub)) {
            fields.remove(&sub.name);
        }
    }
    element
}
