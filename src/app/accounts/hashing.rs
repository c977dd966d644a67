//! Hashing passwords: on threads that may block, a few at a time, and as long for nobody as for somebody.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::anyhow;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::domain::error::Error;
use crate::secret;

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hashes passwords, so many at a time as there are cores: each takes 19 MiB and tens of milliseconds.
#[derive(Debug, Clone)]
pub(crate) struct Hasher(Arc<Semaphore>);

impl Default for Hasher {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self(Arc::new(Semaphore::new(cores.clamp(2, 8))))
    }
}

impl Hasher {
    /// The hash of a password.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, Error> {
        self.run(move || secret::hash_password(&password)).await
    }

    /// Whether a password fits a hash. Where there is none it fits nothing, and takes as long to find that out.
    pub(crate) async fn fits(
        &self,
        password: SecretString,
        hash: Option<String>,
    ) -> Result<bool, Error> {
        static NOBODYS: OnceLock<String> = OnceLock::new();
        self.run(move || {
            let Some(hash) = hash else {
                let none = SecretString::from(secret::random_token(""));
                let nobodys = if let Some(hash) = NOBODYS.get() {
                    hash
                } else {
                    let hash = secret::hash_password(&none)?;
                    NOBODYS.get_or_init(|| hash)
                };
                secret::password_fits(&password, nobodys);
                return Ok(false);
            };
            Ok(secret::password_fits(&password, &hash))
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.0).acquire_owned());
        let turn = turn
            .await
            .map_err(|late| Error::Unavailable(late.into()))?
            .map_err(|closed| Error::Internal(closed.into()))?;
        // The turn goes with the work: who has left does not let another begin beside it.
        let work = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        work.await
            .map_err(|error| Error::Internal(anyhow!(error)))?
            .map_err(Error::Internal)
    }
}
