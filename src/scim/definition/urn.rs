//! The URN of an extension: RFC 8141 in form, and nobody else's.

use super::Error;
use crate::scim::schema::ENTERPRISE_USER;

/// The longest URN.
const MAX_URN: usize = 256;

/// Under this clients are told to put extensions of their own.
const EXTENSIONS: &str = "urn:ietf:params:scim:schemas:extension:";

/// Refuses what is no URN, and what belongs to a standard.
pub(super) fn check(urn: &str) -> Result<(), Error> {
    if urn.len() > MAX_URN {
        return Err(refused(format!("`id` is longer than {MAX_URN} bytes")));
    }
    if !is_urn(urn) {
        return Err(refused(
            "`id` must be a URN, such as `urn:example:params:scim:schemas:extension:badge:2.0:User`"
                .to_owned(),
        ));
    }
    let begins = |start: &str| {
        urn.get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start))
    };
    let own = begins(EXTENSIONS) && !begins(ENTERPRISE_USER);
    if (begins("urn:ietf:") && !own) || begins("urn:scim:") {
        return Err(refused(format!(
            "`id` belongs to a standard; choose a URN of your own, or one under `{EXTENSIONS}`"
        )));
    }
    Ok(())
}

fn refused(sentence: String) -> Error {
    Error::InvalidValue(sentence)
}

/// `urn:<name>:<rest>`. A colon or a dot at the end would be taken for what separates the URN from an attribute.
fn is_urn(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let (Some(scheme), Some(name), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let name_fits = (2..=32).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    let rest_fits = !rest.is_empty()
        && !rest.starts_with('/')
        && !rest.ends_with([':', '.'])
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'*+;=:@/".contains(&byte));
    scheme.eq_ignore_ascii_case("urn") && name_fits && rest_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_urn_of_ones_own_is_taken() {
        for urn in [
            "urn:example:badge",
            "URN:example-2:params:scim:schemas:extension:badge:2.0:User",
            "urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User",
        ] {
            assert_eq!(check(urn), Ok(()), "{urn}");
        }
    }

    #[test]
    fn what_is_no_urn_or_of_a_standard_is_refused() {
        for urn in [
            "",
            "badge",
            "urn:",
            "urn:x",
            "urn:x:y",
            "urn:example:",
            "urn:-xx:y",
            "urn:example:a b",
            "urn:example:a\"b",
            "urn:example:a[b",
            "urn:example:badge:",
            "urn:example:badge.",
            "http://example.com/badge",
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:core:2.0:Device",
            "urn:ietf:params:scim:api:messages:2.0:PatchOp",
            "URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:more",
            "urn:scim:schemas:extension:enterprise:1.0",
        ] {
            assert!(check(urn).is_err(), "{urn}");
        }
        assert!(check(&format!("urn:example:{}", "a".repeat(300))).is_err());
    }
}
