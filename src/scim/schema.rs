//! The schema definitions of RFC 7643 section 8.7, read once from `schemas/scim/*.json`.
//!
//! The same files are what `/Schemas` serves, so that what is said and what is done cannot differ. Nothing here looks at
//! a resource.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// The schema of the User resource.
pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of the Group resource.
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The extension of User for employers, RFC 7643 section 4.3.
pub(crate) const ENTERPRISE_USER: &str =
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A member of the organization.
    User,
    /// A directory group.
    Group,
}

/// The type of a value, RFC 7643 section 2.3. No schema here has numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Type {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A moment.
    DateTime,
    /// A URI.
    Reference,
    /// Base64.
    Binary,
    /// Sub-attributes.
    Complex,
}

/// Who may write an attribute, RFC 7643 section 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Mutability {
    /// Only this service.
    ReadOnly,
    /// The client.
    ReadWrite,
    /// The client, once.
    Immutable,
}

/// When an attribute is in an answer, RFC 7643 section 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Returned {
    /// Whatever is asked for.
    Always,
    /// Unless it is excluded.
    Default,
    /// Where it is asked for by name.
    Request,
}

/// The definition of an attribute or a sub-attribute.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attribute {
    /// The name, spelled as answers spell it.
    pub(crate) name: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub(crate) value_type: Type,
    /// Whether it holds a list.
    pub(crate) multi_valued: bool,
    /// Whether texts that differ by case differ.
    #[serde(default)]
    pub(crate) case_exact: bool,
    /// Who may write it.
    pub(crate) mutability: Mutability,
    /// When it is in an answer.
    pub(crate) returned: Returned,
    /// What a complex value is made of.
    #[serde(default)]
    pub(crate) sub_attributes: Vec<Attribute>,
}

/// The definition of a schema.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Schema {
    /// The URN.
    #[serde(rename = "id")]
    pub(crate) urn: String,
    /// Its attributes.
    pub(crate) attributes: Vec<Attribute>,
}

struct Document {
    served: Value,
    schema: Schema,
}

fn document(text: &str) -> Document {
    let served: Value =
        serde_json::from_str(text).expect("the files in schemas/scim are JSON: a test reads them");
    let schema = Schema::deserialize(&served)
        .expect("the files in schemas/scim define schemas: a test reads them");
    Document { served, schema }
}

static USER_DOCUMENT: LazyLock<Document> =
    LazyLock::new(|| document(include_str!("../../schemas/scim/user.json")));
static GROUP_DOCUMENT: LazyLock<Document> =
    LazyLock::new(|| document(include_str!("../../schemas/scim/group.json")));
static ENTERPRISE_USER_DOCUMENT: LazyLock<Document> =
    LazyLock::new(|| document(include_str!("../../schemas/scim/enterprise_user.json")));
/// What every resource has, RFC 7643 section 3.1. Belongs to no schema and is not served.
static COMMON_DOCUMENT: LazyLock<Document> =
    LazyLock::new(|| document(include_str!("../../schemas/scim/common.json")));

impl Kind {
    /// The name of the resource type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// Where resources of this kind are, under the base URL.
    pub(crate) fn endpoint(self) -> &'static str {
        match self {
            Self::User => "Users",
            Self::Group => "Groups",
        }
    }

    /// The schema that every resource of this kind has.
    pub(crate) fn core(self) -> &'static Schema {
        match self {
            Self::User => &USER_DOCUMENT.schema,
            Self::Group => &GROUP_DOCUMENT.schema,
        }
    }

    /// The schemas that a resource of this kind can have besides.
    pub(crate) fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::User => &[ENTERPRISE_USER],
            Self::Group => &[],
        }
    }

    /// The extension with this URN, written in any case. `OneLogin` and older clients write the URNs of drafts.
    pub(crate) fn extension(self, urn: &str) -> Option<&'static Schema> {
        let known = matches!(self, Self::User)
            && ENTERPRISE_URNS
                .iter()
                .any(|name| name.eq_ignore_ascii_case(urn));
        known.then(|| &ENTERPRISE_USER_DOCUMENT.schema)
    }
}

/// The URNs that mean the enterprise extension: the RFC's, and those that `OneLogin` and SCIM 1.1 clients write.
pub(super) const ENTERPRISE_URNS: [&str; 3] = [
    ENTERPRISE_USER,
    "urn:scim:schemas:extension:enterprise:2.0",
    "urn:scim:schemas:extension:enterprise:1.0",
];

/// The attributes that every resource has: `schemas`, `id`, `externalId`, `meta`.
pub(crate) fn common() -> &'static [Attribute] {
    &COMMON_DOCUMENT.schema.attributes
}

/// The definitions as they are served, without `meta`.
pub(super) fn served() -> [&'static Value; 3] {
    [
        &USER_DOCUMENT.served,
        &GROUP_DOCUMENT.served,
        &ENTERPRISE_USER_DOCUMENT.served,
    ]
}

impl Attribute {
    /// The sub-attribute with this name: names are compared without case, RFC 7643 section 2.1.
    pub(crate) fn sub_attribute(&'static self, name: &str) -> Option<&'static Attribute> {
        find(&self.sub_attributes, name)
    }
}

/// The attribute with this name among others, compared without case.
pub(crate) fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_read_as_schemas_with_the_urns_that_the_code_names() {
        assert_eq!(Kind::User.core().urn, USER);
        assert_eq!(Kind::Group.core().urn, GROUP);
        let extension =
            Kind::User.extension("URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User");
        assert_eq!(
            extension.map(|schema| schema.urn.as_str()),
            Some(ENTERPRISE_USER)
        );
        assert_eq!(common().len(), 4);
    }

    #[test]
    fn every_attribute_is_served_with_all_its_characteristics() {
        fn check(attribute: &Value) {
            for name in [
                "name",
                "type",
                "multiValued",
                "description",
                "required",
                "mutability",
                "returned",
                "uniqueness",
            ] {
                assert!(attribute.get(name).is_some(), "{name} of {attribute}");
            }
            let text = ["string", "reference", "binary", "dateTime"];
            if text.iter().any(|name| attribute["type"] == **name) {
                assert!(attribute["caseExact"].is_boolean(), "{attribute}");
            }
            for sub in attribute["subAttributes"].as_array().into_iter().flatten() {
                check(sub);
            }
        }
        for schema in served() {
            schema["attributes"]
                .as_array()
                .unwrap()
                .iter()
                .for_each(check);
        }
    }

    #[test]
    fn a_password_is_not_advertised_and_groups_cannot_be_written() {
        let user = &Kind::User.core().attributes;
        assert!(find(user, "password").is_none());
        assert_eq!(
            find(user, "groups").unwrap().mutability,
            Mutability::ReadOnly
        );
        let members = find(&Kind::Group.core().attributes, "members").unwrap();
        assert_eq!(
            members.sub_attribute("VALUE").unwrap().mutability,
            Mutability::Immutable
        );
    }

    #[test]
    fn every_list_that_a_client_can_write_holds_complex_values() {
        for kind in [Kind::User, Kind::Group] {
            for attribute in &kind.core().attributes {
                assert!(!attribute.multi_valued || attribute.value_type == Type::Complex);
            }
        }
    }
}
