//! The bulk request, RFC 7644 section 3.7: many operations in one message, which may name what others of them make.
//!
//! A message becomes a [`Plan`]: every operation read, every `bulkId:` replaced by an id, and the order in which they can
//! be done. Nothing here does an operation or knows what one of them answers.

mod operation;
mod order;
mod references;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::error::Error;
use super::reading::Reading;
use super::schema::Kind;
use super::value;

pub(crate) use operation::{Method, Operation, Task};

/// The schema of the request.
pub(crate) const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/// The schema of the answer.
pub(crate) const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// The most operations of one message.
pub(crate) const MAX_OPERATIONS: usize = 1000;

/// Why a message, or one of its operations, is not tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is malformed: 400.
    Malformed(Error),
    /// It refers to what is not there, or to itself: 409.
    Conflict(String),
    /// The message has so many operations, which is too many: 413.
    TooMany(usize),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Malformed(error)
    }
}

/// What a message asks for.
#[derive(Debug, PartialEq)]
pub(crate) struct Plan {
    /// After how many errors to stop.
    pub(crate) fail_on_errors: Option<u64>,
    /// The operations, as the client wrote them down.
    pub(crate) operations: Vec<Operation>,
    /// Places in `operations`, in the order in which they are to be done. Those that stand in one list refer to each
    /// other in a circle and are done together: Users first.
    pub(crate) order: Vec<Vec<usize>>,
}

/// Reads a message. `new_id` gives the id of each resource that it makes.
pub(crate) fn plan(
    body: Value,
    reading: &Reading<'_>,
    mut new_id: impl FnMut() -> Uuid,
) -> Result<Plan, Refusal> {
    let Value::Object(mut message) = body else {
        return Err(syntax("the body must be a JSON object"));
    };
    value::no_name_twice(&message, "the message")?;
    super::require_schema(&message, &[REQUEST], reading)?;
    let fail_on_errors = fail_on_errors(take(&mut message, "failOnErrors"))?;
    let Some(Value::Array(operations)) = take(&mut message, "Operations") else {
        return Err(syntax("`Operations` must be a list"));
    };
    if operations.len() > MAX_OPERATIONS {
        return Err(Refusal::TooMany(operations.len()));
    }
    let mut read = Vec::with_capacity(operations.len());
    for (index, operation) in operations.into_iter().enumerate() {
        let operation = Operation::read(operation, reading, &mut new_id)
            .map_err(|error| error.at(&format!("operation {}", index + 1)))?;
        read.push(operation);
    }
    let made = made(&read)?;
    for operation in &mut read {
        operation.resolve(&made);
    }
    let order = ordered(&mut read);
    Ok(Plan {
        fail_on_errors,
        operations: read,
        order,
    })
}

/// A number below 1 accepts no error, which is what 1 says too.
fn fail_on_errors(value: Option<Value>) -> Result<Option<u64>, Error> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_i64() {
            Some(number) => Ok(Some(number.max(1).unsigned_abs())),
            None => Err(Error::InvalidValue(
                "`failOnErrors` must be an integer".to_owned(),
            )),
        },
    }
}

/// Which operation makes what a `bulkId` names, and its id.
fn made(operations: &[Operation]) -> Result<HashMap<String, (usize, String)>, Refusal> {
    let mut made = HashMap::new();
    for (index, operation) in operations.iter().enumerate() {
        let (Some(bulk_id), Some(Method::Post)) = (&operation.bulk_id, operation.method) else {
            continue;
        };
        let id = match &operation.task {
            Ok(task) => task.id.clone(),
            Err(_) => String::new(),
        };
        if made.insert(bulk_id.clone(), (index, id)).is_some() {
            return Err(syntax(&format!(
                "two POST operations have the bulkId `{}`; each needs its own",
                shown(bulk_id)
            )));
        }
    }
    Ok(made)
}

/// The order, and the refusal of what can be in none.
fn ordered(operations: &mut [Operation]) -> Vec<Vec<usize>> {
    let mut after: Vec<Vec<usize>> = Vec::with_capacity(operations.len());
    let mut last_of = HashMap::new();
    for (index, operation) in operations.iter().enumerate() {
        let mut before = operation.needs.clone();
        // What the client does to one resource happens in the client's order.
        if let Ok(task) = &operation.task
            && task.method != Method::Post
            && let Some(last) = last_of.insert((task.kind.name(), task.id.as_str()), index)
        {
            before.push(last);
        }
        after.push(before);
    }
    let mut order = order::order(&after);
    for circle in &mut order {
        if circle.len() > 1 || after[circle[0]].contains(&circle[0]) {
            *circle = untied(circle, operations);
        }
    }
    order
}

/// The operations of a circle in an order in which they can be done: nobody looks up what a User refers to, so the Users
/// come first. Groups that would be in each other are refused.
fn untied(circle: &[usize], operations: &mut [Operation]) -> Vec<usize> {
    let is_user = |index: usize| {
        let task = &operations[index].task;
        task.as_ref().is_ok_and(|task| task.kind == Kind::User)
    };
    let (mut order, groups): (Vec<usize>, Vec<usize>) =
        circle.iter().copied().partition(|index| is_user(*index));
    let among_groups = |index: &usize| {
        let needs = operations[*index].needs.iter();
        let places = needs.filter_map(|need| groups.iter().position(|group| group == need));
        places.collect()
    };
    let after: Vec<Vec<usize>> = groups.iter().map(among_groups).collect();
    for tied in order::order(&after) {
        let index = groups[tied[0]];
        if tied.len() == 1 && !after[tied[0]].contains(&tied[0]) {
            order.push(index);
            continue;
        }
        let mut names: Vec<String> = Vec::new();
        for place in &tied {
            names.extend(operations[groups[*place]].bulk_id.as_deref().map(shown));
        }
        let sentence = format!(
            "the groups of the bulkId `{}` would be in each other, and no group can be in itself",
            names.join("`, `")
        );
        for place in tied {
            let index = groups[place];
            operations[index].task = Err(Refusal::Conflict(sentence.clone()));
            order.push(index);
        }
    }
    order
}

/// The answer, from the results of the operations that were done.
pub(crate) fn response(results: Vec<Value>) -> Value {
    let mut response = json!({ "schemas": [RESPONSE] });
    response["Operations"] = results.into();
    response
}

fn syntax(sentence: &str) -> Refusal {
    Refusal::Malformed(Error::InvalidSyntax(sentence.to_owned()))
}

/// A word of the client's, for a sentence.
fn shown(text: &str) -> String {
    text.chars().take(100).collect()
}

/// Takes a field out of an object, whatever the case of its name.
fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let name = object
        .keys()
        .find(|key| key.eq_ignore_ascii_case(name))?
        .clone();
    object.remove(&name)
}
