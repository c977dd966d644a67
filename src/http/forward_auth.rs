//! `/auth/verify`: a proxy asks, before it lets a request through to an app, who makes it.
//!
//! What is said goes into headers of the app's request. So no name that a directory or a person chose may end a header,
//! begin another, or pass for a further group.

use std::fmt::Write as _;

use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use url::form_urlencoded;

use super::api::error::ApiError;
use super::extract::{Parameters, Passer};
use super::sso::saml::own_path;
use crate::app::forward_auth::{self, Person, Wanted};
use crate::domain::OrganizationId;
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::state::State;

/// How long the list of groups may be, in bytes: proxies read the head of an answer into a page of memory.
const MOST_GROUPS: usize = 2048;

/// Any method: 200 with who it is, 401 or a way to sign in, 403 where they are not who is wanted.
pub(crate) async fn verify(
    Shared(state): Shared<State>,
    Passer(passer): Passer,
    parameters: Parameters,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let wanted = wanted(&parameters)?;
    let person = match &passer {
        None => None,
        Some(caller) => forward_auth::person(caller)
            .await?
            .map(|person| (person, caller.organization)),
    };
    let Some((person, organization)) = person else {
        return Ok(refused(&state, &method, &headers));
    };
    if !wanted.is_met_by(&person) {
        let sentence = "you have not got the role or the group that this app asks for".to_owned();
        return Err(Error::Forbidden(sentence).into());
    }
    let mut answer = StatusCode::OK.into_response();
    introduce(
        &state.config.forward_auth_prefix,
        &person,
        organization,
        answer.headers_mut(),
    );
    Ok(answer)
}

/// What the query asks for. What is not understood lets nobody through: it may be a condition that is misspelled.
fn wanted(parameters: &Parameters) -> Result<Wanted<'_>, Error> {
    let mut wanted = Wanted::default();
    for (name, value) in parameters.all() {
        match (name, wanted.role) {
            ("role", None) => {
                let role = Role::from_code(value).filter(|role| role.has_access());
                wanted.role = Some(role.ok_or_else(|| {
                    Error::Invalid("`role` must be OW, AD, MA, RE or AN".to_owned())
                })?);
            }
            ("group", _) => wanted.groups.push(value),
            _ => {
                let sentence =
                    "ask for one `role`, for any number of `group`, and for nothing else";
                return Err(Error::Invalid(sentence.to_owned()));
            }
        }
    }
    Ok(wanted)
}

/// Says who it is. All headers are there always, so that each replaces what a client may have sent under its name.
fn introduce(prefix: &str, person: &Person, organization: OrganizationId, headers: &mut HeaderMap) {
    let (groups, whole) = list(&person.groups);
    for (name, value) in [
        ("User", encoded(&person.user_name, false)),
        ("Email", encoded(&person.email, false)),
        ("Name", flat(&person.name)),
        ("Groups", groups),
        ("Groups-Complete", whole.to_string()),
        ("Role", person.role.code().to_owned()),
        ("Organization", organization.0.to_string()),
    ] {
        if let (Ok(name), Ok(value)) = (
            HeaderName::try_from(format!("{prefix}{name}")),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            headers.insert(name, value);
        }
    }
}

/// The groups between commas, as many as there is room for, and whether that is all.
fn list(groups: &[String]) -> (String, bool) {
    let mut text = String::new();
    for group in groups {
        let group = encoded(group, true);
        if text.len() + group.len() >= MOST_GROUPS {
            return (text, false);
        }
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&group);
    }
    (text, true)
}

