//! The limits, and reading back what was written.

use super::*;

const SMALL: Limits = Limits {
    bytes: 256 * 1024,
    nodes: 60_000,
    asides: false,
};

#[test]
fn a_declaration_may_only_say_utf_8() {
    for good in [
        "<a/>",
        "\u{feff}<a/>",
        "<?xml version=\"1.0\"?><a/>",
        "<?xml version='1.0' encoding='utf-8' standalone=\"no\" ?><a/>",
    ] {
        assert_eq!(without_declaration(good), Ok("<a/>"), "{good}");
    }
    for bad in [
        "<?xml version=\"1.1\"?><a/>",
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>",
        "<?xml version=\"1.0\" other=\"x\"?><a/>",
    ] {
        let refused = without_declaration(bad);
        assert!(matches!(refused, Err(Malformed::Declaration(_))), "{bad}");
    }
}

#[test]
fn costly_documents_are_refused_before_they_are_parsed() {
    let deep = "<a>".repeat(80_000);
    let attributes = (0..20_000)
        .map(|n| format!(" a{n}='='"))
        .collect::<Vec<_>>()
        .concat();
    let namespaces = (0..40)
        .map(|n| format!(" xmlns:a{n}='u:'"))
        .collect::<Vec<_>>()
        .concat();
    let many = format!("<a {attributes}/>");
    let nested = format!("<a {namespaces}><b {namespaces}/></a>");
    for (text, expected) in [
        (deep, Malformed::TooDeep),
        (many, Malformed::TooManyAttributes),
        (nested, Malformed::TooManyAttributes),
    ] {
        assert_eq!(parse(&text, SMALL).err(), Some(expected));
    }
    let wide = "<a/>".repeat(60_001);
    let refused = parse(&format!("<r>{wide}</r>"), SMALL).err();
    assert!(matches!(refused, Some(Malformed::NotWellFormed(_))));
}

#[test]
fn a_greater_than_sign_inside_a_value_does_not_end_a_tag() {
    let document = parse("<a b='>' c=\"'>\"><d/></a>", SMALL).unwrap();
    assert_eq!(document.root_element().attribute("c"), Some("'>"));
}

#[test]
fn text_is_whole_even_where_a_comment_cuts_it() {
    let limits = Limits {
        asides: true,
        ..SMALL
    };
    let document = parse("<a>admin@corp.test<!----><![CDATA[.evil]]></a>", limits).unwrap();
    let text = text(document.root_element());
    assert_eq!(text.as_deref(), Some("admin@corp.test.evil"));
}

#[test]
fn what_was_escaped_is_read_back() {
    let value = "\"'<>&\t\r\n é";
    let text = format!("<a b=\"{0}\">{0}</a>", escape(value));
    let document = parse(&text, SMALL).unwrap();
    assert_eq!(document.root_element().attribute("b"), Some(value));
    assert_eq!(all_text(document.root_element()), value);
}

#[test]
fn a_shown_value_is_short_and_has_no_control_characters() {
    assert_eq!(shown("a\r\nb"), "a\u{fffd}\u{fffd}b");
    assert_eq!(shown(&"x".repeat(1000)).chars().count(), 201);
}

#[test]
fn a_name_with_an_empty_part_is_refused() {
    for bad in [
        "<:a/>",
        "<a:/>",
        "<a::b xmlns:a=\"u:\"/>",
        "<a :x=\"1\"/>",
        "<a x:=\"1\"/>",
        "<a xmlns:=\"u:\"/>",
        "<a></:a>",
    ] {
        let refused = parse(bad, SMALL);
        assert!(matches!(refused, Err(Malformed::NotWellFormed(_))), "{bad}");
    }
    assert!(parse("<a:b xmlns:a=':' a:c=\"::\">::</a:b>", SMALL).is_ok());
}
