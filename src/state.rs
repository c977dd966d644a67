//! What a handler may reach. Nothing here would be missed by a second node.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::Semaphore;

use crate::app::accounts::hashing::Hasher;
use crate::app::authentication::Remembered;
use crate::app::bell::Bell;
use crate::app::request_log::Queue;
use crate::app::vault::Vault;
use crate::clock::Clock;
use crate::config::Config;
use crate::mail::Mailer;
use crate::oidc::memory::Providers;
use crate::outgoing::Outgoing;
use crate::store::db::Db;

/// What a handler may reach.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// The database.
    pub(crate) db: Db,
    /// The time.
    pub(crate) clock: Clock,
    /// The settings.
    pub(crate) config: Arc<Config>,
    /// The metrics, to be rendered.
    pub(crate) metrics: PrometheusHandle,
    /// SCIM tokens that were found good a moment ago.
    pub(crate) remembered: Arc<Remembered>,
    /// Who waits for events.
    pub(crate) bell: Arc<Bell>,
    /// Entries of the request log that wait to be written: nothing but the log would miss them.
    pub(crate) request_log: Arc<Queue>,
    /// Secrets that must be read again.
    pub(crate) vault: Vault,
    /// Requests that the server makes by itself.
    pub(crate) outgoing: Outgoing,
    /// What hashes passwords, a few at a time.
    pub(crate) hasher: Hasher,
    /// Where mails go.
    pub(crate) mailer: Mailer,
    /// OIDC providers as they were last read.
    pub(crate) providers: Arc<Providers>,
    /// How many SAML responses are verified at once: each takes a thread that blocks.
    pub(crate) verifiers: Arc<Semaphore>,
}
