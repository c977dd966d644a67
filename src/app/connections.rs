//! Setting up how an organization's people sign in.

use super::vault::Vault;
use super::{Caller, domains, role_mapping, roles};
use crate::domain::connection::{self, AttributeNames, Connection, Protocol, Saml};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::mapping::MappingChange;
use crate::domain::{ConnectionId, Timestamp};
use crate::secret;
use crate::store::connections;
use crate::store::db::{Db, Tx};
pub(crate) use crate::store::sign_ons::Purpose;
use crate::store::sign_ons::{self, OpenRequest};

const MISSING: Error = Error::NotFound("connection");

/// A connection of nothing yet but its own place: the IdP needs our URLs before we know anything of it.
pub(crate) fn draft(caller: &Caller, protocol: Protocol) -> Connection {
    let attributes = match &protocol {
        Protocol::Saml(_) => AttributeNames::default(),
        Protocol::Oidc(_) => AttributeNames::of_oidc(),
    };
    Connection {
        organization: caller.organization,
        id: ConnectionId(secret::id_at(caller.now)),
        token: secret::random_token(""),
        name: String::new(),
        enabled: true,
        just_in_time: true,
        domain: String::new(),
        idp_provider: "custom".to_owned(),
        attributes,
        protocol,
    }
}

/// The connections of the organization, oldest first.
pub(crate) async fn list(caller: &Caller) -> Result<Vec<Connection>, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    connections::list(&mut tx, caller.organization).await
}

/// One connection.
pub(crate) async fn find(caller: &Caller, id: ConnectionId) -> Result<Connection, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    let found = connections::find(&mut tx, caller.organization, id).await?;
    found.ok_or(MISSING)
}

/// The first SAML connection: the one that Label Studio's clients know. Made where there is none, since its URLs must
/// last from the first look on.
pub(crate) async fn first(caller: &Caller) -> Result<Connection, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    if let Some(found) = first_saml(&mut tx, caller).await? {
        return Ok(found);
    }
    drop(tx);
    let mut tx = caller.write_alone().await?;
    if let Some(found) = first_saml(&mut tx, caller).await? {
        return Ok(found);
    }
    let made = draft(caller, Protocol::Saml(Saml::default()));
    save(caller, &mut tx, None, &made).await?;
    tx.commit().await?;
    Ok(made)
}

async fn first_saml(tx: &mut Tx, caller: &Caller) -> Result<Option<Connection>, Error> {
    let all = connections::list(tx, caller.organization).await?;
    Ok(all.into_iter().find(|one| one.saml().is_some()))
}

/// Sets a connection up.
pub(crate) async fn create(
    caller: &Caller,
    vault: &Vault,
    mut made: Connection,
    secret: Option<String>,
) -> Result<Connection, Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    let all = connections::list(&mut tx, caller.organization).await?;
    if all.len() as u64 >= connection::MOST {
        return Err(Error::Invalid(format!(
            "an organization can have {} connections, and it has them; delete one that is not used",
            connection::MOST
        )));
    }
    keep_secret(&mut tx, vault, None, &mut made, secret).await?;
    save(caller, &mut tx, None, &made).await?;
    tx.commit().await?;
    Ok(made)
}

/// The place in the vault of the secret by which a provider knows us.
fn secret_place(id: ConnectionId) -> String {
    format!("connection/{}/client_secret", id.0)
}

/// The secret by which a provider knows us; a public client has none.
pub(crate) fn client_secret(
    vault: &Vault,
    connection: &Connection,
) -> Result<Option<String>, Error> {
    match connection.oidc() {
        Some(oidc) if !oidc.sealed_secret.is_empty() => vault
            .open(&secret_place(connection.id), &oidc.sealed_secret)
            .map(Some),
        _ => Ok(None),
    }
}

/// Seals a secret that is given; an empty one takes it away. One that was given for another issuer is not told to this
/// one: who may set the issuer may not read the secret.
async fn keep_secret(
    tx: &mut Tx,
    vault: &Vault,
    before: Option<&Connection>,
    after: &mut Connection,
    secret: Option<String>,
) -> Result<(), Error> {
    let place = secret_place(after.id);
    let elsewhere =
        before.is_some_and(|before| !before.idp().is_empty() && before.idp() != after.idp());
    let Protocol::Oidc(oidc) = &mut after.protocol else {
        return Ok(());
    };
    match secret {
        Some(secret) if secret.is_empty() => oidc.sealed_secret.clear(),
        Some(secret) if secret.len() > 4096 => {
            let sentence = "client_secret must have at most 4096 bytes";
            return Err(Error::Invalid(sentence.to_owned()));
        }
        Some(secret) => oidc.sealed_secret = vault.seal(tx, &place, &secret).await?,
        None if elsewhere => oidc.sealed_secret.clear(),
        None => {}
    }
    Ok(())
}

