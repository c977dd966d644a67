//! The messages by which a receiver fetches its tokens: RFC 8936 section 2.

use serde_json::{Map, Value, json};

use super::Token;
use crate::domain::ReceiverId;
use crate::domain::receiver::Problem;
use crate::scim::error::Error;

/// How many tokens an answer has where the receiver does not say, and at most.
const DEFAULT: usize = 100;
const MOST: usize = 1000;

/// What a receiver asks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// How many tokens it takes at most.
    pub(crate) most: usize,
    /// Whether an answer without tokens is not put off.
    pub(crate) at_once: bool,
    /// The tokens that it has, as the receiver and the number of the event.
    pub(crate) acknowledged: Vec<(ReceiverId, i64)>,
    /// The tokens that it could not take.
    pub(crate) problems: Vec<(ReceiverId, Problem)>,
}

/// The id of a token.
pub(super) fn jti(receiver: ReceiverId, seq: i64) -> String {
    format!("{receiver}.{seq}")
}

/// The receiver and the number of the event, where it is an id of a token of ours.
fn parts(jti: &str) -> Option<(ReceiverId, i64)> {
    let (receiver, seq) = jti.split_once('.')?;
    Some((ReceiverId::parse(receiver)?, seq.parse().ok()?))
}

/// Reads what a receiver asks. Ids that are none of ours name nothing; members that are not known are passed over.
pub(crate) fn parse(body: &Value) -> Result<Request, Error> {
    let Value::Object(body) = body else {
        return Err(Error::InvalidSyntax(
            "the body must be a JSON object".to_owned(),
        ));
    };
    let given = |name: &str| body.get(name).filter(|value| !value.is_null());
    let wrong = |name: &str, what: &str| Error::InvalidValue(format!("`{name}` must be {what}"));
    let most = match given("maxEvents") {
        None => DEFAULT,
        Some(number) => number
            .as_u64()
            .map(|number| usize::try_from(number).unwrap_or(MOST).min(MOST))
            .ok_or_else(|| wrong("maxEvents", "a whole number from 0 on"))?,
    };
    let at_once = match given("returnImmediately") {
        None => false,
        Some(flag) => flag
            .as_bool()
            .ok_or_else(|| wrong("returnImmediately", "true or false"))?,
    };
    let acknowledged = match given("ack") {
        None => Vec::new(),
        Some(ids) => ids
            .as_array()
            .and_then(|ids| ids.iter().map(Value::as_str).collect::<Option<Vec<_>>>())
            .ok_or_else(|| wrong("ack", "a list of the ids of tokens"))?
            .into_iter()
            .filter_map(parts)
            .collect(),
    };
    let problems = match given("setErrs") {
        None => Vec::new(),
        Some(errors) => errors.as_object().and_then(problems).ok_or_else(|| {
            wrong(
                "setErrs",
                "an object with `err` and `description` by the id of a token",
            )
        })?,
    };
    Ok(Request {
        most,
        at_once,
        acknowledged,
        problems,
    })
}

/// `None` where one is no object, or says something that is no text.
fn problems(errors: &Map<String, Value>) -> Option<Vec<(ReceiverId, Problem)>> {
    let mut found = Vec::new();
    for (jti, said) in errors {
        let said = said.as_object()?;
        let text = |name: &str| match said.get(name) {
            None | Some(Value::Null) => Some(String::new()),
            // PostgreSQL keeps no U+0000.
            Some(text) => text.as_str().map(|text| text.replace('\0', "")),
        };
        let (error, description) = (text("err")?, text("description")?);
        if let Some((receiver, seq)) = parts(jti) {
            let problem = Problem {
                seq,
                error,
                description,
            };
            found.push((receiver, problem));
        }
    }
    Some(found)
}

/// What is outstanding, by the ids of the tokens.
pub(crate) fn answer(tokens: impl Iterator<Item = Token>, more: bool) -> Value {
    let sets: Map<String, Value> = tokens.map(|token| (token.jti, token.text.into())).collect();
    json!({ "sets": sets, "moreAvailable": more })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const RECEIVER: ReceiverId = ReceiverId(Uuid::from_u128(5));

    #[test]
    fn a_receiver_that_says_nothing_waits_for_a_hundred_tokens() {
        let expected = Request {
            most: 100,
            at_once: false,
            acknowledged: Vec::new(),
            problems: Vec::new(),
        };
        assert_eq!(parse(&json!({})).unwrap(), expected);
        let nulls = json!({
            "maxEvents": null, "returnImmediately": null, "ack": null, "setErrs": null, "other": 1,
        });
        assert_eq!(parse(&nulls).unwrap(), expected);
    }

    #[test]
    fn ids_of_tokens_are_read_back_and_others_name_nothing() {
        let ours = jti(RECEIVER, 12);
        let request = parse(&json!({
            "maxEvents": 0,
            "returnImmediately": true,
            "ack": [ours, "x", "00000000-0000-0000-0000-000000000005.x", "", ".3"],
            "setErrs": { (jti(RECEIVER, 13)): { "err": "invalid_key", "description": "a\0b" }, "other": {} },
        }));
        let problem = Problem {
            seq: 13,
            error: "invalid_key".to_owned(),
            description: "ab".to_owned(),
        };
        let expected = Request {
            most: 0,
            at_once: true,
            acknowledged: vec![(RECEIVER, 12)],
            problems: vec![(RECEIVER, problem)],
        };
        assert_eq!(request.unwrap(), expected);
        assert_eq!(parse(&json!({ "maxEvents": u64::MAX })).unwrap().most, 1000);
    }

    #[test]
    fn what_has_the_wrong_type_is_refused_by_name() {
        for (body, says) in [
            (json!([]), "object"),
            (json!({ "maxEvents": -1 }), "maxEvents"),
            (json!({ "maxEvents": 1.5 }), "maxEvents"),
            (json!({ "maxEvents": "1" }), "maxEvents"),
            (json!({ "returnImmediately": "true" }), "returnImmediately"),
            (json!({ "ack": "x" }), "ack"),
            (json!({ "ack": [1] }), "ack"),
            (json!({ "setErrs": [] }), "setErrs"),
            (json!({ "setErrs": { "x": "y" } }), "setErrs"),
            (json!({ "setErrs": { "x": { "err": 1 } } }), "setErrs"),
        ] {
            let error = parse(&body).unwrap_err().to_string();
            assert!(error.contains(says), "{body}: {error}");
        }
    }
}
