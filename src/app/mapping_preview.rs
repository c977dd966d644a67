//! What a change of the mapping rules would do, before it is done; and doing only what was shown.
//!
//! A preview is the change itself, made in a transaction that is then undone: nothing else could say exactly what
//! follows. Its mark says what was seen; a change that comes with a mark is made only if it would do the same now.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use super::roles::CHUNK;
use super::{Caller, role_mapping};
use crate::domain::error::Error;
use crate::domain::mapping::{Mapping, MappingChange, groups_concerned};
use crate::domain::role::Role;
use crate::domain::standing::{Known, PlaceRules, Places};
use crate::domain::{MemberId, MemberNumber, ProjectId, WorkspaceId};
use crate::secret;
use crate::store::db::Tx;
use crate::store::roles::RoleChange;
use crate::store::standings::{self, Named};
use crate::store::{mapping, organizations, seats};

/// How many members are named one by one, of those whose role changes and of those whose places do.
pub(crate) const MOST_NAMED: usize = 1000;

/// Somewhere in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The organization itself.
    Organization,
    /// One of its projects.
    Project(ProjectId),
    /// One of its workspaces, where nobody has a role of their own.
    Workspace(WorkspaceId),
}

/// From what to what; `None` is not being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Move {
    /// Where.
    pub(crate) place: Place,
    /// The role until now.
    pub(crate) before: Option<Role>,
    /// The role from then on.
    pub(crate) after: Option<Role>,
}

/// Somebody whose role somewhere is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mover {
    /// The member's number.
    pub(crate) number: MemberNumber,
    /// The member's userName.
    pub(crate) user_name: String,
    /// What changes.
    pub(crate) moved: Move,
}

/// Seats before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeatChange {
    /// How many there are; `None` for any number.
    pub(crate) limit: Option<i64>,
    /// Taken, before and after.
    pub(crate) used: (i64, i64),
    /// Members that wait for one, before and after.
    pub(crate) waiting: (i64, i64),
}

/// What a change of the rules would do, or has done.
#[derive(Debug)]
pub(crate) struct Preview {
    /// The rules as they are.
    pub(crate) before: Mapping,
    /// The rules as they would be.
    pub(crate) after: Mapping,
    /// Who moves, at most [`MOST_NAMED`], by place and then by name.
    pub(crate) movers: Vec<Mover>,
    /// How many move in each way. In the organization also how many of those whom the rules concern keep their role.
    pub(crate) counts: BTreeMap<Move, u64>,
    /// How many members have another role in the organization.
    pub(crate) members_changed: u64,
    /// How many lose access altogether.
    pub(crate) losing_access: u64,
    /// The seats.
    pub(crate) seats: SeatChange,
    /// What was seen, in a word: a change that names it is made only if it would do the same.
    pub(crate) mark: String,
}

/// What a change would do. Nothing is changed.
pub(crate) async fn preview(caller: &Caller, change: MappingChange) -> Result<Preview, Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    made(caller, &mut tx, change).await
    // The transaction ends here, undone.
}

/// Makes a change, if it does what was previewed under this mark.
pub(crate) async fn apply(
    caller: &Caller,
    change: MappingChange,
    mark: &str,
) -> Result<Preview, Error> {
    caller.must_administer()?;
    // Alone: who changes memberships at the same time is either seen here or sees the new rules.
    let mut tx = caller.write_alone().await?;
    let made = made(caller, &mut tx, change).await?;
    if mark != made.mark {
        return Err(Error::VersionMismatch("effect of these rules"));
    }
    tx.commit().await?;
    Ok(made)
}

/// Makes a change in a transaction that is alone, and says what it did.
async fn made(caller: &Caller, tx: &mut Tx, change: MappingChange) -> Result<Preview, Error> {
    let organization = organizations::find(tx, caller.organization)
        .await?
        .ok_or(Error::NotFound("organization"))?;
    let used = seats::count(tx, caller.organization).await?;
    let waiting = seats::count_waiting(tx, caller.organization).await?;
    let before = mapping::find(tx, caller.organization).await?;
    let (after, changes) = role_mapping::apply(caller, tx, change).await?;
    let within = standings::projects_of_workspaces(tx, caller.organization).await?;
    let rules = (
        PlaceRules::of(&before, &within),
        PlaceRules::of(&after, &within),
    );
    let mut walk = Walk::new(&changes);
    for group in groups_concerned(&before, &after) {
        let mut last = None;
        loop {
            let found =
                mapping::members_named_after(tx, caller.organization, &group, last, CHUNK).await?;
            last = found.last().copied();
            if last.is_none() {
                break;
            }
            walk.members(caller, tx, &rules, &found).await?;
        }
    }
    // Who is in none of these groups and gets the seat of somebody who is.
    let mut others: Vec<MemberId> = walk.changes.keys().copied().collect();
    others.sort_unstable();
    for chunk in others.chunks(usize::from(CHUNK)) {
        walk.members(caller, tx, &rules, chunk).await?;
    }
    let seats = SeatChange {
        limit: organization.seat_limit,
        used: (used, seats::count(tx, caller.organization).await?),
        waiting: (
            waiting,
            seats::count_waiting(tx, caller.organization).await?,
        ),
    };
    let mark = walk.mark(&before, &after, seats);
    let in_organization = |way: &Move| way.place == Place::Organization && way.before != way.after;
    let total = |wanted: &dyn Fn(&Move) -> bool| -> u64 {
        let counted = walk.counts.iter().filter(|(way, _)| wanted(way));
        counted.map(|(_, count)| count).sum()
    };
    let members_changed = total(&in_organization);
    let losing_access = total(&|way| in_organization(way) && way.loses_access());
    let mut movers = walk.movers;
    movers.sort_by(|a, b| {
        (a.moved.place, &a.user_name, a.number).cmp(&(b.moved.place, &b.user_name, b.number))
    });
    Ok(Preview {
        before,
        after,
        movers,
        counts: walk.counts,
        members_changed,
        losing_access,
        seats,
        mark,
    })
}

