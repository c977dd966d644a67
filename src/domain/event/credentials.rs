//! What happened to credentials: tokens, passwords, links, sign-ins.

use serde_json::json;

use super::{Event, Kind};
use crate::domain::leniency::Leniency;
use crate::domain::policy::{SessionPolicy, TokenSettings};
use crate::domain::role::Role;
use crate::domain::{
    ConnectionId, LoggedRequestId, MemberId, OrganizationId, PersonalTokenId, ScimTokenId,
};

impl Event {
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

    /// An admin did a request of the request log again, which had this request id and is answered so now.
    pub(crate) fn request_replayed(entry: LoggedRequestId, request: &str, status: u16) -> Self {
        Self::plain(
            Kind::RequestReplayed,
            entry,
            json!({ "request_id": request, "status": status }),
        )
    }

    /// A user token was made.
    pub(crate) fn user_token_created(member: MemberId) -> Self {
        Self::of_member(Kind::UserTokenCreated, member, json!({}))
    }

    /// A personal access token was made.
    pub(crate) fn personal_token_created(member: MemberId, token: PersonalTokenId) -> Self {
        Self::of_member(
            Kind::PersonalTokenCreated,
            member,
            json!({ "token": token }),
        )
    }

    /// A personal access token was ended.
    pub(crate) fn personal_token_revoked(member: MemberId, token: PersonalTokenId) -> Self {
        Self::of_member(
            Kind::PersonalTokenRevoked,
            member,
            json!({ "token": token }),
        )
    }

    /// What the organization says of tokens changed.
    pub(crate) fn token_settings_changed(
        organization: OrganizationId,
        before: TokenSettings,
        after: TokenSettings,
    ) -> Self {
        let told = |settings: TokenSettings| {
            json!({
                "api_token_ttl_days": settings.days,
                "api_tokens_enabled": settings.personal,
                "legacy_api_tokens_enabled": settings.legacy,
            })
        };
        let facts = json!({ "before": told(before), "after": told(after) });
        Self::plain(Kind::TokenSettingsChanged, organization.0, facts)
    }

    /// How long sessions last changed.
    pub(crate) fn session_policy_changed(
        organization: OrganizationId,
        before: SessionPolicy,
        after: SessionPolicy,
    ) -> Self {
        let told = |policy: SessionPolicy| {
            json!({
                "max_session_age": policy.max_age_minutes,
                "max_time_between_activity": policy.max_idle_minutes,
            })
        };
        let facts = json!({ "before": told(before), "after": told(after) });
        Self::plain(Kind::SessionPolicyChanged, organization.0, facts)
    }

    /// The password of a member's account was set, by an operator or the person.
    pub(crate) fn password_set(member: MemberId) -> Self {
        Self::of_member(Kind::PasswordSet, member, json!({}))
    }

    /// An operator made a link that signs a member in.
    pub(crate) fn login_link_created(member: MemberId) -> Self {
        Self::of_member(Kind::LoginLinkCreated, member, json!({}))
    }

    /// Somebody signed in: through a connection, or with a link or a password.
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
