//! What admins did with members and with the organization: its Owner, permissions, tags, invitations, projects and
//! workspaces.

use serde_json::{Value, json};

use super::{Event, Kind};
use crate::domain::role::Role;
use crate::domain::{
    InvitationId, MemberId, OrganizationId, ProjectId, TagId, TagImportId, WorkspaceId,
};

impl Event {
    /// A setting of an organization, before and after.
    pub(crate) fn organization_changed(
        organization: OrganizationId,
        setting: &str,
        before: impl Into<Value>,
        after: impl Into<Value>,
    ) -> Self {
        let (before, after) = (before.into(), after.into());
        let facts = json!({ "setting": setting, "before": before, "after": after });
        Self::plain(Kind::OrganizationChanged, organization.0, facts)
    }

    /// An organization has another Owner.
    pub(crate) fn owner_changed(
        organization: OrganizationId,
        before: MemberId,
        after: MemberId,
    ) -> Self {
        let facts = json!({ "before": before, "after": after });
        Self::plain(Kind::OwnerChanged, organization.0, facts)
    }

    /// Who may do something, below the Owner; `None` where the default holds again.
    pub(crate) fn permission_changed(permission: &str, roles: Option<&[Role]>) -> Self {
        let roles: Option<Vec<&str>> =
            roles.map(|roles| roles.iter().map(|role| role.code()).collect());
        Self::plain(
            Kind::PermissionChanged,
            permission,
            json!({ "roles": roles }),
        )
    }

    /// A tag was made.
    pub(crate) fn tag_created(tag: TagId, label: &str) -> Self {
        Self::plain(Kind::TagCreated, tag.0, json!({ "label": label }))
    }

    /// A tag was renamed.
    pub(crate) fn tag_changed(tag: TagId, before: &str, after: &str) -> Self {
        let facts = json!({ "before": before, "after": after });
        Self::plain(Kind::TagChanged, tag.0, facts)
    }

    /// A tag was deleted.
    pub(crate) fn tag_deleted(tag: TagId) -> Self {
        Self::plain(Kind::TagDeleted, tag.0, json!({}))
    }

    /// Members were given these tags, and lost their others where it says so.
    pub(crate) fn tags_assigned(
        tags: &[TagId],
        members: &[MemberId],
        overwritten: bool,
        import: Option<TagImportId>,
    ) -> Self {
        Self {
            kind: Kind::TagsAssigned,
            subject: import.map(|import| import.0.to_string()),
            facts: json!({ "tags": tags, "members": members, "overwritten": overwritten }),
            personal: None,
        }
    }

    /// Somebody was invited. The address is nowhere in the trail: it may be of somebody who never comes.
    pub(crate) fn invitation_created(invitation: InvitationId, role: Role) -> Self {
        let facts = json!({ "role": role.code() });
        Self::plain(Kind::InvitationCreated, invitation, facts)
    }

    /// An invitation was taken back.
    pub(crate) fn invitation_revoked(invitation: InvitationId) -> Self {
        Self::plain(Kind::InvitationRevoked, invitation, json!({}))
    }

    /// Somebody became a member, by an invitation or, without one, by the link.
    pub(crate) fn invitation_accepted(member: MemberId, invitation: Option<InvitationId>) -> Self {
        let facts = json!({ "invitation": invitation });
        Self::of_member(Kind::InvitationAccepted, member, facts)
    }

    /// The link by which people sign up was replaced.
    pub(crate) fn invite_link_reset(organization: OrganizationId) -> Self {
        Self::plain(Kind::InviteLinkReset, organization.0, json!({}))
    }

    /// A project changed.
    pub(crate) fn project_changed(project: ProjectId, before: &Value, after: &Value) -> Self {
        let facts = json!({ "before": before, "after": after });
        Self::plain(Kind::ProjectChanged, project.0, facts)
    }

    /// A project was deleted.
    pub(crate) fn project_deleted(project: ProjectId) -> Self {
        Self::plain(Kind::ProjectDeleted, project.0, json!({}))
    }

    /// Who came into a project by hand, with which role, and who went.
    pub(crate) fn project_members_changed(
        project: ProjectId,
        added: &[MemberId],
        role: Option<&str>,
        removed: &[MemberId],
    ) -> Self {
        let facts = json!({ "added": added, "role": role, "removed": removed });
        Self::plain(Kind::ProjectMembersChanged, project.0, facts)
    }

    /// A workspace changed.
    pub(crate) fn workspace_changed(workspace: WorkspaceId, before: &Value, after: &Value) -> Self {
        let facts = json!({ "before": before, "after": after });
        Self::plain(Kind::WorkspaceChanged, workspace.0, facts)
    }

    /// A workspace was deleted.
    pub(crate) fn workspace_deleted(workspace: WorkspaceId) -> Self {
        Self::plain(Kind::WorkspaceDeleted, workspace.0, json!({}))
    }

    /// Who came into a workspace by hand and who went.
    pub(crate) fn workspace_members_changed(
        workspace: WorkspaceId,
        added: &[MemberId],
        removed: &[MemberId],
    ) -> Self {
        let facts = json!({ "added": added, "removed": removed });
        Self::plain(Kind::WorkspaceMembersChanged, workspace.0, facts)
    }
}
