//! The table of the RFCs in `docs/scim.md`: every line names a test, and every test that it names is there; and so is
//! every test that `docs/attacks.md` names.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read the repository has failed"
)]

use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// One line: what is asked, where, how strongly, and the tests.
struct Line {
    what: String,
    section: String,
    level: String,
    tests: Vec<String>,
}

fn lines() -> Vec<Line> {
    let page = fs::read_to_string("docs/scim.md").unwrap();
    let (_, part) = page.split_once("## The RFCs, line by line").unwrap();
    let part = part.split("\n## ").next().unwrap();
    part.lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---"))
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            assert_eq!(cells.len(), 4, "{line}");
            Line {
                what: cells[0].to_owned(),
                section: cells[1].to_owned(),
                level: cells[2].to_owned(),
                tests: cells[3]
                    .split('`')
                    .skip(1)
                    .step_by(2)
                    .map(str::to_owned)
                    .collect(),
            }
        })
        .filter(|line| !line.what.starts_with("**"))
        .collect()
}

/// The names of all functions that are tests, here and in the code.
fn tests_in(folder: &Path, found: &mut HashSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_in(&path, found);
            continue;
        }
        let text = match path.extension().and_then(|kind| kind.to_str()) {
            Some("rs" | "py") => fs::read_to_string(&path).unwrap(),
            _ => continue,
        };
        let mut marked = path.extension().is_some_and(|kind| kind == "py");
        for line in text.lines() {
            let line = line.trim();
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                marked = true;
            }
            let name = line
                .trim_start_matches("async ")
                .strip_prefix("fn ")
                .or(line.strip_prefix("def "));
            if let Some((name, _)) = name.and_then(|rest| rest.split_once('(')) {
                if marked {
                    found.insert(name.to_owned());
                }
                marked = path.extension().is_some_and(|kind| kind == "py");
            }
        }
    }
}

#[test]
fn every_line_of_the_rfcs_names_tests_that_are_there() {
    let mut known = HashSet::new();
    tests_in(Path::new("src"), &mut known);
    tests_in(Path::new("tests"), &mut known);
    let lines = lines();
    assert!(lines.len() > 60, "the table has {} lines", lines.len());
    let mut wrong = Vec::new();
    for line in lines {
        if line.tests.is_empty() {
            wrong.push(format!("no test: {}", line.what));
        }
        if !line
            .section
            .starts_with(|first: char| first.is_ascii_digit())
        {
            wrong.push(format!("no section: {}", line.what));
        }
        let levels = ["MUST", "SHALL", "SHOULD", "MAY"];
        if !levels.iter().any(|level| line.level.starts_with(level)) {
            wrong.push(format!("how strongly? {}", line.what));
        }
        for test in line.tests.iter().filter(|test| !known.contains(*test)) {
            wrong.push(format!("there is no test {test}: {}", line.what));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_of_the_attacks_names_tests_that_are_there() {
    let mut known = HashSet::new();
    tests_in(Path::new("src"), &mut known);
    tests_in(Path::new("tests"), &mut known);
    let page = fs::read_to_string("docs/attacks.md").unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
    for row in &rows {
        let shown = row.trim_end_matches('|').rsplit(" | ").next().unwrap();
        if ["shown by ", "---"]
            .iter()
            .any(|head| shown.starts_with(head))
        {
            continue;
        }
        let tests: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty() || shown.contains("*documents*"), "{row}");
        for test in tests {
            assert!(known.contains(test), "there is no test {test}: {row}");
        }
    }
    assert!(rows.len() > 60, "the tables have {} rows", rows.len());
    // Every section is whole: its rows are numbered from 1 on.
    for (section, count) in [
        ("A", 12),
        ("B", 14),
        ("F", 16),
        ("G", 12),
        ("H", 13),
        ("I", 13),
        ("L", 11),
    ] {
        for number in 1..=count {
            let row = format!("| {section}{number} | ");
            assert!(rows.iter().any(|one| one.starts_with(&row)), "{row}");
        }
    }
}
