//! Who is signed on: the NameID and the attributes.

use super::signer::IDP_KEY;
use super::*;

const FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

fn with_attributes(inside: &str) -> Draft {
    let all = part(
        ASSERTION,
        "<saml:AttributeStatement>",
        "</saml:AttributeStatement>",
    );
    let statement = match inside {
        "" => String::new(),
        _ => format!("<saml:AttributeStatement>{inside}</saml:AttributeStatement>"),
    };
    draft(Signing::Both).assertion(all, &statement)
}

fn attribute(name: &str, values: &[&str]) -> String {
    let values = values
        .iter()
        .map(|value| format!("<saml:AttributeValue>{value}</saml:AttributeValue>"))
        .collect::<Vec<_>>()
        .concat();
    format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>")
}

fn groups(values: &[&str]) -> AssertedGroups {
    accept(with_attributes(&attribute("Groups", values)).xml()).groups
}

#[test]
fn a_name_id_that_would_have_to_be_cleaned_up_is_refused() {
    let long = "x".repeat(1025);
    for bad in [
        "",
        " ",
        " alice-1",
        "alice-1 ",
        "alice-1\n",
        "\u{a0}alice-1",
        "al\nice",
        "<x></x>alice",
        &long,
    ] {
        for signing in SIGNINGS {
            let to = format!(">{bad}</saml:NameID>");
            let xml = draft(signing)
                .assertion(">alice-1</saml:NameID>", &to)
                .xml();
            refuse(xml, "bad_name_id");
        }
    }
    let node = part(ASSERTION, "<saml:NameID ", "</saml:NameID>");
    refuse(draft(Signing::Both).assertion(node, "").xml(), "not_once");
    refuse(
        draft(Signing::Both).assertion(node, &node.repeat(2)).xml(),
        "not_once",
    );
    let encrypted = "<saml:EncryptedID></saml:EncryptedID>";
    refuse(
        draft(Signing::Both).assertion(node, encrypted).xml(),
        "encryption_shape",
    );
    let subject = part(ASSERTION, "<saml:Subject>", "</saml:Subject>");
    refuse(
        draft(Signing::Both).assertion(subject, "").xml(),
        "not_once",
    );
}

#[test]
fn names_that_only_look_alike_are_different_people() {
    let mut seen = std::collections::HashSet::new();
    for name in [
        "alice",
        "Alice",
        "аlice",
        "ａlice",
        "a\u{301}lice",
        "álice",
        "alice\u{200b}",
    ] {
        let to = format!(">{name}</saml:NameID>");
        let xml = draft(Signing::Both)
            .assertion(">alice-1</saml:NameID>", &to)
            .xml();
        assert_eq!(accept(xml).subject, Subject::Lasting(name.to_owned()));
        assert!(seen.insert(name));
    }
}

#[test]
fn a_transient_name_names_nobody_and_every_other_is_kept() {
    let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    let xml = draft(Signing::Both).assertion(FORMAT, transient).xml();
    assert_eq!(accept(xml).subject, Subject::Transient);
    let unsaid = draft(Signing::Both).assertion(&format!(" Format=\"{FORMAT}\""), "");
    let read = accept(unsaid.xml());
    let mut expected = alice();
    expected.at_idp.hint = "<saml:NameID>alice-1</saml:NameID>".to_owned();
    assert_eq!(read, expected);
}

#[test]
fn an_address_must_have_the_form_of_one() {
    for bad in ["alice", "a b@c", "&lt;a@b&gt;", "a@b@c"] {
        refuse(
            with_attributes(&attribute("Email", &[bad])).xml(),
            "bad_email",
        );
    }
    let padded = with_attributes(&attribute("Email", &["", "\n a@b.test "]));
    assert_eq!(accept(padded.xml()).email.as_deref(), Some("a@b.test"));
    assert_eq!(accept(with_attributes("").xml()).email, None);
}

