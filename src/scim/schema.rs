//! The schema definitions of RFC 7643 section 8.7, read once from `schemas/scim/*.json`, and beside them those that an
//! organization has made.
//!
//! The same files are what `/Schemas` serves, so that what is said and what is done cannot differ. Whoever resolves a name
//! is handed the definitions that hold for the request. Nothing here looks at a resource.

use std::sync::{Arc, LazyLock};

use crate::domain::schema::CustomSchemas;
pub(crate) use crate::domain::schema::{Attribute, Kind, Mutability, Returned, Schema, Type, find};

/// The schema of the User resource.
pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of the Group resource.
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The extension of User for employers, RFC 7643 section 4.3.
pub(crate) const ENTERPRISE_USER: &str =
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

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

impl ResourceType {
    /// Whether the organization has made a schema for it.
    pub(super) fn has_custom(&self) -> bool {
        self.extensions.iter().any(|extension| extension.custom)
    }
}

/// A schema that a kind of resource can have besides its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extension {
    /// The schema.
    pub(crate) schema: Arc<Schema>,
    /// Whether every resource must have it.
    pub(crate) required: bool,
    /// Whether the organization has made it.
    pub(crate) custom: bool,
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
            custom: false,
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

    /// Those of the RFC, and those of an organization.
    pub(crate) fn with(custom: &CustomSchemas) -> Self {
        if custom.is_empty() {
            return Self::standard().clone();
        }
        let [user, group] = &*STANDARD.0;
        let both = [user, group].map(|standard| {
            let mut extensions = standard.extensions.clone();
            let own = custom.iter().filter(|own| own.kind == standard.kind);
            extensions.extend(own.map(|own| Extension {
                schema: own.schema.clone(),
                required: own.required,
                custom: true,
            }));
            ResourceType {
                kind: standard.kind,
                core: standard.core.clone(),
                extensions,
            }
        });
        Self(Arc::new(both))
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
    let served =
        serde_json::from_str(text).expect("the files in schemas/scim are JSON: a test reads them");
    let schema =
        Schema::read(served).expect("the files in schemas/scim define schemas: a test reads them");
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

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
