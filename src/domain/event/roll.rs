//! What happened to members and groups.

use serde_json::{Map, Value, json};

use super::{Event, Kind};
use crate::domain::group::{Group, Moved};
use crate::domain::member::{Member, Profile};
use crate::domain::receipt::{Ended, Had};
use crate::domain::role::{Role, RoleSource};
use crate::domain::{GroupId, MemberId, OrganizationId};

impl Event {
    /// A member was made.
    pub(crate) fn member_created(member: &Member) -> Self {
        let after = written(&member.profile);
        let facts = json!({
            "role": member.role.code(),
            "active": member.profile.active,
            "attributes": after.keys().collect::<Vec<_>>(),
        });
        Self {
            personal: Some((member.id, json!({ "after": after }))),
            ..Self::of_member(Kind::MemberCreated, member.id, facts)
        }
    }

    /// A member's own attributes changed: their names are facts, what they hold is personal.
    pub(crate) fn member_changed(member: MemberId, before: &Profile, after: &Profile) -> Self {
        let (before, after) = (written(before), written(after));
        let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| before.get(*name) != after.get(*name));
        let part = |all: &Map<String, Value>| -> Map<String, Value> {
            names
                .iter()
                .filter_map(|name| Some(((*name).clone(), all.get(*name)?.clone())))
                .collect()
        };
        let personal = json!({ "before": part(&before), "after": part(&after) });
        Self {
            personal: Some((member, personal)),
            ..Self::of_member(
                Kind::MemberChanged,
                member,
                json!({ "attributes": names, "active": after.get("active") }),
            )
        }
    }

    /// A member's effective role changed.
    pub(crate) fn role_changed(
        member: MemberId,
        before: Role,
        after: Role,
        source: RoleSource,
    ) -> Self {
        let facts =
            json!({ "before": before.code(), "after": after.code(), "source": source.name() });
        Self::of_member(Kind::RoleChanged, member, facts)
    }

    /// The same of who has no access from now on, with what ended.
    pub(crate) fn with_ended(mut self, ended: Ended) -> Self {
        self.facts["ended"] = ended.written();
        self
    }

    /// A member was deleted, with what they had; `held` says that what was known of them is kept until an administrator
    /// decides.
    pub(crate) fn member_deleted(member: &Member, had: &Had, held: bool) -> Self {
        let left = json!({
            "groups": had.groups,
            "projects": had.projects,
            "workspaces": had.workspaces,
        });
        let facts = json!({ "role": member.role.code(), "held": held, "left": left });
        Self::of_member(Kind::MemberDeleted, member.id, facts).with_ended(had.ended)
    }

    /// A deletion that waited was finished.
    pub(crate) fn member_erased(member: MemberId) -> Self {
        Self::of_member(Kind::MemberErased, member, json!({}))
    }

    /// A deletion that waited was taken back: the member is there again with this role.
    pub(crate) fn member_restored(member: &Member, groups: &[GroupId]) -> Self {
        let mut event = Self::member_created(member);
        event.kind = Kind::MemberRestored;
        event.facts["groups"] = json!(groups);
        event
    }

    /// So many were deleted of so many that deletions wait from now on.
    pub(crate) fn removals_held(organization: OrganizationId, removals: i64, members: i64) -> Self {
        let facts = json!({ "removals": removals, "members": members });
        Self::plain(Kind::RemovalsHeld, organization.0, facts)
    }

    /// The share of the members in percent beyond which deletions wait.
    pub(crate) fn removal_share_changed(
        organization: OrganizationId,
        before: i16,
        after: i16,
    ) -> Self {
        let facts = json!({ "before": before, "after": after });
        Self::plain(Kind::RemovalShareChanged, organization.0, facts)
    }

    /// An admin gave a role by hand, or took it back.
    pub(crate) fn role_assigned(member: MemberId, role: Option<Role>) -> Self {
        Self::of_member(
            Kind::RoleAssigned,
            member,
            json!({ "role": role.map(Role::code) }),
        )
    }

    /// A group was made with these members.
    pub(crate) fn group_created(group: &Group, moved: &Moved) -> Self {
        let facts = json!({
            "displayName": group.display_name,
            "externalId": group.external_id,
            "members": moved.added,
            "member_groups": moved.added_groups,
        });
        Self::plain(Kind::GroupCreated, group.id, facts)
    }

    /// A group or its members changed.
    pub(crate) fn group_changed(before: &Group, after: &Group, moved: &Moved) -> Self {
        let facts = json!({
            "before": { "displayName": before.display_name, "externalId": before.external_id },
            "after": { "displayName": after.display_name, "externalId": after.external_id },
            "added": moved.added,
            "removed": moved.removed,
            "added_groups": moved.added_groups,
            "removed_groups": moved.removed_groups,
        });
        Self::plain(Kind::GroupChanged, after.id, facts)
    }

    /// A group was deleted, and so is no member of these any more.
    pub(crate) fn group_deleted(group: &Group, parents: &[GroupId]) -> Self {
        let facts = json!({
            "displayName": group.display_name,
            "externalId": group.external_id,
            "parents": parents,
        });
        Self::plain(Kind::GroupDeleted, group.id, facts)
    }
}

/// A profile as it is written in the personal part of an event.
fn written(profile: &Profile) -> Map<String, Value> {
    let mut all = profile.attributes.clone();
    all.insert("userName".to_owned(), profile.user_name.clone().into());
    all.insert("active".to_owned(), profile.active.into());
    if let Some(external_id) = &profile.external_id {
        all.insert("externalId".to_owned(), external_id.clone().into());
    }
    all
}
