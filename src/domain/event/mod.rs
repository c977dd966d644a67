//! What happened: the words of the audit trail (R18).

mod credentials;
mod domains;
pub(crate) mod looking_back;
pub(crate) mod recorded;
pub(crate) mod role_history;
mod roll;
mod roster;
mod settings;
mod webhooks;

use serde_json::Value;
use uuid::Uuid;

use super::{MemberId, ScimTokenId};

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
    /// The server, by itself.
    Server,
}

impl Actor {
    /// The word and the id under which the actor is recorded.
    pub(crate) fn recorded(self) -> (&'static str, Option<Uuid>) {
        match self {
            Self::Member(id) => ("member", Some(id.0)),
            Self::ProvisioningClient(id) => ("scim_token", Some(id.0)),
            Self::SignOn => ("sign_on", None),
            Self::Operator => ("operator", None),
            Self::Server => ("server", None),
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
    /// A deletion that waited was finished: what was kept is erased.
    MemberErased,
    /// A deletion that waited was taken back.
    MemberRestored,
    /// A directory deletes so many that deletions wait from now on.
    RemovalsHeld,
    /// The share of the members beyond which deletions wait was set.
    RemovalShareChanged,
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
    /// An organization's own settings changed.
    OrganizationChanged,
    /// An organization has another Owner.
    OwnerChanged,
    /// Who may do something changed.
    PermissionChanged,
    /// A tag was made.
    TagCreated,
    /// A tag was renamed.
    TagChanged,
    /// A tag was deleted.
    TagDeleted,
    /// Members were given tags, or lost them.
    TagsAssigned,
    /// Somebody was invited.
    InvitationCreated,
    /// An invitation was taken back.
    InvitationRevoked,
    /// Somebody became a member by an invitation or the link.
    InvitationAccepted,
    /// The link by which people sign up was replaced.
    InviteLinkReset,
    /// A project changed.
    ProjectChanged,
    /// A project was deleted.
    ProjectDeleted,
    /// Who is in a project by hand, or as what, changed.
    ProjectMembersChanged,
    /// A workspace changed.
    WorkspaceChanged,
    /// A workspace was deleted.
    WorkspaceDeleted,
    /// Who is in a workspace by hand changed.
    WorkspaceMembersChanged,
    /// A connection was set up or changed.
    ConnectionChanged,
    /// A connection was deleted.
    ConnectionDeleted,
    /// A key of ours was made for a connection.
    ConnectionKeyCreated,
    /// Another key of ours signs from now on.
    ConnectionKeySigns,
    /// A key of ours was deleted.
    ConnectionKeyDeleted,
    /// A domain was claimed.
    DomainClaimed,
    /// A domain was verified to be the organization's.
    DomainVerified,
    /// Where the people of a domain sign in changed.
    DomainChanged,
    /// A domain was given up.
    DomainReleased,
    /// Who may sign in only through a connection changed.
    SignInPolicyChanged,
    /// An extension was defined.
    SchemaCreated,
    /// The definition of an extension changed.
    SchemaChanged,
    /// An extension was taken away.
    SchemaDeleted,
    /// A SCIM token was made.
    ScimTokenCreated,
    /// A SCIM token was revoked.
    ScimTokenRevoked,
    /// A receiver of events was set up.
    ReceiverCreated,
    /// A receiver of events was changed.
    ReceiverChanged,
    /// A receiver of events was ended.
    ReceiverDeleted,
    /// A webhook was set up.
    WebhookCreated,
    /// A webhook was changed, or the server disabled it.
    WebhookChanged,
    /// A webhook has another secret.
    WebhookRekeyed,
    /// A webhook was deleted.
    WebhookDeleted,
    /// An admin did a request of the request log again, with success.
    RequestReplayed,
    /// A user token was made.
    UserTokenCreated,
    /// A personal access token was made.
    PersonalTokenCreated,
    /// A personal access token was ended.
    PersonalTokenRevoked,
    /// What the organization says of tokens changed.
    TokenSettingsChanged,
    /// How long sessions last changed.
    SessionPolicyChanged,
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
    /// Every kind, in the order of their definition.
    pub(crate) const ALL: [Self; 66] = [
        Self::OrganizationCreated,
        Self::MemberCreated,
        Self::MemberChanged,
        Self::RoleChanged,
        Self::MemberDeleted,
        Self::MemberErased,
        Self::MemberRestored,
        Self::RemovalsHeld,
        Self::RemovalShareChanged,
        Self::RoleAssigned,
        Self::GroupCreated,
        Self::GroupChanged,
        Self::GroupDeleted,
        Self::MappingChanged,
        Self::ProjectCreated,
        Self::WorkspaceCreated,
        Self::OrganizationChanged,
        Self::OwnerChanged,
        Self::PermissionChanged,
        Self::TagCreated,
        Self::TagChanged,
        Self::TagDeleted,
        Self::TagsAssigned,
        Self::InvitationCreated,
        Self::InvitationRevoked,
        Self::InvitationAccepted,
        Self::InviteLinkReset,
        Self::ProjectChanged,
        Self::ProjectDeleted,
        Self::ProjectMembersChanged,
        Self::WorkspaceChanged,
        Self::WorkspaceDeleted,
        Self::WorkspaceMembersChanged,
        Self::ConnectionChanged,
        Self::ConnectionDeleted,
        Self::ConnectionKeyCreated,
        Self::ConnectionKeySigns,
        Self::ConnectionKeyDeleted,
        Self::DomainClaimed,
        Self::DomainVerified,
        Self::DomainChanged,
        Self::DomainReleased,
        Self::SignInPolicyChanged,
        Self::SchemaCreated,
        Self::SchemaChanged,
        Self::SchemaDeleted,
        Self::ScimTokenCreated,
        Self::ScimTokenRevoked,
        Self::ReceiverCreated,
        Self::ReceiverChanged,
        Self::ReceiverDeleted,
        Self::WebhookCreated,
        Self::WebhookChanged,
        Self::WebhookRekeyed,
        Self::WebhookDeleted,
        Self::RequestReplayed,
        Self::UserTokenCreated,
        Self::PersonalTokenCreated,
        Self::PersonalTokenRevoked,
        Self::TokenSettingsChanged,
        Self::SessionPolicyChanged,
        Self::PasswordSet,
        Self::LoginLinkCreated,
        Self::SignedIn,
        Self::SignedOut,
        Self::SignInRefused,
    ];

    /// The kind that is recorded under this word.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The recorded word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OrganizationCreated => "organization.created",
            Self::MemberCreated => "member.created",
            Self::MemberChanged => "member.changed",
            Self::RoleChanged => "member.role_changed",
            Self::MemberDeleted => "member.deleted",
            Self::MemberErased => "member.erased",
            Self::MemberRestored => "member.restored",
            Self::RemovalsHeld => "removals.held",
            Self::RemovalShareChanged => "removals.share_changed",
            Self::RoleAssigned => "member.role_assigned",
            Self::GroupCreated => "group.created",
            Self::GroupChanged => "group.changed",
            Self::GroupDeleted => "group.deleted",
            Self::MappingChanged => "mapping.changed",
            Self::ProjectCreated => "project.created",
            Self::WorkspaceCreated => "workspace.created",
            Self::OrganizationChanged => "organization.changed",
            Self::OwnerChanged => "organization.owner_changed",
            Self::PermissionChanged => "permission.changed",
            Self::TagCreated => "tag.created",
            Self::TagChanged => "tag.changed",
            Self::TagDeleted => "tag.deleted",
            Self::TagsAssigned => "tag.assigned",
            Self::InvitationCreated => "invitation.created",
            Self::InvitationRevoked => "invitation.revoked",
            Self::InvitationAccepted => "invitation.accepted",
            Self::InviteLinkReset => "invite_link.reset",
            Self::ProjectChanged => "project.changed",
            Self::ProjectDeleted => "project.deleted",
            Self::ProjectMembersChanged => "project.members_changed",
            Self::WorkspaceChanged => "workspace.changed",
            Self::WorkspaceDeleted => "workspace.deleted",
            Self::WorkspaceMembersChanged => "workspace.members_changed",
            Self::ConnectionChanged => "connection.changed",
            Self::ConnectionDeleted => "connection.deleted",
            Self::ConnectionKeyCreated => "connection_key.created",
            Self::ConnectionKeySigns => "connection_key.signs",
            Self::ConnectionKeyDeleted => "connection_key.deleted",
            Self::DomainClaimed => "domain.claimed",
            Self::DomainVerified => "domain.verified",
            Self::DomainChanged => "domain.changed",
            Self::DomainReleased => "domain.released",
            Self::SignInPolicyChanged => "sign_in_policy.changed",
            Self::SchemaCreated => "schema.created",
            Self::SchemaChanged => "schema.changed",
            Self::SchemaDeleted => "schema.deleted",
            Self::ScimTokenCreated => "scim_token.created",
            Self::ScimTokenRevoked => "scim_token.revoked",
            Self::ReceiverCreated => "event_receiver.created",
            Self::ReceiverChanged => "event_receiver.changed",
            Self::ReceiverDeleted => "event_receiver.deleted",
            Self::WebhookCreated => "webhook.created",
            Self::WebhookChanged => "webhook.changed",
            Self::WebhookRekeyed => "webhook.rekeyed",
            Self::WebhookDeleted => "webhook.deleted",
            Self::RequestReplayed => "scim_request.replayed",
            Self::UserTokenCreated => "user_token.created",
            Self::PersonalTokenCreated => "personal_token.created",
            Self::PersonalTokenRevoked => "personal_token.revoked",
            Self::TokenSettingsChanged => "token_settings.changed",
            Self::SessionPolicyChanged => "session_policy.changed",
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_word() {
        for (index, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(
                (kind as usize, Kind::from_name(kind.name())),
                (index, Some(kind))
            );
        }
        assert_eq!(Kind::ALL.len(), Kind::SignInRefused as usize + 1);
        assert_eq!(Kind::from_name("member.exploded"), None);
    }
}
