//! Groups as rules know them, by name: how many are in each, who, and which names come near to one that nobody has.

use std::collections::BTreeMap;

use super::Caller;
use crate::domain::error::Error;
use crate::domain::listing::Slice;
use crate::domain::query::Found;
use crate::domain::role::Role;
use crate::domain::{MemberNumber, name};
use crate::store::named_groups::{self as rows, NamedGroup};

/// Among how many names one is looked for that comes near.
const MOST_NAMES: i64 = 10_000;

/// A part of all groups, by name.
pub(crate) async fn list(caller: &Caller, slice: Slice) -> Result<Found<NamedGroup>, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    Ok(Found {
        total: rows::count(&mut tx, caller.organization).await?,
        resources: rows::list(&mut tx, caller.organization, slice).await?,
    })
}

/// A group, and a part of its members: number, userName and role.
pub(crate) async fn members(
    caller: &Caller,
    name: &str,
    slice: Slice,
) -> Result<(NamedGroup, Vec<(MemberNumber, String, Role)>), Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let group = rows::find(&mut tx, caller.organization, name).await?;
    let group = group.ok_or(Error::NotFound("group"))?;
    let members = rows::members(&mut tx, caller.organization, name, slice).await?;
    Ok((group, members))
}

/// What is known of names that rules have.
#[derive(Debug)]
pub(crate) struct Names {
    /// How many members those have that are groups.
    members: BTreeMap<String, u64>,
    /// All groups, by name.
    pub(crate) all: Vec<String>,
    by_key: BTreeMap<String, String>,
}

/// Looks names up.
pub(crate) async fn look_up(caller: &Caller, names: &[String]) -> Result<Names, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let mut members = BTreeMap::new();
    for name in names {
        if let Some(found) = rows::find(&mut tx, caller.organization, name).await? {
            members.insert(found.name, found.members);
        }
    }
    let all = rows::names(&mut tx, caller.organization, MOST_NAMES).await?;
    Ok(Names {
        members,
        by_key: all
            .iter()
            .map(|one| (name::key(one), one.clone()))
            .collect(),
        all,
    })
}

impl Names {
    /// How many members the group has that was looked up; `None` where there is no such group.
    pub(crate) fn members(&self, group: &str) -> Option<u64> {
        self.members.get(group).copied()
    }

    /// A group whose name differs by case alone.
    pub(crate) fn near_miss(&self, group: &str) -> Option<&str> {
        let found = self.by_key.get(&name::key(group)).map(String::as_str);
        found.filter(|found| *found != group)
    }
}
