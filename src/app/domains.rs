//! Domains of e-mail addresses: claimed by an organization, verified to be its own, and where their people sign in.

use super::{Caller, sign_in_policy};
use crate::domain::connection::Connection;
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::mail_domain::{self, Domain};
use crate::domain::{ConnectionId, OrganizationId};
use crate::secret;
use crate::store::db::{Attempt, Db, Tx};
use crate::store::{connections, domains, organizations};

const MISSING: Error = Error::NotFound("domain");

/// The domains of the organization, by name.
pub(crate) async fn list(caller: &Caller) -> Result<Vec<Domain>, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    domains::list(&mut tx, caller.organization).await
}

/// One domain.
pub(crate) async fn find(caller: &Caller, name: &str) -> Result<Domain, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    one(&mut tx, caller, name).await
}

async fn one(tx: &mut Tx, caller: &Caller, name: &str) -> Result<Domain, Error> {
    let name = mail_domain::parse(name).map_err(|_| MISSING)?;
    let found = domains::find(tx, caller.organization, &name).await?;
    found.ok_or(MISSING)
}

/// Claims a domain, which has no effect until it is verified.
pub(crate) async fn create(
    caller: &Caller,
    name: &str,
    connection: Option<ConnectionId>,
) -> Result<Domain, Error> {
    caller.must_administer()?;
    let name = mail_domain::parse(name)?;
    let mut tx = caller.write_alone().await?;
    if domains::find(&mut tx, caller.organization, &name)
        .await?
        .is_some()
    {
        return Err(Error::Duplicate {
            kind: "domain",
            attribute: "name",
        });
    }
    let made = claim(caller, &mut tx, name, connection).await?;
    tx.commit().await?;
    Ok(made)
}

async fn claim(
    caller: &Caller,
    tx: &mut Tx,
    name: String,
    connection: Option<ConnectionId>,
) -> Result<Domain, Error> {
    must_be_free(tx, caller.organization, &name).await?;
    if domains::list(tx, caller.organization).await?.len() as u64 >= mail_domain::MOST {
        return Err(Error::Invalid(format!(
            "an organization can have {} domains, and it has them",
            mail_domain::MOST
        )));
    }
    let made = Domain {
        name,
        challenge: secret::random_token(""),
        connection,
        sso_required: false,
        created: caller.now,
        verified: None,
    };
    save(caller, tx, &made).await?;
    caller
        .record(tx, vec![Event::domain_claimed(&made)])
        .await?;
    Ok(made)
}

/// Refuses what another organization has verified, without a word of which.
async fn must_be_free(tx: &mut Tx, own: OrganizationId, name: &str) -> Result<(), Error> {
    match domains::find_verified(tx, name).await? {
        Some((organization, _)) if organization != own => Err(taken(name)),
        _ => Ok(()),
    }
}

fn taken(name: &str) -> Error {
    Error::Invalid(format!("{name} belongs to another organization here"))
}

async fn save(caller: &Caller, tx: &mut Tx, domain: &Domain) -> Result<(), Error> {
    match domains::save(tx, caller.organization, domain).await? {
        Attempt::Done(_) => Ok(()),
        Attempt::Taken => Err(taken(&domain.name)),
        Attempt::Missing => Err(Error::Invalid(
            "`connection` is none of this organization".to_owned(),
        )),
    }
}

/// Verifies a domain, where these TXT records of its show that the organization has a say over it.
pub(crate) async fn verify(caller: &Caller, name: &str, texts: &[String]) -> Result<Domain, Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    let domain = one(&mut tx, caller, name).await?;
    if domain.verified.is_some() {
        return Ok(domain);
    }
    if !domain.is_shown_by(texts) {
        return Err(Error::Invalid(format!(
            "there is no TXT record {} at {} yet, nor at {} itself; new records take some minutes to be seen",
            domain.record(),
            domain.record_name(),
            domain.name
        )));
    }
    let domain = set_verified(caller, &mut tx, domain, true).await?;
    tx.commit().await?;
    Ok(domain)
}

/// Verifies a domain by the word of the operator, and claims it where nobody has.
pub(crate) async fn vouch(caller: &Caller, name: &str) -> Result<Domain, Error> {
    let name = mail_domain::parse(name)?;
    let mut tx = caller.write_alone().await?;
    let organization = organizations::find(&mut tx, caller.organization).await?;
    organization.ok_or(Error::NotFound("organization"))?;
    let domain = match domains::find(&mut tx, caller.organization, &name).await? {
        Some(domain) if domain.verified.is_some() => return Ok(domain),
        Some(domain) => domain,
        None => claim(caller, &mut tx, name, None).await?,
    };
    let domain = set_verified(caller, &mut tx, domain, false).await?;
    tx.commit().await?;
    Ok(domain)
}