impl Move {
    fn loses_access(self) -> bool {
        let has = |role: Option<Role>| role.is_some_and(Role::has_access);
        has(self.before) && !has(self.after)
    }
}

/// What has been seen of the members so far.
struct Walk {
    /// Every change of a role in the organization, from the first to the last.
    changes: HashMap<MemberId, (Role, Role)>,
    seen: BTreeSet<MemberId>,
    movers: Vec<Mover>,
    counts: BTreeMap<Move, u64>,
    /// A hash of every move.
    hash: String,
}

impl Walk {
    fn new(all: &[RoleChange]) -> Self {
        let mut changes: HashMap<MemberId, (Role, Role)> = HashMap::new();
        for change in all {
            let of_member = changes
                .entry(change.member)
                .or_insert((change.before, change.after));
            of_member.1 = change.after;
        }
        Self {
            changes,
            seen: BTreeSet::new(),
            movers: Vec::new(),
            counts: BTreeMap::new(),
            hash: String::new(),
        }
    }

    /// Looks at these members, each once.
    async fn members(
        &mut self,
        caller: &Caller,
        tx: &mut Tx,
        rules: &(PlaceRules<'_>, PlaceRules<'_>),
        members: &[MemberId],
    ) -> Result<(), Error> {
        let new: Vec<MemberId> = members
            .iter()
            .copied()
            .filter(|member| self.seen.insert(*member))
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut known = standings::known(tx, caller.organization, &new).await?;
        let mut told = std::mem::take(&mut self.hash);
        for member in standings::named(tx, caller.organization, &new).await? {
            let known = known.remove(&member.id).unwrap_or_default();
            self.member(rules, &member, &known, &mut told);
        }
        self.hash = secret::hash(&told).0;
        Ok(())
    }

    fn member(
        &mut self,
        rules: &(PlaceRules<'_>, PlaceRules<'_>),
        member: &Named,
        known: &Known,
        told: &mut String,
    ) {
        let changed = self.changes.get(&member.id).copied();
        let (before, after) = changed.unwrap_or((member.role, member.role));
        let mut moves = vec![Move {
            place: Place::Organization,
            before: Some(before),
            after: Some(after),
        }];
        let places = (rules.0.places(known, before), rules.1.places(known, after));
        differences(&places.0, &places.1, (before, after), &mut moves);
        for moved in moves {
            *self.counts.entry(moved).or_default() += 1;
            if moved.before == moved.after {
                continue;
            }
            // Writing to a String cannot fail.
            let _ = writeln!(told, "{} {moved:?}", member.id.0);
            if self.movers.len() < MOST_NAMED {
                self.movers.push(Mover {
                    number: member.number,
                    user_name: member.user_name.clone(),
                    moved,
                });
            }
        }
    }

    fn mark(&self, before: &Mapping, after: &Mapping, seats: SeatChange) -> String {
        secret::hash(&format!("{} {before:?} {after:?} {seats:?}", self.hash)).0
    }
}

/// How two sets of places differ. What an Administrator is in, the role in the organization says.
fn differences(before: &Places, after: &Places, roles: (Role, Role), moves: &mut Vec<Move>) {
    if !roles.0.administers() && !roles.1.administers() {
        let all: BTreeSet<ProjectId> = before
            .projects
            .keys()
            .chain(after.projects.keys())
            .copied()
            .collect();
        for project in all {
            let role = |places: &Places| places.projects.get(&project).copied();
            moves.push(Move {
                place: Place::Project(project),
                before: role(before),
                after: role(after),
            });
        }
    }
    for workspace in before.workspaces.union(&after.workspaces) {
        let role =
            |places: &Places, role: Role| places.workspaces.contains(workspace).then_some(role);
        let there = (role(before, roles.0), role(after, roles.1));
        // To be there with another role is told once, of the organization.
        if there.0.is_some() != there.1.is_some() {
            moves.push(Move {
                place: Place::Workspace(*workspace),
                before: there.0,
                after: there.1,
            });
        }
    }
    moves.retain(|moved| moved.place == Place::Organization || moved.before != moved.after);
}
