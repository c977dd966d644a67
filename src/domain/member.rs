//! The member: an account's place in one organization, and the SCIM User resource.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::name;
use super::role::{Role, RoleSource};
use super::{AccountId, GroupId, MemberId, MemberNumber, Timestamp};

/// Directory attributes that have no column of their own, as the directory sent them (R4). Opaque here.
///
/// Never holds `id`, `meta`, `schemas`, `groups`, `userName`, `externalId`, `active` or `password`.
pub(crate) type Attributes = Map<String, Value>;

/// What a directory says about a person: everything of a SCIM User that a client can write.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    /// SCIM `userName`, as spelled by the directory. Compared by [`name::key`].
    pub(crate) user_name: String,
    /// SCIM `externalId`: the provisioning client's own key, opaque here (R3).
    pub(crate) external_id: Option<String>,
    /// SCIM `active`.
    pub(crate) active: bool,
    /// Everything else.
    pub(crate) attributes: Attributes,
}

impl Profile {
    /// The person's e-mail address: the primary one, else the first, else a userName that has the form of one.
    pub(crate) fn email(&self) -> Option<&str> {
        let emails = self
            .attributes
            .get("emails")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let primary = emails
            .iter()
            .find(|email| email.get("primary").and_then(Value::as_bool) == Some(true));
        let address = primary
            .or(emails.first())
            .and_then(|email| email.get("value"))
            .and_then(Value::as_str);
        address
            .filter(|address| name::is_email(address))
            .or_else(|| Some(self.user_name.trim()).filter(|user_name| name::is_email(user_name)))
    }

    /// Whether another says the same. Numbers are compared by what they are: a database may write 1e16 and -0.0 in
    /// another way than it was handed them.
    pub(crate) fn says_the_same_as(&self, other: &Self) -> bool {
        self.user_name == other.user_name
            && self.external_id == other.external_id
            && self.active == other.active
            && alike(&self.attributes, &other.attributes)
    }

    /// `name.givenName`, or nothing.
    pub(crate) fn given_name(&self) -> &str {
        self.part_of_name("givenName")
    }

    /// `name.familyName`, or nothing.
    pub(crate) fn family_name(&self) -> &str {
        self.part_of_name("familyName")
    }

    /// The first of `phoneNumbers`, or nothing.
    pub(crate) fn phone(&self) -> &str {
        let numbers = self.attributes.get("phoneNumbers");
        numbers
            .and_then(|numbers| numbers.get(0)?.get("value")?.as_str())
            .unwrap_or_default()
    }

    fn part_of_name(&self, part: &str) -> &str {
        self.attributes
            .get("name")
            .and_then(|name| name.get(part))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// What to call the person: displayName, else the names, else userName.
    pub(crate) fn display_name(&self) -> String {
        let text = |value: Option<&Value>| {
            value
                .and_then(Value::as_str)
                .filter(|text| !text.trim().is_empty())
                .map(str::to_owned)
        };
        let whole = format!("{} {}", self.given_name(), self.family_name());
        text(self.attributes.get("displayName"))
            .or_else(|| {
                text(
                    self.attributes
                        .get("name")
                        .and_then(|name| name.get("formatted")),
                )
            })
            .or_else(|| Some(whole.trim().to_owned()).filter(|whole| !whole.is_empty()))
            .unwrap_or_else(|| self.user_name.clone())
    }
}

fn alike(one: &Attributes, other: &Attributes) -> bool {
    let has =
        |name: &String, value: &Value| other.get(name).is_some_and(|other| same(value, other));
    one.len() == other.len() && one.iter().all(|(name, value)| has(name, value))
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) if one.is_f64() || other.is_f64() => {
            one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => alike(one, other),
        (one, other) => one == other,
    }
}

impl Profile {
    /// The comparison keys of everything that the person is called, known by or reached at.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        let mut keys =
            BTreeSet::from([name::key(&self.user_name), name::key(&self.display_name())]);
        keys.extend(self.external_id.as_deref().map(name::key));
        for (field, value) in &self.attributes {
            gather(field, value, &mut keys);
        }
        keys.remove("");
        keys
    }
}

fn gather(field: &str, value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            if text.contains('@') || matches!(field, "displayName" | "formatted" | "nickName") {
                keys.insert(name::key(text));
            }
        }
        // A manager is somebody else.
        Value::Object(fields) if field != "manager" => {
            for (field, value) in fields {
                gather(field, value, keys);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                gather(field, element, keys);
            }
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A group that a member is in, as the member's `groups` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupRef {
    /// The group.
    pub(crate) id: GroupId,
    /// Its displayName.
    pub(crate) display_name: String,
    /// Whether the member is in it directly, and not only through another group.
    pub(crate) direct: bool,
}

/// A member of an organization.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    /// The SCIM `id`.
    pub(crate) id: MemberId,
    /// The number in the REST API.
    pub(crate) number: MemberNumber,
    /// Whose place in the organization this is.
    pub(crate) account: AccountId,
    /// What the directory says.
    pub(crate) profile: Profile,
    /// The effective organization role (R5).
    pub(crate) role: Role,
    /// Through what the role came.
    pub(crate) role_source: RoleSource,
    /// Goes up with each change of the member's own attributes.
    pub(crate) version: i64,
    /// When the member joined.
    pub(crate) created: Timestamp,
    /// When the member's own attributes last changed.
    pub(crate) modified: Timestamp,
    /// The directory groups that the member is in, directly or through others, each once, by displayName.
    pub(crate) groups: Vec<GroupRef>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn profile(user_name: &str, attributes: Value) -> Profile {
        let Value::Object(attributes) = attributes else {
            panic!("attributes are an object")
        };
        Profile {
            user_name: user_name.to_owned(),
            external_id: None,
            active: true,
            attributes,
        }
    }

    #[test]
    fn the_primary_address_comes_before_the_first_and_before_the_user_name() {
        let both = json!({"emails": [{"value": "first@x"}, {"value": "main@x", "primary": true}]});
        assert_eq!(profile("user@x", both).email(), Some("main@x"));
        assert_eq!(
            profile("user@x", json!({"emails": [{"value": "first@x"}]})).email(),
            Some("first@x")
        );
        assert_eq!(profile("user@x", json!({})).email(), Some("user@x"));
        assert_eq!(
            profile("user", json!({"emails": [{"value": "no address"}]})).email(),
            None
        );
    }

    #[test]
    fn a_person_without_a_display_name_is_called_by_their_names_or_user_name() {
        assert_eq!(
            profile(
                "u",
                json!({"name": {"givenName": "Ada", "familyName": "L"}})
            )
            .display_name(),
            "Ada L"
        );
        assert_eq!(
            profile("u", json!({"displayName": " "})).display_name(),
            "u"
        );
    }
}
