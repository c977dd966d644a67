//! Words in the text of a filter: where they end, and how much of one a refusal quotes.

/// Whether a character ends a word.
pub(super) fn ends_word(c: char) -> bool {
    matches!(c, ' ' | '\t' | '(' | ')' | '[' | ']' | '"')
}

/// Whether a text starts with a word, written in any case, that ends there.
pub(super) fn starts_with_word(text: &str, word: &str) -> bool {
    text.split_at_checked(word.len())
        .is_some_and(|(head, rest)| {
            head.eq_ignore_ascii_case(word) && (rest.is_empty() || rest.starts_with(ends_word))
        })
}

/// Whether a word can be meant as a text though it has no quotes: one in quotes of another kind is not what it seems.
pub(super) fn is_plain(word: &str) -> bool {
    let known = |c: char| c.is_alphanumeric() || "-_.@+:/".contains(c);
    !word.is_empty() && word.chars().all(known)
}

/// Where the quote stands that ends the string of JSON with which a text begins.
pub(super) fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes()
        .enumerate()
        .skip(1)
        .find(|(_, byte)| match byte {
            _ if escaped => {
                escaped = false;
                false
            }
            b'\\' => {
                escaped = true;
                false
            }
            byte => *byte == b'"',
        })
        .map(|(at, _)| at)
}

/// Enough of a text to recognize it.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}
