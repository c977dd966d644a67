//! Names of attributes: from `userName` to `urn:…:enterprise:2.0:User:manager.value`.
//!
//! A schema's URN holds colons and dots, so a name is never split by punctuation before the URNs that are known have been
//! tried. Values are no business of this module.

use std::sync::Arc;

use super::schema::{self, Attribute, ResourceType, Schema, Type};

/// The way to an attribute, or to a sub-attribute, of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttributePath {
    /// The extension that it belongs to; none for the core schema and the common attributes.
    pub(super) extension: Option<Arc<Schema>>,
    /// The attribute.
    pub(super) attribute: Arc<Attribute>,
    /// Its sub-attribute.
    pub(super) sub: Option<Arc<Attribute>>,
}

impl AttributePath {
    /// What the path leads to: the sub-attribute where it names one.
    pub(super) fn leaf(&self) -> &Attribute {
        self.sub.as_ref().unwrap_or(&self.attribute)
    }

    /// Whether it leads to what nobody ever reads.
    pub(super) fn is_hidden(&self) -> bool {
        self.attribute.is_hidden() || self.leaf().is_hidden()
    }

    /// Whether this is `attribute` or `attribute.sub` of the core schema or the common attributes.
    pub(super) fn is(&self, attribute: &str, sub: Option<&str>) -> bool {
        self.extension.is_none()
            && self.attribute.name == attribute
            && self.sub.as_ref().map(|sub| sub.name.as_str()) == sub
    }
}

/// The name in full, as every parser here reads it.
impl std::fmt::Display for AttributePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(extension) = &self.extension {
            write!(f, "{}:", extension.urn)?;
        }
        f.write_str(&self.attribute.name)?;
        if let Some(sub) = &self.sub {
            write!(f, ".{}", sub.name)?;
        }
        Ok(())
    }
}

/// What a name can mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    /// The URN of the core schema alone: the resource itself.
    Core,
    /// The URN of an extension alone.
    Extension(Arc<Schema>),
    /// An attribute or a sub-attribute.
    Attribute(AttributePath),
    /// `password`: never advertised, never kept, never compared.
    Password,
    /// A URN that no schema here has.
    Foreign,
}

/// A name that means nothing, and the one that was perhaps meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unknown {
    /// The nearest known name.
    pub(super) nearest: String,
}

/// Finds out what a name means for a kind of resource. Names and URNs are compared without case, RFC 7643 section 2.1
/// and RFC 7644 section 3.10.
pub(super) fn resolve(text: &str, of: &ResourceType) -> Result<Name, Unknown> {
    if let Some(rest) = after_urn(text, &of.core.urn) {
        return match rest {
            "" => Ok(Name::Core),
            rest => within_core(rest, of),
        };
    }
    // The URN of one extension may begin like that of another: the longest that fits is meant.
    let named = of.extensions.iter().flat_map(|extension| {
        let fits = extension.urns().filter_map(|urn| after_urn(text, urn));
        fits.map(|rest| (rest, &extension.schema))
    });
    if let Some((rest, schema)) = named.min_by_key(|(rest, _)| rest.len()) {
        return match rest {
            "" => Ok(Name::Extension(schema.clone())),
            rest => within(rest, Some(schema), &[&schema.attributes]),
        };
    }
    if is_urn(text) {
        return Ok(Name::Foreign);
    }
    within_core(text, of)
}

/// Whether a text can only be a URN or another URI, and not the name of an attribute: it holds a colon.
pub(super) fn is_urn(text: &str) -> bool {
    text.contains(':')
}

/// What follows a URN and its separator; nothing where it stands alone.
///
/// Entra ID's inbound client writes a dot between URN and attribute where RFC 7644 section 3.10 writes a colon.
fn after_urn<'t>(text: &'t str, urn: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(urn.len())?;
    if !head.eq_ignore_ascii_case(urn) {
        return None;
    }
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix([':', '.'])
        .filter(|rest| !rest.is_empty())
}

fn within_core(text: &str, of: &ResourceType) -> Result<Name, Unknown> {
    within(text, None, &[&of.core.attributes, schema::common()])
}

