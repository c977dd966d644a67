//! Setting up how an organization's people sign in.

use super::{Caller, role_mapping, roles};
use crate::domain::connection::Connection;
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::mapping::MappingChange;
use crate::domain::{ConnectionId, Timestamp};
use crate::secret;
use crate::store::db::Db;
use crate::store::{connections, sign_ons};

/// The organization's connection; an empty one, with its URLs, where none was set up yet.
pub(crate) async fn find(caller: &Caller) -> Result<Connection, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    if let Some(found) = connections::find(&mut tx, caller.organization).await? {
        return Ok(found);
    }
    drop(tx);
    // The IdP needs our URLs before we know anything of it; so they must last from the first look on.
    let mut tx = caller.write_alone().await?;
    if let Some(found) = connections::find(&mut tx, caller.organization).await? {
        return Ok(found);
    }
    let empty = empty(caller);
    connections::save(&mut tx, &empty).await?;
    caller
        .record(&mut tx, vec![Event::connection_changed(None, &empty)])
        .await?;
    tx.commit().await?;
    Ok(empty)
}

fn empty(caller: &Caller) -> Connection {
    Connection {
        organization: caller.organization,
        id: ConnectionId(secret::id_at(caller.now)),
        token: secret::random_token(""),
        domain: String::new(),
        idp_provider: "custom".to_owned(),
        metadata_xml: String::new(),
        metadata_url: String::new(),
        entity_id: String::new(),
        sso_url: String::new(),
        certificates: Vec::new(),
        mapping_email: "Email".to_owned(),
        mapping_first_name: "FirstName".to_owned(),
        mapping_last_name: "LastName".to_owned(),
        mapping_groups: "Groups".to_owned(),
        split_groups: false,
    }
}

/// Changes the organization's connection, who gives roles, and the rules: all or nothing.
pub(crate) async fn change(
    caller: &Caller,
    change: impl FnOnce(Connection) -> Result<Connection, Error>,
    manual: Option<bool>,
    rules: MappingChange,
) -> Result<Connection, Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    let before = connections::find(&mut tx, caller.organization).await?;
    let after = change(before.clone().unwrap_or_else(|| empty(caller)))?;
    if before.as_ref() != Some(&after) {
        connections::save(&mut tx, &after).await?;
        caller
            .record(
                &mut tx,
                vec![Event::connection_changed(before.as_ref(), &after)],
            )
            .await?;
        // What another IdP said of people says nothing here: neither their names with it nor their groups.
        if before.is_some_and(|before| before.entity_id != after.entity_id) {
            sign_ons::forget(&mut tx, (after.organization, after.id)).await?;
            roles::derive_all(caller, &mut tx).await?;
        }
    }
    if let Some(manual) = manual {
        role_mapping::apply_manual_management(caller, &mut tx, manual).await?;
    }
    role_mapping::apply(caller, &mut tx, rules).await?;
    tx.commit().await?;
    Ok(after)
}

/// The connection that a URL names.
pub(crate) async fn find_by_token(db: &Db, token: &str) -> Result<Option<Connection>, Error> {
    let mut tx = db.read().await?;
    connections::find_by_token(&mut tx, token).await
}

/// Remembers a request that is about to be sent to the IdP, bound to the browser that asks; its id.
pub(crate) async fn begin_sign_on(
    db: &Db,
    connection: &Connection,
    browser: &str,
    target: &str,
    now: Timestamp,
) -> Result<String, Error> {
    /// For how long an answer is waited for, in seconds.
    const PATIENCE: i64 = 600;
    let id = secret::request_id();
    let mut tx = db.write(connection.organization).await?;
    let key = (connection.organization, connection.id);
    let expires = now.plus_seconds(PATIENCE);
    let browser = secret::hash(browser).0;
    sign_ons::insert_request(&mut tx, key, &id, &browser, target, now, expires).await?;
    tx.commit().await?;
    Ok(id)
}
