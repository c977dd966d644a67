//! `docs/access.md`: the table of access as a page of the documentation.

use std::fmt::Write as _;
use std::fs;

use super::who::Who;
use super::{Operation, table};

const HEAD: &str = "\
# Who may ask for what

Written by `make access` from the lines in `src/http/openapi`; a test holds this page equal to them, and another asks for
every line with every kind of caller, for what is theirs, what is another organization's and what nobody has.
`/openapi.json` says the same of each operation as `x-allowed`, and `x-permission` where the organization decides.

Who may not is answered 401 where there is no good credential (a page leads to the sign-in), and 403 where there is one. A credential is good for its own
organization alone: what belongs to another is answered exactly like what nobody has. A member who waits (`NO`) or is
deactivated (`DI`) has no good credential, and a credential opens only what it is for: a SCIM token no page and no REST,
a token of a person no SCIM but `/scim/v2/Me`.

";

/// The page.
fn page() -> Result<String, std::fmt::Error> {
    let mut page = HEAD.to_owned();
    page.push_str("| who | roles or credential |\n| --- | --- |\n");
    let mut known: Vec<Who> = Vec::new();
    for line in table() {
        if known.contains(&line.who) {
            continue;
        }
        known.push(line.who);
        let words = line.who.words().join(", ");
        let decided = line.who.permission().map_or(String::new(), |permission| {
            format!(", until the Owner says otherwise by `{}`", permission.key())
        });
        writeln!(page, "| {} | {words}{decided} |", line.who.name())?;
    }
    let mut headings: Vec<&str> = table().map(Operation::heading).collect();
    headings.sort_unstable();
    headings.dedup();
    for heading in headings {
        writeln!(
            page,
            "\n## {heading}\n\n| request | what it does | who |\n| --- | --- | --- |"
        )?;
        for line in table().filter(|line| line.heading() == heading) {
            let (method, path, says, who) = (line.method, line.path, line.says, line.who.name());
            writeln!(page, "| `{method} {path}` | {says} | {who} |")?;
        }
    }
    Ok(page)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test is no part of the server")]
fn the_page_of_access_is_the_table() {
    let (path, page) = ("docs/access.md", page().unwrap());
    if std::env::var_os("ROLLRIGHT_WRITE_DOCS").is_some() {
        fs::write(path, &page).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == page,
        "{path} is not what src/http/openapi says: make access"
    );
}
