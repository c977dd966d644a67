//! Another parser of the same grammar, the crate `scim_v2`, held against ours.

use proptest::prelude::*;

use super::parse;
use super::tests::user_type;
use crate::scim::reading::Reading;

/// What the other parser makes of a text, printed.
fn other(text: &str) -> Option<String> {
    text.parse::<scim_v2::filter::Filter>()
        .ok()
        .map(|filter| filter.to_string())
}

#[test]
fn both_parsers_read_tricky_filters_alike() {
    for text in [
        r#"userName eq "bjensen""#,
        r#"name.familyName co "O'Malley""#,
        r#"userName sw "J""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
        "title pr",
        r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
        r#"title pr and userType eq "Employee""#,
        r#"title pr or userType eq "Intern""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
        "title pr or nickName pr and userName pr",
        "title pr and nickName pr or userName pr and active eq true",
        "not (title pr) and not (nickName pr)",
        "not (title pr and (nickName pr or not (userName pr)))",
        r#"userName eq "a \"quoted\" \\ text\u00e9 and (more)""#,
        r#"userName EQ "x" AND active eq true OR NOT (title PR)"#,
        r#"emails[not (type eq "work") and (value sw "a" or primary eq true)]"#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "x""#,
        r#"(((userName eq "x")))"#,
        "title eq null",
    ] {
        let ours = parse(text, user_type(), Reading::lenient())
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        let other = other(text).unwrap_or_else(|| panic!("the oracle refuses {text}"));
        assert_eq!(
            parse(&other, user_type(), Reading::lenient()),
            Ok(ours),
            "{text}"
        );
    }
}

#[test]
fn both_parsers_refuse_what_is_no_filter() {
    for text in [
        "",
        "userName",
        "userName eq",
        "userName eq \"x",
        "(userName pr",
        "userName pr)",
        "userName pr and",
        "and userName pr",
        "not userName pr",
        "emails[type eq \"x\"",
        "emails[]",
        "userName xx \"y\"",
        "()",
        "userName eq \"x\" \"y\"",
    ] {
        assert!(
            parse(text, user_type(), Reading::lenient()).is_err(),
            "{text}"
        );
        assert!(other(text).is_none(), "{text}");
    }
}

proptest! {
    #[test]
    fn both_parsers_read_any_filter_alike(text in super::tests::filters()) {
        if let Some(other) = other(&text) {
            prop_assert_eq!(parse(&other, user_type(), Reading::lenient()), parse(&text, user_type(), Reading::lenient()));
        }
    }

    #[test]
    fn the_other_parser_reads_what_ours_prints(text in super::tests::filters()) {
        let printed = parse(&text, user_type(), Reading::lenient()).unwrap().to_string();
        prop_assert!(other(&printed).is_some(), "{}", printed);
    }
}
