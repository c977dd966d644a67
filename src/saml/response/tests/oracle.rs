//! What is decided here of every attack and of many mutations, for another implementation to judge: `tests/oracle`.

use std::fmt::Write as _;

use super::fixtures::attacks::{KINDS, World};
use super::*;

/// How many mutations there are of each signing.
const MUTATIONS: usize = 400;

/// Numbers that are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        // The generator of Marsaglia, "Xorshift RNGs" (2003).
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

/// Where the elements of a document stand in its text.
fn elements(text: &str) -> Vec<std::ops::Range<usize>> {
    let document = roxmltree::Document::parse(text).unwrap();
    let all = document.descendants().filter(roxmltree::Node::is_element);
    all.map(|node| node.range()).collect()
}

/// A genuine document with whole parts of it moved, doubled, taken away or renamed.
fn mutated(text: &str, numbers: &mut Numbers) -> String {
    let all = elements(text);
    let one = all[numbers.below(all.len())].clone();
    let other = all[numbers.below(all.len())].clone();
    let part = &text[one.clone()];
    let inserted = |at: usize, what: &str| format!("{}{what}{}", &text[..at], &text[at..]);
    let behind_tag =
        |of: &std::ops::Range<usize>| of.start + text[of.clone()].find('>').unwrap() + 1;
    match numbers.below(9) {
        0 => format!("{}{}", &text[..one.start], &text[one.end..]),
        1 => inserted(other.start, part),
        2 => inserted(other.end.min(text.len()), part),
        3 => inserted(behind_tag(&other), part),
        4 if one.end <= other.start => format!(
            "{}{}{}{part}{}",
            &text[..one.start],
            &text[other.clone()],
            &text[one.end..other.start],
            &text[other.end..]
        ),
        // Moved, and perhaps said of somebody else where it was.
        5 if one.end <= other.start => {
            let rest = format!("{}{}", &text[..one.start], &text[one.end..]);
            let at = other.start - one.len();
            format!("{}{part}{}", &rest[..at], &rest[at..])
        }
        6 => inserted(other.start, &part.replace("alice", "owner")),
        7 => {
            let prefix = ["saml", "samlp", "ds"][numbers.below(3)];
            text.replace(&format!("{prefix}:"), "x:")
                .replace(&format!("xmlns:{prefix}="), "xmlns:x=")
        }
        _ => {
            let what = [
                "\n",
                " ",
                "x",
                "&#x20;",
                "<x></x>",
                "<saml:Issuer></saml:Issuer>",
            ];
            inserted(other.start, what[numbers.below(what.len())])
        }
    }
}

/// The name that a document gets in, if it does.
fn decided(document: &[u8]) -> Option<String> {
    let certificates = [signer::IDP_KEY.certificate.clone()];
    let names = AttributeNames::default();
    let identity = verified(document, &certificates, &names, NOW).ok()?;
    Some(identity.at_idp.subject)
}

/// With `ROLLRIGHT_ORACLE` the documents are written into that folder, and what was decided of each into `decisions`.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no settings, and the folder is one run's"
)]
#[test]
fn no_attack_and_no_mutation_makes_another_person() {
    let world = World {
        acs: ACS.to_owned(),
        other_acs: "https://sp.test/saml/8/acs".to_owned(),
        idp: IDP.to_owned(),
        request: "_q1".to_owned(),
        now: "2026-03-01T09:29:58Z".parse().unwrap(),
        ours: signer::public(&signer::OTHER_KEY),
        elsewhere: "http://127.0.0.1:9".to_owned(),
    };
    let mut documents: Vec<Vec<u8>> = Vec::new();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for signing in SIGNINGS {
        let genuine = world.genuine(signing);
        assert_eq!(decided(genuine.as_bytes()).as_deref(), Some("alice-1"));
        let all = KINDS.iter().flat_map(|(_, kind)| kind(&world, signing));
        documents.extend(all.map(|attack| attack.document));
        documents.extend((0..MUTATIONS).map(|_| mutated(&genuine, &mut numbers).into_bytes()));
        documents.push(genuine.into_bytes());
    }
    let folder = std::env::var_os("ROLLRIGHT_ORACLE").map(std::path::PathBuf::from);
    let mut decisions = String::new();
    let mut good = 0;
    for (number, document) in documents.iter().enumerate() {
        let name = decided(document);
        good += usize::from(name.as_deref() == Some("alice-1"));
        // An answer to another request is the caller's to refuse; of somebody else there is none.
        assert!(
            name.as_deref().is_none_or(|name| name == "alice-1"),
            "{name:?}"
        );
        writeln!(decisions, "{number} {}", name.unwrap_or_default()).unwrap();
        if let Some(folder) = &folder {
            std::fs::write(folder.join(format!("{number}.xml")), document).unwrap();
        }
    }
    assert!(
        good > 50,
        "of {} documents {good} are good",
        documents.len()
    );
    if let Some(folder) = &folder {
        std::fs::write(folder.join("decisions"), decisions).unwrap();
        let certificate = STANDARD.encode(&signer::IDP_KEY.certificate);
        std::fs::write(folder.join("certificate"), certificate).unwrap();
    }
}
