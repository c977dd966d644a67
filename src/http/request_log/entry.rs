//! From what was seen of a request to the entry that is kept: what it was about, whom it names, and no secret.

use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::{Method, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::tee::Whole;
use super::{Client, MOST_RESOURCES};
use crate::domain::leniency::Notes;
use crate::domain::request_log::{Entry, Kept, Note, Record, Subject};
use crate::domain::{GroupId, LoggedRequestId, MemberId, Timestamp, name};
use crate::http::json;
use crate::scim::mask::{MASK, Mask};
use crate::scim::people::People;
use crate::secret;

/// The longest text that is no JSON and is kept nevertheless, in bytes.
const LONGEST_PLAIN: usize = 1024;
/// The longest path and query that is kept, in characters.
const LONGEST_PATH: usize = 8192;
/// The longest text that a search looks at, in characters.
const LONGEST_WORDS: usize = 2048;

/// What was seen of a request.
pub(super) struct Facts {
    pub(super) client: Client,
    pub(super) notes: Notes,
    pub(super) at: Timestamp,
    pub(super) took: Duration,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) route: Option<MatchedPath>,
    pub(super) user_agent: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) if_match: Option<String>,
    pub(super) has_body: bool,
    pub(super) sent: Whole,
    pub(super) answered: Whole,
    pub(super) status: Option<StatusCode>,
    pub(super) request: String,
}

/// The entry, and whom it names.
pub(super) fn record(facts: Facts) -> Record {
    let mut mask = Mask::new(&facts.client.hidden);
    let mut people = People::default();
    let (mut sent, message) = sent(&facts.sent, &mut mask, &mut people);
    if facts.has_body && sent == Kept::default() {
        sent = Kept::nothing(Note::Unread);
    }
    let query = facts
        .uri
        .query()
        .map(|query| mask.query(&short(query, LONGEST_PATH), decoded));
    let masked = mask.has_masked();
    let (answered, answer) = answered(&facts.answered, &mut mask, &mut people);

    let path = mask.text(&short(facts.uri.path(), LONGEST_PATH));
    let mut subject = subject(facts.uri.path(), answer.as_ref());
    subject.name = name_in(message.as_ref()).or_else(|| name_in(answer.as_ref()));
    let refused = facts.status.is_some_and(|status| status.as_u16() >= 400);
    let failed =
        refused || facts.status.is_none() || answer.as_ref().is_some_and(an_operation_failed);
    let said = |field: &str| {
        let text = answer.as_ref().filter(|_| refused)?.get(field)?.as_str()?;
        Some(clean(text))
    };
    let (scim_type, detail) = (said("scimType"), said("detail"));
    let leniencies: Vec<String> = facts
        .notes
        .list()
        .iter()
        .map(|note| clean(&mask.text(note)))
        .collect();

    let mut others = People::default();
    // The path of a resource names it by its id; any other may hold whatever a client takes for one.
    if let Some(member) = subject.id.as_deref().and_then(MemberId::parse) {
        others.member(member);
    } else if let Some(last) = path.trim_end_matches('/').rsplit('/').next() {
        others.name(&decoded(last));
    }
    let told = query.as_deref().map(decoded);
    for text in told.iter().chain(&detail).chain(&leniencies) {
        others.text(text);
    }
    if let Some(name) = &subject.name {
        others.name(name);
    }
    people.join(others);
    let words = [
        Some(&decoded(&path)),
        told.as_ref(),
        subject.id.as_ref(),
        subject.name.as_ref(),
        detail.as_ref(),
    ];
    let words: Vec<&str> = words.into_iter().flatten().map(String::as_str).collect();
    let words = short(&name::key(&clean(&words.join(" "))), LONGEST_WORDS);

    Record {
        organization: facts.client.organization,
        entry: Entry {
            id: LoggedRequestId(secret::id_in_turn_at(facts.at)),
            at: facts.at,
            token: facts.client.token,
            profile: facts.client.profile,
            user_agent: facts.user_agent.map(|text| mask.text(&text)),
            request: facts.request,
            method: short(facts.method.as_str(), 20),
            route: facts
                .route
                .map_or_else(String::new, |route| route.as_str().to_owned()),
            path,
            query,
            content_type: facts.content_type,
            if_match: facts.if_match,
            status: facts.status.map(|status| status.as_u16()),
            scim_type,
            detail,
            microseconds: i64::try_from(facts.took.as_micros()).unwrap_or(i64::MAX),
            subject,
            leniencies,
            sent,
            masked,
            answered,
            erased: false,
            replayed: None,
        },
        failed,
        members: people.members.into_iter().collect(),
        names: people.names.into_iter().collect(),
        words,
    }
}

