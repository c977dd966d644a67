//! What the claims say of a person: address, names, groups.
//!
//! Lenient where leniency grants nothing: a claim of a form that we do not know is not a reason to keep somebody out.
//! Decides no role.

use std::collections::HashSet;

use serde_json::Value;

use super::claims::{Claims, said};
use super::id_token::IdToken;
use super::refusal::{Refusal, shown};
use crate::domain::connection::AttributeNames;
use crate::domain::identity::{AssertedGroups, AtIdp, Identity, Subject};
use crate::domain::name::is_email;

/// The longest value that is kept. No rule can name a longer group, so leaving one out changes no role.
const LONGEST: usize = 1024;
/// What stands for the address's proof, Core section 5.1.
const VERIFIED: &str = "email_verified";

/// How the claims are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    /// The names of the claims.
    pub(crate) names: &'a AttributeNames,
    /// Whether an address of which the provider says nothing counts as proved.
    pub(crate) trusts_address: bool,
    /// The sign-on's own id, which is used once.
    pub(crate) request: &'a str,
    /// The ID token itself, for logging out.
    pub(crate) hint: &'a str,
}

/// The person of an ID token, with what the userinfo adds. The ID token goes first, since it is signed.
pub(crate) fn read(
    id_token: &IdToken,
    userinfo: Option<&Claims>,
    reading: Reading<'_>,
) -> Result<Identity, Refusal> {
    let sources: Vec<&Claims> = std::iter::once(&id_token.claims).chain(userinfo).collect();
    let names = reading.names;
    let subject = id_token.claims.subject()?.to_owned();
    let usable = |name: &str| {
        let texts = sources.iter().filter_map(|claims| claims.text(name));
        let mut good = texts.map(str::trim).filter(|text| is_usable(text));
        good.next().map(str::to_owned)
    };
    let (email, email_proved) = match address(&sources, &names.email)? {
        Some((_, Some(false))) | None => (None, false),
        Some((email, verified)) => (Some(email), verified.unwrap_or(reading.trusts_address)),
    };
    Ok(Identity {
        subject: Subject::Lasting(subject.clone()),
        email,
        email_proved,
        given_name: usable(&names.first_name),
        family_name: usable(&names.last_name),
        groups: groups(&sources, names),
        assertion_id: format!("state:{}", reading.request),
        usable_until: id_token.usable_until,
        in_response_to: Some(reading.request.to_owned()),
        at_idp: AtIdp {
            subject,
            session: id_token.claims.session()?.map(str::to_owned),
            hint: reading.hint.to_owned(),
        },
        session_not_on_or_after: None,
    })
}

/// The address, and whether the provider says that it is the person's own: `false` wherever that is said is the last word.
fn address(sources: &[&Claims], name: &str) -> Result<Option<(String, Option<bool>)>, Refusal> {
    let Some((source, found)) = sources
        .iter()
        .find_map(|claims| Some((claims, claims.get(name)?)))
    else {
        return Ok(None);
    };
    let email = found
        .as_str()
        .map(str::trim)
        .filter(|email| is_email(email));
    let Some(email) = email else {
        return Err(Refusal::BadEmail {
            claim: shown(name),
            received: shown(&said(Some(found))),
        });
    };
    let denied = sources.iter().any(|claims| {
        claims
            .get(VERIFIED)
            .is_some_and(|value| truth(value) != Some(true))
    });
    let verified = match source.get(VERIFIED) {
        _ if denied => Some(false),
        // Of the same document: what another says may be of another address.
        Some(value) => truth(value),
        None => None,
    };
    Ok(Some((email.to_owned(), verified)))
}

/// A truth value, which some providers write as a text.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Whether the provider says that there are groups, but not which: they can be asked for elsewhere.
pub(crate) fn has_more_groups(
    id_token: &IdToken,
    userinfo: Option<&Claims>,
    names: &AttributeNames,
) -> bool {
    std::iter::once(&id_token.claims)
        .chain(userinfo)
        .any(|claims| overflows(claims, &names.groups))
}

/// R11: absent, or too many to list, is not the same as none.
fn groups(sources: &[&Claims], names: &AttributeNames) -> AssertedGroups {
    let name = &names.groups;
    if sources.iter().any(|claims| overflows(claims, name)) {
        return AssertedGroups::Unknown;
    }
    let Some(found) = sources.iter().find_map(|claims| claims.get(name)) else {
        return AssertedGroups::Unknown;
    };
    let groups = group_names(found).into_iter().flat_map(|value| {
        let separator = if names.split_groups { ',' } else { '\0' };
        value.split(separator)
    });
    AssertedGroups::Known(kept(groups))
}

/// The names of groups that are kept, each once. Two that differ in case are two: rules name groups exactly.
pub(super) fn kept<'a>(groups: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut seen = HashSet::new();
    groups
        .into_iter()
        .map(str::trim)
        .filter(|group| is_usable(group))
        .filter(|group| seen.insert(*group))
        .map(str::to_owned)
        .collect()
}

/// Whether the provider only points to the groups, as Entra ID does where there are more than 200.
fn overflows(claims: &Claims, name: &str) -> bool {
    let has_groups = claims.get("hasgroups").and_then(truth) == Some(true);
    let elsewhere = claims.all.get("_claim_names").and_then(Value::as_object);
    has_groups || elsewhere.is_some_and(|names| names.contains_key(name))
}

/// The names of groups in a claim of whatever form: a text, a list of texts or of objects with a name, or an object whose
/// members are named by the groups.
fn group_names(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(group_name).collect(),
        Value::Object(all) => all
            .iter()
            // A member that is false or null says that it is not so.
            .filter(|(_, value)| !matches!(value, Value::Null | Value::Bool(false)))
            .map(|(name, _)| name.as_str())
            .collect(),
        _ => Vec::new(),
    }
}

fn group_name(value: &Value) -> Option<&str> {
    match value {
        Value::String(name) => Some(name),
        Value::Object(all) => ["name", "displayName", "display_name", "value", "id"]
            .iter()
            .find_map(|key| all.get(*key)?.as_str()),
        _ => None,
    }
}

fn is_usable(value: &str) -> bool {
    !value.is_empty() && value.len() <= LONGEST && !value.chars().any(char::is_control)
}
