//! Which attributes an answer has: `attributes` and `excludedAttributes`, RFC 7644 section 3.9.
//!
//! Works on a rendered resource. It also says beforehand what need not be read at all.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::scim::attribute::{self, AttributePath, Name};
use crate::scim::error::Error;
use crate::scim::schema::{ResourceType, Returned};

/// What to keep of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Projection {
    selection: Selection,
    /// What extensions of the organization have in every answer.
    always: Vec<AttributePath>,
    /// What they have where it is asked for by name, and was not.
    unasked: Vec<AttributePath>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Selection {
    Everything,
    Only(Vec<Part>),
    Except(Vec<Part>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Everything under this URN.
    Extension(String),
    Attribute(AttributePath),
}

impl Projection {
    /// Reads the two parameters. They exclude each other; names that are not known are passed over.
    pub(crate) fn parse(
        attributes: Option<&str>,
        excluded: Option<&str>,
        of: &ResourceType,
    ) -> Result<Self, Error> {
        let given = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
        let selection = match (attributes, excluded) {
            (attributes, excluded) if given(attributes) && given(excluded) => {
                return Err(Error::InvalidValue(
                    "`attributes` and `excludedAttributes` cannot be used together".to_owned(),
                ));
            }
            (Some(attributes), _) if given(Some(attributes)) => {
                Selection::Only(parts(attributes, of))
            }
            (_, Some(excluded)) if given(Some(excluded)) => Selection::Except(parts(excluded, of)),
            _ => Selection::Everything,
        };
        let always = returned(of, Returned::Always);
        let mut unasked = returned(of, Returned::Request);
        if let Selection::Only(parts) = &selection {
            let named = |path: &AttributePath| {
                let same =
                    |part: &Part| matches!(part, Part::Attribute(named) if covers(named, path));
                parts.iter().any(same)
            };
            unasked.retain(|path| !named(path));
        }
        Ok(Self {
            selection,
            always,
            unasked,
        })
    }

    /// Whether any of an attribute of the core schema is in the answer, so that it must be read.
    pub(crate) fn wants(&self, name: &str) -> bool {
        let named = |part: &Part, whole: bool| match part {
            Part::Attribute(path) => {
                path.extension.is_none()
                    && path.attribute.name == name
                    && (path.sub.is_none() || !whole)
            }
            Part::Extension(_) => false,
        };
        match &self.selection {
            Selection::Everything => true,
            Selection::Only(parts) => parts.iter().any(|part| named(part, false)),
            Selection::Except(parts) => !parts.iter().any(|part| named(part, true)),
        }
    }

    /// Whether a sub-attribute is asked for by its own name, as one that is returned only on request must be.
    pub(crate) fn names(&self, attribute: &str, sub: &str) -> bool {
        let Selection::Only(parts) = &self.selection else {
            return false;
        };
        parts.iter().any(|part| match part {
            Part::Attribute(path) => {
                path.extension.is_none()
                    && path.attribute.name == attribute
                    && path.sub.as_ref().is_some_and(|named| named.name == sub)
            }
            Part::Extension(_) => false,
        })
    }

    /// Takes away what is not in the answer. What is always returned, `id` and `schemas`, stays.
    pub(crate) fn apply(&self, resource: &mut Value) {
        let Value::Object(fields) = resource else {
            return;
        };
        match &self.selection {
            Selection::Everything => {}
            Selection::Only(parts) => keep(fields, parts, &self.always),
            Selection::Except(parts) => drop_parts(fields, parts, &self.always),
        }
        for path in &self.unasked {
            drop_path(fields, path);
        }
    }
}

/// Reads names between commas. A filter in brackets is passed over: Microsoft's client sends
/// `attributes=emails[type eq "work"]`, and means the attribute.
fn parts(text: &str, of: &ResourceType) -> Vec<Part> {
    let mut depth = 0_usize;
    let mut names = vec![String::new()];
    for c in text.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ',' => names.push(String::new()),
            c => names.last_mut().into_iter().for_each(|name| name.push(c)),
        }
    }
    names
        .iter()
        .filter_map(|name| part(name.trim(), of))
        .collect()
}

fn part(name: &str, of: &ResourceType) -> Option<Part> {
    match attribute::resolve(name, of) {
        Ok(Name::Attribute(path)) => Some(Part::Attribute(path)),
        Ok(Name::Extension(schema)) => Some(Part::Extension(schema.urn.clone())),
        Ok(Name::Foreign) => Some(Part::Extension(name.to_owned())),
        Ok(Name::Core | Name::Password) | Err(_) => None,
    }
}

