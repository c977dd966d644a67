//! Inviting people: the organization's link, by which anybody signs up and waits for a role, and invitations to one
//! address, which carry a role (R15).

use super::mail::{self, Draft};
use super::permissions::{self, must_have};
use super::vault::Vault;
use super::{Caller, departures, roles, tags};
use crate::domain::drift::Origin;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::invitation::{Invitation, LIFE, MOST, MOST_OPEN, PAUSE};
use crate::domain::member::{Attributes, Member, Profile};
use crate::domain::permission::Permission;
use crate::domain::query::Found;
use crate::domain::role::Role;
use crate::domain::{
    AccountId, InvitationId, MemberId, MemberNumber, OrganizationId, ProjectId, Timestamp,
    WorkspaceId, name,
};
use crate::secret;
use crate::store::db::{Db, Tx};
use crate::store::members::Start;
use crate::store::{
    invitations as rows, members, organizations, project_members, projects, workspace_members,
};

/// The token of the organization's link, made where there is none.
pub(crate) async fn link(caller: &Caller, vault: &Vault) -> Result<String, Error> {
    let mut tx = caller.db.read().await?;
    must_have(caller, &mut tx, Permission::InviteMembers).await?;
    if let Some(sealed) = rows::find_link(&mut tx, caller.organization).await? {
        return vault.open(&place(caller.organization), &sealed);
    }
    drop(tx);
    let mut tx = caller.write_alone().await?;
    // Another may have made it meanwhile.
    if let Some(sealed) = rows::find_link(&mut tx, caller.organization).await? {
        return vault.open(&place(caller.organization), &sealed);
    }
    let token = make_link(caller, &mut tx, vault).await?;
    tx.commit().await?;
    Ok(token)
}

/// Gives the organization another link: the one of before opens nothing any more, also to who has begun to sign up.
pub(crate) async fn reset_link(caller: &Caller, vault: &Vault) -> Result<String, Error> {
    let mut tx = caller.write_alone().await?;
    must_have(caller, &mut tx, Permission::InviteMembers).await?;
    let token = make_link(caller, &mut tx, vault).await?;
    tx.commit().await?;
    Ok(token)
}

async fn make_link(caller: &Caller, tx: &mut Tx, vault: &Vault) -> Result<String, Error> {
    let token = secret::random_token("");
    let sealed = vault.seal(tx, &place(caller.organization), &token).await?;
    let hash = secret::hash(&token).0;
    rows::replace_link(tx, caller.organization, &hash, &sealed).await?;
    let told = Event::invite_link_reset(caller.organization);
    caller.record(tx, vec![told]).await?;
    Ok(token)
}

fn place(organization: OrganizationId) -> String {
    format!("invite link {}", organization.0)
}

/// Who is to be invited, and into what.
pub(crate) struct Wanted {
    /// The addresses.
    pub(crate) emails: Vec<String>,
    /// As what.
    pub(crate) role: Role,
    /// Into which projects.
    pub(crate) projects: Vec<ProjectId>,
    /// Into which workspaces.
    pub(crate) workspaces: Vec<WorkspaceId>,
}

/// Refuses who may not invite.
pub(crate) async fn must_invite(caller: &Caller) -> Result<(), Error> {
    let mut tx = caller.db.read().await?;
    must_have(caller, &mut tx, Permission::InviteMembers).await
}

/// Invites people by mail: those who were sent one, and those who are members already. `base_url` is where they reach
/// this server. Of all or none.
pub(crate) async fn invite(
    caller: &Caller,
    vault: &Vault,
    base_url: &str,
    wanted: &Wanted,
) -> Result<(Vec<String>, Vec<String>), Error> {
    let mut tx = caller.write().await?;
    must_have(caller, &mut tx, Permission::InviteMembers).await?;
    check(caller, &mut tx, wanted).await?;
    let organization = caller.organization;
    let title = organizations::find(&mut tx, organization)
        .await?
        .ok_or(Error::NotFound("organization"))?
        .title;
    let by = tags::author(caller)?;
    let (mut invited, mut members_already) = (Vec::new(), Vec::new());
    for email in &wanted.emails {
        let (email, key) = (email.trim(), name::key(email));
        if !members::find_ids_by_address(&mut tx, organization, &key)
            .await?
            .is_empty()
        {
            members_already.push(email.to_owned());
            continue;
        }
        invited.push(email.to_owned());
        let before = rows::find_by_email(&mut tx, organization, &key).await?;
        let fresh = |one: &Invitation| one.created.plus_seconds(PAUSE) > caller.now;
        if before.as_ref().is_some_and(fresh) {
            // Nobody's mailbox is filled by asking again and again.
            continue;
        }
        let invitation = Invitation {
            organization,
            id: InvitationId(secret::id_at(caller.now)),
            email: email.to_owned(),
            role: wanted.role,
            projects: wanted.projects.clone(),
            workspaces: wanted.workspaces.clone(),
            invited_by: by,
            created: caller.now,
            expires: caller.now.plus_seconds(LIFE),
        };
        let token = secret::random_token("");
        rows::replace(&mut tx, &invitation, &key, &secret::hash(&token).0).await?;
        let text = format!(
            "You are invited to the organization {title:?}.\n\n\
             Open this link within seven days to accept: {base_url}/user/signup/?token={token}\n\n\
             If you do not want to, there is nothing to do.\n"
        );
        let draft = Draft {
            to: email,
            subject: "You are invited",
            text: &text,
        };
        mail::enqueue(&mut tx, vault, Some(organization), &draft, caller.now).await?;
        let told = Event::invitation_created(invitation.id, wanted.role);
        caller.record(&mut tx, vec![told]).await?;
    }
    tx.commit().await?;
    Ok((invited, members_already))
}

