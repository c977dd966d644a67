//! From settings to what handlers and commands need. Nothing listens yet.

use std::sync::Arc;

use anyhow::Context as _;
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;

use crate::app::accounts::hashing::Hasher;
use crate::app::vault::Vault;
use crate::clock::Clock;
use crate::config::Config;
use crate::mail::Mailer;
use crate::outgoing::Outgoing;
use crate::secret::seal::SealingKey;
use crate::state::State;
use crate::store::db::Db;
use crate::store::values;
use crate::telemetry;

/// How many SAML responses are verified at once.
const VERIFIERS: usize = 4;

/// Opens the database and gathers what handlers and commands need.
pub(crate) async fn open_state(mut config: Config) -> anyhow::Result<State> {
    if config.database_url.is_none() {
        config.create_data_dir()?;
    }
    config.settle_secret_key(None)?;
    let key = config.secret_key.as_ref();
    let vault = Vault::new(key.map(|key| SealingKey::of(key.expose_secret())));
    let db = Db::open(config.database_url().expose_secret())
        .await
        .context("cannot open the database")?;
    values::fill(&db)
        .await
        .context("cannot fill the index of attributes' values")?;
    let outgoing = Outgoing::new(config.allow_private_networks)
        .context("cannot make the client for outgoing requests")?;
    let mailer = Mailer::new(
        config.smtp_url.as_ref().map(ExposeSecret::expose_secret),
        config.mail_from.as_deref(),
        &config.host_name(),
        config.data_dir.join("mail"),
    )?;
    Ok(State {
        db,
        clock: Clock::system(),
        config: Arc::new(config),
        metrics: telemetry::metrics(),
        remembered: Arc::default(),
        bell: Arc::default(),
        request_log: Arc::default(),
        vault,
        outgoing,
        mailer,
        hasher: Hasher::default(),
        providers: Arc::default(),
        verifiers: Arc::new(Semaphore::new(VERIFIERS)),
    })
}
