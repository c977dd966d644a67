//! Values that may occur once in an organization: which ones a resource says.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Attribute, CustomSchemas, Type, Uniqueness};
use crate::domain::member::Attributes;
use crate::domain::{Timestamp, name};

/// A value that no other member of the organization may have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UniqueValue {
    /// Of which schema.
    pub(crate) urn: String,
    /// The attribute or sub-attribute: `badge`, `door.number`.
    pub(crate) attribute: String,
    /// The value, so that two that are equal are the same here.
    pub(crate) key: String,
}

/// The attribute by its whole name, as clients spell it.
impl std::fmt::Display for UniqueValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.urn, self.attribute)
    }
}

impl CustomSchemas {
    /// Whether anything that they define is unique.
    pub(crate) fn have_unique(&self) -> bool {
        self.of_users()
            .any(|custom| custom.everything().any(|attribute| is_unique(attribute)))
    }

    /// The unique values that a member says, each once.
    pub(crate) fn unique_values(&self, attributes: &Attributes) -> BTreeSet<UniqueValue> {
        let mut found = BTreeSet::new();
        for custom in self.of_users() {
            let urn = &custom.schema.urn;
            let said = attributes
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(urn));
            let Some((_, said)) = said else { continue };
            for attribute in &custom.schema.attributes {
                let Some(value) = said.get(&attribute.name) else {
                    continue;
                };
                let mut take = |of: &Attribute, name: String, value: &Value| {
                    if is_unique(of)
                        && let Some(key) = key(of, value)
                    {
                        found.insert(UniqueValue {
                            urn: urn.clone(),
                            attribute: name,
                            key,
                        });
                    }
                };
                for value in each(value) {
                    take(attribute, attribute.name.clone(), value);
                    for sub in &attribute.sub_attributes {
                        let name = format!("{}.{}", attribute.name, sub.name);
                        for value in value.get(&sub.name).into_iter().flat_map(each) {
                            take(sub, name.clone(), value);
                        }
                    }
                }
            }
        }
        found
    }
}

fn is_unique(attribute: &Attribute) -> bool {
    match attribute.uniqueness {
        Uniqueness::None => false,
        Uniqueness::Server | Uniqueness::Global => true,
    }
}

fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        one => std::slice::from_ref(one),
    }
}

/// What two values that are equal have in common.
fn key(attribute: &Attribute, value: &Value) -> Option<String> {
    match (attribute.value_type, value) {
        (Type::DateTime, Value::String(text)) => {
            Some(Timestamp::parse(text).map_or_else(|| text.clone(), |at| at.0.to_string()))
        }
        (_, Value::String(text)) if attribute.case_exact => Some(text.clone()),
        (_, Value::String(text)) => Some(name::key(text)),
        // 5.0 is 5, and no other number reads like another.
        (_, Value::Number(number)) => {
            let text = number.to_string();
            Some(text.strip_suffix(".0").unwrap_or(&text).to_owned())
        }
        (_, Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::domain::schema::{CustomSchema, Kind, Schema};

    #[test]
    fn what_is_unique_is_found_wherever_it_stands_and_without_regard_to_its_spelling() {
        let attribute = |name: &str, of: &str, unique: bool, subs: Value| {
            json!({"name": name, "type": of, "multiValued": true, "mutability": "readWrite", "returned": "default",
                "uniqueness": if unique { "server" } else { "none" }, "subAttributes": subs})
        };
        let number = attribute("number", "decimal", true, json!([]));
        let served = json!({"id": "urn:x:y", "attributes": [
            attribute("badge", "string", true, json!([])),
            attribute("free", "string", false, json!([])),
            attribute("phone", "complex", false, json!([number])),
            attribute("since", "dateTime", true, json!([])),
        ]});
        let schemas = CustomSchemas::of(vec![CustomSchema {
            kind: Kind::User,
            required: false,
            schema: Arc::new(Schema::read(served).unwrap()),
            created: Timestamp(0),
            modified: Timestamp(0),
        }]);
        assert!(schemas.have_unique() && !CustomSchemas::default().have_unique());
        let said = |value: Value| {
            let Value::Object(said) = json!({"URN:x:y": value}) else {
                panic!("an object")
            };
            schemas.unique_values(&said)
        };
        let one = json!({"badge": ["A", " a"], "free": ["f"], "phone": [{"number": 5}], "since": "2026-01-01T00:00:00Z"});
        let other = json!({"badge": "a", "free": ["g"], "phone": [{"number": 5.0}], "since": "2026-01-01T01:00:00+01:00"});
        assert_eq!(said(one.clone()).len(), 3);
        assert_eq!(said(one), said(other));
        assert!(said(json!(null)).is_empty());
    }
}
