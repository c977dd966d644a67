//! Who may come in only through a connection. Every way in that is no connection asks [`must_use_sso`] first.
//!
//! The Owner never must: an organization that locks itself out needs one way back.

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::{MemberId, OrganizationId, mail_domain};
use crate::store::db::Tx;
use crate::store::{domains, organizations, sign_in_traces};

/// For how long an administrator's own sign-in proves that a connection works, in seconds.
const PROOF: i64 = 7 * 86_400;

/// Whether a member may come in only through a connection: the organization says so of everybody, or of the domain of
/// their sign-in name. For a link, and for a password.
pub(crate) async fn must_use_sso(
    tx: &mut Tx,
    organization: OrganizationId,
    member: MemberId,
) -> Result<bool, Error> {
    let found = organizations::find(tx, organization).await?;
    if found.is_none_or(|found| found.owner == member) {
        return Ok(false);
    }
    if domains::is_sso_required(tx, organization).await? {
        return Ok(true);
    }
    let name = domains::sign_in_name(tx, organization, member).await?;
    let Some(domain) = name.as_deref().and_then(mail_domain::of_address) else {
        return Ok(false);
    };
    let found = domains::find(tx, organization, &domain).await?;
    Ok(found.is_some_and(|domain| domain.sso_required && domain.verified.is_some()))
}

/// Whether everybody but the Owner must.
pub(crate) async fn is_required(caller: &Caller) -> Result<bool, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    domains::is_sso_required(&mut tx, caller.organization).await
}

/// Says whether everybody but the Owner must; sessions that were begun otherwise end.
pub(crate) async fn require(caller: &Caller, required: bool) -> Result<(), Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    if domains::is_sso_required(&mut tx, caller.organization).await? == required {
        return Ok(());
    }
    if required {
        must_have_signed_in(caller, &mut tx).await?;
    }
    domains::set_sso_required(&mut tx, caller.organization, required).await?;
    let told = Event::sign_in_policy_changed(caller.organization, required);
    caller.record(&mut tx, vec![told]).await?;
    end_other_sessions(caller, &mut tx).await?;
    tx.commit().await
}

/// Refuses an administrator who has not signed in or tested it through a connection: they would not know that anybody
/// can.
pub(super) async fn must_have_signed_in(caller: &Caller, tx: &mut Tx) -> Result<(), Error> {
    let Actor::Member(member) = caller.actor else {
        return Ok(());
    };
    let since = caller.now.plus_seconds(-PROOF);
    if sign_in_traces::has_succeeded(tx, caller.organization, member, since).await? {
        return Ok(());
    }
    Err(Error::Invalid(
        "single sign-on can be required once you have signed in through a connection yourself, or tested it with success, within the last seven days"
            .to_owned(),
    ))
}

/// Ends the sessions of everybody who must use a connection and did not.
pub(super) async fn end_other_sessions(caller: &Caller, tx: &mut Tx) -> Result<(), Error> {
    let organization = caller.organization;
    for member in domains::list_signed_in_otherwise(tx, organization).await? {
        if must_use_sso(tx, organization, member).await?
            && domains::end_sessions_otherwise(tx, organization, member).await? > 0
        {
            caller.record(tx, vec![Event::signed_out(member)]).await?;
        }
    }
    Ok(())
}
