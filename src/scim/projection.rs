//! Which attributes an answer has: `attributes` and `excludedAttributes`, RFC 7644 section 3.9.
//!
//! Works on a rendered resource. It also says beforehand what need not be read at all.

use serde_json::{Map, Value};

use super::attribute::{self, AttributePath, Name};
use super::error::Error;
use super::schema::{ResourceType, Returned};

/// What to keep of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Projection {
    selection: Selection,
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
        Ok(Self { selection })
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
                path.attribute.name == attribute
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
            Selection::Only(parts) => keep(fields, parts),
            Selection::Except(parts) => drop_parts(fields, parts),
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

fn keep(fields: &mut Map<String, Value>, parts: &[Part]) {
    let all = std::mem::take(fields);
    for (name, value) in all {
        let always = super::schema::common()
            .iter()
            .any(|attribute| attribute.returned == Returned::Always && attribute.name == name);
        if always {
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
                let paths: Vec<&AttributePath> = of_extension.collect();
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

fn drop_parts(fields: &mut Map<String, Value>, parts: &[Part]) {
    for part in parts {
        match part {
            Part::Extension(urn) => fields.retain(|name, _| !name.eq_ignore_ascii_case(urn)),
            Part::Attribute(path) => match &path.extension {
                None => drop_attribute(fields, path),
                Some(schema) => {
                    if let Some(Value::Object(inner)) = fields.get_mut(&schema.urn) {
                        drop_attribute(inner, path);
                        if inner.is_empty() {
                            fields.remove(&schema.urn);
                        }
                    }
                }
            },
        }
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::schema::{ENTERPRISE_USER, Kind, standard};

    fn user() -> Value {
        json!({
            "schemas": ["s"], "id": "1", "userName": "u", "active": true,
            "name": {"givenName": "g", "familyName": "f"},
            "emails": [{"value": "a@x", "type": "work"}, {"value": "b@x"}],
            ENTERPRISE_USER: {"department": "d", "manager": {"value": "m", "$ref": "r"}},
            "meta": {"resourceType": "User", "version": "W/\"1\""},
        })
    }

    fn projected(attributes: Option<&str>, excluded: Option<&str>) -> Value {
        let mut resource = user();
        Projection::parse(attributes, excluded, standard(Kind::User))
            .unwrap()
            .apply(&mut resource);
        resource
    }

    #[test]
    fn only_what_is_named_is_returned_besides_what_always_is() {
        assert_eq!(
            projected(Some("USERNAME, name.givenName,emails.value,unknown"), None),
            json!({"schemas": ["s"], "id": "1", "userName": "u", "name": {"givenName": "g"},
                "emails": [{"value": "a@x"}, {"value": "b@x"}]})
        );
        assert_eq!(
            projected(
                Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"),
                None
            ),
            json!({"schemas": ["s"], "id": "1", ENTERPRISE_USER: {"manager": {"value": "m"}}})
        );
        assert_eq!(
            projected(Some(ENTERPRISE_USER), None)[ENTERPRISE_USER],
            user()[ENTERPRISE_USER]
        );
        assert_eq!(
            projected(Some("unknown"), None),
            json!({"schemas": ["s"], "id": "1"})
        );
        assert_eq!(projected(Some(" "), None), user());
    }

    #[test]
    fn a_filter_in_a_name_is_passed_over() {
        assert_eq!(
            projected(Some("emails[type eq \"work, or not\"].value,active"), None),
            json!({"schemas": ["s"], "id": "1", "active": true, "emails": [{"value": "a@x"}, {"value": "b@x"}]})
        );
    }

    #[test]
    fn what_is_excluded_is_gone_but_id_and_schemas_stay() {
        let excluded = format!("id,schemas,meta,name.givenName,emails,{ENTERPRISE_USER}:manager");
        assert_eq!(
            projected(None, Some(&excluded)),
            json!({"schemas": ["s"], "id": "1", "userName": "u", "active": true,
                "name": {"familyName": "f"}, ENTERPRISE_USER: {"department": "d"}})
        );
    }

    #[test]
    fn members_that_are_not_in_the_answer_need_not_be_read() {
        let wants = |attributes, excluded| {
            Projection::parse(attributes, excluded, standard(Kind::Group))
                .unwrap()
                .wants("members")
        };
        assert!(wants(None, None));
        assert!(!wants(None, Some("Members")));
        assert!(wants(None, Some("members.display")));
        assert!(!wants(Some("displayName"), None));
        assert!(wants(Some("members.value"), None));
    }

    #[test]
    fn the_two_parameters_exclude_each_other() {
        let both = Projection::parse(Some("id"), Some("meta"), standard(Kind::User));
        assert!(matches!(both, Err(Error::InvalidValue(_))));
    }
}