async fn set_verified(
    caller: &Caller,
    tx: &mut Tx,
    mut domain: Domain,
    by_dns: bool,
) -> Result<Domain, Error> {
    domain.verified = Some(caller.now);
    save(caller, tx, &domain).await?;
    let told = Event::domain_verified(&domain, by_dns);
    caller.record(tx, vec![told]).await?;
    Ok(domain)
}

/// Changes where the people of a domain sign in, and whether they may sign in nowhere else.
pub(crate) async fn change(
    caller: &Caller,
    name: &str,
    change: impl FnOnce(Domain) -> Domain,
) -> Result<Domain, Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    let before = one(&mut tx, caller, name).await?;
    let after = change(before.clone());
    if after == before {
        return Ok(after);
    }
    if after.sso_required && !before.sso_required {
        if after.verified.is_none() {
            return Err(Error::Invalid(
                "single sign-on can be required of a domain that is verified".to_owned(),
            ));
        }
        sign_in_policy::must_have_signed_in(caller, &mut tx).await?;
    }
    save(caller, &mut tx, &after).await?;
    caller
        .record(&mut tx, vec![Event::domain_changed(&before, &after)])
        .await?;
    sign_in_policy::end_other_sessions(caller, &mut tx).await?;
    tx.commit().await?;
    Ok(after)
}

/// Gives a domain up.
pub(crate) async fn delete(caller: &Caller, name: &str) -> Result<(), Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    let domain = one(&mut tx, caller, name).await?;
    release(caller, &mut tx, &domain).await?;
    tx.commit().await
}

async fn release(caller: &Caller, tx: &mut Tx, domain: &Domain) -> Result<(), Error> {
    domains::delete(tx, caller.organization, &domain.name).await?;
    caller
        .record(tx, vec![Event::domain_released(domain)])
        .await
}

/// Claims the domains that a connection newly lists, and gives those up that it lists no more.
pub(super) async fn follow(
    caller: &Caller,
    tx: &mut Tx,
    before: Option<&Connection>,
    after: &Connection,
) -> Result<(), Error> {
    let listed = before.map_or("", |before| before.domain.as_str());
    if listed == after.domain {
        return Ok(());
    }
    let old = mail_domain::parse_list(listed).unwrap_or_default();
    let new = mail_domain::parse_list(&after.domain)?;
    for name in old.iter().filter(|name| !new.contains(name)) {
        let found = domains::find(tx, caller.organization, name).await?;
        if let Some(domain) = found.filter(|domain| domain.connection == Some(after.id)) {
            release(caller, tx, &domain).await?;
        }
    }
    for name in new {
        match domains::find(tx, caller.organization, &name).await? {
            None => {
                claim(caller, tx, name, Some(after.id)).await?;
            }
            Some(domain) if domain.connection.is_none() => {
                let changed = Domain {
                    connection: Some(after.id),
                    ..domain.clone()
                };
                save(caller, tx, &changed).await?;
                let told = Event::domain_changed(&domain, &changed);
                caller.record(tx, vec![told]).await?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Whether an organization could list these domains.
pub(crate) async fn could_list(caller: &Caller, text: &str) -> Result<bool, Error> {
    caller.must_administer()?;
    let Ok(names) = mail_domain::parse_list(text) else {
        return Ok(false);
    };
    let mut tx = caller.db.read().await?;
    for name in &names {
        let owner = domains::find_verified(&mut tx, name).await?;
        if owner.is_some_and(|(organization, _)| organization != caller.organization) {
            return Ok(false);
        }
    }
    Ok(!names.is_empty())
}

/// The connection through which somebody with this address signs in, if their domain is verified and has one: its own,
/// or else the only one of the organization.
pub(crate) async fn route(db: &Db, email: &str) -> Result<Option<Connection>, Error> {
    let Some(name) = mail_domain::of_address(email) else {
        return Ok(None);
    };
    let mut tx = db.read().await?;
    let Some((organization, connection)) = domains::find_verified(&mut tx, &name).await? else {
        return Ok(None);
    };
    let mut found = connections::list(&mut tx, organization).await?;
    found.retain(|one| one.is_ready() && connection.is_none_or(|id| one.id == id));
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// The organization that has verified the domain of an address, this one or another.
pub(super) async fn owner_of(tx: &mut Tx, email: &str) -> Result<Option<OrganizationId>, Error> {
    let Some(name) = mail_domain::of_address(email) else {
        return Ok(None);
    };
    let found = domains::find_verified(tx, &name).await?;
    Ok(found.map(|(organization, _)| organization))
}
