//! The directory group: the SCIM Group resource, and the changes that a client can make to it.

use super::{GroupId, MemberId, Timestamp};

/// A group of an organization, without its members: those can be 100,000 and are read apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// The SCIM `id`.
    pub(crate) id: GroupId,
    /// SCIM `displayName`. Rules name the group by it (R10).
    pub(crate) display_name: String,
    /// SCIM `externalId`.
    pub(crate) external_id: Option<String>,
    /// Goes up with each change of the group or its members.
    pub(crate) version: i64,
    /// When the group was made.
    pub(crate) created: Timestamp,
    /// When it or its members last changed.
    pub(crate) modified: Timestamp,
}

/// A member as a group's `members` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupMember {
    /// The member.
    pub(crate) id: MemberId,
    /// What to call the member, where that was asked for.
    pub(crate) display_name: Option<String>,
}

/// One change of a group, in the order in which the client wrote them. A PATCH travels as changes, never as
/// read-all and replace-all: two clients that add different members both succeed, whatever the size of the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GroupChange {
    /// Give the group this displayName.
    Rename(String),
    /// Set or take away the externalId.
    SetExternalId(Option<String>),
    /// Add these members; who is in the group already stays in it once.
    Add(Vec<MemberId>),
    /// Remove these members; who is not in the group is passed over.
    Remove(Vec<MemberId>),
    /// Make these, and no others, the members.
    ReplaceMembers(Vec<MemberId>),
}

/// What a client says of a whole group, with POST or PUT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupContent {
    /// SCIM `displayName`.
    pub(crate) display_name: String,
    /// SCIM `externalId`.
    pub(crate) external_id: Option<String>,
    /// SCIM `members`, each once.
    pub(crate) members: Vec<MemberId>,
}
