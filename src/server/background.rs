//! What a node does beside answering: numbering events, writing and pruning the request log, pruning traces of sign-ins,
//! fetching metadata of identity providers, sending mail, posting to webhooks,
//! taking in lists of tags.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use super::posting;
use crate::app::numbering::keep_numbering;
use crate::http::{api, request_log, sso, webhooks};
use crate::state::State;

/// How long the last entries of the request log may take to be written at the end.
const FLUSH_TIME: Duration = Duration::from_secs(5);

/// The tasks of a running server.
pub(super) struct Background {
    state: State,
    end_numbering: oneshot::Sender<()>,
    numbering: JoinHandle<()>,
    request_log: JoinSet<()>,
}

impl Background {
    /// Begins them.
    pub(super) fn begin(state: &State) -> Self {
        let (end_numbering, ended) = oneshot::channel::<()>();
        let bell = Arc::clone(&state.bell);
        let numbering = tokio::spawn(keep_numbering(state.db.clone(), bell, async {
            let _ = ended.await;
        }));
        let mut request_log = JoinSet::new();
        request_log.spawn(request_log::keep_writing(state.clone()));
        request_log.spawn(request_log::keep_pruning(state.clone()));
        request_log.spawn(sso::keep_pruning(state.clone()));
        request_log.spawn(posting::keep_posting(state.clone()));
        request_log.spawn(sso::metadata::keep_fresh(state.clone()));
        request_log.spawn(webhooks::keep_delivering(state.clone()));
        request_log.spawn(api::tags::keep_importing(state.clone()));
        Self {
            state: state.clone(),
            end_numbering,
            numbering,
            request_log,
        }
    }

    /// Ends them, when nothing is answered any more: what the last requests left behind is done first.
    pub(super) async fn end(mut self) {
        drop(self.end_numbering);
        if let Err(error) = self.numbering.await {
            tracing::error!("the numbering of events ended early: {error}");
        }
        self.request_log.shutdown().await;
        // A database that is gone must not keep the server from ending.
        let flushed = request_log::flush(&self.state);
        if tokio::time::timeout(FLUSH_TIME, flushed).await.is_err() {
            tracing::warn!("the last entries of the request log are lost");
        }
    }
}
