//! The compact notation of a session's file: names that stand for what earlier answers gave, and for the crowd.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::crowd::Person;

/// What `{{name}}` stands for.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, Value>);

impl Names {
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The value of a name; of `one.id` and the like, that of the one person whom a request is about.
    pub(super) fn get(&self, name: &str, people: &[Person]) -> Value {
        if let Some(wanted) = name.strip_prefix("one.") {
            let [person] = people else {
                panic!(
                    "`{name}` in a request that is about {} people",
                    people.len()
                );
            };
            return Value::String(person.text(wanted));
        }
        let found = self.0.get(name).cloned();
        found.unwrap_or_else(|| panic!("no answer gave `{name}`"))
    }

    /// A text with its names replaced.
    pub(super) fn text(&self, text: &str, people: &[Person]) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").unwrap();
            filled.push_str(before);
            match self.get(name, people) {
                Value::String(text) => filled.push_str(&text),
                other => filled.push_str(&other.to_string()),
            }
            rest = after;
        }
        filled + rest
    }

    /// A value with its names replaced.
    ///
    /// `{"$each": x}` in a list stands for one x for each of the people, and `{"$with": "{{name}}", …}` for the object of
    /// that name, with the other fields in the place of its own.
    pub(super) fn value(&self, value: &Value, people: &[Person]) -> Value {
        match value {
            Value::String(text) => {
                let alone = text
                    .strip_prefix("{{")
                    .and_then(|rest| rest.strip_suffix("}}"));
                match alone.filter(|name| !name.contains("}}")) {
                    Some(name) => self.get(name, people),
                    None => Value::String(self.text(text, people)),
                }
            }
            Value::Array(elements) => {
                let mut filled = Vec::with_capacity(elements.len());
                for element in elements {
                    match element.get("$each") {
                        None => filled.push(self.value(element, people)),
                        Some(one) => filled.extend(
                            people
                                .iter()
                                .map(|person| self.value(one, std::slice::from_ref(person))),
                        ),
                    }
                }
                Value::Array(filled)
            }
            Value::Object(fields) => {
                let mut filled = match fields.get("$with") {
                    None => Map::new(),
                    Some(base) => match self.value(base, people) {
                        Value::Object(base) => base,
                        other => panic!("`$with` needs an object, not {other}"),
                    },
                };
                for (name, value) in fields.iter().filter(|(name, _)| *name != "$with") {
                    filled.insert(name.clone(), self.value(value, people));
                }
                Value::Object(filled)
            }
            other => other.clone(),
        }
    }
}

/// Where an answer lacks what a client needs to find; nothing where it has it all.
///
/// Of an object, the fields that are named; of a list, an element for each that is named, in any order.
pub(super) fn missing(needed: &Value, found: &Value, at: &str) -> Option<String> {
    match (needed, found) {
        (Value::Object(needed), Value::Object(found)) => {
            needed.iter().find_map(|(name, needed)| {
                let value = found.get(name).unwrap_or(&Value::Null);
                missing(needed, value, &format!("{at}/{name}"))
            })
        }
        (Value::Array(needed), Value::Array(found)) => {
            let there =
                |needed: &&Value| found.iter().any(|one| missing(needed, one, "").is_none());
            let lacking = needed.iter().find(|one| !there(one))?;
            Some(format!("{at} has no {lacking}"))
        }
        (needed, found) if needed == found => None,
        (needed, found) => Some(format!("{at} is {found}, not {needed}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_people_and_objects_are_filled_in() {
        let mut names = Names::default();
        names.set("team", json!("7"));
        names.set("read", json!({ "id": "7", "title": "old" }));
        let people = [Person(1), Person(2)];
        assert_eq!(names.text("/Groups/{{team}}?x", &people), "/Groups/7?x");
        assert_eq!(
            names.value(&json!([{ "$each": "{{one.userName}}" }]), &people),
            json!(["crowd1@people.example", "crowd2@people.example"])
        );
        assert_eq!(
            names.value(&json!({ "$with": "{{read}}", "title": "new" }), &[]),
            json!({ "id": "7", "title": "new" })
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let found = json!({ "a": [{ "b": 1, "c": 2 }], "d": 3 });
        assert_eq!(missing(&json!({ "a": [{ "c": 2 }] }), &found, ""), None);
        for needed in [
            json!({ "a": [{ "c": 3 }] }),
            json!({ "d": 4 }),
            json!({ "e": 1 }),
        ] {
            assert!(missing(&needed, &found, "").is_some(), "{needed}");
        }
    }
}
