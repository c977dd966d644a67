//! Taking secrets out of a message before it is kept. What is taken out is put in the place of nothing that could be
//! guessed from: neither its length nor its form.
//!
//! It would rather take out too much: an attribute is a secret by its name, wherever in the message it stands, in a path
//! or a filter too; and what was found to be a secret is taken out wherever else it stands.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What stands in the place of a secret.
pub(crate) const MASK: &str = "***";
/// What credentials of ours begin with.
const CREDENTIALS: &str = "rr_";
/// What names of attributes that hold secrets have in them. Of SCIM's own schemas that is `password`, RFC 7643 section
/// 4.1.1.
const PARTS: [&str; 4] = ["password", "passwd", "passphrase", "secret"];
/// Further names of attributes that hold secrets.
const NAMES: [&str; 6] = [
    "token",
    "access_token",
    "accesstoken",
    "authorization",
    "api_key",
    "apikey",
];
/// A secret that is shorter is not looked for elsewhere: it would be found in words that are none.
const SHORTEST: usize = 4;

/// Takes secrets out of messages, and remembers what they were.
#[derive(Debug)]
pub(crate) struct Mask<'n> {
    /// Further names of attributes that hold secrets.
    names: &'n [String],
    found: BTreeSet<String>,
    masked: bool,
}

impl<'n> Mask<'n> {
    /// With further names of attributes that hold secrets: those that a schema says are never returned.
    pub(crate) fn new(names: &'n [String]) -> Self {
        Self {
            names,
            found: BTreeSet::new(),
            masked: false,
        }
    }

    /// Whether anything was taken out.
    pub(crate) fn has_masked(&self) -> bool {
        self.masked
    }

    /// Whether a text names an attribute that holds a secret, anywhere: `password`, `urn:…:User:PassWord`,
    /// `name.password[type eq "x"]`.
    pub(crate) fn names_secret(&self, text: &str) -> bool {
        words(text).any(|(_, word)| self.is_secret(word))
    }

    fn is_secret(&self, word: &str) -> bool {
        let bytes = word.as_bytes();
        let has = |part: &str| {
            let parts = bytes.windows(part.len());
            parts
                .into_iter()
                .any(|found| found.eq_ignore_ascii_case(part.as_bytes()))
        };
        PARTS.iter().any(|part| has(part))
            || NAMES.iter().any(|name| word.eq_ignore_ascii_case(name))
            || self
                .names
                .iter()
                .any(|name| word.eq_ignore_ascii_case(name))
    }

    /// Takes the secrets out of a message.
    pub(crate) fn message(&mut self, message: &mut Value) {
        self.by_name(message);
        if !self.found.is_empty() {
            self.by_value(message);
        }
    }

