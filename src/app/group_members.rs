//! Who is in a group, read a bounded number at a time: a group of 100,000 members is never held as a whole.

use uuid::Uuid;

use super::Caller;
use crate::domain::error::Error;
use crate::domain::group::{Group, GroupMember, MemberKind};
use crate::domain::{GroupId, MemberId, OrganizationId};
use crate::store::db::Tx;
use crate::store::{group_members as rows, groups};

/// How many members are held at once.
pub(crate) const MOST: usize = 1000;
/// How many are read in one statement where there are more.
const PART: usize = 500;

/// The members of these groups, by group and member, where all together are at most `most`. `named` says whether with what
/// to call them.
pub(crate) async fn few(
    caller: &Caller,
    of: &[GroupId],
    named: bool,
    most: usize,
) -> Result<Option<Vec<(GroupId, GroupMember)>>, Error> {
    let mut tx = caller.db.read().await?;
    first(&mut tx, caller.organization, of, named, most).await
}

async fn first(
    tx: &mut Tx,
    organization: OrganizationId,
    of: &[GroupId],
    named: bool,
    most: usize,
) -> Result<Option<Vec<(GroupId, GroupMember)>>, Error> {
    if of.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let one_more = count(most.saturating_add(1));
    let members = if let [group] = of {
        // By its key alone: for a list of groups PostgreSQL may look at the rows of others too.
        let mut members = Vec::new();
        for kind in [MemberKind::User, MemberKind::Group] {
            members.extend(
                part(
                    tx,
                    organization,
                    *group,
                    named,
                    (kind, Uuid::nil()),
                    one_more,
                )
                .await?,
            );
        }
        members.into_iter().map(|member| (*group, member)).collect()
    } else if named {
        rows::some_named(tx, organization, of, one_more).await?
    } else {
        rows::some(tx, organization, of, one_more).await?
    };
    Ok((members.len() <= most).then_some(members))
}

/// The next so many members of one kind in one group, by id. `named` says whether with what to call them.
async fn part(
    tx: &mut Tx,
    organization: OrganizationId,
    group: GroupId,
    named: bool,
    (kind, last): (MemberKind, Uuid),
    most: i64,
) -> Result<Vec<GroupMember>, Error> {
    if kind == MemberKind::User && !named {
        let ids = rows::ids_after(tx, organization, group, MemberId(last), most).await?;
        return Ok(ids
            .into_iter()
            .map(|id| GroupMember {
                kind,
                id: id.0,
                display_name: None,
            })
            .collect());
    }
    let mut members = rows::after(tx, organization, group, (kind, last), most).await?;
    if !named {
        for member in &mut members {
            member.display_name = None;
        }
    }
    Ok(members)
}

fn count(members: usize) -> i64 {
    i64::try_from(members).unwrap_or(i64::MAX)
}

/// Reads groups and all their members, as they were at one moment.
pub(crate) struct Reading {
    tx: Tx,
    organization: OrganizationId,
    named: bool,
}

impl Reading {
    /// Waits for a place among those who read at length, and begins. `named` says whether members are read with what to call them.
    pub(crate) async fn start(caller: &Caller, named: bool) -> Result<Self, Error> {
        Ok(Self {
            tx: caller.db.read_one_state(caller.organization).await?,
            organization: caller.organization,
            named,
        })
    }

    /// Those of these groups that are there, in this order.
    pub(crate) async fn groups(&mut self, ids: &[GroupId]) -> Result<Vec<Group>, Error> {
        let mut found = groups::find_all(&mut self.tx, self.organization, ids).await?;
        found.sort_by_cached_key(|group| ids.iter().position(|id| *id == group.id));
        Ok(found)
    }

    /// The members of these groups, by group and member, where all together are at most [`MOST`].
    pub(crate) async fn few(
        &mut self,
        of: &[GroupId],
    ) -> Result<Option<Vec<(GroupId, GroupMember)>>, Error> {
        first(&mut self.tx, self.organization, of, self.named, MOST).await
    }

    /// The next members of a group, users before groups, each by id; none after the last.
    pub(crate) async fn after(
        &mut self,
        group: GroupId,
        last: Option<&GroupMember>,
    ) -> Result<Vec<GroupMember>, Error> {
        let (tx, organization) = (&mut self.tx, self.organization);
        // Nothing has the nil id, which is before all others.
        let (kind, last) =
            last.map_or((MemberKind::User, Uuid::nil()), |last| (last.kind, last.id));
        let (named, most) = (self.named, count(PART));
        let mut members = Vec::new();
        if kind == MemberKind::User {
            members = part(tx, organization, group, named, (kind, last), most).await?;
        }
        if members.len() < PART {
            let from = if kind == MemberKind::Group {
                last
            } else {
                Uuid::nil()
            };
            let from = (MemberKind::Group, from);
            members.extend(part(tx, organization, group, named, from, most).await?);
        }
        Ok(members)
    }
}
