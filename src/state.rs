//! What a handler may reach. PLACEHOLDER until `state.rs` of main is merged.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;

use crate::clock::Clock;
use crate::config::Config;
use crate::store::db::Db;

/// What a handler may reach.
#[derive(Clone)]
pub(crate) struct State {
    /// The database.
    pub(crate) db: Db,
    /// The time.
    pub(crate) clock: Clock,
    /// The settings.
    pub(crate) config: Arc<Config>,
    /// The metrics, to be rendered.
    pub(crate) metrics: PrometheusHandle,
}