    fn by_name(&mut self, value: &mut Value) {
        match value {
            Value::Object(fields) => self.object(fields),
            Value::Array(elements) => elements.iter_mut().for_each(|one| self.by_name(one)),
            Value::String(text) => {
                if let Some(masked) = self.inner_message(text) {
                    *text = masked;
                } else if text.contains(CREDENTIALS) {
                    *text = self.credentials(text);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn object(&mut self, fields: &mut Map<String, Value>) {
        // An operation of a PATCH says by its path what its value is, RFC 7644 section 3.5.2; so may any other text.
        let mut secret_value = false;
        for (name, value) in fields.iter_mut() {
            let text = match value {
                Value::String(text) => text,
                Value::Array(_) if name.eq_ignore_ascii_case("path") => &mut value.to_string(),
                _ => continue,
            };
            let is_path = ["path", "filter"]
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known));
            if (is_path || !text.contains(' ')) && self.names_secret(text) {
                secret_value = true;
                if is_path {
                    *text = self.expression(text);
                }
            }
        }
        for (name, value) in fields.iter_mut() {
            let of_path = secret_value && name.eq_ignore_ascii_case("value");
            if of_path || self.names_secret(name) {
                self.take(value);
            } else {
                self.by_name(value);
            }
        }
        // A name may hold a literal too: `emails[password eq "x"]` as a key of a PATCH without a path.
        let told: Vec<String> = fields
            .keys()
            .filter(|name| name.contains('"') && self.names_secret(name))
            .cloned()
            .collect();
        for name in told {
            if let Some(value) = fields.remove(&name) {
                fields.insert(self.expression(&name), value);
            }
        }
    }

    /// Takes the whole of a value.
    fn take(&mut self, value: &mut Value) {
        self.remember(value);
        // Nothing is no secret, and that it was nothing is worth knowing.
        if !value.is_null() {
            *value = Value::String(MASK.to_owned());
            self.masked = true;
        }
    }

    fn remember(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                self.remember_text(text);
                // It may be a message itself.
                if text.starts_with(['{', '['])
                    && let Ok(inner) = serde_json::from_str(text)
                {
                    self.remember(&inner);
                }
            }
            Value::Number(number) => self.remember_text(&number.to_string()),
            Value::Array(elements) => elements.iter().for_each(|one| self.remember(one)),
            Value::Object(fields) => fields.values().for_each(|one| self.remember(one)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn remember_text(&mut self, text: &str) {
        if text.len() >= SHORTEST && text != MASK {
            self.found.insert(text.to_owned());
        }
    }

    /// A path or a filter up to the first name of a secret.
    fn expression(&mut self, text: &str) -> String {
        let Some((end, _)) = words(text).find(|(_, word)| self.is_secret(word)) else {
            return text.to_owned();
        };
        let (kept, rest) = text.split_at(end);
        if rest.is_empty() {
            return kept.to_owned();
        }
        for piece in rest.split('"').skip(1).step_by(2) {
            self.remember_text(piece);
        }
        self.masked = true;
        format!("{kept} {MASK}")
    }

    /// A text that is itself a message, as some clients write values; `None` where it is not, or holds no secret.
    fn inner_message(&mut self, text: &str) -> Option<String> {
        if !text.trim_start().starts_with(['{', '[', '"']) {
            return None;
        }
        let mut inner: Value = serde_json::from_str(text).ok()?;
        let before = inner.clone();
        self.by_name(&mut inner);
        (inner != before).then(|| inner.to_string())
    }

    /// A text with credentials of ours taken out: each up to where none of its letters can stand.
    fn credentials(&mut self, text: &str) -> String {
        let mut kept = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(CREDENTIALS) {
            let (before, token) = rest.split_at(at);
            let end = token
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
                .unwrap_or(token.len());
            kept.push_str(before);
            // `rr_` in the middle of a word is no credential: `arr_ay`.
            let is_word = before.ends_with(|c: char| c.is_ascii_alphanumeric()) || end < 20;
            if is_word {
                kept.push_str(&token[..end]);
            } else {
                kept.push_str(MASK);
                self.masked = true;
            }
            rest = &token[end..];
        }
        kept.push_str(rest);
        kept
    }

    fn by_value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(masked) = self.hidden(text) {
                    *text = masked;
                }
            }
            Value::Number(number) => {
                if self.found.contains(&number.to_string()) {
                    *value = Value::String(MASK.to_owned());
                }
            }
            Value::Array(elements) => elements.iter_mut().for_each(|one| self.by_value(one)),
            Value::Object(fields) => {
                let names: Vec<String> = fields.keys().cloned().collect();
                for name in names {
                    let Some(mut inner) = fields.remove(&name) else {
                        continue;
                    };
                    self.by_value(&mut inner);
                    fields.insert(self.hidden(&name).unwrap_or(name), inner);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// A text without what was found to be a secret; `None` where it holds none.
    fn hidden(&self, text: &str) -> Option<String> {
        let holds = |secret: &&String| text.contains(secret.as_str());
        if !self.found.iter().any(|secret| holds(&secret)) {
            return None;
        }
        let mut hidden = text.to_owned();
        // The longest first: one may be within another.
        let mut all: Vec<&String> = self.found.iter().filter(holds).collect();
        all.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        for secret in all {
            hidden = hidden.replace(secret.as_str(), MASK);
        }
        Some(hidden)
    }

    /// A sentence or a name without what was found to be a secret, and without credentials.
    pub(crate) fn text(&mut self, text: &str) -> String {
        let hidden = self.hidden(text);
        self.credentials(hidden.as_deref().unwrap_or(text))
    }

    /// A query string without the values of secrets and without credentials. What it decodes to is looked at, and a pair
    /// that is harmless stays as it was sent.
    pub(crate) fn query(&mut self, query: &str, decoded: impl Fn(&str) -> String) -> String {
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| {
                let plain = decoded(pair);
                if self.names_secret(&plain) {
                    let name = pair.split('=').next().unwrap_or_default();
                    let rest = plain.split_once('=').map_or("", |(_, rest)| rest);
                    self.expression(&plain);
                    self.remember_text(rest);
                    self.masked = true;
                    return format!("{name}={MASK}");
                }
                let told = self.text(&plain);
                if told == plain { pair.to_owned() } else { told }
            })
            .collect();
        pairs.join("&")
    }
}

/// The words that attribute names are made of, each with where it ends.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
    text.split(move |c| !part(c)).scan(0, move |at, word| {
        let begin = *at;
        let end = begin + word.len();
        let gap = text[end..].chars().next().map_or(0, char::len_utf8);
        *at = end + gap;
        Some((end, word))
    })
}
