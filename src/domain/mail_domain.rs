//! Domains of e-mail addresses, and whose they are.

use url::Host;

use super::error::Error;
use super::{ConnectionId, Timestamp};

/// The most domains of one organization.
pub(crate) const MOST: u64 = 500;
/// What a TXT record begins with that verifies a domain.
const MARK: &str = "rollright-verification=";

/// Where everybody can have an address: whose mailboxes these are, nobody's DNS says.
const PUBLIC: [&str; 40] = [
    "126.com",
    "163.com",
    "aol.com",
    "comcast.net",
    "daum.net",
    "fastmail.com",
    "foxmail.com",
    "free.fr",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "icloud.com",
    "laposte.net",
    "libero.it",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "naver.com",
    "orange.fr",
    "outlook.com",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "web.de",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yandex.ru",
];

/// A domain that an organization says is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Domain {
    /// Its name: small letters, in the form of the DNS.
    pub(crate) name: String,
    /// The random part of what the TXT record must hold.
    pub(crate) challenge: String,
    /// Where its people sign in.
    pub(crate) connection: Option<ConnectionId>,
    /// Whether they may sign in nowhere else.
    pub(crate) sso_required: bool,
    /// When it was claimed.
    pub(crate) created: Timestamp,
    /// Since when it is the organization's, and nobody else's. Until then it has no effect.
    pub(crate) verified: Option<Timestamp>,
}

impl Domain {
    /// The name where the TXT record is looked for first; then at the domain itself.
    pub(crate) fn record_name(&self) -> String {
        format!("_rollright.{}", self.name)
    }

    /// What the TXT record must hold.
    pub(crate) fn record(&self) -> String {
        format!("{MARK}{}", self.challenge)
    }

    /// Whether one of these texts is the wanted one.
    pub(crate) fn is_shown_by(&self, texts: &[String]) -> bool {
        let wanted = self.record();
        texts.iter().any(|text| text.trim() == wanted)
    }
}

/// The form in which the DNS has a name, where it is one that an organization could own.
pub(crate) fn parse(text: &str) -> Result<String, Error> {
    let Some(name) = normal(text) else {
        return Err(Error::Invalid(format!(
            "{text:?} is not a domain, such as example.com"
        )));
    };
    if PUBLIC.contains(&name.as_str()) {
        return Err(Error::Invalid(format!(
            "at {name} everybody can have an address, so it cannot be one organization's"
        )));
    }
    Ok(name)
}

/// The names in a list with commas between, each once.
pub(crate) fn parse_list(text: &str) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let name = parse(part)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// The domain of an address, in the form of the DNS.
pub(crate) fn of_address(email: &str) -> Option<String> {
    let (_, domain) = email.trim().rsplit_once('@')?;
    normal(domain)
}

fn normal(text: &str) -> Option<String> {
    let text = text.trim();
    let Ok(Host::Domain(name)) = Host::parse(text.strip_suffix('.').unwrap_or(text)) else {
        return None;
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let good = name.len() <= 240 && name.contains('.') && name.split('.').all(is_label);
    good.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_one_form() {
        assert_eq!(parse(" Corp.EXAMPLE. ").unwrap(), "corp.example");
        assert_eq!(parse("bücher.example").unwrap(), "xn--bcher-kva.example");
        assert_eq!(parse("BÜCHER.example").unwrap(), "xn--bcher-kva.example");
        assert_eq!(
            of_address("a@Bücher.Example"),
            Some("xn--bcher-kva.example".to_owned())
        );
        for bad in [
            "",
            "corp",
            "127.0.0.1",
            "0x7f.1",
            "a b.example",
            "-a.example",
            "a..example",
            "*.example",
            "a@b.example",
            "_x.example",
            "[::1]",
            "a.example/b",
            "a\0.example",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert_eq!(of_address("nobody"), None);
    }

    #[test]
    fn nobody_owns_a_public_domain() {
        for public in ["gmail.com", "GMAIL.com", "outlook.com."] {
            assert!(parse(public).is_err(), "{public}");
        }
        assert!(PUBLIC.is_sorted());
        assert_eq!(
            parse_list("b.example, a.example,,A.example ").unwrap(),
            ["b.example", "a.example"]
        );
        assert!(parse_list("a.example,gmail.com").is_err());
    }
}
