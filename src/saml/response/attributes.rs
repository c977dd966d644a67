//! What an assertion says of a person beyond the NameID: e-mail address, names, groups.
//!
//! Lenient where leniency grants nothing: an attribute of a type that we do not know is not a reason to keep somebody
//! out. Decides no role.

use std::collections::HashSet;

use roxmltree::{Document, Node};

use super::AttributeNames;
use crate::domain::identity::AssertedGroups;
use crate::domain::name::is_email;
use crate::domain::trace::Trace;
use crate::saml::ASSERTION;
use crate::saml::refusal::Refusal;
use crate::saml::xml::{all_text, named, shown};

/// Stands in for the groups of a person who has too many of them; Entra ID sends it.
const ENTRA_OVERAGE: &str = "http://schemas.microsoft.com/claims/groups.link";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The longest value that is kept. No rule can name a longer group, so leaving one out changes no role.
const MAX_VALUE: usize = 1024;

/// What was found.
pub(super) struct Found {
    pub(super) email: Option<String>,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) groups: AssertedGroups,
}

/// Reads the attributes. `address` is the NameID, where it is an e-mail address: it stands in for an attribute that is
/// absent.
pub(super) fn read(
    assertion: Node<'_, '_>,
    address: Option<&str>,
    names: &AttributeNames,
) -> Result<Found, Refusal> {
    let all: Vec<Node<'_, '_>> = named(assertion, ASSERTION, "AttributeStatement")
        .flat_map(|statement| named(statement, ASSERTION, "Attribute"))
        .collect();
    let usable = |name: &str| {
        values(&all, name)?
            .into_iter()
            .find(|value| is_usable(value))
    };
    let email = values(&all, &names.email)
        .and_then(|values| values.into_iter().next())
        .or_else(|| address.map(str::to_owned));
    if let Some(received) = email.as_deref().filter(|email| !is_email(email)) {
        return Err(Refusal::BadEmail {
            attribute: names.email.clone(),
            received: shown(received),
        });
    }
    Ok(Found {
        email,
        given_name: usable(&names.first_name),
        family_name: usable(&names.last_name),
        groups: groups(&all, names),
    })
}

/// Notes every attribute and the NameID as they came, verified or not, for the trace.
pub(super) fn note(document: &Document<'_>, trace: &mut Trace) {
    for node in document.descendants() {
        if node.has_tag_name((ASSERTION, "NameID")) {
            trace.carried("NameID", [all_text(node)]);
        }
        if node.has_tag_name((ASSERTION, "Attribute")) {
            let values = named(node, ASSERTION, "AttributeValue").map(all_text);
            trace.carried(node.attribute("Name").unwrap_or_default(), values);
        }
    }
}

/// The values of an attribute, from all places where it stands; nothing if it is absent.
///
/// By `Name`, which identifies an attribute. By `FriendlyName`, which Core section 2.7.3.1 only means for people, if no
/// `Name` fits: many IdPs send an OID as `Name`, and administrators write what they see.
fn values(all: &[Node<'_, '_>], name: &str) -> Option<Vec<String>> {
    let by = |key: &str| -> Vec<Node<'_, '_>> {
        all.iter()
            .copied()
            .filter(|attribute| attribute.attribute(key) == Some(name))
            .collect()
    };
    let mut found = by("Name");
    if found.is_empty() {
        found = by("FriendlyName");
    }
    if found.is_empty() || name.is_empty() {
        return None;
    }
    let values = found
        .into_iter()
        .flat_map(|attribute| named(attribute, ASSERTION, "AttributeValue"))
        .filter(|value| !matches!(value.attribute((XSI, "nil")), Some("true" | "1")))
        .map(|value| all_text(value).trim().to_owned())
        .filter(|value| !value.is_empty())
        .collect();
    Some(values)
}

fn is_usable(value: &str) -> bool {
    !value.is_empty() && value.len() <= MAX_VALUE && !value.chars().any(char::is_control)
}

/// R11: absent, or too many to list, is not the same as none.
fn groups(all: &[Node<'_, '_>], names: &AttributeNames) -> AssertedGroups {
    let overage = all
        .iter()
        .any(|attribute| attribute.attribute("Name") == Some(ENTRA_OVERAGE));
    let Some(values) = values(all, &names.groups).filter(|_| !overage) else {
        return AssertedGroups::Unknown;
    };
    let mut seen = HashSet::new();
    let groups = values
        .iter()
        .flat_map(|value| parts(value, names.split_groups))
        .filter(|group| is_usable(group))
        .filter(|group| seen.insert(*group))
        .map(str::to_owned)
        .collect();
    AssertedGroups::Known(groups)
}

fn parts(value: &str, split: bool) -> impl Iterator<Item = &str> {
    let separator = if split { ',' } else { '\0' };
    value.split(separator).map(str::trim)
}
