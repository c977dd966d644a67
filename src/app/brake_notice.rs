//! Telling the Owner and Administrators that the brake holds deletions: a mail to each, once for each sweep, in the
//! transaction in which the first deletion is held.

use super::Caller;
use super::mail::{self, Draft};
use super::vault::Vault;
use crate::domain::error::Error;
use crate::domain::role::Role;
use crate::store::db::Tx;
use crate::store::{departures, members, organizations};

/// How many are told at most.
const MOST: i64 = 50;

/// What a caller needs who may have to write a mail.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    /// What seals it while it waits.
    pub(crate) vault: Vault,
    /// Where people reach the server.
    pub(crate) base_url: String,
}

/// Writes the mails. Who asks without a desk, such as a command, tells nobody: the pages do.
pub(super) async fn tell(
    caller: &Caller,
    tx: &mut Tx,
    removals: i64,
    members_before: i64,
) -> Result<(), Error> {
    let Some(desk) = &caller.desk else {
        return Ok(());
    };
    let organization = caller.organization;
    let found = organizations::find(tx, organization).await?;
    let title = found.map(|found| found.title).unwrap_or_default();
    let text = format!(
        "The directory of the organization {title:?} has deleted {removals} of {members_before} members within a few \
         minutes, which is more than its share.\n\n\
         Whoever was deleted has no access any more. From now on what is known of them is kept until you decide: take \
         the deletions back, or erase.\n\n\
         Decide here: {}/organization/removals\n",
        desk.base_url
    );
    let ids = departures::list_with_role(tx, organization, Role::Administrator, MOST).await?;
    for member in members::list_by_ids(tx, organization, &ids).await? {
        let Some(to) = member.profile.email() else {
            continue;
        };
        let draft = Draft {
            to,
            subject: "Deletions wait for you",
            text: &text,
        };
        mail::enqueue(tx, &desk.vault, Some(organization), &draft, caller.now).await?;
    }
    Ok(())
}