/// What was sent, as it is kept, and read.
fn sent(whole: &Whole, mask: &mut Mask<'_>, people: &mut People) -> (Kept, Option<Value>) {
    if whole.too_large {
        return (Kept::nothing(Note::TooLarge), None);
    }
    if whole.len() == 0 {
        return (Kept::default(), None);
    }
    let bytes = whole.bytes();
    // Read as the handlers do: of a name that stands twice nobody knows which one is meant, and so what is a secret.
    let Ok(mut message) = json::read(&bytes) else {
        return (plain(&bytes, mask, people), None);
    };
    mask.message(&mut message);
    // Not before: a secret is no name.
    let named = People::of(&message);
    if named.too_many {
        return (Kept::nothing(Note::ManyPeople), Some(message));
    }
    people.join(named);
    let text = if mask.has_masked() {
        message.to_string()
    } else {
        // Exactly as it came.
        String::from_utf8_lossy(&bytes).into_owned()
    };
    (Kept::text(text), Some(message))
}

/// What is no JSON: kept where it is so short and plain that one look says what it is, and no word in it is one of
/// secrets.
fn plain(bytes: &[u8], mask: &mut Mask<'_>, people: &mut People) -> Kept {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.len() <= LONGEST_PLAIN)
        .filter(|text| !text.contains(|c: char| c.is_control() && !c.is_whitespace()))
        // An escape or a code may hide the word.
        .filter(|text| !text.contains(['\\', '%']) && !mask.names_secret(text));
    match text {
        Some(text) => {
            people.text(text);
            Kept::text(mask.text(text))
        }
        None => Kept::nothing(Note::NotJson),
    }
}

/// What was answered, as it is kept, and read.
fn answered(whole: &Whole, mask: &mut Mask<'_>, people: &mut People) -> (Kept, Option<Value>) {
    if whole.too_large {
        return (Kept::nothing(Note::TooLarge), None);
    }
    if whole.many_people {
        return (Kept::nothing(Note::ManyPeople), None);
    }
    if whole.len() == 0 {
        return (Kept::default(), None);
    }
    let bytes = whole.bytes();
    let Ok(mut message) = serde_json::from_slice::<Value>(&bytes) else {
        return (Kept::nothing(Note::NotJson), None);
    };
    let resources = message.get("Resources").and_then(Value::as_array);
    if resources.is_some_and(|resources| resources.len() > MOST_RESOURCES) {
        return (Kept::nothing(Note::ManyPeople), None);
    }
    mask.message(&mut message);
    without_tokens(&mut message);
    let named = People::of(&message);
    if named.too_many {
        return (Kept::nothing(Note::ManyPeople), Some(message));
    }
    people.join(named);
    let text = message.to_string();
    (Kept::text(text), Some(message))
}

/// Whether a bulk request is answered here, and one of its operations was refused.
fn an_operation_failed(answer: &Value) -> bool {
    let results = answer.get("Operations").and_then(Value::as_array);
    let status = |result: &Value| result.get("status")?.as_str()?.parse::<u16>().ok();
    let mut statuses = results.into_iter().flatten().filter_map(status);
    statuses.any(|status| status >= 400)
}

/// Security event tokens are encoded: nobody would find whom they name when that person is deleted.
fn without_tokens(message: &mut Value) {
    let sets = message.get_mut("sets").and_then(Value::as_object_mut);
    for token in sets.into_iter().flat_map(|sets| sets.values_mut()) {
        *token = MASK.into();
    }
}

/// The resource that the path names, or the answer.
fn subject(path: &str, answer: Option<&Value>) -> Subject {
    let below = path.strip_prefix("/scim").unwrap_or_default();
    let below = below.strip_prefix("/v2/").unwrap_or(below);
    let mut parts = below.split('/').filter(|part| !part.is_empty());
    let kind = match parts.next() {
        Some("Users") => Some("User"),
        Some("Groups") => Some("Group"),
        _ => None,
    };
    let id = |text: &str| GroupId::parse(text).map(|id| id.to_string());
    let named = kind.and(parts.next()).and_then(id);
    let said = |field: &str| answer?.get(field)?.as_str();
    let made = answer.and_then(|answer| answer.get("meta")?.get("resourceType")?.as_str());
    Subject {
        kind: kind.or(made).map(clean),
        id: named.or_else(|| said("id").and_then(id)),
        name: None,
    }
}

/// The userName or displayName that a message says.
fn name_in(message: Option<&Value>) -> Option<String> {
    let fields = message?.as_object()?;
    ["userName", "displayName"].iter().find_map(|known| {
        let (_, value) = fields
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(known))?;
        Some(short(&clean(value.as_str()?), 200))
    })
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    clean(&percent_decode_str(&text).decode_utf8_lossy())
}

/// A text that both engines keep: PostgreSQL refuses U+0000.
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn short(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}
