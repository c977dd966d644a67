//! Filters that hold, that do not, and that are none.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::leniency::Leniency;
use crate::scim::schema::{Kind, ResourceType, standard};

pub(super) fn user_type() -> &'static ResourceType {
    standard(Kind::User)
}

/// A user as it is rendered.
pub(super) fn user() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "id": "2819c223-7f76-453a-919d-413861904646",
        "externalId": "Key-1",
        "userName": "Bjensen@Example.com",
        "name": {"familyName": "O'Malley \"Bob\"", "givenName": "Åsa"},
        "active": true,
        "emails": [
            {"value": "bj@work.example", "type": "work", "primary": true},
            {"value": "bj@home.example", "type": "home"},
        ],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "Sales", "manager": {"value": "M1"},
        },
        "meta": {"resourceType": "User", "created": "2026-03-01T09:30:00.000Z", "lastModified": "2026-03-02T00:00:00.000Z"},
    })
}

fn holds(text: &str) -> bool {
    match parse(text, user_type(), Reading::lenient()) {
        Ok(filter) => filter.matches(&user()),
        Err(error) => panic!("{text}: {error}"),
    }
}

fn refused(text: &str) -> String {
    match parse(text, user_type(), &Reading::of(Leniency::Rfc)) {
        Err(Error::InvalidFilter(sentence)) => sentence,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn filters_that_hold() {
    for text in [
        r#"userName eq "bjensen@example.COM""#,
        r#"USERNAME EQ "bjensen@example.com""#,
        r#"userName sw "BJ" and userName ew ".com""#,
        r#"externalId eq "Key-1""#,
        r#"name.givenName eq "a\u030aSA""#,
        r#"name.familyName co "\"bob\"""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "b""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "sales""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:manager eq "M1""#,
        r"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr",
        r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#,
        r#"emails co "home""#,
        r#"emails[type eq "work" and value co "@work"]"#,
        r#"emails[type eq "work"].value eq "bj@work.example""#,
        r#"emails[not(type eq "work")]"#,
        "emails[primary eq true]",
        r#"manager eq "M1" and DEPARTMENT sw "s""#,
        r#"emails[primary eq "True"]"#,
        r#"emails[type eq "WORK"].primary eq true"#,
        "active eq true and name pr and not(title pr)",
        "active eq TRUE",
        r#"active eq "False" or active eq "True""#,
        "title eq null and userName ne null",
        r#"meta.created eq "2026-03-01T10:30:00+01:00""#,
        r#"meta.lastModified gt "2026-03-01T23:59:59Z" and meta.lastModified le "2026-03-02T00:00:00Z""#,
        r#"meta.resourceType eq "User""#,
        // `or` binds less tightly than `and`.
        r"active eq true or title pr and nickName pr",
        r"(active eq true or title pr) and userName pr",
        r"not (active eq false) and (not (title pr))",
        r#"name[givenName eq "åsa"]"#,
        r#"userName gt "a" and userName lt "c""#,
    ] {
        assert!(holds(text), "{text}");
    }
}

#[test]
fn filters_that_do_not_hold() {
    for text in [
        r#"externalId eq "key-1""#,
        r#"emails[type eq "work" and value co "@home"]"#,
        r#"emails[type eq "work"].value eq "bj@home.example""#,
        r#"userName co " ""#,
        r"title pr",
        r#"title gt "a""#,
        r"(active eq true or title pr) and nickName pr",
        r#"name.familyName eq "omalley""#,
        r#"userName eq """#,
        r#"emails.value ne "bj@work.example""#,
    ] {
        assert!(!holds(text), "{text}");
    }
}

#[test]
fn an_absent_attribute_is_not_equal_to_anything() {
    assert!(holds(r#"title ne "x""#));
    assert!(holds(r#"not (title eq "x")"#));
    assert!(!holds(r#"userName ne "bjensen@example.com""#));
}

#[test]
fn a_refusal_says_what_and_where() {
    for (text, expected) in [
        (
            r#"usrName eq "x""#,
            "there is no attribute `usrName`; the nearest known one is `userName` (at character 1 of the filter)",
        ),
        (
            r#"active eq true and emails[typ eq "x"]"#,
            "there is no attribute `typ`; the nearest known one is `type` (at character 27 of the filter)",
        ),
        (
            "active gt true",
            "`active` is true or false, and `gt` cannot compare it; use eq or ne (at character 1 of the filter)",
        ),
        (
            "userName eq 5",
            "`userName` is a text; compare it with a value in double quotes (at character 1 of the filter)",
        ),
        (
            "userName eq",
            "a value is expected after `eq` (at character 12 of the filter)",
        ),
        (
            "userName sw O",
            "`O` is no value; put texts in double quotes (at character 13 of the filter)",
        ),
        (
            r#"userName is "x""#,
            "`is` is no operator; use eq, ne, co, sw, ew, gt, ge, lt, le or pr (at character 10 of the filter)",
        ),
        (
            r#"password eq "x""#,
            "a password cannot be searched for (at character 1 of the filter)",
        ),
        (
            "name eq \"x\"",
            "`name` cannot be compared as a whole; name one of its sub-attributes, such as `name.formatted` (at character 1 of the filter)",
        ),
        (
            r#"meta.created gt "yesterday""#,
            "`meta.created` is a date and time; write it like \"2026-03-01T09:30:00Z\" (at character 1 of the filter)",
        ),
        (
            r#"userName eq "é" userName pr"#,
            "`userName pr` is left over after the end of the filter; filters are joined by `and` and `or` (at character 17 of the filter)",
        ),
        (
            "",
            "the filter ends where the name of an attribute is expected (at character 1 of the filter)",
        ),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_filter_is_refused() {
    for text in [
        "(",
        ")",
        "()",
        "not",
        "not (",
        "not active eq true",
        "and",
        "active",
        "active eq true and",
        "or active eq true",
        "active eq true)",
        "(active eq true",
        "emails[",
        "emails[type eq \"x\"",
        "emails[]",
        "emails[type eq \"x\"].",
        "emails[type eq \"x\"].value",
        "emails[emails[type pr]]",
        "userName[value pr]",
        "emails.value[type pr]",
        "userName eq \"x",
        "userName eq \"\\x\"",
        "userName eq \"\\u0000\"",
        "userName eq 'x'",
        "active eq \"maybe\"",
        "x509Certificates.value gt \"x\"",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User eq \"x\"",
        "urn:ietf:params:scim:schemas:core:2.0:User pr",
        "urn:example:foo:bar pr",
        "userName gt null",
        "addresses eq \"x\"",
        "userName eq \"a\"and active pr",
        "meta eq \"x\"",
        "userName eq [1]",
        "userName eq {\"a\": 1}",
    ] {
        refused(text);
    }
}

#[test]
fn a_text_without_quotes_is_read_for_the_clients_that_write_so() {
    for leniency in [Leniency::Entra, Leniency::Lenient] {
        let reading = Reading::of(leniency);
        let filter = parse(
            "userName sw O and active eq \"True\"",
            user_type(),
            &reading,
        )
        .unwrap();
        assert_eq!(filter.to_string(), "userName sw \"O\" and active eq true");
        assert_eq!(
            reading.notes.list(),
            [
                "the filter value `O` had no quotes; read as text",
                "`active` was the text \"True\"; read as true"
            ]
        );
        // What was perhaps meant otherwise is not guessed.
        for text in [
            "userName eq 'x'",
            "userName eq a*",
            "userName eq 5",
            "active eq yes",
            "userName eq a b",
        ] {
            assert!(parse(text, user_type(), &reading).is_err(), "{text}");
        }
    }
    for leniency in [Leniency::Rfc, Leniency::Okta] {
        let refused = parse("userName sw O", user_type(), &Reading::of(leniency));
        assert!(matches!(refused, Err(Error::InvalidFilter(_))));
    }
}

#[test]
fn hostile_nesting_and_length_end_in_an_error_at_once() {
    for open in ["(", "not (", "not(", "emails[", "emails[(", "emails[not("] {
        // Short enough for the limit on length, deep enough to overflow a stack that nobody guards.
        quickly_refused(&open.repeat(8 * 1024 / open.len()));
        quickly_refused(&open.repeat(10_000));
    }
    quickly_refused(&"active pr or ".repeat(50_000));
    quickly_refused(
        &["id pr"; 910]
            .join(" or ")
            .replace("id pr or id pr", "id pr or id x"),
    );
    quickly_refused(&"x".repeat(1 << 20));
    assert!(refused(&"not (".repeat(40)).starts_with("brackets are nested more than 32 deep"));
    assert!(refused(&["active pr"; 1000].join(" and ")).contains("longer than 8192 bytes"));
    assert!(refused(&"(id pr)and".repeat(819)).contains("the filter ends"));
}

/// Of several times the quickest: whatever else the machine does, what takes long by itself is never quick.
fn quickly_refused(text: &str) {
    let timed = || {
        let begun = Instant::now();
        refused(text);
        begun.elapsed()
    };
    let quickest = (0..5).map(|_| timed()).min();
    assert!(quickest < Some(Duration::from_millis(50)), "{quickest:?}");
}

#[test]
fn as_many_terms_and_levels_as_allowed_are_read() {
    let deep = format!("{}id pr{}", "(".repeat(32), ")".repeat(32));
    assert!(holds(&deep));
    refused(&format!("({deep})"));
    let many = ["id pr"; 910].join(" or ");
    assert!(holds(&many));
    refused(&format!("{many} or id pr"));
}

#[test]
fn a_filter_prints_in_the_spelling_of_the_schemas() {
    for (text, printed) in [
        (r#"USERNAME EQ "X""#, r#"userName eq "X""#),
        (r#"emails co "x""#, r#"emails.value co "x""#),
        (
            r#"emails[TYPE eq "work"].VALUE eq "x""#,
            r#"emails[type eq "work" and value eq "x"]"#,
        ),
        ("((active eq true))", "active eq true"),
        (
            "(id pr or title pr) and not((active eq \"False\"))",
            "(id pr or title pr) and not (active eq false)",
        ),
        (
            "id pr or (title pr and active pr)",
            "id pr or title pr and active pr",
        ),
        ("title eq null", "not (title pr)"),
    ] {
        assert_eq!(
            parse(text, user_type(), Reading::lenient())
                .unwrap()
                .to_string(),
            printed
        );
    }
}

/// Text of filters that are well formed, with parentheses and case at random.
pub(in crate::scim) fn filters() -> impl Strategy<Value = String> {
    let text =
        prop_oneof!["[a-c]{0,3}", "\\PC{0,4}"].prop_map(|text| Value::from(text).to_string());
    let names = prop::sample::select(vec![
        "userName",
        "externalId",
        "TITLE",
        "name.givenName",
        "emails.value",
        "emails",
        "id",
        "groups.value",
        "urn:ietf:params:scim:schemas:core:2.0:User:nickName",
        "meta.resourceType",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    ]);
    let operators =
        || prop::sample::select(vec!["eq", "NE", "co", "sw", "ew", "gt", "ge", "Lt", "le"]);
    let text_term = (names.clone(), operators(), text.clone())
        .prop_map(|(name, operator, text)| format!("{name} {operator} {text}"));
    let element = (
        prop::sample::select(vec!["value", "type", "Display"]),
        operators(),
        text,
    )
        .prop_map(|(name, operator, text)| {
            format!("emails[{name} {operator} {text} or primary eq true]")
        });
    let times = prop::sample::select(vec![
        "2026-03-01T09:30:00Z",
        "2026-03-02T01:00:00+01:00",
        "1970-01-01T00:00:00Z",
    ]);
    let time = (
        prop::sample::select(vec!["meta.created", "meta.lastModified"]),
        prop::sample::select(vec!["eq", "ne", "gt", "ge", "lt", "le"]),
        times,
    )
        .prop_map(|(name, operator, at)| format!("{name} {operator} \"{at}\""));
    let term = prop_oneof![
        4 => text_term,
        1 => names.prop_map(|name| format!("{name} pr")),
        1 => element,
        1 => time,
        1 => prop::sample::select(vec!["active eq true", "active NE false", "externalId eq null"]).prop_map(str::to_owned),
    ];
    term.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} OR {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

proptest! {
    #[test]
    fn printing_then_reading_gives_the_same_filter(text in filters()) {
        let filter = parse(&text, user_type(), Reading::lenient()).unwrap();
        prop_assert_eq!(parse(&filter.to_string(), user_type(), Reading::lenient()).unwrap(), filter);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
        let _ = parse(&text, user_type(), Reading::lenient());
    }

    #[test]
    fn no_mixture_of_its_words_makes_the_parser_panic(
        words in prop::collection::vec(
            prop::sample::select(vec!["userName", "emails", "[", "]", "(", ")", "not", " ", "and", "or", "eq", "pr", "\"", "\\", "x", "true", "5", ".", "é", "type"]),
            0..40,
        )
    ) {
        let _ = parse(&words.concat(), user_type(), Reading::lenient());
        let _ = parse(&words.join(" "), user_type(), Reading::lenient());
    }
}
