//! Drift: where the roll, the directory and the rules do not say the same, a list for each way.

use super::Caller;
use crate::domain::drift::{Group, List, Origin, Person};
use crate::domain::error::Error;
use crate::store::drift as rows;

/// What a list holds.
#[derive(Debug)]
pub(crate) enum Entries {
    /// Members.
    People(Vec<Person>),
    /// Groups.
    Groups(Vec<Group>),
}

/// A part of a list.
#[derive(Debug)]
pub(crate) struct Part {
    /// Which list.
    pub(crate) list: List,
    /// How many entries it has in all; `None` for more than 1,000 members.
    pub(crate) total: Option<u64>,
    /// This part of them.
    pub(crate) entries: Entries,
    /// What to ask for next is behind this one; none at the end.
    pub(crate) next: Option<String>,
}

/// A part of a list, behind `after`: the number of a member or the name of a group. For the Owner and Administrators.
pub(crate) async fn list(
    caller: &Caller,
    list: List,
    after: &str,
    count: usize,
) -> Result<Part, Error> {
    caller.must_administer()?;
    let organization = caller.organization;
    let mut tx = caller.db.read().await?;
    let one_more = i64::try_from(count + 1).unwrap_or(i64::MAX);
    let origin = match list {
        List::ByHand => Some(Origin::Hand),
        List::SignInOnly => Some(Origin::SignOn),
        List::NeverPushed | List::NeverMapped => None,
    };
    if let Some(origin) = origin {
        let behind = after.parse().unwrap_or(0);
        let mut people = rows::list_people(&mut tx, organization, origin, behind, one_more).await?;
        let more = people.len() > count;
        people.truncate(count);
        let end = people.last().map(|one| one.number.0.to_string());
        return Ok(Part {
            list,
            total: rows::count_people(&mut tx, organization, origin).await?,
            next: end.filter(|_| more),
            entries: Entries::People(people),
        });
    }
    let (total, mut groups) = if list == List::NeverPushed {
        (
            rows::count_never_pushed(&mut tx, organization).await?,
            rows::list_never_pushed(&mut tx, organization, after, one_more).await?,
        )
    } else {
        (
            rows::count_never_mapped(&mut tx, organization).await?,
            rows::list_never_mapped(&mut tx, organization, after, one_more).await?,
        )
    };
    let more = groups.len() > count;
    groups.truncate(count);
    let end = groups.last().map(|one| one.name.clone());
    Ok(Part {
        list,
        total: Some(total),
        next: end.filter(|_| more),
        entries: Entries::Groups(groups),
    })
}