/// Changes a connection.
pub(crate) async fn change(
    caller: &Caller,
    vault: &Vault,
    id: ConnectionId,
    secret: Option<String>,
    change: impl FnOnce(Connection) -> Result<Connection, Error>,
) -> Result<Connection, Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    let found = connections::find(&mut tx, caller.organization, id).await?;
    let before = found.ok_or(MISSING)?;
    let mut after = change(before.clone())?;
    keep_secret(&mut tx, vault, Some(&before), &mut after, secret).await?;
    save(caller, &mut tx, Some(&before), &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Changes the first SAML connection, who gives roles, and the rules: all or nothing.
pub(crate) async fn change_first(
    caller: &Caller,
    change: impl FnOnce(Connection) -> Result<Connection, Error>,
    manual: Option<bool>,
    rules: MappingChange,
) -> Result<Connection, Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    let before = first_saml(&mut tx, caller).await?;
    let after = change(
        before
            .clone()
            .unwrap_or_else(|| draft(caller, Protocol::Saml(Saml::default()))),
    )?;
    save(caller, &mut tx, before.as_ref(), &after).await?;
    if let Some(manual) = manual {
        role_mapping::apply_manual_management(caller, &mut tx, manual).await?;
    }
    role_mapping::apply(caller, &mut tx, rules).await?;
    tx.commit().await?;
    Ok(after)
}

/// Sets the first SAML connection, who gives roles, and the rules to what they were before anybody set them. The URLs
/// stay.
pub(crate) async fn reset_first(caller: &Caller) -> Result<(), Error> {
    let nothing = MappingChange {
        roles: Some(Vec::new()),
        projects: Some(Vec::new()),
        workspaces: Some(Vec::new()),
    };
    let fresh = draft(caller, Protocol::Saml(Saml::default()));
    let reset = |known: Connection| {
        Ok(Connection {
            id: known.id,
            token: known.token,
            ..fresh
        })
    };
    change_first(caller, reset, Some(true), nothing).await?;
    Ok(())
}

/// Deletes a connection: nobody signs in through it any more, its sessions end, and what it has said of people is
/// forgotten.
pub(crate) async fn delete(caller: &Caller, id: ConnectionId) -> Result<(), Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    let found = connections::find(&mut tx, caller.organization, id).await?;
    let before = found.ok_or(MISSING)?;
    connections::delete(&mut tx, caller.organization, id).await?;
    let told = Event::connection_deleted(&before);
    caller.record(&mut tx, vec![told]).await?;
    roles::derive_all(caller, &mut tx).await?;
    tx.commit().await
}

async fn save(
    caller: &Caller,
    tx: &mut Tx,
    before: Option<&Connection>,
    after: &Connection,
) -> Result<(), Error> {
    if before == Some(after) {
        return Ok(());
    }
    after.check()?;
    connections::save(tx, after).await?;
    domains::follow(caller, tx, before, after).await?;
    let told = Event::connection_changed(before, after);
    caller.record(tx, vec![told]).await?;
    // What another IdP said of people says nothing here: neither their names with it nor their groups.
    if before.is_some_and(|before| before.idp() != after.idp()) {
        sign_ons::forget(tx, (after.organization, after.id)).await?;
        roles::derive_all(caller, tx).await?;
    }
    Ok(())
}

/// The connection that a URL names.
pub(crate) async fn find_by_token(db: &Db, token: &str) -> Result<Option<Connection>, Error> {
    let mut tx = db.read().await?;
    connections::find_by_token(&mut tx, token).await
}

/// The connection that an answer is for: one that people can sign in through; or one that only waits to be enabled, where
/// a test of it was begun in this browser.
pub(crate) async fn find_answered(
    db: &Db,
    token: &str,
    browser: &str,
    now: Timestamp,
) -> Result<Option<Connection>, Error> {
    let mut tx = db.read().await?;
    let Some(found) = connections::find_by_token(&mut tx, token).await? else {
        return Ok(None);
    };
    if found.is_ready() {
        return Ok(Some(found));
    }
    let key = (found.organization, found.id);
    let browser = secret::hash(browser).0;
    let tested =
        found.is_complete() && sign_ons::has_open_test(&mut tx, key, &browser, now).await?;
    Ok(tested.then_some(found))
}

/// What a sign-on is for that somebody begins: a test may be begun by an administrator of the organization alone.
pub(crate) fn purpose(
    caller: Option<&Caller>,
    connection: &Connection,
    test: bool,
) -> Result<Purpose, Error> {
    if !test {
        return Ok(Purpose::SignOn);
    }
    match caller.filter(|caller| caller.organization == connection.organization) {
        Some(caller) => caller.must_administer().map(|()| Purpose::Test),
        None => Err(Error::Forbidden(
            "sign in as an administrator of this organization first; only they can test a connection".to_owned(),
        )),
    }
}

/// Remembers a request that is about to be sent to the IdP, bound to the browser that asks; its id.
pub(crate) async fn begin_sign_on(
    db: &Db,
    connection: &Connection,
    browser: &str,
    target: &str,
    purpose: Purpose,
    now: Timestamp,
) -> Result<String, Error> {
    /// For how long an answer is waited for, in seconds.
    const PATIENCE: i64 = 600;
    let id = secret::request_id();
    let mut tx = db.write(connection.organization).await?;
    let key = (connection.organization, connection.id);
    let expires = now.plus_seconds(PATIENCE);
    let request = OpenRequest {
        id: &id,
        browser_hash: &secret::hash(browser).0,
        target,
        purpose,
        secrets: None,
    };
    sign_ons::insert_request(&mut tx, key, request, now, expires).await?;
    tx.commit().await?;
    Ok(id)
}
