//! The PATCH message, RFC 7644 section 3.5.2: a list of operations, read but not yet applied.
//!
//! What an operation does to a resource is said in `user` and `group`.

use serde_json::Value;

use super::error::Error;
use super::reading::Reading;
use super::{field, must_not_name_another, require_schema, value};

/// The schema of the message.
pub(crate) const URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The most operations of one message.
const MAX_OPERATIONS: usize = 1000;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    /// Adds to what is there.
    Add,
    /// Takes the place of what is there.
    Replace,
    /// Takes away.
    Remove,
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operation {
    /// What it does.
    pub(super) op: Op,
    /// To what, as the client wrote it; the resource itself where it is absent.
    pub(super) path: Option<String>,
    /// With what.
    pub(super) value: Option<Value>,
}

/// A PATCH message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PatchOp {
    operations: Vec<Operation>,
}

impl PatchOp {
    /// Reads the body of a PATCH request.
    pub(crate) fn parse(body: &Value, reading: &Reading<'_>) -> Result<Self, Error> {
        let Value::Object(message) = body else {
            return Err(syntax("the body must be a JSON object".to_owned()));
        };
        value::no_name_twice(message, "the message")?;
        require_schema(message, &[URN], reading)?;
        let Some(Value::Array(operations)) = field(message, "Operations") else {
            return Err(syntax("`Operations` must be a list".to_owned()));
        };
        if operations.is_empty() {
            return Err(syntax("`Operations` holds no operation".to_owned()));
        }
        // Not tooMany, which RFC 7644 table 9 keeps for filters.
        if operations.len() > MAX_OPERATIONS {
            return Err(Error::TooLarge(format!(
                "a PATCH may hold at most {MAX_OPERATIONS} operations; send the rest in another request"
            )));
        }
        let operations = operations
            .iter()
            .enumerate()
            .map(|(index, operation)| {
                read(operation, reading)
                    .map_err(|error| error.at(&format!("operation {}", index + 1)))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { operations })
    }

    /// Refuses an operation without a path that names another resource.
    pub(crate) fn must_not_name_another(
        &self,
        own: &str,
        reading: &Reading<'_>,
    ) -> Result<(), Error> {
        self.try_for_each(|operation| match (&operation.path, &operation.value) {
            (None, Some(value)) => must_not_name_another(value, own, reading),
            _ => Ok(()),
        })
    }

    /// Does something for each operation in order; an error names the operation.
    pub(super) fn try_for_each(
        &self,
        mut apply: impl FnMut(&Operation) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (index, operation) in self.operations.iter().enumerate() {
            apply(operation).map_err(|error| error.at(&format!("operation {}", index + 1)))?;
        }
        Ok(())
    }
}

fn read(operation: &Value, reading: &Reading<'_>) -> Result<Operation, Error> {
    let Value::Object(operation) = operation else {
        return Err(syntax("an operation must be an object".to_owned()));
    };
    value::no_name_twice(operation, "the operation")?;
    let op = op(field(operation, "op"), reading)?;
    let path = match field(operation, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) if path.trim().is_empty() => None,
        Some(Value::String(path)) => Some(path.clone()),
        Some(_) => return Err(syntax("`path` must be a string".to_owned())),
    };
    if op == Op::Remove && path.is_none() {
        // RFC 7644 section 3.5.2.2.
        return Err(Error::NoTarget("a remove needs a `path`".to_owned()));
    }
    let value = field(operation, "value").cloned();
    if op != Op::Remove && value.is_none() {
        return Err(Error::InvalidValue(
            "an add or replace needs a `value`".to_owned(),
        ));
    }
    Ok(Operation { op, path, value })
}

/// The word of an operation. Entra ID writes "Add", "Replace" and "Remove".
fn op(written: Option<&Value>, reading: &Reading<'_>) -> Result<Op, Error> {
    let written = written.and_then(Value::as_str).unwrap_or_default();
    let (op, word) = [
        (Op::Add, "add"),
        (Op::Replace, "replace"),
        (Op::Remove, "remove"),
    ]
    .into_iter()
    .find(|(_, word)| word.eq_ignore_ascii_case(written))
    .ok_or_else(|| syntax("`op` must be add, replace or remove".to_owned()))?;
    if written != word {
        reading.note(format!("`op` was \"{written}\"; read as {word}"));
    }
    Ok(op)
}

fn syntax(sentence: String) -> Error {
    Error::InvalidSyntax(sentence)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::leniency::Leniency;

    fn parse(operations: Value) -> Result<PatchOp, Error> {
        let mut message = json!({"schemas": [URN]});
        message["Operations"] = operations;
        PatchOp::parse(&message, &Reading::of(Leniency::Rfc))
    }

    #[test]
    fn operations_are_read_in_any_case() {
        let body = json!({"Schemas": [URN.to_uppercase()], "operations": [{"Op": "Add", "PATH": "title", "Value": "x"}]});
        let message = PatchOp::parse(&body, &Reading::of(Leniency::Rfc)).unwrap();
        assert_eq!(
            message.operations,
            [Operation {
                op: Op::Add,
                path: Some("title".to_owned()),
                value: Some(json!("x"))
            }]
        );
    }

    #[test]
    fn a_message_with_the_wrong_structure_is_invalid_syntax() {
        for body in [
            json!([]),
            json!({}),
            json!({"Operations": [{"op": "remove", "path": "title"}]}),
            json!({"schemas": ["urn:other"], "Operations": [{"op": "remove", "path": "title"}]}),
            json!({"schemas": [URN]}),
            json!({"schemas": [URN], "Operations": {}}),
            json!({"schemas": [URN], "Operations": []}),
            json!({"schemas": [URN], "Operations": [{"op": "move", "path": "title"}]}),
            json!({"schemas": [URN], "Operations": [{"op": "add", "OP": "add", "value": {}}]}),
            json!({"schemas": [URN], "Operations": [{"op": "add", "path": 5, "value": {}}]}),
            json!({"schemas": [URN], "Operations": ["x"]}),
        ] {
            let error = PatchOp::parse(&body, &Reading::of(Leniency::Rfc)).unwrap_err();
            assert!(
                matches!(error, Error::InvalidSyntax(_)),
                "{body}: {error:?}"
            );
        }
    }

    #[test]
    fn a_remove_without_path_has_no_target_and_a_value_must_be_there() {
        assert!(matches!(
            parse(json!([{"op": "remove"}])),
            Err(Error::NoTarget(_))
        ));
        let error =
            parse(json!([{"op": "remove", "path": "title"}, {"op": "add", "path": "title"}]));
        assert_eq!(
            error,
            Err(Error::InvalidValue(
                "operation 2: an add or replace needs a `value`".to_owned()
            ))
        );
    }

    #[test]
    fn more_than_a_thousand_operations_are_refused() {
        let remove = json!({"op": "remove", "path": "title"});
        let many = |count| parse(Value::from(vec![remove.clone(); count]));
        assert!(many(1000).is_ok());
        assert!(matches!(many(1001), Err(Error::TooLarge(_))));
    }
}
