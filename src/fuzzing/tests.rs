//! What fuzzing has found, replayed: the laws hold for the whole corpus.

use std::path::{Path, PathBuf};

use super::{Outcome, Service};

/// The inputs of a target, by name.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut found: Vec<(PathBuf, Vec<u8>)> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let path = entry.unwrap().path();
            let input = std::fs::read(&path).unwrap();
            (path, input)
        })
        .collect();
    assert!(!found.is_empty(), "{} is empty", folder.display());
    found.sort();
    found
}

/// Replays a target's corpus; a panic follows the name of the file.
fn replay(target: &str, run: impl Fn(&[u8])) {
    for (path, input) in corpus(target) {
        println!("{}", path.display());
        run(&input);
    }
}

#[test]
fn the_corpus_of_filters_keeps_the_laws() {
    replay("filter", super::filter);
}

#[test]
fn the_corpus_of_paths_keeps_the_laws() {
    replay("path", super::path);
}

#[test]
fn the_corpus_of_patch_bodies_keeps_the_laws() {
    replay("patch_body", super::patch_body);
}

#[test]
fn the_corpus_of_user_bodies_keeps_the_laws() {
    replay("user_body", super::user_body);
}

#[test]
fn the_corpus_of_group_bodies_keeps_the_laws() {
    replay("group_body", super::group_body);
}

#[test]
fn the_corpus_of_bulk_requests_keeps_the_laws() {
    replay("bulk", super::bulk);
}

#[test]
fn the_corpus_of_cursors_keeps_the_laws() {
    replay("cursor", super::cursor);
}

#[test]
fn the_corpus_of_requests_is_never_answered_with_5xx() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = |number: usize| {
        let file = folder.path().join(format!("{number}.db"));
        Service::open(&format!("sqlite:{}", file.display()))
    };
    let mut service = fresh(0);
    for (number, (path, input)) in corpus("http").into_iter().enumerate() {
        println!("{}", path.display());
        if service.ask(&input) == Outcome::Removed {
            assert_eq!(service.verify(), Vec::<String>::new());
            service = fresh(number + 1);
        }
    }
    assert_eq!(service.verify(), Vec::<String>::new());
}
