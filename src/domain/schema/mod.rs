//! What resources can say: schemas, their attributes, and the characteristics of RFC 7643 section 7; those of the RFC, and
//! those that an organization defines for itself.
//!
//! The same types describe both. How a value is read or shown is not said here.

mod change;
mod hidden;
mod unique;

use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Timestamp;

pub(crate) use change::may_follow;
pub(crate) use hidden::hide;
pub(crate) use unique::UniqueValue;

/// A kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A member of the organization.
    User,
    /// A directory group.
    Group,
}

impl Kind {
    /// The name of the resource type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// The kind with this name, in any case.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::User, Self::Group]
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// The type of a value, RFC 7643 section 2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Type {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A number.
    Decimal,
    /// A whole number.
    Integer,
    /// A moment.
    DateTime,
    /// A URI.
    Reference,
    /// Base64.
    Binary,
    /// Sub-attributes.
    Complex,
}

/// Who may write an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Mutability {
    /// Only this service.
    ReadOnly,
    /// The client.
    ReadWrite,
    /// The client, once.
    Immutable,
    /// The client, and nobody reads it.
    WriteOnly,
}

/// When an attribute is in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Returned {
    /// Whatever is asked for.
    Always,
    /// Never.
    Never,
    /// Unless it is excluded.
    Default,
    /// Where it is asked for by name.
    Request,
}

/// Among what a value may occur once alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Uniqueness {
    /// Among nothing.
    #[default]
    None,
    /// The resources of the organization.
    Server,
    /// Everything there is; more than the organization nobody can see.
    Global,
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
    /// Whether what it belongs to must have it.
    #[serde(default)]
    pub(crate) required: bool,
    /// Whether texts that differ by case differ.
    #[serde(default)]
    pub(crate) case_exact: bool,
    /// Who may write it.
    pub(crate) mutability: Mutability,
    /// When it is in an answer.
    pub(crate) returned: Returned,
    /// Whether a value may occur twice.
    #[serde(default)]
    pub(crate) uniqueness: Uniqueness,
    /// What a complex value is made of.
    #[serde(default, deserialize_with = "shared")]
    pub(crate) sub_attributes: Vec<Arc<Attribute>>,
}

impl Attribute {
    /// The sub-attribute with this name: names are compared without case, RFC 7643 section 2.1.
    pub(crate) fn sub_attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        find(&self.sub_attributes, name)
    }

    /// Whether nobody ever reads it: it is in no answer, and no filter may speak of it.
    pub(crate) fn is_hidden(&self) -> bool {
        self.returned == Returned::Never || self.mutability == Mutability::WriteOnly
    }
}

/// The definition of a schema.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Schema {
    /// The URN.
    #[serde(rename = "id")]
    pub(crate) urn: String,
    /// Its attributes.
    #[serde(deserialize_with = "shared")]
    pub(crate) attributes: Vec<Arc<Attribute>>,
    /// The definition as it is served, without `meta`.
    #[serde(skip)]
    pub(crate) served: Value,
}

impl Schema {
    /// Reads a definition that is complete and makes sense.
    pub(crate) fn read(served: Value) -> Result<Self, serde_json::Error> {
        let mut schema = Self::deserialize(&served)?;
        schema.served = served;
        Ok(schema)
    }
}

/// Attributes are shared by whatever names one: a filter may be used after the definitions are gone.
fn shared<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Arc<Attribute>>, D::Error> {
    let attributes = Vec::<Attribute>::deserialize(deserializer)?;
    Ok(attributes.into_iter().map(Arc::new).collect())
}

/// The attribute with this name among others, compared without case.
pub(crate) fn find<'d>(attributes: &'d [Arc<Attribute>], name: &str) -> Option<&'d Arc<Attribute>> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// An extension that an organization defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CustomSchema {
    /// Of what kind of resource.
    pub(crate) kind: Kind,
    /// Whether every resource of the kind must have it.
    pub(crate) required: bool,
    /// What it says.
    pub(crate) schema: Arc<Schema>,
    /// When it was made.
    pub(crate) created: Timestamp,
    /// When it last changed.
    pub(crate) modified: Timestamp,
}

impl CustomSchema {
    /// Under what it is found: URNs are compared without case here, as clients expect.
    pub(crate) fn key(&self) -> String {
        key(&self.schema.urn)
    }

    /// Every attribute and sub-attribute.
    pub(crate) fn everything(&self) -> impl Iterator<Item = &Arc<Attribute>> {
        let attributes = self.schema.attributes.iter();
        attributes.flat_map(|attribute| std::iter::once(attribute).chain(&attribute.sub_attributes))
    }
}

/// Under what a URN is found.
pub(crate) fn key(urn: &str) -> String {
    urn.to_ascii_lowercase()
}

/// The extensions of one organization. Cheap to clone; most have none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CustomSchemas(Option<Arc<[CustomSchema]>>);

impl CustomSchemas {
    /// These, of which no two have the same URN.
    pub(crate) fn of(schemas: Vec<CustomSchema>) -> Self {
        Self((!schemas.is_empty()).then(|| schemas.into()))
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Each of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &CustomSchema> {
        self.0.iter().flat_map(|schemas| schemas.iter())
    }

    /// Each that members have.
    fn of_users(&self) -> impl Iterator<Item = &CustomSchema> {
        self.iter().filter(|custom| custom.kind == Kind::User)
    }
}
