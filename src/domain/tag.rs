//! Tags of members, and the lists of addresses and tags that admins hand in and out as CSV.

use super::error::Error;
use super::{MemberId, TagId, TagImportId, Timestamp, name};

/// How many characters a label has at most.
const LONGEST: usize = 255;
/// How many lines a list has at most.
pub(crate) const MOST_LINES: usize = 100_000;
/// How many problems of a list are told at once.
const MOST_PROBLEMS: usize = 100;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Its number.
    pub(crate) id: TagId,
    /// What it says, once in an organization without regard to case.
    pub(crate) label: String,
    /// How many members have it.
    pub(crate) members: i64,
    /// Who made it; the id outlives the member.
    pub(crate) created_by: MemberId,
    /// When it was made.
    pub(crate) created: Timestamp,
    /// When it was last renamed.
    pub(crate) updated: Timestamp,
}

/// By what a list of tags is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// By label, or backwards.
    Label(bool),
    /// In the order in which they were made, or backwards.
    Made(bool),
}

/// A label as it is kept: trimmed, of 1 to 255 characters, without commas, which separate labels in a list.
pub(crate) fn label(text: &str) -> Result<String, Error> {
    let label = text.trim();
    name::check_text("label", label, 1, LONGEST)?;
    if label.contains(',') {
        return Err(Error::Invalid("`label` cannot hold a comma".to_owned()));
    }
    Ok(label.to_owned())
}

/// The labels of a text that separates them by commas, each once, in their order.
pub(crate) fn labels(text: &str) -> Result<Vec<String>, Error> {
    let mut found: Vec<String> = Vec::new();
    for part in text.split(',').filter(|part| !part.trim().is_empty()) {
        let one = label(part)?;
        if !found
            .iter()
            .any(|other| name::key(other) == name::key(&one))
        {
            found.push(one);
        }
    }
    Ok(found)
}

/// A line of a list: its number, an address, and labels.
pub(crate) type Line = (u64, String, Vec<String>);

/// What is wrong with a line: its number, the address, and why.
pub(crate) type Problem = (u64, String, String);

/// Where a list stands that is being taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// Its number.
    pub(crate) id: TagImportId,
    /// When it was handed in.
    pub(crate) created: Timestamp,
    /// When it was done; `None` where it goes on.
    pub(crate) finished: Option<Timestamp>,
    /// How many tags it has made.
    pub(crate) tags_created: i64,
    /// How many members it has given a tag, each tag counted.
    pub(crate) assignments_created: i64,
    /// The lines that were passed over.
    pub(crate) skipped: Vec<Problem>,
    /// Whether a line has been looked at.
    pub(crate) begun: bool,
}

/// Reads a list: the header `email,tags`, then a line for each address. What is wrong is told line by line; with
/// `lenient` those lines are passed over.
pub(crate) fn parse(file: &[u8], lenient: bool) -> Result<(Vec<Line>, Vec<Problem>), Error> {
    let text = std::str::from_utf8(file)
        .map_err(|_| Error::Invalid("the file is not UTF-8 text".to_owned()))?;
    // Excel begins its files so.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // With both characters at the end of a line, the reader counts the line after the first one late.
    let text = text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader
        .headers()
        .map_err(|error| Error::Invalid(format!("the file is not CSV: {error}")))?;
    if header.iter().collect::<Vec<_>>() != ["email", "tags"] {
        return Err(Error::Invalid(
            "the first line of the file must be email,tags".to_owned(),
        ));
    }
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record =
            record.map_err(|error| Error::Invalid(format!("the file is not CSV: {error}")))?;
        let number = record.position().map_or(0, csv::Position::line);
        if lines.len() + problems.len() >= MOST_LINES {
            return Err(Error::Invalid(format!(
                "a file has at most {MOST_LINES} lines"
            )));
        }
        match line(&record) {
            Ok((email, labels)) => lines.push((number, email, labels)),
            Err(why) => {
                let email = record.get(0).unwrap_or_default();
                problems.push((number, email.chars().take(254).collect(), why.to_string()));
            }
        }
    }
    if !lenient && !problems.is_empty() {
        return Err(Error::Invalid(told(&problems)));
    }
    Ok((lines, problems))
}

fn line(record: &csv::StringRecord) -> Result<(String, Vec<String>), Error> {
    if record.len() != 2 {
        return Err(Error::Invalid(
            "a line has an address and tags; several tags stand in quotes".to_owned(),
        ));
    }
    let email = record[0].trim();
    if !name::is_email(email) {
        return Err(Error::Invalid("this is no e-mail address".to_owned()));
    }
    Ok((email.to_owned(), labels(&record[1])?))
}

fn told(problems: &[Problem]) -> String {
    let shown: Vec<String> = problems
        .iter()
        .take(MOST_PROBLEMS)
        .map(|(line, _, why)| format!("line {line}: {why}"))
        .collect();
    format!(
        "{} of the lines cannot be used, so none was; {}",
        problems.len(),
        shown.join("; ")
    )
}

/// A cell of a list that is handed out: what a spreadsheet would take for a formula is made plain text.
pub(crate) fn plain_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        return format!("'{text}");
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_with_quotes_and_a_mark_at_its_beginning() {
        let file = "\u{feff}email,tags\r\nada@x,\"one, Two,one\"\nbob@x,\n\"cyd@x\",three\n";
        let (lines, problems) = parse(file.as_bytes(), false).unwrap();
        let line = |number, email: &str, labels: &[&str]| -> Line {
            let labels = labels.iter().map(|label| (*label).to_owned());
            (number, email.to_owned(), labels.collect())
        };
        assert_eq!(
            lines,
            [
                line(2, "ada@x", &["one", "Two"]),
                line(3, "bob@x", &[]),
                line(4, "cyd@x", &["three"])
            ]
        );
        assert!(problems.is_empty());
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for bad in [
            &b""[..],
            b"email\nada@x\n",
            b"tags,email\n",
            b"email,tags,more\n",
            b"Email,Tags\n",
            b"email,tags\n\xff,x\n",
            b"PK\x03\x04\0\0",
        ] {
            assert!(parse(bad, true).is_err(), "{bad:?}");
        }
        let many = format!("email,tags\n{}", "a@x,t\n".repeat(MOST_LINES + 1));
        assert!(parse(many.as_bytes(), true).is_err());
    }

    #[test]
    fn bad_lines_are_told_by_number_or_passed_over() {
        let file = b"email,tags\nada@x,one\nno address,one\nbob@x,one,two\ncyd@x,\"a\0b\"\n";
        let Err(Error::Invalid(said)) = parse(file, false) else {
            panic!("it is refused")
        };
        for part in ["3 of the lines", "line 3:", "line 4:", "line 5:"] {
            assert!(said.contains(part), "{said}");
        }
        let (lines, problems) = parse(file, true).unwrap();
        assert_eq!((lines.len(), problems.len()), (1, 3));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for bad in ["=1+1", "+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(plain_cell(bad), format!("'{bad}"));
        }
        assert_eq!(plain_cell("ada@x"), "ada@x");
    }
}
