//! The organization, and the projects and workspaces in it.

use serde_json::{Value, json};

use super::role::Role;
use super::{MemberId, MemberNumber, OrganizationId, ProjectId, Timestamp, WorkspaceId};

/// An organization and the facts that its members' roles depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Organization {
    /// Its number.
    pub(crate) id: OrganizationId,
    /// Its name.
    pub(crate) title: String,
    /// Exactly one, always (R7).
    pub(crate) owner: MemberId,
    /// The base role of who joins without an invitation that carries one.
    pub(crate) default_role: Role,
    /// Whether admins may give roles by hand (R5, R17).
    pub(crate) manual_role_management: bool,
    /// How to reach whoever runs it, as they wrote it.
    pub(crate) contact_info: String,
    /// How many members may have access at once (R16).
    pub(crate) seat_limit: Option<i64>,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// Somebody who was a member: what stays of them (R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FormerMember {
    /// The number that they had in the REST API.
    pub(crate) number: MemberNumber,
    /// When they joined.
    pub(crate) joined: Timestamp,
    /// When they left.
    pub(crate) left: Timestamp,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Project {
    /// Its number.
    pub(crate) id: ProjectId,
    /// Its name.
    pub(crate) title: String,
    /// What it is for.
    pub(crate) description: String,
    /// The workspace that it is in.
    pub(crate) workspace: Option<WorkspaceId>,
    /// The colour of its card: `#` and six hexadecimal digits.
    pub(crate) color: String,
    /// Whether annotators and reviewers may work in it.
    pub(crate) is_published: bool,
    /// Whether it is put away.
    pub(crate) is_archived: bool,
    /// Who made it; the id outlives the member.
    pub(crate) created_by: MemberId,
    /// When it was made.
    pub(crate) created: Timestamp,
}

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Workspace {
    /// Its number.
    pub(crate) id: WorkspaceId,
    /// Its name, once in an organization.
    pub(crate) title: String,
    /// What it is for.
    pub(crate) description: String,
    /// The colour of its card: `#` and six hexadecimal digits.
    pub(crate) color: String,
    /// Whether it is put away.
    pub(crate) is_archived: bool,
    /// Whether it is one person's own.
    pub(crate) is_personal: bool,
    /// How many projects are in it.
    pub(crate) projects: i64,
    /// The number of whoever made it, also where they have left.
    pub(crate) author: MemberNumber,
    /// Who made it; the id outlives the member.
    pub(crate) created_by: MemberId,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl Project {
    /// What is told of it where it changes.
    pub(crate) fn told(&self) -> Value {
        json!({
            "title": self.title,
            "workspace": self.workspace,
            "is_published": self.is_published,
            "is_archived": self.is_archived,
        })
    }
}

impl Workspace {
    /// What is told of it where it changes.
    pub(crate) fn told(&self) -> Value {
        json!({ "title": self.title, "is_archived": self.is_archived, "is_personal": self.is_personal })
    }
}