/// A text in which no two are alike that were not: what a header cannot hold, or would lose, is `%` and hexadecimal
/// digits, and so are `%` and, in a list, the comma.
fn encoded(text: &str, in_list: bool) -> String {
    let end = text.chars().count().saturating_sub(1);
    let mut safe = String::with_capacity(text.len());
    for (at, c) in text.chars().enumerate() {
        let lost = c.is_whitespace() && (c != ' ' || at == 0 || at == end);
        if c.is_control() || c == '%' || lost || (in_list && c == ',') {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(safe, "%{byte:02X}");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

/// A text to be shown, on one line.
fn flat(text: &str) -> String {
    let flat: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    flat.trim().to_owned()
}

/// Nobody: a page leads to where one signs in, and back again; anything else is told so.
fn refused(state: &State, method: &Method, headers: &HeaderMap) -> Response {
    if !is_page(method, headers) {
        return ApiError::Unauthorized.into_response();
    }
    let base = state.config.base_url();
    let asked = Asked::of(headers);
    let next = asked.path_on(&base).unwrap_or("/");
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let Ok(location) = HeaderValue::try_from(format!("{base}/user/login?next={next}")) else {
        return ApiError::Unauthorized.into_response();
    };
    let mut answer = ApiError::Unauthorized.into_response();
    if !matches!(asked, Asked::Url(_)) {
        *answer.status_mut() = StatusCode::FOUND;
    }
    answer.headers_mut().insert(header::LOCATION, location);
    answer
}

/// What the proxy says was asked for.
enum Asked<'r> {
    /// By its whole URL, as for nginx, which takes nothing but 401 for "sign in".
    Url(&'r str),
    /// By host and path, as by proxies that pass a redirect on.
    Parts { host: &'r str, path: &'r str },
    /// It says nothing.
    Unknown,
}

impl<'r> Asked<'r> {
    fn of(headers: &'r HeaderMap) -> Self {
        match (
            only(headers, "x-original-url"),
            only(headers, "x-forwarded-host"),
            only(headers, "x-forwarded-uri"),
        ) {
            (Some(url), ..) => Self::Url(url),
            (None, Some(host), Some(path)) => Self::Parts { host, path },
            _ => Self::Unknown,
        }
    }

    /// The path and the query, where they are of this host: nobody is sent back to another.
    fn path_on(&self, base: &str) -> Option<&'r str> {
        let (host, path) = match *self {
            Self::Url(url) => {
                let (_, rest) = url.split_once("://")?;
                rest.split_at_checked(rest.find('/')?)?
            }
            Self::Parts { host, path } => (host, path),
            Self::Unknown => return None,
        };
        let (_, own) = base.split_once("://")?;
        host.eq_ignore_ascii_case(own).then(|| own_path(Some(path)))
    }
}

/// Whether a person waits for a page, and not a program for an answer.
fn is_page(method: &Method, headers: &HeaderMap) -> bool {
    let method = only(headers, "x-original-method")
        .or_else(|| only(headers, "x-forwarded-method"))
        .unwrap_or(method.as_str());
    let navigates = headers
        .get("sec-fetch-mode")
        .is_none_or(|mode| mode == "navigate");
    let accepts = only(headers, "accept").is_some_and(|types| types.contains("text/html"));
    matches!(method, "GET" | "HEAD")
        && accepts
        && navigates
        && !headers.contains_key("x-requested-with")
        && !headers.contains_key(header::AUTHORIZATION)
}

/// The one value of a header; two of them are none.
fn only<'r>(headers: &'r HeaderMap, name: &str) -> Option<&'r str> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_a_header_or_passes_for_another_group() {
        let groups = [
            "a,Admins",
            "b\r\nRemote-Role: OW",
            " Admins",
            "50%2C",
            "Größe 1",
        ];
        let (text, whole) = list(&groups.map(str::to_owned));
        assert_eq!(
            text,
            "a%2CAdmins,b%0D%0ARemote-Role: OW,%20Admins,50%252C,Größe 1"
        );
        assert!(whole);
        assert_eq!(flat("Doe,\nJane\u{7f} "), "Doe, Jane");
        assert!(HeaderValue::from_bytes(text.as_bytes()).is_ok());
    }

    #[test]
    fn a_list_that_is_too_long_ends_after_a_whole_name_and_says_so() {
        let groups: Vec<String> = (0..1000).map(|at| format!("group {at:04}")).collect();
        let (text, whole) = list(&groups);
        assert!(!whole && text.len() < MOST_GROUPS && text.len() > MOST_GROUPS - 20);
        assert!(text.split(',').all(|group| group.len() == 10));
    }

    #[test]
    fn one_is_sent_back_to_this_host_alone() {
        let base = "https://apps.example";
        let path = |asked: Asked<'static>| asked.path_on(base);
        assert_eq!(
            path(Asked::Url("http://Apps.example/a?b=c")),
            Some("/a?b=c")
        );
        for other in [
            "https://evil.example/a",
            "https://apps.example.evil/a",
            "https://apps.example@evil.example/a",
            "https://apps.example",
            "//apps.example/a",
            "",
        ] {
            assert_eq!(path(Asked::Url(other)), None, "{other}");
        }
        // What is on this host but would be taken for another one leads to the start.
        for bad in [
            "https://apps.example//evil.example",
            "https://apps.example/\\evil",
        ] {
            assert_eq!(path(Asked::Url(bad)), Some("/"), "{bad}");
        }
        let parts = |host, path| Asked::Parts { host, path }.path_on(base);
        assert_eq!(parts("apps.example", "/a"), Some("/a"));
        assert_eq!(parts("evil.example", "/a"), None);
        assert_eq!(parts("apps.example", "https://evil.example/"), Some("/"));
    }
}
