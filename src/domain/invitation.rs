//! Invitations to one address. The link of an organization, by which anybody signs up, is none.

use super::role::Role;
use super::{InvitationId, MemberId, OrganizationId, ProjectId, Timestamp, WorkspaceId};

/// For how long an invitation can be used, in seconds: seven days.
pub(crate) const LIFE: i64 = 7 * 86_400;
/// How soon the same address can be sent another mail, in seconds.
pub(crate) const PAUSE: i64 = 60;
/// How many addresses one request invites at most.
pub(crate) const MOST: usize = 100;
/// How many invitations of an organization wait at most.
pub(crate) const MOST_OPEN: u64 = 5000;

/// An invitation that was neither used nor taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invitation {
    /// Into which organization.
    pub(crate) organization: OrganizationId,
    /// What names it in the trail; opens nothing.
    pub(crate) id: InvitationId,
    /// Whom.
    pub(crate) email: String,
    /// As what.
    pub(crate) role: Role,
    /// Into which projects, as far as they are there then.
    pub(crate) projects: Vec<ProjectId>,
    /// Into which workspaces, likewise.
    pub(crate) workspaces: Vec<WorkspaceId>,
    /// By whom.
    pub(crate) invited_by: MemberId,
    /// When.
    pub(crate) created: Timestamp,
    /// Until when it can be used.
    pub(crate) expires: Timestamp,
}
