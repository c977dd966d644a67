//! Who somebody is, for an app behind a proxy that asks at each request of theirs.

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::Actor;
use crate::domain::role::Role;
use crate::store::{mapping, members};

/// A member, as an app sees them.
#[derive(Debug)]
pub(crate) struct Person {
    /// The name by which the directory knows them.
    pub(crate) user_name: String,
    /// Their address; empty where there is none.
    pub(crate) email: String,
    /// What they are called.
    pub(crate) name: String,
    /// Their groups, of directory and sign-on, each once and in one order.
    pub(crate) groups: Vec<String>,
    /// Their role in the organization, now.
    pub(crate) role: Role,
}

/// What an app asks for beside a member with access.
#[derive(Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// At least this role.
    pub(crate) role: Option<Role>,
    /// One of these groups, spelled exactly so; none where any will do.
    pub(crate) groups: Vec<&'a str>,
}

impl Wanted<'_> {
    /// Whether somebody is what is asked for.
    pub(crate) fn is_met_by(&self, person: &Person) -> bool {
        self.role.is_none_or(|role| person.role >= role)
            && (self.groups.is_empty()
                || person
                    .groups
                    .iter()
                    .any(|group| self.groups.contains(&group.as_str())))
    }
}

/// Who asks; nobody where it is no member, or none any more.
pub(crate) async fn person(caller: &Caller) -> Result<Option<Person>, Error> {
    let (Actor::Member(id), Some(role)) = (caller.actor, caller.role) else {
        return Ok(None);
    };
    let mut tx = caller.db.read().await?;
    let Some(member) = members::find(&mut tx, caller.organization, id).await? else {
        return Ok(None);
    };
    let named = mapping::groups_named(&mut tx, caller.organization, id).await?;
    let mut groups: Vec<String> = named.into_iter().map(|(group, _)| group).collect();
    groups.sort_unstable();
    groups.dedup();
    Ok(Some(Person {
        email: member.profile.email().unwrap_or_default().to_owned(),
        name: member.profile.display_name(),
        user_name: member.profile.user_name,
        groups,
        role,
    }))
}
