//! What a browser brings with it: the session, the mark of a sign-on that it began, and what it calls itself.

use axum::http::{HeaderMap, HeaderValue, header};

const SESSION: &str = "rollright_session";
const BROWSER: &str = "rollright_browser";
const DEVICE: &str = "rollright_device";
/// The mark of a form, under the name by which Label Studio's clients look for it.
const FORM: &str = "csrftoken";
/// For how long a browser is known, in seconds: a year.
const DEVICE_LIFE: i64 = 365 * 86_400;
const SECURE_PREFIX: &str = "__Host-";

/// The token of the session.
pub(crate) fn session<'h>(headers: &'h HeaderMap, base_url: &str) -> Option<&'h str> {
    find(headers, SESSION, base_url)
}

/// The mark of the browser.
pub(crate) fn browser<'h>(headers: &'h HeaderMap, base_url: &str) -> Option<&'h str> {
    find(headers, BROWSER, base_url)
}

/// Sets the session for so many seconds; 0 takes it away.
pub(crate) fn set_session(token: &str, seconds: i64, base_url: &str) -> HeaderValue {
    set(SESSION, token, seconds, base_url, "Lax")
}

/// Marks the browser for the time of a sign-on. The IdP's answer is a POST from another site, so the mark must come
/// with such; without https browsers allow that only to cookies without `SameSite`, for two minutes.
pub(crate) fn set_browser(mark: &str, base_url: &str) -> HeaderValue {
    let same_site = if is_secure(base_url) { "None" } else { "" };
    set(BROWSER, mark, 600, base_url, same_site)
}

/// The mark that somebody signed in with this browser before.
pub(crate) fn device<'h>(headers: &'h HeaderMap, base_url: &str) -> Option<&'h str> {
    find(headers, DEVICE, base_url)
}

/// Sets that mark.
pub(crate) fn set_device(mark: &str, base_url: &str) -> HeaderValue {
    set(DEVICE, mark, DEVICE_LIFE, base_url, "Lax")
}

/// The mark of a form.
pub(crate) fn form_mark(headers: &HeaderMap) -> Option<&str> {
    find(headers, FORM, "")
}

/// Sets it. No prefix: the clients that need it look for its bare name, and for no browser it decides anything.
pub(crate) fn set_form_mark(mark: &str) -> HeaderValue {
    set(FORM, mark, 86_400, "", "Lax")
}

fn is_secure(base_url: &str) -> bool {
    base_url.starts_with("https://")
}

fn set(name: &str, value: &str, seconds: i64, base_url: &str, same_site: &str) -> HeaderValue {
    let (prefix, secure) = if is_secure(base_url) {
        (SECURE_PREFIX, "; Secure")
    } else {
        ("", "")
    };
    let same_site = if same_site.is_empty() {
        String::new()
    } else {
        format!("; SameSite={same_site}")
    };
    HeaderValue::try_from(format!(
        "{prefix}{name}={value}; Path=/; HttpOnly; Max-Age={seconds}{secure}{same_site}"
    ))
    .expect("tokens are base64url")
}

/// The value of a cookie of ours: over https only of one that nobody but this host can have set, over https.
fn find<'h>(headers: &'h HeaderMap, name: &str, base_url: &str) -> Option<&'h str> {
    let prefix = if is_secure(base_url) {
        SECURE_PREFIX
    } else {
        ""
    };
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| key.strip_prefix(prefix) == Some(name))
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty())
}

/// What the browser calls itself, cut short.
pub(crate) fn user_agent(headers: &HeaderMap) -> &str {
    let said = headers
        .get(header::USER_AGENT)
        .and_then(|said| said.to_str().ok())
        .unwrap_or_default();
    &said[..said.len().min(256)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_over_https_is_of_this_host_alone() {
        let cookie = set_session("abc", 60, "https://roll.example");
        let expected =
            "__Host-rollright_session=abc; Path=/; HttpOnly; Max-Age=60; Secure; SameSite=Lax";
        assert_eq!(cookie, expected);
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("rollright_session=planted; __Host-rollright_session=abc"),
        );
        assert_eq!(session(&headers, "https://roll.example"), Some("abc"));
        assert_eq!(session(&headers, "http://roll.example"), Some("planted"));
        assert_eq!(browser(&headers, "https://roll.example"), None);
    }
}