/// Refuses what cannot be invited.
async fn check(caller: &Caller, tx: &mut Tx, wanted: &Wanted) -> Result<(), Error> {
    if wanted.emails.is_empty() || wanted.emails.len() > MOST {
        return Err(Error::Invalid(format!(
            "`emails` must have 1 to {MOST} addresses"
        )));
    }
    if let Some(bad) = wanted.emails.iter().find(|one| !name::is_email(one.trim())) {
        return Err(Error::Invalid(format!("{bad:?} is not an e-mail address")));
    }
    if !wanted.role.has_access() || wanted.role == Role::Owner {
        return Err(Error::Forbidden(
            "an invitation can give AD, MA, RE or AN".to_owned(),
        ));
    }
    if caller.role.is_some_and(|own| wanted.role > own) {
        return Err(Error::Forbidden(
            "you cannot invite somebody to a higher role than your own".to_owned(),
        ));
    }
    let organization = caller.organization;
    for project in &wanted.projects {
        if !projects::exists(tx, organization, *project).await? {
            return Err(Error::Invalid(format!("there is no project {}", project.0)));
        }
    }
    for workspace in &wanted.workspaces {
        if !projects::workspace_exists(tx, organization, *workspace).await? {
            let number = workspace.0;
            return Err(Error::Invalid(format!("there is no workspace {number}")));
        }
    }
    let (open, _) = rows::list(tx, organization, 0, 0).await?;
    if open + wanted.emails.len() as u64 > MOST_OPEN {
        return Err(Error::Forbidden(format!(
            "an organization can have {MOST_OPEN} open invitations; revoke some"
        )));
    }
    Ok(())
}

/// Takes the invitation of an address back.
pub(crate) async fn revoke(caller: &Caller, email: &str) -> Result<(), Error> {
    let mut tx = caller.write().await?;
    must_have(caller, &mut tx, Permission::InviteMembers).await?;
    let id = rows::delete(&mut tx, caller.organization, &name::key(email))
        .await?
        .ok_or(Error::NotFound("invitation"))?;
    caller
        .record(&mut tx, vec![Event::invitation_revoked(id)])
        .await?;
    tx.commit().await
}

/// The invitations that are open or have expired, newest first, with who sent each, if they are a member.
pub(crate) async fn list(
    caller: &Caller,
    offset: i64,
    count: i64,
) -> Result<Found<(Invitation, Option<MemberNumber>)>, Error> {
    let mut tx = caller.db.read().await?;
    must_have(caller, &mut tx, Permission::InviteMembers).await?;
    let (total, open) = rows::list(&mut tx, caller.organization, offset, count).await?;
    let by: Vec<MemberId> = open.iter().map(|one| one.invited_by).collect();
    let by = members::list_by_ids(&mut tx, caller.organization, &by).await?;
    let number = |id| by.iter().find(|one| one.id == id).map(|one| one.number);
    let resources = open.into_iter().map(|one| (number(one.invited_by), one));
    let resources = resources.map(|(by, one)| (one, by)).collect();
    Ok(Found { total, resources })
}

/// What a token of an invitation or a link offers, to who has not used it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Into which organization.
    pub(crate) organization: OrganizationId,
    /// The address that alone can accept; `None` for a link, which anybody can.
    pub(crate) email: Option<String>,
}

/// What a token offers, by its hash; `None` where it was used, taken back, replaced or has expired.
pub(crate) async fn offered(
    tx: &mut Tx,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Offer>, Error> {
    if let Some(invitation) = rows::find_by_hash(tx, hash, now).await? {
        return Ok(Some(Offer {
            organization: invitation.organization,
            email: Some(invitation.email),
        }));
    }
    let organization = rows::find_by_link(tx, hash).await?;
    Ok(organization.map(|organization| Offer {
        organization,
        email: None,
    }))
}

/// Who accepts.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    /// Their account.
    pub(crate) account: AccountId,
    /// Its sign-in address, which they have proved.
    pub(crate) email: String,
}

