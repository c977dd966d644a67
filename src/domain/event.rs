//! What happened: the words of the audit trail (R18).

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::connection::Connection;
use super::group::Group;
use super::leniency::Leniency;
use super::mapping::Mapping;
use super::member::{Member, Profile};
use super::organization::{Project, Workspace};
use super::role::{Role, RoleSource};
use super::{ConnectionId, MemberId, OrganizationId, ScimTokenId};

/// Through which credential something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    /// A member, with a session or a user token.
    Member(MemberId),
    /// A provisioning client, with a SCIM token.
    ProvisioningClient(ScimTokenId),
    /// A person who signs in through an IdP; not a member before this succeeds.
    SignOn,
    /// Somebody at the command line of the server.
    Operator,
}

impl Actor {
    /// The word and the id under which the actor is recorded.
    pub(crate) fn recorded(self) -> (&'static str, Option<Uuid>) {
        match self {
            Self::Member(id) => ("member", Some(id.0)),
            Self::ProvisioningClient(id) => ("scim_token", Some(id.0)),
            Self::SignOn => ("sign_on", None),
            Self::Operator => ("operator", None),
        }
    }
}

/// What happened to what. The word is recorded as `subject.verb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An organization was made.
    OrganizationCreated,
    /// A member was made.
    MemberCreated,
    /// A member's own attributes changed.
    MemberChanged,
    /// A member's effective role changed.
    RoleChanged,
    /// A member was deleted and their personal data erased.
    MemberDeleted,
    /// An admin gave or took a role by hand.
    RoleAssigned,
    /// A group was made.
    GroupCreated,
    /// A group or its members changed.
    GroupChanged,
    /// A group was deleted.
    GroupDeleted,
    /// The mapping rules changed.
    MappingChanged,
    /// A project was made.
    ProjectCreated,
    /// A workspace was made.
    WorkspaceCreated,
    /// A connection was set up or changed.
    ConnectionChanged,
    /// A SCIM token was made.
    ScimTokenCreated,
    /// A SCIM token was revoked.
    ScimTokenRevoked,
    /// A user token was made.
    UserTokenCreated,
    /// The password of a member's account was set.
    PasswordSet,
    /// A link that signs a member in was made.
    LoginLinkCreated,
    /// Somebody signed in.
    SignedIn,
    /// Somebody signed out.
    SignedOut,
    /// A sign-in was refused.
    SignInRefused,
}

impl Kind {
    /// The recorded word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OrganizationCreated => "organization.created",
            Self::MemberCreated => "member.created",
            Self::MemberChanged => "member.changed",
            Self::RoleChanged => "member.role_changed",
            Self::MemberDeleted => "member.deleted",
            Self::RoleAssigned => "member.role_assigned",
            Self::GroupCreated => "group.created",
            Self::GroupChanged => "group.changed",
            Self::GroupDeleted => "group.deleted",
            Self::MappingChanged => "mapping.changed",
            Self::ProjectCreated => "project.created",
            Self::WorkspaceCreated => "workspace.created",
            Self::ConnectionChanged => "connection.changed",
            Self::ScimTokenCreated => "scim_token.created",
            Self::ScimTokenRevoked => "scim_token.revoked",
            Self::UserTokenCreated => "user_token.created",
            Self::PasswordSet => "password.set",
            Self::LoginLinkCreated => "login_link.created",
            Self::SignedIn => "session.created",
            Self::SignedOut => "session.ended",
            Self::SignInRefused => "session.refused",
        }
    }
}

/// One entry of the audit trail, to be written in the transaction of what it tells of.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// What happened.
    pub(crate) kind: Kind,
    /// The id of what it happened to, as text: a UUID or a number.
    pub(crate) subject: Option<String>,
    /// Before and after, without personal data: this part is kept for ever.
    pub(crate) facts: Value,
    /// Before and after of personal data, and whose: this part is erased with the member.
    pub(crate) personal: Option<(MemberId, Value)>,
}

impl Event {
    fn of_member(kind: Kind, member: MemberId, facts: Value) -> Self {
        Self {
            kind,
            subject: Some(member.to_string()),
            facts,
            personal: None,
        }
    }

    fn plain(kind: Kind, subject: impl std::fmt::Display, facts: Value) -> Self {
        Self {
            kind,
            subject: Some(format!("{subject}")),
            facts,
            personal: None,
        }
    }

    /// An organization was made, with its Owner.
    pub(crate) fn organization_created(organization: OrganizationId, owner: MemberId) -> Self {
        Self::plain(
            Kind::OrganizationCreated,
            organization.0,
            json!({ "owner": owner }),
        )
    }

