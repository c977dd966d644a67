//! Entity tags: what `meta.version` says and `If-Match` asks.
//!
//! A tag is weak and begins with the resource's version: `W/"7"` or `W/"7-1a2b3c4d"`. What follows the version tells of
//! things that other requests change, such as the groups of a user; a writer need not have seen those.

/// The version in one entity tag, weak or strong, or without its quotes.
fn version_of(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let tag = tag
        .strip_prefix('"')
        .and_then(|tag| tag.strip_suffix('"'))
        .unwrap_or(tag);
    let version = tag.split_once('-').map_or(tag, |(version, _)| version);
    if !version.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    version.parse().ok()
}

/// The versions that a writer has seen, from `If-Match`; `None` where `*` asks only that the resource is there. Tags that
/// are none of ours are left out: a writer who names no other has seen nothing that we have.
pub(crate) fn seen(header: &str) -> Option<Vec<i64>> {
    (header.trim() != "*").then(|| header.split(',').filter_map(version_of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_of_a_tag_counts_for_a_writer() {
        for tag in ["W/\"7\"", "W/\"7-1a2b3c4d\"", "\"7\"", "7", " W/\"7-x\" "] {
            assert_eq!(version_of(tag), Some(7), "{tag}");
            assert_eq!(seen(tag), Some(vec![7]));
        }
        for tag in [
            "",
            "W/\"\"",
            "\"abc\"",
            "-7",
            "+7",
            "W/\"99999999999999999999\"",
        ] {
            assert_eq!(version_of(tag), None, "{tag}");
            assert_eq!(seen(tag), Some(vec![]));
        }
        assert_eq!(seen(" * "), None);
        assert_eq!(seen("W/\"1\", W/\"2-ab\""), Some(vec![1, 2]));
    }
}
