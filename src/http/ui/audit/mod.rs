//! Organization > Audit: what happened, newest first, in plain words, and the same as a file.

pub(crate) mod export;
mod filter;
mod line;
pub(crate) mod show;
mod words;

/// The word for who did something, as a page says it.
pub(crate) fn actor(word: &str) -> &'static str {
    let known = words::ACTORS.iter().find(|(known, _)| *known == word);
    known.map_or("somebody", |(_, says)| says)
}
