//! Drift: who and what the roll has that the directory does not know, and the other way round.

use super::role::Role;
use super::{MemberNumber, Timestamp};

/// How a member came whom no directory has confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// By hand, by an invitation or at the command line.
    Hand,
    /// By signing in through a connection.
    SignOn,
}

impl Origin {
    /// The number under which it is stored; 0 stands for a member whom a directory has confirmed.
    pub(crate) fn number(self) -> i16 {
        match self {
            Self::Hand => 1,
            Self::SignOn => 2,
        }
    }
}

/// A member whom no directory has confirmed.
#[derive(Debug)]
pub(crate) struct Person {
    /// The number.
    pub(crate) number: MemberNumber,
    /// The sign-in name.
    pub(crate) user_name: String,
    /// What they are called.
    pub(crate) name: String,
    /// The role.
    pub(crate) role: Role,
    /// When they joined.
    pub(crate) joined: Timestamp,
}

/// A group that either the directory or the rules do not know.
#[derive(Debug)]
pub(crate) struct Group {
    /// The name.
    pub(crate) name: String,
    /// How many members are in it.
    pub(crate) members: u64,
}

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// Members made by hand or invitation whom the directory never confirmed.
    ByHand,
    /// People known by sign-in only.
    SignInOnly,
    /// Groups that rules name and that were never pushed.
    NeverPushed,
    /// Groups that were pushed and that no rule names.
    NeverMapped,
}

impl List {
    /// Every list, in the order in which they are shown.
    pub(crate) const ALL: [Self; 4] = [
        Self::ByHand,
        Self::SignInOnly,
        Self::NeverPushed,
        Self::NeverMapped,
    ];

    /// Its word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ByHand => "never_confirmed",
            Self::SignInOnly => "sign_in_only",
            Self::NeverPushed => "mapped_never_pushed",
            Self::NeverMapped => "pushed_never_mapped",
        }
    }

    /// The list with this word.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.name() == name)
    }
}
