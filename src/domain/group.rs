//! The directory group: the SCIM Group resource, and the changes that a client can make to it.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{GroupId, MemberId, Timestamp};

/// How many other groups a group can lie within, at whatever depth: so the roles that groups give can be worked out.
pub(crate) const MOST_ANCESTORS: usize = 64;

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

/// What can be in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum MemberKind {
    /// A member of the organization.
    User,
    /// Another group: whoever is in it is in this one too.
    Group,
}

/// Who a client names as a member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MemberRef {
    /// The id of a member or of a group.
    pub(crate) id: Uuid,
    /// Which of the two, where the client says so.
    pub(crate) kind: Option<MemberKind>,
}

/// A member as a group's `members` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupMember {
    /// What it is.
    pub(crate) kind: MemberKind,
    /// The id of the member or of the group.
    pub(crate) id: Uuid,
    /// What to call the member, where that was asked for.
    pub(crate) display_name: Option<String>,
}

/// Who came into a group and who went, in one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    /// Members who came.
    pub(crate) added: Vec<MemberId>,
    /// Members who went.
    pub(crate) removed: Vec<MemberId>,
    /// Groups that came.
    pub(crate) added_groups: Vec<GroupId>,
    /// Groups that went.
    pub(crate) removed_groups: Vec<GroupId>,
}

impl Moved {
    /// Whether nobody came and nobody went.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Which groups each of these groups lies within, itself included: what follows from which lies directly in which (child
/// and parent). A group that lies within itself through others has a circle, which must not be; it is not followed for
/// ever.
pub(crate) fn ancestors(
    groups: &[GroupId],
    nested: &[(GroupId, GroupId)],
) -> BTreeSet<(GroupId, GroupId)> {
    let mut parents: BTreeMap<GroupId, Vec<GroupId>> = BTreeMap::new();
    for (child, parent) in nested {
        parents.entry(*child).or_default().push(*parent);
    }
    let mut all = BTreeSet::new();
    for group in groups {
        let mut left = vec![*group];
        while let Some(one) = left.pop() {
            if all.insert((*group, one)) {
                left.extend(parents.get(&one).into_iter().flatten());
            }
        }
    }
    all
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
    Add(Vec<MemberRef>),
    /// Remove these members; who is not in the group is passed over.
    Remove(Vec<MemberRef>),
    /// Remove every member of this kind.
    RemoveAll(MemberKind),
    /// Make these, and no others, the members.
    ReplaceMembers(Vec<MemberRef>),
}

/// What a client says of a whole group, with POST or PUT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupContent {
    /// SCIM `displayName`.
    pub(crate) display_name: String,
    /// SCIM `externalId`.
    pub(crate) external_id: Option<String>,
    /// SCIM `members`, each once.
    pub(crate) members: Vec<MemberRef>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> GroupId {
        GroupId(Uuid::from_u128(n))
    }

    #[test]
    fn a_group_lies_within_whatever_its_parents_lie_within() {
        // 4 in 3 in 1, 4 in 2 in 1.
        let nested =
            [(4, 3), (3, 1), (4, 2), (2, 1)].map(|(child, parent)| (id(child), id(parent)));
        let groups = [1, 2, 3, 4].map(id);
        let expected = [
            (1, 1),
            (2, 1),
            (2, 2),
            (3, 1),
            (3, 3),
            (4, 1),
            (4, 2),
            (4, 3),
            (4, 4),
        ];
        let expected: Vec<_> = expected.iter().map(|(a, b)| (id(*a), id(*b))).collect();
        assert_eq!(Vec::from_iter(ancestors(&groups, &nested)), expected);
        // A circle ends.
        let circle = [(id(1), id(2)), (id(2), id(1))];
        assert_eq!(ancestors(&[id(1), id(2)], &circle).len(), 4);
    }
}
