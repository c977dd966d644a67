//! `docs/attacks.md` and the suite say the same.

use std::collections::BTreeSet;

use crate::sso::fixtures::attacks::{KINDS, World};
use crate::sso::fixtures::draft::SIGNINGS;
use crate::sso::fixtures::signer;

#[test]
fn every_row_is_shown_by_documents_or_by_tests_and_every_document_has_its_row() {
    let world = World {
        acs: "https://sp.test/saml/1/acs".to_owned(),
        other_acs: "https://sp.test/saml/2/acs".to_owned(),
        idp: "https://idp.test/metadata".to_owned(),
        request: "_q".to_owned(),
        now: "2026-03-01T09:30:00Z".parse().unwrap(),
        ours: signer::public(&signer::OTHER_KEY),
        elsewhere: "http://127.0.0.1:9".to_owned(),
    };
    let mut made = BTreeSet::new();
    for (_, kind) in KINDS {
        for signing in SIGNINGS {
            let attacks = kind(&world, signing);
            let names: BTreeSet<&str> = attacks.iter().map(|one| one.name.as_str()).collect();
            assert_eq!(names.len(), attacks.len(), "two have one name");
            made.extend(attacks.iter().map(|one| one.row));
        }
    }
    let page = std::fs::read_to_string("docs/attacks.md").unwrap();
    let (_, part) = page.split_once("## SAML\n").unwrap();
    let part = part.split("\n## ").next().unwrap();
    let mut rows = Vec::new();
    for line in part.lines().filter(|line| line.starts_with("| ")).skip(2) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [row, _, shown] = cells[..] else {
            panic!("{line}");
        };
        let row: u8 = row.parse().unwrap();
        assert_eq!(shown.contains("*documents*"), made.contains(&row), "{line}");
        rows.push(row);
    }
    assert_eq!(rows, (1..=52).collect::<Vec<u8>>());
    assert!(made.iter().all(|row| rows.contains(row)));
}