const GONE: &str = "this invitation does not work any more: it was used, taken back or replaced, or it has expired; ask for another";

/// Makes somebody a member by the hash of a token, in a transaction of its organization. Used up by whoever comes first; used by
/// nobody where it fails.
pub(crate) async fn accept(
    caller: &Caller,
    tx: &mut Tx,
    hash: &str,
    guest: &Guest,
) -> Result<Member, Error> {
    let organization = caller.organization;
    let gone = || Error::Forbidden(GONE.to_owned());
    let invitation = rows::take(tx, organization, hash, caller.now).await?;
    let base = match &invitation {
        None if rows::find_by_link(tx, hash).await? == Some(organization) => Role::NotActivated,
        None => return Err(gone()),
        Some(invitation) => {
            if name::key(&invitation.email) != name::key(&guest.email) {
                return Err(Error::Forbidden(
                    "this invitation is for another address; sign in with that one".to_owned(),
                ));
            }
            still_stands(caller, tx, invitation).await?;
            invitation.role
        }
    };
    let key = name::key(&guest.email);
    departures::give_way(caller, tx, &key).await?;
    let profile = Profile {
        user_name: guest.email.clone(),
        external_id: None,
        active: true,
        attributes: Attributes::new(),
    };
    let start = Start {
        base: Some(base),
        owner: false,
        unconfirmed: Some(Origin::Hand),
    };
    let id = MemberId(secret::id_at(caller.now));
    if organizations::has_account(tx, organization, guest.account).await? {
        return Err(already());
    }
    let mut member = members::insert(
        tx,
        organization,
        id,
        guest.account,
        &profile,
        &start,
        caller.now,
    )
    .await?
    .ok_or_else(already)?;
    // An invitation is how somebody who was deleted comes back (R14).
    departures::forget(caller, tx, &key).await?;
    let told = vec![
        Event::member_created(&member),
        Event::invitation_accepted(id, invitation.as_ref().map(|one| one.id)),
    ];
    caller.record(tx, told).await?;
    if let Some(invitation) = &invitation {
        for project in &invitation.projects {
            project_members::insert(tx, organization, *project, &[id], caller.now).await?;
        }
        for workspace in &invitation.workspaces {
            workspace_members::insert(tx, organization, *workspace, &[id], caller.now).await?;
        }
    }
    if base.has_access() {
        roles::seat(caller, tx, &mut member).await?;
    }
    Ok(member)
}

fn already() -> Error {
    Error::Invalid("you are a member of this organization already".to_owned())
}

/// Whether who invited could invite so now: what a former administrator has sent opens nothing (security H8).
async fn still_stands(caller: &Caller, tx: &mut Tx, invitation: &Invitation) -> Result<(), Error> {
    let inviter = Caller {
        actor: Actor::Member(invitation.invited_by),
        role: members::find_role(tx, caller.organization, invitation.invited_by).await?,
        ..caller.clone()
    };
    let stands = inviter.role.is_some_and(|role| role >= invitation.role)
        && permissions::may(&inviter, tx, Permission::InviteMembers).await?;
    if stands {
        return Ok(());
    }
    Err(Error::Forbidden(GONE.to_owned()))
}

/// The transaction in which a token is accepted, and who acts in it; `None` where it offers nothing.
pub(crate) async fn open(
    db: &Db,
    hash: &str,
    now: Timestamp,
    request: &str,
) -> Result<Option<(Caller, Tx)>, Error> {
    let offer = offered(&mut db.read().await?, hash, now).await?;
    let Some(offer) = offer else {
        return Ok(None);
    };
    let caller = Caller::of_sign_on(db.clone(), now, offer.organization, request);
    let tx = caller.write().await?;
    Ok(Some((caller, tx)))
}

/// Whoever is signed in accepts a token with the account that they have; into which organization, and as what.
///
/// The sign-in address of the account must be that of the invitation, and a link is for every account that has an address.
pub(crate) async fn accept_signed_in(
    caller: &Caller,
    token: &str,
) -> Result<(OrganizationId, Role), Error> {
    let Actor::Member(id) = caller.actor else {
        return Err(Error::Forbidden(GONE.to_owned()));
    };
    let mut tx = caller.db.read().await?;
    let guest = organizations::find_account_of(&mut tx, caller.organization, id).await?;
    drop(tx);
    let Some((account, Some(email))) = guest else {
        return Err(Error::Forbidden(
            "your account has no sign-in address, so it cannot accept invitations".to_owned(),
        ));
    };
    let hash = secret::hash(token).0;
    let opened = open(&caller.db, &hash, caller.now, &caller.request).await?;
    let Some((acting, mut tx)) = opened else {
        return Err(Error::Forbidden(GONE.to_owned()));
    };
    let member = accept(&acting, &mut tx, &hash, &Guest { account, email }).await?;
    tx.commit().await?;
    Ok((acting.organization, member.role))
}