fn within(
    text: &str,
    extension: Option<&Arc<Schema>>,
    attributes: &[&[Arc<Attribute>]],
) -> Result<Name, Unknown> {
    let (name, sub_name) = match text.split_once('.') {
        Some((name, sub_name)) => (name, Some(sub_name)),
        None => (text, None),
    };
    if extension.is_none() && sub_name.is_none() && name.eq_ignore_ascii_case("password") {
        return Ok(Name::Password);
    }
    let Some(attribute) = attributes.iter().find_map(|list| schema::find(list, name)) else {
        let known = attributes.iter().copied().flatten();
        return Err(nearest(name, known.map(|known| known.name.clone())));
    };
    let Some(sub_name) = sub_name else {
        return Ok(Name::Attribute(AttributePath {
            extension: extension.cloned(),
            attribute: attribute.clone(),
            sub: None,
        }));
    };
    let Some(sub) = attribute.sub_attribute(sub_name) else {
        let known = attribute.sub_attributes.iter();
        let known = known.map(|sub| format!("{}.{}", attribute.name, sub.name));
        let asked = format!("{}.{sub_name}", attribute.name);
        return Err(nearest(&asked, known.chain([attribute.name.clone()])));
    };
    Ok(Name::Attribute(AttributePath {
        extension: extension.cloned(),
        attribute: attribute.clone(),
        sub: Some(sub.clone()),
    }))
}

/// The attribute as a filter over its elements sees it: the elements of a list of plain values have a `value`, which is
/// the element.
pub(super) fn of_elements(attribute: &Arc<Attribute>) -> Arc<Attribute> {
    if attribute.value_type == Type::Complex {
        return attribute.clone();
    }
    let value = Attribute {
        name: "value".to_owned(),
        value_type: attribute.value_type,
        multi_valued: false,
        required: false,
        case_exact: attribute.case_exact,
        mutability: attribute.mutability,
        returned: attribute.returned,
        uniqueness: attribute.uniqueness,
        sub_attributes: Vec::new(),
    };
    Arc::new(Attribute {
        name: attribute.name.clone(),
        value_type: Type::Complex,
        multi_valued: true,
        required: attribute.required,
        case_exact: attribute.case_exact,
        mutability: attribute.mutability,
        returned: attribute.returned,
        uniqueness: attribute.uniqueness,
        sub_attributes: vec![Arc::new(value)],
    })
}

/// The known name that is most like the one asked for.
pub(super) fn nearest(asked: &str, known: impl Iterator<Item = String>) -> Unknown {
    let asked: String = asked.chars().take(100).collect::<String>().to_lowercase();
    let likeness = |name: &String| strsim::jaro_winkler(&asked, &name.to_lowercase());
    let nearest = known
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .unwrap_or_default();
    Unknown { nearest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::{Kind, standard};

    fn shown(text: &str) -> String {
        match resolve(text, standard(Kind::User)) {
            Ok(Name::Attribute(path)) => path.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_name_is_found_in_any_case_and_with_its_urn() {
        for text in [
            "USERNAME",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName",
            "URN:IETF:params:scim:schemas:core:2.0:user:username",
        ] {
            assert_eq!(shown(text), "userName");
        }
        assert_eq!(shown("emails.Value"), "emails.value");
        assert_eq!(shown("meta.lastmodified"), "meta.lastModified");
    }

    #[test]
    fn an_extension_is_split_off_though_its_urn_holds_a_dot() {
        let full = format!("{}:manager.value", schema::ENTERPRISE_USER);
        for text in [
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager.value",
            "urn:scim:schemas:extension:enterprise:2.0:manager.VALUE",
        ] {
            assert_eq!(shown(text), full);
        }
        assert!(matches!(
            resolve(schema::ENTERPRISE_USER, standard(Kind::User)),
            Ok(Name::Extension(_))
        ));
        assert_eq!(
            resolve(schema::ENTERPRISE_USER, standard(Kind::Group)),
            Ok(Name::Foreign)
        );
        assert_eq!(resolve(schema::USER, standard(Kind::User)), Ok(Name::Core));
    }

    #[test]
    fn an_unknown_name_comes_with_the_nearest_known_one() {
        let nearest = |text| resolve(text, standard(Kind::User)).unwrap_err().nearest;
        assert_eq!(nearest("usrName"), "userName");
        assert_eq!(nearest("emails.vlaue"), "emails.value");
        assert_eq!(nearest("name.given"), "name.givenName");
        assert_eq!(
            nearest("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:deprtment"),
            "department"
        );
    }
}
