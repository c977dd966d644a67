//! Entity tags: what `meta.version` says and `If-Match` asks.
//!
//! A tag is weak and begins with the resource's version: `W/"7"` or `W/"7-1a2b3c4d"`. What follows the version tells of
//! things that other requests change, such as the groups of a user; a writer need not have seen those.

/// The version in one entity tag, weak or strong, or without its quotes.
pub(crate) fn version_of(tag: &str) -> Option<i64> {
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

/// What an `If-Match` header asks of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// `*`: that it exists.
    Any,
    /// That it has one of these versions; none of them where no tag could be read.
    OneOf(Vec<i64>),
}

impl IfMatch {
    /// Reads the header. A tag that is not of ours matches nothing.
    pub(crate) fn parse(header: &str) -> Self {
        if header.trim() == "*" {
            return Self::Any;
        }
        Self::OneOf(header.split(',').filter_map(version_of).collect())
    }

    /// Whether a resource of this version may be changed.
    pub(crate) fn allows(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_of_a_tag_counts_for_a_writer() {
        for tag in ["W/\"7\"", "W/\"7-1a2b3c4d\"", "\"7\"", "7", " W/\"7-x\" "] {
            assert_eq!(version_of(tag), Some(7), "{tag}");
            assert!(IfMatch::parse(tag).allows(7));
            assert!(!IfMatch::parse(tag).allows(8));
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
            assert!(!IfMatch::parse(tag).allows(7));
        }
        assert!(IfMatch::parse("*").allows(1));
        assert!(IfMatch::parse("W/\"1\", W/\"2-ab\"").allows(2));
    }
}
