//! An event as a line of a page: who did what to whom, and what it was before and after.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::words::{ACTORS, says};
use crate::domain::event::Kind;
use crate::domain::event::looking_back::Found;
use crate::domain::event::recorded::Entry;
use crate::domain::member::Member;
use crate::domain::role::Role;
use crate::domain::{MemberId, MemberNumber};

/// How long a value is shown, in letters, and how many of a list.
const LONGEST: usize = 160;
const MOST: usize = 5;

/// The members of now, by id, and the numbers of those who have left.
#[derive(Default)]
pub(super) struct Known {
    pub(super) members: HashMap<MemberId, Member>,
    pub(super) former: HashMap<MemberId, MemberNumber>,
}

/// Somebody or something, and where more is told of them.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) path: Option<String>,
}

/// What something was before, and what after.
pub(super) struct Change {
    pub(super) name: String,
    pub(super) before: Option<String>,
    pub(super) after: String,
}

/// An event, for the page.
pub(super) struct Line {
    pub(super) at: String,
    pub(super) kind: String,
    pub(super) says: String,
    pub(super) by: Named,
    pub(super) about: Option<Named>,
    pub(super) changes: Vec<Change>,
    pub(super) request: String,
}

/// The line of an event.
pub(super) fn line(found: &Found, known: &Known) -> Line {
    let entry = &found.entry;
    let mut at = entry.at.to_string().replacen('T', " ", 1);
    at.truncate(19);
    let kind = Kind::from_name(&entry.kind);
    let mut changes = changes(&entry.facts, known);
    if let Some(details) = &found.details {
        // What they hold says more than the names alone.
        changes.retain(|change| change.name != "attributes");
        changes.extend(self::changes(details, known));
    }
    Line {
        at,
        says: kind.map_or_else(|| entry.kind.clone(), |kind| says(kind).to_owned()),
        by: by(entry, known),
        about: about(entry, known),
        changes,
        request: entry.request.clone(),
        kind: entry.kind.clone(),
    }
}

/// Who did it.
pub(super) fn by(entry: &Entry, known: &Known) -> Named {
    let member = entry.actor.filter(|_| entry.actor_kind == "member");
    if let Some(id) = member {
        return member_named(MemberId(id), known);
    }
    let word = ACTORS.iter().find(|(word, _)| *word == entry.actor_kind);
    let name = word.map_or(entry.actor_kind.as_str(), |(_, says)| says);
    Named {
        name: name.to_owned(),
        path: None,
    }
}

fn member_named(id: MemberId, known: &Known) -> Named {
    match known.members.get(&id) {
        Some(member) => Named {
            name: member.profile.display_name(),
            path: Some(format!("/organization/members/{}", member.number.0)),
        },
        None => Named {
            name: "Deleted User".to_owned(),
            path: known
                .former
                .get(&id)
                .map(|number| format!("/organization/members/{}/receipt", number.0)),
        },
    }
}

/// What it happened to.
fn about(entry: &Entry, known: &Known) -> Option<Named> {
    let subject = entry.subject.as_ref()?;
    let (of, _) = entry.kind.split_once('.').unwrap_or_default();
    let id = MemberId::parse(subject);
    let is_member = matches!(
        of,
        "member" | "session" | "password" | "login_link" | "user_token" | "personal_token"
    ) || entry.kind == "invitation.accepted";
    if let Some(id) = id.filter(|_| is_member) {
        return Some(member_named(id, known));
    }
    let said = |part: &Value| {
        let name = ["displayName", "title", "label", "url"]
            .into_iter()
            .find_map(|name| part.get(name)?.as_str());
        name.map(str::to_owned)
    };
    let facts = &entry.facts;
    let name = said(facts)
        .or_else(|| said(facts.get("after")?))
        .unwrap_or_else(|| match of {
            "project" => format!("Project {subject}"),
            "workspace" => format!("Workspace {subject}"),
            "tag" => format!("Tag {subject}"),
            "organization" | "mapping" | "removals" | "token_settings" | "session_policy"
            | "sign_in_policy" | "invite_link" => "the organization".to_owned(),
            _ => subject.clone(),
        });
    Some(Named { name, path: None })
}

