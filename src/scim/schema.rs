//! The schema definitions of RFC 7643 section 8.7, read once from `schemas/scim/*.json`.
//!
//! The same files are what `/Schemas` serves, so that what is said and what is done cannot differ. Whoever resolves a name
//! is handed the definitions that hold for the request. Nothing here looks at a resource.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Deserializer};
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
    #[serde(default, deserialize_with = "shared")]
    pub(crate) sub_attributes: Vec<Arc<Attribute>>,
}

/// The definition of a schema.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Schema {
    /// The URN.
    #[serde(rename = "id")]
    pub(crate) urn: String,
    /// Its attributes.
    #[serde(deserialize_with = "shared")]
    pub(crate) attributes: Vec<Arc<Attribute>>,
    /// The definition as it is served, without `meta`.
    #[serde(skip)]
    pub(super) served: Value,
}

/// Attributes are shared by whatever names one: a filter may be used after the definitions are gone.
fn shared<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Arc<Attribute>>, D::Error> {
    let attributes = Vec::<Attribute>::deserialize(deserializer)?;
    Ok(attributes.into_iter().map(Arc::new).collect())
}

/// A kind of resource with all its schemas, RFC 7643 section 6.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ResourceType {
    /// Which kind.
    pub(crate) kind: Kind,
    /// The schema that every resource of this kind has.
    pub(crate) core: Arc<Schema>,
    /// What it can have besides.
    pub(crate) extensions: Vec<Extension>,
}

/// A schema that a kind of resource can have besides its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Extension {
    /// The schema.
    pub(crate) schema: Arc<Schema>,
    /// Whether every resource must have it.
    pub(crate) required: bool,
}

/// The definitions that hold for a request. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definitions(Arc<[ResourceType; 2]>);

static STANDARD: LazyLock<Definitions> = LazyLock::new(|| {
    let user = ResourceType {
        kind: Kind::User,
        core: USER_SCHEMA.clone(),
        extensions: vec![Extension {
            schema: ENTERPRISE_USER_SCHEMA.clone(),
            required: false,
        }],
    };
    let group = ResourceType {
        kind: Kind::Group,
        core: GROUP_SCHEMA.clone(),
        extensions: Vec::new(),
    };
    Definitions(Arc::new([user, group]))
});

impl Definitions {
    /// Those of the RFC.
    pub(crate) fn standard() -> &'static Self {
        &STANDARD
    }

    /// All schemas of a kind of resource.
    pub(crate) fn of(&self, kind: Kind) -> &ResourceType {
        let [user, group] = &*self.0;
        match kind {
            Kind::User => user,
            Kind::Group => group,
        }
    }

    /// Every schema: those of the kinds, then the extensions.
    pub(super) fn schemas(&self) -> impl Iterator<Item = &Schema> {
        let core = self.0.iter().map(|of| of.core.as_ref());
        let extensions = self.0.iter().flat_map(|of| &of.extensions);
        core.chain(extensions.map(|extension| extension.schema.as_ref()))
    }
}

/// The standard schemas of a kind of resource.
#[cfg(test)]
pub(in crate::scim) fn standard(kind: Kind) -> &'static ResourceType {
    Definitions::standard().of(kind)
}

fn read(text: &str) -> Arc<Schema> {
    let served: Value =
        serde_json::from_str(text).expect("the files in schemas/scim are JSON: a test reads them");
    let mut schema = Schema::deserialize(&served)
        .expect("the files in schemas/scim define schemas: a test reads them");
    schema.served = served;
    Arc::new(schema)
}

static USER_SCHEMA: LazyLock<Arc<Schema>> =
    LazyLock::new(|| read(include_str!("../../schemas/scim/user.json")));
static GROUP_SCHEMA: LazyLock<Arc<Schema>> =
    LazyLock::new(|| read(include_str!("../../schemas/scim/group.json")));
static ENTERPRISE_USER_SCHEMA: LazyLock<Arc<Schema>> =
    LazyLock::new(|| read(include_str!("../../schemas/scim/enterprise_user.json")));
/// What every resource has, RFC 7643 section 3.1. Belongs to no schema and is not served.
static COMMON: LazyLock<Arc<Schema>> =
    LazyLock::new(|| read(include_str!("../../schemas/scim/common.json")));

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
}

impl Extension {
    /// The URNs that mean this extension. `OneLogin` and older clients write the URNs of drafts.
    pub(super) fn urns(&self) -> impl Iterator<Item = &str> {
        let drafts = match self.schema.urn.as_str() {
            ENTERPRISE_USER => &ENTERPRISE_DRAFTS[..],
            _ => &[],
        };
        std::iter::once(self.schema.urn.as_str()).chain(drafts.iter().copied())
    }
}

/// What `OneLogin` and SCIM 1.1 clients call the enterprise extension.
const ENTERPRISE_DRAFTS: [&str; 2] = [
    "urn:scim:schemas:extension:enterprise:2.0",
    "urn:scim:schemas:extension:enterprise:1.0",
];

/// The attributes that every resource has: `schemas`, `id`, `externalId`, `meta`.
pub(crate) fn common() -> &'static [Arc<Attribute>] {
    &COMMON.attributes
}

impl Attribute {
    /// The sub-attribute with this name: names are compared without case, RFC 7643 section 2.1.
    pub(crate) fn sub_attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        find(&self.sub_attributes, name)
    }
}

/// The attribute with this name among others, compared without case.
pub(crate) fn find<'d>(attributes: &'d [Arc<Attribute>], name: &str) -> Option<&'d Arc<Attribute>> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_read_as_schemas_with_the_urns_that_the_code_names() {
        assert_eq!(standard(Kind::User).core.urn, USER);
        assert_eq!(standard(Kind::Group).core.urn, GROUP);
        let extensions = &standard(Kind::User).extensions;
        assert_eq!(extensions[0].urns().next(), Some(ENTERPRISE_USER));
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
        for schema in Definitions::standard().schemas() {
            schema.served["attributes"]
                .as_array()
                .unwrap()
                .iter()
                .for_each(check);
        }
    }

    #[test]
    fn a_password_is_not_advertised_and_groups_cannot_be_written() {
        let user = &standard(Kind::User).core.attributes;
        assert!(find(user, "password").is_none());
        assert_eq!(
            find(user, "groups").unwrap().mutability,
            Mutability::ReadOnly
        );
        let members = find(&standard(Kind::Group).core.attributes, "members").unwrap();
        assert_eq!(
            members.sub_attribute("VALUE").unwrap().mutability,
            Mutability::Immutable
        );
    }

    #[test]
    fn every_list_that_a_client_can_write_holds_complex_values() {
        for kind in [Kind::User, Kind::Group] {
            for attribute in &standard(kind).core.attributes {
                assert!(!attribute.multi_valued || attribute.value_type == Type::Complex);
            }
        }
    }
}
