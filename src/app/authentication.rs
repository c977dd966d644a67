//! The one place where a credential becomes a principal (R13).
//!
//! A session or a user token is looked up at every request, with the member's role as it is now. A SCIM token may be
//! remembered for one second, with the schemas of its organization: after its revocation a node refuses it within that
//! time, and another node knows a new definition within that time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::vault::Vault;
use super::{Caller, personal_tokens};
use crate::domain::error::Error;
use crate::domain::event::Actor;
use crate::domain::leniency::{Leniency, Notes};
use crate::domain::schema::CustomSchemas;
use crate::domain::{OrganizationId, ScimTokenId, Timestamp};
use crate::secret::{self, jwt};
use crate::store::credentials::{self, Holder};
use crate::store::db::Db;
use crate::store::{personal_tokens as tokens, schemas, sessions};

/// For how long a SCIM token is remembered, in seconds.
const REMEMBERED: i64 = 1;
/// How often the last use of a SCIM token or a session is written, in seconds.
const TOUCHED: i64 = 60;
/// For how long that may hold a request up.
const PATIENCE: Duration = Duration::from_millis(200);
/// How many are remembered at most.
const ROOM: usize = 1024;

/// What a client presents.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Credential<'a> {
    /// The cookie of a session.
    Session(&'a str),
    /// A user token of the REST API, or an access token for a personal one.
    UserToken(&'a str),
    /// A SCIM token.
    ScimToken(&'a str),
}

/// SCIM tokens that were found good a moment ago. Leaving them out would only cost a look-up.
#[derive(Debug, Default)]
pub(crate) struct Remembered(Mutex<HashMap<String, (Timestamp, Client)>>);

#[derive(Debug, Clone)]
struct Client {
    organization: OrganizationId,
    token: ScimTokenId,
    leniency: Leniency,
    schemas: CustomSchemas,
}

impl Remembered {
    fn find(&self, hash: &str, now: Timestamp) -> Option<Client> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(hash)
            .filter(|(until, _)| now < *until)
            .map(|(_, client)| client.clone())
    }

    fn keep(&self, hash: String, now: Timestamp, client: Client) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ROOM {
            known.clear();
        }
        known.insert(hash, (now.plus_seconds(REMEMBERED), client));
    }

    /// Forgets every token of an organization: what is remembered with them has changed.
    pub(super) fn forget(&self, organization: OrganizationId) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (_, client)| client.organization != organization);
    }
}

/// Who presents the credential; `None` where it is none, or none any more. A member without access is nobody here.
pub(crate) async fn principal(
    db: &Db,
    remembered: &Remembered,
    vault: &Vault,
    credential: Credential<'_>,
    now: Timestamp,
    request: &str,
) -> Result<Option<Caller>, Error> {
    let caller = |organization, actor, leniency, role| Caller {
        db: db.clone(),
        now,
        organization,
        actor,
        leniency,
        notes: Notes::default(),
        schemas: CustomSchemas::default(),
        role,
        request: request.to_owned(),
        replay: None,
        desk: None,
    };
    Ok(match credential {
        Credential::ScimToken(token) => client(db, remembered, token, now).await?.map(|client| {
            let actor = Actor::ProvisioningClient(client.token);
            Caller {
                schemas: client.schemas,
                ..caller(client.organization, actor, client.leniency, None)
            }
        }),
        Credential::Session(_) | Credential::UserToken(_) => {
            holder(db, vault, credential, now).await?.map(|holder| {
                let actor = Actor::Member(holder.member);
                caller(holder.organization, actor, Leniency::Rfc, Some(holder.role))
            })
        }
    })
}

async fn client(
    db: &Db,
    remembered: &Remembered,
    token: &str,
    now: Timestamp,
) -> Result<Option<Client>, Error> {
    let hash = secret::hash(token).0;
    if let Some(client) = remembered.find(&hash, now) {
        return Ok(Some(client));
    }
    let mut tx = db.read().await?;
    let Some(found) = credentials::find_scim_token(&mut tx, &hash, now).await? else {
        return Ok(None);
    };
    let (found, has_schemas) = (found.token, found.has_schemas);
    let schemas = if has_schemas {
        CustomSchemas::of(schemas::list(&mut tx, found.organization_id).await?)
    } else {
        CustomSchemas::default()
    };
    let client = Client {
        organization: found.organization_id,
        token: found.id,
        leniency: Leniency::from_name(&found.profile).unwrap_or(Leniency::Rfc),
        schemas,
    };
    remembered.keep(hash, now, client.clone());
    drop(tx);
    if found
        .last_used_at
        .is_none_or(|at| at.plus_seconds(TOUCHED) <= now)
    {
        touch(db, &client, now).await;
    }
    Ok(Some(client))
}

async fn touch(db: &Db, client: &Client, now: Timestamp) {
    written(async {
        let mut tx = db.write_anywhere().await?;
        credentials::touch_scim_token(&mut tx, client.organization, client.token, now).await?;
        tx.commit().await
    })
    .await;
}

async fn holder(
    db: &Db,
    vault: &Vault,
    credential: Credential<'_>,
    now: Timestamp,
) -> Result<Option<Holder>, Error> {
    let holder = match credential {
        Credential::Session(token) => session(db, token, now).await?,
        Credential::UserToken(token) if jwt::looks_like(token) => {
            personal_tokens::holder(db, vault, token, now).await?
        }
        Credential::UserToken(token) => {
            let mut tx = db.read().await?;
            tokens::find_open_user_token(&mut tx, &secret::hash(token).0).await?
        }
        Credential::ScimToken(_) => None,
    };
    Ok(holder.filter(|holder| holder.role.has_access()))
}

async fn session(db: &Db, token: &str, now: Timestamp) -> Result<Option<Holder>, Error> {
    let hash = secret::hash(token).0;
    let mut tx = db.read().await?;
    let Some(found) = sessions::find(&mut tx, &hash, now).await? else {
        return Ok(None);
    };
    drop(tx);
    let idle = now.0 - found.used.0;
    if found.policy.ends(now.0 - found.created.0, idle) {
        return Ok(None);
    }
    if idle >= TOUCHED * 1000 {
        written(async {
            let mut tx = db.write_anywhere().await?;
            sessions::touch(&mut tx, &hash, now).await?;
            tx.commit().await
        })
        .await;
    }
    Ok(Some(found.holder))
}

/// Writes down that something is in use. It is not worth a refusal, nor that the client waits for a busy database.
async fn written(write: impl Future<Output = Result<(), Error>>) {
    if !matches!(tokio::time::timeout(PATIENCE, write).await, Ok(Ok(()))) {
        tracing::debug!("the last use of a credential was not written");
    }
}