/// What was before and after; everything else that is known stands alone.
pub(super) fn changes(facts: &Value, known: &Known) -> Vec<Change> {
    let Some(facts) = facts.as_object() else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let setting = facts.get("setting").and_then(Value::as_str);
    let before = facts.get("before");
    if let Some(after) = facts.get("after") {
        match (before, after) {
            (Some(Value::Object(before)), Value::Object(after)) => {
                compare(before, after, known, &mut all);
            }
            (None | Some(Value::Null), Value::Object(after)) => {
                compare(&Map::new(), after, known, &mut all);
            }
            (before, after) => all.push(Change {
                name: setting.map(spaced).unwrap_or_default(),
                before: before.map(|value| text(value, known)),
                after: text(after, known),
            }),
        }
    }
    for (name, value) in facts {
        if !["before", "after", "setting"].contains(&name.as_str()) && !is_nothing(value) {
            all.push(Change {
                name: spaced(name),
                before: None,
                after: text(value, known),
            });
        }
    }
    all
}

fn compare(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    known: &Known,
    all: &mut Vec<Change>,
) {
    let names = before
        .keys()
        .chain(after.keys().filter(|name| !before.contains_key(*name)));
    for name in names {
        let (was, is) = (before.get(name), after.get(name));
        if was == is {
            continue;
        }
        // Of two lists only what is in one of them.
        let (was, is) = match (was, is) {
            (Some(Value::Array(was)), Some(Value::Array(is))) => {
                let without = |list: &[Value], other: &[Value]| -> Value {
                    let mut list = list.to_vec();
                    list.retain(|one| !other.contains(one));
                    list.into()
                };
                (Some(without(was, is)), Some(without(is, was)))
            }
            (was, is) => (was.cloned(), is.cloned()),
        };
        if let (Some(Value::Object(was)), Some(Value::Object(is))) = (&was, &is) {
            compare(was, is, known, all);
            continue;
        }
        all.push(Change {
            name: spaced(name),
            before: was
                .as_ref()
                .filter(|was| !is_nothing(was))
                .map(|was| text(was, known)),
            after: is.map_or_else(|| "nothing".to_owned(), |is| text(&is, known)),
        });
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// A value as people read it.
fn text(value: &Value, known: &Known) -> String {
    let whole = match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => match (Role::from_code(text), MemberId::parse(text)) {
            (Some(role), _) => role.name().to_owned(),
            (None, Some(id)) if known.members.contains_key(&id) => member_named(id, known).name,
            (None, _) => text.clone(),
        },
        Value::Array(list) if list.is_empty() => "nothing".to_owned(),
        Value::Array(list) => {
            let shown: Vec<String> = list.iter().take(MOST).map(|one| text(one, known)).collect();
            let mut whole = shown.join(", ");
            if list.len() > MOST {
                whole = format!("{whole} and {} more", list.len() - MOST);
            }
            return whole;
        }
        Value::Number(_) | Value::Object(_) => value.to_string(),
    };
    match whole.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", whole.get(..at).unwrap_or_default()),
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(facts: &Value) -> Vec<String> {
        changes(facts, &Known::default())
            .iter()
            .map(|one| format!("{}: {:?} -> {}", one.name, one.before, one.after))
            .collect()
    }

    #[test]
    fn before_and_after_are_told_of_what_is_another() {
        let facts = json!({ "before": "AN", "after": "MA", "source": "scim" });
        assert_eq!(
            told(&facts),
            [": Some(\"Annotator\") -> Manager", "source: None -> scim"]
        );
        let facts = json!({
            "before": { "title": "A", "roles": [["Manager", "x"], ["Reviewer", "y"]], "same": 1 },
            "after": { "title": "B", "roles": [["Reviewer", "y"], ["Annotator", "z"]], "same": 1 },
        });
        assert_eq!(
            told(&facts),
            [
                "roles: Some(\"Manager, x\") -> Annotator, z",
                "title: Some(\"A\") -> B"
            ]
        );
        assert!(told(&json!({ "added": [], "x": null })).is_empty());
    }

    #[test]
    fn what_is_long_is_cut() {
        let facts = json!({ "x": "ß".repeat(500), "y": [1, 2, 3, 4, 5, 6, 7] });
        let told = told(&facts);
        assert!(told[0].ends_with("ß…"));
        assert_eq!(told[1], "y: None -> 1, 2, 3, 4, 5 and 2 more");
    }
}
