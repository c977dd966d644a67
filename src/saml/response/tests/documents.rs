//! Documents that are not what they seem, or not documents.

use super::*;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write as _;

#[test]
fn a_comment_or_a_processing_instruction_is_refused_wherever_it_is() {
    for signing in SIGNINGS {
        let xml = draft(signing).xml();
        for (aside, reason) in [
            ("<!---->", "comment"),
            ("<!--x-->", "comment"),
            ("<?x?>", "processing_instruction"),
            ("<![CDATA[]]>", "cdata"),
        ] {
            for place in [
                "alice@corp",
                "alice-1",
                "<samlp:Status>",
                "</samlp:Response>",
            ] {
                refuse(swap(&xml, place, &format!("{aside}{place}")), reason);
            }
            let digest = format!("<ds:DigestValue>{aside}");
            refuse(swap(&xml, "<ds:DigestValue>", &digest), reason);
        }
        // Also where the IdP itself signed it: the name ends in another domain than it seems to.
        let cut = "admin@corp.test<!---->.evil.test";
        refuse(
            draft(signing).assertion("alice@corp.test", cut).xml(),
            "comment",
        );
    }
}

#[test]
fn a_document_type_declaration_is_refused_unread() {
    let xml = draft(Signing::Both).xml();
    let laughs = (1..10)
        .map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)))
        .collect::<Vec<_>>()
        .concat();
    for doctype in [
        "<!DOCTYPE samlp:Response>".to_owned(),
        "<!DOCTYPE r [<!ATTLIST saml:Assertion x ID #IMPLIED>]>".to_owned(),
        "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>".to_owned(),
        "<!DOCTYPE r SYSTEM \"http://127.0.0.1:9/x.dtd\">".to_owned(),
        "<!DOCTYPE r [<!ENTITY % x SYSTEM \"http://127.0.0.1:9/x\"> %x;]>".to_owned(),
        format!("<!DOCTYPE r [<!ENTITY l0 \"ha\">{laughs}]>"),
    ] {
        refuse(format!("{doctype}{xml}"), "doctype");
        refuse(
            format!("<?xml version=\"1.0\"?>\n{doctype}\n{xml}"),
            "doctype",
        );
    }
    refuse(swap(&xml, "alice-1", "<!DOCTYPE x>alice-1"), "doctype");
}

#[test]
fn what_is_not_well_formed_is_refused() {
    let xml = draft(Signing::Both).xml();
    for bad in [
        format!("{xml}<evil></evil>"),
        format!("{xml}{xml}"),
        format!("{xml}x"),
        format!("x{xml}"),
        xml.replace("</samlp:Response>", ""),
        swap(&xml, "</saml:Subject>", ""),
        swap(&xml, "alice-1", "alice-1&nothing;"),
        swap(&xml, "alice-1", "alice-1&#0;"),
        swap(&xml, "alice-1", "alice-1\0"),
        swap(&xml, "alice-1", "alice-1\u{b}"),
        swap(&xml, " Version=\"2.0\"", " Version=\"2.0\" Version=\"2.0\""),
        swap(&xml, "<saml:Subject>", "<unknown:Subject>"),
        swap(&xml, "Version=\"2.0\"", "Version=\"<\""),
        xml[..xml.len() - 1].to_owned(),
        String::new(),
        "<".to_owned(),
        "not XML at all".to_owned(),
    ] {
        refuse(bad, "malformed");
    }
}

#[test]
fn another_encoding_is_refused() {
    let xml = draft(Signing::Both).xml();
    for label in ["UTF-16", "ISO-8859-1", "utf-7"] {
        let declared = format!("<?xml version=\"1.0\" encoding=\"{label}\"?>{xml}");
        refuse(declared, "wrong_encoding");
    }
    let wide: Vec<u8> = xml.encode_utf16().flat_map(u16::to_le_bytes).collect();
    refuse([&[0xff, 0xfe], &*wide].concat(), "not_utf8");
    refuse([xml.as_bytes(), &[0xff]].concat(), "not_utf8");
}

