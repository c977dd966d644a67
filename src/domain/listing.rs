//! Which members an admin's list shows, and in which order; no protocol's words.

use super::role::Role;
use super::{MemberNumber, ProjectId, TagId, Timestamp, WorkspaceId, name};

/// How many words a search has at most.
const MOST_WORDS: usize = 8;

/// Which members a list shows. What is empty or `None` narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MemberFilter {
    /// With one of these roles.
    pub(crate) roles: Vec<Role>,
    /// With one of these tags.
    pub(crate) tags: Vec<TagId>,
    /// With each of these words at the beginning of a name or an address, as comparison keys.
    pub(crate) words: Vec<String>,
    /// Who is there.
    pub(crate) within: Option<Within>,
    /// These alone.
    pub(crate) only: Option<Vec<MemberNumber>>,
    /// All but these.
    pub(crate) without: Vec<MemberNumber>,
    /// Whom nobody has put into this project by hand.
    pub(crate) not_in_project: Option<ProjectId>,
    /// Whom nobody has put into this workspace by hand.
    pub(crate) not_in_workspace: Option<WorkspaceId>,
    /// Changed at this moment or after it.
    pub(crate) changed_since: Option<Timestamp>,
    /// Changed at this moment or before it.
    pub(crate) changed_until: Option<Timestamp>,
}

/// A place that members are in. Who has no access to the organization is in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Within {
    /// A project: by hand, by a rule, through its workspace or as an administrator; or only by one of the two ways.
    Project(ProjectId, Way),
    /// A workspace: by hand or by a rule.
    Workspace(WorkspaceId),
}

/// In which way members are in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// In whatever way.
    Any,
    /// By hand.
    Explicit,
    /// Not by hand.
    Implicit,
}

impl MemberFilter {
    /// The words of a search, each as the key by which it is compared.
    pub(crate) fn words_of(text: &str) -> Vec<String> {
        let words = text.split_whitespace().take(MOST_WORDS);
        words.map(name::key).collect()
    }
}

/// Which projects a list shows. What is empty or `None` narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ProjectFilter {
    /// These alone.
    pub(crate) only: Option<Vec<ProjectId>>,
    /// In one of these workspaces.
    pub(crate) workspaces: Vec<WorkspaceId>,
    /// Put away, or not.
    pub(crate) archived: Option<bool>,
    /// With each of these somewhere in the title, as comparison keys.
    pub(crate) words: Vec<String>,
    /// Whether the newest come first.
    pub(crate) backwards: bool,
}

impl ProjectFilter {
    /// Whether the words are in a title. Compared here: SQL compares no letters.
    pub(crate) fn fits(&self, title: &str) -> bool {
        let title = name::key(title);
        self.words.iter().all(|word| title.contains(word))
    }
}

/// By what a list of members is sorted. Those that are alike follow by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum MemberOrder {
    /// In the order in which they joined.
    #[default]
    Number,
    /// By sign-in name.
    UserName,
    /// By e-mail address; who has none comes last.
    Email,
    /// By role, lowest first.
    Role,
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slice {
    /// How many are left out before it.
    pub(crate) offset: i64,
    /// How many there are in it at most.
    pub(crate) count: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_has_words_without_case_and_not_too_many() {
        assert_eq!(MemberFilter::words_of(" ADA  Love "), ["ada", "love"]);
        assert_eq!(MemberFilter::words_of(&"x ".repeat(100)).len(), MOST_WORDS);
        assert!(MemberFilter::words_of(" ").is_empty());
    }
}
