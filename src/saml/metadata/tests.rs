//! Metadata as IdPs write it, and as those write it who should not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::saml::HTTP_POST;
use crate::saml::response::tests::signer::{EC_KEY, IDP_KEY, OTHER_KEY};

/// 2026-03-01T09:30:00Z
const NOW: Timestamp = Timestamp(1_772_357_400_000);

fn key(usage: &str, der: &[u8]) -> String {
    format!(
        "<md:KeyDescriptor{usage}><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>\
         <ds:X509Certificate>\n{}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
        STANDARD.encode(der)
    )
}

fn entity(keys: &str) -> String {
    format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://idp.test/metadata\">\
         <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{keys}\
         <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
         Location=\"https://idp.test/post\"/><md:SingleSignOnService \
         Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://idp.test/sso?a=1&amp;b=2\"/>\
         </md:IDPSSODescriptor></md:EntityDescriptor>"
    )
}

fn signing() -> String {
    key(" use=\"signing\"", &IDP_KEY.certificate)
}

fn several(entities: &str) -> String {
    format!(
        "<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">{entities}</EntitiesDescriptor>"
    )
}

fn parse(text: &str) -> Result<IdpMetadata, Error> {
    IdpMetadata::parse(text, NOW)
}

#[test]
fn an_idp_is_read_with_the_keys_that_it_signs_with() {
    let keys = signing()
        + &key("", &EC_KEY.certificate)
        + &key(" use=\"encryption\"", &OTHER_KEY.certificate)
        + &signing();
    let text = format!("<?xml version=\"1.0\"?><!-- ours -->\n{}", entity(&keys));
    let read = parse(&text).unwrap();
    assert_eq!(read.entity_id, "https://idp.test/metadata");
    assert_eq!(read.sso_url, "https://idp.test/sso?a=1&b=2");
    assert_eq!(
        (read.slo_url.as_str(), read.wants_signed_requests),
        ("", false)
    );
    let expected = [&IDP_KEY, &EC_KEY].map(|key| key.certificate.clone());
    assert_eq!(read.certificates, expected);
    assert_eq!(
        parse(&several(&text[text.find("<md:").unwrap()..])),
        Ok(read)
    );
}

#[test]
fn a_key_without_use_is_enough_and_one_for_encryption_is_not() {
    assert!(parse(&entity(&key("", &IDP_KEY.certificate))).is_ok());
    let encryption = key(" use=\"encryption\"", &IDP_KEY.certificate);
    for keys in [String::new(), encryption] {
        assert_eq!(parse(&entity(&keys)), Err(Error::NoCertificate));
    }
}

#[test]
fn a_certificate_must_be_one_that_the_verifier_can_read() {
    let mut cut = IDP_KEY.certificate.clone();
    cut.truncate(cut.len() / 2);
    for bad in [b"rubbish".to_vec(), Vec::new(), cut, vec![0x30; 300]] {
        let refused = parse(&entity(&key("", &bad)));
        assert_eq!(refused, Err(Error::UnreadableCertificate));
        let beside = parse(&entity(&(key("", &bad) + &signing()))).unwrap();
        assert_eq!(
            beside.certificates,
            std::slice::from_ref(&IDP_KEY.certificate)
        );
    }
    let text = entity(&signing()).replace(&STANDARD.encode(&IDP_KEY.certificate), "%%%");
    assert_eq!(parse(&text), Err(Error::UnreadableCertificate));
    let many: String = (0..9_u8).map(|n| key("", &[n])).collect();
    assert_eq!(parse(&entity(&many)), Err(Error::TooManyCertificates(9)));
}

#[test]
fn metadata_must_describe_one_idp() {
    let one = entity(&signing());
    assert_eq!(parse(&several("")), Err(Error::NotOneIdp(0)));
    assert_eq!(parse(&several(&one.repeat(2))), Err(Error::NotOneIdp(2)));
    let old = one.replace("SAML:2.0:protocol", "SAML:1.1:protocol");
    assert_eq!(parse(&old), Err(Error::NotOneIdp(0)));
    let page = "<html><body>Sign in</body></html>";
    assert_eq!(parse(page), Err(Error::NotMetadata("html".to_owned())));
    let unnamed = one.replace(" entityID=\"https://idp.test/metadata\"", "");
    assert_eq!(parse(&unnamed), Err(Error::EntityId));
}

#[test]
fn metadata_past_its_time_is_refused_wherever_the_time_stands() {
    let with = |place: &str, until: &str| {
        entity(&signing()).replacen(place, &format!("{place} validUntil=\"{until}\""), 1)
    };
    for place in ["<md:EntityDescriptor", "<md:IDPSSODescriptor"] {
        for past in ["2026-03-01T09:30:00Z", "2020-01-01T00:00:00Z"] {
            let refused = parse(&with(place, past));
            assert_eq!(refused, Err(Error::Expired(past.to_owned())));
        }
        assert!(parse(&with(place, "2026-03-01T09:30:01Z")).is_ok());
        assert!(matches!(
            parse(&with(place, "soon")),
            Err(Error::BadTime(_))
        ));
    }
    let around = several(&entity(&signing())).replacen(
        "<EntitiesDescriptor",
        "<EntitiesDescriptor validUntil=\"2020-01-01T00:00:00Z\"",
        1,
    );
    assert!(matches!(parse(&around), Err(Error::Expired(_))));
}

#[test]
fn a_browser_must_be_able_to_go_to_the_idp() {
    let text = entity(&signing());
    let post = text.replace("HTTP-Redirect", "HTTP-Artifact");
    assert_eq!(parse(&post), Err(Error::NoRedirect));
    for bad in ["javascript:alert(1)", "/sso", "file:///etc/hostname", ""] {
        let text = text.replace("https://idp.test/sso?a=1&amp;b=2", bad);
        assert_eq!(
            parse(&text),
            Err(Error::BadLocation("SingleSignOnService", bad.to_owned()))
        );
    }
}