fn keep(fields: &mut Map<String, Value>, parts: &[Part], always: &[AttributePath]) {
    let all = std::mem::take(fields);
    for (name, value) in all {
        let common = crate::scim::schema::common()
            .iter()
            .any(|attribute| attribute.returned == Returned::Always && attribute.name == name);
        if common {
            fields.insert(name, value);
            continue;
        }
        let whole = parts.iter().any(|part| match part {
            Part::Extension(urn) => urn.eq_ignore_ascii_case(&name),
            Part::Attribute(path) => {
                path.extension.is_none() && path.sub.is_none() && path.attribute.name == name
            }
        });
        if whole {
            fields.insert(name, value);
            continue;
        }
        let kept = match value {
            Value::Object(inner) if attribute::is_urn(&name) => {
                let of_extension = parts.iter().filter_map(|part| match part {
                    Part::Attribute(path) => path
                        .extension
                        .as_ref()
                        .is_some_and(|schema| schema.urn == name)
                        .then_some(path),
                    Part::Extension(_) => None,
                });
                let kept = of_extension.chain(of_extension_named(always, &name));
                let paths: Vec<&AttributePath> = kept.collect();
                keep_fields(inner, &paths)
            }
            value => {
                let of_attribute = parts.iter().filter_map(|part| match part {
                    Part::Attribute(path) => {
                        (path.extension.is_none() && path.attribute.name == name).then_some(path)
                    }
                    Part::Extension(_) => None,
                });
                let subs: Vec<&str> = of_attribute
                    .filter_map(|path| path.sub.as_ref().map(|sub| sub.name.as_str()))
                    .collect();
                keep_subs(value, &subs)
            }
        };
        if let Some(kept) = kept {
            fields.insert(name, kept);
        }
    }
}

fn keep_fields(mut fields: Map<String, Value>, paths: &[&AttributePath]) -> Option<Value> {
    let mut kept = Map::new();
    for path in paths {
        let name = &path.attribute.name;
        if path.sub.is_none()
            && let Some(value) = fields.remove(name)
        {
            kept.insert(name.clone(), value);
        }
    }
    for (name, value) in fields {
        let subs: Vec<&str> = paths
            .iter()
            .filter(|path| path.attribute.name == name)
            .filter_map(|path| path.sub.as_ref().map(|sub| sub.name.as_str()))
            .collect();
        if let Some(value) = keep_subs(value, &subs) {
            kept.insert(name, value);
        }
    }
    (!kept.is_empty()).then_some(Value::Object(kept))
}

/// Keeps these sub-attributes of a complex value, or of each element of a list.
fn keep_subs(value: Value, subs: &[&str]) -> Option<Value> {
    if subs.is_empty() {
        return None;
    }
    match value {
        Value::Object(fields) => {
            let kept: Map<String, Value> = fields
                .into_iter()
                .filter(|(name, _)| subs.contains(&name.as_str()))
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(elements) => {
            let kept: Vec<Value> = elements
                .into_iter()
                .filter_map(|element| keep_subs(element, subs))
                .collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        _ => None,
    }
}

fn drop_parts(fields: &mut Map<String, Value>, parts: &[Part], always: &[AttributePath]) {
    for part in parts {
        match part {
            Part::Extension(urn) => {
                let named = fields.keys().find(|name| name.eq_ignore_ascii_case(urn));
                let Some(name) = named.cloned() else { continue };
                let paths: Vec<&AttributePath> = of_extension_named(always, &name).collect();
                if let Some(Value::Object(inner)) = fields.remove(&name)
                    && let Some(kept) = keep_fields(inner, &paths)
                {
                    fields.insert(name, kept);
                }
            }
            Part::Attribute(path) => drop_path(fields, path),
        }
    }
}

fn drop_path(fields: &mut Map<String, Value>, path: &AttributePath) {
    let Some(schema) = &path.extension else {
        return drop_attribute(fields, path);
    };
    if let Some(Value::Object(inner)) = fields.get_mut(&schema.urn) {
        drop_attribute(inner, path);
        if inner.is_empty() {
            fields.remove(&schema.urn);
        }
    }
}

/// What extensions of the organization return so.
fn returned(of: &ResourceType, so: Returned) -> Vec<AttributePath> {
    let mut found = Vec::new();
    for extension in of.extensions.iter().filter(|extension| extension.custom) {
        for attribute in &extension.schema.attributes {
            let subs = attribute.sub_attributes.iter().map(Some);
            for sub in std::iter::once(None).chain(subs) {
                let path = AttributePath {
                    extension: Some(extension.schema.clone()),
                    attribute: attribute.clone(),
                    sub: sub.cloned(),
                };
                if path.leaf().returned == so {
                    found.push(path);
                }
            }
        }
    }
    found
}

/// Whether a name asks for what a path leads to: for the same, or for a part of it.
fn covers(named: &AttributePath, path: &AttributePath) -> bool {
    let same = named.extension == path.extension && named.attribute == path.attribute;
    same && (path.sub.is_none() || named.sub == path.sub)
}

fn of_extension_named<'p>(
    paths: &'p [AttributePath],
    urn: &'p str,
) -> impl Iterator<Item = &'p AttributePath> {
    paths.iter().filter(move |path| {
        let extension = path.extension.as_ref();
        extension.is_some_and(|schema| schema.urn == urn)
    })
}

fn drop_attribute(fields: &mut Map<String, Value>, path: &AttributePath) {
    if path.leaf().returned == Returned::Always {
        return;
    }
    let name = &path.attribute.name;
    let Some(sub) = &path.sub else {
        fields.remove(name);
        return;
    };
    match fields.get_mut(name) {
        Some(Value::Object(inner)) => {
            inner.remove(&sub.name);
            if inner.is_empty() {
                fields.remove(name);
            }
        }
        Some(Value::Array(elements)) => {
            for element in elements.iter_mut().filter_map(Value::as_object_mut) {
                element.remove(&sub.name);
            }
        }
        _ => {}
    }
}
