//! How the definition of an extension may change, now that resources have it.

use std::sync::Arc;

use super::{Attribute, CustomSchema};

/// Refuses a definition that what is stored under the present one would contradict; the sentence says why.
pub(crate) fn may_follow(before: &CustomSchema, after: &CustomSchema) -> Result<(), String> {
    if before.kind != after.kind {
        return Err(
            "`resourceType` cannot be changed; delete the schema and make another".to_owned(),
        );
    }
    lists(&before.schema.attributes, &after.schema.attributes, "")
}

fn lists(before: &[Arc<Attribute>], after: &[Arc<Attribute>], within: &str) -> Result<(), String> {
    for old in before {
        let whole = format!("{within}{}", old.name);
        match super::find(after, &old.name) {
            Some(new) => attribute(old, new, &whole)?,
            // What is left of it would be shown like anything that no schema defines.
            None if hides(old) => {
                return Err(format!(
                    "`{whole}` is never returned, and cannot be taken away"
                ));
            }
            None => {}
        }
    }
    Ok(())
}

fn attribute(old: &Attribute, new: &Attribute, whole: &str) -> Result<(), String> {
    let fixed = [
        ("type", old.value_type == new.value_type),
        ("multiValued", old.multi_valued == new.multi_valued),
        ("caseExact", old.case_exact == new.case_exact),
        ("uniqueness", old.uniqueness == new.uniqueness),
    ];
    if let Some((name, _)) = fixed.iter().find(|(_, same)| !same) {
        return Err(format!(
            "`{name}` of `{whole}` cannot be changed: there may be values; define another attribute"
        ));
    }
    if old.name != new.name {
        return Err(format!("`{whole}` cannot be spelled otherwise"));
    }
    if old.is_hidden() && !new.is_hidden() {
        return Err(format!(
            "`{whole}` is never returned, and so it stays: who wrote a value relied on it"
        ));
    }
    lists(
        &old.sub_attributes,
        &new.sub_attributes,
        &format!("{whole}."),
    )
}

/// Whether it, or a part of it, is never returned.
fn hides(attribute: &Attribute) -> bool {
    attribute.is_hidden() || attribute.sub_attributes.iter().any(|sub| sub.is_hidden())
}

impl CustomSchema {
    /// Whether it has anything that is never returned.
    pub(crate) fn hides_anything(&self) -> bool {
        self.everything().any(|attribute| attribute.is_hidden())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::Timestamp;
    use crate::domain::schema::{Kind, Schema};

    fn custom(attributes: Value) -> CustomSchema {
        let mut attributes = attributes;
        for attribute in attributes.as_array_mut().unwrap() {
            let defaults = json!({"type": "string", "multiValued": false, "mutability": "readWrite", "returned": "default"});
            for (name, value) in defaults.as_object().unwrap() {
                let of = attribute.as_object_mut().unwrap();
                of.entry(name).or_insert_with(|| value.clone());
            }
        }
        let schema = Schema::read(json!({"id": "urn:x:y", "attributes": attributes})).unwrap();
        CustomSchema {
            kind: Kind::User,
            required: false,
            schema: Arc::new(schema),
            created: Timestamp(0),
            modified: Timestamp(0),
        }
    }

    #[test]
    fn attributes_may_come_and_go_and_be_read_otherwise() {
        let before = custom(json!([{"name": "a"}, {"name": "b", "returned": "never"}]));
        let after = custom(json!([
            {"name": "b", "mutability": "writeOnly", "returned": "never"}, {"name": "c", "required": true},
        ]));
        assert_eq!(may_follow(&before, &after), Ok(()));
        assert!(after.hides_anything() && !custom(json!([{"name": "a"}])).hides_anything());
    }

    #[test]
    fn what_values_rely_on_stays() {
        let before = custom(json!([{"name": "a", "returned": "never"}]));
        for after in [
            json!([]),
            json!([{"name": "a"}]),
            json!([{"name": "A", "returned": "never"}]),
            json!([{"name": "a", "returned": "never", "type": "integer"}]),
            json!([{"name": "a", "returned": "never", "multiValued": true}]),
            json!([{"name": "a", "returned": "never", "caseExact": true}]),
            json!([{"name": "a", "returned": "never", "uniqueness": "server"}]),
        ] {
            assert!(
                may_follow(&before, &custom(after.clone())).is_err(),
                "{after}"
            );
        }
        let mut other = custom(json!([{"name": "a", "returned": "never"}]));
        other.kind = Kind::Group;
        assert!(may_follow(&before, &other).is_err());
    }
}
