//! What entries about members tell.

use serde_json::{Map, Value, json};

use super::{
    ACTIVATE, CREATE_FULL, CREATE_NOTICE, DEACTIVATE, DELETE, Data, PATCH_FULL, PATCH_NOTICE,
    Payload, Told, wants,
};
use crate::domain::event::recorded::{Entry, Numbered};
use crate::domain::role::Role;
use crate::scim::attribute;
use crate::scim::schema::USER;

fn about(id: &str, external_id: Option<&str>) -> Told {
    Told::of("Users", id, external_id)
}

/// A User, whole; and that it has access, where it has.
pub(super) fn created(
    id: &str,
    event: &Numbered,
    external_id: Option<&str>,
    wanted: &[String],
) -> Told {
    let mut told = about(id, external_id);
    let facts = &event.entry.facts;
    let mut attributes = vec!["id".to_owned()];
    attributes.extend(names(facts));
    let groups = super::group::values(&facts["groups"]);
    if !groups.is_empty() {
        attributes.push("groups".to_owned());
    }
    let data = match part(event, "after") {
        Some(after) => Data::Values(resource(id, after, groups)),
        // Whom the receiver never came to know, it need not hear of.
        None if wants(wanted, CREATE_FULL) => return told,
        None => Data::Erased,
    };
    let payload = Payload { attributes, data };
    payload.tell(&mut told, wanted, CREATE_NOTICE, CREATE_FULL);
    if role(facts, "role").is_some_and(Role::has_access) {
        told.add(wanted, ACTIVATE, json!({}));
    }
    told
}

/// The User as it was made, with its id: a replica may use the same.
fn resource(id: &str, attributes: &Map<String, Value>, groups: Vec<Value>) -> Value {
    let mut schemas = vec![json!(USER)];
    let extensions = attributes.keys().filter(|name| attribute::is_urn(name));
    schemas.extend(extensions.map(|urn| json!(urn)));
    let mut resource = attributes.clone();
    resource.insert("schemas".to_owned(), schemas.into());
    resource.insert("id".to_owned(), json!(id));
    if !groups.is_empty() {
        resource.insert("groups".to_owned(), groups.into());
    }
    Value::Object(resource)
}

/// The attributes of a User that changed, and to what.
pub(super) fn changed(
    id: &str,
    event: &Numbered,
    external_id: Option<&str>,
    wanted: &[String],
) -> Told {
    let mut told = about(id, external_id);
    let payload = match (part(event, "before"), part(event, "after")) {
        (Some(before), Some(after)) => {
            let paths = paths(before, after);
            let operations: Vec<Value> = paths
                .iter()
                .map(|(path, value)| match value {
                    Some(value) => json!({ "op": "replace", "path": path, "value": value }),
                    None => json!({ "op": "remove", "path": path }),
                })
                .collect();
            Payload {
                data: Data::Values(super::group::patch(&operations)),
                attributes: paths.into_iter().map(|(path, _)| path).collect(),
            }
        }
        _ => Payload {
            attributes: names(&event.entry.facts),
            data: Data::Erased,
        },
    };
    payload.tell(&mut told, wanted, PATCH_NOTICE, PATCH_FULL);
    told
}

/// The paths of what differs, RFC 7644 section 3.5.2, and what is there now: attributes, and those of an extension each
/// for itself, since a URN alone is no path.
fn paths(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<(String, Option<Value>)> {
    let mut paths = Vec::new();
    for (name, was, is) in differing(before, after) {
        let nothing = Map::new();
        let within = |value: Option<&Value>| match value {
            Some(Value::Object(fields)) => fields.clone(),
            Some(_) | None => nothing.clone(),
        };
        if attribute::is_urn(name) {
            for (field, _, is) in differing(&within(was), &within(is)) {
                paths.push((format!("{name}:{field}"), is.cloned()));
            }
        } else {
            paths.push((name.to_owned(), is.cloned()));
        }
    }
    paths
}

/// The members of two objects that are not the same, by name.
fn differing<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
) -> Vec<(&'a str, Option<&'a Value>, Option<&'a Value>)> {
    let mut names: Vec<&str> = before
        .keys()
        .chain(after.keys())
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| (name, before.get(name), after.get(name)))
        .filter(|(_, was, is)| was != is)
        .collect()
}

/// Whether somebody has access who had none, or has none who had it or might have got it.
pub(super) fn role_changed(
    id: &str,
    entry: &Entry,
    external_id: Option<&str>,
    wanted: &[String],
) -> Told {
    let mut told = about(id, external_id);
    let (before, after) = (role(&entry.facts, "before"), role(&entry.facts, "after"));
    let had = before.is_some_and(Role::has_access);
    match after {
        Some(after) if after.has_access() && !had => told.add(wanted, ACTIVATE, json!({})),
        Some(after) if !after.has_access() && (had || after == Role::Deactivated) => {
            told.add(wanted, DEACTIVATE, json!({}));
        }
        Some(_) | None => {}
    }
    told
}

/// That a User is gone. No event says more.
pub(super) fn deleted(id: &str, external_id: Option<&str>, wanted: &[String]) -> Told {
    let mut told = about(id, external_id);
    told.add(wanted, DELETE, json!({}));
    told
}

fn role(facts: &Value, name: &str) -> Option<Role> {
    facts[name].as_str().and_then(Role::from_code)
}

fn names(facts: &Value) -> Vec<String> {
    let names = facts["attributes"].as_array();
    names
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}

fn part<'e>(event: &'e Numbered, name: &str) -> Option<&'e Map<String, Value>> {
    event.details.as_ref()?.get(name)?.as_object()
}
