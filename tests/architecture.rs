//! The arrows and the words of the code, held by reading it as text.
//!
//! It sees `crate::` paths, not `super::` across folders; therefore `super::super` is forbidden.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which module may name which. A module that is not here does not exist.
const ARROWS: [(&str, &[&str]); 20] = [
    ("domain", &[]),
    ("config", &[]),
    ("clock", &["domain"]),
    ("secret", &["domain"]),
    ("telemetry", &["config"]),
    ("outgoing", &[]),
    ("mail", &[]),
    ("scim", &["domain"]),
    ("saml", &["domain"]),
    ("oidc", &["domain"]),
    ("mapping_file", &["domain"]),
    ("store", &["domain"]),
    ("app", &["store", "domain", "secret", "clock"]),
    (
        "state",
        &[
            "app", "store", "clock", "config", "oidc", "outgoing", "mail",
        ],
    ),
    (
        "http",
        &[
            "app",
            "scim",
            "saml",
            "oidc",
            "mapping_file",
            "outgoing",
            "domain",
            "state",
            "config",
            "clock",
            "secret",
            "telemetry",
        ],
    ),
    (
        "server",
        &[
            "http",
            "app",
            "state",
            "store",
            "domain",
            "secret",
            "outgoing",
            "mail",
            "config",
            "clock",
            "telemetry",
        ],
    ),
    // Beside the server, which it knows by its address alone.
    ("demo", &["domain", "outgoing", "secret", "clock"]),
    (
        "cli",
        &[
            "demo",
            "server",
            "app",
            "state",
            "mapping_file",
            "domain",
            "config",
            "clock",
            "secret",
            "telemetry",
        ],
    ),
    // No part of the server.
    (
        "fuzzing",
        &["app", "scim", "domain", "state", "server", "http", "config"],
    ),
    ("lib", &["cli", "config", "server"]),
];

/// Words that only files whose path begins so may have.
const ONLY_IN: [(&str, &[&str]); 16] = [
    ("sqlx", &["store/"]),
    ("Sqlite", &["store/db.rs", "store/db/"]),
    ("SqlitePool", &["store/db.rs", "store/db/"]),
    ("Postgres", &["store/db.rs", "store/db/"]),
    ("PgPool", &["store/db.rs", "store/db/"]),
    (
        "AssertSqlSafe",
        &["store/search/", "store/db.rs", "store/db/"],
    ),
    (
        "axum",
        &[
            "http/",
            "server/",
            "state.rs",
            "outgoing/",
            "fuzzing/",
            "demo/",
        ],
    ),
    ("samael", &["saml/"]),
    ("roxmltree", &["saml/", "demo/idp/"]),
    ("clap", &["cli/"]),
    ("std::env", &["config/"]),
    ("std::fs", &["config/", "store/db/migrations.rs"]),
    ("SystemTime", &["clock.rs"]),
    ("getrandom", &["secret/"]),
    ("argon2", &["secret/"]),
    ("lettre", &["mail/"]),
];

/// Words that files whose path begins so never have.
const NEVER_IN: [(&str, &[&str]); 6] = [
    ("http/", &["Tx", "begin", "SELECT", "UPDATE", "INSERT"]),
    ("app/", &["HeaderMap", "StatusCode", "serde_json"]),
    ("scim/", &["async", "Instant"]),
    ("saml/", &["async", "Instant"]),
    ("oidc/", &["Instant"]),
    ("domain/", &["async", "Instant"]),
];

const LONGEST: usize = 400;

/// Every `.rs` file below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a source file can be read")
}

/// The path below `src`, with `/`.
fn short(path: &Path) -> String {
    let below = path.strip_prefix("src").expect("it is below src");
    below.to_str().expect("names are UTF-8").replace('\\', "/")
}

/// The code without comments and without the tests at its end.
fn code(text: &str) -> String {
    let lines = text.lines().take_while(|line| *line != "mod tests {");
    lines
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether the code has the word, and not only within a longer one.
fn has_word(code: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        !code[..at].ends_with(part_of_word) && !code[at + word.len()..].starts_with(part_of_word)
    })
}

/// The modules that are named by `crate::x` or within `crate::{x, y::z}`.
fn named_modules(code: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for (at, start) in code.match_indices("crate::") {
        let rest = &code[at + start.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.insert(identifier(rest));
            continue;
        };
        let mut depth = 1;
        let mut begin = 0;
        for (at, c) in group.char_indices() {
            depth += i32::from(c == '{') - i32::from(c == '}');
            if depth == 0 || (depth == 1 && c == ',') {
                names.insert(identifier(group[begin..at].trim_start()));
                begin = at + 1;
            }
            if depth == 0 {
                break;
            }
        }
    }
    names.remove("");
    names
}

fn identifier(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .unwrap_or_default()
}

