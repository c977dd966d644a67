//! Requests that are begun with secrets of their own and used up before the IdP is asked for more; and what is asked of
//! the store when it has answered.

use super::{Entered, On, Refused, Visit, admit};
use crate::app::domains;
use crate::app::vault::Vault;
use crate::domain::Timestamp;
use crate::domain::connection::Connection;
use crate::domain::error::Error;
use crate::domain::identity::Identity;
use crate::domain::trace::Trace;
use crate::secret;
use crate::store::connections;
use crate::store::db::{Db, Tx};
use crate::store::sign_ons::{self, OpenRequest, Purpose};

/// For how long an answer is waited for, in seconds.
const PATIENCE: i64 = 600;

/// A request, and what only we know of it.
#[derive(Debug)]
pub(crate) struct Begun {
    /// Its id, which nobody can guess.
    pub(crate) id: String,
    /// What the signed answer must repeat.
    pub(crate) nonce: String,
    /// What shows that it was we who asked.
    pub(crate) verifier: String,
    /// What it is for.
    pub(crate) taken: Taken,
}

/// What a request is for.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// A sign-on or a test.
    pub(crate) purpose: Purpose,
    /// The path to go to afterwards.
    pub(crate) target: String,
}

fn place(id: &str) -> String {
    format!("request/{id}")
}

/// Remembers a request that is about to be sent, bound to the browser that asks.
pub(crate) async fn open(
    db: &Db,
    vault: &Vault,
    connection: &Connection,
    browser: &str,
    taken: Taken,
    now: Timestamp,
) -> Result<Begun, Error> {
    let begun = Begun {
        id: secret::request_id(),
        nonce: secret::random_token(""),
        verifier: secret::random_token(""),
        taken,
    };
    let secrets = format!("{}.{}", begun.nonce, begun.verifier);
    let mut tx = db.write(connection.organization).await?;
    let sealed = vault.seal(&mut tx, &place(&begun.id), &secrets).await?;
    let request = OpenRequest {
        id: &begun.id,
        browser_hash: &secret::hash(browser).0,
        target: &begun.taken.target,
        purpose: begun.taken.purpose,
        secrets: Some(&sealed),
    };
    let key = (connection.organization, connection.id);
    sign_ons::insert_request(&mut tx, key, request, now, now.plus_seconds(PATIENCE)).await?;
    tx.commit().await?;
    Ok(begun)
}

/// Uses a request of this connection and this browser up. Of many who try at once, one gets it.
pub(crate) async fn take(
    db: &Db,
    vault: &Vault,
    connection: &Connection,
    browser: &str,
    id: &str,
    now: Timestamp,
) -> Result<Option<Begun>, Error> {
    let browser = secret::hash(browser).0;
    let key = (connection.organization, connection.id);
    let mut found = None;
    let mut tx = db.write(connection.organization).await?;
    for purpose in [Purpose::SignOn, Purpose::Test] {
        let taken = sign_ons::take_request(&mut tx, key, id, &browser, purpose, now).await?;
        if let Some(taken) = taken {
            found = Some((purpose, taken));
            break;
        }
    }
    tx.commit().await?;
    let Some((purpose, taken)) = found else {
        return Ok(None);
    };
    let Some(sealed) = taken.secrets else {
        return Ok(None);
    };
    let target = taken.target;
    let secrets = vault.open(&place(id), &sealed)?;
    Ok(secrets.split_once('.').map(|(nonce, verifier)| Begun {
        id: id.to_owned(),
        nonce: nonce.to_owned(),
        verifier: verifier.to_owned(),
        taken: Taken { purpose, target },
    }))
}

/// Lets a verified person in, or says why not: as [`super::complete`] does, where the request was used up before it was known who comes.
pub(crate) async fn complete_taken(
    db: &Db,
    vault: &Vault,
    connection: &Connection,
    identity: &Identity,
    visit: Visit<'_>,
    trace: Trace,
    taken: &Taken,
) -> Result<Result<Entered, Refused>, Error> {
    let taken = Some(taken);
    admit(db, vault, connection, identity, visit, trace, taken).await
}

impl On<'_> {
    /// Whether the connection is still as it was read: others were asked since then, and an admin may have disabled or
    /// re-pointed it meanwhile.
    pub(super) async fn is_as_it_was(&self, tx: &mut Tx) -> Result<bool, Error> {
        let was = self.connection;
        let found = connections::find(tx, was.organization, was.id).await?;
        Ok(found.as_ref() == Some(was))
    }

    /// Whether an address is the person's own: the IdP says so, or it is of a domain that the organization has verified.
    pub(super) async fn is_proved(&self, tx: &mut Tx, email: &str) -> Result<bool, Error> {
        if self.identity.email_proved {
            return Ok(true);
        }
        let owner = domains::owner_of(tx, email).await?;
        Ok(owner == Some(self.connection.organization))
    }
}
