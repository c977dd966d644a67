//! Secrets that must be read again, such as the one by which an IdP knows us: sealed under the key of the installation.
//!
//! Every node that shares a database must have the same key. One that has another refuses to start, and to seal.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::anyhow;

use crate::domain::error::Error;
use crate::secret::seal::SealingKey;
use crate::store::db::{Db, Tx};
use crate::store::secret_key;

const CHECK: &str = "check";

/// Seals and opens. A place is a name that no two kinds of secrets share, with the id of what the secret belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Vault {
    key: Option<SealingKey>,
    /// Whether it was seen that this key is the one of the database, which never changes.
    agrees: Arc<AtomicBool>,
}

impl Vault {
    /// The vault of this key; without one it stays shut, as it does for most commands.
    pub(crate) fn new(key: Option<SealingKey>) -> Self {
        Self {
            key,
            agrees: Arc::default(),
        }
    }

    /// Refuses a key other than the one with which this database was written.
    pub(crate) async fn check(&self, db: &Db) -> Result<(), Error> {
        let mut tx = db.read().await?;
        self.agrees(secret_key::find_check(&mut tx).await?)
    }

    /// Seals a secret that is written in the same transaction.
    pub(crate) async fn seal(
        &self,
        tx: &mut Tx,
        place: &str,
        secret: &str,
    ) -> Result<String, Error> {
        self.establish(tx).await?;
        self.key()?.seal(place, secret).map_err(Error::Internal)
    }

    /// The same, where there is a key; nothing where this process, which is no server, has none.
    pub(crate) async fn seal_if_open(
        &self,
        tx: &mut Tx,
        place: &str,
        secret: &str,
    ) -> Result<Option<String>, Error> {
        match &self.key {
            Some(_) => self.seal(tx, place, secret).await.map(Some),
            None => Ok(None),
        }
    }

    /// Makes sure that every node knows which key is in use, before something depends on it.
    pub(crate) async fn establish(&self, tx: &mut Tx) -> Result<(), Error> {
        if self.agrees.load(Relaxed) {
            return Ok(());
        }
        let found = secret_key::find_check(tx).await?;
        if found.is_none() {
            let sealed = self.key()?.seal(CHECK, CHECK).map_err(Error::Internal)?;
            secret_key::insert_check(tx, &sealed).await?;
        }
        // What this transaction writes may yet be undone.
        let lasting = found.is_some();
        self.agrees(found)?;
        self.agrees.store(lasting, Relaxed);
        Ok(())
    }

    /// The key for a purpose: what is signed for one is not good for another.
    pub(crate) fn key_for(&self, purpose: &str) -> Result<String, Error> {
        Ok(self.key()?.derive(purpose))
    }

    /// Opens what was sealed for the place.
    pub(crate) fn open(&self, place: &str, sealed: &str) -> Result<String, Error> {
        self.key()?
            .open(place, sealed)
            .ok_or_else(|| Error::Internal(anyhow!("a secret cannot be opened: {place}")))
    }

    fn key(&self) -> Result<&SealingKey, Error> {
        self.key
            .as_ref()
            .ok_or_else(|| Error::Internal(anyhow!("there is no secret key")))
    }

    fn agrees(&self, check: Option<String>) -> Result<(), Error> {
        match check {
            Some(sealed) if self.key()?.open(CHECK, &sealed).is_none() => {
                Err(Error::Internal(anyhow!(
                    "the secret key is not the one with which this database was written: give every node the same ROLLRIGHT_SECRET_KEY, or the same file secret.key in its data directory"
                )))
            }
            _ => Ok(()),
        }
    }
}
