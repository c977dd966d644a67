//! Judges what rollright decided of many responses: `make oracle`.
//!
//! Reads a folder of documents, the certificate that they were signed with, and the name under which each got in, if it
//! did. Where one got in, the crate `saml-rs` must find that the same name was signed by that certificate. What rollright
//! refuses and `saml-rs` takes is no complaint, since rollright is meant to be the stricter one; it is counted. Shares no
//! code with the server.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use saml_rs::crypto::verify_signature;

const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

/// The one name in what was signed.
fn signed_name(document: &str, certificate: &str) -> Result<String, String> {
    let (verified, signed) =
        verify_signature(document, &[certificate.to_owned()]).map_err(|error| error.to_string())?;
    let signed = signed
        .filter(|_| verified)
        .ok_or("nothing in it is signed")?;
    let parsed = roxmltree::Document::parse(&signed).map_err(|error| error.to_string())?;
    let names: Vec<String> = parsed
        .descendants()
        .filter(|node| node.has_tag_name((ASSERTION, "NameID")))
        .map(|node| node.text().unwrap_or_default().to_owned())
        .collect();
    match &names[..] {
        [name] => Ok(name.clone()),
        _ => Err(format!("{} names are signed", names.len())),
    }
}

fn judge(folder: &Path) -> Result<bool, std::io::Error> {
    let certificate = std::fs::read_to_string(folder.join("certificate"))?;
    let decisions = std::fs::read_to_string(folder.join("decisions"))?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut agreed = true;
    for line in decisions.lines() {
        let (number, ours) = line.split_once(' ').unwrap_or((line, ""));
        let document = std::fs::read(folder.join(format!("{number}.xml")))?;
        let theirs = match String::from_utf8(document) {
            Ok(text) => signed_name(&text, &certificate),
            Err(_) => Err("it is not UTF-8".to_owned()),
        };
        let verdict = match (ours, &theirs) {
            ("", Err(_)) => "refused by both",
            ("", Ok(_)) => "refused by rollright, the signature fits for saml-rs",
            (ours, Ok(name)) if ours == name => "taken by both, with one name",
            _ => {
                agreed = false;
                eprintln!("{number}.xml: rollright lets in {ours:?}, saml-rs says {theirs:?}");
                "TAKEN BY ROLLRIGHT AGAINST SAML-RS"
            }
        };
        *counts.entry(verdict).or_default() += 1;
    }
    for (verdict, count) in &counts {
        println!("{count:6} {verdict}");
    }
    Ok(agreed && counts.contains_key("taken by both, with one name"))
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: rollright-oracle FOLDER");
        return ExitCode::from(2);
    };
    match judge(Path::new(&folder)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{}: {error}", Path::new(&folder).display());
            ExitCode::from(2)
        }
    }
}
