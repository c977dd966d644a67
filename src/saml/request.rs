//! The AuthnRequest that we send, by the HTTP-Redirect binding.
//!
//! Not signed. Makes no identifiers and keeps none: the caller hands in one that nobody can guess, and remembers it.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::xml::{escape, is_ncname};
use super::{ASSERTION, HTTP_POST, NAME_ID_UNSPECIFIED, PROTOCOL};
use crate::domain::Timestamp;

/// The longest RelayState, Bindings section 3.4.3.
const MAX_RELAY_STATE: usize = 80;
/// All but the unreserved characters of RFC 3986 section 2.3.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request to sign somebody on, Core section 3.4.1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AuthnRequest<'a> {
    /// Its identifier, an `NCName` that nobody can guess. The response repeats it.
    pub(crate) id: &'a str,
    /// When it is made.
    pub(crate) issue_instant: Timestamp,
    /// Where it goes: the IdP's URL for single sign-on.
    pub(crate) destination: &'a str,
    /// Where the response shall go.
    pub(crate) acs_url: &'a str,
    /// Who asks: our entity ID.
    pub(crate) issuer: &'a str,
}

/// Why a request was not made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// The IdP's URL cannot be redirected to.
    #[error(
        "the IdP's URL for single sign-on must be a whole http or https URL without a fragment"
    )]
    Destination,
    /// The identifier is not an `NCName`.
    #[error(
        "the identifier of a request must be a letter or _ and then letters, digits, _, - and ."
    )]
    Id,
    /// The RelayState is longer than the binding allows.
    #[error("the RelayState must have at most {MAX_RELAY_STATE} bytes")]
    RelayState,
}

/// The URL to which the browser is sent, Bindings section 3.4.4.1. An empty RelayState is left out.
pub(crate) fn redirect_url(request: AuthnRequest<'_>, relay_state: &str) -> Result<String, Error> {
    if !is_web_url(request.destination) {
        return Err(Error::Destination);
    }
    if !is_ncname(request.id) {
        return Err(Error::Id);
    }
    if relay_state.len() > MAX_RELAY_STATE {
        return Err(Error::RelayState);
    }
    let message = STANDARD.encode(deflate(&document(request)));
    let mut url = request.destination.to_owned();
    url.push(match url.find('?') {
        Some(_) => '&',
        None => '?',
    });
    url.push_str("SAMLRequest=");
    url.extend(utf8_percent_encode(&message, QUERY));
    if !relay_state.is_empty() {
        url.push_str("&RelayState=");
        url.extend(utf8_percent_encode(relay_state, QUERY));
    }
    Ok(url)
}

fn document(request: AuthnRequest<'_>) -> String {
    format!(
        "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" Version=\"2.0\" \
         IssueInstant=\"{issue_instant}\" Destination=\"{destination}\" ProtocolBinding=\"{HTTP_POST}\" \
         AssertionConsumerServiceURL=\"{acs_url}\"><saml:Issuer>{issuer}</saml:Issuer>\
         <samlp:NameIDPolicy Format=\"{NAME_ID_UNSPECIFIED}\" AllowCreate=\"true\"/></samlp:AuthnRequest>",
        id = escape(request.id),
        issue_instant = request.issue_instant,
        destination = escape(request.destination),
        acs_url = escape(request.acs_url),
        issuer = escape(request.issuer),
    )
}

/// RFC 1951 without any header, as the DEFLATE encoding of Bindings section 3.4.4.1 wants it.
fn deflate(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(text.as_bytes())
        .and_then(|()| encoder.finish())
        .expect("writing to memory cannot fail")
}

/// Whether a text is an absolute http or https URL that a browser can be sent to with more parameters behind it.
pub(super) fn is_web_url(text: &str) -> bool {
    let plain = !text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || c == '#' || c == '\\');
    plain
        && Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && text[url.scheme().len()..].starts_with("://")
                && url.username().is_empty()
                && url.password().is_none()
        })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::DeflateDecoder;
    use roxmltree::Document;

    use super::*;

    fn request(destination: &str) -> AuthnRequest<'_> {
        AuthnRequest {
            id: "_0f",
            issue_instant: Timestamp(1_772_357_400_000),
            destination,
            acs_url: "https://sp.test/acs?a=1&b='\"<",
            issuer: "https://sp.test/acs",
        }
    }

    fn parameters(url: &str) -> Vec<(String, String)> {
        Url::parse(url)
            .unwrap()
            .query_pairs()
            .into_owned()
            .collect()
    }

    #[test]
    fn a_request_says_who_asks_and_where_the_answer_goes() {
        let url = redirect_url(request("https://idp.test/sso"), "r/1+2 &").unwrap();
        let parameters = parameters(&url);
        assert_eq!(parameters[1], ("RelayState".into(), "r/1+2 &".into()));
        let deflated = STANDARD.decode(&parameters[0].1).unwrap();
        let mut text = String::new();
        DeflateDecoder::new(&*deflated)
            .read_to_string(&mut text)
            .unwrap();
        let document = Document::parse(&text).unwrap();
        let root = document.root_element();
        assert!(root.has_tag_name((PROTOCOL, "AuthnRequest")));
        for (name, value) in [
            ("ID", "_0f"),
            ("Version", "2.0"),
            ("IssueInstant", "2026-03-01T09:30:00.000Z"),
            ("Destination", "https://idp.test/sso"),
            ("ProtocolBinding", HTTP_POST),
            (
                "AssertionConsumerServiceURL",
                "https://sp.test/acs?a=1&b='\"<",
            ),
        ] {
            assert_eq!(root.attribute(name), Some(value), "{name}");
        }
        let issuer = root.first_element_child().unwrap();
        assert_eq!(issuer.text(), Some("https://sp.test/acs"));
    }

    #[test]
    fn the_query_of_the_idp_is_kept() {
        let url = redirect_url(request("https://idp.test/sso?tenant=a%20b"), "").unwrap();
        assert!(url.starts_with("https://idp.test/sso?tenant=a%20b&SAMLRequest="));
        assert_eq!(parameters(&url).len(), 2);
    }

    #[test]
    fn a_destination_must_be_a_whole_web_url() {
        for bad in [
            "",
            "/sso",
            "//idp.test/sso",
            "javascript:alert(1)",
            "ftp://idp.test/",
            "https:idp.test",
            "https://idp.test/sso#part",
            "https://idp.test/s so",
            "https://idp.test/\r\nLocation: x",
            "https:\\\\idp.test\\",
            "https://user:word@idp.test/",
        ] {
            let made = redirect_url(request(bad), "");
            assert_eq!(made, Err(Error::Destination), "{bad:?}");
        }
    }

    #[test]
    fn an_id_must_be_an_ncname_and_a_relay_state_short() {
        let mut bad = request("https://idp.test/sso");
        bad.id = "0f\"";
        assert_eq!(redirect_url(bad, ""), Err(Error::Id));
        let long = "x".repeat(81);
        let made = redirect_url(request("https://idp.test/sso"), &long);
        assert_eq!(made, Err(Error::RelayState));
    }
}
