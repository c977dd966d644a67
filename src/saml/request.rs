//! The AuthnRequest that we send, by the HTTP-Redirect binding.
//!
//! Makes no identifiers and keeps none: the caller hands in one that nobody can guess, and remembers it.

use super::redirect::{self, Carried, Error, Outgoing};
use super::xml::{escape, is_ncname};
use super::{ASSERTION, HTTP_POST, NAME_ID_TRANSIENT, NAME_ID_UNSPECIFIED, PROTOCOL};
use crate::domain::Timestamp;

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
    /// Whether the IdP is to ask for credentials even of somebody who is signed in there.
    pub(crate) force_authn: bool,
    /// Which kind of NameID is wanted; empty for no wish.
    pub(crate) name_id_format: &'a str,
}

/// The URL to which the browser is sent, signed with our private key (PEM) where there is one. An empty RelayState is
/// left out.
pub(crate) fn redirect_url(
    request: AuthnRequest<'_>,
    relay_state: &str,
    key: Option<&str>,
) -> Result<String, Error> {
    if !is_ncname(request.id) {
        return Err(Error::Id);
    }
    redirect::url(Outgoing {
        destination: request.destination,
        carried: Carried::Request,
        document: &document(request),
        relay_state,
        key,
    })
}

fn document(request: AuthnRequest<'_>) -> String {
    let format = match request.name_id_format {
        "" => NAME_ID_UNSPECIFIED,
        format => format,
    };
    // A transient NameID is made anew whether or not it may be, Core section 3.4.1.1.
    let allow_create = match format {
        NAME_ID_TRANSIENT => "",
        _ => " AllowCreate=\"true\"",
    };
    let force_authn = if request.force_authn {
        " ForceAuthn=\"true\""
    } else {
        ""
    };
    format!(
        "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" Version=\"2.0\" \
         IssueInstant=\"{issue_instant}\" Destination=\"{destination}\"{force_authn} \
         ProtocolBinding=\"{HTTP_POST}\" AssertionConsumerServiceURL=\"{acs_url}\">\
         <saml:Issuer>{issuer}</saml:Issuer>\
         <samlp:NameIDPolicy Format=\"{format}\"{allow_create}/></samlp:AuthnRequest>",
        id = escape(request.id),
        issue_instant = request.issue_instant,
        destination = escape(request.destination),
        acs_url = escape(request.acs_url),
        issuer = escape(request.issuer),
        format = escape(format),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use flate2::read::DeflateDecoder;
    use roxmltree::Document;
    use url::Url;

    use super::*;

    fn request(destination: &str) -> AuthnRequest<'_> {
        AuthnRequest {
            id: "_0f",
            issue_instant: Timestamp(1_772_357_400_000),
            destination,
            acs_url: "https://sp.test/acs?a=1&b='\"<",
            issuer: "https://sp.test/acs",
            force_authn: false,
            name_id_format: "",
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
        let url = redirect_url(request("https://idp.test/sso"), "r/1+2 &", None).unwrap();
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
    fn a_request_says_what_is_wished_of_the_sign_on() {
        let mut wish = request("https://idp.test/sso");
        let policy = |text: &str| text[text.find("<samlp:NameIDPolicy").unwrap()..].to_owned();
        assert!(!document(wish).contains("ForceAuthn"));
        assert!(policy(&document(wish)).contains("AllowCreate=\"true\""));
        wish.force_authn = true;
        wish.name_id_format = NAME_ID_TRANSIENT;
        let text = document(wish);
        assert!(text.contains(" ForceAuthn=\"true\""));
        let expected =
            format!("<samlp:NameIDPolicy Format=\"{NAME_ID_TRANSIENT}\"/></samlp:AuthnRequest>");
        assert_eq!(policy(&text), expected);
    }

    #[test]
    fn the_query_of_the_idp_is_kept() {
        let url = redirect_url(request("https://idp.test/sso?tenant=a%20b"), "", None).unwrap();
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
            let made = redirect_url(request(bad), "", None);
            assert_eq!(made, Err(Error::Destination), "{bad:?}");
        }
    }

    #[test]
    fn an_id_must_be_an_ncname_and_a_relay_state_short() {
        let mut bad = request("https://idp.test/sso");
        bad.id = "0f\"";
        assert_eq!(redirect_url(bad, "", None), Err(Error::Id));
        let long = "x".repeat(81);
        let made = redirect_url(request("https://idp.test/sso"), &long, None);
        assert_eq!(made, Err(Error::RelayState));
    }
}
