//! What happened lately, newest first, for who looks back at a member, a project or the whole organization. The trail
//! itself, in order and without gaps, is in `trail.rs`.

use std::collections::HashMap;

use super::{Caller, places};
use crate::domain::error::Error;
use crate::domain::event::Kind;
use crate::domain::event::recorded::Entry;
use crate::domain::listing::Slice;
use crate::domain::member::Member;
use crate::domain::query::Found;
use crate::domain::{EventId, MemberId, MemberNumber, ProjectId, Timestamp, WorkspaceId};
use crate::store::history::{self as rows, Wanted};
use crate::store::members;

/// How many events one request looks back at most, whatever it leaves out of them.
const REACH: i64 = 100_000;

/// What is looked back at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Everything.
    Everything,
    /// Who joined and left, and as what.
    Members,
    /// Who is in which group of the directory, and which group gives what.
    Groups,
    /// What the organization has said of itself.
    Settings,
    /// Who is in a project by hand, and as what.
    Project(ProjectId),
    /// Who is in a workspace by hand.
    Workspace(WorkspaceId),
}

impl Of {
    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Everything => &[],
            Self::Members => &[
                Kind::MemberCreated,
                Kind::RoleAssigned,
                Kind::RoleChanged,
                Kind::MemberDeleted,
                Kind::MemberRestored,
                Kind::OwnerChanged,
                Kind::InvitationAccepted,
            ],
            Self::Groups => &[
                Kind::GroupCreated,
                Kind::GroupChanged,
                Kind::GroupDeleted,
                Kind::MappingChanged,
            ],
            Self::Settings => &[
                Kind::OrganizationChanged,
                Kind::MappingChanged,
                Kind::PermissionChanged,
                Kind::TokenSettingsChanged,
                Kind::SessionPolicyChanged,
                Kind::SignInPolicyChanged,
                Kind::RemovalShareChanged,
                Kind::InviteLinkReset,
            ],
            Self::Project(_) => &[Kind::ProjectMembersChanged],
            Self::Workspace(_) => &[Kind::WorkspaceMembersChanged],
        }
    }
}

/// What of it is asked for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// What happened to this member alone.
    pub(crate) member: Option<MemberNumber>,
    /// What this member did alone.
    pub(crate) by: Option<MemberNumber>,
    /// From this moment on.
    pub(crate) since: Option<Timestamp>,
    /// Up to this moment.
    pub(crate) until: Option<Timestamp>,
}

/// Something that happened.
#[derive(Debug)]
pub(crate) struct Happened {
    /// Its number in the trail, as soon as it has one.
    pub(crate) seq: Option<i64>,
    /// What.
    pub(crate) entry: Entry,
    /// Who did it, where it was somebody who is a member now.
    pub(crate) by: Option<Member>,
    /// To whom, likewise.
    pub(crate) to: Option<Member>,
}

/// What happened, of the last 100,000 events, newest first; Owner and Administrators see it.
pub(crate) async fn list(
    caller: &Caller,
    of: Of,
    asked: &Asked,
    slice: Slice,
) -> Result<Found<Happened>, Error> {
    caller.must_administer()?;
    let subject = match of {
        Of::Project(id) => Some(places::find_project(caller, id).await?.id.0.to_string()),
        Of::Workspace(id) => Some(places::find_workspace(caller, id).await?.id.0.to_string()),
        Of::Everything | Of::Members | Of::Groups | Of::Settings => None,
    };
    let organization = caller.organization;
    let mut tx = caller.db.read().await?;
    let mut ids = [None; 2];
    for (id, number) in ids.iter_mut().zip([asked.member, asked.by]) {
        if let Some(number) = number {
            *id = members::find_id(&mut tx, organization, number).await?;
            if id.is_none() {
                return Err(Error::NotFound("member"));
            }
        }
    }
    let mut kinds = [""; 8];
    for (kind, wanted) in kinds.iter_mut().zip(of.kinds()) {
        *kind = wanted.name();
    }
    let wanted = Wanted {
        reach: REACH,
        kinds,
        subject: subject.or(ids[0].map(|id| id.to_string())),
        actor: ids[1].map(|id| EventId(id.0)),
        since: asked.since.unwrap_or(Timestamp(0)),
        until: asked.until.unwrap_or(caller.now),
    };
    let (total, found) = rows::list(&mut tx, organization, &wanted, slice).await?;
    let mut named: Vec<MemberId> = found.iter().flat_map(|(_, entry)| named(entry)).collect();
    named.sort_unstable();
    named.dedup();
    let known = members::list_by_ids(&mut tx, organization, &named).await?;
    let known: HashMap<MemberId, Member> = known.into_iter().map(|one| (one.id, one)).collect();
    let resources = found
        .into_iter()
        .map(|(seq, entry)| Happened {
            by: actor(&entry).and_then(|id| known.get(&id).cloned()),
            to: subject_of(&entry).and_then(|id| known.get(&id).cloned()),
            seq,
            entry,
        })
        .collect();
    Ok(Found { total, resources })
}

fn named(entry: &Entry) -> impl Iterator<Item = MemberId> + use<> {
    actor(entry).into_iter().chain(subject_of(entry))
}

fn actor(entry: &Entry) -> Option<MemberId> {
    entry
        .actor
        .filter(|_| entry.actor_kind == "member")
        .map(MemberId)
}

/// The member that it happened to, where the subject is one.
fn subject_of(entry: &Entry) -> Option<MemberId> {
    MemberId::parse(entry.subject.as_ref()?)
}
