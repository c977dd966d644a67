//! How names are compared (R1): trimmed, NFC, lower-cased, never case-folded.

use unicode_normalization::UnicodeNormalization;

use super::error::Error;

/// The key under which a sign-in name, an e-mail address or a displayName is compared.
///
/// Lower-cased, not case-folded: `ß` and `ss` are different mailboxes. Computed here and stored, because
/// the engines disagree on lower-casing outside ASCII.
pub(crate) fn key(name: &str) -> String {
    name.trim()
        .nfc()
        .collect::<String>()
        .to_lowercase()
        .nfc()
        .collect()
}

/// Whether a text has the form of an e-mail address: one `@`, something before it, a domain after it, no white space
/// and no control characters.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    !local.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && text.len() <= 254
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | ','))
}

/// Refuses a text that is shorter or longer than it may be, in characters, or that holds control characters.
pub(crate) fn check_text(what: &str, text: &str, least: usize, most: usize) -> Result<(), Error> {
    let length = text.trim().chars().count();
    if length < least || text.chars().count() > most {
        return Err(Error::Invalid(format!(
            "`{what}` must have {least} to {most} characters"
        )));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::Invalid(format!(
            "`{what}` cannot hold control characters"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_by_case_or_composition_have_one_key() {
        assert_eq!(key(" Åsa@Ex.org "), key("a\u{30a}SA@ex.ORG"));
    }

    #[test]
    fn sharp_s_is_not_double_s() {
        assert_ne!(key("straße@x.org"), key("strasse@x.org"));
    }

    #[test]
    fn an_address_has_one_at_sign_and_no_space() {
        assert!(is_email("a@b"));
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\n", "<a@b>"] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }
}
