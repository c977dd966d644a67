//! A member's history: which role they had since when, and through whom.

use std::collections::HashMap;

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::role_history::Moment;
use crate::domain::{MemberId, MemberNumber};
use crate::store::{members, role_history};

/// How many entries are read.
const MOST: i64 = 500;

/// An entry of a history, and what whoever did it is called now, where they are a member.
#[derive(Debug)]
pub(crate) struct Told {
    /// The entry.
    pub(crate) moment: Moment,
    /// What the member is called who did it; `None` where they have left, or no member did it.
    pub(crate) by: Option<String>,
}

/// The history of a member, newest first, and whether it is whole; for the Owner and Administrators.
pub(crate) async fn of(caller: &Caller, number: MemberNumber) -> Result<(Vec<Told>, bool), Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let organization = caller.organization;
    let id = members::find_id(&mut tx, organization, number)
        .await?
        .ok_or(Error::NotFound("member"))?;
    let found = role_history::of_member(&mut tx, organization, id, MOST + 1).await?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let whole = found.len() <= most;
    let mut names: HashMap<MemberId, Option<String>> = HashMap::new();
    let mut told = Vec::new();
    for moment in found.into_iter().take(most) {
        let by = match moment.actor.filter(|_| moment.actor_kind == "member") {
            None => None,
            Some(actor) => {
                let actor = MemberId(actor);
                if let Some(known) = names.get(&actor) {
                    known.clone()
                } else {
                    let found = members::find(&mut tx, organization, actor).await?;
                    let name = found.map(|member| member.profile.display_name());
                    names.insert(actor, name.clone());
                    name
                }
            }
        };
        told.push(Told { moment, by });
    }
    Ok((told, whole))
}