#[test]
fn another_document_is_refused() {
    let page = "<html><body>Sign in</body></html>";
    refuse(page, "not_a_response");
    refuse(ASSERTION, "not_a_response");
    let xml = draft(Signing::Both).xml();
    let other = xml.replace("SAML:2.0:protocol", "SAML:2.1:protocol");
    refuse(other, "not_a_response");
    let old = xml.replace("Version=\"2.0\"", "Version=\"1.1\"");
    refuse(old, "not_a_response");
    refuse(RESPONSE, "no_assertion");
    let unnamed = swap(&xml, " ID=\"_a1\"", "");
    refuse(unnamed, "bad_id");
    for bad in ["1", "", "a b", "a'b", "element(/1)"] {
        refuse(
            swap(&xml, " ID=\"_r1\"", &format!(" ID=\"{bad}\"")),
            "bad_id",
        );
    }
    let part = "<samlp:Status></samlp:Status><samlp:Status>";
    refuse(swap(&xml, "<samlp:Status>", part), "not_once");
    let unknown = "<samlp:Other></samlp:Other><samlp:Status>";
    refuse(swap(&xml, "<samlp:Status>", unknown), "unexpected_element");
}

#[test]
fn an_encrypted_assertion_is_refused_for_what_it_is() {
    let encrypted = "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
        </saml:EncryptedAssertion></samlp:Response>";
    let one = swap(RESPONSE, "</samlp:Response>", encrypted);
    refuse(&one, "encryption_shape");
    let both = swap(&draft(Signing::Both).xml(), "</samlp:Response>", encrypted);
    refuse(both, "two_assertions");
}

#[test]
fn what_is_not_base64_of_text_is_refused() {
    let names = AttributeNames::default();
    let expected = Expected {
        acs_url: ACS,
        audience: ACS,
        idp_entity_id: IDP,
        certificates: &[],
        attributes: &names,
        skew_seconds: 60,
        keys: &[],
        idp_initiated: false,
        force_authn: false,
    };
    let huge = "A".repeat(512 * 1024 + 1);
    for (encoded, reason) in [
        ("%3Csaml", "not_base64"),
        ("PHg+P", "not_base64"),
        ("PHg_", "not_base64"),
        ("<x/>", "not_base64"),
        ("", "malformed"),
        (huge.as_str(), "too_large"),
    ] {
        let refused = verify(
            encoded,
            &expected,
            NOW,
            &mut crate::domain::trace::Trace::default(),
        )
        .unwrap_err();
        assert_eq!(refused.reason(), reason, "{refused}");
    }
}

#[test]
fn a_bomb_is_not_unpacked_and_a_large_document_not_parsed() {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let spaces = " ".repeat(4 * 1024 * 1024);
    encoder.write_all(RESPONSE.as_bytes()).unwrap();
    encoder.write_all(spaces.as_bytes()).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 16 * 1024);
    refuse(bomb, "not_utf8");
    let xml = draft(Signing::Both).xml();
    let large = swap(
        &xml,
        "<samlp:Status>",
        &format!("{}<samlp:Status>", &spaces[..300_000]),
    );
    refuse(large, "too_large");
}

#[test]
fn a_document_that_costs_much_is_refused_soon() {
    let xml = draft(Signing::Both).xml();
    let inside = |text: String| {
        let extensions = format!("<samlp:Extensions>{text}</samlp:Extensions><samlp:Status>");
        swap(&xml, "<samlp:Status>", &extensions)
    };
    let attributes = (0..20_000)
        .map(|n| format!(" a{n}=\"\""))
        .collect::<Vec<_>>()
        .concat();
    let namespaces = (0..60)
        .map(|n| format!(" xmlns:a{n}=\"u:\""))
        .collect::<Vec<_>>()
        .concat();
    refuse(
        inside(format!("{}{}", "<a>".repeat(9000), "</a>".repeat(9000))),
        "too_deep",
    );
    refuse(inside(format!("<a{attributes}/>")), "too_many_attributes");
    let declarations = "<b xmlns:b=\"u:\"/>".repeat(9000);
    refuse(
        inside(format!("<a{namespaces}>{declarations}</a>")),
        "too_many_attributes",
    );
    let few = "<b xmlns:b=\"u:\" xmlns:c=\"u:\"/>".repeat(7000);
    refuse(inside(few), "bad_signature");
    refuse(inside("<a/>".repeat(50_000)), "malformed");
    refuse(inside("<a/>".repeat(19_000)), "bad_signature");
    refuse(inside("&amp;".repeat(40_000)), "bad_signature");
}
