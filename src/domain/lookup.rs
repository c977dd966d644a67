//! What members are looked up and sorted by, besides what has a column of its own: an index of attributes' values.
//!
//! The index holds comparison keys cut to [`LONGEST`] bytes, because engines refuse long ones; so it says which members
//! can have a value, and for a short enough value exactly which do.

use std::collections::BTreeMap;

use serde_json::Value;

use super::member::Attributes;
use super::name;

/// The extension for employers, RFC 7643 section 4.3, as the directory's attributes are stored under it.
const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// How many bytes of a key are kept at most.
pub(crate) const LONGEST: usize = 256;

/// How many bytes a key has at most of which surely nothing was cut, nor of any that is the same.
pub(crate) const LONGEST_WHOLE: i32 = 252;

/// An attribute whose values are in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lookup {
    /// `emails.value`
    Email,
    /// `phoneNumbers.value`
    PhoneNumber,
    /// `displayName`
    DisplayName,
    /// `name.familyName`
    FamilyName,
    /// `name.givenName`
    GivenName,
    /// `nickName`
    NickName,
    /// `title`
    Title,
    /// `employeeNumber` of the enterprise extension.
    EmployeeNumber,
    /// `department` of the enterprise extension.
    Department,
    /// `manager.value` of the enterprise extension; exact.
    Manager,
}

impl Lookup {
    const ALL: [Self; 10] = [
        Self::Email,
        Self::PhoneNumber,
        Self::DisplayName,
        Self::FamilyName,
        Self::GivenName,
        Self::NickName,
        Self::Title,
        Self::EmployeeNumber,
        Self::Department,
        Self::Manager,
    ];

    /// The number under which it is stored.
    pub(crate) fn number(self) -> i16 {
        match self {
            Self::Email => 1,
            Self::PhoneNumber => 2,
            Self::DisplayName => 3,
            Self::FamilyName => 4,
            Self::GivenName => 5,
            Self::NickName => 6,
            Self::Title => 7,
            Self::EmployeeNumber => 8,
            Self::Department => 9,
            Self::Manager => 10,
        }
    }

    /// The extension that it is in, its attribute, and its sub-attribute.
    fn place(self) -> (Option<&'static str>, &'static str, Option<&'static str>) {
        match self {
            Self::Email => (None, "emails", Some("value")),
            Self::PhoneNumber => (None, "phoneNumbers", Some("value")),
            Self::DisplayName => (None, "displayName", None),
            Self::FamilyName => (None, "name", Some("familyName")),
            Self::GivenName => (None, "name", Some("givenName")),
            Self::NickName => (None, "nickName", None),
            Self::Title => (None, "title", None),
            Self::EmployeeNumber => (Some(ENTERPRISE_USER), "employeeNumber", None),
            Self::Department => (Some(ENTERPRISE_USER), "department", None),
            Self::Manager => (Some(ENTERPRISE_USER), "manager", Some("value")),
        }
    }

    /// Whether texts that differ by case differ.
    pub(crate) fn case_exact(self) -> bool {
        self == Self::Manager
    }

    /// The one of this extension, attribute and sub-attribute, as the schemas spell them.
    pub(crate) fn find(
        extension: Option<&str>,
        attribute: &str,
        sub: Option<&str>,
    ) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|lookup| lookup.place() == (extension, attribute, sub))
    }
}

/// A value of a member, as it stands in the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Of which attribute.
    pub(crate) lookup: Lookup,
    /// The comparison key, cut.
    pub(crate) key: String,
    /// Whether the member is sorted by it: it is of the primary value, or of the first where none is primary.
    pub(crate) leading: bool,
}

/// Everything of a member that belongs in the index, each attribute and key once. An empty text is no value.
pub(crate) fn entries(attributes: &Attributes) -> Vec<Entry> {
    let mut found: BTreeMap<(Lookup, String), bool> = BTreeMap::new();
    for lookup in Lookup::ALL {
        let (extension, attribute, sub) = lookup.place();
        let container = match extension {
            Some(urn) => attributes.get(urn).and_then(Value::as_object),
            None => Some(attributes),
        };
        let elements = match container.and_then(|fields| fields.get(attribute)) {
            Some(Value::Array(elements)) => elements.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => continue,
        };
        let leading = leading(elements);
        for (at, element) in elements.iter().enumerate() {
            let value = match sub {
                Some(sub) => element.get(sub),
                None => Some(element),
            };
            if let Some(text) = value
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
            {
                *found
                    .entry((lookup, key(text, lookup.case_exact())))
                    .or_default() |= Some(at) == leading;
            }
        }
    }
    let entry = |((lookup, key), leading)| Entry {
        lookup,
        key,
        leading,
    };
    found.into_iter().map(entry).collect()
}

/// Which of several values a resource is sorted by, RFC 7644 section 3.4.2.3: the primary one, else the first.
pub(crate) fn leading(elements: &[Value]) -> Option<usize> {
    let primary = |element: &Value| element.get("primary") == Some(&Value::Bool(true));
    elements
        .iter()
        .position(primary)
        .or((!elements.is_empty()).then_some(0))
}

/// The key of a value, as long as it may be.
pub(crate) fn key(text: &str, case_exact: bool) -> String {
    if case_exact {
        cut(text).to_owned()
    } else {
        cut(&name::key(text)).to_owned()
    }
}

/// The beginning of a text that is as long as a key may be.
pub(crate) fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// Whether a key is so short that nothing was cut from any key that is the same or begins with it.
pub(crate) fn is_whole(key: &str) -> bool {
    // A key that was cut has more bytes than this, whatever character stood at the cut.
    i32::try_from(key.len()).is_ok_and(|length| length <= LONGEST_WHOLE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(attributes: Value) -> Vec<(Lookup, String, bool)> {
        let Value::Object(attributes) = attributes else {
            panic!("attributes are an object")
        };
        let all = entries(&attributes).into_iter();
        all.map(|entry| (entry.lookup, entry.key, entry.leading))
            .collect()
    }

    #[test]
    fn every_value_is_in_the_index_once_and_the_primary_one_leads() {
        let emails = json!({"emails": [
            {"value": "B@x"}, {"value": "a@x", "primary": true}, {"value": "A@X", "type": "home"}, {"value": ""}, {"type": "x"},
        ]});
        assert_eq!(
            of(emails),
            [
                (Lookup::Email, "a@x".to_owned(), true),
                (Lookup::Email, "b@x".to_owned(), false)
            ]
        );
        assert_eq!(
            of(json!({"phoneNumbers": [{"value": "2"}, {"value": "1"}]})),
            [
                (Lookup::PhoneNumber, "1".to_owned(), false),
                (Lookup::PhoneNumber, "2".to_owned(), true)
            ]
        );
    }

    #[test]
    fn case_counts_where_the_schema_says_so() {
        let person = json!({
            "title": "Dr", "name": {"familyName": "Ab"},
            ENTERPRISE_USER: {"manager": {"value": "Ab"}, "department": "Ab"},
        });
        assert_eq!(
            of(person),
            [
                (Lookup::FamilyName, "ab".to_owned(), true),
                (Lookup::Title, "dr".to_owned(), true),
                (Lookup::Department, "ab".to_owned(), true),
                (Lookup::Manager, "Ab".to_owned(), true),
            ]
        );
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let long = "é".repeat(200);
        assert_eq!(cut(&long).len(), LONGEST);
        assert_eq!(cut(&format!("a{long}")).len(), LONGEST - 1);
        assert!(!is_whole(cut(&format!("a{}", "\u{1f600}".repeat(80)))));
        assert!(is_whole(&"a".repeat(LONGEST - 4)));
    }
}