#[test]
fn a_name_id_that_is_an_address_stands_in_for_the_attribute() {
    let format = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
    let named = |name: &str| {
        with_attributes("")
            .assertion(FORMAT, format)
            .assertion("alice-1", name)
            .xml()
    };
    let identity = accept(named("alice@corp.test"));
    assert_eq!(identity.email.as_deref(), Some("alice@corp.test"));
    refuse(named("alice"), "bad_email");
}

#[test]
fn groups_that_are_absent_are_not_known_and_empty_ones_are_none() {
    assert_eq!(
        accept(with_attributes("").xml()).groups,
        AssertedGroups::Unknown
    );
    assert_eq!(groups(&[]), known(&[]));
    assert_eq!(groups(&[""]), known(&[]));
    let nil = "<saml:Attribute Name=\"Groups\"><saml:AttributeValue \
        xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"></saml:AttributeValue></saml:Attribute>";
    assert_eq!(accept(with_attributes(nil).xml()).groups, known(&[]));
}

#[test]
fn the_overage_marker_of_entra_means_unknown_even_beside_groups() {
    let marker = attribute(
        "http://schemas.microsoft.com/claims/groups.link",
        &["https://graph.microsoft.com/v1.0/users/1/getMemberObjects"],
    );
    for groups in [String::new(), attribute("Groups", &["eng"])] {
        let xml = with_attributes(&format!("{marker}{groups}")).xml();
        assert_eq!(accept(xml).groups, AssertedGroups::Unknown);
    }
}

#[test]
fn groups_are_trimmed_and_named_once_in_their_order() {
    assert_eq!(
        groups(&["b", " a\n", "b", "B", ""]),
        known(&["b", "a", "B"])
    );
    let long = "x".repeat(1025);
    let kept = "x".repeat(1024);
    assert_eq!(
        groups(&[&long, &kept, "a\u{85}b", "a"]),
        known(&[&kept, "a"])
    );
    let twice = attribute("Groups", &["a"]) + &attribute("Groups", &["b"]);
    assert_eq!(
        accept(with_attributes(&twice).xml()).groups,
        known(&["a", "b"])
    );
}

#[test]
fn commas_split_only_where_the_connection_says_so() {
    let xml = with_attributes(&attribute("Groups", &["a, b,,", "c"])).xml();
    assert_eq!(accept(&xml).groups, known(&["a, b,,", "c"]));
    let names = AttributeNames {
        split_groups: true,
        ..AttributeNames::default()
    };
    let certificates = [IDP_KEY.certificate.clone()];
    let identity = verified(xml.as_bytes(), &certificates, &names, NOW).unwrap();
    assert_eq!(identity.groups, known(&["a", "b", "c"]));
}

#[test]
fn a_value_of_another_type_does_not_keep_anybody_out() {
    let nested = "<saml:Attribute Name=\"eduPersonTargetedID\"><saml:AttributeValue><saml:NameID \
        Format=\"x\">tid</saml:NameID></saml:AttributeValue></saml:Attribute>";
    let group = "<saml:Attribute Name=\"Groups\"><saml:AttributeValue><x:g xmlns:x=\"urn:x\"> eng </x:g>\
        </saml:AttributeValue><saml:AttributeValue>ops</saml:AttributeValue></saml:Attribute>";
    let xml = with_attributes(&format!("{nested}{group}")).xml();
    assert_eq!(accept(xml).groups, known(&["eng", "ops"]));
}

#[test]
fn an_attribute_is_found_by_name_and_only_then_by_friendly_name() {
    let friendly = |name: &str, friendly: &str, value: &str| {
        format!(
            "<saml:Attribute FriendlyName=\"{friendly}\" Name=\"{name}\"><saml:AttributeValue>{value}\
             </saml:AttributeValue></saml:Attribute>"
        )
    };
    let oid = friendly(
        "urn:oid:0.9.2342.19200300.100.1.3",
        "Email",
        "oid@corp.test",
    );
    let xml = with_attributes(&oid).xml();
    assert_eq!(accept(xml).email.as_deref(), Some("oid@corp.test"));
    let both = oid + &friendly("Email", "other", "name@corp.test");
    let xml = with_attributes(&both).xml();
    assert_eq!(accept(xml).email.as_deref(), Some("name@corp.test"));
}