/// What is wrong with one file below `src`.
fn breaches(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code = code(text);
    if !text.starts_with("//! ") {
        found.push(format!("{path} does not open with what it is for"));
    }
    if text.lines().count() > LONGEST {
        found.push(format!("{path} is longer than {LONGEST} lines"));
    }
    if code.contains("super::super") {
        found.push(format!("{path} reaches over its folder with super::super"));
    }
    let module = path.split(['/', '.']).next().unwrap_or_default();
    if module != "main" {
        match ARROWS.iter().find(|(name, _)| *name == module) {
            None => found.push(format!("{path} is of a module that is not in the table")),
            Some((_, allowed)) => {
                let strangers = named_modules(&code)
                    .into_iter()
                    .filter(|name| *name != module && !allowed.contains(name));
                found.extend(strangers.map(|name| format!("{path} names {name}")));
            }
        }
    }
    for (word, places) in ONLY_IN {
        if has_word(&code, word) && !places.iter().any(|place| path.starts_with(place)) {
            found.push(format!("{path} says {word}"));
        }
    }
    // The facts of an event are written down as JSON, and nothing else is.
    let others = code.replace("serde_json::json", "");
    for (place, words) in NEVER_IN {
        let said = words
            .iter()
            .filter(|word| path.starts_with(place) && has_word(&others, word));
        found.extend(said.map(|word| format!("{path} says {word}")));
    }
    found
}

/// Tests that stand in a file of their own, beside the code that they are of.
fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/tests/")
}

#[test]
fn every_file_keeps_to_the_arrows_and_the_words() {
    let found: Vec<String> = sources(Path::new("src"))
        .iter()
        .filter(|path| !is_test(&short(path)))
        .flat_map(|path| breaches(&short(path), &read(path)))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_folder_has_its_front_page() {
    for path in sources(Path::new("src")) {
        let folder = path.parent().expect("a file is in a folder");
        let front = if folder == Path::new("src") {
            "lib.rs"
        } else {
            "mod.rs"
        };
        assert!(
            folder.join(front).exists(),
            "{} has no {front}",
            folder.display()
        );
    }
}

#[test]
fn tests_are_not_too_long_either() {
    for path in sources(Path::new("tests")) {
        let lines = read(&path).lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", path.display());
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<_> {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
        entries
            .map(|entry| entry.expect("the folder can be read").file_name())
            .collect()
    };
    let sqlite = names("migrations/sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, names("migrations/postgres"));
}

#[test]
fn a_planted_breach_is_caught() {
    let of = |path: &str, line: &str| breaches(path, &format!("//! A file.\n{line}\n"));
    assert_eq!(
        of("app/a.rs", "use crate::http::router;"),
        ["app/a.rs names http"]
    );
    assert_eq!(
        of(
            "app/a.rs",
            "use crate::{domain::{Error, Name}, scim, store};"
        ),
        ["app/a.rs names scim"]
    );
    assert_eq!(
        of("scim/a.rs", "use crate::{\n    domain,\n    saml::x,\n};"),
        ["scim/a.rs names saml"]
    );
    assert_eq!(
        of("domain/a.rs", "fn f(x: crate::store::Db) {}"),
        ["domain/a.rs names store"]
    );
    assert_eq!(
        of("store/users.rs", "sqlx::Postgres"),
        ["store/users.rs says Postgres"]
    );
    assert_eq!(
        of("http/a.rs", "db.begin().await"),
        ["http/a.rs says begin"]
    );
    assert_eq!(
        of("app/a.rs", "serde_json::Value"),
        ["app/a.rs says serde_json"]
    );
    assert_eq!(
        of("http/a.rs", "std::env::var(\"X\")"),
        ["http/a.rs says std::env"]
    );
    assert_eq!(of("http/a.rs", "use super::super::x;").len(), 1);
    assert_eq!(of("util.rs", "").len(), 1);
    assert_eq!(breaches("app/a.rs", "fn f() {}").len(), 1);
    assert_eq!(of("app/a.rs", &"\n".repeat(LONGEST)).len(), 1);
}

#[test]
fn what_is_allowed_is_not_caught() {
    let of = |path: &str, line: &str| breaches(path, &format!("//! A file.\n{line}\n"));
    let none: [String; 0] = [];
    assert_eq!(
        of(
            "app/a.rs",
            "// crate::http is told of, not used\nuse crate::store::groups;"
        ),
        none
    );
    assert_eq!(of("http/a.rs", "let beginning = TxLike;"), none);
    assert_eq!(of("app/a.rs", "serde_json::json!({})"), none);
    assert_eq!(of("store/db/pool.rs", "sqlx::Postgres"), none);
    assert_eq!(of("app/a.rs", "mod tests {\n    use crate::http;\n}"), none);
}