    /// A member was made.
    pub(crate) fn member_created(member: &Member) -> Self {
        let facts = json!({ "role": member.role.code(), "active": member.profile.active });
        Self {
            personal: Some((member.id, json!({ "after": written(&member.profile) }))),
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

    /// A member was deleted.
    pub(crate) fn member_deleted(member: &Member) -> Self {
        Self::of_member(
            Kind::MemberDeleted,
            member.id,
            json!({ "role": member.role.code() }),
        )
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
    pub(crate) fn group_created(group: &Group, members: &[MemberId]) -> Self {
        Self::plain(
            Kind::GroupCreated,
            group.id,
            json!({ "displayName": group.display_name, "members": members }),
        )
    }

    /// A group or its members changed.
    pub(crate) fn group_changed(
        before: &Group,
        after: &Group,
        added: &[MemberId],
        removed: &[MemberId],
    ) -> Self {
        let facts = json!({
            "before": { "displayName": before.display_name, "externalId": before.external_id },
            "after": { "displayName": after.display_name, "externalId": after.external_id },
            "added": added,
            "removed": removed,
        });
        Self::plain(Kind::GroupChanged, after.id, facts)
    }

    /// A group was deleted.
    pub(crate) fn group_deleted(group: &Group) -> Self {
        Self::plain(
            Kind::GroupDeleted,
            group.id,
            json!({ "displayName": group.display_name }),
        )
    }

    /// The rules changed.
    pub(crate) fn mapping_changed(
        organization: OrganizationId,
        before: &Mapping,
        after: &Mapping,
    ) -> Self {
        let facts = json!({ "before": rules(before), "after": rules(after) });
        Self::plain(Kind::MappingChanged, organization.0, facts)
    }

    /// Admins may give roles by hand from now on, or may not.
    pub(crate) fn manual_management_changed(organization: OrganizationId, manual: bool) -> Self {
        Self::plain(
            Kind::MappingChanged,
            organization.0,
            json!({ "manual_role_management": manual }),
        )
    }

    /// A project was made.
    pub(crate) fn project_created(project: &Project) -> Self {
        Self::plain(
            Kind::ProjectCreated,
            project.id.0,
            json!({ "title": project.title }),
        )
    }

    /// A workspace was made.
    pub(crate) fn workspace_created(workspace: &Workspace) -> Self {
        Self::plain(
            Kind::WorkspaceCreated,
            workspace.id.0,
            json!({ "title": workspace.title }),
        )
    }

    /// A connection was set up or changed.
    pub(crate) fn connection_changed(before: Option<&Connection>, after: &Connection) -> Self {
        let said = |connection: &Connection| {
            json!({
                "entity_id": connection.entity_id,
                "sso_url": connection.sso_url,
                "domain": connection.domain,
                "certificates": connection.certificates.len(),
            })
        };
        Self::plain(
            Kind::ConnectionChanged,
            after.id,
            json!({ "before": before.map(said), "after": said(after) }),
        )
    }

    /// A SCIM token was made.
    pub(crate) fn scim_token_created(token: ScimTokenId, leniency: Leniency) -> Self {
        Self::plain(
            Kind::ScimTokenCreated,
            token,
            json!({ "profile": leniency.name() }),
        )
    }

    /// A SCIM token was revoked.
    pub(crate) fn scim_token_revoked(token: ScimTokenId) -> Self {
        Self::plain(Kind::ScimTokenRevoked, token, json!({}))
    }

    /// A user token was made.
    pub(crate) fn user_token_created(member: MemberId) -> Self {
        Self::of_member(Kind::UserTokenCreated, member, json!({}))
    }

    /// An operator set the password of a member's account.
    pub(crate) fn password_set(member: MemberId) -> Self {
        Self::of_member(Kind::PasswordSet, member, json!({}))
    }

    /// An operator made a link that signs a member in.
    pub(crate) fn login_link_created(member: MemberId) -> Self {
        Self::of_member(Kind::LoginLinkCreated, member, json!({}))
    }

    /// Somebody signed in, through a connection or with a link.
    pub(crate) fn signed_in(
        member: MemberId,
        connection: Option<ConnectionId>,
        role: Role,
    ) -> Self {
        Self::of_member(
            Kind::SignedIn,
            member,
            json!({ "connection": connection, "role": role.code() }),
        )
    }

    /// Somebody signed out.
    pub(crate) fn signed_out(member: MemberId) -> Self {
        Self::of_member(Kind::SignedOut, member, json!({}))
    }

    /// A sign-in was refused for this reason; of a member, where one was found.
    pub(crate) fn sign_in_refused(
        connection: ConnectionId,
        member: Option<MemberId>,
        reason: &str,
    ) -> Self {
        Self {
            kind: Kind::SignInRefused,
            subject: member.map(|member| member.to_string()),
            facts: json!({ "connection": connection, "reason": reason }),
            personal: None,
        }
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

fn rules(mapping: &Mapping) -> Value {
    let roles: Vec<Value> = mapping
        .roles
        .iter()
        .map(|rule| json!([rule.role.name(), rule.group]))
        .collect();
    let projects: Vec<Value> = mapping
        .projects
        .iter()
        .map(|rule| json!([rule.project, rule.group, rule.role.name()]))
        .collect();
    let workspaces: Vec<Value> = mapping
        .workspaces
        .iter()
        .map(|rule| json!([rule.workspace, rule.group]))
        .collect();
    json!({ "roles": roles, "projects": projects, "workspaces": workspaces })
}
