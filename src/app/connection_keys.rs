//! Keys of our own: by which a connection signs what it sends, and decrypts what it gets.
//!
//! A connection gets its first at the first need of one. All keys of a connection decrypt and stand in its metadata, so
//! that an IdP can learn a new one before it signs and can go on with the old one until it has.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::Semaphore;

use super::Caller;
use super::vault::Vault;
use crate::domain::connection::{Connection, MOST_KEYS, OwnKey};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::{ConnectionId, KeyId, OrganizationId, Timestamp};
use crate::secret::{self, key_pair};
use crate::store::db::{Db, Tx};
use crate::store::{connection_keys as rows, connections};

const MISSING: Error = Error::NotFound("key");

/// One key at a time: it takes some tenths of a second of a core.
static MAKING: Semaphore = Semaphore::const_new(1);

/// The private keys of a connection, PEM, the one that signs first.
#[derive(Clone)]
pub(crate) struct PrivateKeys(pub(crate) Vec<String>);

impl PrivateKeys {
    /// The one that signs.
    pub(crate) fn signing(&self) -> Result<&str, Error> {
        let first = self.0.first().map(String::as_str);
        first.ok_or_else(|| Error::Internal(anyhow::anyhow!("a connection has no key")))
    }
}

/// The keys of a connection, the one that signs first. Made where there is none.
pub(crate) async fn of(
    db: &Db,
    vault: &Vault,
    connection: &Connection,
    now: Timestamp,
    request: &str,
) -> Result<Vec<OwnKey>, Error> {
    let found = present(db, connection).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let caller = Caller::of_sign_on(db.clone(), now, connection.organization, request);
    let one_at_a_time = MAKING.acquire().await.context("keys are made for ever");
    let _turn = one_at_a_time.map_err(Error::Internal)?;
    let found = present(db, connection).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let made = make(now).await?;
    let mut tx = caller.write_alone().await?;
    let key = (connection.organization, connection.id);
    let found = rows::list(&mut tx, key).await?;
    if !found.is_empty() {
        return Ok(ordered(found));
    }
    let key = keep(&caller, vault, &mut tx, connection.id, made, true).await?;
    tx.commit().await?;
    Ok(vec![key])
}

/// The keys that a connection has.
pub(crate) async fn present(db: &Db, connection: &Connection) -> Result<Vec<OwnKey>, Error> {
    let mut tx = db.read().await?;
    let key = (connection.organization, connection.id);
    Ok(ordered(rows::list(&mut tx, key).await?))
}

fn ordered(mut keys: Vec<OwnKey>) -> Vec<OwnKey> {
    keys.sort_by_key(|key| !key.signs);
    keys
}

/// Opens keys.
pub(crate) fn opened(
    vault: &Vault,
    organization: OrganizationId,
    keys: &[OwnKey],
) -> Result<PrivateKeys, Error> {
    let open = |key: &OwnKey| vault.open(&place(organization, key.id), &key.sealed);
    Ok(PrivateKeys(
        keys.iter().map(open).collect::<Result<_, _>>()?,
    ))
}

/// The keys of a connection, oldest first, for who administers it.
pub(crate) async fn list(caller: &Caller, id: ConnectionId) -> Result<Vec<OwnKey>, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    find(caller, &mut tx, id).await?;
    rows::list(&mut tx, (caller.organization, id)).await
}

/// Makes a further key. It does not sign before it is told to, unless it is the first.
pub(crate) async fn create(
    caller: &Caller,
    vault: &Vault,
    id: ConnectionId,
) -> Result<OwnKey, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    find(caller, &mut tx, id).await?;
    must_have_room(&rows::list(&mut tx, (caller.organization, id)).await?)?;
    drop(tx);
    let one_at_a_time = MAKING.acquire().await.context("keys are made for ever");
    let _turn = one_at_a_time.map_err(Error::Internal)?;
    let made = make(caller.now).await?;
    let mut tx = caller.write_alone().await?;
    let all = rows::list(&mut tx, (caller.organization, id)).await?;
    must_have_room(&all)?;
    let key = keep(caller, vault, &mut tx, id, made, all.is_empty()).await?;
    tx.commit().await?;
    Ok(key)
}

/// Has a key sign from now on, and no other.
pub(crate) async fn let_sign(
    caller: &Caller,
    id: ConnectionId,
    key: KeyId,
) -> Result<OwnKey, Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    find(caller, &mut tx, id).await?;
    let all = rows::list(&mut tx, (caller.organization, id)).await?;
    let mut found = all.into_iter().find(|one| one.id == key).ok_or(MISSING)?;
    if !found.signs {
        rows::let_sign(&mut tx, (caller.organization, id), key).await?;
        found.signs = true;
        let told = Event::connection_key_signs(id, key);
        caller.record(&mut tx, vec![told]).await?;
    }
    tx.commit().await?;
    Ok(found)
}

/// Forgets a key that does not sign: what is encrypted for it cannot be read any more.
pub(crate) async fn delete(caller: &Caller, id: ConnectionId, key: KeyId) -> Result<(), Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    find(caller, &mut tx, id).await?;
    let all = rows::list(&mut tx, (caller.organization, id)).await?;
    let found = all.iter().find(|one| one.id == key).ok_or(MISSING)?;
    if found.signs {
        return Err(Error::Invalid(
            "this key signs; let another key sign before this one is deleted".to_owned(),
        ));
    }
    rows::delete(&mut tx, (caller.organization, id), key).await?;
    let told = Event::connection_key_deleted(id, key);
    caller.record(&mut tx, vec![told]).await?;
    tx.commit().await
}

async fn find(caller: &Caller, tx: &mut Tx, id: ConnectionId) -> Result<Connection, Error> {
    let found = connections::find(tx, caller.organization, id).await?;
    let found = found.ok_or(Error::NotFound("connection"))?;
    match found.saml() {
        Some(_) => Ok(found),
        None => Err(Error::Invalid(
            "a connection by OIDC has no keys of ours: it has a client secret".to_owned(),
        )),
    }
}

fn must_have_room(keys: &[OwnKey]) -> Result<(), Error> {
    if keys.len() < MOST_KEYS {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "a connection can have {MOST_KEYS} keys, and it has them; delete one that does not sign"
    )))
}

async fn make(now: Timestamp) -> Result<key_pair::KeyPair, Error> {
    let made = tokio::task::spawn_blocking(move || key_pair::make("rollright", now)).await;
    made.map_err(anyhow::Error::from)
        .and_then(|made| made)
        .map_err(Error::Internal)
}

async fn keep(
    caller: &Caller,
    vault: &Vault,
    tx: &mut Tx,
    connection: ConnectionId,
    made: key_pair::KeyPair,
    signs: bool,
) -> Result<OwnKey, Error> {
    // It may have been deleted while the key was made.
    find(caller, tx, connection).await?;
    let id = KeyId(secret::id_in_turn_at(caller.now));
    let key = OwnKey {
        id,
        certificate: STANDARD.encode(&made.certificate),
        sealed: vault
            .seal(tx, &place(caller.organization, id), &made.private)
            .await?,
        signs,
        created: caller.now,
        expires: made.expires,
    };
    rows::insert(tx, (caller.organization, connection), &key).await?;
    let told = Event::connection_key_created(connection, &key);
    caller.record(tx, vec![told]).await?;
    Ok(key)
}

/// The place of a private key in the vault.
fn place(organization: OrganizationId, key: KeyId) -> String {
    format!("connection_key/{}/{key}", organization.0)
}
