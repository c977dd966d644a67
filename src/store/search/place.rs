//! Where the fields of a condition are found in the tables. Writes no statement.

use crate::domain::query::{GroupField, MemberField};

/// Where a field of a condition is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the id of the row.
    Id,
    /// In a column of text that is always there and has an index.
    Text(&'static str),
    /// In a column of text that may be empty, and has an index.
    Optional(&'static str),
    /// In a column of moments.
    Time(&'static str),
    /// In a column of truth.
    Bool(&'static str),
    /// In the id of a related row: SQL with that id between its parts. `$1` is the organization.
    Related(&'static [&'static str]),
    /// Among the values of the attribute with this number.
    Value(i16),
}

/// A field that has a place in a table.
pub(crate) trait Field: Copy {
    /// Where it is found.
    fn place(self) -> Place;
}

impl Field for MemberField {
    fn place(self) -> Place {
        match self {
            Self::Id => Place::Id,
            Self::UserName => Place::Text("user_name_key"),
            Self::ExternalId => Place::Optional("external_id"),
            Self::Active => Place::Bool("active"),
            Self::Created => Place::Time("created_at"),
            Self::Modified => Place::Time("modified_at"),
            Self::Group => Place::Related(&[
                "EXISTS (SELECT 1 FROM group_members gm
                    CROSS JOIN group_ancestors a
                    WHERE gm.organization_id = r.organization_id AND gm.member_id = r.id
                        AND a.organization_id = gm.organization_id AND a.group_id = gm.group_id AND a.ancestor_id = ",
                ")",
            ]),
            Self::Value(lookup) => Place::Value(lookup.number()),
        }
    }
}

impl Field for GroupField {
    fn place(self) -> Place {
        match self {
            Self::Id => Place::Id,
            Self::DisplayName => Place::Text("display_name_key"),
            Self::ExternalId => Place::Optional("external_id"),
            Self::Created => Place::Time("created_at"),
            Self::Modified => Place::Time("modified_at"),
            Self::Member => Place::Related(&[
                "r.id IN (
                    SELECT gm.group_id FROM group_members gm WHERE gm.organization_id = $1 AND gm.member_id = ",
                " UNION ALL
                    SELECT n.group_id FROM nested_groups n WHERE n.organization_id = $1 AND n.child_id = ",
                ")",
            ]),
        }
    }
}
