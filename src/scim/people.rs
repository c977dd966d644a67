//! Whom a message names: by the id of a member, or by what may be a person's name or address. Nothing is looked up; who
//! is named may be nobody.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::domain::{MemberId, name};

/// How many ids and names are gathered: about twenty people, each with an id, a name and two addresses.
const MOST: usize = 100;
/// The longest key. Nothing that we keep as a name is longer.
const LONGEST: usize = 1024;
/// Attributes that hold what a person is called.
const CALLED: [&str; 5] = [
    "userName",
    "displayName",
    "display",
    "formatted",
    "nickName",
];

/// Those whom one or more messages name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct People {
    /// The ids that stand beside a name.
    pub(crate) members: BTreeSet<MemberId>,
    /// The comparison keys of the names and addresses.
    pub(crate) names: BTreeSet<String>,
    /// Whether there were more than are gathered.
    pub(crate) too_many: bool,
}

impl People {
    /// Those whom a message names.
    pub(crate) fn of(message: &Value) -> Self {
        let mut people = Self::default();
        people.message(message);
        people
    }

    /// Those of another, too.
    pub(crate) fn join(&mut self, other: Self) {
        self.members.extend(other.members);
        self.names.extend(other.names);
        self.too_many |= other.too_many;
    }

    /// A text that may be an address, or hold addresses and literals, as a filter or a sentence does.
    pub(crate) fn text(&mut self, text: &str) {
        for literal in text.split('"').skip(1).step_by(2) {
            self.name(literal);
        }
        if text.contains('@') {
            let around = |c: char| {
                matches!(
                    c,
                    '"' | '`' | '\'' | '(' | ')' | '<' | '>' | ',' | ';' | '.' | ':'
                )
            };
            for word in text.split_whitespace().filter(|word| word.contains('@')) {
                self.name(word.trim_matches(around));
            }
        }
    }

    /// A text that is a name.
    pub(crate) fn name(&mut self, text: &str) {
        let key = name::key(text);
        if key.is_empty() || key.len() > LONGEST || key.contains('\0') {
            return;
        }
        if self.is_full() {
            self.too_many = true;
        } else {
            self.names.insert(key);
        }
    }

    /// A member.
    pub(crate) fn member(&mut self, id: MemberId) {
        if self.is_full() {
            self.too_many = true;
        } else {
            self.members.insert(id);
        }
    }

    fn is_full(&self) -> bool {
        self.members.len() + self.names.len() >= MOST
    }

    fn message(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => self.object(fields),
            Value::Array(elements) => {
                for element in elements {
                    if self.too_many {
                        return;
                    }
                    self.message(element);
                }
            }
            Value::String(text) => self.text(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn object(&mut self, fields: &Map<String, Value>) {
        let mut named = false;
        for (field, value) in fields {
            if field.eq_ignore_ascii_case("schemas") {
                continue;
            }
            match value {
                Value::String(text)
                    if CALLED.iter().any(|known| field.eq_ignore_ascii_case(known)) =>
                {
                    named = true;
                    self.name(text);
                    self.text(text);
                }
                _ => self.message(value),
            }
        }
        if !named {
            return;
        }
        // Whose name it is stands beside it. A group's id is taken for a member's: it is nobody's.
        for (field, value) in fields {
            let is_id = ["id", "value"]
                .iter()
                .any(|known| field.eq_ignore_ascii_case(known));
            if is_id && let Some(id) = value.as_str().and_then(MemberId::parse) {
                self.member(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "0190a1b2-0000-7000-8000-000000000001";

    fn names(message: &Value) -> Vec<String> {
        People::of(message).names.into_iter().collect()
    }

    #[test]
    fn a_user_is_named_by_id_names_and_addresses() {
        let user = json!({
            "schemas": ["urn:a@b"], "id": ID, "userName": "Ada ", "displayName": "Ada L.", "active": true,
            "name": { "formatted": "Ada Lovelace" }, "emails": [{ "value": "ADA@a.example", "primary": true }],
        });
        let people = People::of(&user);
        assert_eq!(people.members.len(), 1);
        assert_eq!(
            names(&user),
            ["ada", "ada l.", "ada lovelace", "ada@a.example"]
        );
    }

    #[test]
    fn a_member_of_a_group_is_named_only_where_a_name_stands_beside_the_id() {
        let plain = json!({ "members": [{ "value": ID }] });
        assert_eq!(People::of(&plain), People::default());
        let named = json!({ "members": [{ "value": ID, "display": "Ada" }] });
        assert_eq!(People::of(&named).members.len(), 1);
    }

    #[test]
    fn a_literal_of_a_filter_is_a_name() {
        let search = json!({ "filter": "userName eq \"ada\" and externalId eq \"7\"" });
        let found = names(&search);
        assert!(
            found.contains(&"ada".to_owned()) && found.contains(&"7".to_owned()),
            "{found:?}"
        );
    }

    #[test]
    fn more_than_about_twenty_people_are_too_many() {
        let user = |n: usize| json!({ "userName": format!("u{n}"), "emails": [{ "value": format!("u{n}@a.example") }] });
        let some: Vec<Value> = (0..20).map(user).collect();
        assert!(!People::of(&json!({ "Resources": some })).too_many);
        let many: Vec<Value> = (0..60).map(user).collect();
        assert!(People::of(&json!({ "Resources": many })).too_many);
    }
}