#[test]
fn where_sessions_end_and_what_is_to_be_signed_is_read() {
    let service = |attributes: &str| {
        entity(&signing())
            .replace("IDPSSODescriptor ", "IDPSSODescriptor WantAuthnRequestsSigned=\"true\" ")
            .replacen("<md:SingleSignOnService", &format!(
                "<md:SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
                 Location=\"https://idp.test/no\"/><md:SingleLogoutService \
                 Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" {attributes}/><md:SingleSignOnService"
            ), 1)
    };
    let read = parse(&service("Location=\"https://idp.test/slo\"")).unwrap();
    assert!(read.wants_signed_requests);
    let urls = [read.slo_url, read.slo_response_url];
    assert_eq!(urls, ["https://idp.test/slo", ""]);
    let two = "Location=\"https://idp.test/slo\" ResponseLocation=\"https://idp.test/slo/back\"";
    let read = parse(&service(two)).unwrap();
    assert_eq!(read.slo_response_url, "https://idp.test/slo/back");
    for bad in [
        "Location=\"javascript:a\"",
        "Location=\"https://a.test/\" ResponseLocation=\"/x\"",
    ] {
        assert!(matches!(
            parse(&service(bad)),
            Err(Error::BadLocation(SLO, _))
        ));
    }
}

#[test]
fn poisoned_metadata_is_refused_unread() {
    let text = entity(&signing());
    let external = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>";
    let doctype = Err(Error::Xml(Malformed::Doctype));
    assert_eq!(parse(&format!("{external}{text}")), doctype);
    let large = format!("{text}{}", " ".repeat(1024 * 1024));
    assert!(matches!(
        parse(&large),
        Err(Error::Xml(Malformed::TooLarge { .. }))
    ));
    for bad in [
        String::new(),
        format!("{text}{text}"),
        text.replace("</md:EntityDescriptor>", ""),
    ] {
        assert!(matches!(
            parse(&bad),
            Err(Error::Xml(Malformed::NotWellFormed(_)))
        ));
    }
    // A name cut by a comment is read whole or not at all, here as a value of base64.
    let cut = text.replace("<ds:X509Certificate>", "<ds:X509Certificate>AAAA<!---->");
    assert_eq!(parse(&cut), Err(Error::UnreadableCertificate));
}

#[test]
fn what_we_say_of_ourselves_is_escaped_and_asks_for_signed_assertions() {
    let url = "https://sp.test/acs?a=1&b=\"'<>";
    let text = own::service_provider(own::Own {
        entity_id: url,
        acs_url: url,
        slo_url: url,
        certificates: &["AAAA".to_owned(), "BBBB".to_owned()],
        signs_requests: true,
    });
    let text = xml::without_declaration(&text).unwrap();
    let document = xml::parse(text, LIMITS).unwrap();
    let entity = document.root_element();
    assert_eq!(entity.attribute("entityID"), Some(url));
    let role = named(entity, METADATA, "SPSSODescriptor").next().unwrap();
    assert_eq!(role.attribute("WantAssertionsSigned"), Some("true"));
    assert_eq!(role.attribute("AuthnRequestsSigned"), Some("true"));
    let acs = named(role, METADATA, "AssertionConsumerService")
        .next()
        .unwrap();
    assert_eq!(acs.attribute("Location"), Some(url));
    assert_eq!(acs.attribute("Binding"), Some(HTTP_POST));
    assert_eq!(named(role, METADATA, "NameIDFormat").count(), 4);
    let keys: Vec<_> = named(role, METADATA, "KeyDescriptor")
        .map(|key| key.attribute("use").unwrap())
        .collect();
    assert_eq!(keys, ["signing", "signing", "encryption", "encryption"]);
    let bindings: Vec<_> = named(role, METADATA, "SingleLogoutService")
        .map(|service| service.attribute("Binding").unwrap())
        .collect();
    assert_eq!(bindings, [HTTP_REDIRECT, HTTP_POST]);
}

#[test]
fn metadata_is_read_again_as_often_as_it_says_within_an_hour_and_a_day() {
    let in_an_entity = |attributes: &str| {
        let mark = " entityID=";
        let text = entity(&signing()).replacen(mark, &format!(" {attributes}{mark}"), 1);
        parse(&text).unwrap().keep_seconds
    };
    for (attributes, seconds) in [
        ("", 86_400),
        ("cacheDuration=\"PT6H30M5S\"", 23_405),
        ("cacheDuration=\"PT1M\"", 3600),
        ("cacheDuration=\"P7D\"", 86_400),
        ("cacheDuration=\"P1Y2M3DT10H30M\"", 86_400),
        ("cacheDuration=\"-PT9H\"", 3600),
        ("cacheDuration=\"often\"", 86_400),
        ("validUntil=\"2026-03-01T13:30:00Z\"", 7200),
        ("validUntil=\"2026-03-01T09:30:01Z\"", 3600),
        ("validUntil=\"2036-03-01T09:30:01Z\"", 86_400),
        (
            "cacheDuration=\"PT3H\" validUntil=\"2026-03-01T13:30:00Z\"",
            7200,
        ),
    ] {
        assert_eq!(in_an_entity(attributes), seconds, "{attributes}");
    }
    let around = several(&entity(&signing())).replacen('>', " cacheDuration=\"PT2H\">", 1);
    assert_eq!(parse(&around).unwrap().keep_seconds, 7200);
}
