//! What nobody ever reads, taken out of what is shown, told or written down.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Attribute, CustomSchemas, Schema};
use crate::domain::member::{Attributes, Member, Profile};

/// Takes what nobody ever reads of a schema out of what a resource says; nothing is left of what only holds such.
pub(crate) fn hide(attributes: &mut Attributes, schema: &Schema) {
    let urns = attributes.keys().filter(|name| name.contains(':'));
    let mut urns = urns.filter(|name| name.eq_ignore_ascii_case(&schema.urn));
    let Some(urn) = urns.next().cloned() else {
        return;
    };
    let Some(Value::Object(fields)) = attributes.get_mut(&urn) else {
        return;
    };
    for attribute in &schema.attributes {
        if attribute.is_hidden() {
            fields.retain(|name, _| !name.eq_ignore_ascii_case(&attribute.name));
        } else if attribute.sub_attributes.iter().any(|sub| sub.is_hidden()) {
            fields.retain(|name, value| {
                !name.eq_ignore_ascii_case(&attribute.name) || is_left(value, attribute)
            });
        }
    }
    if fields.is_empty() {
        attributes.remove(&urn);
    }
}

/// Strips a value, and says whether anything is left.
fn is_left(value: &mut Value, attribute: &Attribute) -> bool {
    match value {
        Value::Array(elements) => {
            elements.retain_mut(|element| is_left(element, attribute));
            !elements.is_empty()
        }
        Value::Object(fields) => {
            strip(fields, attribute);
            !fields.is_empty()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn strip(fields: &mut Map<String, Value>, attribute: &Attribute) {
    for sub in attribute
        .sub_attributes
        .iter()
        .filter(|sub| sub.is_hidden())
    {
        fields.retain(|name, _| !name.eq_ignore_ascii_case(&sub.name));
    }
}

impl CustomSchemas {
    /// The names of what nobody ever reads, as attributes and sub-attributes are called.
    pub(crate) fn hidden_names(&self) -> Vec<String> {
        let all = self.iter().flat_map(super::CustomSchema::everything);
        let hidden = all.filter(|attribute| attribute.is_hidden());
        hidden.map(|attribute| attribute.name.clone()).collect()
    }

    /// What may be told of a profile.
    pub(crate) fn told<'p>(&self, profile: &'p Profile) -> Cow<'p, Profile> {
        if self.is_empty() {
            return Cow::Borrowed(profile);
        }
        let mut told = profile.clone();
        for custom in self.of_users() {
            hide(&mut told.attributes, &custom.schema);
        }
        Cow::Owned(told)
    }

    /// The same of a member.
    pub(crate) fn told_of<'m>(&self, member: &'m Member) -> Cow<'m, Member> {
        match self.told(&member.profile) {
            Cow::Borrowed(_) => Cow::Borrowed(member),
            Cow::Owned(profile) => Cow::Owned(Member {
                profile,
                ..member.clone()
            }),
        }
    }
}
