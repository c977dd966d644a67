//! Which of the described answers the tests have got: with `ROLLRIGHT_ANSWERS` set to a folder, what each server has
//! answered stands there, a line each, for `make answers` to hold against the description.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ChildStderr;

/// The folder, where one is named.
#[expect(
    clippy::disallowed_methods,
    reason = "these tests are no part of the server"
)]
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os("ROLLRIGHT_ANSWERS").map(PathBuf::from)
}

/// Copies a server's log, and notes what it tells of answers.
pub(crate) fn copy(log: ChildStderr, to: &Path) {
    let mut copy = File::create(to).unwrap();
    let notes = folder().map(|folder| folder.join(std::process::id().to_string()));
    std::thread::spawn(move || {
        let mut seen = BTreeSet::new();
        for line in BufReader::new(log).split(b'\n').map_while(Result::ok) {
            let _ = copy.write_all(&[&line, &b"\n"[..]].concat());
            let Some(notes) = &notes else { continue };
            if let Some(answer) = answer(&String::from_utf8_lossy(&line))
                && seen.insert(answer.clone())
            {
                let file = OpenOptions::new().create(true).append(true).open(notes);
                let _ = file.and_then(|mut file| file.write_all(answer.as_bytes()));
            }
        }
    });
}

/// `GET /api/version 200`, of a line of the log that tells of an answer.
fn answer(line: &str) -> Option<String> {
    let told = line.split_once("answered method=\"")?.1;
    let (method, rest) = told.split_once("\" route=\"")?;
    let (route, rest) = rest.split_once('"')?;
    let status = rest.split_once("status=")?.1.split(' ').next()?;
    Some(format!("{method} {route} {status}\n"))
}
