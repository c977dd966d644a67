//! The role that somebody comes in with: the groups that their IdP names are taken over, and what follows from them.

use super::{Answer, On, Refused};
use crate::app::roles;
use crate::domain::identity::AssertedGroups;
use crate::domain::role::Role;
use crate::secret;
use crate::store::db::Tx;
use crate::store::members;
use crate::store::sign_ons::{self, Known};

/// By which groups that an IdP names are known again.
pub(in crate::app) fn digest(names: &[String]) -> String {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    // No name has a line feed in it.
    secret::hash(&names.join("\n")).0
}

impl On<'_> {
    /// Takes the groups over and derives the role; refuses who has no access.
    pub(super) async fn role(&self, tx: &mut Tx, known: Known) -> Answer<Role> {
        let (organization, id) = (self.connection.organization, known.id);
        if known.standing.barred && !known.standing.owner {
            return Ok(Err(Refused::Deactivated));
        }
        let mut role = Some(known.standing.role);
        // Absent means unknown and changes nothing (R11).
        if let AssertedGroups::Known(names) = &self.identity.groups {
            let digest = digest(names);
            // Mostly they are those of the last time.
            if known.groups.as_ref() != Some(&digest) {
                if sign_ons::replace_asserted_groups(
                    tx,
                    self.key(),
                    id,
                    names,
                    self.connection.role_source(),
                )
                .await?
                {
                    roles::derive(self.caller, tx, &[id]).await?;
                    role = members::find_role(tx, organization, id).await?;
                }
                let subject = self.identity.subject.lasting();
                sign_ons::set_groups_digest(tx, self.key(), id, subject, &digest).await?;
            }
        }
        Ok(match role {
            Some(Role::Deactivated) | None => Err(Refused::Deactivated),
            Some(Role::NotActivated) => Err(Refused::Pending),
            Some(role) => Ok(role),
        })
    }
}
